package observe

import (
	"cmp"
	"math"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// money is an amount in the currency that the API names: the unit is in the name
// where it is US dollars, and in currency beside it otherwise.
type money struct {
	CostUSD *float64 `json:"cost_usd,omitempty"`
	Cost    *float64 `json:"cost,omitempty"`
}

func inCurrency(amount float64, currency string) money {
	amount = math.Round(amount*1e4) / 1e4
	if currency == dollars {
		return money{CostUSD: &amount}
	}
	return money{Cost: &amount}
}

const dollars = "USD"

type costView struct {
	ID      string     `json:"id,omitempty"`
	Name    string     `json:"name,omitempty"`
	Project string     `json:"project,omitempty"`
	From    *time.Time `json:"from,omitempty"`
	money
	Currency     string      `json:"currency,omitempty"`
	SharePercent *float64    `json:"share_percent,omitempty"`
	Credit       *creditView `json:"credit,omitempty"`
}

type costPoint struct {
	From time.Time `json:"from"`
	money
}

type periodView struct {
	Period string `json:"period"`
	money
}

// creditView is what is left and how long it lasts at the pace of the last days.
type creditView struct {
	CreditUSD *float64   `json:"credit_usd,omitempty"`
	Credit    *float64   `json:"credit,omitempty"`
	PromoUSD  *float64   `json:"promo_credit_usd,omitempty"`
	Promo     *float64   `json:"promo_credit,omitempty"`
	PerDayUSD *float64   `json:"average_per_day_usd,omitempty"`
	PerDay    *float64   `json:"average_per_day,omitempty"`
	DaysLeft  *float64   `json:"days_left,omitempty"`
	RunsOut   *time.Time `json:"runs_out,omitempty"`
	AutoTopUp *topUpView `json:"auto_top_up,omitempty"`
	Note      string     `json:"note,omitempty"`
}

// topUpView is in the currency of the result.
type topUpView struct {
	Below        float64 `json:"when_below"`
	Amount       float64 `json:"amount"`
	MonthlyLimit float64 `json:"monthly_limit"`
}

// costGroup is the sum of one project or service.
type costGroup struct {
	id, name, project string
	total             float64
	perBucket         map[time.Time]float64
}

// groups sums up the rows, the costliest first, and returns the sum of all.
func (k *costs) groups() ([]costGroup, float64) {
	byID := map[string]*costGroup{}
	sum := 0.0
	for _, row := range k.rows {
		id, name, project := row.ProjectID, row.ProjectName, ""
		if k.groupBy == "service" {
			id, name, project = row.ServiceID, row.ServiceName, cmp.Or(row.ProjectName, row.ProjectID)
		}
		g := byID[id]
		if g == nil {
			g = &costGroup{id: id, perBucket: map[time.Time]float64{}}
			byID[id] = g
		}
		g.name, g.project = cmp.Or(name, g.name), cmp.Or(project, g.project)
		g.total += float64(row.Total)
		g.perBucket[k.interval.align(row.From.Time)] += float64(row.Total)
		sum += float64(row.Total)
	}
	groups := make([]costGroup, 0, len(byID))
	for _, g := range byID {
		groups = append(groups, *g)
	}
	sort.Slice(groups, func(i, j int) bool {
		a, b := groups[i], groups[j]
		return cmp.Or(cmp.Compare(b.total, a.total), strings.Compare(a.name, b.name), strings.Compare(a.id, b.id)) < 0
	})
	return groups, sum
}

// buckets lists the starts of all intervals of the range, those without costs
// included.
func (k *costs) buckets() []time.Time {
	var all []time.Time
	for at := k.interval.align(k.from); at.Before(k.till) && len(all) < maxIntervals; at = k.interval.next(at) {
		all = append(all, at)
	}
	return all
}

func (k *costs) view() getCostsOut {
	groups, sum := k.groups()
	total := inCurrency(sum, k.currency)
	out := getCostsOut{
		Org: tool.Clean(k.organization.Name, 120), OrgID: k.organization.ID, Since: k.from, Until: k.till.Truncate(time.Second), TimeZone: "UTC",
		GroupBy: k.groupBy, Currency: k.currency, Sum: &total, Interval: k.interval.name, Items: []costView{}, Series: []costPoint{},
	}
	if k.project != nil {
		out.ProjectID = k.project.ID
	}
	perBucket := map[time.Time]float64{}
	for _, g := range groups {
		for at, cost := range g.perBucket {
			perBucket[at] += cost
		}
	}
	for _, at := range k.buckets() {
		cost := inCurrency(perBucket[at], k.currency)
		if k.groupBy == "day" {
			out.Items = append(out.Items, costView{From: new(at), money: cost})
		} else {
			out.Series = append(out.Series, costPoint{From: at, money: cost})
		}
	}
	if k.groupBy != "day" {
		for _, g := range groups {
			out.Items = append(out.Items, costView{
				ID: g.id, Name: tool.Clean(cmp.Or(g.name, g.id), 120), Project: tool.Clean(g.project, 120), money: inCurrency(g.total, k.currency), SharePercent: share(g.total, sum),
			})
		}
	}
	out.Total = len(out.Items)
	return out
}

func share(part, whole float64) *float64 {
	if whole <= 0 {
		return nil
	}
	return new(math.Round(part/whole*1000) / 10)
}

func viewPeriods(p zerops.PeriodCost, currency string) []periodView {
	var views []periodView
	for _, period := range []struct {
		name string
		cost zerops.Money
	}{
		{"today", p.Today},
		{"yesterday", p.Yesterday},
		{"last_24_hours", p.Last24Hours},
		{"last_7_days", p.Last7Days},
		{"last_30_days", p.Last30Days},
		{"this_month", p.ThisMonth},
		{"last_month", p.LastMonth},
		{"this_year", p.ThisYear},
		{"last_year", p.LastYear},
	} {
		views = append(views, periodView{Period: period.name, money: inCurrency(float64(period.cost), currency)})
	}
	return views
}

// longestRunway bounds the forecast: past it, the pace will have changed.
const longestRunway = 3650

// viewCredit tells how long the credit lasts at the average pace of the last 30
// days.
func viewCredit(credit zerops.Credit, periods zerops.PeriodCost, now time.Time) *creditView {
	perDay := float64(periods.DailyAverage)
	if perDay <= 0 {
		perDay = float64(periods.Last30Days) / 30
	}
	left := float64(credit.Credit + credit.Promo)
	amount, promo, pace := cents(float64(credit.Credit)), cents(float64(credit.Promo)), new(math.Round(perDay*1e4)/1e4)
	v := &creditView{}
	if tool.Clean(credit.Info.Currency.ID, 10) == dollars {
		v.CreditUSD, v.PromoUSD, v.PerDayUSD = amount, promo, pace
	} else {
		v.Credit, v.Promo, v.PerDay = amount, promo, pace
	}
	switch {
	case perDay <= 0:
		v.Note = "nothing was spent in the last 30 days"
	case left <= 0:
		v.DaysLeft, v.Note = new(0.0), "no credit is left"
	case left/perDay > longestRunway:
		v.Note = "at the average pace of the last 30 days the credit lasts for more than 10 years"
	default:
		v.DaysLeft = new(math.Round(left/perDay*10) / 10)
		v.RunsOut = new(now.Add(time.Duration(left / perDay * 24 * float64(time.Hour))).UTC().Truncate(24 * time.Hour))
		v.Note = "at the average pace of the last 30 days, promotional credit included"
	}
	if t := credit.AutoTopUp; t != nil {
		v.AutoTopUp = &topUpView{Below: *cents(float64(t.Threshold)), Amount: *cents(float64(t.Amount)), MonthlyLimit: *cents(float64(t.MonthlyLimit))}
		v.Note += "; automatic top-up is on, so it may last longer"
	}
	return v
}

func cents(amount float64) *float64 { return new(math.Round(amount*100) / 100) }
