// Command simulatord serves the simulated Zerops account on a port of this
// machine until it is stopped, for checks that need the API in a process of its
// own. It prints its address as the first line.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"zerops-mcp/zerops/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	running, err := simulator.New().Start(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "simulatord:", err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stdout, running.URL)
	<-ctx.Done()
	_ = running.Close()
}
