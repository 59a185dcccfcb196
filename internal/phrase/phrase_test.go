package phrase_test

import (
	"strings"
	"testing"

	"zerops-mcp/internal/phrase"
)

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"token", "token", 0},
		{"token", "tokens", 1},
		{"token", "tken", 1},
		{"token", "taken", 1},
		{"token", "toekn", 1},
		{"kitten", "sitting", 3},
		{"ab", "ba", 1},
		{strings.Repeat("a", 70), strings.Repeat("a", 80), 0},
	} {
		if got, back := phrase.Distance(c.a, c.b), phrase.Distance(c.b, c.a); got != c.want || back != c.want {
			t.Errorf("%q and %q: %d and back %d, want %d", c.a, c.b, got, back, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"", 0, ""}, {"a", 0, "…"}, {"a", 1, "a"}, {"ab", 1, "…"}, {"čšž", 3, "čšž"}, {"čšžý", 3, "čš…"}, {"abc", 5, "abc"},
	} {
		if got := phrase.Cut(c.text, c.limit); got != c.want {
			t.Errorf("%q cut to %d is %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	if got := phrase.Printable("a\nb\tc\x1b[31m\u202ed é"); got != "a b c[31md é" {
		t.Errorf("%q is left", got)
	}
}
