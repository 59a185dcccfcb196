package transport_test

import (
	"context"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/transport"
	"zerops-mcp/zerops"
)

// TestFailedResourcesKeepTheirCode: the protocol library turns every failed
// resource and prompt into an internal error, so each transport has to go through
// tools.HandleMessage.
func TestFailedResourcesKeepTheirCode(t *testing.T) {
	t.Parallel()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := tools.New(tool.Config{API: api, Version: "test", Credential: func(context.Context) request.Credential { return request.Credential{} }})
	if err != nil {
		t.Fatal(err)
	}
	const guide = "zerops://guide/nothing"
	check := func(where string, got message, code int, data string) {
		t.Helper()
		if got.code() != code || !strings.Contains(string(got.Error.Data), data) {
			t.Errorf("%s: got %s, want code %d with %s", where, got.raw, code, data)
		}
	}
	legacy := `{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"` + guide + `"}}`
	prompt := `{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"nothing"}}`

	c := serveStdio(t, s.MCP(), nil)
	c.initialize("2025-11-25", "{}")
	c.send(legacy)
	check("stdio", c.next(), -32002, `"uri":"`+guide+`"`)
	c.send(prompt)
	check("stdio prompt", c.next(), -32602, `"not_found"`)
	c.send(modern("3", "resources/read", `"uri":"`+guide+`",`))
	check("stdio modern", c.next(), -32602, `"not_found"`)

	for _, stateless := range []bool{false, true} {
		site := serveHTTP(t, s.MCP(), func(cfg *transport.HTTPConfig) { cfg.Stateless = stateless })
		session := site.initialize(aliceToken, "2025-11-25", "{}")
		check("http", site.one(legacy, session), -32002, `"uri":"`+guide+`"`)
		check("http prompt", site.one(prompt, session), -32602, `"not_found"`)
		_, answers := site.post(modern("4", "resources/read", `"uri":"`+guide+`",`), modernHeader("resources/read", guide))
		if len(answers) != 1 {
			t.Fatalf("%d answers", len(answers))
		}
		check("http modern", answers[0], -32602, `"uri":"`+guide+`"`)
	}
}
