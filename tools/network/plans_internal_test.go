package network

import (
	"strings"
	"testing"
)

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
