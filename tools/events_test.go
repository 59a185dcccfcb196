package tools_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

func TestEventsAreMergedNewestFirst(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("list_events", args{"project": "eshop-production", "since": "30d"}).ok()
	kinds, last := map[any]int{}, ""
	for _, item := range r.items() {
		kinds[item["kind"]]++
		at := fmt.Sprint(item["time"])
		if last != "" && at > last {
			t.Errorf("%s comes after %s", at, last)
		}
		last = at
		if strings.HasPrefix(fmt.Sprint(item["action"]), "zL7Master") {
			t.Errorf("a row of the platform's own: %v", item)
		}
		if item["service"] == nil && item["kind"] == "deployment" {
			t.Errorf("a deployment without its service: %v", item)
		}
	}
	if kinds["process"] == 0 || kinds["deployment"] == 0 {
		t.Errorf("kinds %v", kinds)
	}
	if day := h.call("list_events", args{"project": "eshop-production"}).items(); len(day) >= len(r.items()) || len(day) == 0 {
		t.Errorf("a day has %d events, a month %d", len(day), len(r.items()))
	}
	page := h.call("list_events", args{"project": "eshop-production", "since": "30d", "limit": 3}).ok()
	next := h.call("list_events", args{"project": "eshop-production", "since": "30d", "limit": 3, "cursor": page.str("next_cursor")}).items()
	if next[0]["id"] != r.items()[3]["id"] {
		t.Error("the second page does not follow the first")
	}
}

func TestFailedEventsTellWhy(t *testing.T) {
	t.Parallel()
	h := start(t)
	failed, err := h.sim.SeedScenario("compile-error")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []args{{"service": failed.ServiceID}, {"project": failed.ProjectID}} {
		a["failed_only"] = true
		items := h.call("list_events", a).items()
		i := slices.IndexFunc(items, func(item map[string]any) bool {
			return item["kind"] == "deployment" && item["id"] == failed.DeploymentID
		})
		if i < 0 || !strings.Contains(fmt.Sprint(items[i]["error"]), "Build command failed") {
			t.Errorf("%v: %v", a, items)
		}
		for _, item := range items {
			if item["status"] == "FINISHED" || item["status"] == "SUCCESS" {
				t.Errorf("%v did not fail", item)
			}
		}
	}
}

func TestEventsGoOnWithoutOneSource(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.sim.Fail(simulator.Fault{Operation: "GetClientUserNotification", Status: 403, Code: "insufficientPermissions"})
	r := h.call("list_events", args{"project": "eshop-production"}).ok()
	if words := fmt.Sprint(r.get("incomplete")); len(r.items()) == 0 || !strings.Contains(words, "notifications") {
		t.Errorf("incomplete: %s", words)
	}
	h.sim.Fail(simulator.Fault{Operation: "", Status: 503, Path: "/service-stack/*/process"})
	h.sim.Fail(simulator.Fault{Operation: "", Status: 503, Path: "/service-stack/*/app-version"})
	h.call("list_events", args{"service": stagingAPI(h)}).fails("unavailable")
	h.call("list_events", args{"project": "eshop-production", "since": "never"}).fails("invalid_arguments")
	limited := start(t, limitedTo("eshop-staging"))
	limited.call("list_events", args{"service": limited.sim.ServiceID("eshop-production", "api")}).fails("out_of_scope")
}

// pending is the id of a process that has not begun.
func (h *harness) pending() string {
	h.t.Helper()
	h.sim.Hold("stack.restart")
	r := h.call("restart_service", args{"service": stagingAPI(h), "wait_seconds": 0}).status("in_progress")
	return r.str("processes.0.id")
}

func TestCancelProcess(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) { s.version = era })
		id := h.pending()
		before := h.writes()
		plan := h.call("cancel_process", args{"process": id}).status("confirmation_required")
		if h.writes() != before || !strings.Contains(plan.str("plan.summary"), "stack.restart") {
			t.Errorf("%s: before the confirmation: %s", era, plan.raw)
		}
		done := h.call("cancel_process", args{"process": id, "confirm": plan.str("confirm")}).status("done")
		if done.str("processes.0.status") != "CANCELED" || done.get("processes.0.error") != nil {
			t.Errorf("%s: %s", era, done.raw)
		}
		again := h.call("cancel_process", args{"process": id}).status("unchanged")
		if again.str("processes.0.status") != "CANCELED" || h.writes() != before+1 {
			t.Errorf("%s: a second time: %s", era, again.raw)
		}
	}
}

func TestCancelProcessRefuses(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.sim = append(s.sim, simulator.WithPace(1))
		s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmNever }
	})
	running := h.call("restart_service", args{"service": stagingAPI(h), "wait_seconds": 1}).status("in_progress")
	id := running.str("processes.0.id")
	if running.str("processes.0.status") != "RUNNING" {
		t.Fatalf("the restart is %s", running.raw)
	}
	e := h.call("cancel_process", args{"process": id}).fails("conflict")
	if next, _ := e["next"].(map[string]any); next["tool"] != "wait_for" {
		t.Errorf("what to do instead: %v", e)
	}
	h.call("cancel_process", args{"process": "nope"}).fails("invalid_arguments")
	h.call("cancel_process", args{"process": strings.Repeat("A", 22)}).fails("not_found")

	// The process ends between the look at it and the request.
	h.sim.Fail(simulator.Fault{Operation: "PutProcessCancel", Status: 400, Code: "processIsAlreadyOver", Message: "Process is already over"})
	r := h.call("cancel_process", args{"process": id}).status("unchanged")
	if r.str("processes.0.id") != id {
		t.Errorf("got %s", r.raw)
	}
	h.sim.ResetFaults()
	h.sim.Fail(simulator.Fault{Operation: "PutProcessCancel", Drop: simulator.DropAfter})
	h.call("cancel_process", args{"process": id}).fails("uncertain")
}

// Lists that are read only so far must not pass for the whole history.
func TestListsSayHowFarTheyWereRead(t *testing.T) {
	h := start(t)
	row := func(i int, more string) string { return fmt.Sprintf(`{"id":"%021dA","sequence":%d,%s}`, i, i, more) }
	rows := func(n int, more string) string {
		var all []string
		for i := range n {
			all = append(all, row(n-i, more))
		}
		return `{"list":[` + strings.Join(all, ",") + `]}`
	}
	for _, test := range []struct {
		tool, operation, more, words string
		limit                        int
	}{
		{"list_processes", "GetServiceStackProcess", `"status":"FINISHED","actionName":"stack.restart"`, "newest 1000 processes", 1000},
		{"list_deployments", "GetServiceStackAppVersion", `"status":"BUILD_FAILED","source":"CLI"`, "newest 200 deployments", 200},
	} {
		for _, n := range []int{test.limit - 1, test.limit + 50} {
			off := h.sim.Fail(simulator.Fault{Operation: test.operation, Status: 200, Body: rows(n, test.more)})
			r := h.call(test.tool, args{"project": "docs-site", "service": "docs", "limit": 20}).ok()
			off()
			words, _ := r.get("truncated").(string)
			if whole := n < test.limit; whole != (r.get("total") == float64(n)) || whole == strings.Contains(words, test.words) {
				t.Errorf("%s of %d: total %v, truncated %q", test.tool, n, r.get("total"), words)
			}
		}
	}
}
