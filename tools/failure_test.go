package tools_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// TestFailures goes through what can be wrong with a token, the network or the
// API, and checks code, cause and next step as a user reads them.
func TestFailures(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*tooltest.Setup)
		fault  *simulator.Fault
		code   string
		says   []string // in message or hint
	}{
		{name: "no token", change: func(s *tooltest.Setup) { s.Token = "" }, code: "unauthorized", says: []string{"no Zerops token", "ZEROPS_TOKEN", "Access Token Management"}},
		{name: "revoked token", change: func(s *tooltest.Setup) { s.Token = simulator.RevokedToken }, code: "unauthorized", says: []string{"ZEROPS_TOKEN", "…oken", "revoked", "restart"}},
		{name: "unknown token", change: func(s *tooltest.Setup) { s.Token = "nobody-knows-this-one" }, code: "unauthorized", says: []string{"-one"}},
		{name: "500", fault: &simulator.Fault{Status: 500, Code: "internalServerError"}, code: "unavailable", says: []string{"HTTP 500"}},
		{name: "502 HTML page", fault: &simulator.Fault{Status: 502, Body: "<html><script>alert(1)</script></html>", Header: http.Header{"Content-Type": {"text/html"}}}, code: "unavailable", says: []string{"HTTP 502"}},
		{name: "200 HTML page", fault: &simulator.Fault{Status: 200, Body: "<html>login</html>"}, code: "unavailable", says: []string{"proxy"}},
		{name: "429 with Retry-After", fault: &simulator.Fault{Status: 429, Header: http.Header{"Retry-After": {"120"}}}, code: "rate_limited", says: []string{"2m0s"}},
		{name: "redirect", fault: &simulator.Fault{Status: 302, Header: http.Header{"Location": {"https://evil.example/"}}}, code: "unavailable", says: []string{"redirect", "not followed"}},
		{name: "403", fault: &simulator.Fault{Status: 403, Code: "insufficientPermissions"}, code: "forbidden", says: []string{"valid", "owner or admin"}},
		{name: "integration token refused", fault: &simulator.Fault{Status: 403, Code: "notAllowedForIntegrationToken"}, code: "forbidden", says: []string{"person"}},
		{name: "connection cut", fault: &simulator.Fault{Drop: simulator.DropBefore}, code: "unavailable", says: []string{"nothing was changed"}},
		{name: "cut in the body", fault: &simulator.Fault{Drop: simulator.DropInBody}, code: "unavailable", says: []string{"nothing was changed"}},
		{name: "too large", fault: &simulator.Fault{Fill: 32 << 20}, code: "unavailable", says: []string{"larger"}},
		{name: "slow", change: func(s *tooltest.Setup) { s.API = func(o *zerops.APIOptions) { o.ReadTimeout = 50 * time.Millisecond } }, fault: &simulator.Fault{Delay: time.Minute}, code: "timeout", says: []string{"in time"}},
		{name: "unreachable", change: func(s *tooltest.Setup) { s.API = func(o *zerops.APIOptions) { o.Address = "http://127.0.0.1:1" } }, code: "unavailable", says: []string{"127.0.0.1:1", "ZEROPS_API_URL"}},
	}
	for _, era := range tooltest.Eras() {
		for _, c := range cases {
			t.Run(era+" "+c.name, func(t *testing.T) {
				t.Parallel()
				h := tooltest.Start(t, func(s *tooltest.Setup) {
					s.Version = era
					if c.change != nil {
						c.change(s)
					}
				})
				if c.fault != nil {
					h.Sim.Fail(*c.fault)
				}
				began := time.Now()
				e := h.Call("list_projects", nil).Fails(c.code)
				if took := time.Since(began); took > 10*time.Second {
					t.Errorf("took %v", took)
				}
				text, _ := e["message"].(string)
				if hint, ok := e["hint"].(string); ok {
					text += " " + hint
				}
				for _, want := range c.says {
					if !strings.Contains(text, want) {
						t.Errorf("%q does not say %q", text, want)
					}
				}
				if strings.Contains(text, "<html>") || strings.Contains(h.Logs.String(), simulator.OwnerToken) {
					t.Error("an error page or the token got out")
				}
				if h.Sim.Calls("*") > 3 {
					t.Errorf("%d requests, want at most 3", h.Sim.Calls("*"))
				}
			})
		}
	}
}

func TestRetryAfterReachesTheCaller(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Status: 429, Header: http.Header{"Retry-After": {"90"}}})
	e := h.Call("whoami", nil).Fails("rate_limited")
	if e["retry_after_seconds"] != 90.0 || e["retryable"] != true || e["status"] != 429.0 {
		t.Errorf("got %v", e)
	}
}

func TestReadsAreRetried(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "GetUserInfo", Status: 503, Times: 2})
	h.Call("whoami", nil).Ok()
}

func TestPartialFailureIsToldPerOrganisation(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Path: "/client/" + h.Sim.OrgID("Petra's Lab") + "/project", Status: 500})
	r := h.Call("list_projects", nil).Ok()
	if r.Get("failures.0.org") != "Petra's Lab" || r.Get("failures.0.code") != "unavailable" {
		t.Errorf("failures: %v", r.Get("failures"))
	}
	if len(r.Items()) < 10 {
		t.Errorf("only %d projects of the other organisation", len(r.Items()))
	}
}

// TestLostAnswerToAWrite proves that a write whose answer is lost is reported as
// uncertain, with the call that finds out, and is never sent twice.
func TestLostAnswerToAWrite(t *testing.T) {
	t.Parallel()
	for _, fault := range []simulator.Fault{
		{Drop: simulator.DropAfter},
		{Drop: simulator.DropInBody},
		{Status: 502, Body: "<html>bad gateway</html>"},
		{Status: 200, Body: "not json"},
		{Status: 200, Body: " "},
	} {
		h := tooltest.Start(t)
		fault.Operation = "PutServiceStackRestart"
		h.Sim.Fail(fault)
		service := h.Sim.ServiceID("eshop-staging", "api")
		e := h.Call("restart_service", tooltest.Args{"service": service}).Fails("uncertain")
		if next := tooltest.Lookup(e, "next.arguments.service"); next != service {
			t.Errorf("next is %v, want get_service of %s", e["next"], service)
		}
		if n := h.Sim.Calls("PUT /service-stack/{id}/restart"); n != 1 {
			t.Errorf("%+v: sent %d times", fault, n)
		}
	}
}

func TestGuideOnlyAddress(t *testing.T) {
	t.Parallel()
	for _, shape := range []simulator.GuideShape{simulator.GuideArray, simulator.GuideItems, simulator.GuideList, simulator.GuideProjects} {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithPublicGuideOnly(shape)) })
		items := h.Call("list_projects", nil).Items()
		if len(items) < 15 {
			t.Errorf("shape %v: %d projects", shape, len(items))
		}
		h.Call("get_project", tooltest.Args{"project": items[0]["name"]}).Ok()
	}
}

func TestTokenKindsSeeWhatIsTheirs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		token, kind, reach string
		projects           int
	}{
		{simulator.ReadOnlyToken, "user", "projects", 6},
		{simulator.ProjectToken, "integration_token", "projects", 2},
		{simulator.SingleProjectToken, "integration_token", "projects", 1},
	} {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = c.token })
		who := h.Call("whoami", nil).Ok()
		if who.Get("kind") != c.kind || who.Get("reach") != c.reach {
			t.Errorf("%s: kind %v, reach %v; want %s, %s", c.token, who.Get("kind"), who.Get("reach"), c.kind, c.reach)
		}
		projects := h.Call("list_projects", nil).Items()
		if len(projects) != c.projects {
			t.Errorf("%s: %d projects, want %d", c.token, len(projects), c.projects)
		}
		for _, p := range projects {
			h.Call("get_project", tooltest.Args{"project": p["name"]}).Ok()
		}
	}
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.ReadOnlyToken })
	p := h.Call("list_services", tooltest.Args{"status": "ACTIVE", "category": "USER"}).Items()[0]
	e := h.Call("restart_service", tooltest.Args{"service": p["id"]}).Fails("forbidden")
	if hint, _ := e["hint"].(string); !strings.Contains(hint, "full access") {
		t.Errorf("hint %q does not name the right that is needed", hint)
	}
}

func TestUnexpandedTokenIsExplained(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) {
			c.Credential = func(context.Context) request.Credential {
				return request.Credential{Source: "ZEROPS_TOKEN", Problem: "the client did not expand ${user_config.token}"}
			}
		}
	})
	e := h.Call("list_projects", nil).Fails("unauthorized")
	if text, _ := e["message"].(string); !strings.Contains(text, "did not expand") {
		t.Errorf("message %q", text)
	}
	if n := len(h.Sim.Requests()); n != 0 {
		t.Errorf("%d requests without a token", n)
	}
}

// The API may fail before its work or after it. A caller who repeats a creation
// on its word would have it twice.
func TestWriteOverWhichTheAPIFailedIsLookedAtBeforeItIsRepeated(t *testing.T) {
	h := tooltest.Start(t)
	docs := h.Sim.ProjectID("docs-site")
	for _, test := range []struct {
		operation, tool, code, look string
		arguments                   tooltest.Args
		fault                       simulator.Fault
	}{
		{
			operation: "PostProjectServiceStack", tool: "create_service", code: "unavailable", look: "get_project",
			arguments: tooltest.Args{"project": docs, "hostname": "twice", "type": "nodejs@22"}, fault: simulator.Fault{Status: 500, Code: "internalServerError"},
		},
		{
			operation: "PutServiceStackRestart", tool: "restart_service", code: "unavailable", look: "list_events",
			arguments: tooltest.Args{"project": docs, "service": "docs"}, fault: simulator.Fault{Status: 503, Code: "notAvailable"},
		},
		{
			operation: "PutUserToken", tool: "write_api", code: "unavailable", look: "read_api",
			arguments: tooltest.Args{"operation": "PutUserToken", "path": tooltest.Args{"id": docs}, "body": tooltest.Args{"name": "x"}}, fault: simulator.Fault{Status: 500, Code: "internalServerError"},
		},
		{
			operation: "PostProjectServiceStack", tool: "create_service", code: "uncertain", look: "get_project",
			arguments: tooltest.Args{"project": docs, "hostname": "twice", "type": "nodejs@22"}, fault: simulator.Fault{Status: 502, Body: `{"error":{"message":"upstream timed out"}}`},
		},
	} {
		test.fault.Operation = test.operation
		off := h.Sim.Fail(test.fault)
		e := h.Call(test.tool, test.arguments).Fails(test.code)
		off()
		if e["retryable"] == true || !strings.Contains(e["hint"].(string), "before you repeat") || tooltest.Lookup(e, "next.tool") != test.look {
			t.Errorf("%s after HTTP %d: %v", test.tool, test.fault.Status, e)
		}
	}
}
