package manifest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// readableText refuses characters of a YAML text that parsers disagree on: some
// take them for the end of a line or for nothing, others for text. A key could
// hide behind one.
func readableText(text string) error {
	if !utf8.ValidString(text) {
		return &SyntaxError{Problem: "the text is not UTF-8"}
	}
	line := 1
	for i, c := range text {
		switch {
		case c == '\n':
			line++
		case c == '\ufeff' && i > 0:
			return &SyntaxError{Line: line, Problem: "a byte order mark (U+FEFF) stands inside the text; remove it, or write it as an escape in double quotes"}
		case c == '\u0085' || c == '\u2028' || c == '\u2029':
			return &SyntaxError{Line: line, Problem: "a line separator (U+0085, U+2028 or U+2029) ends a line for some readers only; remove it, or write it as an escape in double quotes"}
		}
	}
	return nil
}

// surely reports that the first line turns the preprocessor on, in one of the
// spellings that the platform knows (platform §10.2).
func surely(text string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(text, "\ufeff"), "\n")
	return turnsOn(first)
}

// preprocessed reports whether the platform may run its preprocessor over a text
// before it is read as YAML (platform §10.2). The comment that turns it on
// has two spellings and belongs into the first line; whatever comes close counts,
// because a document is only taken where it means the same either way.
func preprocessed(text string) bool {
	if surely(text) {
		return true
	}
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == '\n' || c == '\r' }) {
		line = strings.TrimSpace(line)
		switch {
		case turnsOn(line):
			return true
		case line != "" && line[0] != '#' && line[0] != '%' && line != "---":
			return false
		}
	}
	return false
}

// lateSwitch finds expressions in a text whose switch for the preprocessor stands
// behind the first line, where it does nothing.
func lateSwitch(text string) []Issue {
	number := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if number++; !turnsOn(line) {
			if bare := strings.TrimSpace(line); bare != "" && bare[0] != '#' && bare != "---" {
				return nil
			}
			continue
		}
		if number == 1 || !strings.Contains(text, "<@") {
			return nil
		}
		return []Issue{{Line: number, Message: "turns no preprocessor on, which only the first line of the text does; move it there, or the expressions stay as text"}}
	}
	return nil
}

// turnsOn reports the words #yamlPreprocessor=on, #zeropsPreprocessor=on and
// everything like them that does not say off.
func turnsOn(line string) bool {
	bare := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || c == '=' || c == ':' {
			return unicode.ToLower(c)
		}
		return -1
	}, line)
	_, value, found := strings.Cut(bare, "preprocessor")
	return found && value != "" && strings.ContainsAny(value[:1], "=:") && !strings.HasPrefix(value[1:], "off")
}
