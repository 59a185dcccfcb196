package zerops

import "context"

// IntegrationToken is a token of an organisation. Its id is the id of the user
// it is presented as; its value is shown only once, at its creation.
type IntegrationToken struct {
	ID                string        `json:"id"`
	Name              string        `json:"name"`
	RoleCode          string        `json:"roleCode"`
	CanViewFinances   bool          `json:"canViewFinances"`
	CanEditFinances   bool          `json:"canEditFinances"`
	CanCreateProjects bool          `json:"canCreateProjects"`
	Created           Time          `json:"created"`
	Projects          []ProjectRole `json:"projects"`
}

// IntegrationTokens lists the tokens of an organisation, without their values.
// Paging is ignored by the API (operation GetClientIntegrationTokenList; platform
// facts §4.17).
func (c *Client) IntegrationTokens(ctx context.Context, organizationID string) ([]IntegrationToken, error) {
	p, err := fetch[page[IntegrationToken]](ctx, c, Call{Operation: GetClientIntegrationTokenList, Path: []string{organizationID}})
	return p.Items, err
}
