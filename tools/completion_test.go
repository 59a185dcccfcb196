package tools_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func completions(h *tooltest.Harness, kind, of, argument, typed string, given map[string]any) []string {
	h.T.Helper()
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
	result, failed := ask(h, mcp.ProtocolVersion20251125, "completion/complete", params)
	if failed != nil {
		h.T.Fatalf("completion failed: %v", failed)
	}
	list, ok := tooltest.Lookup(result, "completion.values").([]any)
	if !ok {
		h.T.Fatalf("no values: %v", result)
	}
	values := []string{}
	for _, v := range list {
		values = append(values, v.(string))
	}
	return values
}

func TestCompletionOffersLiveNames(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Call("list_projects", tooltest.Args{"name_contains": "shop", "limit": 1}).Items()[0]["name"].(string)
	hostname := h.Call("list_services", tooltest.Args{"project": project, "limit": 1}).Items()[0]["hostname"].(string)

	if got := completions(h, "ref/resource", "zerops://project/{project}", "project", strings.ToUpper(project[:3]), nil); !slices.Contains(got, project) {
		t.Errorf("projects: %v", got)
	}
	got := completions(h, "ref/resource", "zerops://project/{project}/service/{service}", "service", hostname[:1], map[string]any{"project": project})
	if !slices.Contains(got, hostname) {
		t.Errorf("services: %v", got)
	}
	if got := completions(h, "ref/resource", "zerops://guide/{topic}", "topic", "yaml", nil); len(got) != 2 {
		t.Errorf("guides: %v", got)
	}
	if got := completions(h, "ref/resource", "zerops://project/{project}", "project", "zzzz", nil); len(got) != 0 {
		t.Errorf("nothing fits, yet %v", got)
	}
}

func TestCompletionOffersIdsForEqualNames(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithProjects(150)) })
	byName := map[string]int{}
	for _, p := range all(h, "list_projects") {
		byName[p["name"].(string)]++
	}
	result, _ := ask(h, mcp.ProtocolVersion20251125, "completion/complete", map[string]any{
		"ref": map[string]any{"type": "ref/resource", "uri": "zerops://project/{project}"}, "argument": map[string]any{"name": "project", "value": ""},
	})
	values, _ := tooltest.Lookup(result, "completion.values").([]any)
	if len(values) != 100 || tooltest.Lookup(result, "completion.hasMore") != true {
		t.Errorf("%d values, hasMore %v", len(values), tooltest.Lookup(result, "completion.hasMore"))
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
	for name, change := range map[string]func(*tooltest.Setup){
		"no token":      func(s *tooltest.Setup) { s.Token = "" },
		"revoked token": func(s *tooltest.Setup) { s.Token = simulator.RevokedToken },
	} {
		h := tooltest.Start(t, change)
		for _, argument := range []string{"project", "service", "org", "nonsense"} {
			if got := completions(h, "ref/resource", "zerops://project/{project}/service/{service}", argument, "", nil); len(got) != 0 {
				t.Errorf("%s: %s offers %v", name, argument, got)
			}
		}
	}
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Status: 500, Body: "<html>broken</html>"})
	if got := completions(h, "ref/resource", "zerops://project/{project}", "project", "", nil); len(got) != 0 {
		t.Errorf("a broken API offers %v", got)
	}
	if got := completions(h, "ref/prompt", "no_such_prompt", "project", "", nil); len(got) != 0 {
		t.Errorf("an unknown prompt offers %v", got)
	}
}

// all pages through a list.
func all(h *tooltest.Harness, tool string) []map[string]any {
	h.T.Helper()
	var items []map[string]any
	cursor := ""
	for {
		a := tooltest.Args{}
		if cursor != "" {
			a["cursor"] = cursor
		}
		r := h.Call(tool, a)
		items = append(items, r.Items()...)
		next, more := r.Get("next_cursor").(string)
		if !more {
			return items
		}
		cursor = next
	}
}
