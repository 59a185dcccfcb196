package observe

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"zerops-mcp/tools/facts/costs"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type getCostsIn struct {
	Org     string `json:"org,omitempty"`
	Project string `json:"project,omitempty"`
	Since   string `json:"since,omitempty" jsonschema_description:"default 30d"`
	Until   string `json:"until,omitempty"`
	GroupBy string `json:"group_by,omitempty" jsonschema:"enum=organization,enum=project,enum=service,enum=day" jsonschema_description:"default project"`
}

type getCostsOut struct {
	Org       string            `json:"org,omitempty"`
	OrgID     string            `json:"org_id,omitempty"`
	ProjectID string            `json:"project_id,omitempty"`
	Since     time.Time         `json:"since"`
	Until     time.Time         `json:"until"`
	TimeZone  string            `json:"time_zone"`
	GroupBy   string            `json:"group_by"`
	Currency  string            `json:"currency,omitempty"`
	Sum       *costs.Money      `json:"sum,omitempty"`
	Items     []costs.View      `json:"items"`
	Total     int               `json:"total"`
	Interval  string            `json:"series_interval"`
	Series    []costs.Point     `json:"series"`
	Periods   []costs.Period    `json:"periods,omitempty"`
	Credit    *costs.Credit     `json:"credit,omitempty"`
	Withheld  string            `json:"withheld,omitempty"`
	Failures  []tool.OrgFailure `json:"failures,omitempty"`
	Truncated string            `json:"truncated,omitempty"`
}

// Len is how many items there are.
func (o getCostsOut) Len() int { return len(o.Items) }

// Cut keeps the costliest n items, or the newest n days.
func (o getCostsOut) Cut(n int) any {
	o.Truncated = fmt.Sprintf("only %d of %d items fit; sum covers all; narrow by project or range", n, len(o.Items))
	if o.GroupBy == "day" {
		o.Items = o.Items[len(o.Items)-n:]
	} else {
		o.Items = o.Items[:n]
	}
	if n == 0 {
		o.Series = []costs.Point{}
	}
	return o
}

func getCosts(ctx context.Context, c *tool.Call, in *getCostsIn) (*getCostsOut, error) {
	if in.GroupBy == "organization" {
		return organizationCosts(ctx, c, *in)
	}
	k, err := costs.Read(ctx, c, costs.Query(*in))
	if err != nil {
		return nil, err
	}
	out := viewCosts(&k)
	if k.Only != nil {
		out.Withheld = "credit, run-way and the organisation's totals: this server is limited to some projects"
		return &out, nil
	}
	if k.Credit == nil {
		return &out, nil
	}
	periods, err := c.API.PeriodCosts(ctx, k.Organization.ID)
	if err != nil {
		return nil, costs.FinanceRefused(ctx, c, err, k.Organization)
	}
	out.Credit = costs.ViewCredit(*k.Credit, periods, time.Now())
	if k.Project == nil { // the API sums up whole organisations only
		out.Periods = costs.ViewPeriods(periods, k.Currency)
	}
	return &out, nil
}

// organizationCosts gives one total for each organisation.
func organizationCosts(ctx context.Context, c *tool.Call, in getCostsIn) (*getCostsOut, error) {
	if err := c.WholeOrganization(); err != nil {
		return nil, err
	}
	if in.Project != "" {
		return nil, tool.Invalid("group_by", "organization sums up whole organisations; leave out project, or group by something else")
	}
	_, organizations, err := c.Organizations(ctx)
	if err != nil {
		return nil, err
	}
	if in.Org != "" {
		chosen, err := tool.PickOrganization(organizations, in.Org)
		if err != nil {
			return nil, err
		}
		organizations = []zerops.Organization{chosen}
	}
	found := make([]*getCostsOut, len(organizations))
	for i, err := range zerops.FanOut(len(organizations), func(i int) (err error) {
		found[i], err = getCosts(ctx, c, &getCostsIn{Org: organizations[i].ID, Since: in.Since, Until: in.Until})
		return err
	}) {
		organizations[i].Err = err
	}
	return joinOrganizations(ctx, c, organizations, found)
}

func joinOrganizations(ctx context.Context, c *tool.Call, organizations []zerops.Organization, found []*getCostsOut) (*getCostsOut, error) {
	out := getCostsOut{GroupBy: "organization", TimeZone: "UTC", Items: []costs.View{}, Series: []costs.Point{}}
	var errs []error
	for i, o := range organizations {
		if o.Err != nil {
			errs = append(errs, o.Err)
			continue
		}
		part := found[i]
		out.Since, out.Until, out.Interval = part.Since, part.Until, part.Interval
		out.Items = append(out.Items, costs.View{ID: o.ID, Name: tool.Clean(o.Name, 120), Money: *part.Sum, Currency: part.Currency, Credit: part.Credit})
	}
	if len(errs) > 0 && len(errs) == len(organizations) {
		return nil, errs[0]
	}
	if len(organizations) == 0 {
		return nil, &tool.Failure{Code: request.CodeForbidden, Message: "the token has no active organisation"}
	}
	if len(out.Items) == 1 { // sums of several currencies would mean nothing
		out.Currency, out.Sum = out.Items[0].Currency, &out.Items[0].Money
	}
	out.Failures, out.Total = c.Failures(ctx, organizations), len(out.Items)
	return &out, nil
}

// viewCosts is what the rows come to.
func viewCosts(k *costs.Costs) getCostsOut {
	groups, sum := k.Groups()
	total := costs.InCurrency(sum, k.Currency)
	out := getCostsOut{
		Org: tool.Clean(k.Organization.Name, 120), OrgID: k.Organization.ID, Since: k.From, Until: k.Till.Truncate(time.Second), TimeZone: "UTC",
		GroupBy: k.GroupBy, Currency: k.Currency, Sum: &total, Interval: k.Interval.Name, Items: []costs.View{}, Series: []costs.Point{},
	}
	if k.Project != nil {
		out.ProjectID = k.Project.ID
	}
	perBucket := map[time.Time]float64{}
	for _, g := range groups {
		for at, cost := range g.PerBucket {
			perBucket[at] += cost
		}
	}
	for _, at := range k.Buckets() {
		cost := costs.InCurrency(perBucket[at], k.Currency)
		if k.GroupBy == "day" {
			out.Items = append(out.Items, costs.View{From: new(at), Money: cost})
		} else {
			out.Series = append(out.Series, costs.Point{From: at, Money: cost})
		}
	}
	if k.GroupBy != "day" {
		for _, g := range groups {
			out.Items = append(out.Items, costs.View{
				ID: g.ID, Name: tool.Clean(cmp.Or(g.Name, g.ID), 120), Project: tool.Clean(g.Project, 120), Money: costs.InCurrency(g.Total, k.Currency), SharePercent: costs.Share(g.Total, sum),
			})
		}
	}
	out.Total = len(out.Items)
	return out
}
