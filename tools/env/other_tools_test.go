package env_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestDeleteEnv(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			a := tooltest.Args{"service": tooltest.StagingAPI(h), "keys": []any{"JWT_PRIVATE_KEY", "NODE_ENV", "NOT_THERE"}}
			first := h.Call("delete_env", a).Status("confirmation_required")
			if plan := string(first.Raw); !strings.Contains(plan, "JWT_PRIVATE_KEY") || strings.Contains(plan, "NODE_ENV") {
				t.Errorf("the plan is %s", plan)
			}
			if n := h.Writes(); n != 0 {
				t.Fatalf("%d writes before the confirmation", n)
			}
			a["confirm"] = first.Str("confirm")
			r := h.Call("delete_env", a).Status("failed")
			tooltest.WantOutcomes(t, r, map[string]string{"JWT_PRIVATE_KEY": "deleted", "NODE_ENV": "failed", "NOT_THERE": "absent"})
			if tooltest.Outcomes(r)["JWT_PRIVATE_KEY"]["read_back"] != true {
				t.Errorf("the deletion was not read back: %s", r.Raw)
			}
			h.Call("delete_env", a).Status("failed") // nothing is left to confirm
			again := h.Call("delete_env", tooltest.Args{"service": tooltest.StagingAPI(h), "keys": []any{"JWT_PRIVATE_KEY"}}).Status("unchanged")
			tooltest.WantOutcomes(t, again, map[string]string{"JWT_PRIVATE_KEY": "absent"})
		})
	}
}

// TestAYesIsForTheValueOfThen deletes no value that was written after the question.
func TestAYesIsForTheValueOfThen(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for _, store := range []tooltest.Args{{"service": tooltest.StagingAPI(h)}, {"project": "eshop-staging"}} {
		const key = "ROTATED_MEANWHILE"
		with := func(more tooltest.Args) tooltest.Args {
			maps.Copy(more, store)
			return more
		}
		set := func(value string) {
			h.Call("set_env", with(tooltest.Args{"variables": tooltest.Args{key: value}})).Ok()
		}
		set("obviously-fake-value-1")
		a := with(tooltest.Args{"keys": []any{key}})
		first := h.Call("delete_env", a).Status("confirmation_required")
		set("obviously-fake-value-2")
		h.Call("delete_env", with(tooltest.Args{"keys": []any{key}, "confirm": first.Str("confirm")})).Fails("confirmation_invalid")
		h.Confirmed("delete_env", a).Status("done")
	}
}

func TestDeleteEnvOfProject(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(400 * time.Millisecond)}
	})
	a := tooltest.Args{"project": "eshop-staging", "keys": []any{"LOG_LEVEL"}}
	tooltest.WantOutcomes(t, h.Confirmed("delete_env", a).Status("done"), map[string]string{"LOG_LEVEL": "deleted"})
	if tooltest.Variables(h.Call("list_env", tooltest.Args{"project": "eshop-staging"}))["PUBLIC_ORIGIN"] == nil {
		t.Error("another variable is gone")
	}
	e := h.Call("delete_env", tooltest.Args{"project": "eshop-production", "keys": []any{"LOG_LEVEL"}}).Fails("blocked")
	if text, _ := e["message"].(string); !strings.Contains(text, "protected") {
		t.Errorf("the refusal is %q", text)
	}
	h.Call("delete_env", tooltest.Args{"project": "eshop-staging", "keys": []any{}}).Fails("invalid_arguments")
	h.Sim.Fail(simulator.Fault{Operation: "DeleteProjectEnv", Times: 1, Status: 500, Body: "<html>", Header: map[string][]string{"Content-Type": {"text/html"}}})
	e = h.Confirmed("delete_env", tooltest.Args{"project": "eshop-staging", "keys": []any{"PUBLIC_ORIGIN"}}).Fails("uncertain")
	if tooltest.Lookup(e, "next.tool") != "list_env" || tooltest.Lookup(e, "next.arguments.project") != h.Sim.ProjectID("eshop-staging") {
		t.Errorf("after a lost answer, next is %v", e["next"])
	}
}

func TestRevealEnv(t *testing.T) {
	t.Parallel()
	withheld := tooltest.Start(t)
	withheld.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(withheld), "key": "JWT_PRIVATE_KEY"}).Fails("secret_withheld")
	open := func(token string) *tooltest.Harness {
		return tooltest.Start(t, func(s *tooltest.Setup) {
			s.Token = token
			s.Configure = func(c *tool.Config) { c.AllowSecrets = true }
		})
	}
	h := open(simulator.OwnerToken)
	value := h.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(h), "key": "JWT_PRIVATE_KEY"}).Str("value")
	if !slices.Contains(h.Sim.Secrets(), value) {
		t.Errorf("the value is %q", value)
	}
	h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"AWKWARD": "postgres://u:fake-pass@db/x\nsecond \u202e line"}}).Status("done")
	if got := h.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(h), "key": "AWKWARD"}).Str("value"); got != "postgres://u:fake-pass@db/x\nsecond \u202e line" {
		t.Errorf("the value came back as %q", got)
	}
	h.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(h), "key": "JWT_PRIVATE_KEZ"}).Fails("not_found")
	reader := open(simulator.ReadOnlyToken)
	reader.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(reader), "key": "JWT_PRIVATE_KEY"}).Fails("forbidden")
}

func TestCompareConfig(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	find := func(r tooltest.Result, service, what, name string) map[string]any {
		for _, d := range r.Items() {
			got, _ := d["service"].(string)
			if got == service && d["what"] == what && d["name"] == name {
				return d
			}
		}
		return nil
	}
	sides := stagingAgainstProduction()
	r := h.Call("compare_config", sides).Ok()
	for _, want := range []struct{ service, what, name, kind string }{
		{"search", "services", "service", "only_left"},
		{"db", "types", "type", "different"},
		{"app", "scaling", "containers", "different"},
		{"app", "env", "SESSION_SECRET", "only_left"},
		{"app", "env", "STRIPE_SECRET_KEY", "different"},
		{"", "env", "SENTRY_DSN", "different"},
		{"", "env", "LOG_LEVEL", "unknown"},
	} {
		if d := find(r, want.service, want.what, want.name); d == nil || d["kind"] != want.kind {
			t.Errorf("%s %s %s: %v, want %s", want.service, want.what, want.name, d, want.kind)
		}
	}
	if find(r, "app", "env", "hostname") != nil || find(r, "db", "env", "password") != nil {
		t.Error("equal or generated values are among the differences")
	}
	if same, _ := r.Get("same").(float64); same == 0 {
		t.Error("nothing is the same")
	}
	sides["what"] = "types"
	for _, d := range h.Call("compare_config", sides).Items() {
		if d["what"] == "env" || d["what"] == "scaling" {
			t.Errorf("only types were asked for: %v", d)
		}
	}
	equal := h.Call("compare_config", tooltest.Args{"left": map[string]any{"service": tooltest.StagingAPI(h)}, "right": map[string]any{"service": tooltest.StagingAPI(h)}})
	if n := len(equal.Items()); n != 0 {
		t.Errorf("a service differs from itself in %d things", n)
	}
	h.Call("compare_config", tooltest.Args{"left": map[string]any{"service": tooltest.StagingAPI(h)}, "right": map[string]any{"project": "blog"}}).Fails("invalid_arguments")
	h.Call("compare_config", tooltest.Args{"left": map[string]any{"project": "landing"}, "right": map[string]any{"project": "blog"}}).Fails("ambiguous")
	reader := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.ReadOnlyToken })
	if d := find(reader.Call("compare_config", stagingAgainstProduction()), "app", "env", "STRIPE_SECRET_KEY"); d == nil || d["kind"] != "unknown" {
		t.Errorf("withheld values compare as %v", d)
	}
}

func stagingAgainstProduction() tooltest.Args {
	return tooltest.Args{"left": map[string]any{"project": "eshop-production"}, "right": map[string]any{"project": "eshop-staging"}}
}

func TestConfigurationToolsKeepToTheScope(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{"blog"} } })
	outside := tooltest.StagingAPI(h)
	for tool, a := range map[string]tooltest.Args{
		"list_env":                   {"service": outside},
		"set_env":                    {"service": outside, "variables": map[string]any{"KEY": "fake-value"}},
		"delete_env":                 {"project": h.Sim.ProjectID("eshop-staging"), "keys": []any{"LOG_LEVEL"}},
		"compare_config":             {"left": map[string]any{"project": "blog"}, "right": map[string]any{"project": h.Sim.ProjectID("eshop-staging")}},
		"export_yaml":                {"service": outside},
		"import_yaml":                {"project": h.Sim.ProjectID("eshop-staging"), "yaml": tooltest.TwoServices},
		"replace_services_from_yaml": {"project": h.Sim.ProjectID("eshop-staging"), "yaml": tooltest.TwoServices},
		"validate_zerops_yaml":       {"service": outside, "yaml": tooltest.ImportText},
	} {
		h.Call(tool, a).Fails("out_of_scope")
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	h.Call("list_env", tooltest.Args{}).Ok() // the one project in scope is the default
}

func TestConfigurationReadsFailReadably(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.AllowSecrets = true } })
		h.Sim.Fail(simulator.Fault{Operation: "GetServiceStackEnv", Status: 503})
		service := tooltest.StagingAPI(h)
		for tool, a := range map[string]tooltest.Args{
			"list_env":       {"service": service},
			"set_env":        {"service": service, "variables": map[string]any{"KEY": "fake-value"}},
			"delete_env":     {"service": service, "keys": []any{"KEY"}},
			"reveal_env":     {"service": service, "key": "KEY"},
			"compare_config": {"left": map[string]any{"service": service}, "right": map[string]any{"service": service}},
		} {
			h.Call(tool, a).Fails("unavailable")
		}
		h.Sim.ResetFaults()
		h.Sim.Fail(simulator.Fault{Operation: "PostProjectSearch", Status: 503})
		r := h.Call("list_env", tooltest.Args{"service": service})
		if missing, _ := r.Get("incomplete.0").(string); tooltest.Variables(r)["JWT_PRIVATE_KEY"] == nil || !strings.HasPrefix(missing, "variables of the project: ") {
			t.Errorf("without the project's variables: %s", r.Raw)
		}
	})
}

func TestValuesStayOutOfErrorsAndNamesStayIn(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Times: 1, Status: 400, Code: "userDataContentInvalid", Message: "cannot take fake second line of it for eshop-staging"})
	e := h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"KEY": "fake first line\nfake second line of it"}}).Fails("invalid_arguments")
	if text, _ := e["api_message"].(string); strings.Contains(text, "second line") || !strings.Contains(text, "eshop-staging") {
		t.Errorf("the platform's words came through as %q", text)
	}
	r := h.Call("set_env", tooltest.Args{"project": "eshop-staging", "variables": map[string]any{"STAGE": "staging", "STATE": "created", "HOST": "worker"}}).Status("done")
	if tooltest.Outcomes(r)["STATE"]["outcome"] != "created" || !strings.Contains(string(r.Raw), `"worker"`) {
		t.Errorf("ordinary words of an answer were blanked: %s", r.Raw)
	}
}
