package simulator

import (
	"slices"
	"time"
)

// How long the platform takes for work on a service (platform §5).
const (
	restartTime = 15 * time.Second
	reloadTime  = 4 * time.Second
	stopTime    = 30 * time.Second
	startTime   = 40 * time.Second
	deleteTime  = 10 * time.Second
	scaleTime   = 8 * time.Second
)

func serviceActionRoutes() []route {
	return []route{
		{op: "PutServiceStackStart", handle: startService},
		{op: "PutServiceStackStop", handle: stopService},
		{op: "PutServiceStackRestart", handle: restartService},
		{op: "PutServiceStackReload", handle: reloadService},
		{op: "DeleteServiceStack", handle: deleteService},
		{op: "PutServiceStackAutoscaling", handle: putAutoscaling},
		{op: "PostProjectServiceStack", handle: createServiceCall, required: []string{"name", "serviceStackVersionName"}},
		{op: "PostProjectServiceStackOld", handle: createServiceOld, required: []string{"name"}},
		{op: "PostProjectServiceStackObjectStorageV1", handle: createObjectStorage},
	}
}

// workable refuses work on a service that is in no state for it.
func (c *call) workable(s *service) error {
	p, ok := c.world.projects.get(s.projectID)
	switch {
	case s.system:
		return refuse("serviceStackIsSystemNotSupported", "Action is not supported for system service stack")
	case !ok || p.status == "DELETING":
		return refuse("projectWillBeDeleted", "Project will be deleted")
	case p.status != "ACTIVE":
		return refuse("projectIsNotActive", "Project is not active")
	}
	switch s.status {
	case "NEW", "CREATING":
		return refuse("serviceStackCreating", "Service stack is being created")
	case "UPGRADING":
		return refuse("serviceStackUpgrading", "Service stack is being upgraded")
	case "DELETING":
		return refuse("stackWillBeDeleted", "Service stack will be deleted")
	default:
		return nil
	}
}

// runnable is workable for work that needs containers.
func (c *call) runnable(s *service) error {
	if err := c.workable(s); err != nil {
		return err
	}
	if s.kind().category == "OBJECT_STORAGE" {
		return refuse("actionForbiddenForThisStackCategory", "Action is forbidden for this service stack category")
	}
	if s.status == "READY_TO_DEPLOY" {
		return refuse("serviceStackIsReadyToDeploy", "Service stack is ready to deploy")
	}
	return nil
}

// transition is an action that takes a service from some states through one to
// another.
type transition struct {
	action, through, to string
	from                []string
	takes               time.Duration
}

func (c *call) transit(t transition) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.runnable(s); err != nil {
		return nil, err
	}
	w := c.world
	for _, p := range w.processes.all() {
		if p.serviceID == s.id && p.action == t.action && !p.over() {
			return nil, refuse("processIsAlreadyRunning", "Process is already running")
		}
	}
	if !slices.Contains(t.from, s.status) {
		if s.status == "FAILED" {
			return nil, refuse("serviceStackIsFailed", "Service stack is failed")
		}
		return nil, refuse("serviceStackStatusNotSupported", "Service stack status %s is not supported", s.status)
	}
	before := s.status
	p := w.projectOf(s)
	return w.processView(w.start(job{
		action: t.action, project: p, services: []*service{s}, by: c.actor(), takes: t.takes,
		begin: func() { w.setStatus(s, t.through) },
		finish: func() {
			w.setStatus(s, t.to)
			if t.to == "ACTIVE" {
				w.restarted(s)
			}
		},
		fail: func(cause problem) {
			if cause.code == "processCanceled" {
				w.setStatus(s, before)
				return
			}
			w.setStatus(s, "ACTION_FAILED")
		},
	})), nil
}

// restarted notes that the processes of a service are new, which is when they see
// changed variables.
func (w *world) restarted(s *service) {
	s.startedAt = w.now
	w.services.put(s.id, s)
}

func (w *world) projectOf(s *service) *project {
	p, _ := w.projects.get(s.projectID)
	return p
}

func startService(c *call) (any, error) {
	return c.transit(transition{action: "stack.start", from: []string{"STOPPED"}, through: "STARTING", to: "ACTIVE", takes: startTime})
}

func stopService(c *call) (any, error) {
	return c.transit(transition{
		action: "stack.stop", through: "STOPPING", to: "STOPPED", takes: stopTime,
		from: []string{"ACTIVE", "FAILED", "ACTION_FAILED", "CONTAINER_FAILED", "REPAIR_FAILED"},
	})
}

func restartService(c *call) (any, error) {
	return c.transit(transition{
		action: "stack.restart", from: []string{"ACTIVE", "ACTION_FAILED", "CONTAINER_FAILED"}, through: "RESTARTING", to: "ACTIVE", takes: restartTime,
	})
}

func reloadService(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	if err := c.runnable(s); err != nil {
		return nil, err
	}
	if !s.kind().reload {
		return nil, refuse("serviceStackReloadNotAvailable", "Service stack reload is not available")
	}
	return c.transit(transition{action: "stack.reload", from: []string{"ACTIVE"}, through: "RELOADING", to: "ACTIVE", takes: reloadTime})
}

// deleteService frees the hostname only when the process is over.
func deleteService(c *call) (any, error) {
	s, err := c.service(toWrite)
	if err != nil {
		return nil, err
	}
	switch {
	case s.system:
		return nil, refuse("serviceStackIsSystemNotSupported", "Action is not supported for system service stack")
	case s.status == "DELETING":
		return nil, refuse("stackWillBeDeleted", "Service stack will be deleted")
	}
	w, before := c.world, s.status
	w.abandon(s.projectID, s.id)
	w.setStatus(s, "DELETING")
	return w.processView(w.start(job{
		action: "stack.delete", project: w.projectOf(s), services: []*service{s}, by: c.actor(), takes: deleteTime,
		finish: func() { w.dropService(s) },
		fail:   func(problem) { w.setStatus(s, before) },
	})), nil
}
