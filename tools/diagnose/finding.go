package diagnose

import (
	"time"

	"zerops-mcp/tools/tool"
)

// Confidences, by weight.
type confidence int

const (
	low confidence = iota + 1
	medium
	high
)

func (c confidence) String() string {
	switch c {
	case high:
		return "high"
	case medium:
		return "medium"
	case low:
	}
	return "low"
}

// finding is what was found of a cause: nothing, where there is no evidence.
type finding struct {
	evidence   []string
	confidence confidence
	// explanation replaces that of the table where the finding says more.
	explanation string
	// next replaces that of the table.
	next *tool.Next

	// Of log lines: their source in words, the best score, the place of the first of the
	// best ones, and the times of all.
	source string
	score  int
	order  int
	times  []time.Time
}

// because makes a finding of evidence, with one confidence.
func because(c confidence, evidence ...string) finding {
	return finding{evidence: evidence, confidence: c}
}

// failedIn reports that the newest deployment failed in that phase.
func (e *Evidence) failedIn(stage string) bool { return e.failed && e.stage == stage }
