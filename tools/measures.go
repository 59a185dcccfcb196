package tools

import "zerops-mcp/zerops"

// measures are the tools that show what happened, what was used and what it cost.
func measures() []*tool {
	return []*tool{
		define(spec{
			Name: "search_logs", Title: "Search logs", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "Log lines of services, newest kept, oldest first. scanned and complete say what was read. " +
				"source: runtime (default), build (of deployment, or the newest), web or all.",
		}, searchLogs),
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
