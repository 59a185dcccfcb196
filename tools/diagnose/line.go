package diagnose

import (
	"encoding/json"
	"strings"

	"zerops-mcp/zerops"
)

// level is how bad a program says that its line is.
type level int

const (
	unsaid level = iota
	debugging
	informing
	warning
	failing
)

// entry is a log line made ready to be matched.
type entry struct {
	line  zerops.LogLine
	texts []string // what it says, in lower case: one text, or those of its JSON fields
	level level
	kind  kind
	block int // the number of the command that wrote it
}

// Of a line at most maxRead is read, and of what it says at most maxMatched is matched: an
// error stands at the beginning.
const (
	maxRead    = 8000
	maxMatched = 1000
)

// read makes entries of the lines of one log.
func read(lines []zerops.LogLine, where byte, others []string) []entry {
	entries := make([]entry, 0, len(lines))
	block := 0
	for _, line := range lines {
		raw := plain(line.Message)
		text := strings.ToLower(raw[:min(len(raw), maxMatched)])
		e := entry{line: line, texts: []string{text}, level: levelOf(raw)}
		if fields := fieldsOf(raw); fields != nil {
			if len(fields.texts) > 0 {
				e.texts = fields.texts
			}
			for i, text := range e.texts {
				e.texts[i] = text[:min(len(text), maxMatched)]
			}
			if fields.level != unsaid {
				e.level = fields.level
			}
			e.kind = fields.kind
		}
		if where != 'r' && commandEcho(text) {
			block++
		}
		e.block = block
		if strings.HasPrefix(withoutTime(text), "readiness check") || strings.HasPrefix(withoutTime(text), "healthcheck") {
			// What the platform's check met is not what the application says.
			e.kind = checking
		}
		if e.kind == saying && (where != 'r' && commandEcho(text) || progressLine(text)) {
			e.kind = working
		}
		if e.kind == saying {
			e.kind = kindOf(text, e.level, others)
		}
		if where == 'r' && e.kind == saying && e.level < failing && len(e.texts) == 1 {
			e.texts[0] = beforeUsersWords(e.texts[0])
		}
		entries = append(entries, e)
	}
	markPassed(entries)
	return entries
}

// plain is a message without colors and bounded.
func plain(message string) string {
	if len(message) > maxRead {
		message = strings.ToValidUTF8(message[:maxRead], "")
	}
	if !strings.ContainsRune(message, 0x1b) && !strings.Contains(message, "[3") {
		return message
	}
	var b strings.Builder
	for rest := message; rest != ""; {
		i := strings.IndexAny(rest, "\x1b[")
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		n := colorCode(rest)
		if n == 0 {
			b.WriteByte(rest[0])
			n = 1
		}
		rest = rest[n:]
	}
	return b.String()
}

// colorCode is the length of the color code that a text begins with, with or without
// its escape character, which some log services drop.
func colorCode(s string) int {
	i := 0
	if s[i] == 0x1b {
		i++
	}
	if i >= len(s) || s[i] != '[' {
		return i
	}
	i++
	digits := i
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == ';') {
		i++
	}
	if i < len(s) && s[i] == 'm' && i > digits || s[0] == 0x1b && i < len(s) {
		return i + 1
	}
	return 0
}

// levelWords are the names of levels.
func levelWord(word string) level {
	switch word {
	case "error", "err", "fatal", "critical", "crit", "emerg", "alert", "severe", "panic", "emergency":
		return failing
	case "warn", "warning":
		return warning
	case "info", "log", "notice", "note", "information", "http", "success":
		return informing
	case "debug", "trace", "verbose", "statement", "detail", "hint":
		return debugging
	}
	return unsaid
}

// levelOf reads the level out of the first words of a line: one in capitals, in
// brackets, after level=, or the first word before a colon or wide space.
func levelOf(raw string) level {
	head := raw[:min(len(raw), 110)]
	if len(head) > 3 && head[1] == ',' && head[2] == ' ' {
		switch head[0] {
		case 'D', 'I':
			return informing
		case 'W':
			return warning
		case 'E', 'F':
			return failing
		}
	}
	lower := strings.ToLower(head)
	if strings.Contains(lower, ": warning ") {
		return warning
	}
	for _, prefix := range [...]string{"npm warn", "npm notice", "npm http", "npm info", "warn ", "warn:", "warning ", "warning:", "debug ", "info "} {
		if strings.HasPrefix(strings.TrimLeft(lower, " \t"), prefix) {
			return levelWord(strings.Trim(strings.TrimPrefix(prefix, "npm "), " :"))
		}
	}
	start, words := -1, 0
	for i := 0; i <= len(head); i++ {
		if i < len(head) && (head[i] >= 'a' && head[i] <= 'z' || head[i] >= 'A' && head[i] <= 'Z') {
			if start < 0 {
				start = i
			}
			continue
		}
		if start < 0 {
			continue
		}
		word := head[start:i]
		l := levelWord(lower[start:i])
		if len(word) > 1 {
			words++
		}
		if l != unsaid && (words <= 4 || head[max(start-1, 0)] == '[') && isLevel(head, start, i, word) {
			return l
		}
		start = -1
		if words > 14 {
			break
		}
	}
	return unsaid
}

// isLevel reports whether a word that names a level stands where levels do.
func isLevel(head string, start, end int, word string) bool {
	before, after := byte(' '), byte(' ')
	if start > 0 {
		before = head[start-1]
	}
	if end < len(head) {
		after = head[end]
	}
	switch {
	case before == '[' || before == '<' || before == '(':
		return after == ']' || after == '>' || after == ')' || after == ' ' || after == '/'
	case strings.HasSuffix(head[:start], "level=") || strings.HasSuffix(head[:start], "lvl=") || strings.HasSuffix(head[:start], "severity=") || strings.HasSuffix(head[:start], "level=\""):
		return true
	case word == strings.ToUpper(word) && len(word) > 2:
		return after == ' ' || after == ':' || after == ']' || after == '/' || after == '|' || after == '\t'
	case after == ':' || after == ' ' && end+1 < len(head) && head[end+1] == ' ':
		// The first word, or the first after a time.
		return strings.IndexFunc(head[:start], func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' && r != 'T' && r != 'Z' }) < 0
	}
	return false
}

// jsonFields is what a line in JSON says.
type jsonFields struct {
	texts []string
	level level
	kind  kind
}

// fieldsOf reads a line that is a JSON object, alone or after a prefix, or that is made
// of key=value pairs; nil for any other.
func fieldsOf(raw string) *jsonFields {
	trimmed := strings.TrimRight(raw, " '\r")
	if i := strings.Index(trimmed, "{\""); i >= 0 && i < 40 && strings.HasSuffix(trimmed, "}") {
		var object map[string]any
		if json.Unmarshal([]byte(trimmed[i:]), &object) == nil {
			if f := jsonOf(object); speaks(object) || f.kind == quoting {
				return f
			}
		}
	}
	return logfmtOf(raw)
}

func speaks(object map[string]any) bool {
	for key := range object {
		switch key {
		case "msg", "message", "level", "severity", "lvl", "err", "error", "log.level", "status":
			return true
		}
	}
	return false
}

func jsonOf(object map[string]any) *jsonFields {
	f := &jsonFields{}
	f.add(object, 0)
	for _, key := range [...]string{"level", "severity", "lvl", "log.level", "s"} {
		switch v := object[key].(type) {
		case string:
			f.level = max(f.level, levelWord(strings.ToLower(v)))
		case float64:
			switch {
			case v >= 50:
				f.level = failing
			case v >= 40:
				f.level = warning
			case v >= 10:
				f.level = informing
			}
		}
	}
	if f.level < failing {
		for key := range object {
			if userField(key) {
				f.kind = quoting
			}
		}
	}
	return f
}

// add takes what the fields of an error say.
func (f *jsonFields) add(object map[string]any, depth int) {
	for _, key := range [...]string{"msg", "message", "err", "error", "exception", "reason", "cause", "stack", "detail", "details", "stacktrace", "error.message", "status", "type", "name", "code"} {
		switch v := object[key].(type) {
		case string:
			if v != "" && len(f.texts) < 12 {
				f.texts = append(f.texts, strings.ToLower(v))
			}
		case map[string]any:
			if depth < 3 {
				f.add(v, depth+1)
			}
		}
	}
}

// userField reports whether a field holds what people write.
func userField(key string) bool {
	switch strings.ToLower(key) {
	case "body", "text", "title", "comment", "subject", "content", "prompt", "query", "q", "note", "question", "answer", "summary", "payload", "input", "transcript", "feedback", "review":
		return true
	}
	return false
}

// logfmtOf reads a line of key=value pairs.
func logfmtOf(raw string) *jsonFields {
	if !strings.Contains(raw, "msg=") && !strings.Contains(raw, "level=") {
		return nil
	}
	f := &jsonFields{}
	shipped, leveled := false, false
	for rest := strings.TrimSpace(raw); rest != ""; {
		key, after, ok := strings.Cut(rest, "=")
		if !ok || after == "" {
			break
		}
		key = key[strings.LastIndexByte(key, ' ')+1:]
		var value string
		if after[0] == '"' {
			value, rest = quotedValue(after[1:])
		} else {
			value, rest, _ = strings.Cut(after, " ")
		}
		switch key {
		case "msg", "message", "err", "error", "exception", "cause":
			f.texts = append(f.texts, strings.ToLower(value))
		case "level", "lvl", "severity":
			f.level, leveled = levelWord(strings.ToLower(value)), true
		case "source", "host", "container", "pod":
			shipped = true
		default:
			if userField(key) {
				f.kind = quoting
			}
		}
	}
	if f.level == failing {
		f.kind = saying
	} else if shipped && !leveled {
		f.kind = foreign
	}
	if len(f.texts) == 0 {
		return nil
	}
	return f
}

// quotedValue is the text up to the closing quote, and what follows it.
func quotedValue(s string) (value, rest string) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return strings.ReplaceAll(s[:i], `\"`, `"`), s[i+1:]
		}
	}
	return s, ""
}
