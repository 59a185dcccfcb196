package tools

import (
	"context"
	"slices"

	"zerops-mcp/zerops"
)

func account() []*tool {
	return []*tool{
		define(spec{
			Name: "whoami", Title: "Who am I", Standard: true, Effect: zerops.Reads,
			Description: "Whose token this is, its organisations, roles and reach, and what this server allows.",
		}, whoami),
	}
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
// organisation (platform facts §1.3). Without an answer it counts as a person.
func (c *call) isIntegrationToken(ctx context.Context, user zerops.User) bool {
	if len(user.Memberships) != 1 {
		return false
	}
	tokens, err := c.api.IntegrationTokens(ctx, user.Memberships[0].OrganizationID)
	return err == nil && slices.ContainsFunc(tokens, func(t zerops.IntegrationToken) bool { return t.ID == user.ID })
}

func whoami(ctx context.Context, c *call, _ struct{}) (whoamiOut, error) {
	user, err := c.api.User(ctx)
	if err != nil {
		return whoamiOut{}, err
	}
	cfg := c.server.cfg
	out := whoamiOut{
		Kind: "user", ID: user.ID, Name: clean(user.FullName, 120), Email: clean(user.Email, 120),
		Organizations: []orgView{}, Reach: "none", APIAddress: cfg.API.Address(),
		Token: tokenView{Source: c.credential.Source, Last4: c.credential.last4()},
		Server: serverView{
			Version: cfg.Version, ReadOnly: cfg.ReadOnly, Confirm: string(cfg.Confirm), AllowSecrets: cfg.AllowSecrets,
			Projects: append([]string{}, cfg.Projects...), Toolsets: append([]string{}, cfg.Toolsets...), Warnings: cfg.Warnings,
		},
	}
	if c.server.scope.none() {
		out.Server.Projects = []string{"(none)"}
	}
	if c.isIntegrationToken(ctx, user) {
		out.Kind, out.Email = "integration_token", ""
	}
	narrow := false
	for _, m := range user.Memberships {
		out.Organizations = append(out.Organizations, orgView{
			ID: m.OrganizationID, Name: clean(m.Organization.Name, 120), Role: clean(m.RoleCode, 40), Status: clean(m.Status, 40),
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
	if !narrow && c.server.scope.all() {
		return out, nil
	}
	if c.server.scope.none() {
		out.Reach = "none"
		return out, nil
	}
	// What reaches only single projects is told which.
	all, err := c.visibleProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return out, nil //nolint:nilerr // the identity stands without the list
	}
	names := all.organizationNames()
	for _, p := range all.projects[:min(len(all.projects), 50)] {
		out.Projects = append(out.Projects, namedView{ID: p.ID, Name: clean(p.Name, 120), Org: clean(names[p.OrganizationID], 120)})
	}
	if len(out.Projects) > 0 && (out.Reach == "none" || !c.server.scope.all()) {
		out.Reach = "projects"
	}
	return out, nil
}
