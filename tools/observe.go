package tools

import (
	"context"

	"zerops-mcp/zerops"
)

// observe are the tools that show what happened, what was used and what it cost.
func observe(u *uploads) []*tool {
	w := waiter{u}
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
		}, w.waitFor),
		define(spec{
			Name: "list_events", Title: "List events", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "Timeline of processes, deployments and notifications, newest first, with failure reasons.",
		}, listEvents),
		define(spec{
			Name: "cancel_process", Title: "Cancel process", Effect: zerops.Destroys,
			Description: "Cancel a process that has not begun yet (builds: cancel_deployment). Needs confirmation.",
		}, cancelProcess),
		define(spec{
			Name: "get_metrics", Title: "Get metrics", Standard: true, Effect: zerops.Reads,
			Description: "CPU, RAM and disk used against the limit per interval (UTC), with peaks and headroom.",
		}, getMetrics),
		define(spec{
			Name: "get_costs", Title: "Get costs", Standard: true, Effect: zerops.Reads,
			Description: "Costs without VAT by organisation, project, service or day; credit left and how long it lasts.",
		}, getCosts),
		define(spec{
			Name: "render_chart", Title: "Draw a chart", Standard: true, Effect: zerops.Reads, Image: true,
			Description: "Draw metrics (of a service, or the peaks of a project) or costs as a picture.",
		}, renderChart),
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
