package tools

import (
	"encoding/json"
	"testing"
)

// A string that is written by appendString is the same string when it is read.
func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "plain", "\"\\\n\r\t\x00\x1f\x7f", "ü😀\u2028\u2029", "<b>&", "half \xff\xfe", "a\xc3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		written := appendString(nil, text)
		var got, want string
		if err := json.Unmarshal(written, &got); err != nil {
			t.Fatalf("%q was written as %q: %v", text, written, err)
		}
		usual, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(usual, &want); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%q was written as %q", text, written)
		}
	})
}
