package api

import (
	"testing"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// FuzzJQ runs whatever program is let through: it ends in time, and what it gives
// has grown no more than was foreseen, which is what keeps large answers in bounds.
func FuzzJQ(f *testing.F) {
	for _, seed := range []string{
		".items[] | {id, name}", "[.. | strings]", ".items | group_by(.name) | map({n: length})", `"\(.a)\(.b)"`, "def f: f; f", "[.,.] | [.,.] | tojson",
		"if . then .a else .b end", ".a as $x | $x", "reduce .[] as $i (0; . + $i)", "@csv", "-.a", ".a?.b[1:]", "try error(1) catch .", "{(.a): 1}", "limit(3; .items[])",
	} {
		f.Add(seed)
	}
	const text = `{"a":"te\"xt<&","b":["x","y",-12.5],"items":[{"id":"1","name":"n"},{"id":"2","name":null,"at":"2026-11-23T12:00:00Z"}]}`
	input, err := tool.DecodeJSON([]byte(text))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, program string) {
		if len(program) > 1_000 {
			return // the schema of the argument
		}
		p, err := parseJQ(program)
		if err != nil || p == nil {
			return
		}
		started := time.Now()
		result, err := p.run(t.Context(), input, len(text))
		if took := time.Since(started); took > jqTime+time.Second {
			t.Errorf("%q took %s", program, took)
		}
		if err != nil {
			return
		}
		raw, err := tool.Marshal(result)
		if err != nil {
			t.Fatal(err)
		}
		if most := p.growth*float64(len(text)+1) + 2; float64(len(raw)) > most { // a comma each, and the brackets
			t.Errorf("%q grew to %d bytes; %g were foreseen", program, len(raw), most)
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
		var check tool.Checker
		r.checkBody(&check, text)
		if len(check.Problems) > 0 {
			return
		}
		for _, field := range detail.Body.Fields {
			if field.Required && r.body[field.Name] == nil {
				t.Errorf("%q passed without %s", text, field.Name)
			}
		}
	})
}
