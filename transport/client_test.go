package transport_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	mcptransport "github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
)

// person answers questions with yes.
type person struct{ asked atomic.Int64 }

func (p *person) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	p.asked.Add(1)
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept}}, nil
}

// The library's own client works with both kinds of revisions over streamable
// HTTP, and over the older transport.
func TestHTTPWithTheLibraryClient(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		path, version string
		asks          bool
	}{
		"older revision":  {"/mcp", mcp.ProtocolVersion20251125, true},
		"newer revision":  {"/mcp", mcp.ProtocolVersion20260728, false},
		"older transport": {"/sse", mcp.ProtocolVersion20241105, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serveHTTP(t, newServer(t, newProbe()), withSSE)
			headers := map[string]string{"Authorization": "Bearer " + aliceToken}
			var (
				link mcptransport.Interface
				err  error
			)
			if tc.path == "/sse" {
				link, err = mcptransport.NewSSE(s.url+tc.path, mcptransport.WithHeaders(headers), mcptransport.WithHTTPClient(&http.Client{}))
			} else {
				link, err = mcptransport.NewStreamableHTTP(s.url+tc.path, mcptransport.WithHTTPHeaders(headers))
			}
			if err != nil {
				t.Fatal(err)
			}
			p := &person{}
			c := client.NewClient(link, client.WithElicitationHandler(p))
			t.Cleanup(func() { _ = c.Close() })
			if err := c.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			var progress atomic.Int64
			c.OnNotification(func(n mcp.JSONRPCNotification) {
				if n.Method == "notifications/progress" {
					progress.Add(1)
				}
			})
			hello := mcp.InitializeRequest{}
			hello.Params.ProtocolVersion = tc.version
			hello.Params.ClientInfo = mcp.Implementation{Name: "tester", Version: "1"}
			if _, err := c.Initialize(t.Context(), hello); err != nil {
				t.Fatal(err)
			}
			list, err := c.ListTools(t.Context(), mcp.ListToolsRequest{})
			if err != nil || len(list.Tools) < 30 {
				t.Fatalf("%d tools, %v", len(list.Tools), err)
			}
			call := func(tool string, arguments map[string]any) string {
				r := mcp.CallToolRequest{}
				r.Params.Name, r.Params.Arguments = tool, arguments
				r.Params.Meta = &mcp.Meta{ProgressToken: "p"}
				result, err := c.CallTool(t.Context(), r)
				if err != nil {
					t.Fatalf("%s: %v", tool, err)
				}
				text, _ := result.Content[0].(mcp.TextContent)
				return text.Text
			}
			if got := call("caller", nil); got != ":"+aliceToken {
				t.Errorf("the tool saw %q", got)
			}
			if got := call("progress", map[string]any{"n": 3}); got != "done" {
				t.Errorf("answered %q", got)
			}
			eventually(t, "three steps", func() bool { return progress.Load() == 3 })
			if tc.asks {
				if got := call("ask", nil); got != "accept" || p.asked.Load() != 1 {
					t.Errorf("answered %q, asked %d times", got, p.asked.Load())
				}
			}
		})
	}
}
