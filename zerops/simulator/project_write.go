package simulator

import (
	"slices"
	"strings"
	"time"
)

// How long the platform takes for work on a whole project (platform §5).
const (
	projectCreateTime = 25 * time.Second
	projectStopTime   = 40 * time.Second
	projectDeleteTime = 20 * time.Second
)

type roleBody struct {
	ID       string `json:"id"`
	RoleCode string `json:"roleCode"`
}

type envBody struct {
	Key       string `json:"key"`
	Content   string `json:"content"`
	Sensitive bool   `json:"sensitive"`
}

// putProject replaces the editable record: what the body leaves out is lost, the
// credit limit too (platform §3.2).
func putProject(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body struct {
		Name             string     `json:"name"`
		Description      string     `json:"description"`
		TagList          []string   `json:"tagList"`
		PublicIPV4Shared bool       `json:"publicIpV4Shared"`
		MaxCreditLimit   *float64   `json:"maxCreditLimit"`
		UserRoles        []roleBody `json:"userRoles"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkTags(body.TagList); err != nil {
		return nil, err
	}
	if body.UserRoles != nil {
		if err := c.replaceRoles(p, body.UserRoles); err != nil {
			return nil, err
		}
	}
	p.name, p.description, p.tags = body.Name, body.Description, body.TagList
	p.ipv4Shared, p.creditLimit, p.lastUpdate = body.PublicIPV4Shared, body.MaxCreditLimit, c.world.now
	c.world.projects.put(p.id, p)
	return c.world.projectView(p), nil
}

// replaceRoles sets the roles of the named members and drops everybody else's, the
// grants of integration tokens included.
func (c *call) replaceRoles(p *project, roles []roleBody) error {
	for _, role := range roles {
		m, ok := c.world.members.get(role.ID)
		if !ok || m.clientID != p.clientID || c.world.users[m.userID].integration {
			return missing("userNotFound", "User")
		}
	}
	for id, m := range c.world.members.all() {
		if m.clientID != p.clientID {
			continue
		}
		delete(m.projects, p.id)
		for _, role := range roles {
			if role.ID == id {
				m.grant(p.id, role.RoleCode)
			}
		}
	}
	return nil
}

// grant gives a member a role in one project.
func (m *member) grant(projectID, role string) {
	if m.projects == nil {
		m.projects = make(map[string]string)
	}
	m.projects[projectID] = role
}

func checkTags(tags []string) error {
	for _, tag := range tags {
		if tag == "" || len(tag) > 64 {
			return badField("tagList", "tag must have 1 to 64 characters")
		}
	}
	return nil
}

// createProject answers at once with a project in CREATING; the process that
// creates it is not part of the answer (platform §4.3).
func createProject(c *call) (any, error) {
	o, m, err := c.org()
	if err != nil {
		return nil, err
	}
	if !m.makeProjects {
		return nil, insufficient()
	}
	if c.who.user.integration && m.role == roleNone {
		// A token that was minted with "may create projects" only is not found as a user
		// of the new project.
		return nil, missing("userNotFound", "User")
	}
	var body struct {
		Name             string     `json:"name"`
		Description      string     `json:"description"`
		Mode             string     `json:"mode"`
		TagList          []string   `json:"tagList"`
		UserRoles        []roleBody `json:"userRoles"`
		EnvVariables     []envBody  `json:"envVariables"`
		EnvSecrets       []envBody  `json:"envSecrets"`
		PublicIPV4Shared *bool      `json:"publicIpV4Shared"`
		MaxCreditLimit   *float64   `json:"maxCreditLimit"`
		EnvIsolation     string     `json:"envIsolation"`
		SSHIsolation     string     `json:"sshIsolation"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkTags(body.TagList); err != nil {
		return nil, err
	}
	variables := append(body.EnvVariables, body.EnvSecrets...)
	if err := checkEntries(variables, "projectEnv", isolationKeys()); err != nil {
		return nil, err
	}
	shared := body.PublicIPV4Shared == nil || *body.PublicIPV4Shared
	p, _ := c.newProject(o, m, projectDraft{
		name: body.Name, description: body.Description, mode: body.Mode, tags: body.TagList,
		ipv4Shared: shared, envIsolation: body.EnvIsolation, sshIsolation: body.SSHIsolation,
	})
	p.creditLimit = body.MaxCreditLimit
	for _, env := range variables {
		c.world.addProjectEnv(p, env.Key, env.Content, env.Sensitive)
	}
	return c.world.projectView(p), nil
}

type projectDraft struct {
	name, description, mode    string
	tags                       []string
	ipv4Shared                 bool
	envIsolation, sshIsolation string
	recipeSource, recipeURL    string
}

// newProject adds a project in CREATING and the process that brings it up.
func (c *call) newProject(o *org, m *member, draft projectDraft) (*project, *process) {
	w := c.world
	p := w.addProject(o, draft)
	p.status = "CREATING"
	if m.role == roleNone {
		m.grant(p.id, roleAdmin)
		w.members.put(m.id, m)
	}
	by := c.actor()
	created := w.start(job{
		action: "project.create", project: p, by: by, takes: projectCreateTime,
		finish: func() {
			p.status, p.lastUpdate = "ACTIVE", w.now
			w.addSystemServices(p)
			w.projects.put(p.id, p)
		},
		fail: func(problem) {
			p.status = "FAILED"
			w.projects.put(p.id, p)
		},
	})
	w.projects.put(p.id, p)
	return p, created
}

// addProject makes the row of a project with its addresses and system variables.
func (w *world) addProject(o *org, draft projectDraft) *project {
	p := &project{
		id: w.ids.next(), clientID: o.id, name: draft.name, description: draft.description, mode: draft.mode,
		tags: draft.tags, status: "ACTIVE", created: w.now, lastUpdate: w.now, ipv4Shared: draft.ipv4Shared,
		recipeSource: draft.recipeSource, recipeURL: draft.recipeURL,
	}
	if p.mode == "" {
		p.mode = "LIGHT"
	}
	short := strings.ToLower(strings.NewReplacer("-", "a", "_", "b").Replace(p.id))
	p.zone = short + ".prg1-zerops.zone"
	p.subdomainHost = short[:4]
	p.ipv6 = "2001:db8::" + hexDigits(p.id)
	w.projects.put(p.id, p)
	for _, setting := range [][2]string{{"envIsolation", draft.envIsolation}, {"sshIsolation", draft.sshIsolation}} {
		if setting[1] != "" {
			w.addVariable(&variable{clientID: o.id, projectID: p.id, key: setting[0], content: setting[1], system: true, editable: true})
		}
	}
	return p
}

// hexDigits turns the first characters of an id into four hexadecimal digits.
func hexDigits(id string) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 4)
	for i := range out {
		out[i] = digits[id[i]%16]
	}
	return string(out)
}

// queued refuses work on a project in which another job is under way.
func (c *call) queued(p *project) error {
	switch p.status {
	case "DELETING":
		return refuse("projectWillBeDeleted", "Project will be deleted")
	case "STARTING":
		return refuse("projectWillBeStarted", "Project will be started")
	case "STOPPING":
		return refuse("projectWillBeStopped", "Project will be stopped")
	default:
		return nil
	}
}

func deleteProject(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	if p.status == "DELETING" {
		return nil, refuse("projectWillBeDeleted", "Project will be deleted")
	}
	before := p.status
	w := c.world
	w.abandon(p.id, "")
	p.status = "DELETING"
	w.projects.put(p.id, p)
	return w.processView(w.start(job{
		action: "project.delete", project: p, by: c.actor(), takes: projectDeleteTime, after: w.openProcesses(p),
		finish: func() { w.dropProject(p) },
		fail: func(problem) {
			p.status = before
			w.projects.put(p.id, p)
		},
	})), nil
}

// openProcesses are the unfinished processes of a project.
func (w *world) openProcesses(p *project) []*process {
	var open []*process
	for _, row := range w.processes.all() {
		if row.projectID == p.id && !row.over() {
			open = append(open, row)
		}
	}
	return open
}

func (w *world) dropProject(p *project) {
	for _, s := range w.servicesOf(p) {
		w.dropService(s)
	}
	for _, v := range w.variablesOf(p.id, "") {
		w.variables.remove(v.id)
	}
	for _, id := range slices.Clone(w.routings.order) {
		if row, _ := w.routings.get(id); row.projectID == p.id {
			w.routings.remove(id)
		}
	}
	w.projects.remove(p.id)
}

func startProject(c *call) (any, error) {
	return c.switchProject("project.start", "STOPPED", "STARTING", "ACTIVE")
}

func stopProject(c *call) (any, error) {
	return c.switchProject("project.stop", "ACTIVE", "STOPPING", "STOPPED")
}

// switchProject takes a project and its running or stopped services from one state
// to the other.
func (c *call) switchProject(action, from, through, to string) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.queued(p); err != nil {
		return nil, err
	}
	if p.status != from {
		return nil, refuse("projectStatusNotSupported", "Project status %s is not supported for this action", p.status)
	}
	w := c.world
	set := func(projectStatus, wanted, status string) {
		p.status, p.lastUpdate = projectStatus, w.now
		w.projects.put(p.id, p)
		for _, s := range w.servicesOf(p) {
			if s.status == wanted && !s.system {
				w.setStatus(s, status)
			}
		}
	}
	set(through, from, through)
	return w.processView(w.start(job{
		action: action, project: p, by: c.actor(), takes: projectStopTime,
		finish: func() { set(to, through, to) },
		fail:   func(problem) { set(from, through, from) },
	})), nil
}
