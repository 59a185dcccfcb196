package structure_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "zerops-mcp"
	root   = "../../.."
)

// source is one Go file of the module, whatever system it is for.
type source struct {
	path  string // slashes, from the root
	dir   string // empty for the root
	test  bool
	lines int
	tree  *ast.File
	set   *token.FileSet
}

// sources parses the module. Nested modules are not part of it.
func sources(t *testing.T, mode parser.Mode) []source {
	t.Helper()
	var found []source
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name == root {
				return nil
			}
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if err == nil || strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		tree, err := parser.ParseFile(set, name, text, mode|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(relative), test: strings.HasSuffix(name, "_test.go"), lines: strings.Count(string(text), "\n"), tree: tree, set: set}
		if s.dir = path.Dir(s.path); s.dir == "." {
			s.dir = ""
		}
		found = append(found, s)
		return nil
	})
	if err != nil || len(found) < 400 {
		t.Fatalf("%d files were found (%v)", len(found), err)
	}
	return found
}

// imports are the packages that each package imports outside its tests: ours as
// directories, those of others as they are.
func imports(t *testing.T) (ours, others map[string]map[string]bool) {
	t.Helper()
	ours, others = map[string]map[string]bool{}, map[string]map[string]bool{}
	for _, s := range sources(t, parser.ImportsOnly) {
		if s.test {
			continue
		}
		if ours[s.dir] == nil {
			ours[s.dir], others[s.dir] = map[string]bool{}, map[string]bool{}
		}
		for _, imported := range s.tree.Imports {
			name, err := strconv.Unquote(imported.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if dir, ok := strings.CutPrefix(name, module+"/"); ok {
				ours[s.dir][dir] = true
			} else {
				others[s.dir][name] = true
			}
		}
	}
	return ours, others
}
