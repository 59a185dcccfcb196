package simulator

import (
	"slices"
	"time"
)

func teamRoutes() []route {
	return []route{
		{op: "GetClientIntegrationTokenList", handle: listIntegrationTokens},
		{op: "GetClientIntegrationToken", handle: getIntegrationToken},
		{op: "PostClientIntegrationToken", handle: createIntegrationToken},
		{op: "PutClientIntegrationToken", handle: putIntegrationToken},
		{op: "PutClientIntegrationTokenRegenerate", handle: regenerateIntegrationToken},
		{op: "DeleteClientIntegrationToken", handle: deleteIntegrationToken},
		{op: "GetUserTokenList", handle: listUserTokens},
		{op: "GetUserToken", handle: getUserToken},
		{op: "PostUserToken", handle: createUserToken},
		{op: "PutUserToken", handle: renameUserToken},
		{op: "DeleteUserToken", handle: deleteUserToken},
		{op: "PutClientUser", handle: putMember},
		{op: "DeleteClientUser", handle: deleteMember},
		{op: "PutClientUserRoles", handle: putMemberRoles},
	}
}

// userToken is a personal access token; its value was shown once.
type userToken struct {
	id, name, userID, value string
	created                 time.Time
}

func (t *userToken) view() object {
	return object{"id": t.id, "name": t.name, "created": stamp(t.created)}
}

func (w *world) integrationView(m *member) object {
	grants := []object{}
	for id := range w.projects.all() {
		if role, ok := m.projects[id]; ok {
			grants = append(grants, object{"projectId": id, "roleCode": role})
		}
	}
	return object{
		"id": m.userID, "name": w.users[m.userID].fullName(), "roleCode": m.role, "canViewFinances": m.viewFinances,
		"canEditFinances": m.editFinances, "canCreateProjects": m.makeProjects, "createdByUser": textOrNull(m.createdBy),
		"created": stamp(m.created), "lastUpdate": stamp(m.lastUpdate), "projects": grants,
	}
}

// listIntegrationTokens ignores limit and offset, as the platform does.
func listIntegrationTokens(c *call) (any, error) {
	o, _, err := c.org()
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, m := range c.world.members.all() {
		if m.clientID == o.id && c.world.users[m.userID].integration {
			found = append(found, c.world.integrationView(m))
		}
	}
	return object{"list": found}, nil
}

// integration returns the membership of the token in the path.
func (c *call) integration() (*member, error) {
	o, _, err := c.org()
	if err != nil {
		return nil, err
	}
	for _, m := range c.world.members.all() {
		if m.clientID == o.id && m.userID == c.path("tokenId") && c.world.users[m.userID].integration {
			return m, nil
		}
	}
	return nil, missing("clientUserConnectionNotFound", "Client user connection")
}

func getIntegrationToken(c *call) (any, error) {
	m, err := c.integration()
	if err != nil {
		return nil, err
	}
	return c.world.integrationView(m), nil
}

type integrationBody struct {
	Name              string `json:"name"`
	RoleCode          string `json:"roleCode"`
	CanViewFinances   bool   `json:"canViewFinances"`
	CanEditFinances   bool   `json:"canEditFinances"`
	CanCreateProjects bool   `json:"canCreateProjects"`
	Projects          []struct {
		ProjectID string `json:"projectId"`
		RoleCode  string `json:"roleCode"`
	} `json:"projects"`
}

// mayMint is for those who may make tokens: persons who administer the organisation.
func (c *call) mayMint() (*org, error) {
	if err := c.personal(); err != nil {
		return nil, err
	}
	return c.administered()
}

// apply writes the whole record; what the body leaves out is cleared.
func (b *integrationBody) apply(c *call, m *member) error {
	if b.RoleCode == roleOwner {
		return forbidden("roleLevelExceeded", "Role level exceeded")
	}
	grants := make(map[string]string)
	for _, grant := range b.Projects {
		p, ok := c.world.projects.get(grant.ProjectID)
		if !ok || p.clientID != m.clientID {
			return missing("projectNotFound", "Project")
		}
		grants[p.id] = grant.RoleCode
	}
	m.role, m.viewFinances, m.editFinances, m.makeProjects = b.RoleCode, b.CanViewFinances, b.CanEditFinances, b.CanCreateProjects
	m.projects, m.lastUpdate = grants, c.world.now
	u := c.world.users[m.userID]
	u.firstName, u.lastName = b.Name, ""
	return nil
}

func createIntegrationToken(c *call) (any, error) {
	o, err := c.mayMint()
	if err != nil {
		return nil, err
	}
	var body integrationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	w := c.world
	u := &user{id: w.ids.next(), integration: true, created: w.now}
	u.email = u.id + "@integration.example.com"
	m := &member{id: w.ids.next(), clientID: o.id, userID: u.id, status: "ACTIVE", created: w.now, createdBy: c.who.user.id}
	w.users[u.id] = u
	if err := body.apply(c, m); err != nil {
		delete(w.users, u.id)
		return nil, err
	}
	w.members.put(m.id, m)
	return w.mint(m), nil
}

// mint gives a token a new value, which only this answer shows.
func (w *world) mint(m *member) object {
	value := w.secret("integration-token")
	w.principals[value] = &principal{token: value, user: w.users[m.userID], alive: true}
	view := w.integrationView(m)
	view["token"] = value
	return view
}

// revoke makes every value of a token invalid at once.
func (w *world) revoke(userID string) {
	for _, who := range w.principals {
		if who.user.id == userID {
			who.alive = false
		}
	}
}

func putIntegrationToken(c *call) (any, error) {
	if _, err := c.mayMint(); err != nil {
		return nil, err
	}
	m, err := c.integration()
	if err != nil {
		return nil, err
	}
	var body integrationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := body.apply(c, m); err != nil {
		return nil, err
	}
	c.world.members.put(m.id, m)
	return c.world.integrationView(m), nil
}

func regenerateIntegrationToken(c *call) (any, error) {
	if _, err := c.mayMint(); err != nil {
		return nil, err
	}
	m, err := c.integration()
	if err != nil {
		return nil, err
	}
	c.world.revoke(m.userID)
	return c.world.mint(m), nil
}

func deleteIntegrationToken(c *call) (any, error) {
	if _, err := c.mayMint(); err != nil {
		return nil, err
	}
	m, err := c.integration()
	if err != nil {
		return nil, err
	}
	c.world.revoke(m.userID)
	c.world.members.remove(m.id)
	return success(), nil
}

// ownTokens are the personal access tokens of the caller.
func (c *call) ownTokens() ([]*userToken, error) {
	if err := c.personal(); err != nil {
		return nil, err
	}
	var own []*userToken
	for _, t := range c.world.userTokens {
		if t.userID == c.who.user.id {
			own = append(own, t)
		}
	}
	return own, nil
}

func (c *call) ownToken() (*userToken, error) {
	own, err := c.ownTokens()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(own, func(t *userToken) bool { return t.id == c.path("id") })
	if i < 0 {
		return nil, missing("applicationTokenNotFound", "Application token")
	}
	return own[i], nil
}

func listUserTokens(c *call) (any, error) {
	own, err := c.ownTokens()
	if err != nil {
		return nil, err
	}
	found := []object{}
	for _, t := range own {
		found = append(found, t.view())
	}
	return object{"list": found}, nil
}

func getUserToken(c *call) (any, error) {
	t, err := c.ownToken()
	if err != nil {
		return nil, err
	}
	return t.view(), nil
}

func createUserToken(c *call) (any, error) {
	if err := c.personal(); err != nil {
		return nil, err
	}
	var body struct {
		Name string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	w := c.world
	t := &userToken{id: w.ids.next(), name: body.Name, userID: c.who.user.id, value: w.secret("user-token"), created: w.now}
	w.userTokens = append(w.userTokens, t)
	w.principals[t.value] = &principal{token: t.value, user: c.who.user, alive: true}
	view := t.view()
	view["token"] = t.value
	return view, nil
}

func renameUserToken(c *call) (any, error) {
	t, err := c.ownToken()
	if err != nil {
		return nil, err
	}
	var body struct {
		Name string `json:"name"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	t.name = body.Name
	return t.view(), nil
}

func deleteUserToken(c *call) (any, error) {
	t, err := c.ownToken()
	if err != nil {
		return nil, err
	}
	if who, ok := c.world.principals[t.value]; ok {
		who.alive = false
	}
	c.world.userTokens = slices.DeleteFunc(c.world.userTokens, func(known *userToken) bool { return known == t })
	return success(), nil
}

// managedMember returns the membership in the path for those who may change it.
func (c *call) managedMember() (*member, error) {
	m, err := c.memberInPath()
	if err != nil {
		return nil, err
	}
	mine := c.membership(m.clientID)
	switch {
	case mine.role != roleOwner && mine.role != roleAdmin:
		return nil, insufficient()
	case mine.id == m.id:
		return nil, forbidden("canNotChangeOwnRole", "Can not change own role")
	case m.role == roleOwner && mine.role != roleOwner:
		return nil, forbidden("ownerRoleRequired", "Owner role is required")
	}
	return m, nil
}

func putMember(c *call) (any, error) {
	m, err := c.managedMember()
	if err != nil {
		return nil, err
	}
	var body integrationBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	m.role, m.viewFinances, m.editFinances, m.makeProjects = body.RoleCode, body.CanViewFinances, body.CanEditFinances, body.CanCreateProjects
	c.world.members.put(m.id, m)
	return c.world.memberView(m, false), nil
}

func deleteMember(c *call) (any, error) {
	m, err := c.managedMember()
	if err != nil {
		return nil, err
	}
	c.world.members.remove(m.id)
	return success(), nil
}

// putMemberRoles replaces the whole list of overrides.
func putMemberRoles(c *call) (any, error) {
	m, err := c.managedMember()
	if err != nil {
		return nil, err
	}
	var body struct {
		ProjectRoleList []struct {
			ProjectID string `json:"projectId"`
			RoleCode  string `json:"roleCode"`
		} `json:"projectRoleList"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	grants := make(map[string]string)
	for _, grant := range body.ProjectRoleList {
		p, ok := c.world.projects.get(grant.ProjectID)
		if !ok || p.clientID != m.clientID {
			return nil, missing("projectNotFound", "Project")
		}
		grants[p.id] = grant.RoleCode
	}
	m.projects = grants
	c.world.members.put(m.id, m)
	return c.world.rolesView(m), nil
}
