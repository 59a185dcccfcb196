package projects

import (
	"cmp"
	"context"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Team are the tools that show who has access. Nothing here lets anybody in.
func Team() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_members", Title: "List members", Effect: zerops.Reads,
			Description: "Members of an organisation with role, rights and projects of their own.",
			Operations:  []zerops.Operation{zerops.GetClientUserList},
			Needs:       tool.SeeFinances,
		}, listMembers),
		tool.Define(tool.Spec{
			Name: "list_tokens", Title: "List tokens", Effect: zerops.Reads,
			Description: "Integration tokens of an organisation and personal tokens of the caller, with their rights; never their values.",
			Operations:  []zerops.Operation{zerops.GetClientIntegrationTokenList, zerops.GetUserTokenList},
			Needs:       tool.SeeFinances,
		}, listTokens),
	)
}

type inOrganization struct {
	Org string `json:"org,omitempty" jsonschema_description:"id or name; optional with one organisation"`
	tool.Paging
}

type grantView struct {
	ProjectID string `json:"project_id"`
	Project   string `json:"project,omitempty"`
	Role      string `json:"role"`
}

type rightsView struct {
	Role              string      `json:"role,omitempty"`
	CanViewFinances   bool        `json:"can_view_finances"`
	CanEditFinances   bool        `json:"can_edit_finances"`
	CanCreateProjects bool        `json:"can_create_projects"`
	Projects          []grantView `json:"projects"`
}

type memberView struct {
	ID     string `json:"id"`
	UserID string `json:"user_id"`
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	Status string `json:"status"`
	rightsView
}

type listMembersOut struct {
	tool.Page[memberView]
	Incomplete []string `json:"incomplete,omitempty"`
}

// Cut keeps what is incomplete.
func (o listMembersOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listMembers(ctx context.Context, c *tool.Call, in *inOrganization) (*listMembersOut, error) {
	if err := c.WholeOrganization(); err != nil {
		return nil, err
	}
	org, user, err := c.Organization(ctx, in.Org)
	if err != nil {
		return nil, err
	}
	members, err := c.API.Members(ctx, org.ID)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(members, func(i, j int) bool { return memberName(members[i]) < memberName(members[j]) })
	shown, err := tool.Paginate(members, in.Paging, org.ID)
	if err != nil {
		return nil, err
	}
	grants := make([][]zerops.ProjectRole, len(shown.Items))
	errs := zerops.FanOut(len(shown.Items), func(i int) (err error) {
		grants[i], err = c.API.MembershipRoles(ctx, shown.Items[i].ID)
		return err
	})
	out := listMembersOut{Page: tool.Page[memberView]{Items: []memberView{}, NextCursor: shown.NextCursor, Total: shown.Total, Offset: shown.Offset, Digest: shown.Digest}}
	names := map[string]string{}
	for _, list := range grants {
		if len(list) > 0 {
			names, out.Incomplete = grantedNames(ctx, c, user, org)
			break
		}
	}
	for i, m := range shown.Items {
		v := memberView{
			ID: m.ID, UserID: cmp.Or(m.UserID, m.User.ID), Name: tool.Clean(m.User.FullName, 120), Email: tool.Clean(m.User.Email, 120), Status: tool.Clean(m.Status, 40),
			rightsView: rightsView{
				Role: tool.Clean(m.RoleCode, 40), CanViewFinances: m.CanViewFinances, CanEditFinances: m.CanEditFinances, CanCreateProjects: m.CanCreateProjects,
				Projects: viewGrants(grants[i], names),
			},
		}
		out.Items = append(out.Items, v)
		if errs[i] != nil {
			out.Incomplete = append(out.Incomplete, "projects of "+tool.Clean(memberName(m), 80)+": "+c.Reason(ctx, errs[i]))
		}
	}
	return &out, nil
}

func memberName(m zerops.Member) string {
	return strings.ToLower(cmp.Or(m.User.FullName, m.User.Email))
}

// grantedNames names the projects of an organisation; without them the ids
// serve, and incomplete says so.
func grantedNames(ctx context.Context, c *tool.Call, user zerops.User, org zerops.Organization) (names map[string]string, incomplete []string) {
	names = map[string]string{}
	found, err := c.ProjectsOf(ctx, user, []zerops.Organization{org}, zerops.ListOptions{})
	if err != nil {
		return names, []string{"names of projects: " + c.Reason(ctx, err)}
	}
	for _, p := range found.Projects {
		names[p.ID] = tool.Clean(p.Name, 120)
	}
	return names, nil
}

func viewGrants(roles []zerops.ProjectRole, names map[string]string) []grantView {
	views := []grantView{}
	for _, r := range roles[:min(len(roles), 200)] {
		views = append(views, grantView{ProjectID: r.ProjectID, Project: names[r.ProjectID], Role: tool.Clean(r.RoleCode, 40)})
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].Project < views[j].Project })
	return views
}

type tokenRowView struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" jsonschema:"enum=integration,enum=personal"`
	Name      string     `json:"name"`
	Created   *time.Time `json:"created,omitempty"`
	Updated   *time.Time `json:"updated,omitempty"`
	CreatedBy string     `json:"created_by,omitempty"`
	Current   bool       `json:"current,omitempty"`
	// Rights are those of an integration token; a personal one has its owner's.
	Rights *rightsView `json:"rights,omitempty"`
}

type listTokensOut struct {
	tool.Page[tokenRowView]
	Incomplete []string `json:"incomplete,omitempty"`
}

// Cut keeps what is incomplete.
func (o listTokensOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listTokens(ctx context.Context, c *tool.Call, in *inOrganization) (*listTokensOut, error) {
	if err := c.WholeOrganization(); err != nil {
		return nil, err
	}
	org, user, err := c.Organization(ctx, in.Org)
	if err != nil {
		return nil, err
	}
	var integration []zerops.IntegrationToken
	var personal []zerops.UserToken
	errs := zerops.FanOut(2, func(i int) (err error) {
		if i == 0 {
			integration, err = c.API.IntegrationTokens(ctx, org.ID)
		} else {
			personal, err = c.API.UserTokens(ctx)
		}
		return err
	})
	if errs[0] != nil && errs[1] != nil {
		return nil, errs[0]
	}
	names := map[string]string{}
	var incomplete []string
	for _, t := range integration {
		if len(t.Projects) > 0 {
			names, incomplete = grantedNames(ctx, c, user, org)
			break
		}
	}
	rows := []tokenRowView{}
	for _, t := range integration {
		rows = append(rows, tokenRowView{
			ID: t.ID, Kind: "integration", Name: tool.Clean(t.Name, 120), Created: tool.TimeOrNil(t.Created), Updated: tool.TimeOrNil(t.LastUpdate),
			CreatedBy: t.CreatedBy, Current: t.ID == user.ID,
			Rights: &rightsView{
				Role: tool.Clean(t.RoleCode, 40), CanViewFinances: t.CanViewFinances, CanEditFinances: t.CanEditFinances, CanCreateProjects: t.CanCreateProjects,
				Projects: viewGrants(t.Projects, names),
			},
		})
	}
	for _, t := range personal {
		rows = append(rows, tokenRowView{ID: t.ID, Kind: "personal", Name: tool.Clean(t.Name, 120), Created: tool.TimeOrNil(t.Created)})
	}
	sort.SliceStable(rows, func(i, j int) bool {
		if rows[i].Kind != rows[j].Kind {
			return rows[i].Kind < rows[j].Kind
		}
		return rows[i].Name < rows[j].Name
	})
	shown, err := tool.Paginate(rows, in.Paging, org.ID)
	out := listTokensOut{Page: shown, Incomplete: incomplete}
	for i, what := range []string{"integration tokens", "personal tokens"} {
		if errs[i] != nil {
			out.Incomplete = append(out.Incomplete, what+": "+c.Reason(ctx, errs[i]))
		}
	}
	return &out, err
}
