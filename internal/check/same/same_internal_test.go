package same

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// outputs are what a program shows, small enough to read.
func outputs() snapshot {
	return snapshot{
		"help/serve": "zerops-mcp serve\n\n  --read-only   change nothing\n",
		"offer/all":  `{"id":2,"result":{"tools":[{"name":"get_project","description":"One project."},{"name":"whoami","description":"You."}]}}` + "\n",
		"call/one":   `{"id":3,"result":{"content":[{"type":"text","text":"{\"status\":\"done\",\"took\":1}"}]}}` + "\n",
		"call/two":   `{"id":3,"result":{"content":[{"type":"text","text":"{\"status\":\"done\",\"took\":1}"}]}}` + "\n",
	}
}

// changed are the same outputs with one replaced.
func changed(key, old, present string) snapshot {
	s := outputs()
	s[key] = strings.ReplaceAll(s[key], old, present)
	return s
}

func TestDifferencesFailTheRun(t *testing.T) {
	t.Parallel()
	removed := outputs()
	delete(removed, "help/serve")
	for name, c := range map[string]struct {
		is   snapshot
		says []string
	}{
		"a description":           {changed("offer/all", "One project.", "A project."), []string{"offer/all differs", `- result.tools[get_project].description = "One project."`, `+ result.tools[get_project].description = "A project."`}},
		"an answer":               {changed("call/one", "done", "failed"), []string{"call/one differs", `as JSON.status = "failed"`}},
		"the order of members":    {changed("call/one", `\"status\":\"done\",\"took\":1`, `\"took\":1,\"status\":\"done\"`), []string{"call/one differs"}},
		"how a sign is written":   {changed("call/one", "done", `d\\u006fne`), []string{`\u006f`}},
		"only white space":        {changed("call/one", `"id":3`, `"id": 3`), []string{`"id": 3`}},
		"a line of help":          {changed("help/serve", "change nothing", "look only"), []string{"help/serve differs", "look only"}},
		"a text that is gone":     {removed, []string{"help/serve differs", "- zerops-mcp serve"}},
		"a text that is new":      {changed("call/three", "", "new"), []string{"call/three differs", "+ new"}},
		"the end of a long value": {changed("offer/all", "You.", "You."+strings.Repeat(" and more", 200)+" now"), []string{"bytes)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			err := verdict(&out, allowances{Base: "x"}, compare(outputs(), c.is))
			if err == nil || !strings.Contains(err.Error(), "1 texts differ") {
				t.Errorf("the run is not failed: %v", err)
			}
			for _, want := range c.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("%q is not in the report:\n%s", want, out.String())
				}
			}
		})
	}
	var out strings.Builder
	if err := verdict(&out, allowances{Base: "x"}, compare(outputs(), outputs())); err != nil {
		t.Errorf("equal outputs: %v", err)
	}
}

// proposed are the entries of a report, with a reason.
func proposed(t *testing.T, all []difference) allowances {
	t.Helper()
	var out strings.Builder
	if err := reportDifferences(&out, all); err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(out.String(), "these would be the entries:")
	if !found {
		t.Fatalf("no entries: %s", out.String())
	}
	a := allowances{Base: "x"}
	decoder := json.NewDecoder(strings.NewReader(text))
	for decoder.More() {
		var e allowance
		if err := decoder.Decode(&e); err != nil {
			t.Fatal(err)
		}
		e.Reason = "meant"
		a.Allowed = append(a.Allowed, e)
	}
	written, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = parseAllowances(written); err != nil {
		t.Fatalf("the proposed entries are not accepted: %v\n%s", err, written)
	}
	return a
}

// TestAnEntryAllowsWhatItSaysAndNoMore goes through a difference, the entry that
// the report proposes for it, and differences beside it.
func TestAnEntryAllowsWhatItSaysAndNoMore(t *testing.T) {
	t.Parallel()
	both := changed("call/one", "done", "failed")
	both["call/two"] = strings.ReplaceAll(both["call/two"], "done", "failed")
	many := changed("help/serve", "change nothing", strings.Repeat("a line\n", 2*writtenLines))
	for name, c := range map[string]struct {
		is snapshot
		// beyond are outputs that differ in something else.
		beyond []snapshot
		digest bool
	}{
		"a description": {changed("offer/all", "One project.", "A project."), []snapshot{
			changed("offer/all", "One project.", "Any project."), changed("offer/all", "You.", "A project."), changed("call/one", "done", "failed"),
		}, false},
		"the same in two answers": {both, []snapshot{changed("call/one", "done", "gone"), changed("call/one", "1", "2")}, false},
		"many lines":              {many, []snapshot{changed("help/serve", "change nothing", strings.Repeat("a line\n", 2*writtenLines+1))}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			entries := proposed(t, compare(outputs(), c.is))
			if n := len(entries.Allowed); n != 1 || c.digest != (entries.Allowed[0].Digest != "") {
				t.Fatalf("%d entries: %+v", n, entries)
			}
			if err := verdict(&out, entries, compare(outputs(), c.is)); err != nil {
				t.Errorf("not allowed: %v\n%s", err, out.String())
			}
			for _, other := range c.beyond {
				if rest, _ := entries.judge(compare(outputs(), other)); len(rest) == 0 {
					t.Errorf("the entry covers another difference: %v", compare(outputs(), other))
				}
			}
			err := verdict(&out, entries, compare(outputs(), outputs()))
			if err == nil || !strings.Contains(err.Error(), "take them out") || !strings.Contains(err.Error(), "(meant)") {
				t.Errorf("an entry of no use any more: %v", err)
			}
		})
	}
}

// TestEveryKeyOfAnEntryIsOfUse: one of several keys that matches nothing fails the
// run, and * does not reach across a slash.
func TestEveryKeyOfAnEntryIsOfUse(t *testing.T) {
	t.Parallel()
	all := compare(outputs(), changed("call/one", "done", "failed"))
	entry := proposed(t, all).Allowed[0]
	for name, c := range map[string]struct {
		keys   []string
		unused int
		rest   int
	}{
		"exact":         {[]string{"call/one"}, 0, 0},
		"any call":      {[]string{"call/*"}, 0, 0},
		"one too many":  {[]string{"call/one", "call/two"}, 1, 0},
		"across levels": {[]string{"*"}, 1, 1},
		"another":       {[]string{"call/two"}, 1, 1},
	} {
		e := entry
		e.Keys = c.keys
		rest, unused := allowances{Allowed: []allowance{e}}.judge(all)
		if len(rest) != c.rest || len(unused) != c.unused {
			t.Errorf("%s: %d differences left, %d keys unused: %v", name, len(rest), len(unused), unused)
		}
	}
}

func TestAllowedFileIsChecked(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`{"allowed":[]}`: "base is missing",
		`{"base":"x","allowed":[{"keys":["a"],"was":["b"]}]}`:                             "no reason",
		`{"base":"x","allowed":[{"keys":["a"],"reason":"r"}]}`:                            "the lines that differ",
		`{"base":"x","allowed":[{"keys":["a"],"was":["b"],"digest":"c","reason":"r"}]}`:   "the lines that differ",
		`{"base":"x","allowed":[{"was":["b"],"reason":"r"}]}`:                             "no keys",
		`{"base":"x","allowed":[{"keys":["a["],"was":["b"],"reason":"r"}]}`:               "syntax error",
		`{"base":"x","allowed":[{"keys":["a"],"was":["b"],"reason":"r","pattern":".*"}]}`: "pattern",
	} {
		if _, err := parseAllowances([]byte(text)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
}

// TestHunksAreTheirPlaces: what is equal between two changes parts them, and
// nothing is lost.
func TestHunksAreTheirPlaces(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ was, is, want string }{
		{"a b c", "a b c", ""},
		{"a b c d e", "a B c D e", "b>B d>D"},
		{"a b c", "a c", "b>"},
		{"a c", "a b c", ">b"},
		{"a a b", "a b", "a>"},
		{"x y", "z", "x+y>z"},
		{"", "a b", ">a+b"},
	} {
		var got []string
		for _, h := range hunksOf(strings.Fields(c.was), strings.Fields(c.is)) {
			got = append(got, strings.Join(h.was, "+")+">"+strings.Join(h.is, "+"))
		}
		if !slices.Equal(got, strings.Fields(c.want)) {
			t.Errorf("%s → %s: %v, want %s", c.was, c.is, got, c.want)
		}
	}
}

// TestReplacementsLeaveTheRest: only what a run makes up is replaced.
func TestReplacementsLeaveTheRest(t *testing.T) {
	t.Parallel()
	token := "AAAAAGm6eGoFZrwHl9Yw5cyV0ZpXcO0Q2mC7Q8bJ8xk"
	for text, want := range map[string]string{
		`"confirm":"` + token + `"`:                     `"confirm":"CONFIRMATION"`,
		`"id":"AAAAAGm6eGoFZrwHl9Yw5c"`:                 `"id":"AAAAAGm6eGoFZrwHl9Yw5c"`,
		"http://127.0.0.1:45787 answers in 12 ms":       "http://127.0.0.1:PORT answers in TIME",
		"/tmp/x/was/zerops-mcp and /tmp/x/now/home/f":   "DIR/zerops-mcp and DIR/home/f",
		`"expires_at":"2026-03-18T10:25:30Z","port":80`: `"expires_at":"2026-03-18T10:25:30Z","port":80`,
	} {
		if got := normalized(text, replacements("/tmp/x")); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
