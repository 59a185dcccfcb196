package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// rows maps a member of the objects of a list to what they say.
func rows(r tooltest.Result, list, member string) map[string]string {
	r.T.Helper()
	items, _ := r.Ok().Get(list).([]any)
	found := map[string]string{}
	for _, item := range items {
		row, _ := item.(map[string]any)
		found[fmt.Sprint(row[member])] = fmt.Sprintf("line %v: %v", row["line"], row["message"])
	}
	return found
}

func TestValidateZeropsYaml(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := h.Call("validate_zerops_yaml", tooltest.Args{"yaml": tooltest.ImportText})
	if r.Get("valid") != true || len(rows(r, "warnings", "path")) != 0 || r.Str("setups.1") != "site" {
		t.Errorf("a good file: %s", r.Raw)
	}
	r = h.Call("validate_zerops_yaml", tooltest.Args{"yaml": tooltest.ImportText, "service": tooltest.StagingAPI(h)})
	if r.Get("valid") != true || r.Get("setups.1") != nil {
		t.Errorf("a good file for its service: %s", r.Raw)
	}
	bad := `zerops:
  - setup: api
    build:
      base: nodejs@98
      buildComands: [npm ci]
      deployFiles: ./
    run:
      base: nodejs@22
      healthCheck:
        httpGet: {port: 3000, path: /}
        execPeriod: 5s
      envVariables:
        HOSTNAME: x
        LOOP: ${LOOP}
      ports:
        - port: 443
  - setup: empty
    build: {base: nodejs@22}
`
	r = h.Call("validate_zerops_yaml", tooltest.Args{"yaml": bad})
	if r.Get("valid") != false {
		t.Errorf("a bad file is valid: %s", r.Raw)
	}
	for field, want := range map[string]string{"build.base": "line 4:", "run.healthCheck.execPeriod": "line 11:", "run.ports.port": "line 16:", "build.deployFiles": "is missing"} {
		if got := rows(r, "problems", "field")[field]; !strings.Contains(got, want) {
			t.Errorf("problem of %s: %q does not say %q", field, got, want)
		}
	}
	for path, want := range map[string][]string{
		"zerops[0].build.buildComands":        {"line 5:", "drops", "buildCommands"},
		"zerops[0].run.envVariables.HOSTNAME": {"line 13:", "without a log"},
		"zerops[0].run.envVariables.LOOP":     {"line 14:", "itself"},
		"zerops[1]":                           {"line 17:", "no run section"},
	} {
		for _, words := range want {
			if got := rows(r, "warnings", "path")[path]; !strings.Contains(got, words) {
				t.Errorf("warning of %s: %q does not say %q", path, got, words)
			}
		}
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestValidateZeropsYamlRefusals(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := h.Call("validate_zerops_yaml", tooltest.Args{"yaml": "zerops:\n  - setup: [\n"})
	if r.Get("valid") != false || !strings.Contains(fmt.Sprint(r.Get("problems")), "line") {
		t.Errorf("broken YAML: %s", r.Raw)
	}
	e := h.Call("validate_zerops_yaml", tooltest.Args{"yaml": "services: []\n"}).Fails("invalid_arguments")
	if tooltest.Lookup(e, "next.tool") != "import_yaml" {
		t.Errorf("an import YAML: %v", e)
	}
	e = h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.ImportText, "dry_run": true}).Fails("invalid_arguments")
	if tooltest.Lookup(e, "next.tool") != "validate_zerops_yaml" {
		t.Errorf("a zerops.yaml: %v", e)
	}
	h.Call("validate_zerops_yaml", tooltest.Args{"yaml": tooltest.ImportText, "setup": "apo"}).Fails("invalid_arguments")
	h.Call("validate_zerops_yaml", tooltest.Args{"yaml": tooltest.ImportText, "project": "blog", "service": "nobody"}).Fails("not_found")
	h.Call("validate_zerops_yaml", tooltest.Args{}).Fails("invalid_arguments")
	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackZeropsYamlValidation", Status: 503})
	h.Call("validate_zerops_yaml", tooltest.Args{"yaml": tooltest.ImportText}).Fails("unavailable")
}

// TestWhatCannotBeJudged holds apart what is wrong and what nobody was asked about.
func TestWhatCannotBeJudged(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	const own = "zerops:\n  - setup: api\n    run: {start: x}\n"
	r := h.Call("validate_zerops_yaml", tooltest.Args{"yaml": own})
	if r.Get("valid") != true || r.Get("judged") != false || !strings.Contains(rows(r, "warnings", "path")["zerops[0]"], "give service") {
		t.Errorf("a setup that keeps the base of its service: %s", r.Raw)
	}
	if r = h.Call("validate_zerops_yaml", tooltest.Args{"yaml": own, "service": tooltest.StagingAPI(h)}); r.Get("valid") != true || r.Get("judged") != true || len(rows(r, "warnings", "path")) != 0 {
		t.Errorf("the same with a service: %s", r.Raw)
	}
	r = h.Call("validate_zerops_yaml", tooltest.Args{"yaml": "zerops:\n  - setup: base\n    run: {base: nodejs@22}\n  - setup: api\n    extends: [base]\n    run: {start: x}\n"})
	if r.Get("valid") != true || r.Get("judged") != true {
		t.Errorf("a base that is taken over: %s", r.Raw)
	}
	r = h.Call("validate_zerops_yaml", tooltest.Args{"yaml": "zerops:\n  - setup: api\n    run: {base: cobol@7}\n"})
	if r.Get("valid") != true || r.Get("judged") != false || !strings.Contains(rows(r, "warnings", "path")["zerops[0].run.base"], "catalogue") {
		t.Errorf("a type that is not known: %s", r.Raw)
	}
	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackTypeSearch", Status: 503})
	r = h.Call("validate_zerops_yaml", tooltest.Args{"yaml": tooltest.ImportText})
	if r.Get("valid") != true || r.Get("judged") != false || !strings.Contains(rows(r, "warnings", "path")["zerops[1]"], "catalogue of types cannot be read") {
		t.Errorf("without a catalogue: %s", r.Raw)
	}
	if r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices, "dry_run": true}); !strings.Contains(warnings(r)["<nil>"], "types are not checked") {
		t.Errorf("an import without a catalogue: %s", r.Raw)
	}
}

func TestGetYamlSchema(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	fields := func(r tooltest.Result) map[string]map[string]any {
		found := map[string]map[string]any{}
		list, _ := r.Ok().Get("fields").([]any)
		for _, item := range list {
			row, _ := item.(map[string]any)
			found[fmt.Sprint(row["name"])] = row
		}
		return found
	}
	for kind, paths := range map[string][]string{
		"zerops": {"", "build", "zerops.run", "run.healthCheck", "/zerops/run/ports", "zerops[0].deploy.readinessCheck.httpGet", "build.base"},
		"import": {"", "project", "services", "services[].verticalAutoscaling", "services.type", "services.zeropsYaml.zerops.run", "services.profile"},
	} {
		for _, path := range paths {
			r := h.Call("get_yaml_schema", tooltest.Args{"kind": kind, "path": path}).Ok()
			if len(r.Raw) > 8192 {
				t.Errorf("%s %s has %d bytes", kind, path, len(r.Raw))
			}
		}
	}
	run := h.Call("get_yaml_schema", tooltest.Args{"kind": "zerops", "path": "run"})
	if list := fmt.Sprint(run.Get("sub_paths")); !strings.Contains(list, "zerops.run.healthCheck.httpGet") {
		t.Errorf("below run: %s", list)
	}
	check := fields(h.Call("get_yaml_schema", tooltest.Args{"kind": "zerops", "path": "run.healthCheck"}))
	if text := fmt.Sprint(check["failureTimeout"]); !strings.Contains(text, "string") || !strings.Contains(text, "30s") {
		t.Errorf("a probe duration is described as %s", text)
	}
	service := h.Call("get_yaml_schema", tooltest.Args{"kind": "import", "path": "services"})
	if f := fields(service); f["hostname"]["required"] != true || f["type"]["more_values"] == nil {
		t.Errorf("fields of a service: %v", f)
	}
	if rules := fmt.Sprint(service.Get("rules")); !strings.Contains(rules, "postgresql:ha") || !strings.Contains(rules, "profile") {
		t.Errorf("rules of a service: %s", rules)
	}
	types := h.Call("get_yaml_schema", tooltest.Args{"kind": "import", "path": "services.type"})
	if list, _ := types.Get("values").([]any); len(list) < 50 {
		t.Errorf("%d types", len(list))
	}
	e := h.Call("get_yaml_schema", tooltest.Args{"kind": "zerops", "path": "run.helthCheck"}).Fails("not_found")
	if text := fmt.Sprint(e["message"]); !strings.Contains(text, "healthCheck") {
		t.Errorf("a typo: %s", text)
	}
	h.Call("get_yaml_schema", tooltest.Args{"kind": "docker"}).Fails("invalid_arguments")
	h.Sim.Fail(simulator.Fault{Operation: "GetSettingsZeropsYamlJsonSchemaJson", Times: 1, Status: 200, Body: "nonsense"})
	h.Call("get_yaml_schema", tooltest.Args{"kind": "zerops"}).Fails("unavailable")
}

func TestGetYamlSchemaGuides(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	topics := rows(h.Call("get_yaml_schema", tooltest.Args{"kind": "guide"}), "topics", "topic")
	if len(topics) < 5 {
		t.Fatalf("topics: %v", topics)
	}
	for topic := range topics {
		if text := h.Call("get_yaml_schema", tooltest.Args{"kind": "guide", "path": topic}).Str("guide"); len(text) < 200 {
			t.Errorf("the guide %s is %q", topic, text)
		}
	}
	h.Call("get_yaml_schema", tooltest.Args{"kind": "guide", "path": "../guides/overview"}).Fails("not_found")
}
