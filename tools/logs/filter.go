package logs

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// clockSkew is how far the clock of a container may be ahead of ours.
const clockSkew = 10 * time.Minute

// logFilter is what a line has to be. The log service filters by severity, tag
// and container only, so the rest is done here, over what was really read.
type logFilter struct {
	since, until time.Time // since is zero where there is no lower bound
	asOf         time.Time // until as the caller meant it
	before       logCursor
	minSeverity  int // of the line itself
	contains     string
	regex        *regexp.Regexp
	redact       func(string) string // removes secrets
}

func (in searchLogsIn) filter(now time.Time) (logFilter, error) {
	f := logFilter{minSeverity: zerops.SeverityDebug, contains: strings.ToLower(in.Contains)}
	var err error
	if f.since, f.until, err = in.Bounds(now, tool.DefaultSince); err != nil {
		return f, err
	}
	f.asOf = f.until
	if in.WaitSeconds > 0 && (in.Until != "" || in.Cursor != "") {
		return f, tool.Invalid("wait_seconds", "waits for lines that are still to come, so it goes with neither until nor cursor; leave out the one or the other")
	}
	if in.Until == "" {
		f.until = f.until.Add(clockSkew)
	}
	if in.Since == "" && (in.Source == sourceBuild || in.Deployment != "") {
		f.since = time.Time{} // a deployment counts as a whole, whenever it was
	}
	for severity, name := range severityNames() {
		if name == in.MinSeverity {
			f.minSeverity = severity
		}
	}
	if in.Regex != "" {
		if f.regex, err = compileRegex(in.Regex); err != nil {
			return f, err
		}
	}
	return f, nil
}

// compileRegex accepts RE2 expressions that stay small when compiled.
func compileRegex(expr string) (*regexp.Regexp, error) {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil, tool.Invalid("regex", "is no RE2 expression: %s", tool.Clean(strings.TrimPrefix(err.Error(), "error parsing regexp: "), 200))
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > tool.MaxProgram {
		return nil, tool.Invalid("regex", "is too large once its repetitions are written out; use smaller ones")
	}
	compiled, err := regexp.Compile(expr)
	if err != nil {
		return nil, tool.Invalid("regex", "is no RE2 expression")
	}
	return compiled, nil
}

// narrow reports that lines are left out for what they say, so that the newest
// lines may hold none of those that are wanted.
func (f *logFilter) narrow() bool {
	return f.searches() || f.minSeverity < zerops.SeverityDebug
}

// inRange reports whether the line is of the time asked for.
func (f *logFilter) inRange(at time.Time) bool {
	return !at.Before(f.since) && !at.After(f.until) && (f.before.at.IsZero() || !at.After(f.before.at))
}

// matches reports whether a line is wanted for what it says without its secrets,
// which is all that is ever looked at, so that nobody can find one out by guessing.
func (f *logFilter) matches(line zerops.LogLine) (logText, bool) {
	if !f.narrow() {
		return logText{}, true
	}
	text := f.read(line)
	return text, text.severity <= f.minSeverity && (!f.searches() || f.says(text.line))
}

// read takes the secrets out of a line and then understands it. What it says once its
// escapes are resolved can hold places of secrets that could not be seen before: then
// that is what counts as the line.
func (f *logFilter) read(line zerops.LogLine) logText {
	safe := f.redact(tool.CleanText(line.Message))
	text := understand(safe, line.Severity)
	message, fields := f.redact(tool.CleanText(text.message)), f.redact(tool.CleanText(strings.ReplaceAll(text.fields, "\n", " ")))
	text.line = safe
	if message != text.message || fields != text.fields {
		text.line = message + " " + fields
	}
	text.message, text.fields = message, fields
	return text
}

// searches reports that lines are wanted for their words.
func (f *logFilter) searches() bool { return f.contains != "" || f.regex != nil }

func (f *logFilter) says(message string) bool {
	return (f.contains == "" || strings.Contains(strings.ToLower(message), f.contains)) && (f.regex == nil || f.regex.MatchString(message))
}

// logCursor is the end of the page before: lines at its time and older ones are
// still to come, but for the first shown of that time.
type logCursor struct {
	at    time.Time
	shown int
}

func (f *logFilter) describe() string {
	var words []string
	if f.minSeverity < zerops.SeverityDebug {
		words = append(words, "severity "+severityName(f.minSeverity)+" or worse")
	}
	if f.contains != "" {
		words = append(words, fmt.Sprintf("containing %q", tool.Clean(f.contains, 60)))
	}
	if f.regex != nil {
		words = append(words, "matching the expression")
	}
	return strings.Join(words, ", ")
}
