package tools

import (
	"strings"
	"testing"
)

func TestRedaction(t *testing.T) {
	t.Parallel()
	r := &redactor{patterns: secretPatterns}
	r.know("obviously-fake-value", "short", "obviously-fake-value-longer")
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
		got := r.delivered(c.text)
		if strings.Contains(got, c.gone) {
			t.Errorf("%q became %q", c.text, got)
		}
		if again := r.delivered(got); again != got {
			t.Errorf("redacting %q again gives %q", got, again)
		}
	}
	for _, plain := range []string{
		"GET /api/users?page=2 200", "listening on http://0.0.0.0:3000", "see https://docs.zerops.io/zerops-yaml", "token expired", "the password is wrong",
		"short", "2026-11-01T10:00:00Z", "AAAAAAAAAAAAAAAAAAAAAA", "tokens: 5", "secrets manager started", "max_tokens=4096", "nodejs@22",
	} {
		if got := r.delivered(plain); got != plain {
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
		if got := cleanText(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := clean(strings.Repeat("ä", 100), 10); len([]rune(got)) != 10 {
		t.Errorf("clipped to %q", got)
	}
	if got := clean("two\nlines", 20); got != "two lines" {
		t.Errorf("one line became %q", got)
	}
}
