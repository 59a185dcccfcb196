package diagnose

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/zerops"
)

var showMisses = flag.Bool("misses", false, "print what is said wrongly of the logs that are not held out")

// specimen is one log of testdata/logs with the cause that has to be named first. Of
// several causes joined by | each is right; none means that nothing is wrong.
type specimen struct {
	name, phase, reason, cause string
	lines                      []string
}

// specimens reads the archives whose names begin with a word: dev or heldout.
func specimens(t *testing.T, set string) []specimen {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "logs", set+"-*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no logs of %s: %v", set, err)
	}
	var all []specimen
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range members(string(raw)) {
			name, text, _ := strings.Cut(part, " --\n")
			head, log, _ := strings.Cut(text, "\n\n")
			s := specimen{name: name, lines: strings.Split(strings.TrimRight(log, "\n"), "\n")}
			for line := range strings.SplitSeq(head, "\n") {
				switch key, value, _ := strings.Cut(line, ": "); key {
				case "phase":
					s.phase = value
				case "reason":
					s.reason = value
				case "cause":
					s.cause = value
				}
			}
			all = append(all, s)
		}
	}
	return all
}

// members splits an archive; each member begins with its name.
func members(archive string) []string {
	var all []string
	for line := range strings.Lines(archive) {
		name, isName := strings.CutPrefix(line, "-- ")
		if isName = isName && strings.HasSuffix(name, " --\n") && strings.Count(name, " ") == 1; isName {
			all = append(all, name)
		} else if len(all) > 0 {
			all[len(all)-1] += line
		}
	}
	return all
}

// evidence is what diagnose_service would have read: a failed deployment with that log, or
// a service that runs and writes it. The severity of all lines is the same, since the
// platform's says only on which stream they came.
func (s specimen) evidence() *Evidence {
	said := saidWhileRunning
	if s.cause != "none" {
		switch s.phase {
		case "build":
			said = saidInBuild
		case "prepare":
			said = saidInPrepare
		case "init", "deploy":
			said = saidAtStart
		}
	}
	e := diagnosed(said(s.lines...))
	if strings.HasPrefix(s.reason, "zeropsYaml") {
		e = diagnosed(broken(zerops.VersionValidationFailed))
	}
	for _, lines := range [][]zerops.LogLine{e.Log.Build, e.Log.Prepare, e.Log.Runtime, e.runtime} {
		for i := range lines {
			lines[i].Severity = zerops.SeverityInfo
		}
	}
	if !e.failed {
		e.severe = nil
	}
	if s.reason != "" {
		e.deployment.Process.Failure = &zerops.Reason{Code: "pipelineFailed", Message: s.reason}
		if code, _, found := strings.Cut(s.reason, ": "); found && !strings.Contains(code, " ") && strings.HasPrefix(code, "zerops") {
			e.deployment.Process.Failure.Code = code
		}
	}
	return e
}

// tally counts what was said rightly, by phase.
type tally map[string][2]int

func (t tally) add(phase string, right bool) {
	for _, key := range []string{phase, "all"} {
		n := t[key]
		n[1]++
		if right {
			n[0]++
		}
		t[key] = n
	}
}

func (t tally) percent(phase string) float64 {
	return 100 * float64(t[phase][0]) / float64(max(t[phase][1], 1))
}

// TestFirstCauseOfTheCorpus holds the figures of docs/internals/diagnosis.md.
func TestFirstCauseOfTheCorpus(t *testing.T) {
	t.Parallel()
	for set, promised := range map[string]struct {
		right  float64
		alarms int
	}{"dev": {98, 0}, "heldout": {79, 6}} {
		right := tally{}
		alarms := 0
		for _, s := range specimens(t, set) {
			causes := s.evidence().Diagnose()
			if s.cause == "none" {
				for _, c := range causes {
					if c.Confidence != low.String() {
						alarms++
						if *showMisses && set == "dev" {
							t.Logf("%s: %s %s: %q", s.name, c.Cause, c.Confidence, c.Evidence)
						}
					}
				}
				continue
			}
			ok := len(causes) > 0 && slices.Contains(strings.Split(s.cause, "|"), causes[0].Cause)
			right.add(s.phase, ok)
			if !ok && *showMisses && set == "dev" {
				said := "nothing"
				for i, c := range causes[:min(len(causes), 3)] {
					if i == 0 {
						said = ""
					}
					said += "\n      " + c.Cause + " " + c.Confidence + " " + strings.Join(c.Evidence[:min(2, len(c.Evidence))], " | ")
				}
				t.Logf("%s (%s): want %s, said%s", s.name, s.phase, s.cause, said)
			}
		}
		for _, phase := range []string{"build", "prepare", "init", "deploy", "run", "all"} {
			t.Logf("%s %s: %d of %d right first, %.1f %%", set, phase, right[phase][0], right[phase][1], right.percent(phase))
		}
		t.Logf("%s: %d harmless above low", set, alarms)
		if got := right.percent("all"); got < promised.right {
			t.Errorf("%s: %.1f %% of the first causes are right, want %.1f", set, got, promised.right)
		}
		if alarms > promised.alarms {
			t.Errorf("%s: %d harmless causes above low, want %d", set, alarms, promised.alarms)
		}
	}
}
