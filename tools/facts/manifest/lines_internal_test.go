package manifest

import (
	"slices"
	"strings"
	"testing"
)

// TestReadForSecrets finds the values of variables in texts that no reader of YAML
// takes: broken ones, and one beyond the bounds of documents.
func TestReadForSecrets(t *testing.T) {
	t.Parallel()
	const secret = "fake-secret-of-the-deployed-text"
	whole := "zerops:\n  - setup: app\n    run:\n      envVariables:\n        KEY: " + secret + "\n"
	for name, text := range map[string]string{
		"whole":     whole,
		"broken":    whole + "   x: [\n",
		"quoted":    "a: [\nKEY: \"" + secret + "\"\n",
		"commented": "a: [\nKEY: " + secret + " # why\n",
		"a list":    "a: [\n  - KEY=" + secret + "\n",
		"a block":   "a: [\nKEY: |\n    " + secret + "\n",
		"large":     whole + strings.Repeat("# filler\n", MaxZeropsYAML/9+1),
		"many":      whole + "other: [" + strings.Repeat("1,", maxYamlNodes+1) + "]\n",
	} {
		if values, _ := ReadForSecrets(text); !slices.Contains(values, secret) {
			t.Errorf("%s: not among %d values", name, len(values))
		}
	}
}
