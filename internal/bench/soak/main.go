// Command soak calls the server over stdio and over HTTP at the same time for as
// long as it is told: reads, changes, deployments, searches, pictures, nonsense,
// calls that are given up and sessions that come and go, while the API fails in
// every way it can. Each answer must be right, or an error that is documented,
// and what the servers take of the machine must not grow. With -calls it makes
// that many calls over one connection instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"zerops-mcp/internal/bench/measure"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	length := flags.Duration("for", 30*time.Minute, "how long the soak takes")
	workers := flags.Int("workers", 3, "assistants on each transport")
	rest := flags.Duration("rest", 600*time.Millisecond, "what each of them rests after a job")
	calls := flags.Int("calls", 0, "make that many calls over one connection instead")
	window := flags.Int("window", 64, "calls that are under way at once, with -calls")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "zerops-mcp-soak-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "zerops-mcp")
	if err := measure.Build(ctx, binary, "."); err != nil {
		return err
	}
	if *calls > 0 {
		return manyCalls(ctx, os.Stdout, binary, *calls, *window)
	}
	if *length < time.Minute || *workers < 1 {
		return errors.New("a soak takes a minute at least, and a worker")
	}
	s := &soak{out: os.Stdout, dir: dir, binary: binary, length: *length, workers: *workers, rest: *rest, ledger: newLedger()}
	return s.run(ctx)
}
