package observe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
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

type getCostsOut struct {
	Org       string            `json:"org,omitempty"`
	OrgID     string            `json:"org_id,omitempty"`
	ProjectID string            `json:"project_id,omitempty"`
	Since     time.Time         `json:"since"`
	Until     time.Time         `json:"until"`
	TimeZone  string            `json:"time_zone"`
	GroupBy   string            `json:"group_by"`
	Currency  string            `json:"currency,omitempty"`
	Sum       *money            `json:"sum,omitempty"`
	Items     []costView        `json:"items"`
	Total     int               `json:"total"`
	Interval  string            `json:"series_interval"`
	Series    []costPoint       `json:"series"`
	Periods   []periodView      `json:"periods,omitempty"`
	Credit    *creditView       `json:"credit,omitempty"`
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

func getCosts(ctx context.Context, c *tool.Call, in getCostsIn) (getCostsOut, error) {
	if in.GroupBy == "organization" {
		return organizationCosts(ctx, c, in)
	}
	k, err := readCosts(ctx, c, in)
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
	periods, err := c.API.PeriodCosts(ctx, k.organization.ID)
	if err != nil {
		return getCostsOut{}, financeRefused(ctx, c, err, k.organization)
	}
	out.Credit = viewCredit(*k.credit, periods, time.Now())
	if k.project == nil { // the API sums up whole organisations only
		out.Periods = viewPeriods(periods, k.currency)
	}
	return out, nil
}

// readCosts reads the series that the arguments mean. With projects in scope, only
// theirs are asked for.
func readCosts(ctx context.Context, c *tool.Call, in getCostsIn) (costs, error) {
	k := costs{groupBy: cmp.Or(in.GroupBy, "project")}
	if err := k.setRange(in); err != nil {
		return k, err
	}
	var err error
	if k.organization, k.project, err = costsOf(ctx, c, in); err != nil {
		return k, err
	}
	if k.only, err = c.ScopeIDs(ctx); err != nil {
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
	credit, err := c.API.Credit(ctx, k.organization.ID)
	if err != nil {
		return k, financeRefused(ctx, c, err, k.organization)
	}
	k.credit, k.currency = &credit, tool.Clean(credit.Info.Currency.ID, 10)
	if k.rows, err = costRows(ctx, c, query, projects); err != nil {
		return k, financeRefused(ctx, c, err, k.organization)
	}
	nameCosts(ctx, c, &k)
	return k, nil
}

func costRows(ctx context.Context, c *tool.Call, query zerops.CostQuery, projects []string) ([]zerops.Cost, error) {
	found := make([][]zerops.Cost, len(projects))
	errs := zerops.FanOut(len(projects), func(i int) (err error) {
		q := query
		q.ProjectID = projects[i]
		found[i], err = c.API.Costs(ctx, q)
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
	from, till, err := tool.Window{Since: in.Since, Until: in.Until}.Bounds(now, defaultCostSince)
	if err != nil {
		return err
	}
	day, month := intervals()[2], intervals()[4]
	k.interval = day
	if till.Sub(from) > readableIntervals*24*time.Hour {
		if k.groupBy == "day" && till.Sub(from) > 400*24*time.Hour {
			return tool.Invalid("since", "is more than 400 days before the end, too many for group_by day")
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
func costsOf(ctx context.Context, c *tool.Call, in getCostsIn) (zerops.Organization, *zerops.Project, error) {
	if in.Project != "" {
		p, err := c.Project(ctx, in.Project)
		if err != nil {
			return zerops.Organization{}, nil, err
		}
		if in.Org != "" {
			if chosen, _, err := c.Organization(ctx, in.Org); err != nil {
				return chosen, nil, err
			} else if chosen.ID != p.OrganizationID {
				return chosen, nil, tool.Invalid("project", "the project %s belongs to another organisation (%s)", p.ID, p.OrganizationID)
			}
		}
		return zerops.Organization{ID: p.OrganizationID, Name: c.OrganizationName(ctx, p.OrganizationID)}, &p, nil
	}
	if !c.Runner.Scope.All() {
		return scopedOrganization(ctx, c)
	}
	organization, _, err := c.Organization(ctx, in.Org)
	return organization, nil, err
}

// scopedOrganization is the one that the projects in scope belong to.
func scopedOrganization(ctx context.Context, c *tool.Call) (zerops.Organization, *zerops.Project, error) {
	all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Organization{}, nil, err
	}
	var id string
	for _, p := range all.Projects {
		if id != "" && id != p.OrganizationID {
			return zerops.Organization{}, nil, tool.Invalid("project", "is required, because the projects in scope belong to several organisations")
		}
		id = p.OrganizationID
	}
	if id == "" {
		return zerops.Organization{}, nil, &tool.Failure{Code: request.CodeNotFound, Message: "none of the projects in scope is visible to this token"}
	}
	return zerops.Organization{ID: id, Name: c.OrganizationName(ctx, id)}, nil, nil
}

// nameCosts fills in names that the rows lack, so far as they can be had: what is
// gone has none but the one in its row.
func nameCosts(ctx context.Context, c *tool.Call, k *costs) {
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
	services, projects, _, err := services.Collect(ctx, c, project)
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

// organizationCosts gives one total for each organisation.
func organizationCosts(ctx context.Context, c *tool.Call, in getCostsIn) (getCostsOut, error) {
	if err := c.WholeOrganization(); err != nil {
		return getCostsOut{}, err
	}
	if in.Project != "" {
		return getCostsOut{}, tool.Invalid("group_by", "organization sums up whole organisations; leave out project, or group by something else")
	}
	_, organizations, err := c.Organizations(ctx)
	if err != nil {
		return getCostsOut{}, err
	}
	if in.Org != "" {
		chosen, err := tool.PickOrganization(organizations, in.Org)
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
	return joinOrganizations(ctx, c, organizations, found)
}

func joinOrganizations(ctx context.Context, c *tool.Call, organizations []zerops.Organization, found []getCostsOut) (getCostsOut, error) {
	out := getCostsOut{GroupBy: "organization", TimeZone: "UTC", Items: []costView{}, Series: []costPoint{}}
	var errs []error
	for i, o := range organizations {
		if o.Err != nil {
			errs = append(errs, o.Err)
			continue
		}
		part := found[i]
		out.Since, out.Until, out.Interval = part.Since, part.Until, part.Interval
		out.Items = append(out.Items, costView{ID: o.ID, Name: tool.Clean(o.Name, 120), money: *part.Sum, Currency: part.Currency, Credit: part.Credit})
	}
	if len(errs) > 0 && len(errs) == len(organizations) {
		return getCostsOut{}, errs[0]
	}
	if len(organizations) == 0 {
		return getCostsOut{}, &tool.Failure{Code: request.CodeForbidden, Message: "the token has no active organisation"}
	}
	if len(out.Items) == 1 { // sums of several currencies would mean nothing
		out.Currency, out.Sum = out.Items[0].Currency, &out.Items[0].money
	}
	out.Failures, out.Total = c.Failures(ctx, organizations), len(out.Items)
	return out, nil
}

// financeRefused says which right is missing where the API only says no, if it
// is the one to see finances.
func financeRefused(ctx context.Context, c *tool.Call, err error, o zerops.Organization) error {
	refusal, ok := errors.AsType[*zerops.Error](err)
	if !ok || !errors.Is(err, zerops.ErrForbidden) {
		return err
	}
	user, userErr := c.API.User(ctx)
	if userErr != nil || slices.ContainsFunc(user.Memberships, func(m zerops.Membership) bool { return m.OrganizationID == o.ID && m.CanViewFinances }) {
		return err
	}
	return &tool.Failure{
		Code: request.CodeForbidden, Status: refusal.Status, APICode: tool.Clean(refusal.Code, 128), Operation: refusal.Operation.String(),
		Message: fmt.Sprintf("the token (%s, from %s) is valid but may not view the finances of the organisation %q (%s): its membership lacks canViewFinances",
			c.Credential.Tail(), c.Credential.Source, tool.Clean(o.Name, 80), o.ID),
		Hint: "An owner or admin can grant canViewFinances to this member or token in the Zerops GUI (organisation → members); whoami shows what it has.",
		Next: &tool.FailureNext{Tool: "whoami", Arguments: map[string]any{}},
	}
}
