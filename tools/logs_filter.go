package tools

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

// clockSkew is how far the clock of a container may be ahead of ours.
const clockSkew = 10 * time.Minute

// maxProgram bounds a compiled expression: repetitions make a short one large.
const maxProgram = 5000

// logFilter is what a line has to be. The log service filters by severity, tag
// and container only, so the rest is done here, over what was really read.
type logFilter struct {
	since, until time.Time // since is zero where there is no lower bound
	asOf         time.Time // until as the caller meant it
	before       logCursor
	minSeverity  int // of the line itself
	contains     string
	regex        *regexp.Regexp
	redact       func(string) string
}

func (in searchLogsIn) filter(now time.Time) (logFilter, error) {
	f := logFilter{minSeverity: zerops.SeverityDebug, contains: strings.ToLower(in.Contains)}
	var err error
	if f.since, f.until, err = in.bounds(now, defaultSince); err != nil {
		return f, err
	}
	f.asOf = f.until
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
		return nil, invalid("regex", "is no RE2 expression: %s", clean(strings.TrimPrefix(err.Error(), "error parsing regexp: "), 200))
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > maxProgram {
		return nil, invalid("regex", "is too large once its repetitions are written out; use smaller ones")
	}
	compiled, err := regexp.Compile(expr)
	if err != nil {
		return nil, invalid("regex", "is no RE2 expression")
	}
	return compiled, nil
}

// narrow reports that lines are left out for what they say, so that the newest
// lines may hold none of those that are wanted.
func (f *logFilter) narrow() bool {
	return f.contains != "" || f.regex != nil || f.minSeverity < zerops.SeverityDebug
}

// inRange reports whether the line is of the time asked for.
func (f *logFilter) inRange(at time.Time) bool {
	return !at.Before(f.since) && !at.After(f.until) && (f.before.at.IsZero() || !at.After(f.before.at))
}

// matches reports whether a line is wanted for what it says. Text is compared
// once more without its secrets, so that nobody can find one out by guessing.
func (f *logFilter) matches(line zerops.LogLine) (logText, bool) {
	if f.contains == "" && f.regex == nil {
		if f.minSeverity == zerops.SeverityDebug {
			return logText{}, true
		}
		text := understand(line.Message, line.Severity)
		return text, text.severity <= f.minSeverity
	}
	message := cleanText(line.Message)
	if !f.says(message) {
		return logText{}, false
	}
	text := understand(line.Message, line.Severity)
	if text.severity > f.minSeverity {
		return text, false
	}
	safe := f.redact(message)
	return text, safe == message || f.says(safe)
}

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
		words = append(words, fmt.Sprintf("containing %q", clean(f.contains, 60)))
	}
	if f.regex != nil {
		words = append(words, "matching the expression")
	}
	return strings.Join(words, ", ")
}
