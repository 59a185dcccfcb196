package env

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
)

// A key whose change somebody cancelled is not one that was changed.
func TestVariablesOfACancelledProcessAreNotChanged(t *testing.T) {
	t.Parallel()
	w := envWriter{outcomes: []envOutcome{{Key: "A", Outcome: envCreated, process: "1"}, {Key: "B", Outcome: envCreated, process: "2"}}}
	w.markFailedProcesses([]tool.ProcessView{{ID: "1", Status: "CANCELED"}, {ID: "2", Status: "FINISHED"}})
	if w.outcomes[0].changed() || !strings.Contains(w.outcomes[0].err.Error(), "cancelled") || !w.outcomes[1].changed() {
		t.Errorf("%+v", w.outcomes)
	}
}
