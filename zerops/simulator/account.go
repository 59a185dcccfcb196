package simulator

import "strings"

func accountRoutes() []route {
	return []route{
		{op: "GetUserInfo", handle: userInfo},
		// The path and the form of the answer are UNVERIFIED.
		{op: "GetUserClientList", method: "GET", path: "/user/client/list", handle: listOwnOrgs},
		{op: "GetRegion", public: true, handle: regions},
		{op: "GetRegionZcli", public: true, handle: regions},
		{op: "GetClient", handle: getOrg},
		{op: "GetClientUserList", handle: listMembers},
		{op: "GetClientUser", handle: getMember},
		{op: "GetClientUserRoles", handle: getMemberRoles},
	}
}

// regions lists this very server, so that a client which follows the list stays
// here.
func regions(c *call) (any, error) {
	return object{"items": []object{{
		"name": "prg1", "isDefault": true, "address": c.r.Host, "guiAddress": "app.zerops.io",
	}}}, nil
}

// userInfo describes the caller. There is no organisation at the top: it has to be
// found in clientUserList, where an invitation that nobody has accepted stands
// beside the real memberships (platform §1.4).
func userInfo(c *call) (any, error) {
	u := c.who.user
	members := []object{}
	for _, m := range c.world.members.all() {
		if m.userID == u.id {
			members = append(members, c.world.memberView(m, true))
		}
	}
	view := u.view()
	view["countryCallingCode"], view["phoneNumber"] = nil, nil
	view["language"] = object{"id": "en", "name": "English"}
	view["created"], view["lastUpdate"] = stamp(u.created), stamp(u.created)
	view["status"] = "ACTIVE"
	view["clientUserList"] = members
	view["passwordIsSet"] = !u.integration
	view["totpIsSet"], view["hasPasskey"], view["hasU2F"] = false, false, false
	view["intercomHash"] = strings.Repeat("0", 64)
	return view, nil
}

// view is a user inside a membership.
func (u *user) view() object {
	return object{
		"id": u.id, "email": u.email, "emailVerified": !u.integration, "fullName": u.fullName(),
		"firstName": u.firstName, "lastName": u.lastName, "avatar": nil,
	}
}

func listOwnOrgs(c *call) (any, error) {
	found := []object{}
	for id, o := range c.world.orgs.all() {
		if c.membership(id) != nil {
			found = append(found, object{"id": o.id, "accountName": o.name, "avatar": nil})
		}
	}
	return object{"list": found}, nil
}

func (w *world) memberView(m *member, withOrg bool) object {
	view := object{
		"id": m.id, "clientId": m.clientID, "userId": m.userID, "status": m.status, "roleCode": m.role,
		"canViewFinances": m.viewFinances, "canEditFinances": m.editFinances, "canCreateProjects": m.makeProjects,
		"user": w.users[m.userID].view(),
	}
	if o, ok := w.orgs.get(m.clientID); ok && withOrg {
		view["client"] = object{"id": o.id, "accountName": o.name, "avatar": nil}
	}
	return view
}

func getOrg(c *call) (any, error) {
	o, _, err := c.org()
	if err != nil {
		return nil, err
	}
	return object{
		"id": o.id, "accountName": o.name, "avatar": nil, "billingInfo": nil, "paymentProviderClientId": nil,
		"verifiedByTopUp": true, "verifiedManually": false,
	}, nil
}

func listMembers(c *call) (any, error) {
	o, _, err := c.org()
	if err != nil {
		return nil, err
	}
	rows := []object{}
	for _, m := range c.world.members.all() {
		if m.clientID == o.id && !c.world.users[m.userID].integration {
			rows = append(rows, c.world.memberView(m, false))
		}
	}
	return object{"clientUserList": rows}, nil
}

// memberInPath returns the membership in the path for those who may see it.
func (c *call) memberInPath() (*member, error) {
	m, ok := c.world.members.get(c.path("id"))
	if !ok {
		return nil, missing("clientUserNotFound", "Client user")
	}
	if c.membership(m.clientID) == nil {
		return nil, insufficient()
	}
	return m, nil
}

func getMember(c *call) (any, error) {
	m, err := c.memberInPath()
	if err != nil {
		return nil, err
	}
	return c.world.memberView(m, false), nil
}

// getMemberRoles lists the overrides per project; an owner has none and full access
// all the same.
func getMemberRoles(c *call) (any, error) {
	m, err := c.memberInPath()
	if err != nil {
		return nil, err
	}
	return c.world.rolesView(m), nil
}

func (w *world) rolesView(m *member) object {
	rows := []object{}
	for id := range w.projects.all() {
		if role, ok := m.projects[id]; ok && m.role != roleOwner {
			rows = append(rows, object{"id": derivedID(m.id, id), "projectId": id, "roleCode": role})
		}
	}
	return object{"projectRoleList": rows}
}
