package settings

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzToken: whatever was pasted, a token that comes out can go into a header, is
// not changed by cleaning it again, and stands in no word about it.
func FuzzToken(f *testing.F) {
	for _, seed := range []string{"obviously-fake-token", " \"Bearer obviously-fake-token\"\r\n", "Authorization: Bearer 'x'", "${ZEROPS_TOKEN}", "bearer", "\ufefftoken\n", "a b", "\"\"", "Bearer Bearer y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		token, problem := CleanToken(raw)
		if (token == "") == (problem == "") {
			t.Errorf("%q: token %q, problem %q", raw, token, problem)
		}
		if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) || !strings.Contains(raw, token) {
			t.Errorf("%q became the token %q", raw, token)
		}
		if again, _ := CleanToken(token); token != "" && again != token {
			t.Errorf("%q became %q, then %q", raw, token, again)
		}
		if c := cleanToken(raw, "a file"); len(c.Token) > 20 && strings.Contains(c.Problem, c.Token) || strings.ContainsAny(c.Problem, "\n\x1b") {
			t.Errorf("%q: problem %q", raw, c.Problem)
		}
	})
}

// FuzzZcliData: the file of zcli login gives the token it holds, or a problem that
// shows nothing of the file.
func FuzzZcliData(f *testing.F) {
	for _, seed := range []string{`{"Token":"obviously-fake-token","RegionData":{}}`, `{"token":"x"}`, `{"Token":7}`, "", "[]", "\ufeff{\"Token\":\" x \"}", `{"Token":"a\nb"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		c := zcliToken(content, "zcli")
		if (c.Token == "") != (c.Problem != "") || c.Source != "zcli" {
			t.Fatalf("%q gave %q, %q of %q", content, c.Token, c.Problem, c.Source)
		}
		if c.Token == "" {
			if len(content) > 30 && strings.Contains(c.Problem, content) || strings.ContainsAny(c.Problem, "\n\x1b") {
				t.Errorf("%q: problem %q", content, c.Problem)
			}
			return
		}
		written, err := json.Marshal(map[string]string{"Token": c.Token})
		if err != nil {
			t.Fatal(err)
		}
		if again := zcliToken(string(written), "zcli"); again.Token != c.Token {
			t.Errorf("%q gave %q, then %q", content, c.Token, again.Token)
		}
	})
}

// FuzzAccessKeys: keys come out as they were written, each with a label of its
// own; an error shows none.
func FuzzAccessKeys(f *testing.F) {
	for _, seed := range []string{"a:obviously-fake-access-key-1\n# note\nb:obviously-fake-access-key-2", "a:short", "a:${KEY}", "a b:c", ":::::", "a:obviously-fake-access-key-1\na:obviously-fake-access-key-2", "a:obviously:fake:access:key"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		entries := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' })
		keys, err := parseAccessKeys(entries)
		if err != nil {
			var labels []string
			for _, entry := range entries {
				label, _, _ := strings.Cut(entry, ":")
				labels = append(labels, label)
			}
			for _, entry := range entries {
				if strings.Contains(strings.Join(labels, "\n"), entry[strings.IndexByte(entry, ':')+1:]) {
					continue // part of a label, which may be shown
				}
				if _, key, ok := strings.Cut(strings.TrimSpace(entry), ":"); ok && len(key) >= shortestAccessKey && strings.Contains(err.Error(), key) {
					t.Errorf("the error shows a key: %v", err)
				}
			}
			return
		}
		var written []string
		seen := map[string]bool{}
		for _, k := range keys {
			if seen[k.Label] || seen[k.Key] || k.Label == "" || len(k.Key) < shortestAccessKey || k.String() != k.Label {
				t.Errorf("%q gave %q", text, k.Label)
			}
			seen[k.Label], seen[k.Key] = true, true
			written = append(written, k.Label+":"+k.Key)
		}
		again, err := parseAccessKeys(written)
		if err != nil || len(again) != len(keys) {
			t.Fatalf("%d keys of %q came back as %d, %v", len(keys), text, len(again), err)
		}
		for i := range keys {
			if again[i].Label != keys[i].Label || again[i].Key != keys[i].Key {
				t.Errorf("%q came back as %q", keys[i].Label, again[i].Label)
			}
		}
	})
}
