package manifest

import (
	"errors"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/zerops"
)

// FuzzImportYaml runs everything that reads an import YAML before the platform
// does: it must end, name lines that exist, and never let an override through that
// it does not tell.
func FuzzImportYaml(f *testing.F) {
	for _, seed := range []string{
		"services:\n  - hostname: app\n    type: nodejs@22\n",
		"#yamlPreprocessor=on\nproject: {name: x, corePackage: SERIOUS}\nservices: [{hostname: a, type: b, override: yes, envSecrets: {A: <@x>}}]\n",
		"services:\n- &x\n  hostname: app\n  <<: {override: true}\n  dotEnvSecrets: |\n    A=1\n    B='2'\n- *x\n",
		"a: &a [*a]\nservices: *a\n", "{services: [{hostname: app, ports: [], envVariables: {A: ${A}}}]}", "---\n...\n---\n", "services:\n  - hostname: \"app\"\n    ? x\n    : y\n",
		"zerops:\n  - setup: app\n    run: {healthCheck: {failureTimeout: 5}}\n",
	} {
		f.Add(seed)
	}
	existing := []zerops.Service{{ID: "AAAAAAAAAAAAAAAAAAAAAA", Name: "app"}, {ID: "BBBBBBBBBBBBBBBBBBBBBB", Name: "a"}}
	f.Fuzz(func(t *testing.T, text string) {
		lines := 2 + strings.Count(text, "\n")
		for _, other := range []string{"\r", "\u0085", "\u2028", "\u2029"} { // ends of lines for YAML
			lines += strings.Count(text, other)
		}
		doc, err := manifest.Parse(text)
		if err != nil {
			if wrong, ok := errors.AsType[*manifest.SyntaxError](err); !ok || wrong.Line > lines {
				t.Fatalf("error %v", err)
			}
			return
		}
		doc.Walk(func(path []string, _, _ *yaml.Node) {
			if line := doc.Line(path); line > lines {
				t.Fatalf("%v stands in line %d of %d", path, line, lines)
			}
		})
		_ = manifest.Zerops{Doc: doc}.Secrets()
		plan, err := manifest.ReadImport(text)
		if err != nil {
			return
		}
		for _, issue := range sortIssues(plan.Lint(manifest.Catalogue{}, nil).All()) {
			if issue.Line > lines {
				t.Fatalf("issue %v of a text of %d lines", issue, lines)
			}
		}
		replaced := plan.Clashes(existing)
		changed, err := plan.WithOverride(text, replaced)
		if err != nil {
			return
		}
		again, err := manifest.ReadImport(changed)
		if err != nil || len(again.Overrides()) != len(replaced) {
			t.Fatalf("overrides %v of %q: %v", again.Overrides(), changed, err)
		}
		for i, s := range again.Services {
			if s.Hostname != plan.Services[i].Hostname || s.Typ != plan.Services[i].Typ {
				t.Fatalf("%q became %q", text, changed)
			}
		}
	})
}
