package logs_test

import (
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// Applications print their configuration: variables of their own, those of the
// project, and those of the services they refer to. Whatever shows a log hides
// them, though nothing but their value gives them away.
func TestEveryToolThatShowsALogHidesTheVariablesInIt(t *testing.T) {
	const project, own, inherited = "eshop-staging", "correct horse battery staple", "plainwordvalue-9f8a7b"
	h := tooltest.Start(t)
	id := h.Sim.ServiceID(project, "app")
	h.Call("set_env", tooltest.Args{"project": project, "variables": tooltest.Args{"SIGNING_SALT": inherited}}).Ok()
	h.Call("set_env", tooltest.Args{"service": id, "variables": tooltest.Args{"ADMIN_PHRASE": own, "DB_LOGIN": "${db_password}"}}).Ok()
	secretive := h.Beside(func(c *tool.Config) { c.Toolsets, c.AllowSecrets = []string{"all"}, true })
	database := secretive.Call("reveal_env", tooltest.Args{"project": project, "service": "db", "key": "password"}).Ok().Str("value")

	deployment := h.Call("list_deployments", tooltest.Args{"service": id}).Items()[0]
	active, err := time.Parse(time.RFC3339, deployment["activated"].(string))
	if err != nil {
		t.Fatal(err)
	}
	line := "uncaught exception: words " + own + " and " + inherited + " and " + database
	for _, at := range []time.Time{active.Add(-time.Second), time.Now().Add(-time.Minute)} {
		h.Sim.AddLog(id, simulator.LogLine{At: at, Severity: 3, Text: line})
	}
	for tool, a := range map[string]tooltest.Args{
		"get_deployment":   {"deployment": deployment["id"], "log_lines": 500},
		"diagnose_service": {"service": id},
		"search_logs":      {"project": project, "services": []string{"app"}, "contains": "uncaught"},
	} {
		shown := string(h.Call(tool, a).Ok().Raw)
		if !strings.Contains(shown, "uncaught exception: words") {
			t.Errorf("%s does not show the line", tool)
		}
		for _, secret := range []string{own, inherited, database} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows the value %q", tool, secret)
			}
		}
	}
}
