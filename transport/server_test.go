package transport_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
)

const (
	objectSchema = `{"type":"object","properties":{}}`
	echoSchema   = `{"type":"object","properties":{"text":{"type":"string"}}}`
)

// probe is what the tools of a test server report about their calls.
type probe struct {
	started chan string   // names of calls that began
	ended   chan error    // cause of the end of contexts that a call waited for
	release chan struct{} // what calls of the tool stubborn wait for
}

func newProbe() *probe {
	return &probe{started: make(chan string, 4096), ended: make(chan error, 4096), release: make(chan struct{})}
}

// newServer returns a server whose tools behave in the ways that transports
// have to cope with.
func newServer(tb testing.TB, p *probe) *server.MCPServer {
	tb.Helper()
	s := server.NewMCPServer("transport-test", "0.0.1",
		server.WithToolCapabilities(false), server.WithResourceCapabilities(false, false), server.WithPromptCapabilities(false))
	add := func(name, schema string, handle server.ToolHandlerFunc) {
		s.AddTool(mcp.NewToolWithRawSchema(name, "A tool for tests.", []byte(schema)), handle)
	}

	add("echo", echoSchema, func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(r.GetString("text", "")), nil
	})
	// sleep takes the milliseconds given, or until its context ends.
	add("sleep", objectSchema, func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p.started <- "sleep"
		timer := time.NewTimer(time.Duration(r.GetInt("ms", 0)) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
			return mcp.NewToolResultText("slept"), nil
		case <-ctx.Done():
			p.ended <- context.Cause(ctx)
			return mcp.NewToolResultError("stopped"), nil
		}
	})
	// wait answers with its state as soon as serving is about to end.
	add("wait", objectSchema, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p.started <- "wait"
		select {
		case <-request.Draining(ctx):
			return mcp.NewToolResultText("still running"), nil
		case <-ctx.Done():
			p.ended <- context.Cause(ctx)
			return mcp.NewToolResultError("stopped"), nil
		}
	})
	// stubborn does not look at its context.
	add("stubborn", objectSchema, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p.started <- "stubborn"
		<-p.release
		return mcp.NewToolResultText("released"), nil
	})
	// progress sends the given number of progress notifications, the last right
	// before its result.
	add("progress", objectSchema, func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		for i := range r.GetInt("n", 3) {
			if err := sendProgress(ctx, r, i); err != nil {
				return mcp.NewToolResultError(err.Error()), nil
			}
		}
		return mcp.NewToolResultText("done"), nil
	})
	// chatty sends progress until it is released, whatever its context says.
	add("chatty", objectSchema, func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p.started <- "chatty"
		for i := 0; ; i++ {
			select {
			case <-p.release:
				return mcp.NewToolResultText("released"), nil
			default:
				_ = sendProgress(ctx, r, i)
				time.Sleep(time.Millisecond)
			}
		}
	})
	// late keeps sending progress after its result.
	add("late", objectSchema, func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		go func() {
			defer func() { p.ended <- nil }()
			for i := range 200 {
				_ = sendProgress(ctx, r, i)
			}
		}()
		return mcp.NewToolResultText("done"), nil
	})
	add("ask", objectSchema, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		p.started <- "ask"
		answer, err := s.RequestElicitation(ctx, mcp.ElicitationRequest{Params: mcp.ElicitationParams{
			Message: "Sure?", RequestedSchema: map[string]any{"type": "object", "properties": map[string]any{}},
		}})
		switch {
		case errors.Is(err, server.ErrElicitationNotSupported):
			return mcp.NewToolResultText("cannot ask"), nil
		case err != nil:
			p.ended <- err
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(string(answer.Action)), nil
	})
	// caller reports who the transport says makes the call.
	add("caller", objectSchema, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		caller, _ := request.CallerFrom(ctx)
		return mcp.NewToolResultText(caller.Label + ":" + caller.Token), nil
	})
	add("request_id", objectSchema, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		caller, _ := request.CallerFrom(ctx)
		return mcp.NewToolResultText(caller.RequestID), nil
	})
	add("panic", objectSchema, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		panic("canary-panic-value")
	})
	// unencodable returns a result that encoding/json refuses.
	add("unencodable", objectSchema, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultStructured(map[string]any{"x": func() {}}, "x"), nil
	})
	// client reports what the request knows about its client.
	add("client", objectSchema, func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		session, ok := server.ClientSessionFromContext(ctx).(server.SessionWithClientInfo)
		if !ok {
			return mcp.NewToolResultError("no session"), nil
		}
		return mcp.NewToolResultText(fmt.Sprintf("%s %s elicitation=%t modern=%t", server.RequestProtocolVersion(ctx),
			session.GetClientInfo().Name, session.GetClientCapabilities().Elicitation != nil, server.IsModernRequest(ctx))), nil
	})
	for i := range 30 {
		add(fmt.Sprintf("filler_%02d", i), `{"type":"object","properties":{"project":{"type":"string","description":"`+
			strings.Repeat("x", 150)+`"}},"additionalProperties":false}`,
			func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
				return mcp.NewToolResultText("x"), nil
			})
	}
	return s
}

func sendProgress(ctx context.Context, r mcp.CallToolRequest, i int) error {
	if r.Params.Meta == nil || r.Params.Meta.ProgressToken == nil {
		return errors.New("no progress token")
	}
	return server.ServerFromContext(ctx).SendNotificationToClient(ctx, "notifications/progress", map[string]any{
		"progressToken": r.Params.Meta.ProgressToken, "progress": i, "message": "step",
	})
}
