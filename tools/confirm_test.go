package tools_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

const twoStepNote = "a client without elicitation gets the two-step form"

func stagingAPI(h *harness) string { return h.sim.ServiceID("eshop-staging", "api") }

func TestPersonIsAsked(t *testing.T) {
	t.Parallel()
	yes := map[string]any{"confirm": true, "name": "api"}
	cases := []struct {
		name    string
		action  mcp.ElicitationResponseAction
		content map[string]any
		code    string // empty: it is done
	}{
		{"accept", mcp.ElicitationResponseActionAccept, yes, ""},
		{"accept without the tick", mcp.ElicitationResponseActionAccept, map[string]any{"confirm": false, "name": "api"}, "declined"},
		{"accept with another name", mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": "web"}, "declined"},
		{"accept with nothing", mcp.ElicitationResponseActionAccept, nil, "declined"},
		{"decline", mcp.ElicitationResponseActionDecline, yes, "declined"},
		{"cancel", mcp.ElicitationResponseActionCancel, yes, "declined"},
	}
	for _, era := range eras() {
		for _, c := range cases {
			t.Run(era+" "+c.name, func(t *testing.T) {
				t.Parallel()
				var asked question
				h := start(t, func(s *setup) {
					s.version = era
					s.elicit = asked.answer(c.action, c.content)
				})
				r := h.call("delete_service", args{"service": stagingAPI(h), "confirm": "ignored"})
				if c.code == "" {
					r.status("done")
				} else {
					r.fails(c.code)
					if n := h.writes(); n != 0 {
						t.Errorf("%d writes although the person did not agree", n)
					}
				}
				message := asked.last()
				for _, want := range []string{`"api"`, stagingAPI(h), `"eshop-staging"`, "lost:"} {
					if !strings.Contains(message, want) {
						t.Errorf("the question %q does not say %s", message, want)
					}
				}
				if used := h.audits.last().Confirmed; c.code == "" && used != "human" {
					t.Errorf("the audit says confirmed by %q", used)
				}
			})
		}
	}
}

// question records what a person was asked.
type question struct {
	mu   sync.Mutex
	text string
}

func (q *question) answer(action mcp.ElicitationResponseAction, content map[string]any) func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	reply := answer(action, content)
	return func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
		q.mu.Lock()
		q.text = r.Params.Message
		q.mu.Unlock()
		return reply(ctx, r)
	}
}

func (q *question) last() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.text
}

func TestNoAnswerIsANo(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.MaxWait = 100 * time.Millisecond }
		s.elicit = func(ctx context.Context, _ mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	h.call("stop_service", args{"service": stagingAPI(h)}).fails("declined")
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes without an answer", n)
	}
}

func TestTwoStepConfirmation(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.version = era })
			service := stagingAPI(h)
			first := h.call("stop_service", args{"service": service}).status("confirmation_required")
			if first.get("plan.targets.0.id") != service || first.get("expires_at") == nil {
				t.Errorf("%s: plan %s", twoStepNote, first.raw)
			}
			token := first.str("confirm")
			refused := []struct {
				why  string
				tool string
				args args
			}{
				{"another tool", "delete_service", args{"service": service, "confirm": token}},
				{"another target", "stop_service", args{"service": h.sim.ServiceID("eshop-staging", "db"), "confirm": token}},
				{"a changed token", "stop_service", args{"service": service, "confirm": token[:len(token)-2] + "AA"}},
				{"no token at all", "stop_service", args{"service": service, "confirm": "yes"}},
			}
			for _, r := range refused {
				if r.args["service"] == "" {
					t.Fatalf("%s: the account has no such service", r.why)
				}
				h.call(r.tool, r.args).fails("confirmation_invalid")
			}
			if n := h.writes(); n != 0 {
				t.Fatalf("%d writes by invalid confirmations", n)
			}
			// Refused attempts do not use it up, and how long to wait may change.
			h.call("stop_service", args{"service": service, "confirm": token, "wait_seconds": 5}).status("done")
			h.call("start_service", args{"service": service}).status("done")
			h.call("stop_service", args{"service": service, "confirm": token}).fails("confirmation_invalid")
		})
	}
}

func TestConfirmationFallsWithTheTarget(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	token := h.call("delete_project", args{"project": project}).status("confirmation_required").str("confirm")
	h.call("create_service", args{"project": project, "hostname": "newcomer", "type": "nodejs@22"}).status("done")
	h.call("delete_project", args{"project": project, "confirm": token}).fails("confirmation_invalid")
}

func TestConfirmationIsBoundToTheCaller(t *testing.T) {
	t.Parallel()
	token := simulator.OwnerToken
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) {
			c.Credential = func(context.Context) tools.Credential { return tools.Credential{Token: token, Source: "test"} }
		}
	})
	confirm := h.call("stop_service", args{"service": stagingAPI(h)}).status("confirmation_required").str("confirm")
	token = simulator.AdminToken
	h.call("stop_service", args{"service": stagingAPI(h), "confirm": confirm}).fails("confirmation_invalid")
}

func TestConfirmationWorksOnAnyReplicaOnce(t *testing.T) {
	t.Parallel()
	key := []byte("a signing key that replicas share")
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.SigningKey, c.Stateless = key, true }
	})
	confirm := h.call("stop_service", args{"service": stagingAPI(h)}).status("confirmation_required").str("confirm")
	replica := h.replica(key)
	replica.call("stop_service", args{"service": stagingAPI(h), "confirm": confirm}).status("done")
	// Stopped, it is what was asked for: nothing happens again on either.
	h.call("stop_service", args{"service": stagingAPI(h), "confirm": confirm}).status("unchanged")
	if n := h.sim.Calls("PUT /service-stack/{id}/stop"); n != 1 {
		t.Errorf("stopped %d times", n)
	}
}

func TestConfirmModes(t *testing.T) {
	t.Parallel()
	mode := func(m tools.ConfirmMode) func(*setup) {
		return func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = m } }
	}
	withPerson := func(s *setup) {
		s.elicit = answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true})
	}
	human := start(t, mode(tools.ConfirmHuman))
	human.call("stop_service", args{"service": stagingAPI(human)}).fails("blocked")
	asked := start(t, mode(tools.ConfirmHuman), withPerson)
	asked.call("stop_service", args{"service": stagingAPI(asked)}).status("done")
	never := start(t, mode(tools.ConfirmNever))
	never.call("stop_service", args{"service": stagingAPI(never)}).status("done")
	always := start(t, mode(tools.ConfirmTwoStep), withPerson)
	always.call("stop_service", args{"service": stagingAPI(always)}).status("confirmation_required")
}

func TestProtectedProjectsAreNeverDestroyed(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmNever } })
	project := h.sim.ProjectID("eshop-production")
	service := h.sim.ServiceID("eshop-production", "api")
	for tool, a := range map[string]args{
		"delete_project": {"project": project}, "stop_project": {"project": project},
		"delete_service": {"service": service}, "stop_service": {"service": service},
		"update_project": {"project": project, "tags": []string{}},
	} {
		e := h.call(tool, a).fails("blocked")
		if hint, _ := e["hint"].(string); !strings.Contains(hint, "tag") {
			t.Errorf("%s: hint %q does not say which tag to remove where", tool, hint)
		}
	}
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes to a protected project", n)
	}
}

func TestServerNeverStopsItself(t *testing.T) {
	t.Parallel()
	var own string
	h := start(t, func(s *setup) {
		own = simulator.New(s.sim...).ServiceID("eshop-staging", "api")
		s.configure = func(c *tools.Config) { c.Confirm, c.OwnService = tools.ConfirmNever, own }
	})
	h.call("stop_service", args{"service": own}).fails("blocked")
	h.call("delete_project", args{"project": h.sim.ProjectID("eshop-staging")}).fails("blocked")
}

func TestRepeatedChangesDoNoHarm(t *testing.T) {
	t.Parallel()
	h := start(t)
	service := stagingAPI(h)
	h.call("start_service", args{"service": service}).status("unchanged")
	h.call("scale_service", args{"service": service, "max_ram_gb": 4}).status("done")
	second := h.call("scale_service", args{"service": service, "max_ram_gb": 4}).status("unchanged")
	if second.get("before.ram_gb") != second.get("after.ram_gb") {
		t.Errorf("before and after differ: %s", second.raw)
	}
	h.confirmed("delete_service", args{"service": service}).status("done")
	h.call("delete_service", args{"service": service}).fails("not_found")
}
