package tools_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// What an answer could not look at on its way, it names: nobody should take a part
// for the whole, or a log for one that was searched for secrets.
func TestAnswersSayWhatTheyCouldNotRead(t *testing.T) {
	t.Parallel()
	const project = "eshop-staging"
	text := "services:\n  - hostname: api\n    type: nodejs@22\n    startWithoutCode: true\n"
	deployment := func(h *tooltest.Harness) any {
		return h.Call("list_deployments", tooltest.Args{"project": project, "service": "api"}).Items()[0]["id"]
	}
	for name, c := range map[string]struct {
		unread, tool string
		args         func(*tooltest.Harness) tooltest.Args
		at, says     string
	}{
		"logs": {
			"GetServiceStackEnv", "search_logs", func(*tooltest.Harness) tooltest.Args {
				return tooltest.Args{"project": project, "services": []string{"api"}}
			},
			"message", "some variables could not be read",
		},
		"log of a deployment": {
			"GetServiceStackEnv", "get_deployment", func(h *tooltest.Harness) tooltest.Args {
				return tooltest.Args{"deployment": deployment(h), "log_lines": 10}
			},
			"log_note", "some variables could not be read",
		},
		"diagnosis": {
			"GetServiceStackEnv", "diagnose_service", func(*tooltest.Harness) tooltest.Args { return tooltest.Args{"project": project, "service": "api"} },
			"incomplete", "some variables could not be read",
		},
		"plan of a replacement": {
			"GetServiceStackEnv", "replace_services_from_yaml", func(*tooltest.Harness) tooltest.Args { return tooltest.Args{"project": project, "yaml": text} },
			"plan.loses", "variables set by hand may be lost; which ones could not be read",
		},
		"changed variables": {
			"PostProjectSearch", "set_env", func(*tooltest.Harness) tooltest.Args {
				return tooltest.Args{"project": project, "variables": tooltest.Args{"A": "b"}}
			},
			"message", "could not be read back",
		},
		"import": {
			"GetSettingsImportProjectYamlJsonSchemaJson", "import_yaml", func(*tooltest.Harness) tooltest.Args {
				return tooltest.Args{"project": "playground", "yaml": "services:\n  - hostname: fresh\n    type: nodejs@22\n    startWithoutCode: true\n"}
			},
			"warnings.0.message", "not checked against the platform's schema",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := tooltest.Start(t, tooltest.InProcess)
				a := c.args(h)
				skip := 0
				if c.tool == "set_env" {
					skip = 1 // the state before is read, that after is not
				}
				time.Sleep(time.Minute) // no variables are remembered
				h.Sim.Fail(simulator.Fault{Operation: c.unread, Skip: skip, Status: 400, Code: "internalWords", Message: "not now"})
				r := h.Call(c.tool, a).Ok()
				if told := fmt.Sprint(r.Get(c.at)); !strings.Contains(told, c.says) {
					t.Errorf("%s says %s; %.1500s", c.at, told, r.Raw)
				}
				if r.Object["status"] == "done" && strings.Contains(string(r.Raw), "nothing was changed") {
					t.Errorf("says that nothing was changed: %s", r.Raw)
				}
			})
		})
	}
}
