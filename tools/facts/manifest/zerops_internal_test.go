package manifest

import (
	"strings"
	"testing"
)

func TestChooseSetup(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, yaml, wanted, want, words string }{
		{"named like the service", "zerops:\n- setup: a\n- setup: app\n", "", "app", ""},
		{"asked for", "zerops:\n- setup: a\n- setup: app\n", "a", "a", ""},
		{"the only one", "zerops:\n- setup: production\n", "", "production", ""},
		{"several, none fits", "zerops:\n- setup: a\n- setup: b\n", "", "", "a, b"},
		{"not there", "zerops:\n- setup: a\n", "b", "", "it has a"},
		{"a list at the top", "- setup: a\n", "", "", "no setup"},
		{"an odd field costs that field only", "zerops:\n- setup: a\n  run:\n    ports: yes\n    envVariables: [1]\n", "", "a", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc, err := ParseZerops(tc.yaml)
			if err != nil {
				t.Fatal(err)
			}
			got, err := doc.Choose(tc.wanted, "app")
			if got != tc.want || (err == nil) != (tc.words == "") || err != nil && !strings.Contains(err.Error(), tc.words) {
				t.Errorf("chose %q, %v; want %q or words %q", got, err, tc.want, tc.words)
			}
		})
	}
}

func FuzzZeropsYAML(f *testing.F) {
	for _, seed := range []string{
		"zerops:\n- setup: app\n  run:\n    envVariables: {A: b}\n", "zerops: 1", "", "a: &a [*a]", "- - -", "zerops:\n- setup: [x]\n  build: null\n",
		"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nzerops: *c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := ParseZerops(text)
		if err != nil {
			return
		}
		if name, err := doc.Choose("", "app"); err == nil && doc.Setup(name) == nil {
			t.Errorf("chose %q, which is not there", name)
		}
		_ = doc.Values()
	})
}
