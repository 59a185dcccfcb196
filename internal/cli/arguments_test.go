package cli_test

import (
	"bytes"
	"encoding/json"
	"runtime/debug"
	"strings"
	"testing"
	"unicode"

	"zerops-mcp/internal/cli"
)

const schema = `{"type":"object","additionalProperties":false,"properties":{
	"name":{"type":"string"},"kind":{"type":"string","enum":["a","b"]},"count":{"type":"integer"},"ratio":{"type":"number"},
	"on":{"type":"boolean"},"list":{"type":"array","items":{"type":"string"}},"ports":{"type":"array","items":{"type":"integer"}},
	"variables":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"string"}}}},
	"params":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"value":{"type":"string"}}}},
	"left":{"type":"object","properties":{"project":{"type":"string"},"service":{"type":"string"}}}}}`

func TestArgumentsAreTypedByTheSchema(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pairs []string
		want  string
	}{
		{nil, `{}`},
		{[]string{"name=5", "kind=b"}, `{"kind":"b","name":"5"}`},
		{[]string{"name=a=b"}, `{"name":"a=b"}`},
		{[]string{"name="}, `{"name":""}`},
		{[]string{"count=5", "ratio=0.25", "on=yes"}, `{"count":5,"on":true,"ratio":0.25}`},
		{[]string{"list=a,b", "list=c"}, `{"list":["a","b","c"]}`},
		{[]string{`list=["a,b"]`, "ports=80,443"}, `{"list":["a,b"],"ports":[80,443]}`},
		{[]string{"variables=A=1,2", "variables=B=x=y"}, `{"variables":[{"key":"A","value":"1,2"},{"key":"B","value":"x=y"}]}`},
		{[]string{`params={"name":"a","value":"b"}`, "params=c=d"}, `{"params":[{"name":"a","value":"b"},{"name":"c","value":"d"}]}`},
		{[]string{`left={"project":"a"}`}, `{"left":{"project":"a"}}`},
	} {
		got, err := cli.ToolArguments([]byte(schema), tt.pairs, "", nil)
		if err != nil || string(got) != tt.want {
			t.Errorf("%q becomes %s, %v; want %s", tt.pairs, got, err, tt.want)
		}
	}
}

func TestArgumentsThatAreRefused(t *testing.T) {
	t.Parallel()
	for pair, want := range map[string]string{
		"nam=x":       "did you mean name",
		"zzzzzz=1":    "there are count",
		"=x":          "NAME=VALUE",
		"kind=c":      "a, b",
		"count=five":  "not a number",
		"count=5;":    "not a number",
		"on=maybe":    "true nor false",
		"list=[1":     "begins like a JSON list",
		"variables=A": "as JSON",
		"left={":      "begins like a JSON object",
		"left=a=b":    "as JSON",
	} {
		if got, err := cli.ToolArguments([]byte(schema), []string{pair}, "", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %s, %v; want an error with %q", pair, got, err, want)
		}
	}
	huge := strings.NewReader(`{"a":"` + strings.Repeat("x", 5<<20) + `"}`)
	if _, err := cli.ToolArguments([]byte(schema), nil, "-", huge); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("5 MiB of arguments: %v", err)
	}
}

func FuzzArguments(f *testing.F) {
	for _, seed := range []string{"name=x", "list=a,b", `variables=[{"key":"a"}]`, "count=1e9", "on=1", "left={}", "=", "a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, pair string) {
		raw, err := cli.ToolArguments([]byte(schema), []string{pair}, "", nil)
		if err == nil && !json.Valid(raw) || err != nil && strings.ContainsAny(err.Error(), "\n\x1b") {
			t.Errorf("%q: %q, %v", pair, raw, err)
		}
	})
}

func FuzzShow(f *testing.F) {
	f.Add(`{"total":1,"items":[{"id":"a","name":"b","nested":{"x":1}}]}`, 40)
	f.Add(`{"yaml":"a: 1\n  b: \u001b[31m2\n","list":[1,2],"empty":[],"o":{"p":{"q":[{"r":null}]}}}`, 0)
	f.Add(`[[{}]]`, 1)
	f.Add(`null`, 0)
	f.Fuzz(func(t *testing.T, raw string, width int) {
		var out bytes.Buffer
		if cli.Show(&out, []byte(raw), width) != nil {
			return
		}
		if strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) {
			t.Errorf("%q prints what a terminal would obey: %q", raw, out.String())
		}
	})
}

func TestVersionOfABuild(t *testing.T) {
	t.Parallel()
	settings := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}, {Key: "vcs.modified", Value: "true"}}
	for want, info := range map[string]*debug.BuildInfo{
		"1.2.3":                    {Main: debug.Module{Version: "v1.2.3"}},
		"dev-0123456789ab+changed": {Main: debug.Module{Version: "(devel)"}, Settings: settings},
		"dev":                      {},
	} {
		if got := cli.BuildVersion(info); got != want {
			t.Errorf("version %q, want %q", got, want)
		}
	}
}
