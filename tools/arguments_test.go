package tools_test

import (
	"encoding/json"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
)

// TestBadArgumentsAreExplainedAndSendNothing goes through what models get wrong.
func TestBadArgumentsAreExplainedAndSendNothing(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	cases := []struct {
		tool string
		args tooltest.Args
		says string
	}{
		{"get_project", tooltest.Args{"project": "../client/x"}, "neither an id nor a name"},
		{"get_project", tooltest.Args{"project": ""}, "project is required"},
		{"get_project", tooltest.Args{"project": "."}, "neither"},
		{"get_project", tooltest.Args{"project": ".."}, "neither"},
		{"get_project", tooltest.Args{"project": strings.Repeat("x", 2<<20)}, "2097152 bytes"},
		{"get_project", tooltest.Args{"project": "a\x00b"}, "characters"},
		{"get_project", tooltest.Args{"project": 7}, "must be a string, got a number"},
		{"get_project", tooltest.Args{"project": tooltest.Args{"id": "x"}}, "must be a string, got an object"},
		{"get_project", tooltest.Args{}, "project is required"},
		{"get_project", tooltest.Args{"project": "x", "projectID": "y"}, `did you mean "project"?`},
		{"list_projects", tooltest.Args{"limit": -1}, "at least 1"},
		{"list_projects", tooltest.Args{"limit": 501}, "at most 500"},
		{"list_projects", tooltest.Args{"limit": "many"}, "must be a number"},
		{"list_projects", tooltest.Args{"limit": 1.5}, "whole number"},
		{"list_projects", tooltest.Args{"cursor": "not-a-cursor"}, "cursor"},
		{"get_service", tooltest.Args{"service": "UPPER_case"}, "neither an id nor a hostname"},
		{"get_service", tooltest.Args{"service": "../../x"}, "neither an id nor a hostname"},
		{"restart_service", tooltest.Args{"service": "api", "mode": "hard"}, "one of restart, reload"},
		{"scale_service", tooltest.Args{"service": "api"}, "at least one limit"},
		{"scale_service", tooltest.Args{"service": "api", "min_cpu": 4, "max_cpu": 2}, "above max_cpu"},
		{"wait_for", tooltest.Args{"processes": []any{}}, "at least 1"},
		{"wait_for", tooltest.Args{"processes": "short"}, "not an id"},
		{"get_process", tooltest.Args{"process": "x/../y"}, "not an id"},
		{"create_service", tooltest.Args{"project": "x", "hostname": "My-App", "type": "nodejs"}, "not a hostname"},
	}
	for _, c := range cases {
		h.Sim.ResetRequests()
		e := h.Call(c.tool, c.args).Fails("invalid_arguments")
		if text, _ := e["message"].(string); !strings.Contains(text, c.says) {
			t.Errorf("%s: %q does not say %q", c.tool, text, c.says)
		}
		if strings.Contains(c.tool, "list_projects") {
			continue // the cursor is checked against the list
		}
		if n := len(h.Sim.Requests()); n != 0 {
			t.Errorf("%s %.80v: %d requests sent", c.tool, c.args, n)
		}
	}
}

// TestForgivenArguments goes through what is meant clearly enough.
func TestForgivenArguments(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for _, c := range []struct {
		tool string
		args tooltest.Args
	}{
		{"list_projects", tooltest.Args{"limit": "5"}},
		{"list_projects", tooltest.Args{"limit": 5.0, "status": "active"}},
		{"list_projects", tooltest.Args{"status": `["ACTIVE","STOPPED"]`}},
		{"list_projects", tooltest.Args{"org": nil, "name_contains": nil}},
		{"list_projects", tooltest.Args{"_meta": tooltest.Args{"x": 1}, "wait_for_previous": true, "toolCallId": "1", "sessionId": "2", "action": "x", "chatInput": "y", "tool": "z", "tool_call_description": "d"}},
		{"list_services", tooltest.Args{"category": "user"}},
	} {
		if len(h.Call(c.tool, c.args).Items()) == 0 {
			t.Errorf("%s %v: nothing listed", c.tool, c.args)
		}
	}
	result, err := h.Server.Call(t.Context(), "list_projects", json.RawMessage(`"{\"limit\":3}"`))
	if err != nil || result.IsError {
		t.Errorf("arguments as a string of JSON: %v %v", result, err)
	}
}

func TestNearMissesNameTheClosest(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	e := h.Call("get_project", tooltest.Args{"project": "eshop-stagin"}).Fails("not_found")
	if tooltest.Lookup(e, "candidates.0.name") != "eshop-staging" {
		t.Errorf("candidates %v", e["candidates"])
	}
	e = h.Call("get_service", tooltest.Args{"project": "eshop-staging", "service": "apii"}).Fails("not_found")
	if tooltest.Lookup(e, "candidates.0.name") != "api" {
		t.Errorf("candidates %v", e["candidates"])
	}
	if _, err := h.Server.Call(t.Context(), "list_project", nil); err == nil || !strings.Contains(err.Error(), "list_projects") {
		t.Errorf("unknown tool: %v", err)
	}
}

func TestAmbiguousNamesListTheCandidates(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	seen := map[any]int{}
	for _, p := range h.Call("list_projects", nil).Items() {
		seen[p["name"]]++
	}
	for name, n := range seen {
		if n > 1 {
			e := h.Call("get_project", tooltest.Args{"project": name}).Fails("ambiguous")
			if list, _ := e["candidates"].([]any); len(list) != n {
				t.Errorf("%v: %d candidates, want %d", name, len(list), n)
			}
			return
		}
	}
	t.Error("the account has no two projects of one name")
}
