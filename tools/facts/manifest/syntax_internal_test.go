package manifest

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// A text that is no YAML is blamed where it breaks, not where the construct began.
func TestSyntaxErrorsNameTheLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"zerops:\n  - setup: app\n    build:\n      base: nodejs@22\n     deployFiles: ./\n": 5,
		"zerops:\n  - setup: app\n\tbuild:\n":                                                3,
		"a: 1\nb: \"never\nc: closed\n":                                                      2,
		"a:\n  - 1\nb: [2\nc: 3\n":                                                           3,
		"a: [1,\n  2,\n  3]\nb: {c: 1,\n  d: 2}\ne: |\n  text: [\n  more\nf: }\n":            9,
		"a: b: c\n":                               1,
		"a: 1\nb: *nowhere\n":                     2,
		"---\na: 1\n---\nb: [\n":                  4,
		"\ufeffa: 1\r\nb: @x\r\n":                 2,
		strings.Repeat("a: [1]\n", 3) + "b: %c\n": 4,
	} {
		_, err := Parse(text)
		if wrong, ok := errors.AsType[*SyntaxError](err); !ok || wrong.Line != want {
			t.Errorf("%q: %v, want line %d", text, err, want)
		}
	}
	started := time.Now()
	if _, err := Parse(strings.Repeat("a: [b, c, d]\n", maxTried-2) + "x: ]\n"); err == nil {
		t.Error("a stray bracket is YAML")
	}
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("a broken text took %s", took)
	}
}
