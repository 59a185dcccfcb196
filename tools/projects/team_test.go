package projects_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

const northwind = "Northwind Trading"

func TestListMembers(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
		h.Call("list_members", nil).Fails("ambiguous") // the owner is in two organisations
		r := h.Call("list_members", tooltest.Args{"org": northwind})
		roles := map[any]map[string]any{}
		for _, m := range r.Items() {
			roles[m["role"]] = m
			if m["name"] == nil || m["status"] == nil {
				t.Errorf("member without name or status: %v", m)
			}
		}
		if roles["OWNER"] == nil || roles["OWNER"]["can_edit_finances"] != true || roles["ADMIN"] == nil {
			t.Errorf("got %s", r.Raw)
		}
		granted := 0
		for _, m := range r.Items() {
			for _, p := range m["projects"].([]any) {
				granted++
				if grant := p.(map[string]any); grant["project"] == nil || grant["role"] == nil {
					t.Errorf("grant without name or role: %v", grant)
				}
			}
		}
		if granted == 0 {
			t.Errorf("no member has projects of their own: %s", r.Raw)
		}
	}
}

func TestListTokensShowsNoValue(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
		r := h.Call("list_tokens", tooltest.Args{"org": northwind})
		kinds := map[any]int{}
		for _, token := range r.Items() {
			kinds[token["kind"]]++
			if token["kind"] == "integration" && tooltest.Lookup(token, "rights.projects") == nil {
				t.Errorf("no rights: %v", token)
			}
		}
		if kinds["integration"] == 0 || kinds["personal"] == 0 {
			t.Errorf("kinds: %v", kinds)
		}
		if strings.Contains(string(r.Raw), "obviously-fake") {
			t.Errorf("a value leaked: %s", r.Raw)
		}
	}
}

func TestIntegrationTokenSeesItself(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.ProjectToken })
	r := h.Call("list_tokens", nil)
	current := 0
	for _, token := range r.Items() {
		if token["current"] == true {
			current++
		}
	}
	if current != 1 {
		t.Errorf("%d tokens are the current one: %s", current, r.Raw)
	}
}

func TestTeamIsOutOfScope(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.Projects = []string{tooltest.Staging} }
	})
	for _, tool := range []string{"list_members", "list_tokens"} {
		h.Call(tool, tooltest.Args{"org": northwind}).Fails("out_of_scope")
	}
	if n := len(h.Sim.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestTeamPartsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "GetClientUserRoles", Status: 403, Code: "insufficientPermissions"})
	r := h.Call("list_members", tooltest.Args{"org": northwind})
	if len(r.Items()) == 0 || r.Get("incomplete.0") == nil {
		t.Errorf("got %s", r.Raw)
	}
	remove := h.Sim.Fail(simulator.Fault{Operation: "GetUserTokenList", Status: 403, Code: "notAllowedForIntegrationToken"})
	r = h.Call("list_tokens", tooltest.Args{"org": northwind})
	if len(r.Items()) == 0 || !strings.HasPrefix(r.Str("incomplete.0"), "personal tokens") {
		t.Errorf("got %s", r.Raw)
	}
	remove()
	h.Sim.Fail(simulator.Fault{Operation: "GetClientUserList", Status: 403, Code: "insufficientPermissions"})
	h.Call("list_members", tooltest.Args{"org": northwind}).Fails("forbidden")
	h.Sim.ResetFaults()
	h.Sim.Fail(simulator.Fault{Status: 500, Body: "<html>"})
	h.Call("list_tokens", tooltest.Args{"org": northwind}).Fails("unavailable")
}
