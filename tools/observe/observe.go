package observe

import (
	"context"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools are the tools that show what happened, what was used and what it cost.
func Tools(u *deployments.Uploads) []*tool.Tool {
	w := waiter{u}
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_processes", Title: "List processes", Effect: zerops.Reads,
			Description: "Jobs of the platform in a project or service, newest first, with failure reasons.",
			Operations:  []zerops.Operation{zerops.GetProjectProcess, zerops.GetServiceStackProcess, zerops.PostProcessSearch},
		}, listProcesses),
		tool.Define(tool.Spec{
			Name: "get_process", Title: "Get process", Standard: true, Effect: zerops.Reads,
			Description: "State of one process and why it failed.",
			Operations:  []zerops.Operation{zerops.GetProcess},
		}, getProcess),
		tool.Define(tool.Spec{
			Name: "wait_for", Title: "Wait for work", Standard: true, Effect: zerops.Reads,
			Description: "Wait until processes or deployments have ended; at the deadline it returns how they stand and the call to repeat.",
			Waits:       true,
		}, w.waitFor),
		tool.Define(tool.Spec{
			Name: "list_events", Title: "List events", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "Timeline of processes, deployments and notifications, newest first, with failure reasons.",
		}, listEvents),
		tool.Define(tool.Spec{
			Name: "cancel_process", Title: "Cancel process", Effect: zerops.Destroys,
			Description: "Cancel a process that has not begun yet (builds: cancel_deployment). Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PutProcessCancel},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, cancelProcess),
		tool.Define(tool.Spec{
			Name: "get_metrics", Title: "Get metrics", Standard: true, Effect: zerops.Reads,
			Description: "CPU, RAM and disk used against the limit per interval (UTC), with peaks and headroom.",
			Operations:  []zerops.Operation{zerops.PostCurrentStatsGroupBySearch, zerops.PostStatsHistoryGroupBySearch},
		}, getMetrics),
		tool.Define(tool.Spec{
			Name: "get_costs", Title: "Get costs", Standard: true, Effect: zerops.Reads,
			Description: "Costs without VAT by organisation, project, service or day; credit left and how long it lasts.",
			Operations:  []zerops.Operation{zerops.PostResourceConsumptionGroupBySearch, zerops.PostTransactionDebitCostSearch, zerops.PostTransactionDebitGroupBySearch},
			Needs:       tool.SeeFinances,
		}, getCosts),
		tool.Define(tool.Spec{
			Name: "render_chart", Title: "Draw a chart", Standard: true, Effect: zerops.Reads, Image: true,
			Description: "Draw metrics (of a service, or the peaks of a project) or costs as a picture.",
		}, renderChart),
	)
}

type listProcessesIn struct {
	Project string   `json:"project,omitempty" jsonschema_description:"id or exact name"`
	Service string   `json:"service,omitempty"`
	Status  []string `json:"status,omitempty" jsonschema_description:"such as RUNNING, FAILED"`
	tool.Paging
}

func listProcesses(ctx context.Context, c *tool.Call, in *listProcessesIn) (*tool.Page[tool.ProcessView], error) {
	options := zerops.ListOptions{Statuses: tool.Upper(in.Status), Limit: tool.Scanned}
	var processes []zerops.Process
	if in.Service != "" {
		s, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: in.Service})
		if err != nil {
			return nil, err
		}
		processes, _, err = zerops.Collect(c.API.ServiceProcesses(ctx, s.ID, options), tool.Scanned)
		if err != nil {
			return nil, err
		}
	} else {
		p, err := c.ProjectOrOnly(ctx, in.Project)
		if err != nil {
			return nil, err
		}
		processes, _, err = zerops.Collect(c.API.ProjectProcesses(ctx, p.ID, options), tool.Scanned)
		if err != nil {
			return nil, err
		}
	}
	var views []tool.ProcessView
	for _, p := range processes {
		if !p.Internal() && options.Matches("", p.Status) {
			views = append(views, tool.ViewProcess(p))
		}
	}
	shown, err := tool.Paginate(views, in.Paging, in.Project, in.Service, in.Status)
	out := shown.ReadUpTo(len(processes), tool.Scanned, "processes")
	return &out, err
}

type getProcessIn struct {
	Process string `json:"process" jsonschema:"minLength=1"`
}

type getProcessOut struct {
	tool.ProcessView
	ProjectID  string     `json:"project_id,omitempty"`
	ServiceID  string     `json:"service_id,omitempty"`
	Deployment string     `json:"deployment,omitempty"`
	Next       *tool.Next `json:"next,omitempty"`
}

func getProcess(ctx context.Context, c *tool.Call, in *getProcessIn) (*getProcessOut, error) {
	p, err := process(ctx, c, in.Process)
	if err != nil {
		return nil, err
	}
	out := getProcessOut{ProcessView: tool.ViewProcess(p), ProjectID: p.ProjectID, ServiceID: p.ServiceID}
	if p.Version != nil {
		out.Deployment = p.Version.ID
	}
	if !p.Ended() {
		out.Next = &tool.Next{Tool: "wait_for", Arguments: tool.NextArgs{Processes: []string{p.ID}}}
	}
	return &out, nil
}

// process reads a process and checks that its project is in scope.
func process(ctx context.Context, c *tool.Call, id string) (zerops.Process, error) {
	if !zerops.ValidID(id) {
		return zerops.Process{}, tool.Invalid("process", "%q is not an id: 22 letters, digits, - or _", tool.Clean(id, 60))
	}
	p, err := c.API.Process(ctx, id)
	if err != nil {
		return p, err
	}
	if err := c.InScope(ctx, p.ProjectID); err != nil {
		return zerops.Process{}, err
	}
	c.ProjectID = p.ProjectID
	c.Target("process", p.Action, p.ID)
	return p, c.Spare(tool.ServicesOf(p)...)
}
