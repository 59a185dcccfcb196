package tools_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
)

// The short way of tool calls answers what the way through the library answers.
func TestCallsWithoutTheLibrary(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Toolsets = []string{"all"} } })
	params := func(name, arguments string) string {
		return `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"` + name + `","arguments":` + arguments + `}}`
	}
	for name, message := range map[string]string{
		"result":           params("describe_api", `{"operation":"GetProject"}`),
		"result of a list": params("list_projects", `{"limit":3}`),
		"failure":          params("get_project", `{"project":"no such project"}`),
		"characters":       params("get_project", `{"project":"\u00fc \ud83d\ude00 \"\\ <b>&"}`),
		"more characters":  params("validate_zerops_yaml", `{"yaml":"zerops:\n  - setup: \"\u00fc \ud83d\ude00\"\n\ta: \u2028\u007f\u0001"}`),
		"unknown argument": params("get_project", `{"projekt":"x"}`),
		"numbers":          params("list_projects", `{"limit":"3"}`),
		"image":            params("render_chart", `{"kind":"costs"}`),
		"no arguments":     `{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"whoami"}}`,
		"null arguments":   params("whoami", `null`),
		"list arguments":   params("whoami", `[1]`),
		"unknown tool":     params("no_such_tool", `{}`),
		"no tool":          `{"jsonrpc":"2.0","id":7,"method":"tools/call"}`,
		"wrong parameters": `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}`,
		"task":             `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"whoami","task":{"ttl":1}}}`,
		"no id":            `{"jsonrpc":"2.0","method":"tools/call","params":{"name":"whoami"}}`,
		"null id":          `{"jsonrpc":"2.0","id":null,"method":"tools/call","params":{"name":"whoami"}}`,
		"version 1":        `{"jsonrpc":"1.0","id":7,"method":"tools/call","params":{"name":"whoami"}}`,
		"newer revision": `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"whoami","arguments":{},"_meta":{` +
			`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`,
		"another method": `{"jsonrpc":"2.0","id":7,"method":"prompts/get","params":{"name":"tools/call"}}`,
		"list":           `{"jsonrpc":"2.0","id":7,"method":"tools/list"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := written(t, h.Server.HandleMessage(t.Context(), h.Server.MCP(), json.RawMessage(message)))
			want := written(t, tools.HandleMessage(t.Context(), h.Server.MCP(), json.RawMessage(message)))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %.600v\nwant %.600v", got, want)
			}
			if name == "characters" && !strings.Contains(string(mustJSON(t, got)), "😀") {
				t.Errorf("characters were lost: %s", mustJSON(t, got))
			}
		})
	}
}

// written is a message as it is sent, decoded again.
func written(t *testing.T, message mcp.JSONRPCMessage) any {
	t.Helper()
	if message == nil {
		return nil
	}
	var v any
	if err := json.Unmarshal(mustJSON(t, message), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
