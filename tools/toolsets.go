package tools

import "slices"

// toolsets lists the toolsets in the order of the documentation, each with its
// tools. It is the only list of them. Rooms that share what this server does in
// the background get the same record of it.
func toolsets() []toolset {
	uploads := &uploads{}
	schemas := &schemaCache{}
	return []toolset{
		{"account", account()},
		{"projects", projects()},
		{"services", slices.Concat(services(), importTools(schemas))},
		{"deploy", slices.Concat(deploy(uploads), deploymentTools(uploads), diagnoseTools(), yamlChecks(schemas))},
		{"observe", slices.Concat(logTools(), observe(uploads))},
		{"env", env()},
		{"network", networkTools()},
		{"storage", storageTools()},
		{"team", team()},
		{"api", api()},
	}
}

type toolset struct {
	name  string
	tools []*tool
}

// allTools returns every tool with its toolset filled in.
func allTools(sets []toolset) []*tool {
	var all []*tool
	for _, set := range sets {
		for _, t := range set.tools {
			t.Toolset = set.name
			all = append(all, t)
		}
	}
	return all
}
