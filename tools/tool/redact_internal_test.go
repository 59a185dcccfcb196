package tool

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

func TestRedaction(t *testing.T) {
	t.Parallel()
	r := &Redactor{Patterns: SecretPatterns}
	r.Know(zerops.NewSecret("obviously-fake-value"), zerops.NewSecret("short"), zerops.NewSecret("obviously-fake-value-longer"))
	for _, c := range []struct{ text, gone string }{
		{"it says obviously-fake-value here", "obviously-fake"},
		{"postgresql://app:obviouslyfake@db:5432/x", "obviouslyfake"},
		{"Authorization: Bearer obviouslyfaketoken", "obviouslyfaketoken"},
		{`{"authorization":"Basic b2J2aW91c2x5ZmFrZQ=="}`, "b2J2aW91c2x5ZmFrZQ"},
		{"jwt eyJhbGciOiJub25lIn0.eyJmYWtlIjp0cnVlfQ.c2ln", "eyJmYWtl"},
		{"ghp_obviouslyfakeobviouslyfakeobviously", "obviouslyfake"},
		{"glpat-obviously-fake-obviously", "obviously-fake"},
		{"key AKIAOBVIOUSLYFAKE123", "AKIAOBVIOUSLYFAKE"},
		{"https://x.example/a?b=1&access_token=obviouslyfake&c=2", "obviouslyfake"},
		{"https://x.example/a?X-Amz-Signature=obviouslyfake", "obviouslyfake"},
		{"DB_PASSWORD=obviouslyfake next", "obviouslyfake"},
		{`"password": "obviouslyfake"`, "obviouslyfake"},
		{"client_secret: obviouslyfake", "obviouslyfake"},
		{"-----BEGIN RSA PRIVATE KEY-----\nobviouslyfake\n-----END RSA PRIVATE KEY-----", "obviouslyfake"},
		{"-----BEGIN PRIVATE KEY-----\nobviouslyfake cut off", "obviouslyfake"},
	} {
		got := r.Delivered(c.text)
		if strings.Contains(got, c.gone) {
			t.Errorf("%q became %q", c.text, got)
		}
		if again := r.Delivered(got); again != got {
			t.Errorf("redacting %q again gives %q", got, again)
		}
	}
	for _, plain := range []string{
		"GET /api/users?page=2 200", "listening on http://0.0.0.0:3000", "see https://docs.zerops.io/zerops-yaml", "token expired", "the password is wrong",
		"short", "2026-11-01T10:00:00Z", "AAAAAAAAAAAAAAAAAAAAAA", "tokens: 5", "secrets manager started", "max_tokens=4096", "nodejs@22",
	} {
		if got := r.Delivered(plain); got != plain {
			t.Errorf("%q became %q", plain, got)
		}
	}
}

func TestCleaning(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain text":                        "plain text",
		"\x1b[31mred\x1b[0m":                "red",
		"\x1b]8;;http://evil.example\x07x":  "x",
		"a\u202eb\u200bc\u2066d":            "abcd",
		"tag\U000e0041\U000e0042":           "tag",
		"![x](http://evil.example/?q=1)":    "![x] (http://evil.example/?q=1)",
		"[a]\x00(b)":                        "[a] (b)",
		"line\r\nnext\ttab":                 "line\nnext\ttab",
		"bad \xff bytes":                    "bad \ufffd bytes",
		"Grüße, 你好, 🚀":                      "Grüße, 你好, 🚀",
		"\x1b[" + strings.Repeat("1", 1000): "",
	} {
		if got := CleanText(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := Clean(strings.Repeat("ä", 100), 10); len([]rune(got)) != 10 {
		t.Errorf("clipped to %q", got)
	}
	if got := Clean("two\nlines", 20); got != "two lines" {
		t.Errorf("one line became %q", got)
	}
}

// Whatever stands behind the key of a secret variable is hidden, in every way in which
// programs print it, and nothing else is.
func TestPlacesOfSecrets(t *testing.T) {
	t.Parallel()
	r := &Redactor{Patterns: SecretPatterns}
	r.Place("DOOR", "GATE_CODE")
	const v = "48 29,13"
	for _, text := range []string{
		"DOOR=" + v, "x DOOR = " + v, "DOOR: " + v, "DOOR:" + v, `"DOOR":"` + v + `"`, `{"a":1,"DOOR":"` + v + `","b":2}`, `{\"DOOR\":\"` + v + `\"}`, "DOOR='" + v + "'", "export DOOR=\"" + v + "\"",
		`a\nDOOR=` + v, "gateCode=" + v, "gate-code: " + v, "db_DOOR=" + v, "MY_PIN=" + v, `pin: "` + v + `"`, "DOOR%3D" + v, "&quot;DOOR&quot;&#58;&quot;" + v, `DOOR\u003d` + v, "map[A:1 DOOR:" + v + " B:2]", "DOOR=" + v + "&x=1",
		`"DOOR" => "` + v + `"`,
	} {
		got := r.Delivered(text)
		if strings.Contains(got, "48") || strings.Contains(got, "29") || !strings.Contains(got, Redacted) {
			t.Errorf("%q became %q", text, got)
		}
		if again := r.Delivered(got); again != got {
			t.Errorf("%q became %q when looked at again", got, again)
		}
	}
	for _, plain := range []string{"OUTDOOR=1", "DOORS=2", "the DOOR is open", "door: closed", "DOOR=", "DOOR=${db_password}", "spinner=1", "a=1 b=2", "GATE=1"} {
		if got := r.Delivered(plain); got != plain {
			t.Errorf("%q became %q", plain, got)
		}
	}
	for text, want := range map[string]string{
		`{"DOOR":1234,"x":[1]}`: `{"DOOR":[redacted],"x":[1]}`, "DOOR=1 open=yes": "DOOR=[redacted] open=yes", "a=1 DOOR=1\nb=2": "a=1 DOOR=[redacted]\nb=2",
	} {
		if got := r.Delivered(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestValuesThatCanBeGuessed(t *testing.T) {
	t.Parallel()
	names := map[string]bool{"eshop": true, "production": true}
	for value, guessed := range map[string]bool{
		"": true, "482913": true, "short-pass1": true, "123456789012": true, "1234567890123": true, "abcdefghijkl": true, "hunter2hunter2": true, "7193750264813": false, "kdjwhqpzmrtv": false, "eshop-production": true,
		"eshop-production-1": true, "Production/eshop": true, "eshop-production-9f8a7b6c5d4e": false, "productioneshop1": false, "žluťoučký kůň": false,
	} {
		if zerops.Guessable(value, names) != guessed {
			t.Errorf("%q: can be guessed is %v, want %v", value, !guessed, guessed)
		}
	}
	r := &Redactor{Patterns: SecretPatterns}
	r.Know(zerops.NewSecret("482913"), zerops.NewSecret("eshop-production"), zerops.NewSecret("kdjwhqpz-mrtv-xgbn"))
	r.Public("eshop-production")
	const text = "482913 and eshop-production and kdjwhqpz-mrtv and kdjwhqpz-mrtv…"
	if got := r.Delivered(text); got != text {
		t.Errorf("%q became %q", text, got)
	}
}

func TestSpellingsOfSecrets(t *testing.T) {
	t.Parallel()
	const value = `ab](cd&ef<gh>"ij/kl+mn`
	r := &Redactor{Patterns: SecretPatterns}
	r.Know(zerops.NewSecret(value))
	for _, text := range []string{
		CleanText(value), "ab%5d%28cd%26ef%3cgh%3e%22ij%2fkl%2bmn", `ab](cd\u0026ef\u003cgh\u003e\"ij/kl+mn`, "ab](cd&amp;ef&lt;gh&gt;&#34;ij/kl+mn",
		base64.StdEncoding.EncodeToString([]byte("x" + value + " tail")), base64.StdEncoding.EncodeToString([]byte("xy" + value)), base64.URLEncoding.EncodeToString([]byte(value + "!")),
	} {
		if got := r.Delivered(text); !strings.Contains(got, Redacted) || strings.Contains(got, "kl+mn") {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// There may be any number of patterns.
func TestManyPatterns(t *testing.T) {
	t.Parallel()
	var list []pattern
	text := ""
	for i := range 100 {
		word := fmt.Sprintf("p%02dq", i)
		list = append(list, pattern{needle: needle{text: word}, find: regexp.MustCompile(word), replace: "-"})
		text += word
	}
	if got := newPatternSet(list).apply(text); got != strings.Repeat("-", 100) {
		t.Errorf("became %q", got)
	}
}
