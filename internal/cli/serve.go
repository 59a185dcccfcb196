package cli

import (
	"context"
	"fmt"
	"log/slog"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// serve speaks MCP until the client goes away or ctx ends.
func (s *session) serve(ctx context.Context) int {
	server, err := tools.New(s.config())
	if err != nil {
		return usageError(s.Stderr, err)
	}
	s.logger.DebugContext(ctx, "serving",
		slog.String("transport", s.Transport), slog.String("api", s.api.Address()), slog.Int("tools", len(server.Listed())))
	if s.StdinTerminal && s.StderrTerminal {
		fmt.Fprint(s.Stderr, "zerops-mcp speaks MCP with an AI assistant over this terminal's input and output; Ctrl-C ends it.\n"+
			"For people there is \"zerops-mcp help\", and \"zerops-mcp call list_projects --demo\" to begin with.\n")
	}
	err = transport.ServeStdio(ctx, server.MCP(), transport.StdioConfig{In: s.Stdin, Out: s.Stdout, Logger: s.logger})
	if err != nil && ctx.Err() == nil {
		return failed(s.Stderr, err)
	}
	return exitDone
}
