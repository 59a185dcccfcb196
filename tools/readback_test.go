package tools_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestChangesThatCannotBeReadBack: the change went through and the API then fails.
// An error would say that nothing was changed, so the answer says what is known
// and where to look.
func TestChangesThatCannotBeReadBack(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		tool string
		a    tooltest.Args
		read string // the operation that fails
		skip int    // reads that the call needs before the change
		next string
	}{
		{tool: "set_subdomain_access", a: tooltest.Args{"service": "worker", "enabled": true}, read: "GetServiceStack", next: "get_service"},
		{tool: "add_domain", a: tooltest.Args{"service": "app", "domain": "a.example.com"}, read: "GetProjectPublicHttpRouting", skip: 1, next: "list_domains"},
		{tool: "remove_domain", a: tooltest.Args{"domain": "www.staging.example.com"}, read: "GetProjectPublicHttpRouting", skip: 1, next: "list_domains"},
		{tool: "add_port", a: tooltest.Args{"service": "cache", "port": 6380, "internal_port": 6379}, read: "GetServiceStackPublicPortRouting", skip: -1, next: "list_ports"},
		{tool: "create_backup", a: tooltest.Args{"service": "db"}, read: "GetServiceStackBackup", skip: 1, next: "list_backups"},
	} {
		t.Run(row.tool, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever } })
			row.a["project"] = tooltest.Staging
			skip := row.skip
			if skip < 0 { // one for each service of the project
				skip = len(h.Call("list_services", tooltest.Args{"project": tooltest.Staging}).Items())
			}
			h.Sim.Fail(simulator.Fault{Operation: row.read, Skip: skip, Status: 503, Code: "notAvailable", Message: "later"})
			r := h.Call(row.tool, row.a).Status("in_progress")
			if !strings.Contains(r.Str("message"), "unavailable") || r.Get("next.tool") != row.next {
				t.Errorf("got %s", r.Raw)
			}
		})
	}
}
