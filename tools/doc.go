// Package tools holds the MCP tools, resources and prompts of zerops-mcp.
//
// A tool is one call of define in the file of its domain: a [spec] that says
// what it is and what effect it has, an input struct, an output struct, and a
// short handler. Everything else is the same for all and happens once:
//
//   - schemas are reflected from the structs by a test and embedded as golden
//     files, so that starting costs nothing;
//   - arguments are checked, and forgiven where the meaning is clear, before the
//     handler runs (arguments.go);
//   - mode and scope are enforced at the call, not only in the list (server.go,
//     scope.go);
//   - destructive work asks for confirmation (confirm.go);
//   - an error becomes a result in one place (failure.go);
//   - a result leaves through one exit, which redacts secrets, cleans untrusted
//     text and caps its size (tool/result.go).
//
// To add a tool: write its structs and handler in the domain's file, add the
// define call to the domain's list, run the tests with -update, and add its row
// to the domain's behaviour test.
package tools
