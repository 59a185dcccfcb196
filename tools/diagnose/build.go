package diagnose

import (
	"fmt"
	"time"

	"zerops-mcp/tools/facts/deployments"
)

// buildTimeout joins what the platform says with how long the build took.
func buildTimeout(e *Evidence, said finding) finding {
	if !e.failed {
		return finding{}
	}
	lines := e.code("buildTimeout", "buildTimeLimitExceeded")
	if b := e.deployment.Version.Build; b != nil && !b.Started.IsZero() && !b.PipelineFailed.IsZero() && b.PipelineFailed.Sub(b.Started.Time) >= 59*time.Minute {
		lines = append(lines, fmt.Sprintf("the build ran for %s", b.PipelineFailed.Sub(b.Started.Time).Round(time.Minute)))
	}
	if len(lines) > 0 {
		said.confidence, said.score = high, scoreCode
	}
	said.evidence = append(lines, said.evidence...)
	return said
}

// buildCommandFailed shows the end of the log beside the command that failed.
func buildCommandFailed(e *Evidence, said finding) finding {
	if !e.failedIn("build") || len(said.evidence) == 0 {
		return finding{}
	}
	for _, line := range tail(e.Log.Build, 3) {
		said.evidence = append(said.evidence, "build log "+evidenceText(line))
	}
	return said
}

func prepareFailed(e *Evidence) finding {
	if !e.failedIn("prepare") {
		return finding{}
	}
	lines := []string{"deployment " + e.deployment.Version.ID + ": " + deployments.FailureText(*e.deployment, e.now)}
	for _, line := range tail(e.Log.Prepare, 4) {
		lines = append(lines, "prepare log "+evidenceText(line))
	}
	return because(medium, lines...)
}
