package same

import (
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestClockOfThisGoCanBeStopped: a Go that reads its clock in another way is
// noticed here, and not by answers that differ.
func TestClockOfThisGoCanBeStopped(t *testing.T) {
	t.Parallel()
	goroot, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := writeOverlay(dir, strings.TrimSpace(string(goroot))); err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(filepath.Join(dir, "time.go"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "time.go", source, 0); err != nil {
		t.Error(err)
	}
	if n := strings.Count(string(source), "sec, nsec = 1773829230, 0"); n != 1 {
		t.Errorf("the time is set at %d places", n)
	}
	if _, err := stopClock("package time\n\nfunc Now() Time {\n\treturn read()\n}\n"); err == nil || !strings.Contains(err.Error(), "cannot be stopped") {
		t.Errorf("another time.Now: %v", err)
	}
}

// TestMissingBaseIsExplained: a clone without history says what to do.
func TestMissingBaseIsExplained(t *testing.T) {
	t.Chdir(filepath.Join("..", "..", ".."))
	var out strings.Builder
	err := Run(t.Context(), &out, []string{"0123456789abcdef0123456789abcdef01234567"})
	if err == nil || !strings.Contains(err.Error(), "is not in this clone") || !strings.Contains(err.Error(), "git fetch --unshallow") {
		t.Errorf("the error is %v", err)
	}
	if err := Run(t.Context(), &out, []string{"a", "b"}); err == nil {
		t.Error("two bases are accepted")
	}
}
