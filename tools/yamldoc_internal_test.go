package tools

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/zerops"
)

func TestParseYamlPlacesAndMerges(t *testing.T) {
	t.Parallel()
	doc, err := parseYaml("base: &base\n  a: 1\n  b: two\nlist:\n  - <<: *base\n    b: 3\n  - *base\nwhen: 2026-01-02\nnothing: ~\nyes: true\nlarge: 18446744073709551615\ntwice: 1\ntwice: 2\n")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"list.0.a": int64(1), "list.0.b": int64(3), "list.1.b": "two", "when": "2026-01-02", "nothing": nil, "yes": true, "large": uint64(18446744073709551615),
	} {
		if got := at(doc.value, strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %v (%T), want %v", path, got, got, want)
		}
	}
	for path, want := range map[string]int{"list.0.a": 2, "list.0.b": 6, "list.1.b": 3, "list.1": 7, "twice": 13, "base.none": 1} {
		if got := doc.line(strings.Split(path, ".")); got != want {
			t.Errorf("%s stands in line %d, want %d", path, got, want)
		}
	}
	if len(doc.issues) != 1 || doc.issues[0].Path != "twice" {
		t.Errorf("issues: %v", doc.issues)
	}
}

func TestParseYamlBounds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"deep":         strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"deep maps":    strings.Repeat("{a: ", 200) + strings.Repeat("}", 200),
		"large":        strings.Repeat("a", maxYaml+1),
		"many":         "[" + strings.Repeat("1,", maxYamlNodes+1) + "]",
		"circle":       "a: &a [*a]\n",
		"merge circle": "a: &a\n  <<: *a\n",
		"unknown":      "a: *b\n",
		"tabs":         "a:\n\t- b\n",
		"empty":        "",
		"comment":      "# nothing\n",
		"control":      "a: \x01\n",
		"complex key":  "? [a, b]\n: c\n",
	} {
		started := time.Now()
		doc, err := parseYaml(text)
		if name == "comment" && err == nil && doc.value == nil {
			continue
		}
		if _, ok := errors.AsType[*yamlError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

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
		doc, err := parseYaml(text)
		if err != nil {
			if wrong, ok := errors.AsType[*yamlError](err); !ok || wrong.line > lines {
				t.Fatalf("error %v", err)
			}
			return
		}
		doc.walk(func(path []string, _, _ *yaml.Node) {
			if line := doc.line(path); line > lines {
				t.Fatalf("%v stands in line %d of %d", path, line, lines)
			}
		})
		_ = zeropsFile{doc: doc}.secrets()
		plan, err := readImport(text)
		if err != nil {
			return
		}
		issues, _ := plan.lint()
		for _, issue := range sortIssues(issues) {
			if issue.Line > lines {
				t.Fatalf("issue %v of a text of %d lines", issue, lines)
			}
		}
		replaced := plan.clashes(existing)
		changed, err := plan.withOverride(text, replaced)
		if err != nil {
			return
		}
		again, err := readImport(changed)
		if err != nil || len(again.overrides()) != len(replaced) {
			t.Fatalf("overrides %v of %q: %v", again.overrides(), changed, err)
		}
		for i, s := range again.services {
			if s.hostname != plan.services[i].hostname || s.typ != plan.services[i].typ {
				t.Fatalf("%q became %q", text, changed)
			}
		}
	})
}

// FuzzMaskYaml checks that a masked document is YAML, holds no value of a
// variable, and keeps its services.
func FuzzMaskYaml(f *testing.F) {
	for _, seed := range []string{"fake-secret-value", "fake: [x] # y", "line one\nline two", "${db_password}", "- fake\n- list", "&anchor fake-x", "'fake' \"quotes\"", "\u2028fake\u202e", "2026-01-02", "!!binary aGVsbG8="} {
		f.Add(seed, seed)
	}
	patterns := sync.OnceValue(secretPatterns)
	f.Fuzz(func(t *testing.T, secret, plain string) {
		document := map[string]any{"services": []any{map[string]any{
			"hostname": "app", "envSecrets": map[string]any{"KEY": secret, "OTHER": []any{secret}}, "dotEnvSecrets": "A='" + secret + "'\n", "note": plain, "password": secret,
		}}}
		raw, err := yaml.Marshal(document)
		if err != nil {
			return // not text that YAML can carry
		}
		doc, err := parseYaml(string(raw))
		if err != nil {
			return
		}
		c := &call{server: &runner{}, redactor: &redactor{patterns: patterns}}
		m := yamlMasker{call: c}
		m.document(doc.root)
		text, err := writeYaml(doc.root)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseYaml(text)
		if err != nil {
			t.Fatalf("the masked text is no YAML: %v\n%s", err, text)
		}
		for _, path := range []string{"services.0.envSecrets.KEY", "services.0.envSecrets.OTHER.0", "services.0.password"} {
			got := yamlScalar(at(again.value, strings.Split(path, ".")...))
			if got != redacted && got != "" && !onlyReferences(got) {
				t.Fatalf("%s is %q, from %q", path, got, secret)
			}
		}
		if at(again.value, "services", "0", "hostname") != "app" {
			t.Fatalf("the service is lost:\n%s", text)
		}
	})
}

// FuzzLiveSchema feeds answers of the network to what compiles, explains and
// checks with them.
func FuzzLiveSchema(f *testing.F) {
	for _, seed := range []string{
		`{"properties":{"services":{"type":"array","items":{"$ref":"#/$defs/a"}}},"$defs":{"a":{"properties":{"hostname":{"enum":["a"]}},"allOf":[{"if":{"properties":{"x":{"const":1}}},"then":{"properties":{"y":false}}}]}}}`,
		`{"properties":{"a":{"$ref":"#/properties/a"}}}`, `{"properties":{"a":{"$ref":"http://x/y"}}}`, `{"properties":[]}`, `[]`, `"text"`, `{"$schema":"x","properties":{}}`,
		`{"properties":{"a":{"oneOf":[{"type":"string"},{"items":{"$ref":"#"}}]}}}`,
	} {
		f.Add([]byte(seed))
	}
	doc, err := parseYaml("services:\n  - hostname: app\n    type: nodejs@22\na: {a: {a: [1]}}\n")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		schema, err := compileSchema(raw)
		if err != nil {
			return
		}
		_ = explainSchema(yamlImport, nil, schema.root())
		for _, key := range schema.root().keys() {
			if node, ok := schema.root().find([]string{key}); ok {
				_ = explainSchema(yamlImport, []string{key}, node)
			}
		}
		check := yamlCheck{doc: doc, schema: schema}
		issues := check.run()
		for _, issue := range issues {
			if issue.Line > 4 {
				t.Errorf("a problem in line %d of 4: %s", issue.Line, raw)
			}
		}
	})
}
