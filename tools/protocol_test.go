package tools_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// ask sends one JSON-RPC request the way a transport does and returns its result
// or error as plain JSON values.
func (h *harness) ask(era, method string, params map[string]any) (result, failure map[string]any) {
	h.t.Helper()
	if params == nil {
		params = map[string]any{}
	}
	if mcp.IsModernProtocol(era) {
		params["_meta"] = map[string]any{
			"io.modelcontextprotocol/protocolVersion": era, "io.modelcontextprotocol/clientCapabilities": map[string]any{},
		}
	}
	message, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		h.t.Fatal(err)
	}
	raw, err := json.Marshal(tools.HandleMessage(h.t.Context(), h.server.MCP(), message))
	if err != nil {
		h.t.Fatal(err)
	}
	var answer struct{ Result, Error map[string]any }
	if err := json.Unmarshal(raw, &answer); err != nil {
		h.t.Fatal(err)
	}
	for _, secret := range h.sim.Secrets() {
		if len(secret) >= 6 && strings.Contains(string(raw), secret) {
			h.t.Errorf("%s: the answer holds a secret: %s", method, raw)
		}
	}
	return answer.Result, answer.Error
}

// read reads a resource that must exist.
func (h *harness) read(era, uri string) (content, full map[string]any) {
	h.t.Helper()
	result, failed := h.ask(era, "resources/read", map[string]any{"uri": uri})
	if failed != nil {
		h.t.Fatalf("%s: %v", uri, failed)
	}
	contents, _ := result["contents"].([]any)
	if len(contents) != 1 {
		h.t.Fatalf("%s: %d contents", uri, len(contents))
	}
	content, _ = contents[0].(map[string]any)
	return content, result
}

func TestResourcesShowWhatToolsShow(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			project := h.call("list_projects", args{"name_contains": "shop", "limit": 1}).items()[0]
			name, _ := project["name"].(string)
			service := h.call("list_services", args{"project": name, "limit": 1}).items()[0]
			for uri, want := range map[string]string{
				"zerops://projects":                                                     name,
				"zerops://project/" + project["id"].(string):                            name,
				"zerops://project/" + name:                                              name,
				"zerops://project/" + strings.ReplaceAll(name, " ", "%20"):              name,
				"zerops://project/" + name + "/service/" + service["hostname"].(string): service["id"].(string),
			} {
				content, full := h.read(era, uri)
				if !strings.Contains(content["text"].(string), want) || content["mimeType"] != "application/json" {
					t.Errorf("%s: %v", uri, content)
				}
				if mcp.IsModernProtocol(era) && (full["ttlMs"] != float64(0) || full["cacheScope"] != "private") {
					t.Errorf("%s may be kept: %v %v", uri, full["ttlMs"], full["cacheScope"])
				}
			}
			for _, topic := range []string{"overview", "zerops-yaml", "import-yaml", "environment", "deploy"} {
				content, full := h.read(era, "zerops://guide/"+topic)
				if text, _ := content["text"].(string); !strings.HasPrefix(text, "# ") || content["mimeType"] != "text/markdown" {
					t.Errorf("guide %s: %v", topic, content)
				}
				ttl, hinted := full["ttlMs"]
				if modern := mcp.IsModernProtocol(era); hinted != modern || modern && (ttl != float64(86_400_000) || full["cacheScope"] != "public") {
					t.Errorf("guide %s: ttlMs %v scope %v", topic, ttl, full["cacheScope"])
				}
			}
		})
	}
}

func TestResourceErrors(t *testing.T) {
	t.Parallel()
	unknown := map[string]float64{mcp.ProtocolVersion20251125: -32002, mcp.LATEST_PROTOCOL_VERSION: -32602}
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t)
			for _, row := range []struct {
				uri, code string
				rpc       float64
			}{
				{"zerops://nothing", "not_found", unknown[era]},
				{"https://example.com/", "not_found", unknown[era]},
				{"zerops://guide/deploi", "not_found", unknown[era]},
				{"zerops://guide/..%2Fprompts", "not_found", unknown[era]},
				{"zerops://project/no-such-project", "not_found", unknown[era]},
				{"zerops://project/" + strings.Repeat("A", 22), "not_found", unknown[era]},
				{"zerops://project/..%2F..%2Fuser", "invalid_arguments", -32602},
			} {
				result, failed := h.ask(era, "resources/read", map[string]any{"uri": row.uri})
				if result != nil || failed["code"] != row.rpc {
					t.Errorf("%s: result %v, error %v, want %v", row.uri, result, failed, row.rpc)
					continue
				}
				if got := lookup(failed, "data.error.code"); got != row.code {
					t.Errorf("%s: code %v, want %s", row.uri, got, row.code)
				}
				if got, _ := lookup(failed, "data.uri").(string); got == "" {
					t.Errorf("%s: data.uri is missing: %v", row.uri, failed)
				}
			}
			if _, failed := h.ask(era, "resources/read", map[string]any{"uri": "zerops://guide/deploi"}); !strings.Contains(failed["message"].(string), `"deploy"`) {
				t.Errorf("the closest guide is not named: %v", failed)
			}
		})
	}
}

func TestResourcesTellWhyTheTokenFails(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.token = simulator.RevokedToken })
	_, failed := h.ask(mcp.ProtocolVersion20251125, "resources/read", map[string]any{"uri": "zerops://projects"})
	if failed["code"] != float64(-32603) || lookup(failed, "data.error.code") != "unauthorized" {
		t.Errorf("got %v", failed)
	}
}

// TestListsNeedNoNetwork also proves the capabilities: nothing that this server
// does not do is announced.
func TestListsNeedNoNetwork(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) { s.token = "" })
		for method, member := range map[string]string{
			"tools/list": "tools", "resources/list": "resources", "resources/templates/list": "resourceTemplates", "prompts/list": "prompts",
		} {
			result, failed := h.ask(era, method, nil)
			if failed != nil {
				t.Fatalf("%s: %v", method, failed)
			}
			items, _ := result[member].([]any)
			if len(items) == 0 {
				t.Errorf("%s is empty", method)
			}
			for _, item := range items {
				if object, _ := item.(map[string]any); object["description"] == nil {
					t.Errorf("%s: no description: %v", method, item)
				}
			}
			if mcp.IsModernProtocol(era) && result["ttlMs"] != float64(3_600_000) {
				t.Errorf("%s: ttlMs %v", method, result["ttlMs"])
			}
			again, _ := h.ask(era, method, nil)
			first, _ := json.Marshal(result)
			second, _ := json.Marshal(again)
			if string(first) != string(second) {
				t.Errorf("%s differs from call to call", method)
			}
		}
		if n := len(h.sim.Requests()); n != 0 {
			t.Errorf("listing made %d requests", n)
		}
	}
	h := start(t)
	result, failed := h.ask(mcp.LATEST_PROTOCOL_VERSION, "server/discover", nil)
	if failed != nil {
		t.Fatal(failed)
	}
	capabilities, _ := result["capabilities"].(map[string]any)
	var names []string
	for name := range capabilities {
		names = append(names, name)
	}
	slices.Sort(names)
	if got := strings.Join(names, " "); got != "completions prompts resources tools" {
		t.Errorf("capabilities: %s", got)
	}
	if result["ttlMs"] != float64(3_600_000) {
		t.Errorf("discover: ttlMs %v", result["ttlMs"])
	}
}

func TestReadingIsWithinTheScope(t *testing.T) {
	t.Parallel()
	h := start(t)
	ids := h.call("list_projects", nil).items()
	inside, outside := ids[0]["id"].(string), ids[1]["id"].(string)
	h = start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{inside} } })
	h.read(mcp.ProtocolVersion20251125, "zerops://project/"+inside)
	_, failed := h.ask(mcp.ProtocolVersion20251125, "resources/read", map[string]any{"uri": "zerops://project/" + outside})
	if lookup(failed, "data.error.code") != "out_of_scope" {
		t.Errorf("got %v", failed)
	}
	content, _ := h.read(mcp.ProtocolVersion20251125, "zerops://projects")
	if strings.Contains(content["text"].(string), outside) {
		t.Error("the list shows a project outside the scope")
	}
	values := h.completions("ref/resource", "zerops://project/{project}", "project", "", nil)
	if len(values) != 1 {
		t.Errorf("completion offers %v", values)
	}
}

func TestResourcesFollowTheVisibleTools(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.ExcludeTools = []string{"get_project", "list_projects"} }
	})
	for _, uri := range []string{"zerops://projects", "zerops://project/x"} {
		if _, failed := h.ask(mcp.ProtocolVersion20251125, "resources/read", map[string]any{"uri": uri}); lookup(failed, "data.error.code") != "not_found" {
			t.Errorf("%s: %v", uri, failed)
		}
	}
}
