package manifest

import (
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// FuzzMaskYaml checks that a masked document is YAML, holds no value of a
// variable, and keeps its services.
func FuzzMaskYaml(f *testing.F) {
	for _, seed := range []string{"fake-secret-value", "fake: [x] # y", "line one\nline two", "${db_password}", "- fake\n- list", "&anchor fake-x", "'fake' \"quotes\"", "\u2028fake\u202e", "2026-01-02", "!!binary aGVsbG8="} {
		f.Add(seed, seed)
	}
	patterns := sync.OnceValue(tool.SecretPatterns)
	f.Fuzz(func(t *testing.T, secret, plain string) {
		document := map[string]any{"services": []any{map[string]any{
			"hostname": "app", "envSecrets": map[string]any{"KEY": secret, "OTHER": []any{secret}}, "dotEnvSecrets": "A='" + secret + "'\n", "note": plain, "password": secret,
		}}}
		raw, err := yaml.Marshal(document)
		if err != nil {
			return // not text that YAML can carry
		}
		doc, err := Parse(string(raw))
		if err != nil {
			return
		}
		c := &tool.Call{Runner: &tool.Runner{}, Redactor: &tool.Redactor{Patterns: patterns}}
		Mask(c, doc)
		text, err := WriteYAML(doc, "")
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("the masked text is no YAML: %v\n%s", err, text)
		}
		for _, path := range []string{"services.0.envSecrets.KEY", "services.0.envSecrets.OTHER.0", "services.0.password"} {
			got := Text(At(again.Value, strings.Split(path, ".")...))
			if got != tool.Redacted && got != "" && !tool.OnlyReferences(got) {
				t.Fatalf("%s is %q, from %q", path, got, secret)
			}
		}
		if At(again.Value, "services", "0", "hostname") != "app" {
			t.Fatalf("the service is lost:\n%s", text)
		}
	})
}
