package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

// protocolFailure is the failure of a request that has no tool result to carry
// it: the reading of a resource, or a prompt.
type protocolFailure struct {
	failure json.RawMessage // what a tool result has as its error
	code    string          // of the failure
	message string
	uri     string // of the resource, where there is one
}

// Error returns the failure's message.
func (p *protocolFailure) Error() string { return p.message }

// protocolFail wraps a failure for an answer without tool result.
func protocolFail(f *tool.Failure, uri string) *protocolFailure {
	raw, err := tool.Marshal(f)
	if err != nil {
		raw = json.RawMessage(`{"code":"internal","message":"the error could not be written"}`)
	}
	return &protocolFailure{failure: raw, code: f.Code, message: f.Message, uri: uri}
}

// details is the member error of the JSON-RPC answer. Resources that do not
// exist have a code of their own up to 2025-11-25.
func (p *protocolFailure) details(modern bool) mcp.JSONRPCErrorDetails {
	data := map[string]any{"error": p.failure}
	if p.uri != "" {
		data["uri"] = p.uri
	}
	code := mcp.INTERNAL_ERROR
	switch p.code {
	case request.CodeNotFound:
		code = mcp.INVALID_PARAMS
		if p.uri != "" && !modern {
			code = mcp.RESOURCE_NOT_FOUND
		}
	case request.CodeInvalidArguments, request.CodeAmbiguous:
		code = mcp.INVALID_PARAMS
	}
	return mcp.NewJSONRPCErrorDetails(code, p.message, data)
}

// answerSlot takes what the library's hooks know of one request to whoever writes
// its answer.
type answerSlot struct {
	failed *protocolFailure
	list   *listCache // set when the answer is the whole list of tools
	method mcp.MCPMethod
}

type answerSlotKey struct{}

// HandleMessage runs one JSON-RPC message through a protocol server that [New]
// has made. Transports call it in place of the server's own method, which turns
// every failed resource and prompt into a bare internal error.
func HandleMessage(ctx context.Context, s *server.MCPServer, message json.RawMessage) mcp.JSONRPCMessage {
	slot := &answerSlot{}
	answer := s.HandleMessage(context.WithValue(ctx, answerSlotKey{}, slot), message)
	if failed, ok := answer.(mcp.JSONRPCError); ok && slot.failed != nil {
		failed.Error = slot.failed.details(isModern(message))
		return failed
	}
	if answered, ok := answer.(mcp.JSONRPCResponse); ok {
		revision := mcp.LATEST_PROTOCOL_VERSION
		if !isModern(message) {
			revision = tool.RevisionOf(ctx)
		}
		if first, ok := answered.Result.(mcp.InitializeResult); ok {
			revision = first.ProtocolVersion
		}
		if slot.list != nil {
			answered.Result = slot.list.result(revision, answered.Result)
		} else {
			answered.Result = tool.Fitting(revision, string(slot.method), answered.Result)
		}
		return answered
	}
	return answer
}

// listCache keeps the written list of tools for each revision. The list never
// changes while the server runs, and writing it is most of its cost. Transports
// know only the revisions that there are.
type listCache struct {
	mu      sync.Mutex
	written map[string]tool.Prepared
}

func (l *listCache) result(revision string, result any) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.written[revision] == nil {
		raw, err := json.Marshal(tool.Fitting(revision, string(mcp.MethodToolsList), result))
		if err != nil {
			return result
		}
		l.written[revision] = raw
	}
	return l.written[revision]
}

// isModern reports whether a request says its protocol revision itself, as those
// since 2026-07-28 do.
func isModern(message json.RawMessage) bool {
	var request struct {
		Params struct {
			Meta map[string]json.RawMessage `json:"_meta"`
		} `json:"params"`
	}
	return json.Unmarshal(message, &request) == nil && request.Params.Meta["io.modelcontextprotocol/protocolVersion"] != nil
}

// noteMethod keeps what a request is for whoever writes its answer.
func noteMethod(ctx context.Context, method mcp.MCPMethod) {
	if slot, ok := ctx.Value(answerSlotKey{}).(*answerSlot); ok {
		slot.method = method
	}
}

// noteFailure is the library's error hook.
func noteFailure(ctx context.Context, _ any, method mcp.MCPMethod, message any, err error) {
	slot, ok := ctx.Value(answerSlotKey{}).(*answerSlot)
	if !ok {
		return
	}
	var failed *protocolFailure
	switch {
	case errors.As(err, &failed):
		slot.failed = failed
	case errors.Is(err, server.ErrResourceNotFound):
		if asked, ok := message.(*mcp.ReadResourceRequest); ok {
			slot.failed = protocolFail(&tool.Failure{
				Code: request.CodeNotFound, Message: fmt.Sprintf("there is no resource %q", tool.Clean(asked.Params.URI, 200)),
				Hint: "resources/list and resources/templates/list show what there is.",
			}, tool.Clean(asked.Params.URI, 500))
		}
	case errors.Is(err, server.ErrPromptNotFound):
		if request, ok := message.(*mcp.GetPromptRequest); ok {
			slot.failed = protocolFail(unknownPrompt(request.Params.Name), "")
		}
	case method == mcp.MethodPromptsGet || method == mcp.MethodResourcesRead:
		slot.failed = protocolFail(&tool.Failure{Code: request.CodeInternal, Message: "an error that this server did not expect", Hint: "This is a defect of zerops-mcp; its log has the details."}, "")
	}
}
