package adversarial_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops/simulator"
)

// TestAdversarialRace ends calls before the platform has answered them. It shows
// something with the race detector only, so that nothing of it can stand in the list.
func TestAdversarialRace(t *testing.T) {
	t.Parallel()
	org := func(w *world) string { return w.sim.OrgID("Northwind Trading") }
	for id, c := range map[string]struct {
		tool, operation string
		args            func(w *world) args
		status          int
	}{
		"create-project":         {"create_project", "PostClientProject", func(w *world) args { return args{"name": "late", "org": org(w)} }, 0},
		"create-project-refused": {"create_project", "PostClientProject", func(w *world) args { return args{"name": "late", "org": org(w)} }, http.StatusBadRequest},
		"create-service":         {"create_service", "PostProjectServiceStack", func(w *world) args { return args{"project": ownProject(w), "hostname": "late", "type": "nodejs@22"} }, http.StatusBadRequest},
		"set-env":                {"set_env", "PostServiceStackUserData", func(w *world) args { return args{"service": sibling(w), "variables": variable("LATE", "x")} }, http.StatusBadRequest},
		"import": {"import_yaml", "PostProjectServiceStackImport", func(w *world) args {
			return args{"project": ownProject(w), "yaml": "services:\n  - hostname: late\n    type: nodejs@22\n"}
		}, 0},
		"write-api":      {"write_api", "PutServiceStackRestart", withBody("PutServiceStackRestart", "", sibling), http.StatusBadRequest},
		"update-project": {"update_project", "PutProject", func(w *world) args { return args{"project": ownProject(w), "description": "late"} }, http.StatusBadRequest},
		"restart":        {"restart_service", "PutServiceStackRestart", func(w *world) args { return args{"service": sibling(w)} }, http.StatusBadRequest},
	} {
		attack(t, "R/"+id, func(t *testing.T) error {
			w := newWorld(t)
			fault := simulator.Fault{Operation: c.operation, Times: 1, Delay: 150 * time.Millisecond, Status: c.status}
			if c.status != 0 {
				fault.Code, fault.Message = "invalidUserInput", "too late"
			}
			w.sim.Fail(fault)
			p := w.serve(t, how{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			request := mcp.CallToolRequest{}
			request.Params.Name, request.Params.Arguments = c.tool, map[string]any(c.args(w))
			ended := make(chan error, 1)
			go func() {
				_, err := p.client.CallTool(ctx, request)
				ended <- err
			}()
			w.until(t, c.operation)
			cancel()
			<-ended
			// The program goes on serving.
			if r := p.call("whoami", nil); r.isError {
				return fmt.Errorf("afterwards: %s", r.text)
			}
			return nil
		})
	}
}

// until waits for the first request of an operation.
func (w *world) until(t *testing.T, operation string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for w.sim.Calls(operation) == 0 {
		if time.Now().After(deadline) {
			t.Fatalf("%s was not sent, only %v", operation, w.sent())
		}
		<-time.After(5 * time.Millisecond)
	}
}

// TestAdversarialPatterns has every known shape of a credential shown, one a line
// and all in one.
func TestAdversarialPatterns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []string
	for _, s := range shapes() {
		w.addLog(sibling(w), simulator.LogLine{Text: s.text})
		all = append(all, s.text)
	}
	w.addLog(w.service("eshop-staging", "app"), simulator.LogLine{Text: strings.Join(all, " | ")})
	p := w.serve(t, how{})
	single := p.call("search_logs", args{"services": []string{sibling(w)}, "limit": 200})
	together := p.call("search_logs", args{"services": []string{w.service("eshop-staging", "app")}, "limit": 200})
	for _, s := range shapes() {
		attack(t, "R/shape-"+s.id, func(*testing.T) error {
			return first([]error{told(single, s), told(together, s)})
		})
	}
}
