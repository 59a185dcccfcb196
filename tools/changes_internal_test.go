package tools

import (
	"strings"
	"testing"
)

// A key whose change somebody cancelled is not one that was changed.
func TestVariablesOfACancelledProcessAreNotChanged(t *testing.T) {
	t.Parallel()
	w := envWriter{outcomes: []envOutcome{{Key: "A", Outcome: envCreated, process: "1"}, {Key: "B", Outcome: envCreated, process: "2"}}}
	w.markFailedProcesses([]processView{{ID: "1", Status: "CANCELED"}, {ID: "2", Status: "FINISHED"}})
	if w.outcomes[0].changed() || !strings.Contains(w.outcomes[0].err.Error(), "cancelled") || !w.outcomes[1].changed() {
		t.Errorf("%+v", w.outcomes)
	}
}

// A plan that shortens a list says so: the rest is applied as well.
func TestPlansSayHowManyDraftsTheyDoNotName(t *testing.T) {
	t.Parallel()
	words := firstDrafts(strings.Split("abcdefghijklm", ""), appliedAsWell)
	if len(words) != 11 || !strings.HasSuffix(words[0], ": a") || !strings.Contains(words[10], "3 more") {
		t.Errorf("%q", words)
	}
	if words := firstDrafts([]string{"a"}, "%s"); len(words) != 1 {
		t.Errorf("%q", words)
	}
}
