package simulator

import (
	"slices"
	"strings"
)

func notificationRoutes() []route {
	return []route{
		{op: "GetClientUserNotification", handle: listNotifications},
		{op: "GetUserNotification", handle: getNotification},
		{op: "PutUserNotificationAcknowledge", handle: acknowledge},
		{op: "PutUserNotificationAcknowledgeAll", handle: acknowledgeAll},
	}
}

// notify tells how a process ended. Housekeeping of the platform and cancelled
// processes tell nobody.
func (w *world) notify(p *process) {
	if hiddenAction(p) || p.status == processCanceled || p.bySystem && p.status != processFailed {
		return
	}
	kind := "SUCCESS"
	if p.status == processFailed {
		kind = "ERROR"
	}
	n := &notification{
		id: w.ids.next(), clientID: p.clientID, projectID: p.projectID, serviceID: p.serviceID, kind: kind, processID: p.id,
		action: p.action, actionCreated: p.created, started: p.started, finished: p.finished, problem: p.problem,
		versionID: p.versionID, created: w.now, by: p.by,
	}
	w.notifications.put(n.id, n)
}

func (w *world) notificationView(n *notification) object {
	view := object{
		"id": n.id, "clientId": n.clientID, "projectId": textOrNull(n.projectID), "serviceStackId": textOrNull(n.serviceID),
		"project": nil, "serviceStacks": []object{}, "serviceName": nil, "containerId": nil, "containerNumber": nil,
		"type": n.kind, "createdByUser": n.by.view(), "canceledByUser": nil, "actionName": n.action,
		"actionCreated": stamp(n.actionCreated), "actionStarted": stampOrNull(n.started), "actionFinished": stampOrNull(n.finished),
		"error": nil, "appVersion": nil, "created": stamp(n.created), "executorTag": "MAIN",
	}
	if p, ok := w.projects.get(n.projectID); ok {
		view["project"] = projectBrief(p)
	}
	if s, ok := w.services.get(n.serviceID); ok {
		view["serviceStacks"], view["serviceName"] = []object{w.serviceBrief(s)}, s.name
	}
	if n.problem != nil {
		view["error"] = object{"code": n.problem.code, "message": n.problem.message, "meta": nil}
	}
	if v, ok := w.versions.get(n.versionID); ok {
		view["appVersion"] = v.jsonObject()
	}
	return view
}

func listNotifications(c *call) (any, error) {
	o, _, err := c.org()
	if err != nil {
		return nil, err
	}
	asked, err := c.paging()
	if err != nil {
		return nil, err
	}
	var kinds []string
	if text := c.query.Get("types"); text != "" {
		kinds = strings.Split(text, ",")
	}
	projectID, serviceID := c.query.Get("projectId"), c.query.Get("serviceStackId")
	var rows []object
	for _, n := range c.world.notifications.all() {
		if n.clientID != o.id || projectID != "" && n.projectID != projectID || serviceID != "" && n.serviceID != serviceID ||
			len(kinds) > 0 && !slices.Contains(kinds, n.kind) || n.projectID != "" && !c.mayRead(n.clientID, n.projectID) {
			continue
		}
		rows = append(rows, c.world.notificationView(n))
	}
	return direct(asked, newestFirst(rows)), nil
}

func getNotification(c *call) (any, error) {
	n, err := c.notification()
	if err != nil {
		return nil, err
	}
	return c.world.notificationView(n), nil
}

func (c *call) notification() (*notification, error) {
	n, ok := c.world.notifications.get(c.path("id"))
	if !ok {
		return nil, missing("userNotificationNotFound", "User notification")
	}
	return n, c.allow(n.clientID, n.projectID, toRead)
}

func acknowledge(c *call) (any, error) {
	n, err := c.notification()
	if err != nil {
		return nil, err
	}
	n.acknowledged = true
	c.world.notifications.put(n.id, n)
	return success(), nil
}

func acknowledgeAll(c *call) (any, error) {
	var body struct {
		ClientID       string `json:"clientId"`
		ProjectID      string `json:"projectId"`
		ServiceStackID string `json:"serviceStackId"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	if _, _, err := c.orgByID(body.ClientID); err != nil {
		return nil, err
	}
	for id, n := range c.world.notifications.all() {
		if n.clientID == body.ClientID && (body.ProjectID == "" || n.projectID == body.ProjectID) &&
			(body.ServiceStackID == "" || n.serviceID == body.ServiceStackID) {
			n.acknowledged = true
			c.world.notifications.put(id, n)
		}
	}
	return success(), nil
}
