package transport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// Whatever comes in, serving ends without a panic, every line that goes out is
// JSON with a version, and a message that follows is answered.
func FuzzStdioLine(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`,
		initializeLine("2025-03-26", `{"elicitation":{}}`) + "\n" + `[{"jsonrpc":"2.0","id":1,"method":"ping"},5,[],{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}]`,
		toolCall("1", "echo", `{"text":"x"}`) + "\n" + cancelLine("1"),
		modern("1", "server/discover", ""),
		`{"id":1,"id":2,"Method":"x","jsonrpc":"2.0"}`,
		`{"\u0069d":"\ud800","method":"tools/list","jsonrpc":"2.0"}`,
		"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}",
		`{"jsonrpc":"2.0","id":-0.0e-0,"method":"prompts/get","params":[]}`,
		`{"jsonrpc":"2.0","id":3,"result":{"action":"accept"}}`,
		"\xef\xbb\xbf{}\r\n\n  \n[[[[", strings.Repeat("[", 500),
		strings.Repeat(`{"id":7,"x":"`, 40),
	} {
		f.Add([]byte(seed))
	}
	s := echoServer()
	f.Fuzz(func(t *testing.T, input []byte) {
		var out bytes.Buffer
		in := append(bytes.Clone(input), "\n"+`{"jsonrpc":"2.0","id":"the end","method":"ping"}`...)
		err := transport.ServeStdio(t.Context(), s, transport.StdioConfig{
			In: bytes.NewReader(in), Out: &out, HandleMessage: tools.HandleMessage, MaxLine: 512, DrainTimeout: time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		ended := false
		for line := range strings.Lines(out.String()) {
			if !strings.HasSuffix(line, "\n") || !json.Valid([]byte(line)) {
				t.Fatalf("not a line of JSON: %q", line)
			}
			if !strings.Contains(line, `"jsonrpc":"2.0"`) {
				t.Fatalf("not a message: %q", line)
			}
			ended = ended || strings.Contains(line, `"id":"the end"`)
		}
		if !ended {
			t.Fatalf("the last message was not answered: %q", out.String())
		}
	})
}

// echoServer has one tool, which says what it is told.
func echoServer() *server.MCPServer {
	s := server.NewMCPServer("fuzz", "0")
	s.AddTool(mcp.NewToolWithRawSchema("echo", "x", []byte(echoSchema)),
		func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(r.GetString("text", "")), nil
		})
	return s
}
