package tools_test

import (
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

const northwind = "Northwind Trading"

func TestListMembers(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) { s.version = era })
		h.call("list_members", nil).fails("ambiguous") // the owner is in two organisations
		r := h.call("list_members", args{"org": northwind})
		roles := map[any]map[string]any{}
		for _, m := range r.items() {
			roles[m["role"]] = m
			if m["name"] == nil || m["status"] == nil {
				t.Errorf("member without name or status: %v", m)
			}
		}
		if roles["OWNER"] == nil || roles["OWNER"]["can_edit_finances"] != true || roles["ADMIN"] == nil {
			t.Errorf("got %s", r.raw)
		}
		granted := 0
		for _, m := range r.items() {
			for _, p := range m["projects"].([]any) {
				granted++
				if grant := p.(map[string]any); grant["project"] == nil || grant["role"] == nil {
					t.Errorf("grant without name or role: %v", grant)
				}
			}
		}
		if granted == 0 {
			t.Errorf("no member has projects of their own: %s", r.raw)
		}
	}
}

func TestListTokensShowsNoValue(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) { s.version = era })
		r := h.call("list_tokens", args{"org": northwind})
		kinds := map[any]int{}
		for _, token := range r.items() {
			kinds[token["kind"]]++
			if token["kind"] == "integration" && lookup(token, "rights.projects") == nil {
				t.Errorf("no rights: %v", token)
			}
		}
		if kinds["integration"] == 0 || kinds["personal"] == 0 {
			t.Errorf("kinds: %v", kinds)
		}
		if strings.Contains(string(r.raw), "obviously-fake") {
			t.Errorf("a value leaked: %s", r.raw)
		}
	}
}

func TestIntegrationTokenSeesItself(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.token = simulator.ProjectToken })
	r := h.call("list_tokens", nil)
	current := 0
	for _, token := range r.items() {
		if token["current"] == true {
			current++
		}
	}
	if current != 1 {
		t.Errorf("%d tokens are the current one: %s", current, r.raw)
	}
}

func TestTeamIsOutOfScope(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{staging} } })
	for _, tool := range []string{"list_members", "list_tokens"} {
		h.call(tool, args{"org": northwind}).fails("out_of_scope")
	}
	if n := len(h.sim.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestTeamPartsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.sim.Fail(simulator.Fault{Operation: "GetClientUserRoles", Status: 403, Code: "insufficientPermissions"})
	r := h.call("list_members", args{"org": northwind})
	if len(r.items()) == 0 || r.get("incomplete.0") == nil {
		t.Errorf("got %s", r.raw)
	}
	remove := h.sim.Fail(simulator.Fault{Operation: "GetUserTokenList", Status: 403, Code: "notAllowedForIntegrationToken"})
	r = h.call("list_tokens", args{"org": northwind})
	if len(r.items()) == 0 || !strings.HasPrefix(r.str("incomplete.0"), "personal tokens") {
		t.Errorf("got %s", r.raw)
	}
	remove()
	h.sim.Fail(simulator.Fault{Operation: "GetClientUserList", Status: 403, Code: "insufficientPermissions"})
	h.call("list_members", args{"org": northwind}).fails("forbidden")
	h.sim.ResetFaults()
	h.sim.Fail(simulator.Fault{Status: 500, Body: "<html>"})
	h.call("list_tokens", args{"org": northwind}).fails("unavailable")
}
