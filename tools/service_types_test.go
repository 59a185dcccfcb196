package tools_test

import (
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// TestServiceTypesTellLimitsAndProfiles: a narrowed list says with what limits
// and profiles a service can be created, and says so where it cannot.
func TestServiceTypesTellLimitsAndProfiles(t *testing.T) {
	t.Parallel()
	h := start(t)
	ask := args{"name_contains": "postgres"}
	row := h.call("list_service_types", ask).items()[0]
	if lookup(row, "default_scaling.ram_gb") != "0.25-16" || lookup(row, "profiles.0.id") != "oltp-hobby" || lookup(row, "profiles.1.default") != true {
		t.Errorf("got %v", row)
	}
	h.sim.Fail(simulator.Fault{Operation: "GetClientSettingsStackType", Status: 400, Code: "invalidUserInput"})
	r := h.call("list_service_types", ask).ok()
	if missing, _ := r.get("incomplete.0").(string); len(r.items()) != 1 || !strings.HasPrefix(missing, "limits of postgresql: ") {
		t.Errorf("got %s", r.raw)
	}
}
