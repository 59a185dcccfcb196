package same

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Run compares the present files with a base commit: the operand, or the one that
// the list of allowed differences names. It has to run at the root of the
// repository.
func Run(ctx context.Context, out io.Writer, operands []string) (err error) {
	if len(operands) > 1 {
		return errors.New("at most one base commit can be named")
	}
	allowed, err := readAllowances(filepath.FromSlash(allowedFile))
	if err != nil {
		return err
	}
	base := allowed.Base
	if len(operands) == 1 {
		base = operands[0]
	}
	calls, err := readCalls(callTable)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "zerops-mcp-same-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	begun := time.Now()
	was, is, err := prepare(ctx, dir, base)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "built %.12s and the present files in %.0f s\n", base, time.Since(begun).Seconds())
	begun = time.Now()
	before, err := look(ctx, dir, was, calls)
	if err != nil {
		return err
	}
	now, err := look(ctx, dir, is, calls)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "asked both for %d texts in %.0f s\n", len(now.found), time.Since(begun).Seconds())
	return errors.Join(
		verdict(out, allowed, compare(before.found, now.found)),
		checkEnds(calls, now.ends),
		keepPromises(out, is.program, now.found),
	)
}

// look asks a program for everything that is compared.
func look(ctx context.Context, dir string, s side, calls []call) (*collector, error) {
	m, err := newMachine(filepath.Dir(s.program))
	if err != nil {
		return nil, err
	}
	c := &collector{side: s, machine: m, list: replacements(dir)}
	if err := c.collect(ctx, calls); err != nil {
		return nil, err
	}
	return c, c.pages()
}

// verdict is an error unless exactly the allowed differences were found.
func verdict(out io.Writer, allowed allowances, all []difference) error {
	rest, unused := allowed.judge(all)
	var failures []error
	if len(rest) > 0 {
		if err := reportDifferences(out, rest); err != nil {
			return err
		}
		failures = append(failures, fmt.Errorf("%d texts differ from the base in a way that %s does not allow", len(rest), allowedFile))
	}
	if len(unused) > 0 {
		failures = append(failures, fmt.Errorf("nothing differs any more as these entries of %s say, so take them out:\n  %s",
			allowedFile, strings.Join(unused, "\n  ")))
	}
	if len(failures) == 0 {
		fmt.Fprintf(out, "%d texts differ, all as allowed\n", len(all))
	}
	return errors.Join(failures...)
}

// checkEnds is an error unless each call ended as the table says: one that fails
// unnoticed on both sides would compare little.
func checkEnds(calls []call, ends map[string]string) error {
	var wrong []string
	for _, c := range calls {
		if got := ends[c.Key]; got != c.Ends {
			wrong = append(wrong, fmt.Sprintf("%s ended with %q, not with %q", c.Key, got, c.Ends))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("calls do not end as testdata/calls.json says:\n  %s", strings.Join(wrong, "\n  "))
}
