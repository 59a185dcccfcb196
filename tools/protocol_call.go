package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"unicode/utf8"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/tool"
)

// plainCall is a tools/call as clients of the older revisions send it.
type plainCall struct {
	Version string          `json:"jsonrpc"`
	Method  string          `json:"method"`
	ID      json.RawMessage `json:"id"`
	Params  struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
		Meta      struct {
			ProgressToken mcp.ProgressToken `json:"progressToken"`
			Version       json.RawMessage   `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
		Task json.RawMessage `json:"task"`
	} `json:"params"`
}

// HandleMessage runs one JSON-RPC message through m, which is s.MCP(), as the
// function of this name does, but answers tool calls of the older revisions
// without the library. The library reads each message about ten times: together
// with the writing of the result that is most of the time of a call that does not
// reach the API. Such a call has nothing that only the library knows: no era to
// find out, no schema that it checks, no middleware, no round trips.
func (s *Server) HandleMessage(ctx context.Context, m *server.MCPServer, message json.RawMessage) mcp.JSONRPCMessage {
	if m == s.mcp && bytes.Contains(message, []byte("tools/call")) {
		if answer, ok := s.callPlainly(ctx, message); ok {
			return answer
		}
	}
	return HandleMessage(ctx, m, message)
}

// callPlainly answers a tool call of the older revisions. It reports false for
// everything else, a tool that does not exist included.
func (s *Server) callPlainly(ctx context.Context, message json.RawMessage) (mcp.JSONRPCMessage, bool) {
	var plain plainCall
	if json.Unmarshal(message, &plain) != nil {
		return nil, false
	}
	params := &plain.Params
	if plain.Method != string(mcp.MethodToolsCall) || plain.Version != mcp.JSONRPC_VERSION || params.Meta.Version != nil || params.Task != nil {
		return nil, false
	}
	var id mcp.RequestId
	if len(plain.ID) == 0 || id.UnmarshalJSON(plain.ID) != nil || id.IsNil() {
		return nil, false
	}
	t := s.runner.Tool(params.Name)
	if t == nil {
		return nil, false
	}
	req := tool.Request{Progress: params.Meta.ProgressToken}
	if string(params.Arguments) != "null" {
		req.Args = params.Arguments
	}
	return mcp.NewJSONRPCResultResponse(id, tool.Fitting(tool.RevisionOf(ctx), plain.Method, prepare(s.runner.Serve(ctx, t, req)))), true
}

// prepare writes a result. Those of one text and its structured form, which are
// almost all, are put together from what is written already.
func prepare(result *mcp.CallToolResult) any {
	if len(result.Content) != 1 || result.Meta != nil || result.ResultType != "" {
		return result
	}
	text, ok := result.Content[0].(mcp.TextContent)
	structured, raw := result.StructuredContent.(json.RawMessage)
	if !ok || text.Annotations != nil || text.Meta != nil || (result.StructuredContent != nil && !raw) {
		return result
	}
	out := make([]byte, 0, 3*len(text.Text)+128)
	out = append(out, `{"content":[{"type":"text","text":`...)
	out = appendString(out, text.Text)
	out = append(out, "}]"...)
	if result.IsError {
		out = append(out, `,"isError":true`...)
	}
	if raw {
		out = append(out, `,"structuredContent":`...)
		out = append(out, structured...)
	}
	return tool.Prepared(append(out, '}'))
}

// appendString appends text as a JSON string.
func appendString(out []byte, text string) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			continue
		}
		if c >= utf8.RuneSelf {
			// Anything beyond ASCII is left to those who know all of it.
			quoted, err := json.Marshal(text[start:])
			if err != nil {
				quoted = []byte(`""`)
			}
			return append(out, quoted[1:]...)
		}
		out = append(out, text[start:i]...)
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, `\n`...)
		default:
			const digits = "0123456789abcdef"
			out = append(out, `\u00`...)
			out = append(out, digits[c>>4], digits[c&15])
		}
		start = i + 1
	}
	out = append(out, text[start:]...)
	return append(out, '"')
}
