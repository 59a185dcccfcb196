package tools_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// purchase is something that is done once for one yes.
type purchase struct {
	name, tool string
	args       func(h *tooltest.Harness) tooltest.Args
	operation  string // by which it is done
}

func purchases() []purchase {
	return []purchase{
		{"a paid project", "create_project", func(h *tooltest.Harness) tooltest.Args {
			return tooltest.Args{"name": "dear", "org": h.Sim.OrgID("Northwind Trading"), "mode": "SERIOUS"}
		}, "PostClientProject"},
		{"a paid project by import", "import_yaml", func(h *tooltest.Harness) tooltest.Args {
			return tooltest.Args{"yaml": "project:\n  name: dear\n  corePackage: SERIOUS\nservices:\n  - hostname: cache\n    type: valkey:single@7.2\n", "org": h.Sim.OrgID("Northwind Trading")}
		}, "PostClientProjectImport"},
		{"a paid project by the API", "write_api", func(h *tooltest.Harness) tooltest.Args {
			return tooltest.Args{"operation": "PostClientProject", "path": tooltest.Args{"id": h.Sim.OrgID("Northwind Trading")}, "body": tooltest.Args{"name": "dear", "mode": "SERIOUS", "tagList": []any{}}}
		}, "PostClientProject"},
		{"an address", "write_api", func(h *tooltest.Harness) tooltest.Args {
			return tooltest.Args{"operation": "PutProjectRequestIpv4", "path": tooltest.Args{"id": h.Sim.ProjectID(tooltest.Staging)}}
		}, "PutProjectRequestIpv4"},
		{"a service", "delete_service", func(h *tooltest.Harness) tooltest.Args { return tooltest.Args{"service": tooltest.StagingAPI(h)} }, "DeleteServiceStack"},
		{"a rollback by the API", "write_api", func(h *tooltest.Harness) tooltest.Args {
			for _, d := range h.Call("list_deployments", tooltest.Args{"project": tooltest.Staging, "service": "app"}).Items() {
				if d["can_rollback"] == true {
					return tooltest.Args{"operation": "PutAppVersionDeploy", "path": tooltest.Args{"id": d["id"]}}
				}
			}
			h.T.Fatal("no version to go back to")
			return nil
		}, "PutAppVersionDeploy"},
		{"an unmounted storage", "unmount_storage", func(h *tooltest.Harness) tooltest.Args {
			h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "share", "type": "shared-storage"}).Status("done")
			h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "worker", "storage": "share"}).Status("done")
			return tooltest.Args{"project": tooltest.Staging, "service": "worker", "storage": "share"}
		}, "PutServiceStackDisconnectSharedStorage"},
	}
}

// afterTheWork are faults after which nobody knows that the work was done.
func afterTheWork() []fault {
	return []fault{
		{name: "500", answer: apiSays(500, "internalServerError", nil), works: true},
		{name: "503", answer: apiSays(503, "notAvailable", nil), works: true},
		{name: "502 of a gateway", answer: page(502), works: true},
		{name: "429", answer: apiSays(429, "tooManyRequests", nil), works: true},
		{name: "429 with a time", answer: apiSays(429, "tooManyRequests", http.Header{"Retry-After": {"2"}}), works: true},
		{name: "400 of a gateway", answer: page(400), works: true},
		{name: "redirect", answer: elsewhere, works: true},
		{name: "cut", answer: cut, works: true},
		{name: "reset", answer: cut, reset: true, works: true},
		{name: "cut in the body", answer: half, works: true},
		{name: "timeout", answer: hang, works: true},
		{name: "empty", answer: says(""), works: true},
		{name: "no JSON", answer: says("accepted"), works: true},
	}
}

// startConfirming is startFaulty with a person, or somebody in their place, who
// has to agree.
func startConfirming(t *testing.T, root string) (*tooltest.Harness, *network) {
	t.Helper()
	var n *network
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.DeployRoots = []string{root} }
		s.Network = func(sim *simulator.Simulator) http.RoundTripper {
			n = newNetwork(t, sim)
			return n
		}
		s.API = func(o *zerops.APIOptions) { o.MaxResponse = maxAnswer }
	})
	return h, n
}

// TestConfirmationIsUsedOnceWhateverTheAnswer loses the answer of work that was done, in every way there is:
// the confirmation is used, and the answer says so and how to find out.
func TestConfirmationIsUsedOnceWhateverTheAnswer(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	for _, f := range afterTheWork() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, p := range purchases() {
					h, n := startConfirming(t, root)
					a := p.args(h)
					token := h.Call(p.tool, a).Status("confirmation_required").Str("confirm")
					again := tooltest.Args{"confirm": token}
					maps.Copy(again, a)
					n.begin(&f, onWrites(), 0)
					r := h.Call(p.tool, again)
					n.end()
					tellsOnce(h, p.name, r)
					for range 3 {
						if r := h.Call(p.tool, again); !r.IsError && r.Get("status") != "unchanged" {
							t.Errorf("%s: done again: %s", p.name, r.Raw)
						}
					}
					if done := h.Sim.Calls(p.operation); done != 1 {
						t.Errorf("%s: done %d times", p.name, done)
					}
				}
			})
		})
	}
}

// tellsOnce checks the answer about confirmed work that may have been done.
func tellsOnce(h *tooltest.Harness, name string, r tooltest.Result) {
	h.T.Helper()
	text := string(r.Raw)
	switch {
	case !r.IsError && r.Get("status") != "failed":
		h.T.Errorf("%s: %s", name, r.Raw)
	case r.Get("error.next.tool") == nil && r.Get("next.tool") == nil, !strings.Contains(text, "ook before") && !strings.Contains(text, "look first"):
		h.T.Errorf("%s: does not say how to find out: %s", name, r.Raw)
	case !strings.Contains(text, "without confirm"):
		h.T.Errorf("%s: does not say that it has to be confirmed again: %s", name, r.Raw)
	case r.Get("error.retryable") == true:
		h.T.Errorf("%s: invites to repeat it: %s", name, r.Raw)
	case strings.Contains(text, "nothing was changed"):
		h.T.Errorf("%s: says that nothing was changed: %s", name, r.Raw)
	}
}

// TestRefusalGivesTheConfirmationBack: what the API refused in its own words was
// not done, so the same yes is good for another attempt.
func TestRefusalGivesTheConfirmationBack(t *testing.T) {
	t.Parallel()
	for _, refusal := range []simulator.Fault{
		{Status: 400, Code: "invalidUserInput"}, {Status: 403, Code: "insufficientPermissions"}, {Status: 409, Code: "projectLockFailed"},
	} {
		for _, p := range purchases() {
			t.Run(fmt.Sprint(refusal.Status, " ", p.name), func(t *testing.T) {
				t.Parallel()
				h := tooltest.Start(t)
				a := p.args(h)
				again := tooltest.Args{"confirm": h.Call(p.tool, a).Status("confirmation_required").Str("confirm")}
				maps.Copy(again, a)
				fault := refusal // of this case alone
				fault.Operation, fault.Times = p.operation, 1
				h.Sim.Fail(fault)
				if r := h.Call(p.tool, again); !r.IsError || strings.Contains(string(r.Raw), "without confirm") {
					t.Errorf("refused: %s", r.Raw)
				}
				h.Call(p.tool, again).Ok()
				if r := h.Call(p.tool, again); !r.IsError && r.Get("status") != "unchanged" {
					t.Errorf("done again: %s", r.Raw)
				}
			})
		}
	}
}

// TestPartOfTheWorkUsesTheConfirmation refuses a later step of work that takes
// several: what came before it was done.
func TestPartOfTheWorkUsesTheConfirmation(t *testing.T) {
	t.Parallel()
	cases := []struct {
		tool  string
		args  func(h *tooltest.Harness) tooltest.Args
		fault simulator.Fault
	}{
		{"delete_env", func(h *tooltest.Harness) tooltest.Args {
			h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"FIRST": "one", "SECOND": "two"}}).Status("done")
			return tooltest.Args{"service": tooltest.StagingAPI(h), "keys": []string{"FIRST", "SECOND"}}
		}, simulator.Fault{Operation: "DeleteUserData", Skip: 1, Times: 1, Status: 403, Code: "insufficientPermissions"}},
		{
			"remove_domain", func(*tooltest.Harness) tooltest.Args {
				return tooltest.Args{"project": tooltest.Staging, "domain": "www.staging.example.com"}
			},
			simulator.Fault{Operation: "PutProjectSyncPublicHttpRouting", Times: 1, Status: 409, Code: "projectLockFailed"},
		},
		{"remove_port", func(h *tooltest.Harness) tooltest.Args {
			return tooltest.Args{"service": tooltest.StagingAPI(h), "port": 13000, "protocol": "tcp", "ip": "ipv6"}
		}, simulator.Fault{Operation: "PutProjectSyncPublicPortRouting", Times: 1, Status: 409, Code: "projectLockFailed"}},
	}
	for _, c := range cases {
		t.Run(c.tool, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t)
			a := c.args(h)
			again := tooltest.Args{"confirm": h.Call(c.tool, a).Status("confirmation_required").Str("confirm")}
			maps.Copy(again, a)
			h.Sim.Fail(c.fault)
			first := h.Call(c.tool, again)
			if h.Sim.Calls(c.fault.Operation) == 0 {
				t.Fatalf("the fault did not strike: %s", first.Raw)
			}
			before := h.Writes()
			h.Call(c.tool, again).Fails("confirmation_invalid")
			if n := h.Writes() - before; n != 0 {
				t.Errorf("%d writes by a used confirmation", n)
			}
			// A new one finishes the work.
			h.Confirmed(c.tool, a).Ok()
		})
	}
}

// TestOneConfirmationActsOnce uses one confirmation in many calls at once, as the
// second of two steps and as the answer to a question.
func TestOneConfirmationActsOnce(t *testing.T) {
	t.Parallel()
	const calls = 24
	for _, p := range purchases() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t)
			a := p.args(h)
			again := tooltest.Args{"confirm": h.Call(p.tool, a).Status("confirmation_required").Str("confirm")}
			maps.Copy(again, a)
			var calling sync.WaitGroup
			for range calls {
				calling.Go(func() { h.Call(p.tool, again) })
			}
			calling.Wait()
			if n := h.Sim.Calls(p.operation); n != 1 {
				t.Errorf("done %d times", n)
			}
		})
		t.Run(p.name+", asked", func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t)
			a := p.args(h)
			asked := modern(h, p.tool, a, "")
			if asked.ResultType != "input_required" {
				t.Fatalf("not asked: %+v", asked)
			}
			// The state of a question is no confirmation, in either form.
			stolen := tooltest.Args{"confirm": asked.RequestState}
			maps.Copy(stolen, a)
			h.Call(p.tool, stolen).Fails("confirmation_invalid")
			answered := fmt.Sprintf(`"requestState":%q,"inputResponses":{"confirm":{"action":"accept","content":{"confirm":true,"name":"api"}}},`, asked.RequestState)
			var calling sync.WaitGroup
			for range calls {
				calling.Go(func() { modern(h, p.tool, a, answered) })
			}
			calling.Wait()
			if n := h.Sim.Calls(p.operation); n != 1 {
				t.Errorf("done %d times", n)
			}
		})
	}
}

// modernResult is what matters here of a result of 2026-07-28.
type modernResult struct {
	ResultType   string
	RequestState string
}

// modern makes a call of 2026-07-28 by a client that can show forms. extra are
// further members of the parameters.
func modern(h *tooltest.Harness, tool string, a tooltest.Args, extra string) modernResult {
	h.T.Helper()
	arguments, err := json.Marshal(a)
	if err != nil {
		h.T.Error(err)
	}
	message := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s"name":%q,"arguments":%s,"_meta":{"io.modelcontextprotocol/protocolVersion":%q,"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}}`,
		extra, tool, arguments, mcp.LATEST_PROTOCOL_VERSION)
	raw, err := json.Marshal(tools.HandleMessage(h.T.Context(), h.Server.MCP(), message))
	if err != nil {
		h.T.Error(err)
	}
	var answer struct{ Result modernResult }
	if err := json.Unmarshal(raw, &answer); err != nil || bytes.Contains(raw, []byte(`"error":{"code":-`)) {
		h.T.Errorf("%s: %v", raw, err)
	}
	return answer.Result
}
