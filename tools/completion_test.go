package tools_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops/simulator"
)

func (h *harness) completions(kind, of, argument, typed string, given map[string]any) []string {
	h.t.Helper()
	key := "uri"
	if kind == "ref/prompt" {
		key = "name"
	}
	params := map[string]any{
		"ref": map[string]any{"type": kind, key: of}, "argument": map[string]any{"name": argument, "value": typed},
	}
	if given != nil {
		params["context"] = map[string]any{"arguments": given}
	}
	result, failed := h.ask(mcp.ProtocolVersion20251125, "completion/complete", params)
	if failed != nil {
		h.t.Fatalf("completion failed: %v", failed)
	}
	list, ok := lookup(result, "completion.values").([]any)
	if !ok {
		h.t.Fatalf("no values: %v", result)
	}
	values := []string{}
	for _, v := range list {
		values = append(values, v.(string))
	}
	return values
}

func TestCompletionOffersLiveNames(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.call("list_projects", args{"name_contains": "shop", "limit": 1}).items()[0]["name"].(string)
	hostname := h.call("list_services", args{"project": project, "limit": 1}).items()[0]["hostname"].(string)

	if got := h.completions("ref/resource", "zerops://project/{project}", "project", strings.ToUpper(project[:3]), nil); !slices.Contains(got, project) {
		t.Errorf("projects: %v", got)
	}
	got := h.completions("ref/resource", "zerops://project/{project}/service/{service}", "service", hostname[:1], map[string]any{"project": project})
	if !slices.Contains(got, hostname) {
		t.Errorf("services: %v", got)
	}
	if got := h.completions("ref/resource", "zerops://guide/{topic}", "topic", "yaml", nil); len(got) != 2 {
		t.Errorf("guides: %v", got)
	}
	if got := h.completions("ref/resource", "zerops://project/{project}", "project", "zzzz", nil); len(got) != 0 {
		t.Errorf("nothing fits, yet %v", got)
	}
}

func TestCompletionOffersIdsForEqualNames(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.sim = append(s.sim, simulator.WithProjects(150)) })
	byName := map[string]int{}
	for _, p := range h.all("list_projects") {
		byName[p["name"].(string)]++
	}
	result, _ := h.ask(mcp.ProtocolVersion20251125, "completion/complete", map[string]any{
		"ref": map[string]any{"type": "ref/resource", "uri": "zerops://project/{project}"}, "argument": map[string]any{"name": "project", "value": ""},
	})
	values, _ := lookup(result, "completion.values").([]any)
	if len(values) != 100 || lookup(result, "completion.hasMore") != true {
		t.Errorf("%d values, hasMore %v", len(values), lookup(result, "completion.hasMore"))
	}
	for name, n := range byName {
		if n > 1 && slices.Contains(values, any(name)) {
			t.Errorf("%q names %d projects and is offered", name, n)
		}
	}
}

// TestCompletionFailsSilently proves that whoever types sees an empty list, never
// an error.
func TestCompletionFailsSilently(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*setup){
		"no token":      func(s *setup) { s.token = "" },
		"revoked token": func(s *setup) { s.token = simulator.RevokedToken },
	} {
		h := start(t, change)
		for _, argument := range []string{"project", "service", "org", "nonsense"} {
			if got := h.completions("ref/resource", "zerops://project/{project}/service/{service}", argument, "", nil); len(got) != 0 {
				t.Errorf("%s: %s offers %v", name, argument, got)
			}
		}
	}
	h := start(t)
	h.sim.Fail(simulator.Fault{Status: 500, Body: "<html>broken</html>"})
	if got := h.completions("ref/resource", "zerops://project/{project}", "project", "", nil); len(got) != 0 {
		t.Errorf("a broken API offers %v", got)
	}
	if got := h.completions("ref/prompt", "no_such_prompt", "project", "", nil); len(got) != 0 {
		t.Errorf("an unknown prompt offers %v", got)
	}
}

// all pages through a list.
func (h *harness) all(tool string) []map[string]any {
	h.t.Helper()
	var items []map[string]any
	cursor := ""
	for {
		a := args{}
		if cursor != "" {
			a["cursor"] = cursor
		}
		r := h.call(tool, a)
		items = append(items, r.items()...)
		next, more := r.get("next_cursor").(string)
		if !more {
			return items
		}
		cursor = next
	}
}
