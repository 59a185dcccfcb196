package simulator

import (
	"slices"
	"strings"
)

func projectRoutes() []route {
	return []route{
		{op: "GetClientProject", handle: listProjects},
		{op: "GetClientProjectsByName", handle: projectsByName},
		{op: "GetClientProjectTagList", handle: listTags},
		{op: "GetProject", handle: getProject},
		{op: "PutProject", handle: putProject, required: []string{"name", "tagList", "publicIpV4Shared"}},
		{op: "PostClientProject", handle: createProject, required: []string{"name", "tagList"}},
		{op: "DeleteProject", handle: deleteProject},
		{op: "PutProjectStart", handle: startProject},
		{op: "PutProjectStop", handle: stopProject},
	}
}

// listProjects is the direct list. It is for those who may read the whole
// organisation; a member or token with access to single projects only is refused
// and has to search (platform §2).
func listProjects(c *call) (any, error) {
	o, m, err := c.org()
	if err != nil {
		return nil, err
	}
	if !m.orgWide() {
		return nil, insufficient()
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, p := range c.world.projects.all() {
		if p.clientID == o.id && asked.hasStatus(p.status) && contains(p.name, c.query.Get("nameContains")) && m.roleIn(p.id) != roleNone {
			rows = append(rows, c.world.projectView(p))
		}
	}
	return renamedCount(asked, rows), nil
}

func projectsByName(c *call) (any, error) {
	o, m, err := c.org()
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, p := range c.world.projects.all() {
		if p.clientID == o.id && p.name == c.path("name") && m.roleIn(p.id) != roleNone {
			rows = append(rows, c.world.projectView(p))
		}
	}
	return object{"projects": list(rows)}, nil
}

func listTags(c *call) (any, error) {
	o, m, err := c.org()
	if err != nil {
		return nil, err
	}
	var tags []string
	for _, p := range c.world.projects.all() {
		if p.clientID == o.id && m.roleIn(p.id) != roleNone {
			tags = append(tags, p.tags...)
		}
	}
	slices.Sort(tags)
	return object{"items": list(slices.Compact(tags))}, nil
}

func getProject(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	return c.world.projectView(p), nil
}

// guideProjects is GET /project of an address that follows the vendor's
// authentication guide.
func (s *Simulator) guideProjects(c *call) (any, error) {
	rows := []object{}
	for _, p := range c.world.projects.all() {
		if c.mayRead(p.clientID, p.id) {
			rows = append(rows, c.world.projectView(p))
		}
	}
	switch s.cfg.guide {
	case GuideItems:
		return object{"items": rows}, nil
	case GuideList:
		return object{"list": rows}, nil
	case GuideProjects:
		return object{"projects": rows}, nil
	default:
		return rows, nil
	}
}

// projectBrief is a project inside a process.
func projectBrief(p *project) object {
	return object{
		"id": p.id, "clientId": p.clientID, "name": p.name, "description": textOrNull(p.description),
		"tagList": list(p.tags), "status": p.status, "created": stamp(p.created), "lastUpdate": stamp(p.lastUpdate),
		"recipeSource": textOrNull(p.recipeSource), "recipeSourceUrl": textOrNull(p.recipeURL),
	}
}

// projectLight is a project inside a service.
func (w *world) projectLight(p *project) object {
	view := projectBrief(p)
	view["mode"] = p.mode
	view["userRoles"] = w.projectRoles(p)
	return view
}

// projectView is a project as single reads and direct lists show it.
func (w *world) projectView(p *project) object {
	view := w.projectLight(p)
	view["publicIpV4"] = textOrNull(p.ipv4)
	view["publicIpV4Shared"] = p.ipv4Shared
	view["publicIpV6"] = textOrNull(p.ipv6)
	view["publicZone"] = p.zone
	view["zeropsSubdomainHost"] = textOrNull(p.subdomainHost)
	view["logForwardingType"] = textOrNull(p.logForwarding)
	view["autoStartup"] = true
	view["primaryInstanceLocation"] = location()
	if p.creditLimit != nil {
		view["maxCreditLimit"] = *p.creditLimit
	}
	return view
}

// projectRow is a project as the search shows it: with its variables, and of the
// roles only the caller's own.
func (c *call) projectRow(p *project) object {
	view := c.world.projectView(p)
	for _, name := range []string{"recipeSource", "recipeSourceUrl", "primaryInstanceLocation", "maxCreditLimit"} {
		delete(view, name)
	}
	var own []object
	if m := c.membership(p.clientID); m != nil {
		own = append(own, object{"clientUserId": m.id, "roleCode": m.roleIn(p.id)})
	}
	view["userRoles"] = list(own)
	var variables []object
	for _, v := range c.world.variables.searchable() {
		if v.projectID == p.id && v.serviceID == "" {
			variables = append(variables, c.projectEnvView(v))
		}
	}
	view["envList"] = list(variables)
	return view
}

// projectRoles lists who has a role of their own in a project.
func (w *world) projectRoles(p *project) []object {
	roles := []object{}
	for _, m := range w.members.all() {
		if role, ok := m.projects[p.id]; ok && m.clientID == p.clientID {
			roles = append(roles, object{"id": derivedID(m.id, p.id), "clientUserId": m.id, "roleCode": role})
		}
	}
	return roles
}

// derivedID makes an id out of two others, always the same one.
func derivedID(a, b string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var mixed strings.Builder
	for i := range idLength - 1 {
		mixed.WriteByte(alphabet[(int(a[i%len(a)])*31+int(b[i%len(b)])*17+i)%len(alphabet)])
	}
	mixed.WriteByte('A')
	return mixed.String()
}

// locations are where projects can be made (platform §10.3).
func locations() []object {
	all := []object{location()}
	for _, id := range []string{"eu-central", "us-east-1", "us-west-1"} {
		all = append(all, object{"id": id, "name": id, "pingUrl": "https://ping.example.com/" + id})
	}
	return all
}

func location() object {
	return object{"id": "prg1", "name": "Prague", "pingUrl": "https://ping.example.com/prg1"}
}
