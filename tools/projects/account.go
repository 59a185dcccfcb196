package projects

import (
	"context"
	"slices"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Account is the tool that says who calls and what is allowed.
func Account() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "whoami", Title: "Who am I", Standard: true, Effect: zerops.Reads,
			Description: "Whose token this is, its organisations, roles and reach, and what this server allows.",
			Operations:  []zerops.Operation{zerops.GetUserInfo},
			Always:      true,
		}, whoami),
	)
}

type whoamiOut struct {
	Kind          string      `json:"kind" jsonschema:"enum=user,enum=integration_token"`
	ID            string      `json:"id"`
	Name          string      `json:"name"`
	Email         string      `json:"email,omitempty"`
	Organizations []orgView   `json:"organizations"`
	Reach         string      `json:"reach" jsonschema:"enum=organizations,enum=projects,enum=none"`
	Projects      []namedView `json:"projects,omitempty"`
	Token         tokenView   `json:"token"`
	APIAddress    string      `json:"api_address"`
	Server        serverView  `json:"server"`
}

type orgView struct {
	ID                string `json:"id"`
	Name              string `json:"name"`
	Role              string `json:"role"`
	Status            string `json:"status"`
	CanViewFinances   bool   `json:"can_view_finances"`
	CanEditFinances   bool   `json:"can_edit_finances"`
	CanCreateProjects bool   `json:"can_create_projects"`
}

type namedView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Org  string `json:"org,omitempty"`
}

type tokenView struct {
	Source string `json:"source"`
	Last4  string `json:"last_4"`
}

type serverView struct {
	Version      string   `json:"version"`
	ReadOnly     bool     `json:"read_only"`
	Projects     []string `json:"projects"`
	Toolsets     []string `json:"toolsets"`
	Confirm      string   `json:"confirm"`
	AllowSecrets bool     `json:"allow_secrets"`
	// Warnings tell of limits that were given and could not be read.
	Warnings []string `json:"warnings,omitempty"`
}

// isIntegrationToken looks for the user among the tokens of its organisation: an
// integration token is presented as a user with the token's id, in exactly one
// organisation (platform §1.3). Without an answer it counts as a person.
func isIntegrationToken(ctx context.Context, c *tool.Call, user zerops.User) bool {
	if len(user.Memberships) != 1 {
		return false
	}
	tokens, err := c.API.IntegrationTokens(ctx, user.Memberships[0].OrganizationID)
	return err == nil && slices.ContainsFunc(tokens, func(t zerops.IntegrationToken) bool { return t.ID == user.ID })
}

func whoami(ctx context.Context, c *tool.Call, _ *struct{}) (*whoamiOut, error) {
	user, err := c.API.User(ctx)
	if err != nil {
		return nil, err
	}
	cfg := c.Runner.Config()
	out := whoamiOut{
		Kind: "user", ID: user.ID, Name: tool.Clean(user.FullName, 120), Email: tool.Clean(user.Email, 120),
		Organizations: []orgView{}, Reach: "none", APIAddress: cfg.API.Address(),
		Token: tokenView{Source: c.Credential.Source, Last4: c.Credential.Last4()},
		Server: serverView{
			Version: cfg.Version, ReadOnly: cfg.ReadOnly, Confirm: string(cfg.Confirm), AllowSecrets: cfg.AllowSecrets,
			Projects: append([]string{}, cfg.Projects...), Toolsets: append([]string{}, cfg.Toolsets...), Warnings: cfg.Warnings,
		},
	}
	if c.Runner.Scope.None() {
		out.Server.Projects = []string{"(none)"}
	}
	if isIntegrationToken(ctx, c, user) {
		out.Kind, out.Email = "integration_token", ""
	}
	narrow := false
	for _, m := range user.Memberships {
		out.Organizations = append(out.Organizations, orgView{
			ID: m.OrganizationID, Name: tool.Clean(m.Organization.Name, 120), Role: tool.Clean(m.RoleCode, 40), Status: tool.Clean(m.Status, 40),
			CanViewFinances: m.CanViewFinances, CanEditFinances: m.CanEditFinances, CanCreateProjects: m.CanCreateProjects,
		})
		if m.Active() {
			if m.RoleCode == "NO_ACCESS" {
				narrow = true
			} else {
				out.Reach = "organizations"
			}
		}
	}
	if !narrow && c.Runner.Scope.All() {
		return &out, nil
	}
	if c.Runner.Scope.None() {
		out.Reach = "none"
		return &out, nil
	}
	// What reaches only single projects is told which.
	all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return &out, nil //nolint:nilerr // the identity stands without the list
	}
	names := all.OrganizationNames()
	for _, p := range all.Projects[:min(len(all.Projects), 50)] {
		out.Projects = append(out.Projects, namedView{ID: p.ID, Name: tool.Clean(p.Name, 120), Org: tool.Clean(names[p.OrganizationID], 120)})
	}
	if len(out.Projects) > 0 && (out.Reach == "none" || !c.Runner.Scope.All()) {
		out.Reach = "projects"
	}
	return &out, nil
}
