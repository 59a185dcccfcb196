package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
)

// refusing passes reads on and refuses everything that would write, so that every
// operation can be called and nothing changes.
type refusing struct {
	next   http.RoundTripper
	writes atomic.Int32
}

// RoundTrip answers a request.
func (w *refusing) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "/search") || strings.HasSuffix(r.URL.Path, "-validation") {
		return w.next.RoundTrip(r)
	}
	w.writes.Add(1)
	return &http.Response{
		StatusCode: http.StatusForbidden, Status: "403 Forbidden", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader([]byte(`{"error":{"code":"insufficientPermissions","message":"not now","meta":null}}`))),
	}, nil
}

// behind is a server that can write nothing, with a tag that protects.
func behind(h *tooltest.Harness, w *refusing, protect string) *tools.Server {
	h.T.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.URL, Transport: w})
	if err != nil {
		h.T.Fatal(err)
	}
	return h.Another(func(c *tool.Config) { c.API, c.Confirm, c.ProtectTag = api, tool.ConfirmTwoStep, protect })
}

// answerOf is what becomes of a call before it is sent.
func (w *refusing) answerOf(t *testing.T, server *tools.Server, a tooltest.Args) string {
	t.Helper()
	raw, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	before := w.writes.Load()
	got, err := server.Call(t.Context(), "write_api", raw)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := got.Content[0].(mcp.TextContent)
	switch {
	case w.writes.Load() > before:
		return "not asked"
	case strings.Contains(text.Text, `"status":"confirmation_required"`):
		return "asked"
	case strings.Contains(text.Text, `"code":"blocked"`):
		return "blocked"
	}
	return text.Text
}

// pair is what a call is answered in a project without the protecting tag, and in one
// that has it.
type pair struct{ elsewhere, tagged string }

// contract is the table once more, as the documentation has it.
func contract(does zerops.Consequence) pair {
	for _, row := range []struct {
		does zerops.Consequence
		pair
	}{
		{zerops.Deletes | zerops.Replaces | zerops.Stops, pair{"asked", "blocked"}},
		{zerops.Unpublishes | zerops.Costs | zerops.Grants | zerops.TurnsBack, pair{"asked", "asked"}},
		{zerops.Publishes | zerops.Changes, pair{"not asked", "asked"}},
	} {
		if does.Has(row.does) {
			return row.pair
		}
	}
	return pair{"not asked", "not asked"}
}

// ofExamples are the operations of which not every call does the same, with what the
// call of this test does.
func ofExamples() map[zerops.Operation]zerops.Consequence {
	return map[zerops.Operation]zerops.Consequence{
		zerops.PostClientProject: zerops.Changes, zerops.PostClientProjectImport: zerops.Changes, zerops.PostProjectServiceStackImport: zerops.Changes,
		zerops.PutProjectFirstClassRecipeDevelopmentContainer: zerops.Grants, zerops.PostProjectServiceStackObjectStorageV1: zerops.Changes, zerops.PostServiceStackPublicPortRouting: zerops.Publishes,
		zerops.PutServiceStackTriggerPipeline: zerops.Changes, zerops.PutProjectSyncPublicHttpRouting: zerops.Publishes, zerops.PutProjectSyncPublicPortRouting: zerops.Publishes,
		zerops.PutClientBillingInfo: zerops.Changes, zerops.PutUser: zerops.Changes, zerops.PutPublicHttpRoutingLocation: zerops.Publishes, zerops.PutPublicPortRouting: zerops.Unpublishes,
	}
}

// TestEveryOperationIsAnsweredAsTheTableSays calls each operation that writes, in a
// project without the tag and in one that has it.
func TestEveryOperationIsAnsweredAsTheTableSays(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(h)
	w := &refusing{next: h.Sim.RoundTripper()}
	untagged, tagged := behind(h, w, "a-tag-that-nothing-has"), behind(h, w, "*")
	counts := map[string]int{}
	for op := range zerops.Operations() {
		class := op.Class()
		switch {
		case op.Safe() != (op.Can() == 0):
			t.Errorf("%s reads is %v, and it can %v", op, op.Safe(), op.Can())
		case op.Safe():
			continue
		}
		a := s.Arguments(t, op)
		got := pair{w.answerOf(t, untagged, a), w.answerOf(t, tagged, a)}
		if class.Has(zerops.PersonOnly) || class.Has(zerops.RevealsSecret) {
			if got.elsewhere == "asked" || got.elsewhere == "not asked" {
				t.Errorf("%s is for people only, and %s", op, got.elsewhere)
			}
			continue
		}
		does := op.Can()
		if example, depends := ofExamples()[op]; depends {
			if example&^op.Can() != 0 {
				t.Errorf("%s does %v in this test, and can %v", op, example, op.Can())
			}
			does = example
		}
		want := contract(does)
		if got.elsewhere == got.tagged && !inProject(op) { // no tag protects what is in no project
			want.tagged = want.elsewhere
		}
		if got != want {
			t.Errorf("%s, which here %v, is %s and in a protected project %s; want %s and %s", op, does, got.elsewhere, got.tagged, want.elsewhere, want.tagged)
		}
		counts[got.elsewhere]++
	}
	if counts["asked"] < 40 || counts["not asked"] < 40 {
		t.Errorf("only %v", counts)
	}
}

// inProject reports an operation whose path leads to something in a project.
func inProject(op zerops.Operation) bool {
	area, _, _ := strings.Cut(strings.TrimPrefix(op.Path(), "/"), "/")
	return !slices.Contains([]string{"avatar", "billing", "client", "client-user", "user", "user-token"}, area)
}
