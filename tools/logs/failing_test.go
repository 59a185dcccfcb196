package logs_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestOneBrokenLogDoesNotCostTheOthers(t *testing.T) {
	t.Parallel()
	broken := make(chan string, 1)
	h := tooltest.Start(t, withBroken(func(r *http.Request) bool {
		id := <-broken
		broken <- id
		return r.URL.Query().Get("serviceStackId") == id
	}))
	broken <- h.Sim.ServiceID("eshop-staging", "app")
	r := h.Call("search_logs", tooltest.Args{"project": "eshop-staging", "services": []string{"api", "app"}, "limit": 5}).Ok()
	if len(r.Items()) != 5 || r.Get("complete") != false || r.Get("services.1.error") == nil || r.Get("services.0.error") != nil {
		t.Errorf("got %s", r.Raw)
	}
	h.Call("search_logs", tooltest.Args{"project": "eshop-staging", "services": "app"}).Fails("unavailable")
	<-broken
	broken <- ""
	h.Sim.Fail(simulator.Fault{Operation: "GetProjectLog", Status: 400, Code: "projectNotLoggerReady", Message: "Project logger is not ready"})
	h.Call("search_logs", tooltest.Args{"project": "eshop-staging"}).Fails("invalid_arguments")
}

func TestQuietRefusalOfLargeRequests(t *testing.T) {
	t.Parallel()
	large := func(r *http.Request) bool {
		return len(r.URL.Query().Get("limit")) > 3 && r.URL.Query().Get("limit") != "1000"
	}
	h := tooltest.Start(t, talkative(4000), withBroken(large))
	r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "min_severity": "error", "limit": 50}).Ok()
	if scanned, _ := r.Get("scanned").(float64); len(r.Items()) == 0 || scanned != 1000 || r.Get("complete") != false {
		t.Errorf("what was read before is lost: %s", r.Raw)
	}
}

func TestLargeAnswersKeepTheNewest(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet)
	var texts []string
	for i := range 300 {
		texts = append(texts, fmt.Sprintf("%03d %s", i, strings.Repeat("long words ", 60)))
	}
	plant(h, texts...)
	r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "limit": 300}).Ok()
	got := messages(r)
	if len(got) == 0 || len(got) == 300 || !strings.HasPrefix(got[len(got)-1], "299 ") || r.Get("truncated") == nil {
		t.Fatalf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	seen := len(got)
	for cursor := r.Str("next_cursor"); cursor != ""; {
		r = h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "limit": 300, "cursor": cursor}).Ok()
		got = messages(r)
		if !strings.HasPrefix(got[len(got)-1], fmt.Sprintf("%03d ", 299-seen)) {
			t.Fatalf("after %d lines comes %.10q", seen, got[len(got)-1])
		}
		seen += len(got)
		cursor, _ = r.Get("next_cursor").(string)
	}
	if seen != 300 {
		t.Errorf("paging showed %d of 300 lines", seen)
	}
}
