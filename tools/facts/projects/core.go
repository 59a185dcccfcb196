package projects

import (
	"fmt"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// PaidCore is the plan of a project whose core is charged from the start, or may be:
// what a mode costs that is not known here, nobody can say (platform §3.2).
func PaidCore(name, mode string, org zerops.Organization) *tool.Plan {
	cost := "a SERIOUS core is paid, about 10 USD for 30 days"
	if mode != "SERIOUS" {
		cost = fmt.Sprintf("the mode %s is not known to this server; it may be paid like a SERIOUS core, which costs about 10 USD for 30 days", tool.Clean(mode, 40))
	}
	return &tool.Plan{
		Summary: fmt.Sprintf("Create the project %q with a %s core in the organisation %q (%s).", tool.Clean(name, 80), tool.Clean(mode, 40), tool.Clean(org.Name, 80), org.ID),
		Cost:    cost, State: []tool.Fact{tool.Is("the name of the new project", name), tool.Is("the organisation", org.Name+" ("+org.ID+")")}, Repeats: true,
		Does: zerops.Costs | zerops.Changes,
	}
}

// FreeCore is the plan of a project whose core costs nothing.
func FreeCore(name string, org zerops.Organization) *tool.Plan {
	return &tool.Plan{
		Summary: fmt.Sprintf("Create the project %q in the organisation %q (%s).", tool.Clean(name, 80), tool.Clean(org.Name, 80), org.ID),
		State:   []tool.Fact{tool.Is("the name of the new project", name), tool.Is("the organisation", org.Name+" ("+org.ID+")")}, Repeats: true,
		Does: zerops.Changes,
	}
}
