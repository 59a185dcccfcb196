package manifest

import (
	"strings"
	"testing"
)

// TestSyntaxErrorsQuoteNothing: what the parser quotes may be a value.
func TestSyntaxErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"a: *canary", "a:\n  P: !!int canary", "a: !!bool canary", "a: !!timestamp canary", "a: 'canary", "a: \"canary", "? - canary\n: b", "%canary\na: b", "a: &canary\n  b: &canary", "a: {b: canary",
	} {
		_, err := Parse(text)
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for words, want := range map[string]string{
		"did not find expected '-' indicator": "did not find expected '-' indicator",
		"did not find expected ',' or ']'":    "did not find expected ',' or ']'",
		"unknown anchor 'secret' referenced":  "unknown anchor '…' referenced",
		"cannot decode !!str `x` as a !!int":  "cannot decode !!str `…` as a !!int",
		"it's a secret without an end":        "it…",
		"nothing is quoted":                   "nothing is quoted",
	} {
		if got := unquoted(words); got != want {
			t.Errorf("%q became %q, want %q", words, got, want)
		}
	}
}
