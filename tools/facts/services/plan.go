package services

import (
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Target is a service as a plan names it.
func Target(s zerops.Service) tool.PlanTarget {
	return tool.PlanTarget{Kind: "service", ID: s.ID, Name: tool.Clean(s.Name, 40), Status: tool.Clean(s.Status, 40)}
}
