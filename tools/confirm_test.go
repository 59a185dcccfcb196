package tools_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

const twoStepNote = "a client without elicitation gets the two-step form"

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
		{"accept with the name", mcp.ElicitationResponseActionAccept, map[string]any{"name": "api"}, ""},
		{"accept and a no", mcp.ElicitationResponseActionAccept, map[string]any{"confirm": false, "name": "api"}, "declined"},
		{"accept with another name", mcp.ElicitationResponseActionAccept, map[string]any{"name": "web"}, "declined"},
		{"accept without the name", mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true}, "declined"},
		{"accept with nothing", mcp.ElicitationResponseActionAccept, nil, "declined"},
		{"decline", mcp.ElicitationResponseActionDecline, yes, "declined"},
		{"cancel", mcp.ElicitationResponseActionCancel, yes, "declined"},
	}
	for _, era := range tooltest.Eras() {
		for _, c := range cases {
			t.Run(era+" "+c.name, func(t *testing.T) {
				t.Parallel()
				var asked question
				h := tooltest.Start(t, func(s *tooltest.Setup) {
					s.Version = era
					s.Elicit = asked.answer(c.action, c.content)
				})
				r := h.Call("delete_service", tooltest.Args{"service": tooltest.StagingAPI(h), "confirm": "ignored"})
				if c.code == "" {
					r.Status("done")
				} else {
					r.Fails(c.code)
					if n := h.Writes(); n != 0 {
						t.Errorf("%d writes although the person did not agree", n)
					}
				}
				message := asked.last()
				for _, want := range []string{`"api"`, tooltest.StagingAPI(h), `"eshop-staging"`, "lost:"} {
					if !strings.Contains(message, want) {
						t.Errorf("the question %q does not say %s", message, want)
					}
				}
				if used := h.Audits.Last().Confirmed; c.code == "" && used != "human" {
					t.Errorf("the audit says confirmed by %q", used)
				}
			})
		}
	}
}

// TestPlainQuestionsHaveNoField: where nothing is deleted, to accept is the yes,
// whatever form a client gives to it; what says no in the answer is heard.
func TestPlainQuestionsHaveNoField(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			var content any
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = era
				s.Elicit = func(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
					schema, _ := r.Params.RequestedSchema.(map[string]any)
					if fields, ok := schema["properties"].(map[string]any); !ok || len(fields) != 0 || schema["required"] != nil {
						t.Errorf("the question has the form %v", r.Params.RequestedSchema)
					}
					return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept, Content: content}}, nil
				}
			})
			service := tooltest.Args{"service": tooltest.StagingAPI(h)}
			for _, c := range []struct {
				content any
				yes     bool
			}{
				{nil, true},
				{map[string]any{}, true},
				{map[string]any{"confirm": true}, true},
				{map[string]any{"confirm": "true"}, true},
				{map[string]any{"confirm": " Yes"}, true},
				{map[string]any{"note": "go on"}, true},
				{map[string]any{"confirm": false}, false},
				{map[string]any{"confirm": "false"}, false},
				{map[string]any{"confirm": "no"}, false},
				{map[string]any{"confirm": nil}, false},
				{map[string]any{"confirm": []any{true}}, false},
			} {
				content = c.content
				r := h.Call("stop_service", service)
				if !c.yes {
					r.Fails("declined")
					continue
				}
				r.Status("done")
				h.Call("start_service", service).Status("done")
			}
		})
	}
}

// question records what a person was asked.
type question struct {
	mu   sync.Mutex
	text string
}

func (q *question) answer(action mcp.ElicitationResponseAction, content map[string]any) func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	reply := tooltest.Answer(action, content)
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
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.MaxWait = 100 * time.Millisecond }
		s.Elicit = func(ctx context.Context, _ mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	h.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(h)}).Fails("declined")
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes without an answer", n)
	}
}

func TestTwoStepConfirmation(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			service := tooltest.StagingAPI(h)
			first := h.Call("stop_service", tooltest.Args{"service": service}).Status("confirmation_required")
			if first.Get("plan.targets.0.id") != service || first.Get("expires_at") == nil {
				t.Errorf("%s: plan %s", twoStepNote, first.Raw)
			}
			token := first.Str("confirm")
			refused := []struct {
				why  string
				tool string
				args tooltest.Args
			}{
				{"another tool", "delete_service", tooltest.Args{"service": service, "confirm": token}},
				{"another target", "stop_service", tooltest.Args{"service": h.Sim.ServiceID("eshop-staging", "db"), "confirm": token}},
				{"a changed token", "stop_service", tooltest.Args{"service": service, "confirm": token[:len(token)-2] + "AA"}},
				{"no token at all", "stop_service", tooltest.Args{"service": service, "confirm": "yes"}},
			}
			for _, r := range refused {
				if r.args["service"] == "" {
					t.Fatalf("%s: the account has no such service", r.why)
				}
				h.Call(r.tool, r.args).Fails("confirmation_invalid")
			}
			if n := h.Writes(); n != 0 {
				t.Fatalf("%d writes by invalid confirmations", n)
			}
			// Refused attempts do not use it up, and how long to wait may change.
			h.Call("stop_service", tooltest.Args{"service": service, "confirm": token, "wait_seconds": 5}).Status("done")
			h.Call("start_service", tooltest.Args{"service": service}).Status("done")
			h.Call("stop_service", tooltest.Args{"service": service, "confirm": token}).Fails("confirmation_invalid")
		})
	}
}

func TestConfirmationFallsWithTheTarget(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	token := h.Call("delete_project", tooltest.Args{"project": project}).Status("confirmation_required").Str("confirm")
	h.Call("create_service", tooltest.Args{"project": project, "hostname": "newcomer", "type": "nodejs@22"}).Status("done")
	h.Call("delete_project", tooltest.Args{"project": project, "confirm": token}).Fails("confirmation_invalid")
}

func TestConfirmationIsBoundToTheCaller(t *testing.T) {
	t.Parallel()
	token := simulator.OwnerToken
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) {
			c.Credential = func(context.Context) request.Credential { return request.Credential{Token: token, Source: "test"} }
		}
	})
	confirm := h.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(h)}).Status("confirmation_required").Str("confirm")
	token = simulator.AdminToken
	h.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(h), "confirm": confirm}).Fails("confirmation_invalid")
}

func TestConfirmationWorksOnAnyReplicaOnce(t *testing.T) {
	t.Parallel()
	key := []byte("a signing key that replicas share")
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.SigningKey, c.Stateless = key, true }
	})
	confirm := h.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(h)}).Status("confirmation_required").Str("confirm")
	replica := h.Replica(key)
	replica.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(h), "confirm": confirm}).Status("done")
	// Stopped, it is what was asked for: nothing happens again on either.
	h.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(h), "confirm": confirm}).Status("unchanged")
	if n := h.Sim.Calls("PUT /service-stack/{id}/stop"); n != 1 {
		t.Errorf("stopped %d times", n)
	}
}

func TestConfirmModes(t *testing.T) {
	t.Parallel()
	mode := func(m tool.ConfirmMode) func(*tooltest.Setup) {
		return func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = m } }
	}
	withPerson := func(s *tooltest.Setup) {
		s.Elicit = tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true})
	}
	human := tooltest.Start(t, mode(tool.ConfirmHuman))
	human.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(human)}).Fails("blocked")
	asked := tooltest.Start(t, mode(tool.ConfirmHuman), withPerson)
	asked.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(asked)}).Status("done")
	never := tooltest.Start(t, mode(tool.ConfirmNever))
	never.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(never)}).Status("done")
	always := tooltest.Start(t, mode(tool.ConfirmTwoStep), withPerson)
	always.Call("stop_service", tooltest.Args{"service": tooltest.StagingAPI(always)}).Status("confirmation_required")
}

func TestProtectedProjectsAreNeverDestroyed(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever } })
	project := h.Sim.ProjectID("eshop-production")
	service := h.Sim.ServiceID("eshop-production", "api")
	for tool, a := range map[string]tooltest.Args{
		"delete_project": {"project": project}, "stop_project": {"project": project},
		"delete_service": {"service": service}, "stop_service": {"service": service},
		"update_project": {"project": project, "tags": []string{}},
	} {
		e := h.Call(tool, a).Fails("blocked")
		if hint, _ := e["hint"].(string); !strings.Contains(hint, "tag") {
			t.Errorf("%s: hint %q does not say which tag to remove where", tool, hint)
		}
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes to a protected project", n)
	}
}

func TestServerNeverStopsItself(t *testing.T) {
	t.Parallel()
	var own string
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		own = simulator.New(s.Sim...).ServiceID("eshop-staging", "api")
		s.Configure = func(c *tool.Config) { c.Confirm, c.OwnService = tool.ConfirmNever, own }
	})
	h.Call("stop_service", tooltest.Args{"service": own}).Fails("blocked")
	h.Call("delete_project", tooltest.Args{"project": h.Sim.ProjectID("eshop-staging")}).Fails("blocked")
}

func TestRepeatedChangesDoNoHarm(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := tooltest.StagingAPI(h)
	h.Call("start_service", tooltest.Args{"service": service}).Status("unchanged")
	h.Call("scale_service", tooltest.Args{"service": service, "max_ram_gb": 4}).Status("done")
	second := h.Call("scale_service", tooltest.Args{"service": service, "max_ram_gb": 4}).Status("unchanged")
	if second.Get("before.ram_gb") != second.Get("after.ram_gb") {
		t.Errorf("before and after differ: %s", second.Raw)
	}
	h.Confirmed("delete_service", tooltest.Args{"service": service}).Status("done")
	h.Call("delete_service", tooltest.Args{"service": service}).Fails("not_found")
}
