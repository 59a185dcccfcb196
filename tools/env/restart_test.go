package env_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// To set a variable and to restart what reads it is one wish and one call.
func TestSetEnvAndRestart(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := tooltest.StagingAPI(h)
	set := func(on tooltest.Args, value string) tooltest.Args {
		wish := tooltest.Args{"variables": map[string]any{"GREETING": value}, "restart": true}
		maps.Copy(wish, on)
		return wish
	}
	restarts := func() int { return h.Sent("PutServiceStackRestart") }

	r := h.Call("set_env", set(tooltest.Args{"service": service}, "good morning, everybody")).Status("done")
	if restarts() != 1 || r.Str("restarted.0.hostname") != "api" || r.Str("restarted.0.outcome") != "done" || r.Get("restart") != nil || r.Get("next") != nil {
		t.Errorf("a service: %s", r.Raw)
	}
	// Nothing changed, nothing is restarted: a client that repeats a call does no harm.
	r = h.Call("set_env", set(tooltest.Args{"service": service}, "good morning, everybody")).Status("unchanged")
	if restarts() != 1 || r.Str("next.tool") != "restart_service" || r.Str("next.arguments.service") != service {
		t.Errorf("again: %s", r.Raw)
	}
	// A project's variables reach all its services.
	r = h.Call("set_env", set(tooltest.Args{"project": "eshop-staging"}, "good evening, everybody")).Status("done")
	restarted, _ := r.Get("restarted").([]any)
	if len(restarted) < 3 || restarts() != 1+len(restarted) || r.Get("restart") != nil {
		t.Errorf("a project: %d restarts: %s", restarts(), r.Raw)
	}
	// Without the word they are named as left to do, all in one call.
	before := restarts()
	r = h.Call("set_env", tooltest.Args{"project": "eshop-staging", "variables": map[string]any{"GREETING": "good night, everybody"}}).Status("done")
	left, _ := r.Get("next.arguments.services").([]any)
	if restarts() != before || r.Str("next.tool") != "restart_service" || len(left) != len(restarted) {
		t.Errorf("without restart: %s", r.Raw)
	}

	// The variable is set whatever becomes of the restart.
	undo := h.Sim.Fail(simulator.Fault{Operation: "PutServiceStackRestart", Status: http.StatusBadRequest, Code: "serviceStackIsNotRestartable", Message: "busy"})
	r = h.Call("set_env", set(tooltest.Args{"service": service}, "see you tomorrow, everybody")).Status("failed")
	if r.Str("variables.0.outcome") != "updated" || !strings.Contains(r.Str("message"), "the change is done") || r.Str("next.tool") != "restart_service" || r.Str("restart.0.id") != service {
		t.Errorf("a failed restart: %s", r.Raw)
	}
	undo()
	// While the variable is still being applied, a restart would bring the old value.
	h.Sim.Hold("")
	before = restarts()
	held := set(tooltest.Args{"service": service}, "until then, everybody")
	held["wait_seconds"] = 0
	r = h.Call("set_env", held).Status("in_progress")
	if restarts() != before || !strings.Contains(r.Str("message"), "nothing was restarted") || r.Str("next.tool") != "wait_for" {
		t.Errorf("not yet applied: %s", r.Raw)
	}
	h.Sim.Release()
}

// The server's own service is beside those that it restarts, and never among them.
func TestSetEnvNeverRestartsTheServerItself(t *testing.T) {
	t.Parallel()
	own := ""
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		own = simulator.New(s.Sim...).ServiceID("eshop-staging", "api")
		s.Configure = func(c *tool.Config) { c.OwnService = own }
	})
	r := h.Call("set_env", tooltest.Args{"project": "eshop-staging", "variables": map[string]any{"GREETING": "good morning, everybody"}, "restart": true}).Status("done")
	if strings.Contains(fmt.Sprint(r.Get("restarted")), own) || h.Sent("PutServiceStackRestart") == 0 {
		t.Errorf("restarted: %s", r.Raw)
	}
}
