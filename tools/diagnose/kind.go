package diagnose

import (
	"slices"
	"strings"
)

// kind tells what somebody says for himself from what he repeats.
type kind int

const (
	saying   kind = iota
	quoting       // words of users, titles, documentation
	passing       // a test or a check that went well, or that was meant to fail
	serving       // a line of an access log
	foreign       // another program's or another service's
	working       // a step that goes on
	checking      // what the platform's check of the application met
)

// kindOf tells what a line is. others are the hostnames of the project's other
// services.
func kindOf(text string, l level, others []string) kind {
	trimmed := strings.TrimLeft(withoutTime(text), " \t")
	switch {
	case l < failing && strings.HasSuffix(trimmed, ": ok") || strings.Contains(trimmed, ": ok (") || strings.Contains(trimmed, " stored"):
		return passing
	case systemLine(trimmed) || shippedFrom(trimmed, others):
		return foreign
	case accessLine(trimmed):
		return serving
	case passedLine(trimmed):
		return passing
	case documentation(trimmed):
		return quoting
	case strings.Contains(text, "[psql]") || strings.Contains(text, "previous error") || strings.Contains(text, "last error") || strings.Contains(text, "last crash") || strings.Contains(text, " ago)"):
		return quoting
	case strings.Contains(text, "answered 4") || strings.Contains(text, "for client") || strings.Contains(text, "from client") || strings.Contains(text, "handshake error from") || strings.Contains(text, "client sent an http request"):
		return serving // what it refuses to others
	}
	return saying
}

// systemLine recognizes the services of the operating system beside the application.
func systemLine(text string) bool {
	for _, name := range [...]string{"dbus-daemon[", "systemd-", "sshd[", "cron[", "rsyslogd", "logrotate", "chronyd["} {
		if strings.HasPrefix(text, name) {
			return true
		}
	}
	return strings.HasPrefix(text, "systemd[1]:") && !strings.Contains(text, "zerops@") && !strings.Contains(text, "start command") && strings.Contains(text, ".service: deactivated")
}

// shippedFrom recognizes a line that a log shipper or docker compose has put the name
// of another service before.
func shippedFrom(text string, others []string) bool {
	name, _, found := strings.Cut(text, "|")
	if !found || len(name) > 30 {
		name, _, found = strings.Cut(text, ":")
		if !found || len(name) > 30 {
			return false
		}
	}
	name = strings.TrimRight(strings.TrimSpace(name), "-0123456789")
	return slices.Contains(others, name)
}

// accessLine recognizes a line of an access log: a method, a path and a status.
func accessLine(text string) bool {
	if strings.Contains(text, " http/1.1\" ") || strings.Contains(text, " http/2.0\" ") || strings.Contains(text, " http/1.0\" ") {
		return !strings.Contains(text, "[error]") && !strings.Contains(text, "[crit]")
	}
	if _, after, ok := strings.Cut(text, ": "); ok && len(text)-len(after) < 24 {
		text = strings.TrimLeft(after, " ")
	}
	if i := strings.Index(text, "] "); i >= 0 && i < 80 && strings.HasPrefix(text, "[") {
		text = strings.TrimLeft(text[i+2:], " ")
	}
	for _, method := range [...]string{"get ", "post ", "put ", "patch ", "delete ", "head ", "options "} {
		if strings.HasPrefix(text, method) {
			return !strings.Contains(text, ": ") && !strings.Contains(text, "failed")
		}
	}
	return false
}

// passedLine recognizes the title of a test that passed, or of a check that is well.
func passedLine(text string) bool {
	for _, mark := range [...]string{"✓", "✔", "√", "pass ", "ok ", "--- pass", "=== run", "[pass]", "✅", "passed ", "test "} {
		if strings.HasPrefix(text, mark) {
			return mark != "test " || strings.HasSuffix(text, "... ok")
		}
	}
	return strings.HasSuffix(text, ": ok") || strings.HasSuffix(text, "... ok") || strings.HasSuffix(text, " passed") && !strings.Contains(text, "failed")
}

// documentation recognizes help, comments of a file, commit messages and listings.
func documentation(text string) bool {
	switch {
	case text == "":
		return true
	case strings.HasPrefix(text, "# ") || strings.HasPrefix(text, "// ") || strings.HasPrefix(text, "* ") && strings.Contains(text, "[new"):
		return true
	case strings.HasPrefix(text, "--") && strings.Contains(text, "  "):
		return true
	case strings.HasPrefix(text, "usage:") || strings.HasPrefix(text, "example"), strings.HasPrefix(text, "known issue"), strings.HasPrefix(text, "documentation"), strings.HasPrefix(text, "help:"), strings.HasPrefix(text, "tip:"):
		return true
	}
	return commitLine(text)
}

// commitLine recognizes a line that begins with an abbreviated commit.
func commitLine(text string) bool {
	word, rest, ok := strings.Cut(text, " ")
	if !ok || rest == "" || len(word) < 7 || len(word) > 12 {
		return false
	}
	digits, letters := 0, 0
	for i := range len(word) {
		switch c := word[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c >= 'a' && c <= 'f':
			letters++
		default:
			return false
		}
	}
	return digits > 0 && letters > 0
}

// beforeUsersWords is what a line says before it repeats what somebody wrote.
func beforeUsersWords(text string) string {
	end := len(text)
	for _, word := range [...]string{
		"user>", "assistant>", "bot>", " asked", " wrote", "comment", "subject", "title=", "title:", "body=", "body:", " text=", "text:", "chat", "ticket", "message from", "message by", "question",
		"review", "forum", " says", " said", "quote", "feedback", " reply", " q=", "query=", "keyword", "prompt", "transcript", "note=", "note from", "posted", "article", "blog", "search term", "searched",
		" faq", "headline", " rss", "translat", "flag", "i18n", "locale ", "import row", "csv row", "label=", "summary=", "description=", "commit ", "release notes", "changelog", "upload:", "uploaded",
		"filename", "file=", "template", "render", "indexed", "tweet", "mail from", "email from", "lesson", "course", "quiz", "dictionary", "search:", "log level", "level set", "handler", "middleware", "registered ", "alert rule", "seeded", "tagged",
	} {
		if i := strings.Index(text[:end], word); i >= 0 && wordStart(text, i) {
			end = i
		}
	}
	return text[:end]
}

// markPassed marks what a test run wrote that ended well: its errors were meant.
func markPassed(entries []entry) {
	for i := range entries {
		if len(entries[i].texts) != 1 || !passedRun(strings.TrimLeft(withoutTime(entries[i].texts[0]), " \t=")) {
			continue
		}
		for j := i; j >= 0 && entries[j].block == entries[i].block && i-j < 400; j-- {
			entries[j].kind = passing
		}
	}
}

// passedRun recognizes the summary of tests that passed, or a build's word of success.
func passedRun(text string) bool {
	if strings.Contains(text, "failed") && !strings.Contains(text, "0 failed") {
		return false
	}
	for _, mark := range [...]string{"tests:", "tests ", "test files ", "test suites:", "[info] tests run:", "tests run:"} {
		if strings.HasPrefix(text, mark) {
			return strings.Contains(text, " passed") || strings.Contains(text, "failures: 0, errors: 0") || strings.Contains(text, "0 failures")
		}
	}
	if strings.HasPrefix(text, "[info] build success") || strings.HasPrefix(text, "build successful") || strings.HasPrefix(text, "test result: ok") {
		return true
	}
	return strings.Contains(text, " passed in ") || strings.Contains(text, ", 0 failures") && strings.Contains(text, "examples") ||
		strings.HasPrefix(text, "ok (") && strings.Contains(text, "test")
}

// progressLine recognizes a step of a build that goes on: what it names are packages and
// files, not errors.
func progressLine(text string) bool {
	text = strings.TrimLeft(withoutTime(text), " -•")
	if strings.HasPrefix(text, "throw ") || strings.HasPrefix(text, "raise ") {
		return true // the source beside a stack
	}
	for _, verb := range [...]string{
		"installing ", "downloading ", "downloaded ", "collecting ", "compiling ", "get:", "hit:", "unpacking ", "selecting ", "preparing ", "setting up ", "fetching ", "fetch ", "go: downloading", "go: finding",
		"added ", "progress:", "cloning ", "using cached", "requirement already", "> task ", "extracting ", "locking ", "syncing ", "using ", "restored ", "restoring ", "processing ", "checking ", "updating ",
		"creating ", "building ", "transforming ", "copying ", "generating ", "running ", "executing ", "loading ", "adding ", "reading ", "build.envvariables:", "run.envvariables:", "successfully ",
	} {
		if strings.HasPrefix(text, verb) {
			return !strings.Contains(text, "fail") && !strings.Contains(text, "error") && !strings.Contains(text, "could not") && !strings.Contains(text, "cannot") && !strings.Contains(text, "denied") &&
				!strings.Contains(text, "not found") && !strings.Contains(text, "[y") && !strings.Contains(text, "(y") && !strings.Contains(text, "not ")
		}
	}
	return false
}

// commandEcho recognizes a line with which a shell or a tool names the command that
// follows.
func commandEcho(text string) bool {
	text = strings.TrimLeft(withoutTime(text), " ")
	if strings.HasPrefix(text, "> ") && (strings.Contains(text, "error") || strings.Contains(text, "cannot") || strings.Contains(text, "could not") || strings.Contains(text, "fail") || strings.Contains(text, "not ")) {
		return false // so Gradle tells what went wrong
	}
	return (strings.HasPrefix(text, "$ ") || strings.HasPrefix(text, "+ ") || strings.HasPrefix(text, "> ")) && len(text) > 3
}

// withoutTime is a line without the time it begins with.
func withoutTime(text string) string {
	end := 0
	for i := 0; i < len(text) && i < 40; i++ {
		c := text[i]
		if c >= '0' && c <= '9' || strings.IndexByte("-:/.,+tz[]", c) >= 0 {
			continue
		}
		if c != ' ' {
			break
		}
		end = i + 1
	}
	// A time has six digits at least, a count has not.
	digits := 0
	for i := range end {
		if text[i] >= '0' && text[i] <= '9' {
			digits++
		}
	}
	if digits < 5 {
		return text
	}
	return text[end:]
}
