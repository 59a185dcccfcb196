package simulator

import (
	"net/http"
	"slices"
)

func processRoutes() []route {
	return []route{
		{op: "GetProcess", handle: getProcess},
		{op: "GetProjectProcess", handle: listProjectProcesses},
		{op: "GetServiceStackProcess", handle: listServiceProcesses},
		{op: "PutProcessCancel", handle: cancelProcess},
	}
}

// noProcess is the answer to an id that names no process, malformed or not: a 404 with
// a code of the API, unlike that of other objects (platform §10.3).
func noProcess() *apiError {
	return &apiError{status: http.StatusNotFound, code: "processNotFound", message: "Process not found"}
}

// process returns the process in the path, if the caller may.
func (c *call) process(what need) (*process, error) {
	p, ok := c.world.processes.get(c.path("id"))
	if !ok {
		return nil, noProcess()
	}
	return p, c.allow(p.clientID, p.projectID, what)
}

func getProcess(c *call) (any, error) {
	p, err := c.process(toRead)
	if err != nil {
		return nil, err
	}
	c.poll(p)
	return c.world.processView(p), nil
}

// poll moves a process on where the clock does not.
func (c *call) poll(p *process) {
	if !c.world.byPoll || p.over() {
		return
	}
	for len(p.waits) > 0 {
		blocker := p.waits[0]
		if blocker.over() {
			p.waits = slices.Delete(p.waits, 0, 1)
			continue
		}
		c.poll(blocker)
		return
	}
	c.world.step(p)
}

// listProjectProcesses tells no count (platform §10.3).
func listProjectProcesses(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	found, err := c.processList(func(row *process) bool { return row.projectID == p.id })
	delete(found, "totalCount")
	return found, err
}

func listServiceProcesses(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	return c.processList(func(row *process) bool { return slices.Contains(row.services, s.id) })
}

// processList is a direct list, newest first.
func (c *call) processList(wanted func(*process) bool) (object, error) {
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, p := range c.world.processes.all() {
		if wanted(p) && asked.hasStatus(p.status) && contains(p.action, c.query.Get("actionNameContains")) {
			rows = append(rows, c.world.processView(p))
		}
	}
	return direct(asked, newestFirst(rows)), nil
}

// cancelProcess stops a process that is still in the queue; a running one can no
// longer be stopped (platform §5).
func cancelProcess(c *call) (any, error) {
	p, err := c.process(toWrite)
	if err != nil {
		return nil, err
	}
	switch {
	case p.over():
		return nil, refuse("processAlreadyFinished", "Process has already finished")
	case p.status != processPending:
		return nil, refuse("processCanNoLongerBeCanceled", "Process can no longer be canceled")
	}
	by := c.actor()
	p.canceledBy = &by
	c.world.end(p, processCanceled, nil)
	return c.world.processView(p), nil
}

// actor is the caller as processes show it.
func (c *call) actor() actor { return actorOf(c.who.user) }

func actorOf(u *user) actor {
	kind := "USER"
	if u.integration {
		kind = "INTEGRATION_TOKEN"
	}
	return actor{kind: kind, id: u.id, email: u.email, firstName: u.firstName, fullName: u.fullName()}
}

func systemActor() actor { return actor{kind: "SYSTEM"} }

func (a actor) view() object {
	return object{
		"type": a.kind, "id": textOrNull(a.id), "email": textOrNull(a.email),
		"firstName": textOrNull(a.firstName), "fullName": textOrNull(a.fullName), "avatar": nil,
	}
}

// processView is a process as single reads, lists and searches show it. The error
// and the executor tag are newer than the vendor's SDK (platform §1.9).
func (w *world) processView(p *process) object {
	view := object{
		"id": p.id, "clientId": p.clientID, "projectId": p.projectID, "serviceStackId": textOrNull(p.serviceID),
		"project": nil, "serviceStacks": []object{}, "status": p.status, "sequence": p.sequence,
		"actionName": p.action, "created": stamp(p.created), "lastUpdate": stamp(p.lastUpdate),
		"started": stampOrNull(p.started), "finished": stampOrNull(p.finished),
		"createdByUser": p.by.view(), "createdBySystem": p.bySystem, "canceledByUser": nil,
		"appVersion": nil, "publicMeta": nil, "error": nil, "executorTag": p.executor,
	}
	if p.meta != nil {
		view["publicMeta"] = p.meta
	}
	if row, ok := w.projects.get(p.projectID); ok {
		view["project"] = projectBrief(row)
	}
	var stacks []object
	for _, id := range p.services {
		if row, ok := w.services.get(id); ok {
			stacks = append(stacks, w.serviceBrief(row))
		}
	}
	view["serviceStacks"] = list(stacks)
	if p.canceledBy != nil {
		view["canceledByUser"] = p.canceledBy.view()
	}
	if v, ok := w.versions.get(p.versionID); ok {
		view["appVersion"] = v.jsonObject()
	}
	if p.problem != nil {
		view["error"] = object{"code": p.problem.code, "message": p.problem.message}
	}
	return view
}
