package tools_test

import (
	"regexp"
	"slices"
	"testing"
	"testing/synctest"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
)

// TestLostChangesCanBeFoundOut loses the answer of every change, once with and
// once without the change having been made. The call that the outcome names has to
// tell one from the other.
func TestLostChangesCanBeFoundOut(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	shapes, _ := shapesOf(t, root)
	kinds := faults(t)
	named := func(name string) fault {
		return kinds[slices.IndexFunc(kinds, func(f fault) bool { return f.name == name })]
	}
	refused, lost := named("reset"), named("lost")
	synctest.Test(t, func(t *testing.T) {
		h, n := startFaulty(t, root)
		for _, e := range examples(h) {
			if shapes[e.name()].writes == 0 {
				continue
			}
			before := loseAndLook(h, n, refused, e)
			if again := loseAndLook(h, n, refused, e); again != before {
				t.Errorf("%s: the read differs although nothing has changed:\n%s\n%s", e.name(), before, again)
			}
			if after := loseAndLook(h, n, lost, e); after == before {
				t.Errorf("%s: the read does not show whether it was done: %s", e.name(), after)
			}
		}
	})
}

// loseAndLook makes a call whose writes lose their answers, then the one that
// finds out, and returns what that one read, without times.
func loseAndLook(h *tooltest.Harness, n *network, f fault, e example) string {
	h.T.Helper()
	n.begin(&f, onWrites(), 0)
	r := h.Call(e.tool, e.args)
	n.end()
	r.Fails("uncertain")
	tool, _ := r.Get("error.next.tool").(string)
	arguments, _ := r.Get("error.next.arguments").(map[string]any)
	for _, info := range h.Server.Listed() {
		if info.Name == tool && info.Effect != zerops.Reads.String() {
			h.T.Errorf("%s: %s changes something", e.name(), tool)
		}
	}
	found := h.Call(tool, arguments)
	if found.IsError && (!f.works || found.Get("error.code") != "not_found") { // what was deleted is gone
		h.T.Errorf("%s: %s does not find out: %s", e.name(), tool, found.Raw)
	}
	return regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`).ReplaceAllString(tool+" "+string(found.Raw), `""`)
}
