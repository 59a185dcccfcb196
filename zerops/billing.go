package zerops

import (
	"bytes"
	"context"
	"strconv"
	"time"
)

// Money is an amount in the organisation's currency, without VAT. The API writes
// some amounts as numbers and may write others as strings.
type Money float64

// UnmarshalJSON accepts every value; what is no number is 0.
func (m *Money) UnmarshalJSON(data []byte) error {
	*m = 0
	if f, err := strconv.ParseFloat(string(bytes.Trim(data, `"`)), 64); err == nil {
		*m = Money(f)
	}
	return nil
}

// Credit is the balance of an organisation.
type Credit struct {
	Credit Money `json:"credit"`
	Promo  Money `json:"promoCredit"`
	Info   struct {
		Currency struct {
			ID     string `json:"id"` // such as USD
			Symbol string `json:"symbol"`
		} `json:"currency"`
	} `json:"clientInfo"`
	// AutoTopUp buys credit once it falls to the threshold, nil when it is off.
	AutoTopUp *struct {
		Threshold    Money `json:"threshold"`
		Amount       Money `json:"amount"`
		MonthlyLimit Money `json:"calendarMonthlyLimit"`
	} `json:"autoTopUp"`
}

// Credit returns the balance of an organisation. It needs a member who may view
// finances (operation GetBillingClientStatus).
func (c *Client) Credit(ctx context.Context, organizationID string) (Credit, error) {
	return fetch[Credit](ctx, c, Call{Operation: GetBillingClientStatus, Path: []string{organizationID}})
}

// PeriodCost is what was spent in the usual periods.
type PeriodCost struct {
	Today       Money `json:"today"`
	Yesterday   Money `json:"yesterday"`
	Last24Hours Money `json:"last24hours"`
	Last7Days   Money `json:"last7days"`
	Last30Days  Money `json:"last30days"`
	ThisMonth   Money `json:"thisMonth"`
	LastMonth   Money `json:"lastMonth"`
	ThisYear    Money `json:"thisYear"`
	LastYear    Money `json:"lastYear"`
	// DailyAverage is the average day of the last 30.
	DailyAverage Money `json:"averageLast30Days"`
}

// PeriodCosts returns what a whole organisation spent in the usual periods.
// Nothing but the organisation can be asked for (operation
// PostTransactionDebitCostSearch; platform §4.12).
func (c *Client) PeriodCosts(ctx context.Context, organizationID string) (PeriodCost, error) {
	answer, err := fetch[struct {
		Client struct {
			Cost *PeriodCost `json:"periodCost"`
		} `json:"client"`
	}](ctx, c, Call{Operation: PostTransactionDebitCostSearch, Body: map[string]any{
		"search": []Filter{Equal("clientId", organizationID)},
	}})
	if err == nil && answer.Client.Cost == nil {
		err = malformed(PostTransactionDebitCostSearch, errHollow)
	}
	if err != nil {
		return PeriodCost{}, err
	}
	return *answer.Client.Cost, nil
}

// CostGroup is what costs are summed up by.
type CostGroup string

// Groups of costs.
const (
	ByProject CostGroup = "projectId"
	ByService CostGroup = "stackId"
)

// Cost is what a project or service cost in one time bucket. Names are those at
// the time, so that what is deleted has one too; the API may leave them out.
type Cost struct {
	From        Time   `json:"from"`
	Till        Time   `json:"till"`
	ProjectID   string `json:"projectId"`
	ProjectName string `json:"projectName"`
	ServiceID   string `json:"stackId"`
	ServiceName string `json:"stackName"`
	Total       Money  `json:"sumTotalPrice"`
}

// CostQuery selects costs of an organisation, or of one of its projects.
type CostQuery struct {
	OrganizationID string
	ProjectID      string // empty means all projects
	GroupBy        CostGroup
	Interval       string // one of the Per constants
	From, Till     time.Time
}

// Costs returns what was spent per group and time bucket, in no particular
// order. It needs a member who may view finances (operation
// PostTransactionDebitGroupBySearch; platform §4.12).
func (c *Client) Costs(ctx context.Context, q CostQuery) ([]Cost, error) {
	filters := []Filter{Equal("clientId", q.OrganizationID)}
	if q.ProjectID != "" {
		filters = append(filters, Equal("projectId", q.ProjectID))
	}
	p, err := fetch[page[Cost]](ctx, c, Call{Operation: PostTransactionDebitGroupBySearch, Body: map[string]any{
		"search": filters, "groupBy": q.GroupBy, "timeGroupBy": q.Interval, "timeZone": statsZone,
		"from": stamp(q.From), "till": stamp(q.Till),
	}})
	return p.Items, err
}
