package simulator_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestZeropsYamlVerdicts(t *testing.T) {
	t.Parallel()
	a := start(t)
	for name, c := range map[string]struct{ on, yaml, code, names string }{
		"no base":          {"nodejs", "zerops: [{setup: a, build: {deployFiles: ./}, run: {start: x}}]", "", ""},
		"the old name":     {"nodejs", "zerops: [{setup: a, build: {base: nodejs@22, deploy: [dist]}, run: {base: nodejs@22}}]", "", ""},
		"several bases":    {"nodejs", "zerops: [{setup: a, build: {base: [nodejs@22, python@3.12], deployFiles: [a, b]}}]", "", ""},
		"scalars":          {"nodejs", "zerops: [{setup: a, build: {deployFiles: ., envVariables: {A: true, B: 1.5, C: }}}]", "", ""},
		"php":              {"php-nginx", "zerops: [{setup: a, build: {base: php@8.4, deployFiles: .}, run: {base: php-nginx@8.4, ports: [{port: 80, httpSupport: true}]}}]", "", ""},
		"php of service":   {"php-nginx", "zerops: [{setup: a, build: {base: php@8.4, deployFiles: .}, run: {ports: [{port: 80}]}}]", "", ""},
		"docker on 443":    {"docker", "zerops: [{setup: a, build: {deployFiles: .}, run: {base: docker@latest, ports: [{port: 443}]}}]", "", ""},
		"unknown keys":     {"nodejs", "zerops: [{setup: a, build: {deployFiles: ., buildComands: [x]}, runs: {}}]", "", ""},
		"older names":      {"nodejs", "zerops: [{setup: a, build: {base: [golang@1.22, rust@nightly], deployFiles: .}, run: {base: php-nginx@8.3+1.22}}]", "", ""},
		"a system":         {"nodejs", "zerops: [{setup: a, build: {deployFiles: .}, run: {base: \"24.04\"}}]", "", ""},
		"extends":          {"nodejs", "zerops: [{setup: b, build: {base: nodejs@22, deployFiles: .}}, {setup: c, extends: b, run: {base: nodejs@22}}, {setup: a, extends: [c]}]", "", ""},
		"extends nothing":  {"nodejs", "zerops: [{setup: a, extends: b, build: {deployFiles: .}}]", "zeropsYamlInvalidParameter", "extends"},
		"extends itself":   {"nodejs", "zerops: [{setup: a, extends: b}, {setup: b, extends: a}]", "zeropsYamlInvalidParameter", "extends"},
		"inherited fault":  {"nodejs", "zerops: [{setup: b, run: {ports: [{port: 80}]}}, {setup: a, extends: b, build: {deployFiles: .}}]", "zeropsYamlInvalidParameter", "run.ports.port"},
		"nothing deployed": {"nodejs", "zerops: [{setup: a, build: {base: nodejs@22}}]", "zeropsYamlMissingParameter", "build.deployFiles"},
		"a run base":       {"nodejs", "zerops: [{setup: a, build: {deployFiles: .}, run: {base: postgresql@18}}]", "zeropsYamlInvalidParameter", "run.base"},
		"a build base":     {"nodejs", "zerops: [{setup: a, build: {base: php@5, deployFiles: .}}]", "zeropsYamlInvalidParameter", "build.base"},
		"a number":         {"nodejs", "zerops: [{setup: a, build: {deployFiles: .}, run: {healthCheck: {recoveryTimeout: 30}}}]", "zeropsYamlInvalidParameter", "recoveryTimeout"},
		"a kind":           {"nodejs", "zerops:\n  - setup: a\n    run:\n      initCommands: npm run migrate\n", "yamlValidationInvalidYaml", "line 4"},
		"no list":          {"nodejs", "zerops: {setup: a}", "yamlValidationInvalidYaml", "line 1"},
		"two problems":     {"nodejs", "zerops: [{setup: a, build: {base: x@1, deployFiles: .}, run: {base: x@1}}]", "errorList", "run.base"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := a
			b.t = t
			got := b.send(http.MethodPost, "/service-stack/zerops-yaml-validation", map[string]any{
				"serviceStackName": "a", "serviceStackTypeId": c.on, "serviceStackTypeVersionName": c.on + "@latest", "zeropsYaml": c.yaml, "operation": "BUILD_AND_DEPLOY",
			})
			refused, _ := got.json["error"].(map[string]any)
			code, _ := refused["code"].(string)
			if code != c.code || !strings.Contains(string(got.body), c.names) {
				t.Errorf("%d %s, want %q naming %q", got.status, got.body, c.code, c.names)
			}
		})
	}
}

// The schemas have every place that the platform's of May 2026 have, with the same
// demands; those are data that is not everywhere.
func TestSchemasHaveWhatThePlatformHas(t *testing.T) {
	t.Parallel()
	a := start(t)
	for file, path := range map[string]string{"zerops-yaml-2026-05.json": "/settings/zerops-yaml-json-schema.json", "import-2026-05.json": "/settings/import-project-yaml-json-schema.json"} {
		raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "schemas", file))
		if err != nil {
			t.Skip("the platform's schemas are not at hand")
		}
		var theirs map[string]any
		if err := json.Unmarshal(raw, &theirs); err != nil {
			t.Fatal(err)
		}
		compareSchemas(t, strings.TrimSuffix(file, ".json"), theirs, a.get(path))
	}
}

func compareSchemas(t *testing.T, at string, theirs, ours map[string]any) {
	t.Helper()
	if strings.HasSuffix(at, ".zeropsYaml") { // theirs is a rough copy of the other schema
		return
	}
	for _, word := range []string{"type", "additionalProperties"} {
		if _, deeper := theirs[word].(map[string]any); !deeper && theirs[word] != nil && ours[word] != theirs[word] {
			t.Errorf("%s: %s is %v, theirs %v", at, word, ours[word], theirs[word])
		}
	}
	needed := func(s map[string]any) []string {
		var names []string
		list, _ := s["required"].([]any)
		for _, name := range list {
			names = append(names, name.(string))
		}
		slices.Sort(names)
		return names
	}
	if want, got := needed(theirs), needed(ours); !slices.Equal(want, got) {
		t.Errorf("%s: requires %v, theirs %v", at, got, want)
	}
	properties, _ := theirs["properties"].(map[string]any)
	mine, _ := ours["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		inner, ok := mine[name].(map[string]any)
		if !ok {
			t.Errorf("%s: there is no %s", at, name)
			continue
		}
		compareSchemas(t, at+"."+name, properties[name].(map[string]any), inner)
	}
	if items, ok := theirs["items"].(map[string]any); ok {
		inner, _ := ours["items"].(map[string]any)
		compareSchemas(t, at+"[]", items, inner)
	}
	alternatives, _ := theirs["oneOf"].([]any)
	other, _ := ours["oneOf"].([]any)
	if len(alternatives) != len(other) {
		t.Errorf("%s: %d alternatives, theirs %d", at, len(other), len(alternatives))
	}
}
