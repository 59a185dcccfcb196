package services_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// outcomes are what a result says of each service, by hostname.
func outcomes(r tooltest.Result, list string) map[string]map[string]any {
	r.T.Helper()
	of := map[string]map[string]any{}
	all, _ := r.Get(list).([]any)
	for _, item := range all {
		row, _ := item.(map[string]any)
		of[fmt.Sprint(row["hostname"])] = row
	}
	return of
}

// One wish of a person is one question, however many services it is about.
func TestSeveralServicesAreOneQuestion(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	id := func(hostname string) string { return h.Sim.ServiceID(tooltest.Staging, hostname) }
	h.Confirmed("stop_service", tooltest.Args{"service": id("worker")}).Status("done")
	three := tooltest.Args{"project": tooltest.Staging, "service": "api", "services": []string{"app", "worker", id("api")}}
	first := h.Call("stop_service", three).Status("confirmation_required")
	targets, _ := first.Get("plan.targets").([]any)
	for _, part := range []string{`"api" (` + id("api") + ")", `"app" (` + id("app") + ")", `"eshop-staging"`} {
		if !strings.Contains(first.Str("plan.summary"), part) || len(targets) != 2 {
			t.Errorf("the plan does not say %s: %s", part, first.Raw)
		}
	}
	r := h.Confirmed("stop_service", three).Status("done")
	of := outcomes(r, "services")
	if of["api"]["outcome"] != "done" || of["app"]["status"] != "STOPPED" || of["worker"]["outcome"] != "unchanged" || len(of) != 3 {
		t.Errorf("stopped: %s", r.Raw)
	}
	if n := h.Sent("PutServiceStackStop"); n != 3 {
		t.Errorf("%d services were stopped, want each once", n)
	}
	if again := h.Call("stop_service", three).Status("unchanged"); len(outcomes(again, "services")) != 3 {
		t.Errorf("stopped already: %s", again.Raw)
	}

	started := h.Call("start_service", three).Status("done")
	if of := outcomes(started, "services"); of["worker"]["status"] != "ACTIVE" || len(of) != 3 {
		t.Errorf("started: %s", started.Raw)
	}
	restarted := h.Call("restart_service", tooltest.Args{"services": []string{id("api"), id("app")}}).Status("done")
	if h.Sent("PutServiceStackRestart") != 2 || len(outcomes(restarted, "services")) != 2 {
		t.Errorf("restarted: %s", restarted.Raw)
	}
	h.Call("restart_service", tooltest.Args{"service": id("api")}).Status("done").Str("service.id")

	// What cannot be meant is refused whole.
	before := h.Writes()
	for _, wrong := range []tooltest.Args{
		{},
		{"services": []string{}},
		{"project": tooltest.Staging, "services": []string{"api", "nobody"}},
		{"services": []string{id("api"), h.Sim.ServiceID("analytics", "collector")}},
	} {
		for _, name := range []string{"start_service", "restart_service", "stop_service"} {
			if r := h.Call(name, wrong); !r.IsError {
				t.Errorf("%s %v: %s", name, wrong, r.Raw)
			}
		}
	}
	if h.Writes() != before {
		t.Error("refused calls changed something")
	}
}

// What becomes of one service does not keep the others from theirs, and is told.
func TestSeveralServicesTellPartialFailures(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever } })
	id := func(hostname string) string { return h.Sim.ServiceID(tooltest.Staging, hostname) }
	both := tooltest.Args{"services": []string{id("api"), id("app")}}
	path := func(hostname, action string) string { return "/service-stack/" + id(hostname) + "/" + action }

	undo := h.Sim.Fail(simulator.Fault{Path: path("api", "stop"), Status: http.StatusBadRequest, Code: "serviceStackIsNotStoppable", Message: "not now"})
	r := h.Call("stop_service", both).Status("failed")
	of := outcomes(r, "services")
	if of["api"]["outcome"] != "failed" || of["api"]["status"] != "ACTIVE" || of["api"]["error"] == nil || of["app"]["outcome"] != "done" || of["app"]["status"] != "STOPPED" {
		t.Errorf("one of two refused: %s", r.Raw)
	}
	if r.Str("next.tool") != "diagnose_service" || r.Str("next.arguments.service") != id("api") {
		t.Errorf("next: %s", r.Raw)
	}
	undo()
	h.Call("start_service", both).Status("done")

	// The answer of the first is lost, and the platform does not answer any more.
	undo = h.Sim.Fail(simulator.Fault{Path: path("app", "restart"), Status: http.StatusServiceUnavailable})
	r = h.Call("restart_service", tooltest.Args{"services": []string{id("api"), id("app"), id("worker")}}).Status("failed")
	of = outcomes(r, "services")
	if of["api"]["outcome"] != "done" || of["worker"]["outcome"] != "not_attempted" || !slices.Contains([]any{"failed", "unknown"}, of["app"]["outcome"]) {
		t.Errorf("an error that all would meet: %s", r.Raw)
	}
	undo()

	// A process that fails is told of its service.
	h.Sim.FailNext("stack.stop", "", "no")
	r = h.Call("stop_service", both).Status("failed")
	failed := 0
	for _, row := range outcomes(r, "services") {
		if row["outcome"] == "failed" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d of the outcomes failed: %s", failed, r.Raw)
	}
	// One reason for all of it is the error of the call.
	undo = h.Sim.Fail(simulator.Fault{Operation: "PutServiceStackRestart", Status: http.StatusForbidden, Code: "insufficientPrivileges"})
	h.Call("restart_service", both).Fails("forbidden")
	undo()
}

func TestScaleAndRestartInOneCall(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := tooltest.StagingAPI(h)
	wish := tooltest.Args{"service": service, "max_ram_gb": 6, "restart": true}
	r := h.Call("scale_service", wish).Status("done")
	if h.Sent("PutServiceStackRestart") != 1 || outcomes(r, "restarted")["api"]["outcome"] != "done" || r.Str("after.ram_gb") == r.Str("before.ram_gb") {
		t.Errorf("scaled: %s", r.Raw)
	}
	again := h.Call("scale_service", wish).Status("unchanged")
	if h.Sent("PutServiceStackRestart") != 1 || again.Str("next.tool") != "restart_service" || again.Str("next.arguments.service") != service {
		t.Errorf("again: %s", again.Raw)
	}
	h.Sim.FailNext("stack.restart", "", "no")
	failed := h.Call("scale_service", tooltest.Args{"service": service, "max_ram_gb": 9, "restart": true}).Status("failed")
	if outcomes(failed, "restarted")["api"]["outcome"] != "failed" || failed.Str("next.tool") != "diagnose_service" {
		t.Errorf("a failed restart: %s", failed.Raw)
	}
	// Nothing is scaled where the restart can only fail, or is excluded.
	broken := h.Sim.ServiceID("ml-experiments", "trainer")
	h.Call("scale_service", tooltest.Args{"service": broken, "max_ram_gb": 9, "restart": true}).Fails("conflict")
	other := h.Beside(func(c *tool.Config) { c.ExcludeTools = []string{"restart_service"} })
	other.Call("scale_service", tooltest.Args{"service": service, "max_ram_gb": 11, "restart": true}).Fails("out_of_scope")
	other.Call("scale_service", tooltest.Args{"service": service, "max_ram_gb": 11}).Status("done")
}
