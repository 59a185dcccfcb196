package manifest

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// FuzzManifest holds the reading of an import YAML against two others: the walk of
// its nodes, and what a program that decodes into a struct makes of it.
func FuzzManifest(f *testing.F) {
	for _, seed := range []string{
		"services: [{hostname: a, type: b, override: true}]", "services:\n  - hostname: a\n    \"over\\u0072ide\": yes\n", "x: &x {override: true}\nservices:\n  - <<: [*x]\n    hostname: a\n",
		"project: {name: x, corePackage: &c SERIOUS}\nservices: &s [{hostname: a, envSecrets: {A: *c}}]\n", `{"services":[{"hostname":"a","override":"on"}]}`, "#yamlPreprocessor=on\nservices:\n  - {hostname: a, vault: {A: <@getVar(x)|upper>}}\n",
		"services:\n  - {hostname: a, <<: {b: {c: 1}}, b: 2}\n", "\ufeffservices: [{hostname: a, !!binary b3ZlcnJpZGU=: true}]", "services:\r\n- hostname: a\r\n  ? override\r\n  : ~\r\n", "#zeropsPreprocessor=on\nservices: [{hostname: a, x: \"\\<y\\>\"}]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadImport(text)
		if err != nil {
			return
		}
		_, _, _ = p.Secrets(), p.PaidCore(), p.Exposed()
		if p.Doc.processed {
			text = preprocess(text).text
		}
		var node yaml.Node
		if err := yaml.Unmarshal([]byte(text), &node); err != nil {
			t.Fatalf("%q was read, and is no YAML: %v", text, err)
		}
		walked, found := map[string]bool{}, map[string]bool{}
		keysOfNode(&node, walked)
		keysOfValue(p.Doc.Value, found)
		for key := range found {
			if !walked[key] {
				t.Errorf("the key %q of %q is in no node", key, text)
			}
		}
		for key := range walked {
			if !found[key] && !walked["<<"] { // what << brings may be hidden by what is there
				t.Errorf("the key %q of %q was not found", key, text)
			}
		}
		var typed struct {
			Project *struct {
				Core string `yaml:"corePackage"`
			} `yaml:"project"`
			Services []struct {
				Hostname string `yaml:"hostname"`
				Override bool   `yaml:"override"`
				Git      string `yaml:"buildFromGit"`
				Public   bool   `yaml:"enableSubdomainAccess"`
			} `yaml:"services"`
		}
		if yaml.Unmarshal([]byte(text), &typed) != nil {
			return // a type that does not fit
		}
		if typed.Project != nil && strings.EqualFold(typed.Project.Core, "SERIOUS") && !p.PaidCore() {
			t.Errorf("the core of %q costs money", text)
		}
		for i, s := range typed.Services {
			if e := p.Services[i]; e.Hostname != s.Hostname || s.Override && !e.Override || s.Git != "" && !e.fromGit || s.Public && !e.subdomain {
				t.Errorf("%q was read as %+v, and is %+v", text, e, s)
			}
		}
	})
}

func keysOfNode(n *yaml.Node, keys map[string]bool) {
	switch n.Kind {
	case yaml.AliasNode:
		keysOfNode(n.Alias, keys)
	case yaml.DocumentNode, yaml.SequenceNode:
		for _, item := range n.Content {
			keysOfNode(item, keys)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			keys[n.Content[i].Value] = true
			keysOfNode(n.Content[i+1], keys)
		}
	case yaml.ScalarNode:
	}
}

func keysOfValue(v any, keys map[string]bool) {
	switch value := v.(type) {
	case map[string]any:
		for key, member := range value {
			keys[key] = true
			keysOfValue(member, keys)
		}
	case []any:
		for _, item := range value {
			keysOfValue(item, keys)
		}
	}
}

// FuzzPreprocess checks that every line of the result comes from a line of the text,
// and that a text without the signs of the preprocessor stays as it is.
func FuzzPreprocess(f *testing.F) {
	for _, seed := range []string{
		"a: <@generateRandomString(<32>)>\n", "a: \\<b\\>\nc: <d|upper>\n", "a < b\n", "<<: *x", "<@setVar(<a>, <b>) | sha256 | argon2id>", "\\\\<a>\\\\", "<@f(<a<b<c>>>)>", "<a<@getVar(b)>c|noop>\r\n",
		"<@setVar(<a>,<<x\ny>|title>)><@getVar(a)>", "# <\n\\\n>", "<>|<<>>", "<@(,)>", "<a||b>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		made := preprocess(text)
		lines := 1 + strings.Count(text, "\n")
		if len(made.lines) != 1+strings.Count(made.text, "\n") {
			t.Errorf("%q became %q, with lines %v", text, made.text, made.lines)
		}
		for _, line := range made.lines {
			if line < 1 || line > lines {
				t.Errorf("%q: line %d of %d", text, line, lines)
			}
		}
		for _, issue := range append(made.notes, made.refusals...) {
			if issue.Line < 1 || issue.Line > lines {
				t.Errorf("%q: issue %v", text, issue)
			}
		}
		if !strings.ContainsAny(text, "<\\") && made.text != text {
			t.Errorf("%q became %q", text, made.text)
		}
	})
}
