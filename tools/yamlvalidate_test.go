package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// rows maps a member of the objects of a list to what they say.
func rows(r result, list, member string) map[string]string {
	r.t.Helper()
	items, _ := r.ok().get(list).([]any)
	found := map[string]string{}
	for _, item := range items {
		row, _ := item.(map[string]any)
		found[fmt.Sprint(row[member])] = fmt.Sprintf("line %v: %v", row["line"], row["message"])
	}
	return found
}

const goodYaml = `zerops:
  - setup: api
    build:
      base: nodejs@22
      buildCommands: [npm ci]
      deployFiles: ./
    deploy:
      readinessCheck:
        httpGet: {port: 3000, path: /}
        failureTimeout: 30s
    run:
      base: nodejs@22
      ports:
        - port: 3000
          httpSupport: true
      envVariables: {TOKEN: fake-token-value}
      start: node index.js
  - setup: site
    build: {deployFiles: [dist], cache: true}
    run: {base: static@1}
`

func TestValidateZeropsYaml(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("validate_zerops_yaml", args{"yaml": goodYaml})
	if r.get("valid") != true || len(rows(r, "warnings", "path")) != 0 || r.str("setups.1") != "site" {
		t.Errorf("a good file: %s", r.raw)
	}
	r = h.call("validate_zerops_yaml", args{"yaml": goodYaml, "service": stagingAPI(h)})
	if r.get("valid") != true || r.get("setups.1") != nil {
		t.Errorf("a good file for its service: %s", r.raw)
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
	r = h.call("validate_zerops_yaml", args{"yaml": bad})
	if r.get("valid") != false {
		t.Errorf("a bad file is valid: %s", r.raw)
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
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

func TestValidateZeropsYamlRefusals(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("validate_zerops_yaml", args{"yaml": "zerops:\n  - setup: [\n"})
	if r.get("valid") != false || !strings.Contains(fmt.Sprint(r.get("problems")), "line") {
		t.Errorf("broken YAML: %s", r.raw)
	}
	if r := h.call("validate_zerops_yaml", args{"yaml": "services: []\n"}); r.get("valid") != false {
		t.Errorf("an import YAML: %s", r.raw)
	}
	if r := h.call("validate_zerops_yaml", args{"yaml": "zerops:\n  - setup: api\n    run: {start: x}\n"}); r.get("valid") != false {
		t.Errorf("a setup without any base: %s", r.raw)
	}
	h.call("validate_zerops_yaml", args{"yaml": goodYaml, "setup": "apo"}).fails("invalid_arguments")
	h.call("validate_zerops_yaml", args{"yaml": goodYaml, "project": "blog", "service": "nobody"}).fails("not_found")
	h.call("validate_zerops_yaml", args{}).fails("invalid_arguments")
	h.sim.Fail(simulator.Fault{Operation: "PostServiceStackZeropsYamlValidation", Status: 503})
	h.call("validate_zerops_yaml", args{"yaml": goodYaml}).fails("unavailable")
}

func TestGetYamlSchema(t *testing.T) {
	t.Parallel()
	h := start(t)
	fields := func(r result) map[string]map[string]any {
		found := map[string]map[string]any{}
		list, _ := r.ok().get("fields").([]any)
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
			r := h.call("get_yaml_schema", args{"kind": kind, "path": path}).ok()
			if len(r.raw) > 8192 {
				t.Errorf("%s %s has %d bytes", kind, path, len(r.raw))
			}
		}
	}
	run := h.call("get_yaml_schema", args{"kind": "zerops", "path": "run"})
	if list := fmt.Sprint(run.get("sub_paths")); !strings.Contains(list, "zerops.run.healthCheck.httpGet") {
		t.Errorf("below run: %s", list)
	}
	check := fields(h.call("get_yaml_schema", args{"kind": "zerops", "path": "run.healthCheck"}))
	if text := fmt.Sprint(check["failureTimeout"]); !strings.Contains(text, "string") || !strings.Contains(text, "30s") {
		t.Errorf("a probe duration is described as %s", text)
	}
	service := h.call("get_yaml_schema", args{"kind": "import", "path": "services"})
	if f := fields(service); f["hostname"]["required"] != true || f["type"]["more_values"] == nil {
		t.Errorf("fields of a service: %v", f)
	}
	if rules := fmt.Sprint(service.get("rules")); !strings.Contains(rules, "postgresql:ha") || !strings.Contains(rules, "profile") {
		t.Errorf("rules of a service: %s", rules)
	}
	types := h.call("get_yaml_schema", args{"kind": "import", "path": "services.type"})
	if list, _ := types.get("values").([]any); len(list) < 50 {
		t.Errorf("%d types", len(list))
	}
	e := h.call("get_yaml_schema", args{"kind": "zerops", "path": "run.helthCheck"}).fails("not_found")
	if text := fmt.Sprint(e["message"]); !strings.Contains(text, "healthCheck") {
		t.Errorf("a typo: %s", text)
	}
	h.call("get_yaml_schema", args{"kind": "docker"}).fails("invalid_arguments")
	h.sim.Fail(simulator.Fault{Operation: "GetSettingsZeropsYamlJsonSchemaJson", Times: 1, Status: 200, Body: "nonsense"})
	h.call("get_yaml_schema", args{"kind": "zerops"}).fails("unavailable")
}

func TestGetYamlSchemaGuides(t *testing.T) {
	t.Parallel()
	h := start(t)
	topics := rows(h.call("get_yaml_schema", args{"kind": "guide"}), "topics", "topic")
	if len(topics) < 5 {
		t.Fatalf("topics: %v", topics)
	}
	for topic := range topics {
		if text := h.call("get_yaml_schema", args{"kind": "guide", "path": topic}).str("guide"); len(text) < 200 {
			t.Errorf("the guide %s is %q", topic, text)
		}
	}
	h.call("get_yaml_schema", args{"kind": "guide", "path": "../guides/overview"}).fails("not_found")
}
