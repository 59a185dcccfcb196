package simulator

import (
	"slices"
	"time"
)

// envSyncTime is how long a changed variable takes to its containers.
const envSyncTime = 2600 * time.Millisecond

func variableRoutes() []route {
	// The live API demands "sensitive" of a new variable, which the vendor's SDK does
	// not send. An update without it makes a sensitive value plain (platform §10.1).
	needs, changes := []string{"key", "content", "sensitive"}, []string{"key", "content"}
	return []route{
		{op: "GetServiceStackEnv", handle: listServiceEnv},
		{op: "GetServiceStackUserData", handle: listUserData},
		{op: "GetUserData", handle: getUserData},
		{op: "GetUserDataReveal", method: "GET", path: "/user-data/{id}/reveal", handle: revealUserData},
		{op: "PostServiceStackUserData", required: needs, handle: createUserData},
		{op: "PutUserData", required: changes, handle: putUserData},
		{op: "DeleteUserData", handle: deleteUserData},
		{op: "PutServiceStackUserDataEnvFile", handle: replaceUserData},
		{op: "GetProjectEnv", handle: getProjectEnv},
		{op: "GetProjectEnvReveal", method: "GET", path: "/project-env/{id}/reveal", handle: revealProjectEnv},
		{op: "PostProjectEnv", handle: createProjectEnv},
		{op: "PutProjectEnv", required: changes, handle: putProjectEnv},
		{op: "DeleteProjectEnv", handle: deleteProjectEnv},
		{op: "PutProjectEnvFile", handle: replaceProjectEnv},
	}
}

// listServiceEnv is the plain list, which also mirrors the variables of zerops.yaml.
func listServiceEnv(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	items := []object{}
	for _, v := range c.world.variablesOf(s.projectID, s.id) {
		view := c.userDataView(v)
		for _, name := range []string{"editable", "internal", "serviceStackName"} {
			delete(view, name)
		}
		items = append(items, view)
	}
	return object{"items": items}, nil
}

// listUserData shows a page of 30 unless it is asked for more (platform §10.3).
func listUserData(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	if !c.query.Has("limit") {
		asked.limit = min(asked.limit, 30)
	}
	var rows []object
	for _, v := range c.world.variablesOf(s.projectID, s.id) {
		if contains(v.key, c.query.Get("keyContains")) {
			rows = append(rows, c.userDataView(v))
		}
	}
	return renamedCount(asked, rows), nil
}

// variable returns the variable in the path from the stores of services or of
// projects.
func (c *call) variable(what need, ofService bool, code string) (*variable, error) {
	v, ok := c.world.variables.get(c.path("id"))
	if !ok || (v.serviceID != "") != ofService {
		return nil, missing(code, "Variable")
	}
	return v, c.allow(v.clientID, v.projectID, what)
}

func getUserData(c *call) (any, error) {
	v, err := c.variable(toRead, true, "userDataNotFound")
	if err != nil {
		return nil, err
	}
	return c.userDataView(v), nil
}

// revealUserData shows a variable with its value. Every token counts as a person who
// has just proved to be one; only password sessions, which this account does not
// have, are refused with notInSudoMode (platform §10.1).
func revealUserData(c *call) (any, error) {
	v, err := c.variable(toWrite, true, "userDataNotFound")
	if err != nil {
		return nil, err
	}
	return c.userDataView(v), nil
}

func revealProjectEnv(c *call) (any, error) {
	v, err := c.variable(toWrite, false, "projectEnvNotFound")
	if err != nil {
		return nil, err
	}
	return c.projectEnvView(v), nil
}

func createUserData(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.workable(s); err != nil {
		return nil, err
	}
	var body envBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkKey(body.Key, "userData"); err != nil {
		return nil, err
	}
	w := c.world
	if w.duplicate(s.projectID, s.id, body.Key, "") {
		return nil, duplicateKey("userData", body.Key)
	}
	w.addVariable(&variable{
		clientID: s.clientID, projectID: s.projectID, serviceID: s.id, key: body.Key, content: body.Content, sensitive: body.Sensitive, editable: true,
	})
	return w.processView(c.sync(s)), nil
}

func putUserData(c *call) (any, error) {
	v, err := c.variable(toWrite, true, "userDataNotFound")
	if err != nil {
		return nil, err
	}
	s, err := c.serviceByID(v.serviceID, toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.workable(s); err != nil {
		return nil, err
	}
	var body envBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	switch {
	case v.baked:
		return nil, refuse("recordIsReadOnly", "Record is read only")
	case v.system && (!v.editable || body.Key != v.key):
		return nil, refuse("userDataSystemKeyChangeForbidden", "System key change is forbidden")
	}
	if body.Key != v.key {
		if err := checkKey(body.Key, "userData"); err != nil {
			return nil, err
		}
	}
	w := c.world
	if w.duplicate(s.projectID, s.id, body.Key, v.id) {
		return nil, duplicateKey("userData", body.Key)
	}
	v.key, v.content, v.sensitive, v.lastUpdate = body.Key, body.Content, body.Sensitive, w.now
	w.variables.put(v.id, v)
	return w.processView(c.sync(s)), nil
}

func deleteUserData(c *call) (any, error) {
	v, err := c.variable(toWrite, true, "userDataNotFound")
	if err != nil {
		return nil, err
	}
	s, err := c.serviceByID(v.serviceID, toWrite)
	if err != nil {
		return nil, err
	}
	if v.baked || v.system {
		return nil, refuse("userDataDeleteForbidden", "User data delete is forbidden")
	}
	c.world.variables.remove(v.id)
	return c.world.processView(c.sync(s)), nil
}

// replaceUserData replaces the whole set that users made: what the text does not
// name is gone, and the word REDACTED is stored as it stands.
func replaceUserData(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.workable(s); err != nil {
		return nil, err
	}
	entries, err := c.envFileBody()
	if err != nil {
		return nil, err
	}
	w := c.world
	known := w.variablesOf(s.projectID, s.id)
	if err := checkReplacement(entries, known, "userData"); err != nil {
		return nil, err
	}
	w.replaceVariables(entries, known, variable{clientID: s.clientID, projectID: s.projectID, serviceID: s.id})
	return w.processView(c.sync(s)), nil
}

// envFileBody reads the dotenv text of a bulk write. The mark is for all of its values;
// that they become plain without it, as by a single update, is UNVERIFIED.
func (c *call) envFileBody() ([]envBody, error) {
	var body struct {
		EnvFile   string `json:"envFile"`
		Sensitive bool   `json:"sensitive"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	pairs, err := parseEnvFile(body.EnvFile)
	if err != nil {
		return nil, err
	}
	var entries []envBody
	for _, pair := range pairs {
		entries = append(entries, envBody{Key: pair[0], Content: pair[1], Sensitive: body.Sensitive})
	}
	return entries, nil
}

// checkReplacement checks the variables that take the place of a store's. A key that
// the platform or zerops.yaml owns may stand in the text as it is, not in another case.
func checkReplacement(entries []envBody, known []*variable, family string) error {
	var taken []string
	for _, v := range known {
		owned := v.system || v.baked
		if owned && !slices.ContainsFunc(entries, func(entry envBody) bool { return entry.Key == v.key }) {
			taken = append(taken, v.key)
		}
	}
	return checkEntries(entries, family, taken)
}

// replaceVariables makes entries the user's variables of a store. A key that was there
// keeps its id.
func (w *world) replaceVariables(entries []envBody, known []*variable, store variable) {
	for _, v := range known {
		named := slices.ContainsFunc(entries, func(entry envBody) bool { return entry.Key == v.key })
		if !v.system && !v.baked && !named {
			w.variables.remove(v.id)
		}
	}
	for _, entry := range entries {
		i := slices.IndexFunc(known, func(v *variable) bool { return v.key == entry.Key })
		if i < 0 {
			added := store
			added.key, added.content, added.sensitive, added.editable = entry.Key, entry.Content, entry.Sensitive, true
			w.addVariable(&added)
			continue
		}
		if v := known[i]; !v.baked {
			v.content, v.sensitive, v.lastUpdate = entry.Content, entry.Sensitive, w.now
			w.variables.put(v.id, v)
		}
	}
}

// sync starts the process that brings changed variables to the containers. A deploy
// that is asked for meanwhile is refused.
func (c *call) sync(s *service) *process {
	w := c.world
	s.syncing++
	w.services.put(s.id, s)
	done := func() {
		s.syncing--
		if _, there := w.services.get(s.id); there {
			w.services.put(s.id, s)
		}
	}
	return w.start(job{
		action: "stack.updateUserData", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: envSyncTime,
		finish: done, fail: func(problem) { done() },
	})
}

// syncProject is sync for the variables of a project, which every service sees.
func (c *call) syncProject(p *project) *process {
	w := c.world
	affected := w.servicesOf(p)
	affected = slices.DeleteFunc(affected, func(s *service) bool { return s.system })
	for _, s := range affected {
		s.syncing++
	}
	done := func() {
		for _, s := range affected {
			s.syncing--
		}
	}
	return w.start(job{
		action: "project.updateEnv", project: p, by: c.actor(), takes: envSyncTime, finish: done, fail: func(problem) { done() },
	})
}

func getProjectEnv(c *call) (any, error) {
	v, err := c.variable(toRead, false, "projectEnvNotFound")
	if err != nil {
		return nil, err
	}
	return c.projectEnvView(v), nil
}

func createProjectEnv(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	var body envBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if err := checkKey(body.Key, "projectEnv"); err != nil {
		return nil, err
	}
	if c.world.duplicate(p.id, "", body.Key, "") {
		return nil, duplicateKey("projectEnv", body.Key)
	}
	c.world.addProjectEnv(p, body.Key, body.Content, body.Sensitive)
	return c.world.processView(c.syncProject(p)), nil
}

func putProjectEnv(c *call) (any, error) {
	v, err := c.variable(toWrite, false, "projectEnvNotFound")
	if err != nil {
		return nil, err
	}
	var body envBody
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	p, err := c.projectByID(v.projectID, toWrite)
	if err != nil {
		return nil, err
	}
	if v.system && (!v.editable || body.Key != v.key) {
		return nil, refuse("projectEnvUseOfSystemKey", "System key change is forbidden")
	}
	if body.Key != v.key {
		if err := checkKey(body.Key, "projectEnv"); err != nil {
			return nil, err
		}
	}
	if c.world.duplicate(p.id, "", body.Key, v.id) {
		return nil, duplicateKey("projectEnv", body.Key)
	}
	v.key, v.content, v.sensitive, v.lastUpdate = body.Key, body.Content, body.Sensitive, c.world.now
	c.world.variables.put(v.id, v)
	return c.world.processView(c.syncProject(p)), nil
}

func deleteProjectEnv(c *call) (any, error) {
	v, err := c.variable(toWrite, false, "projectEnvNotFound")
	if err != nil {
		return nil, err
	}
	p, err := c.projectByID(v.projectID, toWrite)
	if err != nil {
		return nil, err
	}
	if v.system {
		return nil, refuse("userDataDeleteForbidden", "User data delete is forbidden")
	}
	c.world.variables.remove(v.id)
	return c.world.processView(c.syncProject(p)), nil
}

func replaceProjectEnv(c *call) (any, error) {
	p, err := c.project(toWrite)
	if err != nil {
		return nil, err
	}
	entries, err := c.envFileBody()
	if err != nil {
		return nil, err
	}
	w := c.world
	known := w.variablesOf(p.id, "")
	if err := checkReplacement(entries, known, "projectEnv"); err != nil {
		return nil, err
	}
	w.replaceVariables(entries, known, variable{clientID: p.clientID, projectID: p.id})
	return w.processView(c.syncProject(p)), nil
}
