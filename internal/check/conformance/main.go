// Command conformance serves the fixture of the official conformance suite
// (@modelcontextprotocol/conformance) over this project's own transports. The
// suite calls tools, prompts and resources by fixed names; mounting them here
// leaves everything below them as it is in the product.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

func main() {
	ctx, stop := transport.SignalContext(context.Background())
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

// run serves until ctx ends. The address is written to stdout once it is served.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("conformance", flag.ContinueOnError)
	flags.SetOutput(stderr)
	listen := flags.String("listen", "127.0.0.1:0", "address to serve")
	stateless := flags.Bool("stateless", false, "keep nothing between requests")
	if err := flags.Parse(args); err != nil {
		return err
	}
	f := newFixture()
	return transport.ServeHTTP(ctx, transport.HTTPConfig{
		Server: f.server, HandleMessage: f.handleMessage, Listen: *listen, Stateless: *stateless,
		Auth: transport.AuthNone, SSE: true, Logger: slog.New(slog.NewTextHandler(stderr, nil)),
	}, func(address net.Addr) { fmt.Fprintf(stdout, "http://%s/mcp\n", address) })
}

// fixture is the server that the suite talks to.
type fixture struct {
	server *server.MCPServer
	key    []byte // signs request states
}

func newFixture() *fixture {
	hooks := &server.Hooks{}
	hooks.AddOnError(func(ctx context.Context, _ any, _ mcp.MCPMethod, message any, err error) {
		read, ok := message.(*mcp.ReadResourceRequest)
		if ok && errors.Is(err, server.ErrResourceNotFound) && server.IsModernRequest(ctx) {
			_ = refuse(ctx, mcp.INVALID_PARAMS, "there is no such resource", map[string]any{"uri": read.Params.URI})
		}
	})
	f := &fixture{key: []byte("a key of the fixture"), server: server.NewMCPServer("conformance-fixture", "1.0.0",
		server.WithHooks(hooks), server.WithToolCapabilities(true), server.WithResourceCapabilities(true, true), server.WithPromptCapabilities(true),
		server.WithLogging(), server.WithCompletions(), server.WithCacheHints(60_000, mcp.CacheScopePrivate))}
	f.addContent()
	f.addRuns()
	f.addQuestions()
	f.addRounds()
	f.addResources()
	f.addPrompts()
	return f
}

// refusal takes an error of a handler for which the library has no way.
type refusal struct{ details *mcp.JSONRPCErrorDetails }

type refusalKey struct{}

// handleMessage runs a message the way the product does, and lets handlers refuse
// a request with an error code of their choice.
func (f *fixture) handleMessage(ctx context.Context, s *server.MCPServer, message json.RawMessage) mcp.JSONRPCMessage {
	var r refusal
	answer := tools.HandleMessage(context.WithValue(ctx, refusalKey{}, &r), s, message)
	if failed, ok := answer.(mcp.JSONRPCError); ok && r.details != nil {
		failed.Error = *r.details
		return failed
	}
	return answer
}

// refuse makes the request of ctx fail with an error code.
func refuse(ctx context.Context, code int, message string, data any) error {
	if r, ok := ctx.Value(refusalKey{}).(*refusal); ok {
		details := mcp.NewJSONRPCErrorDetails(code, message, data)
		r.details = &details
	}
	return fmt.Errorf("refused: %s", message)
}

// tool adds a tool without arguments.
func (f *fixture) tool(name, description string, handle server.ToolHandlerFunc) {
	f.server.AddTool(mcp.NewTool(name, mcp.WithDescription(description)), handle)
}

// text is a result of one text.
func text(format string, args ...any) (*mcp.CallToolResult, error) {
	return mcp.NewToolResultText(fmt.Sprintf(format, args...)), nil
}
