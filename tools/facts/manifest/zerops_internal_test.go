package manifest

import (
	"slices"
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
		{"the first of two documents", "zerops: [{setup: a}]\n---\nzerops: [{setup: b}]\n", "", "a", ""},
		{"nothing but a comment", "# later\n", "", "", "no setup"},
		{"a name is no number", "zerops: [{setup: 1.10}]\n", "1.10", "1.10", ""},
		{"an odd field costs that field only", "zerops:\n- setup: a\n  run:\n    ports: yes\n    envVariables: [1]\n", "", "a", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			doc, err := ParseZerops(tc.yaml)
			if err != nil {
				t.Fatal(err)
			}
			got, err := doc.Choose(tc.wanted, "app")
			if got.Name() != tc.want || (err == nil) != (tc.words == "") || err != nil && !strings.Contains(err.Error(), tc.words) {
				t.Errorf("chose %q, %v; want %q or words %q", got.Name(), err, tc.want, tc.words)
			}
		})
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	doc, err := ParseZerops("x: &run\n  base: nodejs@22\n  ports: [{port: 3000}, {port: none}, 80]\nzerops:\n- setup: a\n- setup: b\n  build: {base: [go@1, php@8]}\n- setup: app\n  run:\n    <<: *run\n    envVariables: {A: 1}\n")
	if err != nil {
		t.Fatal(err)
	}
	app, _ := doc.Setup("app")
	b, _ := doc.Setup("b")
	if app.Base() != "nodejs@22" || b.Base() != "go@1" || !slices.Equal(app.Ports(), []int{3000}) || app.RunVariables()["A"] != int64(1) {
		t.Errorf("bases %q and %q, ports %v, variables %v", app.Base(), b.Base(), app.Ports(), app.RunVariables())
	}
	if line := app.Locate("run.envVariables.A", ""); line != 11 {
		t.Errorf("the variable stands in line %d", line)
	}
	var none Setup
	if none.Name() != "" || none.Ports() != nil || none.RunVariables() != nil || none.Base() != "" {
		t.Error("the zero setup has something in it")
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
		if s, err := doc.Choose("", "app"); err == nil && !slices.Contains(doc.Names(), s.Name()) {
			t.Errorf("chose %q, which is not there", s.Name())
		}
		_ = doc.Secrets()
	})
}
