// Command zerops-mcp serves the Zerops cloud to AI assistants over the Model
// Context Protocol, and runs the same tools for people and scripts.
package main

import (
	"context"
	"fmt"
	"os"

	"zerops-mcp/internal/cli"
	"zerops-mcp/transport"
)

func main() {
	cli.DelayGC()
	cli.SurviveClosedPipes()
	// Standard output is taken first: whatever a library prints from here on
	// goes to standard error and never into the protocol.
	stdout, err := transport.ClaimStdout()
	if err != nil {
		fmt.Fprintln(os.Stderr, "zerops-mcp:", err)
		os.Exit(1)
	}
	ctx, stop := transport.SignalContext(context.Background())
	code := cli.Run(ctx, cli.ProcessEnv(stdout))
	stop()
	os.Exit(code)
}
