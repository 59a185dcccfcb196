package structure_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// walk is a tree in which somebody follows CONTRIBUTING: files are written beside
// the repository, and the compiler is told to take them for files of it. So nothing
// but what they change is built again.
type walk struct {
	t       *testing.T
	written string            // what tests of this tree find and write
	overlay map[string]string // paths in the repository to files that stand there
}

// TestTheWalkLeadsToATool follows CONTRIBUTING: it writes the files, adds the
// definition, and runs the commands that stand there.
func TestTheWalkLeadsToATool(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the tests of all tools")
	}
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, steps, ok := strings.Cut(string(text), "\n## Add a tool\n")
	steps, _, ok2 := strings.Cut(steps, "\n## ")
	if !ok || !ok2 {
		t.Fatal("CONTRIBUTING does not say how to add a tool")
	}
	w := &walk{t: t, written: t.TempDir(), overlay: map[string]string{}}
	w.copyPart("tools")
	w.copyPart("docs")
	written, defined, run := 0, 0, 0
	for i, block := range strings.Split(steps, "\n```") {
		if i%2 == 0 {
			continue // text between blocks
		}
		language, code, _ := strings.Cut(block, "\n")
		name, content, _ := strings.Cut(strings.TrimPrefix(code, "// "), "\n\n")
		switch {
		case language == "sh":
			run++
			w.command(code)
		case strings.HasSuffix(name, ".go") && strings.HasPrefix(code, "// "):
			written++
			w.put(name, content+"\n")
		default:
			defined++
			w.define("tools/services/services.go", code)
		}
	}
	if written != 2 || defined != 1 || run != 2 {
		t.Errorf("%d files, %d definitions and %d commands, want 2, 1 and 2", written, defined, run)
	}
	for _, name := range []string{"count_services.in.json", "count_services.out.json"} {
		if _, err := os.Stat(filepath.Join(w.written, "tools", "services", "schemas", name)); err != nil {
			t.Error(err)
		}
	}
}

// put writes a file of the tree.
func (w *walk) put(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.written, filepath.FromSlash(name))
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// define adds a definition at the end of a room's list of tools.
func (w *walk) define(name, definition string) {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		w.t.Fatal(err)
	}
	before, after, ok := strings.Cut(string(text), "\n\t)\n}\n")
	if !ok {
		w.t.Fatalf("%s has no list of tools", name)
	}
	w.put(name, before+"\n"+definition+"\n\t)\n}\n"+after)
}

// command runs a "go test" line of the document in the tree.
func (w *walk) command(line string) {
	w.t.Helper()
	args := strings.Fields(strings.ReplaceAll(line, "'", ""))
	if len(args) < 3 || args[0] != "go" || args[1] != "test" {
		w.t.Fatalf("the walk runs %q", line)
	}
	pkg, flags := args[2], []string{"-test.v"}
	for _, flag := range args[3:] {
		if flag == "-run" {
			flag = "-test.run"
		}
		flags = append(flags, flag)
	}
	binary := filepath.Join(w.t.TempDir(), "walk.test")
	build := exec.CommandContext(w.t.Context(), "go", "test", "-c", "-vet=off", "-overlay", w.overlaid(), "-o", binary, pkg)
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		w.t.Fatalf("%s: %v\n%s", line, err, out)
	}
	test := exec.CommandContext(w.t.Context(), binary, flags...)
	test.Dir = filepath.Join(w.written, filepath.FromSlash(pkg))
	out, err := test.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: Test") {
		w.t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

// overlaid writes the file that tells the compiler of everything that differs from
// the repository.
func (w *walk) overlaid() string {
	w.t.Helper()
	repository, err := filepath.Abs(root)
	if err != nil {
		w.t.Fatal(err)
	}
	err = filepath.WalkDir(w.written, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(w.written, name)
		if err != nil {
			return err
		}
		written, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		place := filepath.Join(repository, relative)
		if there, err := os.ReadFile(place); err != nil || string(there) != string(written) {
			w.overlay[place] = name
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	content, err := json.Marshal(map[string]any{"Replace": w.overlay})
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// copyPart copies a part of the repository that the tests read and write.
func (w *walk) copyPart(part string) {
	w.t.Helper()
	err := filepath.WalkDir(filepath.Join(root, part), func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		target := filepath.Join(w.written, relative)
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
		w.t.Fatal(err)
	}
}
