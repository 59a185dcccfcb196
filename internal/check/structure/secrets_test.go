package structure_test

import (
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// secretFile has all that code may learn of a secret.
const secretFile = "zerops/secret.go"

// showsNothing are functions of that file that tell nothing of a value.
func showsNothing() []string {
	return []string{
		"NewSecret", "String", "GoString", "Format", "LogValue", "MarshalText", "MarshalJSON", "UnmarshalJSON", // of the type
		"References", "ValidKey", // of texts
	}
}

// TestOnlyListedCodeOpensSecrets holds the code to the list in docs/security.md: which
// functions tell something of a secret, and which files call those that tell the value
// itself, or whether it is another.
func TestOnlyListedCodeOpensSecrets(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## What code may learn of a secret\n")
	section, _, _ = strings.Cut(section, "\n## ")
	if !ok {
		t.Fatal("docs/security.md has no list")
	}
	listed := map[string][]string{} // files by function
	span := regexp.MustCompile("`([^`]+)`")
	for line := range strings.Lines(section) {
		if found := span.FindAllStringSubmatch(line, -1); strings.HasPrefix(line, "- `") {
			files := []string{}
			for _, name := range found[1:] {
				if strings.HasSuffix(name[1], ".go") {
					files = append(files, name[1])
				}
			}
			listed[found[0][1]] = files
		}
	}
	files := sources(t, 0)
	i := slices.IndexFunc(files, func(s source) bool { return s.path == secretFile })
	for _, declared := range files[i].tree.Decls {
		f, ok := declared.(*ast.FuncDecl)
		if ok && f.Name.IsExported() && !slices.Contains(showsNothing(), f.Name.Name) && listed[f.Name.Name] == nil {
			t.Errorf("docs/security.md does not list %s", f.Name.Name)
		}
	}
	// Fields of the same name.
	others := map[string]bool{"Setting internal/settings": true, "Setting internal/cli": true}
	opened := map[string]map[string]bool{}
	for _, s := range files {
		if s.test || s.path == secretFile {
			continue
		}
		ast.Inspect(s.tree, func(n ast.Node) bool {
			if selected, ok := n.(*ast.SelectorExpr); ok && len(listed[selected.Sel.Name]) > 0 && !others[selected.Sel.Name+" "+s.dir] {
				if opened[selected.Sel.Name] == nil {
					opened[selected.Sel.Name] = map[string]bool{}
				}
				opened[selected.Sel.Name][s.path] = true
			}
			return true
		})
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		got := slices.Sorted(maps.Keys(opened[name]))
		if want := slices.Sorted(slices.Values(listed[name])); !slices.Equal(got, want) {
			t.Errorf("%s is called in %v, and listed for %v", name, got, want)
		}
	}
}
