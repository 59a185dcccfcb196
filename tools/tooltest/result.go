package tooltest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"
)

// Result is the outcome of a call as the client got it.
type Result struct {
	T       *testing.T
	tool    string
	IsError bool
	Raw     json.RawMessage
	Object  map[string]any
	Full    *mcp.CallToolResult
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

// Str is [Result.Get] for strings; it fails the test on anything else.
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

// Lookup returns what stands at a dotted path of a document; numbers index lists.
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
