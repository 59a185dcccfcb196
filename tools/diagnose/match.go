package diagnose

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// code returns words about the first failure whose code fits one of the patterns
// (see matchesCode): of the deployment's process, of notifications, of recent
// processes.
func (e *Evidence) code(patterns ...string) []string {
	fits := func(code string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return matchesCode(code, pattern) })
	}
	var words []string
	if e.deployment != nil && e.deployment.Process != nil && e.failed {
		if f := e.deployment.Process.Failure; f != nil && fits(f.Code) {
			words = append(words, processWords(*e.deployment.Process))
		}
	}
	for _, n := range e.notifications {
		mine := e.failed && n.Version != nil && n.Version.ID == e.deployment.Version.ID
		if n.Failure != nil && fits(n.Failure.Code) && mine {
			words = append(words, fmt.Sprintf("notification about %s: %s: %s", tool.Clean(n.Action, 60), tool.Clean(n.Failure.Code, 80), tool.Clean(n.Failure.Message, 200)))
		}
	}
	if len(words) > 0 || e.failed && e.deployment.Process != nil && e.deployment.Process.Failure != nil {
		return words
	}
	for _, p := range e.failures() {
		if p.Failure != nil && fits(p.Failure.Code) && len(words) < 2 {
			words = append(words, processWords(p))
		}
	}
	return words
}

// matchesCode reports whether a code of the API is the one of the pattern, in which
// * stands for any text. The platform spells some codes in more than one case.
func matchesCode(code, pattern string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(code))
	return err == nil && ok
}

// evidenceText is a log line with its full time.
func evidenceText(l zerops.LogLine) string {
	if l.Time.IsZero() {
		return l.Message
	}
	return l.Time.UTC().Format("2006-01-02 15:04:05 ") + l.Message
}

// recovered reports that what the log says happened, and that the application went on.
// An application that was killed need not be killed twice to have a problem.
func (e *Evidence) recovered(times []time.Time, lasting bool) bool {
	if len(times) == 0 {
		return false
	}
	recent, last := 0, time.Time{}
	for _, at := range times {
		if e.now.Sub(at) < passingTime {
			recent++
		}
		if at.After(last) {
			last = at
		}
	}
	if recent >= passingTimes || recent > 0 && (lasting || e.now.Sub(last) < justNow) {
		return false
	}
	words := tail(e.runtime, lastWords)
	return recent == 0 || len(words) == 0 || last.Before(words[0].Time)
}
