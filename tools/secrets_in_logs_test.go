package tools_test

import (
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// Applications print their configuration: variables of their own, those of the
// project, and those of the services they refer to. Whatever shows a log hides
// them, though nothing but their value gives them away.
func TestEveryToolThatShowsALogHidesTheVariablesInIt(t *testing.T) {
	const project, own, inherited = "eshop-staging", "correct horse battery staple", "plainwordvalue-9f8a7b"
	h := start(t)
	id := h.sim.ServiceID(project, "app")
	h.call("set_env", args{"project": project, "variables": args{"SIGNING_SALT": inherited}}).ok()
	h.call("set_env", args{"service": id, "variables": args{"ADMIN_PHRASE": own, "DB_LOGIN": "${db_password}"}}).ok()
	secretive := h.beside(func(c *tools.Config) { c.Toolsets, c.AllowSecrets = []string{"all"}, true })
	database := secretive.call("reveal_env", args{"project": project, "service": "db", "key": "password"}).ok().str("value")

	deployment := h.call("list_deployments", args{"service": id}).items()[0]
	active, err := time.Parse(time.RFC3339, deployment["activated"].(string))
	if err != nil {
		t.Fatal(err)
	}
	line := "uncaught exception: words " + own + " and " + inherited + " and " + database
	for _, at := range []time.Time{active.Add(-time.Second), time.Now().Add(-time.Minute)} {
		h.sim.AddLog(id, simulator.LogLine{At: at, Severity: 3, Text: line})
	}
	for tool, a := range map[string]args{
		"get_deployment":   {"deployment": deployment["id"], "log_lines": 500},
		"diagnose_service": {"service": id},
		"search_logs":      {"project": project, "services": []string{"app"}, "contains": "uncaught"},
	} {
		shown := string(h.call(tool, a).ok().raw)
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
