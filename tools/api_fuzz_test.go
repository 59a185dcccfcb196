package tools

import (
	"testing"
	"time"

	"zerops-mcp/zerops"
)

// FuzzJQ runs whatever program is let through: it ends in time, and its result
// is bounded.
func FuzzJQ(f *testing.F) {
	for _, seed := range []string{
		".items[] | {id, name}", "[.. | strings]", ".items | group_by(.name) | map({n: length})", `"\(.a)\(.b)"`, "def f: f; f", "[.,.] | [.,.] | tojson",
		"if . then .a else .b end", ".a as $x | $x", "reduce .[] as $i (0; . + $i)", "@csv", "-.a", ".a?.b[1:]", "try error(1) catch .", "{(.a): 1}", "limit(3; .items[])",
	} {
		f.Add(seed)
	}
	input := map[string]any{"a": "text", "b": []any{"x", "y"}, "items": []any{map[string]any{"id": "1", "name": "n"}, map[string]any{"id": "2", "name": nil}}}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1_000 {
			return // the schema of the argument
		}
		program, err := parseJQ(text)
		if err != nil || program == nil {
			return
		}
		started := time.Now()
		_, _ = program.run(t.Context(), input, 120)
		if took := time.Since(started); took > jqTime+time.Second {
			t.Errorf("%q took %s", text, took)
		}
	})
}

// FuzzAPIBody checks bodies of any form against the deepest shape there is.
func FuzzAPIBody(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"sslEnabled":true,"domains":["a.example.com"],"locations":[{"path":"/","port":8080,"serviceStackId":"AAAAAAAAAAAAAAAAAAAAAA","config":{"redirect":null}}]}`,
		`[]`, `null`, `"x"`, `{"locations":{"path":1}}`, `{"domains":"a"}`, `{"locations":[[[]]]}`, `{"sslEnabled":"yes"`,
	} {
		f.Add(seed)
	}
	var details zerops.Details
	detail, err := details.Of(zerops.PutPublicHttpRouting)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := &apiRequest{op: zerops.PutPublicHttpRouting, detail: detail}
		var check checker
		r.checkBody(&check, text)
		if len(check.problems) > 0 {
			return
		}
		for _, field := range detail.Body.Fields {
			if field.Required && r.body[field.Name] == nil {
				t.Errorf("%q passed without %s", text, field.Name)
			}
		}
	})
}
