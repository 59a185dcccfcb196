package tools_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestWordsOfThePlatformKeepSecrets: a failure that quotes a variable of another service
// is shown without it, for which the variables of the project are read: not where there
// are no words, once a minute where there are, and for each caller by himself.
func TestWordsOfThePlatformKeepSecrets(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const value = "Zk3vQ9pLm7TrW2nXd5Yb"
		h := tooltest.Start(t, tooltest.InProcess)
		blog := tooltest.Args{"project": "playground"}
		variables := func() int { return h.Sent("GetServiceStackEnv") }
		read := variables()
		h.Call("list_processes", blog).Ok()
		h.Call("list_projects", nil).Ok()
		if variables() != read {
			t.Errorf("variables are read although nothing failed")
		}
		h.Call("set_env", tooltest.Args{"project": tooltest.Staging, "service": "worker", "variables": tooltest.Args{"LICENCE": value}}).Ok()
		h.Sim.FailNext("stack.restart", "serviceStackRestartFailed", "could not start with "+value+" as given")
		shown := func(r tooltest.Result) {
			t.Helper()
			if !strings.Contains(string(r.Raw), "could not start with [redacted] as given") {
				t.Errorf("the words are %.600s", r.Raw)
			}
		}
		shown(h.Call("restart_service", tooltest.Args{"service": tooltest.StagingAPI(h)}))
		processes := tooltest.Args{"service": tooltest.StagingAPI(h)}
		shown(h.Call("list_processes", processes))
		read = variables()
		for range 2 {
			shown(h.Call("list_processes", processes))
			shown(h.Call("read_api", tooltest.Args{"operation": "GetServiceStackProcess", "path": tooltest.Args{"id": tooltest.StagingAPI(h)}}))
		}
		if variables() != read {
			t.Errorf("variables are read %d times within a minute", variables()-read)
		}
		<-time.After(time.Minute)
		shown(h.Call("list_processes", processes))
		if variables() == read {
			t.Error("variables are remembered for more than a minute")
		}
		h.Sim.Fail(simulator.Fault{Operation: "GetServiceStackEnv", Status: 403, Code: "forbidden", Message: "no"})
		<-time.After(time.Minute)
		h.Call("list_processes", processes).Ok() // shapes and places are all that is left
	})
}
