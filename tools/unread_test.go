package tools_test

import (
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// What an answer could not look at on its way, it names: nobody should take a part
// for the whole, or a log for one that was searched for secrets.
func TestAnswersSayWhatTheyCouldNotRead(t *testing.T) {
	t.Parallel()
	const project = "eshop-staging"
	text := "services:\n  - hostname: api\n    type: nodejs@22\n    startWithoutCode: true\n"
	deployment := func(h *harness) any {
		return h.call("list_deployments", args{"project": project, "service": "api"}).items()[0]["id"]
	}
	for name, c := range map[string]struct {
		unread, tool string
		args         func(*harness) args
		at, says     string
	}{
		"logs": {
			"GetServiceStackEnv", "search_logs", func(*harness) args { return args{"project": project, "services": []string{"api"}} },
			"message", "some variables could not be read",
		},
		"log of a deployment": {
			"GetServiceStackEnv", "get_deployment", func(h *harness) args { return args{"deployment": deployment(h), "log_lines": 10} },
			"log_note", "some variables could not be read",
		},
		"diagnosis": {
			"GetServiceStackEnv", "diagnose_service", func(*harness) args { return args{"project": project, "service": "api"} },
			"incomplete", "some variables could not be read",
		},
		"plan of a replacement": {
			"GetServiceStackEnv", "replace_services_from_yaml", func(*harness) args { return args{"project": project, "yaml": text} },
			"plan.loses", "variables set by hand may be lost; which ones could not be read",
		},
		"changed variables": {
			"PostProjectSearch", "set_env", func(*harness) args { return args{"project": project, "variables": args{"A": "b"}} },
			"message", "could not be read back",
		},
		"import": {
			"GetSettingsImportProjectYamlJsonSchemaJson", "import_yaml", func(*harness) args {
				return args{"project": "playground", "yaml": "services:\n  - hostname: fresh\n    type: nodejs@22\n    startWithoutCode: true\n"}
			},
			"warnings.0.message", "not checked against the platform's schema",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			a := c.args(h)
			skip := 0
			if c.tool == "set_env" {
				skip = 1 // the state before is read, that after is not
			}
			h.sim.Fail(simulator.Fault{Operation: c.unread, Skip: skip, Status: 400, Code: "internalWords", Message: "not now"})
			r := h.call(c.tool, a).ok()
			if told := fmt.Sprint(r.get(c.at)); !strings.Contains(told, c.says) {
				t.Errorf("%s says %s; %.1500s", c.at, told, r.raw)
			}
			if r.object["status"] == "done" && strings.Contains(string(r.raw), "nothing was changed") {
				t.Errorf("says that nothing was changed: %s", r.raw)
			}
		})
	}
}
