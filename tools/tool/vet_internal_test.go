package tool

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// TestHandlersThatForgetSendNothing runs handlers that ask nobody, or plan less than
// they do: the request is refused on its way out.
func TestHandlersThatForgetSendNothing(t *testing.T) {
	t.Parallel()
	var writes atomic.Int32
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			writes.Add(1)
		}
		_, _ = io.WriteString(w, `{"id":"AAAAAAAAAAAAAAAAAAAAAA","name":"x","tagList":[]}`)
	}))
	defer platform.Close()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: platform.URL})
	if err != nil {
		t.Fatal(err)
	}
	const id = "AAAAAAAAAAAAAAAAAAAAAA"
	for name, test := range map[string]struct {
		can, plans zerops.Consequence // 0 plans nothing
		op         zerops.Operation
		sent       bool
	}{
		"asks nobody":            {zerops.Stops, 0, zerops.PutServiceStackStop, false},
		"asks nobody to restart": {zerops.Changes, 0, zerops.PutServiceStackRestart, false},
		"makes a backup":         {zerops.Copies, 0, zerops.PostServiceStackBackup, true},
		"plans less":             {zerops.Stops, zerops.Changes, zerops.PutServiceStackStop, false},
		"plans what it does":     {zerops.Stops, zerops.Stops, zerops.PutServiceStackStop, true},
		"plans more":             {zerops.Stops, zerops.Stops, zerops.PutServiceStackReload, true},
		"says that it reads":     {0, zerops.Changes, zerops.PutServiceStackReload, false},
	} {
		spec := Spec{Name: "forgetful", Toolset: "x", Standard: true, Effect: zerops.Destroys, Can: test.can}
		if test.can == 0 {
			spec.Effect = zerops.Reads
		}
		forgetful := &Tool{Spec: spec, input: &Schema{Type: "object"}}
		forgetful.once.Do(func() {})
		forgetful.run = func(ctx context.Context, c *Call, _ json.RawMessage) (any, error) {
			if test.plans != 0 {
				if _, err := Confirm(ctx, c, func(context.Context) (bool, *Plan, error) {
					return true, &Plan{Summary: "x", Does: test.plans, In: []string{id}}, nil
				}); err != nil {
					return nil, err
				}
			}
			_, err := c.API.Do(ctx, zerops.Call{Operation: test.op, Path: []string{id}, Body: struct{}{}})
			return map[string]bool{"ok": err == nil}, err
		}
		r, err := NewRunner(Config{
			API: api, Confirm: ConfirmNever, Credential: func(context.Context) request.Credential { return request.Credential{Token: "obviously-fake-token"} },
		}, []*Tool{forgetful}, Guard{
			Request:   func(context.Context, *Call, zerops.Call) error { return nil },
			Arguments: func(context.Context, *Call, json.RawMessage) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		before := writes.Load()
		got := r.Serve(t.Context(), forgetful, Request{Args: json.RawMessage(`{}`)})
		text, _ := got.Content[0].(mcp.TextContent)
		if sent := writes.Load() > before; sent != test.sent || !sent && !strings.Contains(text.Text, `"code":"internal"`) {
			t.Errorf("%s: sent is %v: %s", name, sent, text.Text)
		}
	}
}
