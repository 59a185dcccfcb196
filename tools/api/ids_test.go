package api_test

import (
	"testing"

	"zerops-mcp/tools/tooltest"
)

// TestIDsAreNotMasked: variables that hold ids hide no ids.
func TestIDsAreNotMasked(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := tooltest.StagingAPI(h)
	r := h.Call("read_api", tooltest.Args{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": service}}).Ok()
	if r.Get("result.items.0.serviceStackId") != service || r.Get("result.items.0.projectId") != h.Sim.ProjectID(tooltest.Staging) {
		t.Errorf("ids are masked: %.600s", r.Raw)
	}
	for i, item := range r.Get("result.items").([]any) {
		if content := item.(map[string]any)["content"]; content != "[redacted]" && content != "" {
			t.Errorf("item %d has the content %v", i, content)
		}
	}
}
