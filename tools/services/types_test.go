package services_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestServiceTypesTellLimitsAndProfiles: a narrowed list says with what limits
// and profiles a service can be created, and says so where it cannot.
func TestServiceTypesTellLimitsAndProfiles(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	ask := tooltest.Args{"name_contains": "postgres"}
	row := h.Call("list_service_types", ask).Items()[0]
	if tooltest.Lookup(row, "default_scaling.ram_gb") != "0.25-16" || tooltest.Lookup(row, "profiles.0.id") != "oltp-hobby" || tooltest.Lookup(row, "profiles.1.default") != true {
		t.Errorf("got %v", row)
	}
	h.Sim.Fail(simulator.Fault{Operation: "GetClientSettingsStackType", Status: 400, Code: "invalidUserInput"})
	r := h.Call("list_service_types", ask).Ok()
	if missing, _ := r.Get("incomplete.0").(string); len(r.Items()) != 1 || !strings.HasPrefix(missing, "limits of postgresql: ") {
		t.Errorf("got %s", r.Raw)
	}
}
