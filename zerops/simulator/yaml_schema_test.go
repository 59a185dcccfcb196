package simulator_test

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

// The published schemas are as strict as the platform's: closed, with rules by type
// and limits.
func TestSchemasJudge(t *testing.T) {
	t.Parallel()
	a := start(t)
	compiled := func(path string) *jsonschema.Schema {
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("schema.json", a.get(path)); err != nil {
			t.Fatal(err)
		}
		return compiler.MustCompile("schema.json")
	}
	imports, setups := compiled("/settings/import-project-yaml-json-schema.json"), compiled("/settings/zerops-yaml-json-schema.json")
	for text, want := range map[string]bool{
		"{services: [{hostname: a, type: alpine/nodejs@22, maxContainers: 10}]}":                                             true,
		"{services: [{hostname: a, type: alpine/nodejs@22, maxContainers: 11}]}":                                             false,
		"{services: [{hostname: a, type: alpine/nodejs@22, profile: oltp-staging}]}":                                         false,
		"{services: [{hostname: a, type: \"postgresql:ha@18\", profile: olap-production, profileOverrides: {work_mem: 1}}]}": true,
		"{services: [{hostname: a, type: \"postgresql:ha@18\", profile: hobby}]}":                                            false,
		"{services: [{hostname: a, type: \"valkey:ha@7.2\", profile: hobby}]}":                                               true,
		"{services: [{hostname: a, type: \"postgresql:ha@18\", minContainers: 2}]}":                                          false,
		"{services: [{hostname: a, type: \"nats:single@2.12\", maxContainers: 2}]}":                                          false,
		"{services: [{hostname: a, type: object-storage}]}":                                                                  false,
		"{services: [{hostname: a, type: object-storage, objectStorageSize: 1}]}":                                            true,
		"{services: [{hostname: a, type: object-storage, objectStorageSize: 1, mode: HA}]}":                                  false,
		"{services: [{hostname: a, type: alpine/go@1, verticalAutoscaling: {maxCpu: 8, maxRam: 48, maxDisk: 250}}]}":         true,
		"{services: [{hostname: a, type: alpine/go@1, verticalAutoscaling: {maxCpu: 9}}]}":                                   false,
		"{services: [{hostname: a, type: alpine/go@1, verticalAutoscaling: {maxRam: 64}}]}":                                  false,
		"{services: [{hostname: a, type: alpine/go@1, vault: {A: b, C: {value: d, sensitive: true}}}]}":                      true,
		"{services: [{hostname: a, type: alpine/go@1, vault: {A: {sensitive: true}}}]}":                                      false,
		"{services: [{hostname: a, type: alpine/go@1, buildFromGIT: x}]}":                                                    false,
		"{project: {name: a, vault: {A: b}, envSecrets: {C: d}, location: us-west-1}}":                                       true,
		"{project: {tags: [a]}}": false,
		"{services: [{hostname: a, type: alpine/go@1, zeropsYaml: {zerops: [{setup: a, run: {start: x}}]}}]}":                    true,
		"{services: [{hostname: a, type: alpine/go@1, zeropsYaml: {zerops: [{run: {start: x}}]}}]}":                              false,
		"{zerops: [{setup: a, extends: [b], build: {deployFiles: ., base: alpine/php@8.4}, run: {base: alpine/php-nginx@8.4}}]}": true,
		"{zerops: [{setup: a, run: {base: alpine/php@8.4}}]}":                                                                    false,
		"{zerops: [{setup: a, build: {base: alpine/php-nginx@8.4, deployFiles: .}}]}":                                            false,
		"{zerops: [{setup: a, build: {base: alpine/go@1}}]}":                                                                     false,
		"{zerops: [{setup: a, build: {deploy: [a], deployFiles: [a], cache: true, envVariables: {A: 1, B: true}}}]}":             true,
		"{zerops: [{setup: a, run: {volume: {hostname: disk, readOnly: true}}}]}":                                                true,
		"{zerops: [{setup: a, run: {volume: disk}}]}":                                                                            false,
		"{zerops: [{setup: a, run: {crontab: [{command: a, timing: b}]}}]}":                                                      false,
		"{zerops: [{setup: a, run: {envReplace: {target: a}}}]}":                                                                 false,
		"{zerops: [{setup: a, run: {healthCheck: {httpGet: {port: 1}}}}]}":                                                       false,
		"{zerops: [{setup: a, runs: {}}]}":                                                                                       false,
	} {
		var value map[string]any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		schema := setups
		if value["zerops"] == nil {
			schema = imports
		}
		if err := schema.Validate(value); (err == nil) != want {
			t.Errorf("%s fits: %v, want %v: %v", text, err == nil, want, err)
		}
	}
}
