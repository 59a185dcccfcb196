package structure_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "rewrite the rules of .golangci.yml from the table")

const (
	rulesBegin = "        # From here on written by internal/check/structure (-update).\n"
	rulesEnd   = "        # Up to here.\n"
)

// TestLinterHasTheTable: the linter, which tells while one writes, knows the same
// arrows as the table.
func TestLinterHasTheTable(t *testing.T) {
	name := filepath.Join(root, ".golangci.yml")
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), rulesBegin)
	got, after, ok2 := strings.Cut(rest, rulesEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the rules of the table", name)
	}
	want := rules()
	if *update && got != want {
		if err := os.WriteFile(name, []byte(before+rulesBegin+want+rulesEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if got != want {
		t.Errorf("the rules of %s are not those of the table; run with -update\n got\n%s\nwant\n%s", name, got, want)
	}
}

// rules are the rules of depguard. It compares by prefix, so what is allowed ends in
// "$": tools/deploy would otherwise let tools/deployments in.
func rules() string {
	var b strings.Builder
	for _, r := range table() {
		name, files := strings.ReplaceAll(r.dir, "/", "-"), r.dir+"/*.go"
		if r.dir == "" {
			name, files = "main", "*.go"
		}
		fmt.Fprintf(&b, "        %s:\n          list-mode: lax\n          files: [\"${config-path}/%s\", \"!$test\"]\n", name, files)
		if may := r.may(); len(may) > 0 {
			fmt.Fprintln(&b, "          allow:")
			for _, dir := range may {
				fmt.Fprintf(&b, "            - %s/%s$\n", module, dir)
			}
		}
		fmt.Fprintf(&b, "          deny:\n            - pkg: %s/\n              desc: %q\n", module, r.why)
		for _, never := range r.never {
			fmt.Fprintf(&b, "            - pkg: %s\n              desc: %q\n", never.pkg, never.why)
		}
	}
	return b.String()
}

// TestEveryRuleMatchesFiles: a pattern that matches nothing guards nothing, and
// nobody notices. The patterns have no "**", so the linter's library and this one
// mean the same by them.
func TestEveryRuleMatchesFiles(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(root, ".golangci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]struct{ Files []string }
				}
			}
		}
	}
	if err := yaml.Unmarshal(raw, &config); err != nil {
		t.Fatal(err)
	}
	found := config.Linters.Settings.Depguard.Rules
	if len(found) != len(table())+1 {
		t.Errorf("%d rules for %d packages and one for all", len(found), len(table()))
	}
	for name, rule := range found {
		if name == "everywhere" {
			continue
		}
		for _, pattern := range rule.Files {
			if strings.HasPrefix(pattern, "!$") {
				continue
			}
			relative, ok := strings.CutPrefix(pattern, "${config-path}/")
			if !ok || strings.Contains(relative, "**") {
				t.Errorf("%s: %s could match other folders than ours", name, pattern)
				continue
			}
			files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(relative)))
			if err != nil || len(files) == 0 {
				t.Errorf("%s: %s matches no file (%v)", name, pattern, err)
			}
		}
	}
}
