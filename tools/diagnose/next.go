package diagnose

import "zerops-mcp/tools/tool"

// Calls that help on.

func nextYAML(path string) func(*Evidence) *tool.Next {
	return func(*Evidence) *tool.Next {
		return &tool.Next{Tool: "get_yaml_schema", Arguments: tool.NextArgs{Kind: "zerops", Path: path}}
	}
}

func nextGuide(topic string) func(*Evidence) *tool.Next {
	return func(*Evidence) *tool.Next {
		return &tool.Next{Tool: "get_yaml_schema", Arguments: tool.NextArgs{Kind: "guide", Path: topic}}
	}
}

// nextLog shows more of the log that matters: that of the failed deployment, else that
// of the running application.
func nextLog(e *Evidence) *tool.Next {
	if e.failed && e.deployment != nil {
		return &tool.Next{Tool: "get_deployment", Arguments: tool.NextArgs{Deployment: e.deployment.Version.ID, LogLines: 200}}
	}
	return &tool.Next{Tool: "search_logs", Arguments: tool.NextArgs{Services: []string{e.service.ID}, Source: "runtime", Since: "1h"}}
}

func nextEnv(e *Evidence) *tool.Next {
	return &tool.Next{Tool: "list_env", Arguments: tool.NextArgs{Project: e.service.ProjectID, Service: e.service.ID}}
}

func nextOn(name string) func(*Evidence) *tool.Next {
	return func(e *Evidence) *tool.Next {
		return &tool.Next{Tool: name, Arguments: tool.NextArgs{Service: e.service.ID}}
	}
}

func nextProject(name string) func(*Evidence) *tool.Next {
	return func(e *Evidence) *tool.Next {
		return &tool.Next{Tool: name, Arguments: tool.NextArgs{Project: e.service.ProjectID}}
	}
}

func nextCall(name string) func(*Evidence) *tool.Next {
	return func(*Evidence) *tool.Next { return &tool.Next{Tool: name} }
}

func nextSetEnv(e *Evidence) *tool.Next {
	return &tool.Next{Tool: "set_env", Arguments: tool.NextArgs{Project: e.service.ProjectID, Service: e.service.ID}}
}

// nextRAM doubles the most memory.
func nextRAM(e *Evidence) *tool.Next {
	if now := e.maxRAM(); now > 0 {
		return &tool.Next{Tool: "scale_service", Arguments: tool.NextArgs{Service: e.service.ID, MaxRAM: now * 2}}
	}
	return nextMetrics(e)
}

// nextDisk doubles the most disk space.
func nextDisk(e *Evidence) *tool.Next {
	if now := e.maxDisk(); now > 0 {
		return &tool.Next{Tool: "scale_service", Arguments: tool.NextArgs{Service: e.service.ID, MaxDisk: now * 2}}
	}
	return nextMetrics(e)
}

func nextMetrics(e *Evidence) *tool.Next {
	return &tool.Next{Tool: "get_metrics", Arguments: tool.NextArgs{Service: e.service.ID}}
}
