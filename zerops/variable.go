package zerops

import "context"

// Variable is one environment variable of a service or project. Content is a
// secret whatever the flag says; read-only tokens get the word REDACTED instead
// (platform facts §4.9).
type Variable struct {
	ID        string `json:"id"`
	Key       string `json:"key"`
	Content   string `json:"content"`
	Type      string `json:"type"` // USER or SYSTEM; older rows have more
	Sensitive bool   `json:"sensitive"`
	Editable  *bool  `json:"editable"`
}

// ProjectVariables lists the variables of a project. The search is the only
// list that has their ids, and it trails writes (operation PostProjectSearch;
// platform facts §4.9).
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

// ServiceVariables lists the variables of a service, those of zerops.yaml
// included (operation GetServiceStackEnv).
func (c *Client) ServiceVariables(ctx context.Context, serviceID string) ([]Variable, error) {
	p, err := fetch[page[Variable]](ctx, c, Call{Operation: GetServiceStackEnv, Path: []string{serviceID}})
	return p.Items, err
}
