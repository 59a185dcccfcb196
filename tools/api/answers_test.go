package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
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

// contract reads the table of docs/safety.md: what is answered to a call that does one
// thing.
func contract(t *testing.T) map[zerops.Consequence]pair {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "safety.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[zerops.Consequence]pair{}
	_, table, _ := strings.Cut(string(page), "| what this call does |")
	table, _, _ = strings.Cut(table, "\n\n")
	for word, does := range map[string]zerops.Consequence{
		"deletes": zerops.Deletes, "replaces": zerops.Replaces, "stops": zerops.Stops, "takes": zerops.Unpublishes, "costs": zerops.Costs, "lets": zerops.Grants,
		"rolls": zerops.TurnsBack, "puts": zerops.Publishes, "deploys": zerops.Changes, "makes": zerops.Copies,
	} {
		_, row, found := strings.Cut(table, "\n| "+word)
		cells := strings.Split(row, " | ")
		if !found || len(cells) < 3 {
			t.Fatalf("the table has no row that begins with %q", word)
		}
		tagged, _, _ := strings.Cut(cells[2], " |")
		rows[does] = pair{cells[1], tagged}
	}
	return rows
}

// gravest is what becomes of a call that does several things.
func gravest(rows map[zerops.Consequence]pair, does zerops.Consequence) pair {
	rank := []string{"not asked", "asked", "blocked"}
	out := pair{rank[0], rank[0]}
	for one, answers := range rows {
		if does.Has(one) {
			out.elsewhere = rank[max(slices.Index(rank, out.elsewhere), slices.Index(rank, answers.elsewhere))]
			out.tagged = rank[max(slices.Index(rank, out.tagged), slices.Index(rank, answers.tagged))]
		}
	}
	return out
}

// ofExamples are the operations of which not every call does the same, with what the
// call of this test does.
func ofExamples() map[zerops.Operation]zerops.Consequence {
	return map[zerops.Operation]zerops.Consequence{
		zerops.PostClientProject: zerops.Changes, zerops.PostClientProjectImport: zerops.Changes, zerops.PostProjectServiceStackImport: zerops.Changes,
		zerops.PutProjectFirstClassRecipeDevelopmentContainer: zerops.Grants, zerops.PostProjectServiceStackObjectStorageV1: zerops.Changes, zerops.PostServiceStackPublicPortRouting: zerops.Publishes,
		zerops.PostProjectEnv: zerops.Changes, zerops.PutProjectEnv: zerops.Changes, zerops.PostServiceStackUserData: zerops.Changes, zerops.PutUserData: zerops.Changes,
		zerops.PostProjectServiceStack: zerops.Changes, zerops.PostProjectServiceStackOld: zerops.Changes,
		zerops.PutServiceStackTriggerPipeline: zerops.Changes, zerops.PutProjectSyncPublicHttpRouting: zerops.Publishes, zerops.PutProjectSyncPublicPortRouting: zerops.Publishes,
		zerops.PutServiceStackBackup: zerops.Changes, zerops.PutClientBillingInfo: zerops.Changes, zerops.PutUser: zerops.Changes, zerops.PutPublicHttpRoutingLocation: zerops.Publishes, zerops.PutPublicPortRouting: zerops.Unpublishes,
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
	rows, counts := contract(t), map[string]int{}
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
		want := gravest(rows, does)
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
