package simulator

// Roles of members (platform §3.1).
const (
	roleOwner    = "OWNER"
	roleAdmin    = "ADMIN"
	roleBasic    = "BASIC_USER"
	roleReadOnly = "READ_ONLY"
	roleNone     = "NO_ACCESS"
)

// membership returns the caller's active membership of an organisation, or nil.
func (c *call) membership(clientID string) *member {
	if c.who == nil {
		return nil
	}
	for _, m := range c.world.members.all() {
		if m.userID == c.who.user.id && m.clientID == clientID && m.status == "ACTIVE" {
			return m
		}
	}
	return nil
}

// roleIn is the role of a member in a project: the override where there is one,
// else the organisation's. An owner has no overrides and full access.
func (m *member) roleIn(projectID string) string {
	if m.role == roleOwner {
		return roleOwner
	}
	if role, ok := m.projects[projectID]; ok {
		return role
	}
	return m.role
}

// orgWide reports whether a member may read every project of the organisation.
func (m *member) orgWide() bool { return m.role != roleNone }

// mayRead reports whether the caller may read a project.
func (c *call) mayRead(clientID, projectID string) bool {
	m := c.membership(clientID)
	return m != nil && m.roleIn(projectID) != roleNone
}

// mayWrite reports whether the caller may change a project.
func (c *call) mayWrite(clientID, projectID string) bool {
	m := c.membership(clientID)
	if m == nil {
		return false
	}
	switch m.roleIn(projectID) {
	case roleOwner, roleAdmin, roleBasic:
		return true
	default:
		return false
	}
}

// need is what a handler asks of the caller.
type need int

const (
	toRead need = iota
	toWrite
)

func (c *call) allow(clientID, projectID string, what need) error {
	if what == toWrite && !c.mayWrite(clientID, projectID) || !c.mayRead(clientID, projectID) {
		return insufficient()
	}
	return nil
}

// project returns the project whose id is in the path, if the caller may.
func (c *call) project(what need) (*project, error) {
	return c.projectByID(c.path("id"), what)
}

func (c *call) projectByID(id string, what need) (*project, error) {
	p, ok := c.world.projects.get(id)
	if !ok {
		return nil, missing("projectNotFound", "Project")
	}
	return p, c.allow(p.clientID, p.id, what)
}

// service returns the service whose id is in the path, if the caller may.
func (c *call) service(what need) (*service, error) {
	return c.serviceByID(c.path("id"), what)
}

func (c *call) serviceByID(id string, what need) (*service, error) {
	s, ok := c.world.services.get(id)
	if !ok {
		return nil, missing("serviceStackNotFound", "Service stack")
	}
	return s, c.allow(s.clientID, s.projectID, what)
}

// org returns the organisation whose id is in the path, if the caller is a member.
func (c *call) org() (*org, *member, error) {
	return c.orgByID(c.path("id"))
}

func (c *call) orgByID(id string) (*org, *member, error) {
	o, ok := c.world.orgs.get(id)
	if !ok {
		return nil, nil, missing("clientNotFound", "Client")
	}
	m := c.membership(id)
	if m == nil {
		return nil, nil, insufficient()
	}
	return o, m, nil
}

// financed is org for operations that show money.
func (c *call) financed() (*org, error) {
	o, m, err := c.org()
	if err == nil && !m.viewFinances {
		err = insufficient()
	}
	return o, err
}

// administered is org for operations of owners and admins.
func (c *call) administered() (*org, error) {
	o, m, err := c.org()
	if err == nil && m.role != roleOwner && m.role != roleAdmin {
		err = insufficient()
	}
	return o, err
}

// personal refuses integration tokens.
func (c *call) personal() error {
	if c.who.user.integration {
		return noIntegrationTokens()
	}
	return nil
}
