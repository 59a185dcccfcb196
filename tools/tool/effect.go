package tool

import "github.com/mark3labs/mcp-go/mcp"

// Annotations states all four hints explicitly: a client's defaults for what is
// left out are the alarming ones.
func (t *Tool) Annotations() mcp.ToolAnnotation {
	return mcp.ToolAnnotation{
		Title:           t.Title,
		ReadOnlyHint:    new(t.Can == 0),
		DestructiveHint: new(t.Can.Destructive() || t.LosesValue),
		IdempotentHint:  new(t.Can == 0 || t.Idempotent),
		OpenWorldHint:   new(t.OpenWorld),
	}
}
