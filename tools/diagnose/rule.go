package diagnose

import "zerops-mcp/tools/tool"

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

// finding is what a rule found: nothing, where there is no evidence.
type finding struct {
	evidence   []string
	confidence confidence
	// explanation replaces that of the rule where the finding says more.
	explanation string
	// next replaces that of the rule.
	next *tool.Next
}

// because makes a finding of evidence, with one confidence.
func because(c confidence, evidence ...string) finding {
	return finding{evidence: evidence, confidence: c}
}

// rule recognizes one cause, by codes of the API and words of a log, or by a
// function where it has to compute.
type rule struct {
	cause, phase, explanation string
	// generic rules describe a symptom; they give way to any other of their phase.
	generic bool
	next    func(e *Evidence) *tool.Next

	confidence confidence
	when       func(e *Evidence) bool // nil for always
	codes      []string               // patterns of codes, see matchesCode
	in         source                 // of the words; nil for codes alone
	words      []string               // patterns of lines, see containsAll

	// find computes the finding, instead of the fields above.
	find func(e *Evidence) finding
}

// look gathers what the rule finds in the evidence.
func (r *rule) look(e *Evidence) finding {
	if r.find != nil {
		return r.find(e)
	}
	if r.when != nil && !r.when(e) {
		return finding{}
	}
	lines := e.code(r.codes...)
	if r.in != nil {
		lines = append(lines, r.in(e, r.words...)...)
	}
	return because(r.confidence, lines...)
}

// deploymentFailed reports that the newest deployment did not come to its end.
func deploymentFailed(e *Evidence) bool { return e.failed }

// buildPassed reports that no build failed, so that the words of one are not taken
// for those of the application.
func buildPassed(e *Evidence) bool { return !e.failedIn("build") }

// applicationStarted reports that nothing failed before the application could start.
func applicationStarted(e *Evidence) bool { return !e.failed || e.stage == "deploy" }

// failedIn reports that the newest deployment failed in that phase.
func (e *Evidence) failedIn(stage string) bool { return e.failed && e.stage == stage }
