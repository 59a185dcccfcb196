package manifest

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestParseYamlPlacesAndMerges(t *testing.T) {
	t.Parallel()
	doc, err := Parse("base: &base\n  a: 1\n  b: two\nlist:\n  - <<: *base\n    b: 3\n  - *base\nwhen: 2026-01-02\nnothing: ~\nyes: true\nlarge: 18446744073709551615\ntwice: 1\ntwice: 2\n")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"list.0.a": int64(1), "list.0.b": int64(3), "list.1.b": "two", "when": "2026-01-02", "nothing": nil, "yes": true, "large": uint64(18446744073709551615),
	} {
		if got := At(doc.Value, strings.Split(path, ".")...); got != want {
			t.Errorf("%s is %v (%T), want %v", path, got, got, want)
		}
	}
	for path, want := range map[string]int{"list.0.a": 2, "list.0.b": 6, "list.1.b": 3, "list.1": 7, "twice": 13, "base.none": 1} {
		if got := doc.Line(strings.Split(path, ".")); got != want {
			t.Errorf("%s stands in line %d, want %d", path, got, want)
		}
	}
	if len(doc.Issues) != 1 || doc.Issues[0].Path != "twice" {
		t.Errorf("issues: %v", doc.Issues)
	}
}

func TestParseYamlBounds(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"deep":         strings.Repeat("[", 200) + strings.Repeat("]", 200),
		"deep maps":    strings.Repeat("{a: ", 200) + strings.Repeat("}", 200),
		"large":        strings.Repeat("a", maxYaml+1),
		"many":         "[" + strings.Repeat("1,", maxYamlNodes+1) + "]",
		"circle":       "a: &a [*a]\n",
		"merge circle": "a: &a\n  <<: *a\n",
		"unknown":      "a: *b\n",
		"tabs":         "a:\n\t- b\n",
		"empty":        "",
		"comment":      "# nothing\n",
		"control":      "a: \x01\n",
		"complex key":  "? [a, b]\n: c\n",
	} {
		started := time.Now()
		doc, err := Parse(text)
		if name == "comment" && err == nil && doc.Value == nil {
			continue
		}
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(started); took > 5*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
