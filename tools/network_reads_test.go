package tools_test

import (
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// TestNetworkReadsSayWhatIsWrong: each reading tool of the room fails with the
// code that tells the caller what to do.
func TestNetworkReadsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	reads := map[string]args{
		"list_domains": {"project": staging}, "list_ports": {"project": staging}, "list_backups": {"project": staging, "service": "db"},
	}
	for name, a := range reads {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.token = simulator.RevokedToken })
			h.call(name, a).fails("unauthorized")

			h = start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{"blog"} } })
			outside := args{"project": h.sim.ProjectID(staging)}
			if name == "list_backups" {
				outside = args{"service": h.sim.ServiceID(staging, "db")}
			}
			h.call(name, outside).fails("out_of_scope")

			h = start(t)
			missing := args{"project": "eshop-stagin"}
			if name == "list_backups" {
				missing["service"] = "db"
			}
			h.call(name, missing).fails("not_found")
			h.call(name, args{}).fails("invalid_arguments")
			h.sim.Fail(simulator.Fault{Status: 502, Body: "<html>bad gateway</html>"})
			h.call(name, a).fails("unavailable")
		})
	}
}
