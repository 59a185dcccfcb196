package services_test

import (
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
)

// What runs on one container although three were asked for, or the other way
// round, is found out when it fails or when the bill comes.
func TestServiceIsCreatedInTheModeAskedForOrNotAtAll(t *testing.T) {
	h := tooltest.Start(t)
	for i, test := range []struct{ typ, mode, created, refused string }{
		{typ: "postgresql@17", mode: "HA", created: "postgresql:ha@17"},
		{typ: "postgresql", mode: "HA", created: "postgresql:ha@18"},
		{typ: "postgresql", mode: "NON_HA", created: "postgresql:single@18"},
		{typ: "postgresql:ha@17", mode: "HA", created: "postgresql:ha@17"},
		{typ: "nodejs@22", mode: "NON_HA", created: "nodejs@22"},
		{typ: "postgresql:single@17", mode: "HA", refused: "HA contradicts the type postgresql:single@17"},
		{typ: "postgresql:ha@17", mode: "NON_HA", refused: "NON_HA contradicts"},
		{typ: "nodejs@22", mode: "HA", refused: "nodejs@22 has none"},
		{typ: "object-storage", mode: "HA", refused: "object-storage has none"},
	} {
		before := h.Writes()
		r := h.Call("create_service", tooltest.Args{"project": "docs-site", "hostname": fmt.Sprintf("mode%d", i), "type": test.typ, "mode": test.mode})
		if test.refused == "" {
			if got := r.Status("done").Str("service.type"); got != test.created {
				t.Errorf("%s as %s became %s, want %s", test.typ, test.mode, got, test.created)
			}
			continue
		}
		if e := r.Fails("invalid_arguments"); !strings.Contains(fmt.Sprint(e["message"]), test.refused) || h.Writes() != before {
			t.Errorf("%s as %s: %v, %d writes", test.typ, test.mode, e["message"], h.Writes()-before)
		}
	}
}
