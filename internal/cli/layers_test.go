package cli_test

import (
	"go/build"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDependenciesPointOneWay pins the direction main → internal/cli → transport
// → tools → zerops, also where no linter runs.
func TestDependenciesPointOneWay(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	for directory, forbidden := range map[string][]string{
		"zerops":             {"zerops-mcp/", "github.com/mark3labs/"},
		"zerops/simulator":   {"zerops-mcp/", "github.com/mark3labs/", "testing"},
		"tools":              {"zerops-mcp/transport", "zerops-mcp/internal/cli", "zerops-mcp/internal/settings", "zerops-mcp/zerops/simulator", "net/http"},
		"transport":          {"zerops-mcp/internal/cli", "zerops-mcp/internal/settings", "zerops-mcp/zerops/simulator"},
		"tools/observe/plot": {"zerops-mcp/", "github.com/", "golang.org/"},
		"internal/settings":  {"zerops-mcp/internal/cli", "zerops-mcp/transport", "github.com/mark3labs/"},
	} {
		pkg, err := build.ImportDir(filepath.Join(root, filepath.FromSlash(directory)), 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(pkg.Imports) == 0 {
			t.Errorf("%s imports nothing; is the directory right?", directory)
		}
		for _, imported := range pkg.Imports {
			if slices.ContainsFunc(forbidden, func(f string) bool {
				return imported == f || strings.HasSuffix(f, "/") && strings.HasPrefix(imported, f)
			}) {
				t.Errorf("%s must not import %s", directory, imported)
			}
		}
	}
}
