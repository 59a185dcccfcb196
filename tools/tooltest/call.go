package tooltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"

)

// Args are the arguments of a call.
type Args map[string]any

// Result is the outcome of a call as the client got it.
type Result struct {
	T       *testing.T
	tool    string
	IsError bool
	Raw     json.RawMessage
	Object  map[string]any
	Full    *mcp.CallToolResult
}

// Call runs a tool through the client and checks what every result must hold: a
// text part equal to the structured content, valid against the output schema, or
// an error envelope; never a seeded secret.
func (h *Harness) Call(tool string, a Args) Result {
	h.T.Helper()
	request := mcp.CallToolRequest{}
	request.Params.Name = tool
	if a != nil {
		request.Params.Arguments = map[string]any(a)
	}
	got, err := h.Client.CallTool(h.T.Context(), request)
	if err != nil {
		h.T.Fatalf("%s: protocol error: %v", tool, err)
	}
	r := Result{T: h.T, tool: tool, IsError: got.IsError, Full: got}
	if len(got.Content) == 0 {
		h.T.Fatalf("%s: no content", tool)
	}
	text, ok := got.Content[0].(mcp.TextContent)
	if !ok {
		h.T.Fatalf("%s: the first part is %T", tool, got.Content[0])
	}
	if len(got.Content) > 1 {
		return r // a picture
	}
	r.Raw = json.RawMessage(text.Text)
	if err := json.Unmarshal(r.Raw, &r.Object); err != nil {
		h.T.Fatalf("%s: the text part is not JSON: %v\n%s", tool, err, text.Text)
	}
	if len(r.Raw) > 24_000 {
		h.T.Errorf("%s: the result has %d bytes", tool, len(r.Raw))
	}
	if got.IsError || !SecretsAllowed(tool) {
		h.CheckSecrets("the result of "+tool, r.Raw)
	}
	if got.IsError {
		if got.StructuredContent != nil {
			h.T.Errorf("%s: an error has structured content", tool)
		}
		return r
	}
	h.checkOutput(r, got)
	return r
}

// SecretsAllowed reports whether the result of a tool is a secret itself.
func SecretsAllowed(tool string) bool { return tool == "reveal_env" || tool == "get_backup_link" }

func (h *Harness) checkOutput(r Result, got *mcp.CallToolResult) {
	h.T.Helper()
	structured, err := json.Marshal(got.StructuredContent)
	if err != nil {
		h.T.Fatal(err)
	}
	if !sameJSON(h.T, structured, r.Raw) {
		h.T.Errorf("%s: structured content and text differ", r.tool)
	}
	var schema json.RawMessage
	for _, info := range h.Server.Listed() {
		if info.Name == r.tool {
			schema = info.Output
		}
	}
	if schema == nil {
		h.T.Fatalf("%s has no output schema", r.tool)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		h.T.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("out.json", doc); err != nil {
		h.T.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.Raw))
	if err != nil {
		h.T.Fatal(err)
	}
	if err := compiler.MustCompile("out.json").Validate(value); err != nil {
		h.T.Errorf("%s: the result does not fit its schema: %v\n%s", r.tool, err, r.Raw)
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

// Ok fails the test unless the call succeeded.
func (r Result) Ok() Result {
	r.T.Helper()
	if r.IsError {
		r.T.Fatalf("%s failed: %s", r.tool, r.Raw)
	}
	return r
}

// Fails checks the error code and returns the error object.
func (r Result) Fails(code string) map[string]any {
	r.T.Helper()
	if !r.IsError {
		r.T.Fatalf("%s succeeded, want error %s: %s", r.tool, code, r.Raw)
	}
	e, _ := r.Object["error"].(map[string]any)
	if e["code"] != code {
		r.T.Fatalf("%s: error code %v, want %s: %s", r.tool, e["code"], code, r.Raw)
	}
	return e
}

// Status checks the status of a change.
func (r Result) Status(want string) Result {
	r.T.Helper()
	if got := r.Ok().Get("status"); got != want {
		r.T.Fatalf("%s: status %v, want %s: %s", r.tool, got, want, r.Raw)
	}
	return r
}

// Get returns a member by its dotted path; numbers index lists.
func (r Result) Get(path string) any {
	r.T.Helper()
	return Lookup(r.Object, path)
}

// Str is get for strings; it fails the test on anything else.
func (r Result) Str(path string) string {
	r.T.Helper()
	s, ok := r.Get(path).(string)
	if !ok {
		r.T.Fatalf("%s: %s is %v, want a string: %s", r.tool, path, r.Get(path), r.Raw)
	}
	return s
}

// Items returns the items of a list.
func (r Result) Items() []map[string]any {
	r.T.Helper()
	list, ok := r.Ok().Object["items"].([]any)
	if !ok {
		r.T.Fatalf("%s: no items: %s", r.tool, r.Raw)
	}
	out := make([]map[string]any, 0, len(list))
	for _, item := range list {
		object, _ := item.(map[string]any)
		out = append(out, object)
	}
	return out
}

// Lookup returns a member of a decoded value by its dotted path.
func Lookup(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			v = node[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}

// Confirmed runs a destructive call in its two steps.
func (h *Harness) Confirmed(tool string, a Args) Result {
	h.T.Helper()
	first := h.Call(tool, a).Status("confirmation_required")
	again := Args{"confirm": first.Str("confirm")}
	maps.Copy(again, a)
	return h.Call(tool, again)
}
