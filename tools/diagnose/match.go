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

// matchLines finds lines that contain the words of one of the patterns (see
// containsAll), and when they were written.
func matchLines(source string, lines []zerops.LogLine, patterns ...string) (found []string, times []time.Time) {
	for _, line := range lines {
		text := strings.ToLower(line.Message)
		if len(text) > 4000 {
			text = text[:4000]
		}
		for _, pattern := range patterns {
			if containsAll(text, pattern) {
				found = append(found, source+" "+evidenceText(line))
				times = append(times, line.Time)
				break
			}
		}
	}
	// The newest are about what is wrong now.
	return found[max(len(found)-4, 0):], times
}

// containsAll reports whether a line contains all words of the pattern, which are
// lower case and joined by &.
func containsAll(line, pattern string) bool {
	for word := range strings.SplitSeq(pattern, "&") {
		if !strings.Contains(line, word) {
			return false
		}
	}
	return true
}

// evidenceText is a log line with its full time.
func evidenceText(l zerops.LogLine) string {
	if l.Time.IsZero() {
		return l.Message
	}
	return l.Time.UTC().Format("2006-01-02 15:04:05 ") + l.Message
}

// building returns lines of the build log.
func (e *Evidence) building(patterns ...string) []string {
	found, _ := matchLines("build log", e.Log.Build, patterns...)
	return found
}

// preparing returns lines of the log of run.prepareCommands.
func (e *Evidence) preparing(patterns ...string) []string {
	found, _ := matchLines("prepare log", e.Log.Prepare, patterns...)
	return found
}

// source finds lines that fit patterns in one of the logs.
type source func(e *Evidence, patterns ...string) []string

// inBuildLog looks into the build log, however the build ended.
func inBuildLog(e *Evidence, patterns ...string) []string { return e.building(patterns...) }

// inBuild looks into the log of a build that failed.
func inBuild(e *Evidence, patterns ...string) []string {
	if !e.failedIn("build") {
		return nil
	}
	return e.building(patterns...)
}

// inPrepare looks into the log of run.prepareCommands that failed.
func inPrepare(e *Evidence, patterns ...string) []string {
	if !e.failedIn("prepare") {
		return nil
	}
	if lines := e.preparing(patterns...); len(lines) > 0 {
		return lines
	}
	return e.building(patterns...) // some are written there
}

// inRun looks into the log of the application, while it was being deployed or since.
func inRun(e *Evidence, patterns ...string) []string { return e.running(patterns...) }

// running returns lines of the application: those of a deployment that failed
// while it started, else the recent ones.
func (e *Evidence) running(patterns ...string) []string {
	const source = "application log"
	if e.failedIn("deploy") {
		found, _ := matchLines(source, e.Log.Runtime, patterns...)
		return found
	}
	found, times := matchLines(source, e.severe, patterns...)
	if len(found) == 0 {
		found, times = matchLines(source, e.runtime, patterns...)
	}
	e.matches = append(e.matches, times...)
	return found
}

// recovered reports that what the rule at work has found in the log happened, and
// that the application went on. An application that was killed need not be killed
// twice to have a problem.
func (e *Evidence) recovered(lasting bool) bool {
	if len(e.matches) == 0 {
		return false
	}
	recent, last := 0, time.Time{}
	for _, at := range e.matches {
		if e.now.Sub(at) < passingTime {
			recent++
		}
		if at.After(last) {
			last = at
		}
	}
	if recent >= passingTimes || recent > 0 && lasting {
		return false
	}
	words := tail(e.runtime, lastWords)
	return recent == 0 || len(words) == 0 || last.Before(words[0].Time)
}
