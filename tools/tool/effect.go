package tool

import (
	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops"
)

// Annotations states all four hints explicitly: a client's defaults for what is
// left out are the alarming ones.
func (t *Tool) Annotations() mcp.ToolAnnotation {
	return mcp.ToolAnnotation{
		Title:           t.Title,
		ReadOnlyHint:    new(t.Effect == zerops.Reads),
		DestructiveHint: new(t.Effect == zerops.Destroys || t.LosesValue),
		IdempotentHint:  new(t.Effect == zerops.Reads || t.Idempotent),
		OpenWorldHint:   new(t.OpenWorld),
	}
}
