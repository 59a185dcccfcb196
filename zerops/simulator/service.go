package simulator

import (
	"slices"
)

func serviceRoutes() []route {
	return []route{
		{op: "GetProjectServiceStack", handle: listServices},
		{op: "GetServiceStack", handle: getService},
		{op: "GetServiceStackByName", handle: serviceByName},
		{op: "GetServiceStackContainer", handle: listContainers},
		{op: "GetServiceStackService", handle: listInnerServices},
	}
}

// listServices is the direct list, system services included.
func listServices(c *call) (any, error) {
	p, err := c.project(toRead)
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var rows []object
	for _, s := range c.world.servicesOf(p) {
		if asked.hasStatus(s.status) && contains(s.name, c.query.Get("nameContains")) {
			rows = append(rows, c.serviceView(s))
		}
	}
	return direct(asked, rows), nil
}

func getService(c *call) (any, error) {
	s, err := c.service(toRead)
	if err != nil {
		return nil, err
	}
	return c.serviceView(s), nil
}

func serviceByName(c *call) (any, error) {
	p, err := c.projectByID(c.path("projectId"), toRead)
	if err != nil {
		return nil, err
	}
	s := c.world.serviceNamed(p, c.path("name"))
	if s == nil {
		return nil, missing("serviceStackNotFound", "Service stack")
	}
	return c.serviceView(s), nil
}

// servicesOf are the services of a project, oldest first.
func (w *world) servicesOf(p *project) []*service {
	var found []*service
	for _, s := range w.services.all() {
		if s.projectID == p.id {
			found = append(found, s)
		}
	}
	return found
}

func (w *world) serviceNamed(p *project, name string) *service {
	for _, s := range w.services.all() {
		if s.projectID == p.id && s.name == name {
			return s
		}
	}
	return nil
}

// setStatus changes the state of a service and that of its containers with it.
func (w *world) setStatus(s *service, status string) {
	s.status, s.lastUpdate = status, w.now
	w.services.put(s.id, s)
	var inContainer string
	switch status {
	case "ACTIVE", "STOPPED", "STARTING", "STOPPING", "RESTARTING", "RELOADING", "DELETING", "FAILED":
		inContainer = status
	default:
		return
	}
	for _, box := range w.containersOf(s) {
		box.status, box.lastUpdate = inContainer, w.now
		w.containers.put(box.id, box)
	}
}

func (w *world) containersOf(s *service) []*container {
	var found []*container
	for _, box := range w.containers.all() {
		if box.serviceID == s.id {
			found = append(found, box)
		}
	}
	return found
}

// dropService removes a service and everything that belongs to it.
func (w *world) dropService(s *service) {
	for _, box := range w.containersOf(s) {
		w.containers.remove(box.id)
	}
	for _, v := range w.variablesOf(s.projectID, s.id) {
		w.variables.remove(v.id)
	}
	for _, id := range slices.Clone(w.versions.order) {
		if v, _ := w.versions.get(id); v.serviceID == s.id {
			w.versions.remove(id)
		}
	}
	for _, id := range slices.Clone(w.portRoutings.order) {
		if r, _ := w.portRoutings.get(id); r.serviceID == s.id {
			w.portRoutings.remove(id)
		}
	}
	delete(w.backups, s.id)
	w.services.remove(s.id)
	for _, id := range []string{s.buildStack, s.prepareStack} {
		if stack, ok := w.services.get(id); ok {
			w.dropService(stack)
		}
	}
	for _, other := range w.services.all() {
		if slices.ContainsFunc(other.mounts, func(m mount) bool { return m.storageID == s.id }) {
			other.mounts = slices.DeleteFunc(slices.Clone(other.mounts), func(m mount) bool { return m.storageID == s.id })
			w.services.put(other.id, other)
		}
	}
}

func (s *service) kind() *serviceType { return s.typ }

func (s *service) typeInfo() object {
	kind := s.kind()
	name := s.versionID
	if v := kind.version(s.versionID); v != nil {
		name = v.name
	}
	return object{"serviceStackTypeName": kind.name, "serviceStackTypeCategory": kind.category, "serviceStackTypeVersionName": name}
}

// serviceBrief is a service inside a process.
func (w *world) serviceBrief(s *service) object {
	return object{
		"id": s.id, "created": stamp(s.created), "lastUpdate": stamp(s.lastUpdate), "projectId": s.projectID,
		"serviceStackTypeId": s.typ.id, "serviceStackTypeVersionId": s.versionID, "driverId": nil,
		"name": s.name, "serviceStackTypeInfo": s.typeInfo(), "ports": w.openPorts(s),
	}
}

// serviceLight is a service inside another one.
func (w *world) serviceLight(s *service) object {
	return object{
		"id": s.id, "status": s.status, "name": s.name, "serviceStackTypeInfo": s.typeInfo(),
		"serviceStackTypeId": s.typ.id, "serviceStackTypeVersionId": s.versionID, "base": s.base,
		"isSystem": s.system, "startOnProjectStart": s.startOnProjectStart,
		"githubIntegration": s.github.view(), "gitlabIntegration": s.gitlab.view(),
		"autoscalingProfileId": textOrNull(s.profile), "currentAutoscaling": s.currentScaling(),
		"customAutoscaling": s.custom.view(), "buildCache": s.cacheView(), "cdnEnabled": s.cdn,
		"nestId": "nest-1", "recipeSource": textOrNull(s.recipeSource), "recipeSourceUrl": nil,
	}
}

// serviceView is a service as single reads and direct lists show it.
func (c *call) serviceView(s *service) object {
	w := c.world
	view := w.serviceLight(s)
	view["created"], view["lastUpdate"] = stamp(s.created), stamp(s.lastUpdate)
	view["projectId"] = s.projectID
	view["project"] = nil
	if p, ok := w.projects.get(s.projectID); ok {
		view["project"] = w.projectLight(p)
	}
	view["mode"] = textOrNull(s.mode)
	view["versionNumber"] = s.versionNumber
	view["ports"] = w.openPorts(s)
	view["requestedPorts"] = object{"isActive": true, "requestedPorts": s.portViews()}
	view["customPortsEnabled"] = s.kind().category == "USER"
	view["subdomainAccess"] = s.subdomainShown
	view["reloadAvailable"] = s.kind().reload
	view["connectedStacks"] = w.mountViews(s)
	view["activeAppVersion"] = nil
	if v, ok := w.versions.get(s.activeVersion); ok {
		view["activeAppVersion"] = v.view()
	}
	view["coreService"] = nil
	if core, ok := w.services.get(s.coreID); ok {
		view["coreService"] = w.serviceLight(core)
	}
	view["autoscalingProfileOverrides"] = nil
	if s.profileOverrides != nil {
		view["autoscalingProfileOverrides"] = s.profileOverrides
	}
	var variables []object
	for _, v := range w.variablesOf(s.projectID, s.id) {
		variables = append(variables, c.userDataView(v))
	}
	view["userData"] = list(variables)
	return view
}

// serviceRow is a service as the search shows it.
func (c *call) serviceRow(s *service) object {
	view := c.serviceView(s)
	for _, name := range []string{"base", "currentAutoscaling", "autoscalingProfileId", "autoscalingProfileOverrides", "coreService", "customPortsEnabled", "nestId", "recipeSource", "recipeSourceUrl"} {
		delete(view, name)
	}
	view["clientId"] = s.clientID
	view["instanceId"] = derivedID(s.projectID, s.projectID)
	view["driverId"] = nil
	if v, ok := c.world.versions.get(s.activeVersion); ok {
		view["activeAppVersion"] = object{
			"id": v.id, "status": v.status, "os": nil, "base": textOrNull(s.base),
			"created": stamp(v.created), "lastUpdate": stamp(v.lastUpdate),
		}
	}
	http, ports := 0, 0
	for _, r := range c.world.routings.all() {
		if r.routesTo(s.id) {
			http++
		}
	}
	for _, r := range c.world.portRoutings.all() {
		if r.serviceID == s.id {
			ports++
		}
	}
	view["hasUnsyncedUserDataRecord"] = s.syncing > 0
	view["hasUnsyncedPublicHttpRoutingRecord"] = false
	view["hasUnsyncedPublicPortRecord"] = false
	view["hasPublicHttpRoutingAccess"] = http > 0
	view["hasPublicPortRoutingAccess"] = ports > 0
	view["activePublicHttpRoutingCount"] = http
	view["activePublicPortRoutingCount"] = ports
	return view
}

// openPorts are the ports that the platform has opened. Those of a new deployment are
// only declared for a while (platform §10.3).
func (w *world) openPorts(s *service) []object {
	if w.now.Before(s.portsOpenAt) {
		return []object{}
	}
	return s.portViews()
}

func (s *service) portViews() []object {
	views := []object{}
	for _, p := range s.ports {
		views = append(views, object{
			"protocol": p.protocol, "port": p.number, "description": p.description, "portRouting": !p.http,
			"httpRouting": p.http, "scheme": p.scheme, "serviceId": textOrNull(s.innerID),
		})
	}
	return views
}

func (s *service) httpPorts() []port {
	var found []port
	for _, p := range s.ports {
		if p.http {
			found = append(found, p)
		}
	}
	return found
}

func (s *service) cacheView() any {
	if s.buildStack == "" || s.cacheSnapshot == "" {
		return nil
	}
	return object{"buildServiceStackId": s.buildStack, "snapshotId": s.cacheSnapshot, "configChecksum": derivedID(s.id, s.buildStack)}
}

func (w *world) mountViews(s *service) []object {
	views := []object{}
	for _, m := range s.mounts {
		if storage, ok := w.services.get(m.storageID); ok {
			views = append(views, object{"serviceStack": w.serviceLight(storage), "status": m.status})
		}
	}
	return views
}

func (r *repository) view() any {
	if r == nil {
		return nil
	}
	return object{
		"userId": r.userID, "authorizationRequired": r.authorizationRequired, "branchName": textOrNull(r.branch),
		"tagRegex": textOrNull(r.tagRegex), "eventType": r.eventType, "isActive": r.active,
		"repositoryFullName": r.fullName, "webhookId": 4711, "zeropsYamlSetup": textOrNull(r.setup),
	}
}
