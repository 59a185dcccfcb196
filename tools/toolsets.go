package tools

import (
	"slices"

	"zerops-mcp/tools/api"
	"zerops-mcp/tools/deploy"
	"zerops-mcp/tools/deployments"
	"zerops-mcp/tools/diagnose"
	"zerops-mcp/tools/env"
	uploading "zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/logs"
	"zerops-mcp/tools/manifest"
	"zerops-mcp/tools/network"
	"zerops-mcp/tools/observe"
	"zerops-mcp/tools/projects"
	"zerops-mcp/tools/services"
	"zerops-mcp/tools/storage"
	"zerops-mcp/tools/tool"
)

// toolsets lists the toolsets in the order of the documentation, each with its
// tools. It is the only list of them. Rooms that share what this server does in
// the background get the same record of it.
func toolsets() []toolset {
	uploads := &uploading.Uploads{}
	schemas := &manifest.SchemaCache{}
	return []toolset{
		{"account", projects.Account()},
		{"projects", projects.Tools()},
		{"services", slices.Concat(services.Tools(), manifest.Tools(schemas))},
		{"deploy", slices.Concat(deploy.Tools(uploads), deployments.Tools(uploads), diagnose.Tools(), manifest.Checks(schemas))},
		{"observe", slices.Concat(logs.Tools(), observe.Tools(uploads))},
		{"env", env.Tools()},
		{"network", network.Tools()},
		{"storage", storage.Tools()},
		{"team", projects.Team()},
		{"api", api.Tools()},
	}
}

type toolset struct {
	name  string
	tools []*tool.Tool
}

// allTools returns every tool with its toolset filled in.
func allTools(sets []toolset) []*tool.Tool {
	var all []*tool.Tool
	for _, set := range sets {
		for _, t := range set.tools {
			t.Toolset = set.name
			all = append(all, t)
		}
	}
	return all
}
