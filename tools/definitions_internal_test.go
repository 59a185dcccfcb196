package tools

import (
	"encoding/json"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// TestDefinitionsNameWhatExists checks what the definitions say of other tools and
// of the API: a name that does not exist would reach a model as its next step.
func TestDefinitionsNameWhatExists(t *testing.T) {
	t.Parallel()
	arguments := map[string]map[string]json.RawMessage{}
	all := allTools(toolsets())
	for _, tl := range all {
		var input struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(tl.InputSchema(), &input); err != nil {
			t.Fatalf("%s: %v", tl.Name, err)
		}
		arguments[tl.Name] = input.Properties
	}
	takes := func(of *tool.Tool, name, argument string) {
		t.Helper()
		if _, ok := arguments[name]; !ok {
			t.Errorf("%s points to %q, which is no tool", of.Name, name)
		} else if _, ok := arguments[name][argument]; !ok {
			t.Errorf("%s points to %s for a %s, which it does not take", of.Name, name, argument)
		}
	}
	for _, tl := range all {
		changes := tl.Effect != zerops.Reads
		if look := tl.LookAgain; changes {
			takes(tl, look.OfProject, "project") // and so has one at all
			if look.OfService != "" {
				takes(tl, look.OfService, "service")
			}
		} else if look != (tool.LookAgain{}) {
			t.Errorf("%s reads, so nothing needs a second look", tl.Name)
		}
		if tl.Waits && changes {
			t.Errorf("%s changes something, which has the time to wait anyway", tl.Name)
		}
		for _, op := range tl.Operations {
			if known, ok := zerops.LookupOperation(op.String()); !ok || known != op {
				t.Errorf("%s does the work of %q, which is no operation", tl.Name, op)
			}
			if !changes && !op.Safe() {
				t.Errorf("%s reads, but %s does not", tl.Name, op)
			}
		}
	}
	for _, name := range []string{tool.AccountTool, tool.ProjectsTool, tool.WaitTool} {
		if arguments[name] == nil {
			t.Errorf("answers point to %q, which is no tool", name)
		}
	}
}
