package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestDryRunListsEverything plants what the platform refuses and what it drops, all
// in one document, and finds each in its line.
func TestDryRunListsEverything(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	lines := []string{
		"#zeropsPreprocessor=on",
		"# replicas for <all> of us, and <@generateRandomString(<8>)>",
		"services:",
		"  - hostname: db",
		"    type: postgresql@18",
		"    minContainers: 2",
		"  - hostname: files",
		"    type: object-storage",
		"    objectStorageRawPolicy:",
		"  - hostname: Api",
		"    type: nodejs@22",
		"    minContainers: 4",
		"    maxContainers: 2",
		"    mount: [nowhere]",
		"    vault:",
		"      HOSTNAME: x",
		"      TOKEN: {value: fake-vault-value, sensitive: true}",
		"      DEBUG: true",
		"      PATH_OF: C:\\temp",
		"    envSecrets: {token: fake-second-value}",
		"  - hostname: vm",
		"    type: docker@26.1",
		"    verticalAutoscaling: {minRam: 1, maxRam: 4}",
		"  - hostname: old",
		"    type: keydb@6",
		"  - hostname: odd",
		"    type: nodejs@22",
		"    envSecrets: {KEY: <@readFile(<x>)>}",
		"    zeropsYaml: |",
		"      zerops:",
		"        - setup: odd",
		"          run: {base: nodejs@22, start: a, startCommands: [{command: b}]}",
	}
	r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": strings.Join(lines, "\n") + "\n", "dry_run": true}).Status("unchanged")
	said := func(name string) (all []string) {
		list, _ := r.Get(name).([]any)
		for _, item := range list {
			row, _ := item.(map[string]any)
			all = append(all, fmt.Sprintf("%v %v: %v %v", row["line"], row["path"], row["message"], row["code"]))
		}
		return all
	}
	for name, want := range map[string][]string{
		"problems": {
			"5 services[0].type: needs mode", "6 services[0].minContainers: is refused", "7 services[1]: misses objectStorageSize", "10 services[2].hostname: a service needs a hostname",
			"12 services[2].minContainers: is more than maxContainers valueMustNotBeMoreThan", "userDataDuplicateKey", "20 services[2].envSecrets.token: is there already as services[2].vault.TOKEN",
			`28 <nil>: the expression calls "readFile"`,
		},
		"warnings": {
			"2 <nil>: the preprocessor evaluates this expression", "14 services[2].mount[0]: there is no storage", "19 <nil>: the preprocessor takes this backslash away", "23 services[3].verticalAutoscaling.minRam: does nothing for a docker",
			"25 services[4].type: keydb@6 is not in the platform's catalogue of today; in its place there are valkey", "29 services[5].zeropsYaml: is a text", "32 services[5].zeropsYaml: zerops[0].run.startCommands: stands beside start",
		},
	} {
		got := said(name)
		for _, words := range want {
			if !strings.Contains(strings.Join(got, "\n"), words) {
				t.Errorf("%s: nothing says %q", name, words)
			}
		}
		if name == "problems" && len(got) != 8 || name == "warnings" && len(got) != 7 {
			t.Errorf("%d %s:\n%s", len(got), name, strings.Join(got, "\n"))
		}
	}
	if strings.Contains(string(r.Raw), "fake") {
		t.Errorf("a value is in %s", r.Raw)
	}
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestProcessedValuesStaySecret quotes, in an error of the platform, a value as the
// preprocessor leaves it.
func TestProcessedValuesStaySecret(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "PostProjectServiceStackImport", Times: 1, Status: 400, Body: `{"error":{"code":"projectImportInvalidParameter","message":"the value Fake-Bracketed-Value-123 is wrong"}}`})
	text := "#yamlPreprocessor=on\nservices:\n  - hostname: fresh\n    type: nodejs@22\n    vault: {KEY: \"Fake-<Bracketed>-Value-123\"}\n"
	r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": text})
	r.Fails("invalid_arguments")
	if strings.Contains(string(r.Raw), "Bracketed") {
		t.Errorf("the value is in %s", r.Raw)
	}
}

// TestRulesApplyToShortNames holds a short type to the rules that the schema has for
// its full names.
func TestRulesApplyToShortNames(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for text, want := range map[string]string{
		"type: nodejs@22, profile: oltp-staging":                       "services[0].profile",
		"type: postgresql@18, mode: HA, profile: oltp-staging":         "",
		"type: postgresql@18, mode: NON_HA, profile: oltp-nonsense":    "services[0].profile",
		"type: 'postgresql:ha@18', profile: oltp-staging":              "",
		"type: ubuntu/nodejs@22, minContainers: 1, maxContainers: 3":   "",
		"type: nodejs@22, minContainers: 1, maxContainers: 30":         "services[0].maxContainers",
		"type: object-storage, objectStorageSize: 5, enableCdn: false": "",
	} {
		r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": "services: [{hostname: fresh, " + text + "}]\n", "dry_run": true}).Status("unchanged")
		got := warnings(r)
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[want] == "") || r.Get("problems") != nil {
			t.Errorf("%s: %s", text, r.Raw)
		}
	}
}

// TestVaultEntriesAreChecked finds what would store a secret in clear without a word.
func TestVaultEntriesAreChecked(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	const yaml = `services:
  - hostname: app
    type: nodejs@22
    buildFromGit: git@github.com:owner/name
    vault:
      A: {value: fake-vault-a, sensetive: true}
      B: {value: fake-vault-b, sensitive: "yes"}
      C: {value: fake-vault-c, sensitive: true}
      D: plain
`
	raw := string(h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": yaml, "dry_run": true}).Raw)
	for _, want := range []string{"vault.A.sensetive", "vault.B.sensitive", "services[0].buildFromGit"} {
		if !strings.Contains(raw, want) {
			t.Errorf("%s is not told in %s", want, raw)
		}
	}
	if strings.Contains(raw, "vault.C") || strings.Contains(raw, "vault.D") || strings.Contains(raw, "fake-vault") {
		t.Errorf("got %s", raw)
	}
}
