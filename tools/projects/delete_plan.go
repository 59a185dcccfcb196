package projects

import (
	"fmt"
	"sort"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// deletionPlan names what goes with a project.
func deletionPlan(p zerops.Project, services []zerops.Service) *tool.Plan {
	deletion := &tool.Plan{
		Summary: fmt.Sprintf("Delete the project %q (%s) for good.", tool.Clean(p.Name, 80), p.ID),
		Targets: []tool.PlanTarget{{Kind: "project", ID: p.ID, Name: tool.Clean(p.Name, 80), Status: p.Status}},
		State:   tool.ProjectFacts(p, services), Typed: p.Name,
	}
	var names []string
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, tool.Clean(s.Name, 40)+" ("+tool.Clean(s.Type.Version, 40)+")")
		}
	}
	sort.Strings(names)
	if len(names) > 0 {
		shown := strings.Join(names[:min(len(names), 30)], ", ")
		if len(names) > 30 {
			shown += fmt.Sprintf(" and %d more", len(names)-30)
		}
		deletion.Loses = append(deletion.Loses, fmt.Sprintf("%d services with all their data: %s", len(names), shown))
	}
	deletion.Loses = append(deletion.Loses, "variables, domains, IP addresses and logs of the project")
	return deletion
}
