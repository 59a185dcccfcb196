package archive_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/deploy/archive"
)

// What is sent is told by the commit of git, and how far it is from that.
func TestScanTellsTheCommit(t *testing.T) {
	t.Parallel()
	for _, packed := range []bool{false, true} {
		dir := tree(t, map[string]string{"main.js": "console.log(1)\n", "lib/a.js": "a\n", "lib/b.js": "b\n", ".gitignore": "node_modules\n"})
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		expect := func(what string, commit string, changed int, staged bool) {
			t.Helper()
			opened := open(t, dir)
			got, err := opened.Scan(t.Context(), ample)
			if err != nil || got.Commit != commit || got.Changed != changed || got.Staged != staged {
				t.Errorf("%s: commit %q, %d changed, staged %t, %v; want %q, %d, %t", what, got.Commit, got.Changed, got.Staged, err, commit, changed, staged)
			}
		}
		expect("no repository", "", 0, false)
		git(t, dir, "init", "-q", ".")
		git(t, dir, "add", ".")
		expect("no commit", "", 0, false)
		git(t, dir, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "one")
		if packed {
			git(t, dir, "pack-refs", "--all")
		}
		command := exec.CommandContext(t.Context(), "git", "rev-parse", "HEAD")
		command.Dir = dir
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		head := strings.TrimSpace(string(out))
		expect("committed", head, 0, false)
		if err := os.Chtimes(filepath.Join(dir, "main.js"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		expect("touched", head, 0, false)
		write("main.js", "console.log(2)\n")
		expect("edited, of the same size", head, 1, false)
		write("new.js", "x")
		expect("with a new file", head, 2, false)
		if err := os.Remove(filepath.Join(dir, "lib", "a.js")); err != nil {
			t.Fatal(err)
		}
		expect("and without another", head, 3, false)
		git(t, dir, "add", "main.js")
		expect("one of them added for the next commit", head, 2, true)
		below, err := archive.Open(resolved(t, dir), "lib")
		if err != nil {
			t.Fatal(err)
		}
		got, err := below.Scan(t.Context(), ample)
		_ = below.Close()
		if err != nil || got.Commit != head || got.Changed != 1 {
			t.Errorf("a directory of it: %+v, %v", got, err)
		}
	}
}
