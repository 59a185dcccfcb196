package tools_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// ask sends one JSON-RPC request the way a transport does and returns its result
// or error as plain JSON values.
func ask(h *tooltest.Harness, era, method string, params map[string]any) (result, failure map[string]any) {
	h.T.Helper()
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
		h.T.Fatal(err)
	}
	raw, err := json.Marshal(tools.HandleMessage(h.T.Context(), h.Server.MCP(), message))
	if err != nil {
		h.T.Fatal(err)
	}
	var answer struct{ Result, Error map[string]any }
	if err := json.Unmarshal(raw, &answer); err != nil {
		h.T.Fatal(err)
	}
	for _, secret := range h.Sim.Secrets() {
		if len(secret) >= 6 && strings.Contains(string(raw), secret) {
			h.T.Errorf("%s: the answer holds a secret: %s", method, raw)
		}
	}
	return answer.Result, answer.Error
}

// read reads a resource that must exist.
func read(h *tooltest.Harness, era, uri string) (content, full map[string]any) {
	h.T.Helper()
	result, failed := ask(h, era, "resources/read", map[string]any{"uri": uri})
	if failed != nil {
		h.T.Fatalf("%s: %v", uri, failed)
	}
	contents, _ := result["contents"].([]any)
	if len(contents) != 1 {
		h.T.Fatalf("%s: %d contents", uri, len(contents))
	}
	content, _ = contents[0].(map[string]any)
	return content, result
}

func TestResourcesShowWhatToolsShow(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t)
			project := h.Call("list_projects", tooltest.Args{"name_contains": "shop", "limit": 1}).Items()[0]
			name, _ := project["name"].(string)
			service := h.Call("list_services", tooltest.Args{"project": name, "limit": 1}).Items()[0]
			for uri, want := range map[string]string{
				"zerops://projects":                                                     name,
				"zerops://project/" + project["id"].(string):                            name,
				"zerops://project/" + name:                                              name,
				"zerops://project/" + strings.ReplaceAll(name, " ", "%20"):              name,
				"zerops://project/" + name + "/service/" + service["hostname"].(string): service["id"].(string),
			} {
				content, full := read(h, era, uri)
				if !strings.Contains(content["text"].(string), want) || content["mimeType"] != "application/json" {
					t.Errorf("%s: %v", uri, content)
				}
				if mcp.IsModernProtocol(era) && (full["ttlMs"] != float64(0) || full["cacheScope"] != "private") {
					t.Errorf("%s may be kept: %v %v", uri, full["ttlMs"], full["cacheScope"])
				}
			}
			for _, topic := range []string{"overview", "zerops-yaml", "import-yaml", "environment", "deploy"} {
				content, full := read(h, era, "zerops://guide/"+topic)
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
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t)
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
				result, failed := ask(h, era, "resources/read", map[string]any{"uri": row.uri})
				if result != nil || failed["code"] != row.rpc {
					t.Errorf("%s: result %v, error %v, want %v", row.uri, result, failed, row.rpc)
					continue
				}
				if got := tooltest.Lookup(failed, "data.error.code"); got != row.code {
					t.Errorf("%s: code %v, want %s", row.uri, got, row.code)
				}
				if got, _ := tooltest.Lookup(failed, "data.uri").(string); got == "" {
					t.Errorf("%s: data.uri is missing: %v", row.uri, failed)
				}
			}
			if _, failed := ask(h, era, "resources/read", map[string]any{"uri": "zerops://guide/deploi"}); !strings.Contains(failed["message"].(string), `"deploy"`) {
				t.Errorf("the closest guide is not named: %v", failed)
			}
		})
	}
}

func TestResourcesTellWhyTheTokenFails(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.RevokedToken })
	_, failed := ask(h, mcp.ProtocolVersion20251125, "resources/read", map[string]any{"uri": "zerops://projects"})
	if failed["code"] != float64(-32603) || tooltest.Lookup(failed, "data.error.code") != "unauthorized" {
		t.Errorf("got %v", failed)
	}
}

// TestListsNeedNoNetwork also proves the capabilities: nothing that this server
// does not do is announced.
func TestListsNeedNoNetwork(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = "" })
		for method, member := range map[string]string{
			"tools/list": "tools", "resources/list": "resources", "resources/templates/list": "resourceTemplates", "prompts/list": "prompts",
		} {
			result, failed := ask(h, era, method, nil)
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
			again, _ := ask(h, era, method, nil)
			first, _ := json.Marshal(result)
			second, _ := json.Marshal(again)
			if string(first) != string(second) {
				t.Errorf("%s differs from call to call", method)
			}
		}
		if n := len(h.Sim.Requests()); n != 0 {
			t.Errorf("listing made %d requests", n)
		}
	}
	h := tooltest.Start(t)
	result, failed := ask(h, mcp.LATEST_PROTOCOL_VERSION, "server/discover", nil)
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
	h := tooltest.Start(t)
	ids := h.Call("list_projects", nil).Items()
	inside, outside := ids[0]["id"].(string), ids[1]["id"].(string)
	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{inside} } })
	read(h, mcp.ProtocolVersion20251125, "zerops://project/"+inside)
	_, failed := ask(h, mcp.ProtocolVersion20251125, "resources/read", map[string]any{"uri": "zerops://project/" + outside})
	if tooltest.Lookup(failed, "data.error.code") != "out_of_scope" {
		t.Errorf("got %v", failed)
	}
	content, _ := read(h, mcp.ProtocolVersion20251125, "zerops://projects")
	if strings.Contains(content["text"].(string), outside) {
		t.Error("the list shows a project outside the scope")
	}
	values := completions(h, "ref/resource", "zerops://project/{project}", "project", "", nil)
	if len(values) != 1 {
		t.Errorf("completion offers %v", values)
	}
}

func TestResourcesFollowTheVisibleTools(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.ExcludeTools = []string{"get_project", "list_projects"} }
	})
	for _, uri := range []string{"zerops://projects", "zerops://project/x"} {
		if _, failed := ask(h, mcp.ProtocolVersion20251125, "resources/read", map[string]any{"uri": uri}); tooltest.Lookup(failed, "data.error.code") != "not_found" {
			t.Errorf("%s: %v", uri, failed)
		}
	}
}
