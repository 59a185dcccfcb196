// Package soak calls the server over stdio and over HTTP at the same time for as
// long as it is told: reads, changes, deployments, searches, pictures, nonsense,
// calls that are given up and sessions that come and go, while the API fails in
// every way it can. Each answer must be right, or an error that is documented,
// and what the servers take of the machine must not grow. With -calls it makes
// that many calls over one connection instead.
package soak

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"time"

	"zerops-mcp/internal/bench/measure"
)

// Run does what the arguments say.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(stderr)
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
		return manyCalls(ctx, stdout, binary, *calls, *window)
	}
	if *length < time.Minute || *workers < 1 {
		return errors.New("a soak takes a minute at least, and a worker")
	}
	s := &soak{out: stdout, dir: dir, binary: binary, length: *length, workers: *workers, rest: *rest, ledger: newLedger()}
	return s.run(ctx)
}
