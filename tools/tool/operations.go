package tool

import (
	"slices"

	"zerops-mcp/zerops"
)

// CuratedTool names the tool that was made for the operation, empty when there is
// none.
func (s *Runner) CuratedTool(op zerops.Operation) string {
	for _, t := range s.tools {
		if slices.Contains(t.Operations, op) {
			return t.Name
		}
	}
	return ""
}
