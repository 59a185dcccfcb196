package logs_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// waiting is a quiet account in virtual time.
func waiting(t *testing.T, play func(t *testing.T, h *tooltest.Harness), change ...func(*tooltest.Setup)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		play(t, tooltest.Start(t, append(change, quiet, tooltest.InProcess)...))
	})
}

// say writes lines to the log of staging's api after a while.
func say(h *tooltest.Harness, wait time.Duration, texts ...string) {
	time.AfterFunc(wait, func() {
		for _, text := range texts {
			h.Sim.AddLog(tooltest.StagingAPI(h), simulator.LogLine{At: time.Now(), Text: text})
		}
	})
}

const streamPath = "/api/rest/log/project/*/stream"

func TestSearchWaitsForANewLine(t *testing.T) {
	t.Parallel()
	waiting(t, func(t *testing.T, h *tooltest.Harness) {
		t.Helper()
		plant(h, "order 1 failed", "nothing")
		say(h, 5*time.Second, "something else")
		say(h, 20*time.Second, "order 2 failed", "order 2 failed at line 7 of the trace")
		say(h, 30*time.Second, "order 3 failed")
		began := time.Now()
		r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "contains": "failed", "wait_seconds": 40}).Ok()
		if got := strings.Join(messages(r), "|"); got != "order 1 failed|order 2 failed|order 2 failed at line 7 of the trace" {
			t.Errorf("got %s", got)
		}
		if took := time.Since(began); took < 20*time.Second || took > 22*time.Second {
			t.Errorf("waited %v for a line that came after 20 s", took)
		}
		if r.Get("arrived") != 2.0 || r.Get("scanned") != 5.0 || r.Get("matched") != 3.0 || !strings.Contains(r.Str("message"), "2 of the matching lines are new") {
			t.Errorf("got %s", r.Raw)
		}
		synctest.Wait() // the platform's end hears of it a moment later
		if n := h.Sim.LogStreams(); n != 0 {
			t.Errorf("%d streams are still open", n)
		}
	})
}

func TestWaitingInVainSaysSo(t *testing.T) {
	t.Parallel()
	waiting(t, func(t *testing.T, h *tooltest.Harness) {
		t.Helper()
		plant(h, "order 1 failed")
		say(h, 5*time.Second, "something else")
		began := time.Now()
		r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "contains": "failed", "wait_seconds": 30}).Ok()
		if took := time.Since(began); len(r.Items()) != 1 || r.Get("arrived") != 0.0 || took < 30*time.Second || took > 31*time.Second {
			t.Errorf("after %v: %s", took, r.Raw)
		}
		if !strings.Contains(r.Str("message"), "none of the 1 new lines matches") {
			t.Errorf("got %s", r.Raw)
		}
		r = h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "source": "build", "deployment": "", "wait_seconds": 0}).Ok()
		if r.Get("arrived") != nil {
			t.Errorf("a call that does not wait: %s", r.Raw)
		}
	})
}

// TestWaitingSurvivesDrops cuts every connection of the log service while lines come:
// each is shown once.
func TestWaitingSurvivesDrops(t *testing.T) {
	t.Parallel()
	waiting(t, func(t *testing.T, h *tooltest.Harness) {
		t.Helper()
		say(h, 3*time.Second, "noise")
		for _, wait := range []time.Duration{4 * time.Second, 6 * time.Second} {
			time.AfterFunc(wait, func() { h.Sim.CutLogStreams() })
		}
		say(h, 4*time.Second, "order 1 failed")
		say(h, 4500*time.Millisecond, "order 2 failed")
		r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "contains": "failed", "wait_seconds": 30}).Ok()
		if got := strings.Join(messages(r), "|"); got != "order 1 failed|order 2 failed" || r.Get("arrived") != 2.0 {
			t.Errorf("got %s", r.Raw)
		}
	})
}

// TestWaitingWithoutStream is about a platform, or a proxy on the way, that opens no
// WebSocket.
func TestWaitingWithoutStream(t *testing.T) {
	t.Parallel()
	waiting(t, func(t *testing.T, h *tooltest.Harness) {
		t.Helper()
		h.Sim.Fail(simulator.Fault{Path: streamPath, Status: http.StatusNotFound})
		plant(h, "order 1 failed")
		say(h, 7*time.Second, "order 2 failed", "order 3 failed")
		r := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "contains": "failed", "wait_seconds": 40}).Ok()
		if got := strings.Join(messages(r), "|"); got != "order 1 failed|order 2 failed|order 3 failed" || r.Get("arrived") != 2.0 {
			t.Errorf("got %s", r.Raw)
		}
		if !strings.Contains(r.Str("message"), "gave no stream") || h.Sim.Calls(streamPath) != 1 {
			t.Errorf("%d attempts, got %s", h.Sim.Calls(streamPath), r.Raw)
		}
	})
}

// TestWaitingInManyLogs waits in all services of a project, more than may be streamed
// at once.
func TestWaitingInManyLogs(t *testing.T) {
	t.Parallel()
	waiting(t, func(t *testing.T, h *tooltest.Harness) {
		t.Helper()
		ids := someServices(h, 12)
		for i, id := range ids {
			time.AfterFunc(time.Duration(8+i%2)*time.Second, func() { h.Sim.AddLog(id, simulator.LogLine{At: time.Now(), Text: "the same everywhere"}) })
		}
		var most int
		time.AfterFunc(7*time.Second, func() { most = h.Sim.LogStreams() })
		r := h.Call("search_logs", tooltest.Args{"services": ids, "contains": "everywhere", "wait_seconds": 40}).Ok()
		if n, _ := r.Get("arrived").(float64); n < 6 || len(r.Items()) < 4 || most != 8 || strings.Contains(r.Str("message"), "no stream") {
			t.Errorf("%d streams, got %s", most, r.Raw)
		}
	})
}

func TestWaitingIsForWhatIsToCome(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, quiet)
	e := h.Call("search_logs", tooltest.Args{"services": tooltest.StagingAPI(h), "until": "1h", "since": "2h", "wait_seconds": 5}).Fails("invalid_arguments")
	if message, _ := e["message"].(string); !strings.Contains(message, "wait_seconds") {
		t.Errorf("got %v", e)
	}
	if n := h.Sim.Calls("GetProjectLog"); n != 0 {
		t.Errorf("%d log grants for a refused call", n)
	}
}
