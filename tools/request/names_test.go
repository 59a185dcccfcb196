package request_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools/request"
)

func TestAmbiguousNamesAreFound(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, `"n%d":%d,`, i, i)
	}
	for text, want := range map[string]string{
		`{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}`:       "",
		`{"a":"a","b":"a"}`:                               "",
		`["a","a"]`:                                       "",
		`"a"`:                                             "",
		`{"a":"{\"b\":1,\"b\":2}"}`:                       "",
		`{"a":1,"a":2}`:                                   "a",
		`{"a":1,"A":2}`:                                   "A",
		`{"a":{"b":{"c":1,"C":2}}}`:                       "C",
		`{"a":{"b":{"c":{"d":1,"D":2}}}}`:                 "", // variables, whose case may matter
		`{"a":{"b":{"c":{"d":1,"d":2}}}}`:                 "d",
		`{"a":[[{"b":1},{"c":[],"d":{},"c":0}]]}`:         "c",
		`{"arguments":1,"argumentſ":2}`:                   "argumentſ",
		`{"\u212aey":1,"key":2}`:                          "key",
		`{"name":1,"n\u0061me":2}`:                        "name",
		`{"` + `\"":1,"x":2,"\"":3}`:                      `"`,
		`{` + many.String() + `"n39":0}`:                  "n39",
		`{` + many.String() + `"N3":0}`:                   "N3",
		`{` + many.String() + `"x":0,"y":1,"x":2}`:        "x",
		`{"a": {"b" : 1 , "b" : 2 } }`:                    "b",
		`{"a":[1,{"k":[{"q":[]}],"k":null}],"b":"\\"}`:    "k",
		`{"a":"\\","b":"\"","c":{"d":"}","e":"{","d":1}}`: "d",
	} {
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s is not JSON", text)
		}
		if name, found := request.AmbiguousName([]byte(text), 0); name != want || found != (want != "") {
			t.Errorf("%s: %q, %v; want %q", text, name, found, want)
		}
	}
	if _, found := request.AmbiguousName([]byte(`{"":1,"":2}`), 0); !found {
		t.Error("an empty name twice was not found")
	}
	if name, found := request.AmbiguousName([]byte(`{"a":{"b":1,"B":2}}`), 2); found {
		t.Errorf("below the arguments case counts: %q", name)
	}
}

// FuzzAmbiguousName compares with the tokens of encoding/json.
func FuzzAmbiguousName(f *testing.F) {
	for _, seed := range []string{`{"a":1,"a":2}`, `{"a":{"A":1,"\u0061":2}}`, `[{"a":[]},"a"]`, `{"":1,"":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			return
		}
		want := twice(json.NewDecoder(strings.NewReader(string(text))))
		if _, got := request.AmbiguousName(text, 10); got != want {
			t.Errorf("%q: found %v, want %v", text, got, want)
		}
	})
}

// twice reads one value and reports a name that an object in it has twice.
func twice(d *json.Decoder) bool {
	token, err := d.Token()
	if err != nil {
		return false
	}
	found, names := false, map[string]bool{}
	for d.More() && (token == json.Delim('{') || token == json.Delim('[')) {
		if token == json.Delim('{') {
			name, _ := d.Token()
			text, _ := name.(string)
			found = found || names[text]
			names[text] = true
		}
		found = twice(d) || found
	}
	if token == json.Delim('{') || token == json.Delim('[') {
		_, _ = d.Token()
	}
	return found
}
