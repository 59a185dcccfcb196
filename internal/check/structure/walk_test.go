package structure_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheWalkLeadsToATool follows CONTRIBUTING in a copy of the tree: it writes the
// files, adds the definition, and runs the commands that stand there.
func TestTheWalkLeadsToATool(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds a copy of the tree")
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, walk, ok := strings.Cut(string(text), "\n## Add a tool\n")
	walk, _, ok2 := strings.Cut(walk, "\n## ")
	if !ok || !ok2 {
		t.Fatal("CONTRIBUTING does not say how to add a tool")
	}
	copied := t.TempDir()
	copyTree(t, copied)
	written, defined, run := 0, 0, 0
	for i, block := range strings.Split(walk, "\n```") {
		if i%2 == 0 {
			continue // text between blocks
		}
		language, code, _ := strings.Cut(block, "\n")
		name, content, _ := strings.Cut(strings.TrimPrefix(code, "// "), "\n\n")
		switch {
		case language == "sh":
			run++
			command(t, copied, code)
		case strings.HasSuffix(name, ".go") && strings.HasPrefix(code, "// "):
			written++
			if err := os.WriteFile(filepath.Join(copied, filepath.FromSlash(name)), []byte(content+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		default:
			defined++
			define(t, filepath.Join(copied, "tools", "services", "services.go"), code)
		}
	}
	if written != 2 || defined != 1 || run != 2 {
		t.Errorf("%d files, %d definitions and %d commands, want 2, 1 and 2", written, defined, run)
	}
	for _, name := range []string{"count_services.in.json", "count_services.out.json"} {
		if _, err := os.Stat(filepath.Join(copied, "tools", "services", "schemas", name)); err != nil {
			t.Error(err)
		}
	}
}

// define adds a definition at the end of a room's list of tools.
func define(t *testing.T, name, definition string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(text), "\n\t)\n}\n")
	if !ok {
		t.Fatalf("%s has no list of tools", name)
	}
	if err := os.WriteFile(name, []byte(before+"\n"+definition+"\n\t)\n}\n"+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command runs a "go test" line of the document. Paths are trimmed so that what is
// built in one temporary directory is found again from the next.
func command(t *testing.T, dir, line string) {
	t.Helper()
	args := strings.Fields(strings.ReplaceAll(line, "'", ""))
	if len(args) < 3 || args[0] != "go" || args[1] != "test" {
		t.Fatalf("the walk runs %q", line)
	}
	args = append([]string{"test", "-trimpath", "-vet=off", "-v"}, args[2:]...)
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: Test") {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// copyTree copies what the tools are built and tested from.
func copyTree(t *testing.T, to string) {
	t.Helper()
	for _, part := range []string{"go.mod", "go.sum", "tools", "zerops", "internal", "docs"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			relative, err := filepath.Rel(root, name)
			if err != nil {
				return err
			}
			target := filepath.Join(to, relative)
			if entry.IsDir() {
				return os.MkdirAll(target, 0o750)
			}
			content, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			return os.WriteFile(target, content, 0o600)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
