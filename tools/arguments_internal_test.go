package tools

import (
	"encoding/json"
	"testing"
)

// FuzzArguments checks that no arguments make any tool's checker panic, and that
// what it accepts can be decoded and is accepted again.
func FuzzArguments(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `[]`, `"{}"`, `{"project":"x","limit":"3","status":["A"]}`, `{"variables":{"A":1}}`, `{"processes":"[\"a\"]"}`, `{"_x":{"y":[1,2,{}]}}`, `{"limit":1e999}`, `{"confirm":"\u0000"}`} {
		f.Add(seed)
	}
	all := allTools()
	f.Fuzz(func(t *testing.T, text string) {
		for _, tool := range all {
			s, err := tool.input()
			if err != nil {
				t.Fatal(err)
			}
			out, err := checkArguments(s, json.RawMessage(text))
			if err != nil {
				continue
			}
			again, err := checkArguments(s, out)
			if err != nil {
				t.Fatalf("%s: accepted %s, then refused %s: %v", tool.Name, text, out, err)
			}
			if string(again) != string(out) {
				t.Fatalf("%s: %s became %s", tool.Name, out, again)
			}
			in := tool.newIn()
			if err := json.Unmarshal(out, in); err != nil {
				t.Fatalf("%s: accepted arguments cannot be decoded: %v", tool.Name, err)
			}
		}
	})
}

func FuzzRewriteStrings(f *testing.F) {
	f.Add(`{"a":"b\u001b[31m","c":["d",{"e":"](x)"}]}`)
	f.Add(`"x"`)
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := marshal(map[string]any{"k": text, "list": []string{text, "x"}})
		if err != nil {
			t.Skip("not encodable")
		}
		out := rewriteStrings(raw, func(_, value string) string { return cleanText(value) })
		if !json.Valid(out) {
			t.Fatalf("%s became %s", raw, out)
		}
		if once := cleanText(text); cleanText(once) != once {
			t.Fatalf("cleaning %q twice differs from once: %q", text, once)
		}
	})
}

func FuzzCursor(f *testing.F) {
	f.Add("AAAA")
	f.Fuzz(func(t *testing.T, cursor string) {
		if offset, ok := decodeCursor(cursor, "deadbeef"); ok && offset < 0 {
			t.Fatalf("offset %d", offset)
		}
	})
}
