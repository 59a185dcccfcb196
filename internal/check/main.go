// Command check runs the checks of .ci/run that need a program of their own, each
// as a subcommand:
//
//	go run ./internal/check same [BASE]
//
// Each ends with status 1 when what it checks does not hold.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"zerops-mcp/internal/check/same"
)

// subcommand is one check.
type subcommand struct {
	name, operands, summary string
	run                     func(ctx context.Context, out io.Writer, operands []string) error
}

func subcommands() []subcommand {
	return []subcommand{
		{"same", "[BASE]", "compare what users see with a base commit", same.Run},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Stdout, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, args []string) error {
	all := subcommands()
	if len(args) > 0 {
		if i := slices.IndexFunc(all, func(s subcommand) bool { return s.name == args[0] }); i >= 0 {
			if err := all[i].run(ctx, out, args[1:]); err != nil {
				return fmt.Errorf("%s: %w", all[i].name, err)
			}
			return nil
		}
	}
	var usage strings.Builder
	for _, s := range all {
		fmt.Fprintf(&usage, "\n  %s %s: %s", s.name, s.operands, s.summary)
	}
	return errors.New("which check?" + usage.String())
}
