package tools

import (
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops"
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
			doc, err := parseZeropsYAML(tc.yaml)
			if err != nil {
				t.Fatal(err)
			}
			got, err := doc.choose(tc.wanted, "app")
			if got != tc.want || (err == nil) != (tc.words == "") || err != nil && !strings.Contains(err.Error(), tc.words) {
				t.Errorf("chose %q, %v; want %q or words %q", got, err, tc.want, tc.words)
			}
		})
	}
}

func TestPhasesOfADeployment(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) zerops.Time {
		return zerops.Time{Time: start.Add(time.Duration(seconds) * time.Second)}
	}
	d := zerops.Deployment{
		Version: zerops.AppVersion{Source: "CLI", Status: zerops.VersionActive, Created: at(0), Activated: at(150), Build: &zerops.VersionBuild{
			PipelineStart: at(10), ContainerCreated: at(13), Started: at(25), Ended: at(90), PipelineFinish: at(130),
		}},
		Process: &zerops.Process{Created: at(10), Finished: at(151), Version: &zerops.AppVersion{Prepare: &zerops.VersionPrepare{ContainerCreated: at(91), Ended: at(129)}}},
	}
	want := []phaseView{{Phase: "upload", Seconds: 10}, {Phase: "queue", Seconds: 3}, {Phase: "build", Seconds: 77}, {Phase: "prepare", Seconds: 38}, {Phase: "deploy", Seconds: 21}}
	got := phasesOf(d)
	if len(got) != len(want) {
		t.Fatalf("phases %+v", got)
	}
	for i := range want {
		if got[i].Phase != want[i].Phase || got[i].Seconds != want[i].Seconds {
			t.Errorf("phase %d is %s of %d s, want %s of %d s", i, got[i].Phase, got[i].Seconds, want[i].Phase, want[i].Seconds)
		}
	}
}

func TestPreparationLinesAreTakenApart(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	prepare := &zerops.VersionPrepare{ContainerCreated: zerops.Time{Time: start}, Ended: zerops.Time{Time: start.Add(time.Minute)}}
	for _, tc := range []struct {
		name string
		line zerops.LogLine
		want bool
	}{
		{"its tag", zerops.LogLine{Tag: "zbuilder@mine"}, true},
		{"the tag of another", zerops.LogLine{Tag: "zbuilder@other", Time: start.Add(time.Second)}, false},
		{"no such tag, its time", zerops.LogLine{Tag: "prepare", Time: start.Add(time.Second)}, true},
		{"no such tag, before it", zerops.LogLine{Tag: "prepare", Time: start.Add(-time.Minute)}, false},
		{"no such tag, after it", zerops.LogLine{Tag: "prepare", Time: start.Add(2 * time.Minute)}, false},
	} {
		if got := ofPreparation(tc.line, "mine", prepare); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
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
		doc, err := parseZeropsYAML(text)
		if err != nil {
			return
		}
		if name, err := doc.choose("", "app"); err == nil && doc.setup(name) == nil {
			t.Errorf("chose %q, which is not there", name)
		}
		_ = doc.values()
	})
}

func FuzzGitURL(f *testing.F) {
	for _, seed := range []string{"https://github.com/a/b.git", "https://u:p@github.com/a/b", "git@github.com:a/b", "https://github.com/a/b?x=y", "https://[::1]/a", "//x/y", "https://github.com/%2e%2e/b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c := &call{redactor: &redactor{patterns: secretPatterns}}
		address, _, err := c.gitURL(t.Context(), raw)
		if err != nil {
			return
		}
		if !strings.HasPrefix(address, "https://") || strings.Contains(address, "@") && strings.Index(address, "@") < strings.Index(address[8:]+"/", "/")+8 || strings.HasSuffix(address, ".git") && !strings.HasSuffix(raw, ".git.git") {
			t.Errorf("%q became %q", raw, address)
		}
	})
}
