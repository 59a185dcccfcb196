package tools_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBadArgumentsAreExplainedAndSendNothing goes through what models get wrong.
func TestBadArgumentsAreExplainedAndSendNothing(t *testing.T) {
	t.Parallel()
	h := start(t)
	cases := []struct {
		tool string
		args args
		says string
	}{
		{"get_project", args{"project": "../client/x"}, "neither an id nor a name"},
		{"get_project", args{"project": ""}, "empty"},
		{"get_project", args{"project": "."}, "neither"},
		{"get_project", args{"project": ".."}, "neither"},
		{"get_project", args{"project": strings.Repeat("x", 2<<20)}, "2097152 bytes"},
		{"get_project", args{"project": "a\x00b"}, "characters"},
		{"get_project", args{"project": 7}, "must be a string, got a number"},
		{"get_project", args{"project": args{"id": "x"}}, "must be a string, got an object"},
		{"get_project", args{}, "project is required"},
		{"get_project", args{"project": "x", "projectID": "y"}, `did you mean "project"?`},
		{"list_projects", args{"limit": 0}, "at least 1"},
		{"list_projects", args{"limit": 501}, "at most 500"},
		{"list_projects", args{"limit": "many"}, "must be a number"},
		{"list_projects", args{"limit": 1.5}, "whole number"},
		{"list_projects", args{"cursor": "not-a-cursor"}, "cursor"},
		{"get_service", args{"service": "UPPER_case"}, "neither an id nor a hostname"},
		{"get_service", args{"service": "../../x"}, "neither an id nor a hostname"},
		{"restart_service", args{"service": "api", "mode": "hard"}, "one of restart, reload"},
		{"scale_service", args{"service": "api"}, "at least one limit"},
		{"scale_service", args{"service": "api", "min_cpu": 4, "max_cpu": 2}, "above max_cpu"},
		{"wait_for", args{"processes": []any{}}, "at least 1"},
		{"wait_for", args{"processes": "short"}, "not an id"},
		{"get_process", args{"process": "x/../y"}, "not an id"},
		{"create_service", args{"project": "x", "hostname": "My-App", "type": "nodejs"}, "not a hostname"},
	}
	for _, c := range cases {
		h.sim.ResetRequests()
		e := h.call(c.tool, c.args).fails("invalid_arguments")
		if text, _ := e["message"].(string); !strings.Contains(text, c.says) {
			t.Errorf("%s: %q does not say %q", c.tool, text, c.says)
		}
		if strings.Contains(c.tool, "list_projects") {
			continue // the cursor is checked against the list
		}
		if n := len(h.sim.Requests()); n != 0 {
			t.Errorf("%s %.80v: %d requests sent", c.tool, c.args, n)
		}
	}
}

// TestForgivenArguments goes through what is meant clearly enough.
func TestForgivenArguments(t *testing.T) {
	t.Parallel()
	h := start(t)
	for _, c := range []struct {
		tool string
		args args
	}{
		{"list_projects", args{"limit": "5"}},
		{"list_projects", args{"limit": 5.0, "status": "active"}},
		{"list_projects", args{"status": `["ACTIVE","STOPPED"]`}},
		{"list_projects", args{"org": nil, "name_contains": nil}},
		{"list_projects", args{"_meta": args{"x": 1}, "wait_for_previous": true, "toolCallId": "1", "sessionId": "2", "action": "x", "chatInput": "y", "tool": "z", "tool_call_description": "d"}},
		{"list_services", args{"category": "user"}},
	} {
		if len(h.call(c.tool, c.args).items()) == 0 {
			t.Errorf("%s %v: nothing listed", c.tool, c.args)
		}
	}
	result, err := h.server.Call(t.Context(), "list_projects", json.RawMessage(`"{\"limit\":3}"`))
	if err != nil || result.IsError {
		t.Errorf("arguments as a string of JSON: %v %v", result, err)
	}
}

func TestNearMissesNameTheClosest(t *testing.T) {
	t.Parallel()
	h := start(t)
	e := h.call("get_project", args{"project": "eshop-stagin"}).fails("not_found")
	if lookup(e, "candidates.0.name") != "eshop-staging" {
		t.Errorf("candidates %v", e["candidates"])
	}
	e = h.call("get_service", args{"project": "eshop-staging", "service": "apii"}).fails("not_found")
	if lookup(e, "candidates.0.name") != "api" {
		t.Errorf("candidates %v", e["candidates"])
	}
	if _, err := h.server.Call(t.Context(), "list_project", nil); err == nil || !strings.Contains(err.Error(), "list_projects") {
		t.Errorf("unknown tool: %v", err)
	}
}

func TestAmbiguousNamesListTheCandidates(t *testing.T) {
	t.Parallel()
	h := start(t)
	seen := map[any]int{}
	for _, p := range h.call("list_projects", nil).items() {
		seen[p["name"]]++
	}
	for name, n := range seen {
		if n > 1 {
			e := h.call("get_project", args{"project": name}).fails("ambiguous")
			if list, _ := e["candidates"].([]any); len(list) != n {
				t.Errorf("%v: %d candidates, want %d", name, len(list), n)
			}
			return
		}
	}
	t.Error("the account has no two projects of one name")
}
