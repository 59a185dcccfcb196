package tools

import (
	"context"

	"zerops-mcp/zerops"
)

func observe() []*tool {
	return []*tool{
		define(spec{
			Name: "list_processes", Title: "List processes", Effect: zerops.Reads,
			Description: "Jobs of the platform in a project or service, newest first, with failure reasons.",
		}, listProcesses),
		define(spec{
			Name: "get_process", Title: "Get process", Standard: true, Effect: zerops.Reads,
			Description: "State of one process and why it failed.",
		}, getProcess),
		define(spec{
			Name: "wait_for", Title: "Wait for work", Standard: true, Effect: zerops.Reads,
			Description: "Wait until processes or deployments have ended; at the deadline it returns how they stand and the call to repeat.",
		}, waitFor),
	}
}

type listProcessesIn struct {
	Project string   `json:"project,omitempty" jsonschema_description:"id or exact name"`
	Service string   `json:"service,omitempty"`
	Status  []string `json:"status,omitempty" jsonschema_description:"such as RUNNING, FAILED"`
	paging
}

// scanned bounds how far back a list of processes reads.
const scanned = 1000

func listProcesses(ctx context.Context, c *call, in listProcessesIn) (page[processView], error) {
	options := zerops.ListOptions{Statuses: upper(in.Status), Limit: scanned}
	var processes []zerops.Process
	if in.Service != "" {
		s, err := c.service(ctx, onService{Project: in.Project, Service: in.Service})
		if err != nil {
			return page[processView]{}, err
		}
		processes, _, err = zerops.Collect(c.api.ServiceProcesses(ctx, s.ID, options), scanned)
		if err != nil {
			return page[processView]{}, err
		}
	} else {
		p, err := c.projectOrOnly(ctx, in.Project)
		if err != nil {
			return page[processView]{}, err
		}
		processes, _, err = zerops.Collect(c.api.ProjectProcesses(ctx, p.ID, options), scanned)
		if err != nil {
			return page[processView]{}, err
		}
	}
	var views []processView
	for _, p := range processes {
		if !p.Internal() && options.Matches("", p.Status) {
			views = append(views, viewProcess(p))
		}
	}
	shown, err := paginate(views, in.paging, in.Project, in.Service, in.Status)
	return shown.readUpTo(len(processes), scanned, "processes"), err
}

type getProcessIn struct {
	Process string `json:"process" jsonschema:"minLength=1"`
}

type getProcessOut struct {
	processView
	ProjectID  string `json:"project_id,omitempty"`
	ServiceID  string `json:"service_id,omitempty"`
	Deployment string `json:"deployment,omitempty"`
	Next       *next  `json:"next,omitempty"`
}

func getProcess(ctx context.Context, c *call, in getProcessIn) (getProcessOut, error) {
	p, err := c.process(ctx, in.Process)
	if err != nil {
		return getProcessOut{}, err
	}
	out := getProcessOut{processView: viewProcess(p), ProjectID: p.ProjectID, ServiceID: p.ServiceID}
	if p.Version != nil {
		out.Deployment = p.Version.ID
	}
	if !p.Ended() {
		out.Next = &next{Tool: "wait_for", Arguments: nextArgs{Processes: []string{p.ID}}}
	}
	return out, nil
}

// process reads a process and checks that its project is in scope.
func (c *call) process(ctx context.Context, id string) (zerops.Process, error) {
	if !zerops.ValidID(id) {
		return zerops.Process{}, invalid("process", "%q is not an id: 22 letters, digits, - or _", clean(id, 60))
	}
	p, err := c.api.Process(ctx, id)
	if err != nil {
		return p, err
	}
	if err := c.inScope(ctx, p.ProjectID); err != nil {
		return zerops.Process{}, err
	}
	c.projectID = p.ProjectID
	c.target("process", p.Action, p.ID)
	return p, c.spare(servicesOf(p)...)
}
