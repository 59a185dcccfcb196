package zerops

import "context"

// User is whoever the token speaks for: a person, or an integration token, which
// the API presents in the shape of a user (platform §1.3).
type User struct {
	ID          string            `json:"id"`
	Email       string            `json:"email"`
	FullName    string            `json:"fullName"`
	Status      string            `json:"status"`
	Created     Time              `json:"created"`
	Memberships whole[Membership] `json:"clientUserList"`
}

// Membership is the user's place in one organisation.
type Membership struct {
	ID                string `json:"id"`
	OrganizationID    string `json:"clientId"`
	Status            string `json:"status"`   // ACTIVE or WAITING_AUTHORIZATION
	RoleCode          string `json:"roleCode"` // OWNER, ADMIN, BASIC_USER, READ_ONLY or NO_ACCESS
	CanViewFinances   bool   `json:"canViewFinances"`
	CanEditFinances   bool   `json:"canEditFinances"`
	CanCreateProjects bool   `json:"canCreateProjects"`
	Organization      struct {
		ID   string `json:"id"`
		Name string `json:"accountName"`
	} `json:"client"`
}

// Active reports whether the membership gives access now. A status that this
// client does not know counts as access: where it gives none, the API says so,
// and the other way round the caller would lose all of the organisation.
func (m Membership) Active() bool {
	switch m.Status {
	case "WAITING_AUTHORIZATION", "BEING_DELETED", "DELETED":
		return false
	}
	return true
}

// ActiveMemberships returns the memberships that give access now.
func (u User) ActiveMemberships() []Membership {
	var active []Membership
	for _, m := range u.Memberships {
		if m.Active() {
			active = append(active, m)
		}
	}
	return active
}

// User returns whoever the token speaks for, with all memberships
// (operation GetUserInfo).
func (c *Client) User(ctx context.Context) (User, error) {
	return fetch[User](ctx, c, Call{Operation: GetUserInfo})
}

// ProjectRole is a member's role in one project, where it differs from the role
// in the organisation.
type ProjectRole struct {
	ProjectID string `json:"projectId"`
	RoleCode  string `json:"roleCode"`
}

// MembershipRoles lists the per-project roles of a member. An owner's list is
// empty although every project is open (operation GetClientUserRoles;
// platform §3.1).
func (c *Client) MembershipRoles(ctx context.Context, membershipID string) ([]ProjectRole, error) {
	roles, err := fetch[struct {
		List []ProjectRole `json:"projectRoleList"`
	}](ctx, c, Call{Operation: GetClientUserRoles, Path: []string{membershipID}})
	return roles.List, err
}
