package env_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// A key that exists in another case is the same key to the platform, so it is
// refused before anything is sent (platform §10.1).
func TestSetEnvKnowsKeysInAnyCase(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(0)}
	})
	service := tooltest.Args{"project": "eshop-staging", "service": "api"}
	for _, c := range []struct {
		on            tooltest.Args
		key, existing string
		hint          string
	}{
		{service, "jwt_private_key", "JWT_PRIVATE_KEY", "delete it first"},
		{service, "node_env", "NODE_ENV", "zerops.yaml"},
		{service, "STARTCOMMAND", "startCommand", "another key"},
		{tooltest.Args{"project": "eshop-staging"}, "log_level", "LOG_LEVEL", "delete it first"},
	} {
		a := tooltest.Args{"variables": map[string]any{c.key: "fake-value"}}
		maps.Copy(a, c.on)
		e := h.Call("set_env", a).Fails("conflict")
		message, _ := e["message"].(string)
		hint, _ := e["hint"].(string)
		if !strings.Contains(message, `"`+c.existing+`"`) || !strings.Contains(hint, c.hint) {
			t.Errorf("%s: %q, %q", c.key, message, hint)
		}
	}
	e := h.Call("set_env", tooltest.Args{"project": "eshop-staging", "service": "api", "variables": map[string]any{"HOSTNAME": "x"}}).Fails("invalid_arguments")
	if text, _ := e["message"].(string); !strings.Contains(text, "hostname") {
		t.Errorf("HOSTNAME: %q", text)
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}

	// Beside others, the one key fails and they are written.
	r := h.Call("set_env", tooltest.Args{"project": "eshop-staging", "service": "api", "variables": map[string]any{"jwt_private_key": "x", "OTHER": "fake-value"}}).Status("failed")
	tooltest.WantOutcomes(t, r, map[string]string{"jwt_private_key": "failed", "OTHER": "created"})
	h.Call("reveal_env", tooltest.Args{"project": "eshop-staging", "service": "api", "key": "other"}).Fails("secret_withheld")
	gone := h.Confirmed("delete_env", tooltest.Args{"project": "eshop-staging", "service": "api", "keys": []any{"OTHER"}}).Status("done")
	tooltest.WantOutcomes(t, gone, map[string]string{"OTHER": "deleted"})
	absent := h.Call("delete_env", tooltest.Args{"project": "eshop-staging", "service": "api", "keys": []any{"jwt_private_key"}}).Status("unchanged")
	if text, _ := tooltest.Outcomes(absent)["jwt_private_key"]["warning"].(string); !strings.Contains(text, "JWT_PRIVATE_KEY") {
		t.Errorf("the warning is %q", text)
	}
}

// An update that does not say whether its value is sensitive leaves it as it is, in a
// project as in a service: a write without the mark would make it plain.
func TestSetEnvKeepsTheMark(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(0)}
	})
	for _, store := range []tooltest.Args{{"project": "eshop-staging"}, {"project": "eshop-staging", "service": "api"}} {
		set := func(value string, more ...any) {
			a := tooltest.Args{"variables": map[string]any{"MARKED": value}}
			maps.Copy(a, store)
			if len(more) > 0 {
				a["sensitive"] = more[0]
			}
			h.Call("set_env", a).Status("done")
		}
		for _, step := range []struct {
			value string
			more  []any
			want  bool
		}{{"fake-one", nil, true}, {"fake-two", nil, true}, {"fake-three", []any{false}, false}, {"fake-four", nil, false}} {
			set(step.value, step.more...)
			if row := tooltest.Variables(h.Call("list_env", store))["MARKED"]; row["sensitive"] != step.want {
				t.Errorf("after %s in %v: sensitive is %v", step.value, store, row["sensitive"])
			}
		}
	}
	for _, request := range h.Sim.Requests() {
		if request.Method == http.MethodPut && !strings.Contains(string(request.Body), `"sensitive":`) {
			t.Errorf("%s was sent without the mark", request.Operation)
		}
	}
}

// References say whose variable they mean (platform §10.1).
func TestSetEnvWarnsOfScopes(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	warnings := func(on tooltest.Args, values map[string]any) map[string]map[string]any {
		on["variables"] = values
		return tooltest.Outcomes(h.Call("set_env", on).Status("done"))
	}
	got := warnings(tooltest.Args{"project": "eshop-staging", "service": "api"}, map[string]any{
		"SHARED": "${LOG_LEVEL}", "SCOPED": "${PROJECT_LOG_LEVEL}", "NOT_THERE": "${PROJECT_NOTHING}", "OF_BUILD": "${BUILD_TOKEN}",
		"FOR_BUILD": "${RUNTIME_JWT_PRIVATE_KEY}", "OWN": "${JWT_PRIVATE_KEY}",
	})
	for key, want := range map[string]string{
		"SHARED": "", "SCOPED": "", "OWN": "", "NOT_THERE": `no variable "NOTHING"`, "OF_BUILD": "builds only", "FOR_BUILD": "${JWT_PRIVATE_KEY}",
	} {
		text, _ := got[key]["warning"].(string)
		if want == "" && text != "" || !strings.Contains(text, want) {
			t.Errorf("%s: the warning is %q, want %q", key, text, want)
		}
	}
	got = warnings(tooltest.Args{"project": "eshop-staging"}, map[string]any{"SCOPED": "${PROJECT_LOG_LEVEL}", "OF_SERVICE": "${JWT_PRIVATE_KEY}"})
	if got["SCOPED"]["warning"] != nil || got["OF_SERVICE"]["warning"] == nil {
		t.Errorf("in the project: %v, %v", got["SCOPED"], got["OF_SERVICE"])
	}
}
