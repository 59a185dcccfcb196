package tools_test

import (
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestNetworkReadsSayWhatIsWrong: each reading tool of the room fails with the
// code that tells the caller what to do.
func TestNetworkReadsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	reads := map[string]tooltest.Args{
		"list_domains": {"project": tooltest.Staging}, "list_ports": {"project": tooltest.Staging}, "list_backups": {"project": tooltest.Staging, "service": "db"},
	}
	for name, a := range reads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.RevokedToken })
			h.Call(name, a).Fails("unauthorized")

			h = tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{"blog"} } })
			outside := tooltest.Args{"project": h.Sim.ProjectID(tooltest.Staging)}
			if name == "list_backups" {
				outside = tooltest.Args{"service": h.Sim.ServiceID(tooltest.Staging, "db")}
			}
			h.Call(name, outside).Fails("out_of_scope")

			h = tooltest.Start(t)
			missing := tooltest.Args{"project": "eshop-stagin"}
			if name == "list_backups" {
				missing["service"] = "db"
			}
			h.Call(name, missing).Fails("not_found")
			h.Call(name, tooltest.Args{}).Fails("invalid_arguments")
			h.Sim.Fail(simulator.Fault{Status: 502, Body: "<html>bad gateway</html>"})
			h.Call(name, a).Fails("unavailable")
		})
	}
}
