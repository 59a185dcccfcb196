package manifest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
)

// TestFilesBelowARoot reads both kinds of YAML from this machine: a directory, the
// file itself, and nothing that lies outside or is called otherwise.
func TestFilesBelowARoot(t *testing.T) {
	t.Parallel()
	outside, root := t.TempDir(), t.TempDir()
	write := func(text string, path ...string) {
		name := filepath.Join(path...)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(tooltest.ImportText, root, "app", "zerops.yml")
	write(tooltest.TwoServices, root, "app", "zerops-import.yaml")
	write(tooltest.TwoServices, root, "other", "two.yml")
	write("TOKEN=fake-token\n", root, "other", "secrets.env")
	write(tooltest.ImportText, outside, "zerops.yaml")
	if err := os.Symlink(outside, filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots = []string{root} }
	})
	for _, directory := range []string{"app", "app/zerops.yml", filepath.Join(root, "app")} {
		if r := h.Call("validate_zerops_yaml", tooltest.Args{"directory": directory}); r.Get("valid") != true || r.Str("setups.1") != "site" {
			t.Errorf("%s: %s", directory, r.Raw)
		}
	}
	for _, directory := range []string{"app", "app/zerops-import.yaml", "other/two.yml"} {
		r := h.Call("import_yaml", tooltest.Args{"project": "blog", "directory": directory, "dry_run": true}).Status("unchanged")
		if r.Str("services.0.hostname") != "report" {
			t.Errorf("%s: %s", directory, r.Raw)
		}
	}
	for name, c := range map[string]struct {
		tool, directory, code, words string
	}{
		"outside":         {"validate_zerops_yaml", outside, "out_of_scope", "outside"},
		"behind a link":   {"validate_zerops_yaml", "link", "out_of_scope", "outside"},
		"up":              {"validate_zerops_yaml", "../x", "out_of_scope", "outside"},
		"not there":       {"validate_zerops_yaml", "other", "invalid_arguments", "zerops.yaml, zerops.yml"},
		"another kind":    {"validate_zerops_yaml", "other/secrets.env", "out_of_scope", "cannot be opened"},
		"no import":       {"import_yaml", "other", "invalid_arguments", "zerops-import.yaml"},
		"a zerops.yaml":   {"import_yaml", "app/zerops.yml", "invalid_arguments", "is a zerops.yaml"},
		"an import":       {"validate_zerops_yaml", "other/two.yml", "invalid_arguments", "is an import YAML"},
		"a missing file":  {"import_yaml", "app/none.yaml", "invalid_arguments", "does not exist"},
		"to replace with": {"replace_services_from_yaml", "app/none.yaml", "invalid_arguments", "does not exist"},
	} {
		a := tooltest.Args{"project": "blog", "directory": c.directory}
		if e := h.Call(c.tool, a).Fails(c.code); !strings.Contains(e["message"].(string), c.words) {
			t.Errorf("%s: %v", name, e)
		}
	}
	h.Call("validate_zerops_yaml", tooltest.Args{"directory": "app", "yaml": tooltest.ImportText}).Fails("invalid_arguments")
	remote := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots, c.Remote = []string{root}, true }
	})
	remote.Call("validate_zerops_yaml", tooltest.Args{"directory": "app"}).Fails("unsupported")
}

// TestFileChangesBeforeTheYes changes the file between the question and the yes.
func TestFileChangesBeforeTheYes(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	name := filepath.Join(root, "import.yaml")
	text := "services:\n  - hostname: web\n    type: dotnet@9\n    startWithoutCode: true\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots = []string{root} }
	})
	a := tooltest.Args{"project": "partner-portal", "directory": "import.yaml"}
	first := h.Call("replace_services_from_yaml", a).Status("confirmation_required")
	if err := os.WriteFile(name, []byte(text+"    priority: 5\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	a["confirm"] = first.Str("confirm")
	h.Call("replace_services_from_yaml", a).Fails("confirmation_invalid")
}
