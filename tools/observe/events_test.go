package observe_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestEventsAreMergedNewestFirst(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := h.Call("list_events", tooltest.Args{"project": "eshop-production", "since": "30d"}).Ok()
	kinds, last := map[any]int{}, ""
	for _, item := range r.Items() {
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
	if day := h.Call("list_events", tooltest.Args{"project": "eshop-production"}).Items(); len(day) >= len(r.Items()) || len(day) == 0 {
		t.Errorf("a day has %d events, a month %d", len(day), len(r.Items()))
	}
	page := h.Call("list_events", tooltest.Args{"project": "eshop-production", "since": "30d", "limit": 3}).Ok()
	next := h.Call("list_events", tooltest.Args{"project": "eshop-production", "since": "30d", "limit": 3, "cursor": page.Str("next_cursor")}).Items()
	if next[0]["id"] != r.Items()[3]["id"] {
		t.Error("the second page does not follow the first")
	}
}

func TestFailedEventsTellWhy(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	failed, err := h.Sim.SeedScenario("compile-error")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []tooltest.Args{{"service": failed.ServiceID}, {"project": failed.ProjectID}} {
		a["failed_only"] = true
		items := h.Call("list_events", a).Items()
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
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "GetClientUserNotification", Status: 403, Code: "insufficientPermissions"})
	r := h.Call("list_events", tooltest.Args{"project": "eshop-production"}).Ok()
	if words := fmt.Sprint(r.Get("incomplete")); len(r.Items()) == 0 || !strings.Contains(words, "notifications") {
		t.Errorf("incomplete: %s", words)
	}
	h.Sim.Fail(simulator.Fault{Operation: "", Status: 503, Path: "/service-stack/*/process"})
	h.Sim.Fail(simulator.Fault{Operation: "", Status: 503, Path: "/service-stack/*/app-version"})
	h.Call("list_events", tooltest.Args{"service": tooltest.StagingAPI(h)}).Fails("unavailable")
	h.Call("list_events", tooltest.Args{"project": "eshop-production", "since": "never"}).Fails("invalid_arguments")
	limited := tooltest.Start(t, limitedTo("eshop-staging"))
	limited.Call("list_events", tooltest.Args{"service": limited.Sim.ServiceID("eshop-production", "api")}).Fails("out_of_scope")
}

// pending is the id of a process that has not begun.
func pending(h *tooltest.Harness) string {
	h.T.Helper()
	h.Sim.Hold("stack.restart")
	r := h.Call("restart_service", tooltest.Args{"service": tooltest.StagingAPI(h), "wait_seconds": 0}).Status("in_progress")
	return r.Str("processes.0.id")
}

func TestCancelProcess(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
		id := pending(h)
		before := h.Writes()
		plan := h.Call("cancel_process", tooltest.Args{"process": id}).Status("confirmation_required")
		if h.Writes() != before || !strings.Contains(plan.Str("plan.summary"), "stack.restart") {
			t.Errorf("%s: before the confirmation: %s", era, plan.Raw)
		}
		done := h.Call("cancel_process", tooltest.Args{"process": id, "confirm": plan.Str("confirm")}).Status("done")
		if done.Str("processes.0.status") != "CANCELED" || done.Get("processes.0.error") != nil {
			t.Errorf("%s: %s", era, done.Raw)
		}
		again := h.Call("cancel_process", tooltest.Args{"process": id}).Status("unchanged")
		if again.Str("processes.0.status") != "CANCELED" || h.Writes() != before+1 {
			t.Errorf("%s: a second time: %s", era, again.Raw)
		}
	}
}

func TestCancelProcessRefuses(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Sim = append(s.Sim, simulator.WithPace(1))
		s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever }
	})
	running := h.Call("restart_service", tooltest.Args{"service": tooltest.StagingAPI(h), "wait_seconds": 1}).Status("in_progress")
	id := running.Str("processes.0.id")
	if running.Str("processes.0.status") != "RUNNING" {
		t.Fatalf("the restart is %s", running.Raw)
	}
	e := h.Call("cancel_process", tooltest.Args{"process": id}).Fails("conflict")
	if next, _ := e["next"].(map[string]any); next["tool"] != "wait_for" {
		t.Errorf("what to do instead: %v", e)
	}
	h.Call("cancel_process", tooltest.Args{"process": "nope"}).Fails("invalid_arguments")
	h.Call("cancel_process", tooltest.Args{"process": strings.Repeat("A", 22)}).Fails("not_found")

	// The process ends between the look at it and the request.
	h.Sim.Fail(simulator.Fault{Operation: "PutProcessCancel", Status: 400, Code: "processIsAlreadyOver", Message: "Process is already over"})
	r := h.Call("cancel_process", tooltest.Args{"process": id}).Status("unchanged")
	if r.Str("processes.0.id") != id {
		t.Errorf("got %s", r.Raw)
	}
	h.Sim.ResetFaults()
	h.Sim.Fail(simulator.Fault{Operation: "PutProcessCancel", Drop: simulator.DropAfter})
	h.Call("cancel_process", tooltest.Args{"process": id}).Fails("uncertain")
}

// Lists that are read only so far must not pass for the whole history.
func TestListsSayHowFarTheyWereRead(t *testing.T) {
	h := tooltest.Start(t)
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
			off := h.Sim.Fail(simulator.Fault{Operation: test.operation, Status: 200, Body: rows(n, test.more)})
			r := h.Call(test.tool, tooltest.Args{"project": "docs-site", "service": "docs", "limit": 20}).Ok()
			off()
			words, _ := r.Get("truncated").(string)
			if whole := n < test.limit; whole != (r.Get("total") == float64(n)) || whole == strings.Contains(words, test.words) {
				t.Errorf("%s of %d: total %v, truncated %q", test.tool, n, r.Get("total"), words)
			}
		}
	}
}
