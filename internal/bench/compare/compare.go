// Package compare measures how fast the server is, beside the same work done
// by something with nothing else to do: a bare mcp-go server with the same tools,
// the official Go SDK's server with the same tools, the API client alone, or the
// standard library. Both sides are measured in turns, in the same run. It prints a
// table for the documentation and fails when a promise is broken.
package compare

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

// Run measures what the arguments say.
func Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	promises := flags.Bool("promises", false, "measure only what is promised, and less often")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return run(ctx, stdout, *promises)
}

// bench is one run.
type bench struct {
	out        io.Writer
	dir        string
	ours, bare string
	twin       string // bare too, with our tools
	official   string // empty where it cannot be had
	catalogue  string // file of the tools and answers that the others serve
	turns      int    // measured ones of each side
	broken     []error
}

func run(ctx context.Context, out io.Writer, promises bool) error {
	dir, err := os.MkdirTemp("", "zerops-mcp-compare-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	b := &bench{out: out, dir: dir, ours: filepath.Join(dir, "zerops-mcp"), bare: filepath.Join(dir, "bare"), twin: filepath.Join(dir, "twin")}
	for path, pkg := range map[string]string{b.ours: ".", b.bare: "./internal/bench/bare", b.twin: "./internal/bench/twin"} {
		if err := measure.Build(ctx, path, pkg); err != nil {
			return err
		}
	}
	if err := b.writeCatalogue(ctx); err != nil {
		return err
	}
	steps, turns := []func(context.Context) error{b.list, b.projects}, 9
	if !promises {
		official := filepath.Join(dir, "official")
		if err := measure.BuildIn(ctx, "internal/bench/official", official, "."); err == nil {
			b.official = official
		}
		turns = 15
		steps = []func(context.Context) error{
			b.start, b.list, b.callStdio, b.callHTTP, b.callSSE, b.searchAPI, b.projects, b.manyProjects, b.logs, b.archive,
		}
	}
	fmt.Fprintf(out, "%s, %s/%s, %d cores\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	fmt.Fprint(out, "| what | zerops-mcp | compared with | | ratio | promise |\n|---|---|---|---|---|---|\n")
	for _, step := range steps {
		b.turns = turns
		if err := step(ctx); err != nil {
			return err
		}
	}
	return errors.Join(b.broken...)
}

// limit is what is promised of a ratio.
type limit struct {
	times float64
	more  time.Duration // beside the ratio
}

func (l limit) String() string {
	switch {
	case l.times == 0:
		return ""
	case l.more > 0:
		return fmt.Sprintf("≤ %.1f × + %s", l.times, l.more)
	}
	return fmt.Sprintf("≤ %.1f ×", l.times)
}

func (l limit) holds(ours, other time.Duration) bool {
	return l.times == 0 || float64(ours) <= l.times*float64(other)+float64(l.more)
}

// side is one way to do some work, and says how long it took.
type side struct {
	name string
	do   func() (time.Duration, error)
}

// compare measures work in turns, our side first, and prints the medians of one
// piece. Where something is promised, the best of three rounds counts: the machine
// may be busy, the program is not.
func (b *bench) compare(what string, pieces int, promised limit, sides ...side) error {
	ways := make([]func() (time.Duration, error), len(sides))
	for i, s := range sides {
		ways[i] = s.do
	}
	each := func(medians []time.Duration) (ours, other time.Duration) {
		return medians[0] / time.Duration(pieces), medians[1] / time.Duration(pieces)
	}
	best, err := measure.Best(b.turns, func(medians []time.Duration) bool { return promised.holds(each(medians)) }, ways...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	for i := range best {
		best[i] /= time.Duration(pieces)
	}
	for i, s := range sides[1:] {
		row, held := what, promised.String()
		if i > 0 {
			row, held = "", ""
		}
		fmt.Fprintf(b.out, "| %s | %s | %s | %s | %.2f × | %s |\n", row, short(best[0]), s.name, short(best[i+1]), measure.Ratio(best[0], best[i+1]), held)
	}
	if !promised.holds(best[0], best[1]) {
		b.broken = append(b.broken, fmt.Errorf("%s takes %s, %s %s: more than %s", what, short(best[0]), sides[1].name, short(best[1]), promised))
	}
	return nil
}

// short writes a time with three digits.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= 100*time.Millisecond:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.0f µs", d.Seconds()*1e6)
}
