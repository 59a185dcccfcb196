// Package tools holds the MCP tools, resources and prompts of zerops-mcp.
//
// It is the facade: the list of toolsets and what registers with the library. The
// tools live in the rooms below it, over the readers in facts, and everything that
// is the same for all of them happens once, in package tool. CONTRIBUTING.md walks
// through adding a tool.
package tools
