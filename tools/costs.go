package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

// defaultCostSince is how far back costs go where nothing is said: a single day
// would say little about money.
const defaultCostSince = 30 * 24 * time.Hour

type getCostsIn struct {
	Org     string `json:"org,omitempty"`
	Project string `json:"project,omitempty"`
	Since   string `json:"since,omitempty" jsonschema_description:"default 30d"`
	Until   string `json:"until,omitempty"`
	GroupBy string `json:"group_by,omitempty" jsonschema:"enum=organization,enum=project,enum=service,enum=day" jsonschema_description:"default project"`
}

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

type getCostsOut struct {
	Org       string       `json:"org,omitempty"`
	OrgID     string       `json:"org_id,omitempty"`
	ProjectID string       `json:"project_id,omitempty"`
	Since     time.Time    `json:"since"`
	Until     time.Time    `json:"until"`
	TimeZone  string       `json:"time_zone"`
	GroupBy   string       `json:"group_by"`
	Currency  string       `json:"currency,omitempty"`
	Sum       *money       `json:"sum,omitempty"`
	Items     []costView   `json:"items"`
	Total     int          `json:"total"`
	Interval  string       `json:"series_interval"`
	Series    []costPoint  `json:"series"`
	Periods   []periodView `json:"periods,omitempty"`
	Credit    *creditView  `json:"credit,omitempty"`
	Withheld  string       `json:"withheld,omitempty"`
	Failures  []orgFailure `json:"failures,omitempty"`
	Truncated string       `json:"truncated,omitempty"`
}

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
		o.Series = []costPoint{}
	}
	return o
}

// costs is what get_costs and the chart have in common.
type costs struct {
	organization zerops.Organization
	project      *zerops.Project // nil for all
	currency     string
	credit       *zerops.Credit
	from, till   time.Time
	interval     interval
	groupBy      string
	rows         []zerops.Cost
	only         []string // ids of projects in scope, nil where all are
}

func getCosts(ctx context.Context, c *call, in getCostsIn) (getCostsOut, error) {
	if in.GroupBy == "organization" {
		return c.organizationCosts(ctx, in)
	}
	k, err := c.costs(ctx, in)
	if err != nil {
		return getCostsOut{}, err
	}
	out := k.view()
	if k.only != nil {
		out.Withheld = "credit, run-way and the organisation's totals: this server is limited to some projects"
		return out, nil
	}
	if k.credit == nil {
		return out, nil
	}
	periods, err := c.api.PeriodCosts(ctx, k.organization.ID)
	if err != nil {
		return getCostsOut{}, c.financeRefused(err, k.organization)
	}
	out.Credit = viewCredit(*k.credit, periods, time.Now())
	if k.project == nil { // the API sums up whole organisations only
		out.Periods = viewPeriods(periods, k.currency)
	}
	return out, nil
}

// costs reads the series that the arguments mean. With projects in scope, only
// theirs are asked for.
func (c *call) costs(ctx context.Context, in getCostsIn) (costs, error) {
	k := costs{groupBy: cmp.Or(in.GroupBy, "project")}
	if err := k.setRange(in); err != nil {
		return k, err
	}
	var err error
	if k.organization, k.project, err = c.costsOf(ctx, in); err != nil {
		return k, err
	}
	if k.only, err = c.scopeIDs(ctx); err != nil {
		return k, err
	}
	projects := k.only
	switch {
	case k.project != nil:
		projects = []string{k.project.ID}
	case projects == nil:
		projects = []string{""}
	}
	query := zerops.CostQuery{OrganizationID: k.organization.ID, GroupBy: zerops.ByProject, Interval: k.interval.code, From: k.from, Till: k.till}
	if k.groupBy == "service" {
		query.GroupBy = zerops.ByService
	}
	credit, err := c.api.Credit(ctx, k.organization.ID)
	if err != nil {
		return k, c.financeRefused(err, k.organization)
	}
	k.credit, k.currency = &credit, clean(credit.Info.Currency.ID, 10)
	if k.rows, err = c.costRows(ctx, query, projects); err != nil {
		return k, c.financeRefused(err, k.organization)
	}
	c.nameCosts(ctx, &k)
	return k, nil
}

func (c *call) costRows(ctx context.Context, query zerops.CostQuery, projects []string) ([]zerops.Cost, error) {
	found := make([][]zerops.Cost, len(projects))
	errs := zerops.FanOut(len(projects), func(i int) (err error) {
		q := query
		q.ProjectID = projects[i]
		found[i], err = c.api.Costs(ctx, q)
		if q.ProjectID != "" { // a filter that the API ignored must not show other projects
			found[i] = slices.DeleteFunc(found[i], func(row zerops.Cost) bool { return row.ProjectID != "" && row.ProjectID != q.ProjectID })
		}
		return err
	})
	return slices.Concat(found...), errors.Join(errs...)
}

// setRange widens the range to whole days, because costs are summed up by day.
func (k *costs) setRange(in getCostsIn) error {
	now := time.Now().UTC()
	from, till, err := window{Since: in.Since, Until: in.Until}.bounds(now, defaultCostSince)
	if err != nil {
		return err
	}
	day, month := intervals()[2], intervals()[4]
	k.interval = day
	if till.Sub(from) > readableIntervals*24*time.Hour {
		if k.groupBy == "day" && till.Sub(from) > 400*24*time.Hour {
			return invalid("since", "is more than 400 days before the end, too many for group_by day")
		}
		if k.groupBy != "day" {
			k.interval = month
		}
	}
	if in.Since == "" && in.Until == "" {
		from = from.Add(24 * time.Hour) // 30 days with today
	}
	k.from = k.interval.align(from)
	if end := day.align(till); !end.Equal(till) {
		till = end.AddDate(0, 0, 1)
	}
	k.till = till
	if till.After(now) {
		k.till = now
	}
	return nil
}

// costsOf finds the organisation, and the project if one was named.
func (c *call) costsOf(ctx context.Context, in getCostsIn) (zerops.Organization, *zerops.Project, error) {
	if in.Project != "" {
		p, err := c.project(ctx, in.Project)
		if err != nil {
			return zerops.Organization{}, nil, err
		}
		if in.Org != "" {
			if chosen, _, err := c.organization(ctx, in.Org); err != nil {
				return chosen, nil, err
			} else if chosen.ID != p.OrganizationID {
				return chosen, nil, invalid("project", "the project %s belongs to another organisation (%s)", p.ID, p.OrganizationID)
			}
		}
		return zerops.Organization{ID: p.OrganizationID, Name: c.organizationName(ctx, p.OrganizationID)}, &p, nil
	}
	if !c.server.scope.all() {
		return c.scopedOrganization(ctx)
	}
	organization, _, err := c.organization(ctx, in.Org)
	return organization, nil, err
}

// scopedOrganization is the one that the projects in scope belong to.
func (c *call) scopedOrganization(ctx context.Context) (zerops.Organization, *zerops.Project, error) {
	all, err := c.visibleProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Organization{}, nil, err
	}
	var id string
	for _, p := range all.projects {
		if id != "" && id != p.OrganizationID {
			return zerops.Organization{}, nil, invalid("project", "is required, because the projects in scope belong to several organisations")
		}
		id = p.OrganizationID
	}
	if id == "" {
		return zerops.Organization{}, nil, &failure{Code: codeNotFound, Message: "none of the projects in scope is visible to this token"}
	}
	return zerops.Organization{ID: id, Name: c.organizationName(ctx, id)}, nil, nil
}

// nameCosts fills in names that the rows lack, so far as they can be had: what is
// gone has none but the one in its row.
func (c *call) nameCosts(ctx context.Context, k *costs) {
	missing := slices.ContainsFunc(k.rows, func(row zerops.Cost) bool {
		return row.ProjectName == "" && row.ProjectID != "" || k.groupBy == "service" && row.ServiceName == "" && row.ServiceID != ""
	})
	if !missing {
		return
	}
	project := ""
	if k.project != nil {
		project = k.project.ID
	}
	services, projects, _, err := c.collectServices(ctx, project)
	if err != nil {
		return
	}
	names := map[string]string{}
	for id, p := range projects {
		names[id] = p.Name
	}
	for _, s := range services {
		names[s.ID] = s.Name
	}
	for i, row := range k.rows {
		k.rows[i].ProjectName = cmp.Or(row.ProjectName, names[row.ProjectID])
		k.rows[i].ServiceName = cmp.Or(row.ServiceName, names[row.ServiceID])
	}
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
	slices.SortFunc(groups, func(a, b costGroup) int {
		return cmp.Or(cmp.Compare(b.total, a.total), strings.Compare(a.name, b.name), strings.Compare(a.id, b.id))
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
		Org: clean(k.organization.Name, 120), OrgID: k.organization.ID, Since: k.from, Until: k.till.Truncate(time.Second), TimeZone: "UTC",
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
				ID: g.id, Name: clean(cmp.Or(g.name, g.id), 120), Project: clean(g.project, 120), money: inCurrency(g.total, k.currency), SharePercent: share(g.total, sum),
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
	if clean(credit.Info.Currency.ID, 10) == dollars {
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

// organizationCosts gives one total for each organisation.
func (c *call) organizationCosts(ctx context.Context, in getCostsIn) (getCostsOut, error) {
	if err := c.wholeOrganization(); err != nil {
		return getCostsOut{}, err
	}
	if in.Project != "" {
		return getCostsOut{}, invalid("group_by", "organization sums up whole organisations; leave out project, or group by something else")
	}
	_, organizations, err := c.organizations(ctx)
	if err != nil {
		return getCostsOut{}, err
	}
	if in.Org != "" {
		chosen, err := pickOrganization(organizations, in.Org)
		if err != nil {
			return getCostsOut{}, err
		}
		organizations = []zerops.Organization{chosen}
	}
	found := make([]getCostsOut, len(organizations))
	for i, err := range zerops.FanOut(len(organizations), func(i int) (err error) {
		found[i], err = getCosts(ctx, c, getCostsIn{Org: organizations[i].ID, Since: in.Since, Until: in.Until})
		return err
	}) {
		organizations[i].Err = err
	}
	return c.joinOrganizations(ctx, organizations, found)
}

func (c *call) joinOrganizations(ctx context.Context, organizations []zerops.Organization, found []getCostsOut) (getCostsOut, error) {
	out := getCostsOut{GroupBy: "organization", TimeZone: "UTC", Items: []costView{}, Series: []costPoint{}}
	var errs []error
	for i, o := range organizations {
		if o.Err != nil {
			errs = append(errs, o.Err)
			continue
		}
		part := found[i]
		out.Since, out.Until, out.Interval = part.Since, part.Until, part.Interval
		out.Items = append(out.Items, costView{ID: o.ID, Name: clean(o.Name, 120), money: *part.Sum, Currency: part.Currency, Credit: part.Credit})
	}
	if len(errs) > 0 && len(errs) == len(organizations) {
		return getCostsOut{}, errs[0]
	}
	if len(organizations) == 0 {
		return getCostsOut{}, &failure{Code: codeForbidden, Message: "the token has no active organisation"}
	}
	if len(out.Items) == 1 { // sums of several currencies would mean nothing
		out.Currency, out.Sum = out.Items[0].Currency, &out.Items[0].money
	}
	out.Failures, out.Total = c.failures(ctx, organizations), len(out.Items)
	return out, nil
}

// financeRefused says which right is missing where the API only says no.
func (c *call) financeRefused(err error, o zerops.Organization) error {
	refusal, ok := errors.AsType[*zerops.Error](err)
	if !ok || !errors.Is(err, zerops.ErrForbidden) {
		return err
	}
	return &failure{
		Code: codeForbidden, Status: refusal.Status, APICode: clean(refusal.Code, 128), Operation: refusal.Operation.String(),
		Message: fmt.Sprintf("the token (%s, from %s) is valid but may not view the finances of the organisation %q (%s): its membership lacks canViewFinances",
			c.credential.tail(), c.credential.Source, clean(o.Name, 80), o.ID),
		Hint: "An owner or admin can grant canViewFinances to this member or token in the Zerops GUI (organisation → members); whoami shows what it has.",
		Next: &failureNext{Tool: "whoami", Arguments: map[string]any{}},
	}
}
