package env_test

import (
	"fmt"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// A value that a list withholds is asked for by itself, and stays withheld where the
// platform refuses (platform §10.1).
func TestRevealEnvAsksForWithheldValues(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(0)}
		s.Configure = func(c *tool.Config) { c.AllowSecrets = true }
	})
	const value = "fake-marked-value"
	for operation, store := range map[string]tooltest.Args{
		"GetServiceStackEnv": {"project": "eshop-staging", "service": "api"}, "GetProjectEnv": {"project": "eshop-staging"},
	} {
		store["variables"] = map[string]any{"MARKED": value}
		h.Call("set_env", store).Status("done")
		delete(store, "variables")
		store["key"] = "MARKED"
		id := h.Variable("GetServiceStackEnv", tooltest.StagingAPI(h), nil, `.items[] | select(.key == "MARKED") | .id`)
		body := fmt.Sprintf(`{"items":[{"id":%q,"key":"MARKED","content":"REDACTED","type":"USER","sensitive":true,"editable":true}]}`, id)
		reveal := "GetUserDataReveal"
		if operation == "GetProjectEnv" {
			id = h.Variable("PostProjectSearch", "", map[string]any{"search": []any{
				map[string]any{"name": "clientId", "operator": "eq", "value": h.Sim.OrgID("Northwind Trading")},
				map[string]any{"name": "id", "operator": "eq", "value": h.Sim.ProjectID("eshop-staging")},
			}}, `.items[0].envList[] | select(.key == "MARKED") | .id`)
			body = fmt.Sprintf(`{"id":%q,"key":"MARKED","content":"REDACTED","type":"USER","sensitive":true,"editable":true}`, id)
			reveal = "GetProjectEnvReveal"
		}
		h.Sim.Fail(simulator.Fault{Operation: operation, Status: 200, Body: body})
		if got := h.Call("reveal_env", store).Ok().Str("value"); got != value {
			t.Errorf("%s: revealed %q", operation, got)
		}
		h.Sim.Fail(simulator.Fault{Operation: reveal, Status: 403, Code: "notInSudoMode"})
		h.Call("reveal_env", store).Fails("forbidden")
		h.Sim.ResetFaults()
	}
	withheld := tooltest.Start(t)
	for _, c := range []tooltest.Args{
		{"operation": "GetUserDataReveal", "path": tooltest.Args{"id": tooltest.StagingAPI(withheld)}},
		{"operation": "GetProjectEnvReveal", "path": tooltest.Args{"id": tooltest.StagingAPI(withheld)}},
		{"operation": "GetServiceStackExport", "path": tooltest.Args{"id": tooltest.StagingAPI(withheld)}, "query": tooltest.Args{"reveal": "true"}},
		{"operation": "GetProjectExport", "path": tooltest.Args{"id": withheld.Sim.ProjectID("eshop-staging")}, "query": tooltest.Args{"reveal": "1"}},
	} {
		withheld.Call("read_api", c).Fails("secret_withheld")
	}
	if n := withheld.Sim.Calls("GetProjectExport") + withheld.Sim.Calls("GetServiceStackExport"); n != 0 {
		t.Errorf("%d exports were requested", n)
	}
}
