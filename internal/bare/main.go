// Command bare is an MCP server with nothing in it but one tool, or the tools of
// a file. The checks compare zerops-mcp with it, so that a slow machine does not
// look like a slow program.
//
//	bare [TRANSPORT [FILE]]
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

func main() {
	s := server.NewMCPServer("bare", "0", server.WithToolCapabilities(false))
	if len(os.Args) < 3 {
		s.AddTool(mcp.NewTool("echo", mcp.WithDescription("Returns its text."), mcp.WithString("text", mcp.Required())),
			func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return mcp.NewToolResultText(r.GetString("text", "")), nil
			})
	} else if err := offer(s, os.Args[2]); err != nil {
		fail(err)
	}
	var err error
	if len(os.Args) < 2 || os.Args[1] == "stdio" {
		err = server.ServeStdio(s)
	} else {
		err = listen(s, os.Args[1], os.Stderr)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
