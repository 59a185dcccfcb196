package same

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// allTools lists every tool there is.
func allTools(t *testing.T) []tools.ToolInfo {
	t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	server, err := tools.New(tool.Config{
		API: api, Toolsets: []string{"all"}, AllowSecrets: true,
		Credential: func(context.Context) request.Credential { return request.Credential{} },
	})
	if err != nil {
		t.Fatal(err)
	}
	return server.Listed()
}

// works reports whether a call ends well.
func (c call) works() bool {
	return slices.Contains([]string{"", "done", "unchanged", "ACTIVE", "FINISHED"}, c.Ends)
}

// TestEveryToolHasACall: a tool without a call that works could change its answers
// unnoticed, and one that can be confirmed its question.
func TestEveryToolHasACall(t *testing.T) {
	t.Parallel()
	calls, err := readCalls(callTable)
	if err != nil {
		t.Fatal(err)
	}
	has := func(fits func(call) bool) bool { return slices.ContainsFunc(calls, fits) }
	for _, tool := range allTools(t) {
		if !has(func(c call) bool { return c.Tool == tool.Name && c.works() }) {
			t.Errorf("%s has no call that works in testdata/calls.json", tool.Name)
		}
		var input struct {
			Properties map[string]json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(tool.Input, &input); err != nil {
			t.Fatal(err)
		}
		_, confirms := input.Properties["confirm"]
		if (confirms || tool.Effect == zerops.Destroys.String()) && !has(func(c call) bool { return c.Tool == tool.Name && c.Confirms }) {
			t.Errorf("%s has no call that wants a confirmation", tool.Name)
		}
	}
	for _, code := range []string{
		"invalid_arguments", "not_found", "out_of_scope", "read_only", "secret_withheld", "unauthorized", "forbidden", "blocked", "conflict", "confirmation_invalid",
	} {
		if !has(func(c call) bool { return c.Ends == code }) {
			t.Errorf("no call ends with %s", code)
		}
	}
}

// TestCallsNameWhatThereIs: every name in the table is one of the simulated account
// or was kept before.
func TestCallsNameWhatThereIs(t *testing.T) {
	t.Parallel()
	a, err := openAccount(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	calls, err := readCalls(callTable)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range calls {
		known := names{account: a, kept: map[string]any{}}
		for _, p := range c.Before {
			if _, err := known.step(p.step); err != nil {
				t.Errorf("%s: %v", c.Key, err)
			}
			if p.Keep != "" {
				known.kept[p.Keep] = "kept"
			}
		}
		filled, err := known.step(c.step)
		if err != nil {
			t.Errorf("%s: %v", c.Key, err)
		}
		if text, err := json.Marshal(filled); err != nil || strings.Contains(string(text), "${") {
			t.Errorf("%s: %s, %v", c.Key, text, err)
		}
		if c.Confirms && (c.Flags != nil || c.Args == nil) {
			t.Errorf("%s: a call that is confirmed has arguments and the usual flags", c.Key)
		}
	}
	if _, err := (names{account: a}).text("${project:nobody's}"); err == nil {
		t.Error("a project that does not exist has an id")
	}
}

func TestTableOfCallsIsChecked(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`{"calls":[{"key":"a","tool":"b"},{"key":"a","tool":"c"}]}`: "not the only one",
		`{"calls":[{"tool":"b"}]}`:                                  "missing",
		`{"calls":[{"key":"a","tol":"b"}]}`:                         "tol",
	} {
		if _, err := readCalls([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	// A call that fails unnoticed on both sides is noticed.
	err := checkEnds([]call{{Key: "a", step: step{Tool: "b"}, Ends: "done"}}, map[string]string{"a": "not_found"})
	if err == nil || !strings.Contains(err.Error(), `a ended with "not_found", not with "done"`) {
		t.Errorf("a call that ends in another way: %v", err)
	}
}
