// Command bench measures the program: how it starts, how fast it answers, how it
// behaves under load, for hours and as several replicas. Each is a subcommand:
//
//	go run ./internal/bench start
//	go run ./internal/bench compare -promises
//
// Each ends with status 1 when a promise does not hold; -h names its flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"zerops-mcp/internal/bench/compare"
	"zerops-mcp/internal/bench/load"
	"zerops-mcp/internal/bench/replicas"
	"zerops-mcp/internal/bench/soak"
	"zerops-mcp/internal/bench/start"
)

// subcommand is one thing that can be measured.
type subcommand struct {
	name, summary string
	run           func(ctx context.Context, args []string, stdout, stderr io.Writer) error
}

func subcommands() []subcommand {
	return []subcommand{
		{"start", "time to the first answer, memory and size of the binary", start.Run},
		{"compare", "times beside a bare server, the official SDK and the API client alone", compare.Run},
		{"load", "many sessions at a steady rate, idle ones, and attacks", load.Run},
		{"soak", "hours of work while the API fails in every way", soak.Run},
		{"replicas", "two replicas behind nginx, one of them killed", replicas.Run},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	all := subcommands()
	if len(args) > 0 {
		if i := slices.IndexFunc(all, func(s subcommand) bool { return s.name == args[0] }); i >= 0 {
			if err := all[i].run(ctx, args[1:], stdout, stderr); err != nil {
				return fmt.Errorf("%s: %w", all[i].name, err)
			}
			return nil
		}
	}
	var usage strings.Builder
	for _, s := range all {
		fmt.Fprintf(&usage, "\n  %-9s %s", s.name, s.summary)
	}
	return errors.New("measure what?" + usage.String())
}
