package projects

import (
	"fmt"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// PaidCore is the plan of a project whose core is charged from the start
// (platform §3.2).
func PaidCore(name string, org zerops.Organization) *tool.Plan {
	return &tool.Plan{
		Summary: fmt.Sprintf("Create the project %q with a SERIOUS core in the organisation %q (%s).", tool.Clean(name, 80), tool.Clean(org.Name, 80), org.ID),
		Cost:    "a SERIOUS core is paid, about 10 USD for 30 days", State: []tool.Fact{tool.Is("the name of the new project", name), tool.Is("the organisation", org.Name+" ("+org.ID+")")}, Repeats: true,
	}
}
