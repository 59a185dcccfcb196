package costs

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

// Query says which costs are meant, as the arguments of tools do.
type Query struct{ Org, Project, Since, Until, GroupBy string }

// Costs are the rows of a range, and what they are summed up by.
type Costs struct {
	Organization zerops.Organization
	Project      *zerops.Project // nil for all
	Currency     string
	Credit       *zerops.Credit
	From, Till   time.Time
	Interval     tool.Interval
	GroupBy      string
	Only         []string // ids of projects in scope, nil where all are

	rows []zerops.Cost
}

// Read reads the series that the arguments mean. With projects in scope, only
// theirs are asked for.
func Read(ctx context.Context, c *tool.Call, in Query) (Costs, error) {
	k := Costs{GroupBy: cmp.Or(in.GroupBy, "project")}
	if err := k.setRange(in); err != nil {
		return k, err
	}
	var err error
	if k.Organization, k.Project, err = organizationOf(ctx, c, in); err != nil {
		return k, err
	}
	if k.Only, err = c.ScopeIDs(ctx); err != nil {
		return k, err
	}
	projects := k.Only
	switch {
	case k.Project != nil:
		projects = []string{k.Project.ID}
	case projects == nil:
		projects = []string{""}
	}
	query := zerops.CostQuery{OrganizationID: k.Organization.ID, GroupBy: zerops.ByProject, Interval: k.Interval.Code, From: k.From, Till: k.Till}
	if k.GroupBy == "service" {
		query.GroupBy = zerops.ByService
	}
	credit, err := c.API.Credit(ctx, k.Organization.ID)
	if err != nil {
		return k, FinanceRefused(ctx, c, err, k.Organization)
	}
	k.Credit, k.Currency = &credit, tool.Clean(credit.Info.Currency.ID, 10)
	if k.rows, err = costRows(ctx, c, query, projects); err != nil {
		return k, FinanceRefused(ctx, c, err, k.Organization)
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
func (k *Costs) setRange(in Query) error {
	now := time.Now().UTC()
	from, till, err := tool.Window{Since: in.Since, Until: in.Until}.Bounds(now, defaultCostSince)
	if err != nil {
		return err
	}
	day, month := tool.Intervals()[2], tool.Intervals()[4]
	k.Interval = day
	if till.Sub(from) > tool.ReadableIntervals*24*time.Hour {
		if k.GroupBy == "day" && till.Sub(from) > 400*24*time.Hour {
			return tool.Invalid("since", "is more than 400 days before the end, too many for group_by day")
		}
		if k.GroupBy != "day" {
			k.Interval = month
		}
	}
	if in.Since == "" && in.Until == "" {
		from = from.Add(24 * time.Hour) // 30 days with today
	}
	k.From = k.Interval.Align(from)
	if end := day.Align(till); !end.Equal(till) {
		till = end.AddDate(0, 0, 1)
	}
	k.Till = till
	if till.After(now) {
		k.Till = now
	}
	return nil
}

// organizationOf finds the organisation, and the project if one was named.
func organizationOf(ctx context.Context, c *tool.Call, in Query) (zerops.Organization, *zerops.Project, error) {
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
func nameCosts(ctx context.Context, c *tool.Call, k *Costs) {
	missing := slices.ContainsFunc(k.rows, func(row zerops.Cost) bool {
		return row.ProjectName == "" && row.ProjectID != "" || k.GroupBy == "service" && row.ServiceName == "" && row.ServiceID != ""
	})
	if !missing {
		return
	}
	project := ""
	if k.Project != nil {
		project = k.Project.ID
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

// FinanceRefused says which right is missing where the API only says no, if it
// is the one to see finances.
func FinanceRefused(ctx context.Context, c *tool.Call, err error, o zerops.Organization) error {
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
