package zerops

import "context"

// Variable is one environment variable of a service or project. Content is a
// secret whatever the flag says; a token that may not read it gets
// [RedactedContent] instead, which Withheld tells (platform §4.9).
type Variable struct {
	ID        string `json:"id"`
	Key       string `json:"key"`
	Content   Secret `json:"content"`
	Type      string `json:"type"` // USER or SYSTEM; older rows have more
	Sensitive bool   `json:"sensitive"`
	Editable  *bool  `json:"editable"` // nil where the answer does not tell
	// Changed is when the value was last written, as the API writes it; empty where
	// the answer does not tell.
	Changed string `json:"lastUpdate"`
}

// RedactedContent stands where a value would be that the caller may not read.
// Written back it would destroy the value.
const RedactedContent = "REDACTED"

// VariableOwner is who decides on the value of a variable.
type VariableOwner string

// Owners of variables.
const (
	// OwnerUser marks a variable that was set by hand, by an import or by the API.
	OwnerUser VariableOwner = "user"
	// OwnerYAML marks a variable of run.envVariables in the deployed zerops.yaml.
	OwnerYAML VariableOwner = "zerops_yaml"
	// OwnerPlatform marks a variable that the platform generates.
	OwnerPlatform VariableOwner = "platform"
	// OwnerUnknown marks a variable of type USER whose answer does not tell whether
	// it may be edited: it is the user's or that of zerops.yaml.
	OwnerUnknown VariableOwner = ""
)

// Owner tells who decides on the value. Variables of zerops.yaml come with type
// ENV from older answers, and since August 2026 with type USER and not editable
// (platform §3.5, §4.9).
func (v Variable) Owner() VariableOwner {
	switch v.Type {
	case "SYSTEM", "READ_ONLY", "EDITABLE", "INTERNAL":
		return OwnerPlatform
	case "ENV":
		return OwnerYAML
	case "SECRET":
		return OwnerUser
	}
	switch {
	case v.Editable == nil:
		return OwnerUnknown
	case *v.Editable:
		return OwnerUser
	}
	return OwnerYAML
}

// ProjectVariables lists the variables of a project. The search is the only
// list that has their ids, and it trails writes (operation PostProjectSearch;
// platform §4.9).
func (c *Client) ProjectVariables(ctx context.Context, organizationID, projectID string) ([]Variable, error) {
	found, err := searchPage[struct {
		ID        string     `json:"id"`
		Variables []Variable `json:"envList"`
	}](ctx, c, PostProjectSearch, []Filter{Equal("clientId", organizationID), Equal("id", projectID)}, 1, 0)
	if err != nil {
		return nil, err
	}
	for _, p := range found.Items {
		if p.ID == projectID {
			return p.Variables, nil
		}
	}
	return nil, nil
}

// ProjectVariable returns one variable of a project as it is now (operation
// GetProjectEnv).
func (c *Client) ProjectVariable(ctx context.Context, id string) (Variable, error) {
	return fetch[Variable](ctx, c, Call{Operation: GetProjectEnv, Path: []string{id}})
}

// ServiceVariables lists the variables of a service, those of zerops.yaml
// included (operation GetServiceStackEnv).
func (c *Client) ServiceVariables(ctx context.Context, serviceID string) ([]Variable, error) {
	p, err := fetch[page[Variable]](ctx, c, Call{Operation: GetServiceStackEnv, Path: []string{serviceID}})
	return p.Items, err
}

// RevealServiceVariable returns one variable of a service with its value in clear, where
// the caller has full access (operation GetUserDataReveal; platform §10.1).
func (c *Client) RevealServiceVariable(ctx context.Context, id string) (Variable, error) {
	return fetch[Variable](ctx, c, Call{Operation: GetUserDataReveal, Path: []string{id}})
}

// RevealProjectVariable is RevealServiceVariable for a variable of a project (operation
// GetProjectEnvReveal; platform §10.1).
func (c *Client) RevealProjectVariable(ctx context.Context, id string) (Variable, error) {
	return fetch[Variable](ctx, c, Call{Operation: GetProjectEnvReveal, Path: []string{id}})
}

// NewVariable is what is written for a variable. Sensitive has no default on the
// wire: a body without it is refused (platform §1.9).
type NewVariable struct {
	Key       string `json:"key"`
	Content   string `json:"content"`
	Sensitive bool   `json:"sensitive"`
}

// CreateServiceVariable adds a variable to a service. A key that exists, be it
// in zerops.yaml, is refused with [CodeVariableDuplicateKey] (operation
// PostServiceStackUserData).
func (c *Client) CreateServiceVariable(ctx context.Context, serviceID string, v NewVariable) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PostServiceStackUserData, Path: []string{serviceID}, Body: v})
}

// UpdateServiceVariable replaces the value of a variable in place (operation
// PutUserData).
func (c *Client) UpdateServiceVariable(ctx context.Context, id string, v NewVariable) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutUserData, Path: []string{id}, Body: v})
}

// DeleteServiceVariable removes a variable of a service (operation
// DeleteUserData).
func (c *Client) DeleteServiceVariable(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: DeleteUserData, Path: []string{id}, Body: empty{}})
}

// CreateProjectVariable adds a variable to a project, which all its services
// inherit. A key that exists is refused with [CodeProjectEnvDuplicateKey]
// (operation PostProjectEnv).
func (c *Client) CreateProjectVariable(ctx context.Context, projectID string, v NewVariable) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PostProjectEnv, Path: []string{projectID}, Body: v})
}

// UpdateProjectVariable replaces the value of a variable in place (operation
// PutProjectEnv).
func (c *Client) UpdateProjectVariable(ctx context.Context, id string, v NewVariable) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutProjectEnv, Path: []string{id}, Body: v})
}

// DeleteProjectVariable removes a variable of a project (operation
// DeleteProjectEnv).
func (c *Client) DeleteProjectVariable(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: DeleteProjectEnv, Path: []string{id}, Body: empty{}})
}
