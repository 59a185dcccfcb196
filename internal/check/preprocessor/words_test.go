package preprocessor

import (
	"fmt"
	"testing"

	"zerops-mcp/tools/facts/manifest"
)

// TestWords compares where words begin, around each sign.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, around := range []string{"a%sb", " %sb", " 7%sb", "a%s7b", "a7%s7b", "a7%sb", "a %sb", "ab%s b", "a%[1]s%[1]sb", "7%[1]s%[1]s7b", "É%[1]sé"} {
		for c := ' '; c < 127; c++ {
			if c == '<' || c == '>' || c == '\\' || c == '|' || c == '@' {
				continue
			}
			const head = "#yamlPreprocessor=on\n"
			text := head + "<x " + fmt.Sprintf(around, string(c)) + "|title>"
			want, err := theirs(text)
			if got := manifest.Preprocessed(text); err != nil || got != want {
				t.Errorf("%q became %q, and theirs %q %v", text[len(head):], got[len(head):], want, err)
			}
		}
	}
}
