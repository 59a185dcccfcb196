package tools_test

import (
	"context"
	"encoding/json"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// BenchmarkNew is what the tools add to the start of the server.
func BenchmarkNew(b *testing.B) {
	api, err := zerops.NewAPI(zerops.APIOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := tools.New(tool.Config{API: api, Credential: func(context.Context) request.Credential { return request.Credential{} }})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkToolsList is one tools/list, as the protocol library answers it.
func BenchmarkToolsList(b *testing.B) {
	api, err := zerops.NewAPI(zerops.APIOptions{})
	if err != nil {
		b.Fatal(err)
	}
	s, err := tools.New(tool.Config{API: api, Credential: func(context.Context) request.Credential { return request.Credential{} }})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		answer := tools.HandleMessage(b.Context(), s.MCP(), json.RawMessage(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
		if raw, err := json.Marshal(answer); err != nil || len(raw) < 10_000 {
			b.Fatalf("%d bytes, %v", len(raw), err)
		}
	}
}
