package tools_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// TestChangesThatCannotBeReadBack: the change went through and the API then fails.
// An error would say that nothing was changed, so the answer says what is known
// and where to look.
func TestChangesThatCannotBeReadBack(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		tool string
		a    args
		read string // the operation that fails
		skip int    // reads that the call needs before the change
		next string
	}{
		{tool: "set_subdomain_access", a: args{"service": "worker", "enabled": true}, read: "GetServiceStack", next: "get_service"},
		{tool: "add_domain", a: args{"service": "app", "domain": "a.example.com"}, read: "GetProjectPublicHttpRouting", skip: 1, next: "list_domains"},
		{tool: "remove_domain", a: args{"domain": "www.staging.example.com"}, read: "GetProjectPublicHttpRouting", skip: 1, next: "list_domains"},
		{tool: "add_port", a: args{"service": "cache", "port": 6380, "internal_port": 6379}, read: "GetServiceStackPublicPortRouting", skip: -1, next: "list_ports"},
		{tool: "create_backup", a: args{"service": "db"}, read: "GetServiceStackBackup", skip: 1, next: "list_backups"},
	} {
		t.Run(row.tool, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmNever } })
			row.a["project"] = staging
			skip := row.skip
			if skip < 0 { // one for each service of the project
				skip = len(h.call("list_services", args{"project": staging}).items())
			}
			h.sim.Fail(simulator.Fault{Operation: row.read, Skip: skip, Status: 503, Code: "notAvailable", Message: "later"})
			r := h.call(row.tool, row.a).status("in_progress")
			if !strings.Contains(r.str("message"), "unavailable") || r.get("next.tool") != row.next {
				t.Errorf("got %s", r.raw)
			}
		})
	}
}
