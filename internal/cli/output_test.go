package cli_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// brokenOutput fails after the first bytes, as a pipe that nobody reads any
// more or a disk that is full.
type brokenOutput struct {
	left  int
	cause error
}

func (b *brokenOutput) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, &os.PathError{Op: "write", Path: "protocol", Err: b.cause}
	}
	return len(p), nil
}

// TestOutputThatCannotBeWritten checks that what got lost is not called done,
// and that a reader who has seen enough is not complained about.
func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left on device")
	for _, args := range []string{
		"call list_projects --demo", "call list_projects --demo --output table", "tools", "tools --output table", "tools --output markdown",
		"doctor --demo", "doctor --demo --output table", "help", "help serve", "version", "completion zsh",
		"install cursor --dry-run",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			home, executable := fresh(t)
			got := run{args: args, output: &brokenOutput{cause: syscall.EPIPE}, home: home, executable: executable}.do(t)
			if got.code != 0 || got.stderr != "" {
				t.Errorf("closed by its reader: exit code %d, %s", got.code, got.stderr)
			}
			got = run{args: args, output: &brokenOutput{left: 8, cause: full}, home: home, executable: executable}.do(t)
			if got.code != 1 || got.stderr != "zerops-mcp: write the result: no space left on device\n" {
				t.Errorf("a full disk: exit code %d, %q", got.code, got.stderr)
			}
		})
	}
	_, env := account(t)
	stop := run{args: "call stop_service --arg project=eshop-staging --arg service=api", env: env, output: &brokenOutput{cause: syscall.EPIPE}}
	if got := stop.do(t); got.code != 3 || strings.Contains(got.stderr, "pipe") {
		t.Errorf("the exit code tells the outcome all the same: %d, %s", got.code, got.stderr)
	}
}
