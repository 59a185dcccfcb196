package logs

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/internal/phrase"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// maxLogMessage bounds the message of a line that is shown, in characters.
	maxLogMessage = 1000
	// maxLogFields bounds what else a JSON line holds, in characters.
	maxLogFields = 400
	// maxLogJSON bounds a line that is read as JSON, in bytes.
	maxLogJSON = 16 << 10
)

// logText is what a line says, once it is understood.
type logText struct {
	severity int
	message  string
	fields   string    // what else a JSON line holds
	line     string    // what is searched
	at       time.Time // its own time, where it has one
}

// understand reads a line: JSON objects give their level, message and time,
// other lines the level they begin with. What the application says about itself
// counts more than what the platform assumes: it takes plain output for
// information.
func understand(message string, severity int) logText {
	text := logText{severity: severity, message: message}
	trimmed := strings.TrimSpace(message)
	if strings.HasPrefix(trimmed, "{") && strings.HasSuffix(trimmed, "}") && len(trimmed) <= maxLogJSON {
		if text.readJSON(trimmed) {
			return text
		}
	}
	if severity >= zerops.SeverityInfo {
		if level, ok := leadingLevel(trimmed); ok {
			text.severity = level
		}
	}
	return text
}

// readJSON takes a JSON line apart. It reports false where the text is no object
// with a message, and then changes nothing.
func (t *logText) readJSON(line string) bool {
	decoder := json.NewDecoder(strings.NewReader(line))
	decoder.UseNumber()
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	found := logText{severity: t.severity}
	var rest strings.Builder
	has := false
	for decoder.More() {
		token, err := decoder.Token()
		name, isName := token.(string)
		var value json.RawMessage
		if err != nil || !isName || decoder.Decode(&value) != nil {
			return false
		}
		plain := jsonScalar(value)
		switch jsonRole(name) {
		case roleMessage:
			if !has && plain != "" {
				found.message, has = plain, true
				continue
			}
		case roleLevel:
			if level, ok := levelOf(plain); ok {
				found.severity = level
				continue
			}
		case roleTime:
			if at, ok := ownTime(plain); ok {
				found.at = at
				continue
			}
		case roleOther:
		}
		if rest.Len() < 4*maxLogFields {
			if rest.Len() > 0 {
				rest.WriteByte(' ')
			}
			rest.WriteString(name + "=" + plain)
		}
	}
	if !has {
		return false
	}
	found.fields = rest.String()
	*t = found
	return true
}

// jsonScalar writes a JSON value for reading: strings without quotes, the rest
// as it is.
func jsonScalar(raw json.RawMessage) string {
	var s string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &s) == nil {
		return s
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return string(raw)
	}
	return compact.String()
}

type jsonMember int

const (
	roleOther jsonMember = iota
	roleMessage
	roleLevel
	roleTime
)

// jsonRole knows how the usual logging libraries name their members.
func jsonRole(name string) jsonMember {
	switch strings.ToLower(name) {
	case "msg", "message", "@message", "text", "log":
		return roleMessage
	case "level", "severity", "lvl", "@level", "log.level", "levelname", "loglevel", "level_name":
		return roleLevel
	case "time", "timestamp", "ts", "@timestamp", "datetime", "@t", "asctime":
		return roleTime
	}
	return roleOther
}

// levelOf reads the name or number of a level. Numbers from 10 are those of pino
// and bunyan, lower ones those of syslog.
func levelOf(s string) (int, bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "trace", "debug", "verbose", "silly":
		return zerops.SeverityDebug, true
	case "info", "information", "informational", "http", "log":
		return zerops.SeverityInfo, true
	case "notice":
		return zerops.SeverityNotice, true
	case "warn", "warning":
		return zerops.SeverityWarning, true
	case "error", "err", "severe":
		return zerops.SeverityError, true
	case "critical", "crit", "fatal":
		return zerops.SeverityCritical, true
	case "alert":
		return zerops.SeverityAlert, true
	case "emergency", "emerg", "panic":
		return zerops.SeverityEmergency, true
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil || n < 0:
		return 0, false
	case n <= zerops.SeverityDebug:
		return n, true
	case n < 10:
		return 0, false
	case n < 30:
		return zerops.SeverityDebug, true
	case n < 40:
		return zerops.SeverityInfo, true
	case n < 50:
		return zerops.SeverityWarning, true
	case n < 60:
		return zerops.SeverityError, true
	case n == 60:
		return zerops.SeverityCritical, true
	}
	return 0, false
}

// ownTime reads the time a line gives itself: RFC 3339, or seconds or
// milliseconds since 1970.
func ownTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04:05,000"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f < 1e9 || f > 1e14:
		return time.Time{}, false
	case f < 1e11:
		return time.UnixMilli(int64(f * 1000)).UTC(), true
	}
	return time.UnixMilli(int64(f)).UTC(), true
}

// levelHead is how far into a line its level may stand: behind a time, a name in
// brackets or both.
const levelHead = 64

// leadingLevel finds the level a plain line begins with: in capitals or brackets
// anywhere in its head, after level=, or in any case as its very first word
// before a colon.
func leadingLevel(line string) (int, bool) {
	if first, _, ok := strings.Cut(line[:min(len(line), 16)], ":"); ok {
		if level, known := levelOf(first); known && first != "" && !digits(first) {
			return level, true
		}
	}
	head := line
	if len(head) > levelHead {
		head = head[:levelHead]
	}
	if i := strings.Index(head, "level="); i >= 0 {
		word, _, _ := strings.Cut(line[i+len("level="):min(len(line), i+32)], " ")
		return levelOf(strings.Trim(word, `"`))
	}
	for start := 0; start < len(head); {
		if !tool.IsLetter(head[start]) {
			start++
			continue
		}
		end := start
		for end < len(head) && tool.IsLetter(head[end]) {
			end++
		}
		word := head[start:end]
		bracketed := start > 0 && end < len(head) && (head[start-1] == '[' && head[end] == ']' || head[start-1] == '<' && head[end] == '>')
		if bracketed || word == strings.ToUpper(word) {
			if level, ok := levelOf(word); ok && (len(word) > 3 || bracketed || word == "ERR") && word != "LOG" && word != "HTTP" {
				return level, true
			}
		}
		start = end
	}
	return 0, false
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// severityNames are the levels as arguments and results spell them.
func severityNames() []string {
	return []string{"emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"}
}

func severityName(severity int) string {
	names := severityNames()
	return names[min(max(severity, 0), len(names)-1)]
}

// clipLog shortens cleaned text and lets go of what it was cut from.
func clipLog(s string, limit int) string {
	s = strings.TrimRight(tool.CleanText(s), " \t\n")
	return strings.Clone(phrase.Cut(s, limit))
}
