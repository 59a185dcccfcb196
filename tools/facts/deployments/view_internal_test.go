package deployments

import (
	"testing"
	"time"

	"zerops-mcp/zerops"
)

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
	want := []PhaseView{{Phase: "upload", Seconds: 10}, {Phase: "queue", Seconds: 3}, {Phase: "build", Seconds: 77}, {Phase: "prepare", Seconds: 38}, {Phase: "deploy", Seconds: 21}}
	got := PhasesOf(d)
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
