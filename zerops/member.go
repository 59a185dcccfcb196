package zerops

import "context"

// Member is somebody's place in an organisation, with who it is.
type Member struct {
	Membership
	UserID string `json:"userId"`
	User   struct {
		ID       string `json:"id"`
		Email    string `json:"email"`
		FullName string `json:"fullName"`
	} `json:"user"`
}

// Members lists the members of an organisation (operation GetClientUserList).
func (c *Client) Members(ctx context.Context, organizationID string) ([]Member, error) {
	answer, err := fetch[struct {
		List []Member `json:"clientUserList"`
	}](ctx, c, Call{Operation: GetClientUserList, Path: []string{organizationID}})
	if err == nil && len(answer.List) == 0 { // the caller is one
		err = malformed(GetClientUserList, errHollow)
	}
	return answer.List, err
}

// IntegrationToken describes a token of an organisation, never its value.
type IntegrationToken struct {
	ID                string        `json:"id"`
	Name              string        `json:"name"`
	RoleCode          string        `json:"roleCode"`
	CanViewFinances   bool          `json:"canViewFinances"`
	CanEditFinances   bool          `json:"canEditFinances"`
	CanCreateProjects bool          `json:"canCreateProjects"`
	CreatedBy         string        `json:"createdByUser"` // a user id
	Created           Time          `json:"created"`
	LastUpdate        Time          `json:"lastUpdate"`
	Projects          []ProjectRole `json:"projects"`
}

// IntegrationTokens lists the tokens of an organisation. The list has no pages
// (operation GetClientIntegrationTokenList; platform §4.17).
func (c *Client) IntegrationTokens(ctx context.Context, organizationID string) ([]IntegrationToken, error) {
	p, err := fetch[page[IntegrationToken]](ctx, c, Call{Operation: GetClientIntegrationTokenList, Path: []string{organizationID}})
	return p.Items, err
}

// UserToken describes a personal access token of the caller, never its value.
type UserToken struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Created Time   `json:"created"`
}

// UserTokens lists the personal access tokens of the caller (operation
// GetUserTokenList).
func (c *Client) UserTokens(ctx context.Context) ([]UserToken, error) {
	p, err := fetch[page[UserToken]](ctx, c, Call{Operation: GetUserTokenList})
	return p.Items, err
}
