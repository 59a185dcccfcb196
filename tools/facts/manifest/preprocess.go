package manifest

import (
	"fmt"
	"strings"

	"zerops-mcp/tools/tool"
)

// standIn takes the place of a value that the preprocessor generates, a sign that
// no text has otherwise. What is generated has letters, digits and a few signs that
// mean nothing in YAML; only argon2id brings commas, which do in a flow.
const (
	standIn      = "\ue000"
	standInRune  = '\ue000'
	standInComma = "\ue000,\ue000"
)

// Expression reports a text with a value that the preprocessor generates.
func Expression(text string) bool {
	return strings.Contains(text, "<@") || strings.Contains(text, standIn)
}

// Preprocessed is a text as the preprocessor of imports leaves it, with a sign of
// private use for every generated value, and the text itself where nothing turns
// the preprocessor on (platform §10.2).
func Preprocessed(text string) string {
	if !preprocessed(text) {
		return text
	}
	return preprocess(text).text
}

// processedText is what the preprocessor makes of a text, as far as that can be
// foreseen.
type processedText struct {
	text  string
	lines []int // where each line of the text comes from
	// notes are oddities that are read as the platform reads them; refusals are what
	// the platform refuses as a whole, or nobody can foresee.
	notes, refusals []Issue
	unclosed        int  // the line of a < that swallows the rest, 0 for none
	cut             bool // the text is not read to its end
	free            int  // the line of an expression that gives text with a meaning in YAML
}

// preprocess applies the rules of the preprocessor to a text (platform §10.2): a
// backslash goes and keeps the sign after it, <text> loses its brackets, also over
// several lines, <@function(…)> becomes its value, in comments as well, and a < that
// is never closed takes the rest with it.
func preprocess(text string) processedText {
	p := preprocessor{in: text, line: 1, stored: map[string]string{}}
	p.result.lines = []int{1}
	if before, _, found := strings.Cut(text, standIn); found {
		p.line += strings.Count(before, "\n")
		p.refuse("the sign U+E000 is of private use; remove it")
		p.line = 1
	}
	for p.at < len(p.in) && !p.overflow {
		p.step()
	}
	if len(p.open) > 0 {
		p.line = p.open[0].line
		p.result.unclosed = p.line
		p.note(problemUnclosed)
	}
	p.result.text, p.result.cut = p.out.String(), p.overflow
	return p.result
}

const (
	problemUnclosed  = "a < is not closed, and the preprocessor drops all that follows it without an error; write \\< for one that stays"
	problemBackslash = "the preprocessor takes this backslash away; write \\\\ for one that stays (\\\\\\\\ inside double quotes)"
	problemComment   = "the preprocessor evaluates this expression although it stands in a comment; write \\< or leave it out"
)

// problemComma is what the vendor's published preprocessor (v2.1.2) stumbles over,
// although its documentation has such examples; whether the platform's own does is
// UNVERIFIED.
const problemComma = "put a blank between this comma and the < behind it; the preprocessor may fail without"

// escapable are the signs that a backslash protects from the preprocessor.
const escapable = `\<>@|,()`

// Bounds of one text: items that stand in each other, and bytes that stored values
// can multiply into.
const (
	maxItems     = 20
	maxProcessed = 4 * maxYaml
)

// preprocessor works on a text from its beginning to its end.
type preprocessor struct {
	in       string
	at, line int
	out      strings.Builder
	open     []*textItem // from the outermost to the one that is being read
	stored   map[string]string
	grown    int  // bytes that items gave
	doubled  bool // the last backslash that was taken away kept another one
	overflow bool
	result   processedText
}

func (p *preprocessor) note(format string, args ...any) {
	if n := len(p.result.notes); n < tool.MaxProblems && (n == 0 || p.result.notes[n-1].Line != p.line) {
		p.result.notes = append(p.result.notes, Issue{Line: p.line, Message: fmt.Sprintf(format, args...)})
	}
}

func (p *preprocessor) refuse(format string, args ...any) {
	if len(p.result.refusals) < tool.MaxProblems {
		p.result.refusals = append(p.result.refusals, Issue{Line: p.line, Message: fmt.Sprintf(format, args...)})
	}
}

// step reads one sign, or two where the first one changes the second.
func (p *preprocessor) step() {
	c := p.in[p.at]
	next := byte(0)
	if p.at+1 < len(p.in) {
		next = p.in[p.at+1]
	}
	item := p.inner()
	switch {
	case c == '\\':
		p.escaped(next)
	case c == '<' && next == '>': // the bracket goes, and what follows is an end like any other
		p.at++
	case c == '<':
		p.begin(next)
	case c == '>' && item != nil:
		p.at++
		p.end(item)
	default:
		p.at++
		if item == nil {
			p.write(string([]byte{c}), p.line)
		} else if problem := item.add(c); problem != "" {
			p.refuse("%s", problem)
		}
		if c == '\n' {
			p.line++
			p.here()
		}
	}
}

// here says that the line of the result that was just begun comes from the present
// one.
func (p *preprocessor) here() {
	if len(p.open) == 0 {
		p.result.lines[len(p.result.lines)-1] = p.line
	}
}

func (p *preprocessor) inner() *textItem {
	if len(p.open) == 0 {
		return nil
	}
	return p.open[len(p.open)-1]
}

// escaped keeps the sign after a backslash as it is.
func (p *preprocessor) escaped(next byte) {
	p.at++
	if next == 0 || strings.IndexByte(escapable, next) < 0 {
		p.note(problemBackslash)
	}
	if p.at >= len(p.in) {
		return
	}
	p.at++
	p.doubled = next == '\\'
	text := string([]byte{next})
	if item := p.inner(); item == nil {
		p.write(text, p.line)
	} else if problem := item.text(text, false); problem != "" {
		p.refuse("%s", problem)
	}
	if next == '\n' {
		p.line++
		p.here()
	}
}

// begin opens an item at a <. The sign after it belongs to the item whatever it is,
// unless it opens another one or escapes.
func (p *preprocessor) begin(next byte) {
	if len(p.open) >= maxItems {
		p.refuse("expressions stand in each other too deeply")
		p.overflow = true
		return
	}
	if outer := p.inner(); outer != nil && outer.touches() {
		p.note(problemComma)
	}
	item := &textItem{line: p.line, function: next == '@'}
	if item.function && len(p.open) == 0 && commented(p.out.String()) {
		p.note(problemComment)
	}
	p.open = append(p.open, item)
	p.at++
	switch next {
	case 0, '<':
	case '\\': // whether this one still escapes depends on the one before
		if p.doubled {
			p.refuse("what the preprocessor makes of <\\ is not certain here; write the text without the backslash, or \\< for a bracket that stays")
		}
	case '@':
		p.at++
	default:
		item.name = append(item.name, next)
		p.at++
		if next == '\n' {
			p.line++
		}
	}
}

// end closes the innermost item and puts its value where it stands.
func (p *preprocessor) end(item *textItem) {
	p.open = p.open[:len(p.open)-1]
	outer := p.inner()
	value := string(item.name)
	if item.function {
		value = p.call(item)
	}
	value = p.modified(value, item.modifiers)
	if item.line != p.line && outer == nil {
		last := p.line
		p.line = item.line
		p.note("the preprocessor takes the text from this < to the > in line %d for one of its own and drops both brackets; write \\< and \\> for brackets that stay", last)
		p.line = last
	}
	p.grown += len(value)
	switch {
	case p.grown > maxProcessed:
		p.refuse("stored values make the text too large")
		p.overflow = true
	case outer == nil:
		p.write(value, item.line)
		p.here()
	default:
		if problem := outer.text(value, true); problem != "" {
			p.refuse("%s", problem)
		}
	}
}

// write adds to the result; line is where the text comes from.
func (p *preprocessor) write(text string, line int) {
	p.out.WriteString(text)
	for range strings.Count(text, "\n") {
		line++
		p.result.lines = append(p.result.lines, line)
	}
}

// commented reports whether what comes next stands in a comment: behind a # at the
// beginning of the line or after a blank, and outside of quotes.
func commented(before string) bool {
	before = before[strings.LastIndexByte(before, '\n')+1:]
	quote := byte(0)
	for i := range len(before) {
		switch c := before[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '#' && (i == 0 || before[i-1] == ' ' || before[i-1] == '\t'):
			return true
		case (c == '"' || c == '\'') && (i == 0 || strings.IndexByte(" \t:[{,-", before[i-1]) >= 0):
			quote = c
		}
	}
	return false
}
