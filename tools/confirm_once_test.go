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
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// purchase is something that is done once for one yes.
type purchase struct {
	name, tool string
	args       func(h *harness) args
	operation  string // by which it is done
}

func purchases() []purchase {
	return []purchase{
		{"a paid project", "create_project", func(h *harness) args {
			return args{"name": "dear", "org": h.sim.OrgID("Northwind Trading"), "mode": "SERIOUS"}
		}, "PostClientProject"},
		{"a paid project by import", "import_yaml", func(h *harness) args {
			return args{"yaml": "project:\n  name: dear\n  corePackage: SERIOUS\nservices:\n  - hostname: cache\n    type: valkey:single@7.2\n", "org": h.sim.OrgID("Northwind Trading")}
		}, "PostClientProjectImport"},
		{"a paid project by the API", "write_api", func(h *harness) args {
			return args{"operation": "PostClientProject", "path": args{"id": h.sim.OrgID("Northwind Trading")}, "body": args{"name": "dear", "mode": "SERIOUS", "tagList": []any{}}}
		}, "PostClientProject"},
		{"an address", "write_api", func(h *harness) args {
			return args{"operation": "PutProjectRequestIpv4", "path": args{"id": h.sim.ProjectID(staging)}}
		}, "PutProjectRequestIpv4"},
		{"a service", "delete_service", func(h *harness) args { return args{"service": stagingAPI(h)} }, "DeleteServiceStack"},
		{"a rollback by the API", "write_api", func(h *harness) args {
			for _, d := range h.call("list_deployments", args{"project": staging, "service": "app"}).items() {
				if d["can_rollback"] == true {
					return args{"operation": "PutAppVersionDeploy", "path": args{"id": d["id"]}}
				}
			}
			h.t.Fatal("no version to go back to")
			return nil
		}, "PutAppVersionDeploy"},
		{"an unmounted storage", "unmount_storage", func(h *harness) args {
			h.call("create_service", args{"project": staging, "hostname": "share", "type": "shared-storage"}).status("done")
			h.call("mount_storage", args{"project": staging, "service": "worker", "storage": "share"}).status("done")
			return args{"project": staging, "service": "worker", "storage": "share"}
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
func startConfirming(t *testing.T, root string) (*harness, *network) {
	t.Helper()
	var n *network
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.DeployRoots = []string{root} }
		s.network = func(sim *simulator.Simulator) http.RoundTripper {
			n = newNetwork(t, sim)
			return n
		}
		s.api = func(o *zerops.APIOptions) { o.MaxResponse = maxAnswer }
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
					token := h.call(p.tool, a).status("confirmation_required").str("confirm")
					again := args{"confirm": token}
					maps.Copy(again, a)
					n.begin(&f, onWrites(), 0)
					r := h.call(p.tool, again)
					n.end()
					h.tellsOnce(p.name, r)
					for range 3 {
						if r := h.call(p.tool, again); !r.isError && r.get("status") != "unchanged" {
							t.Errorf("%s: done again: %s", p.name, r.raw)
						}
					}
					if done := h.sim.Calls(p.operation); done != 1 {
						t.Errorf("%s: done %d times", p.name, done)
					}
				}
			})
		})
	}
}

// tellsOnce checks the answer about confirmed work that may have been done.
func (h *harness) tellsOnce(name string, r result) {
	h.t.Helper()
	text := string(r.raw)
	switch {
	case !r.isError && r.get("status") != "failed":
		h.t.Errorf("%s: %s", name, r.raw)
	case r.get("error.next.tool") == nil && r.get("next.tool") == nil, !strings.Contains(text, "ook before") && !strings.Contains(text, "look first"):
		h.t.Errorf("%s: does not say how to find out: %s", name, r.raw)
	case !strings.Contains(text, "without confirm"):
		h.t.Errorf("%s: does not say that it has to be confirmed again: %s", name, r.raw)
	case r.get("error.retryable") == true:
		h.t.Errorf("%s: invites to repeat it: %s", name, r.raw)
	case strings.Contains(text, "nothing was changed"):
		h.t.Errorf("%s: says that nothing was changed: %s", name, r.raw)
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
				h := start(t)
				a := p.args(h)
				again := args{"confirm": h.call(p.tool, a).status("confirmation_required").str("confirm")}
				maps.Copy(again, a)
				refusal.Operation, refusal.Times = p.operation, 1
				h.sim.Fail(refusal)
				if r := h.call(p.tool, again); !r.isError || strings.Contains(string(r.raw), "without confirm") {
					t.Errorf("refused: %s", r.raw)
				}
				h.call(p.tool, again).ok()
				if r := h.call(p.tool, again); !r.isError && r.get("status") != "unchanged" {
					t.Errorf("done again: %s", r.raw)
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
		args  func(h *harness) args
		fault simulator.Fault
	}{
		{"delete_env", func(h *harness) args {
			h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"FIRST": "one", "SECOND": "two"}}).status("done")
			return args{"service": stagingAPI(h), "keys": []string{"FIRST", "SECOND"}}
		}, simulator.Fault{Operation: "DeleteUserData", Skip: 1, Times: 1, Status: 403, Code: "insufficientPermissions"}},
		{
			"remove_domain", func(*harness) args { return args{"project": staging, "domain": "www.staging.example.com"} },
			simulator.Fault{Operation: "PutProjectSyncPublicHttpRouting", Times: 1, Status: 409, Code: "projectLockFailed"},
		},
		{"remove_port", func(h *harness) args {
			return args{"service": stagingAPI(h), "port": 13000, "protocol": "tcp", "ip": "ipv6"}
		}, simulator.Fault{Operation: "PutProjectSyncPublicPortRouting", Times: 1, Status: 409, Code: "projectLockFailed"}},
	}
	for _, c := range cases {
		t.Run(c.tool, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			a := c.args(h)
			again := args{"confirm": h.call(c.tool, a).status("confirmation_required").str("confirm")}
			maps.Copy(again, a)
			h.sim.Fail(c.fault)
			first := h.call(c.tool, again)
			if h.sim.Calls(c.fault.Operation) == 0 {
				t.Fatalf("the fault did not strike: %s", first.raw)
			}
			before := h.writes()
			h.call(c.tool, again).fails("confirmation_invalid")
			if n := h.writes() - before; n != 0 {
				t.Errorf("%d writes by a used confirmation", n)
			}
			// A new one finishes the work.
			h.confirmed(c.tool, a).ok()
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
			h := start(t)
			a := p.args(h)
			again := args{"confirm": h.call(p.tool, a).status("confirmation_required").str("confirm")}
			maps.Copy(again, a)
			var calling sync.WaitGroup
			for range calls {
				calling.Go(func() { h.call(p.tool, again) })
			}
			calling.Wait()
			if n := h.sim.Calls(p.operation); n != 1 {
				t.Errorf("done %d times", n)
			}
		})
		t.Run(p.name+", asked", func(t *testing.T) {
			t.Parallel()
			h := start(t)
			a := p.args(h)
			asked := h.modern(p.tool, a, "")
			if asked.ResultType != "input_required" {
				t.Fatalf("not asked: %+v", asked)
			}
			// The state of a question is no confirmation, in either form.
			stolen := args{"confirm": asked.RequestState}
			maps.Copy(stolen, a)
			h.call(p.tool, stolen).fails("confirmation_invalid")
			answered := fmt.Sprintf(`"requestState":%q,"inputResponses":{"confirm":{"action":"accept","content":{"confirm":true,"name":"api"}}},`, asked.RequestState)
			var calling sync.WaitGroup
			for range calls {
				calling.Go(func() { h.modern(p.tool, a, answered) })
			}
			calling.Wait()
			if n := h.sim.Calls(p.operation); n != 1 {
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
func (h *harness) modern(tool string, a args, extra string) modernResult {
	h.t.Helper()
	arguments, err := json.Marshal(a)
	if err != nil {
		h.t.Error(err)
	}
	message := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{%s"name":%q,"arguments":%s,"_meta":{"io.modelcontextprotocol/protocolVersion":%q,"io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}}`,
		extra, tool, arguments, mcp.LATEST_PROTOCOL_VERSION)
	raw, err := json.Marshal(tools.HandleMessage(h.t.Context(), h.server.MCP(), message))
	if err != nil {
		h.t.Error(err)
	}
	var answer struct{ Result modernResult }
	if err := json.Unmarshal(raw, &answer); err != nil || bytes.Contains(raw, []byte(`"error":{"code":-`)) {
		h.t.Errorf("%s: %v", raw, err)
	}
	return answer.Result
}
