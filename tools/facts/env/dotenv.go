package env

import (
	"fmt"
	"strings"
)

// MaxKnown bounds how many values of one answer are remembered.
const MaxKnown = 2_000

// DotenvPair is one assignment of a dotenv file.
type DotenvPair struct{ Key, Value string }

// dotenvError says on which line a file stops making sense, and nothing of its
// content.
type dotenvError struct {
	line    int
	problem string
}

func (e *dotenvError) Error() string { return fmt.Sprintf("line %d %s", e.line, e.problem) }

// ParseDotenv reads KEY=value lines as the common readers do: an optional export
// in front, comments after #, single quotes and backticks take everything as it
// stands, double quotes know \n, \r, \t, \\, \" and \$, and all three may span
// lines. Nothing is expanded: a ${reference} is the platform's to resolve.
func ParseDotenv(text string) ([]DotenvPair, error) {
	p := dotenvParser{rest: strings.TrimPrefix(text, "\ufeff"), line: 1}
	return p.pairs()
}

// ScanDotenv reads as much as it can of a text that the platform may read in
// another way than [ParseDotenv]: a line without an assignment is passed over, a
// quote that cannot be read stays as it is written, and a comment behind a value
// counts as part of it.
func ScanDotenv(text string) []DotenvPair {
	p := dotenvParser{rest: strings.TrimPrefix(text, "\ufeff"), line: 1, lenient: true}
	pairs, _ := p.pairs()
	return pairs
}

type dotenvParser struct {
	rest    string
	line    int
	lenient bool
}

func (p *dotenvParser) pairs() ([]DotenvPair, error) {
	var pairs []DotenvPair
	for {
		p.skipBlank()
		if p.rest == "" || p.lenient && len(pairs) == MaxKnown {
			return pairs, nil
		}
		start := *p
		pair, err := p.assignment()
		switch {
		case err == nil:
			pairs = append(pairs, pair)
		case p.lenient:
			*p = start
			p.takeLine()
		default:
			return nil, err
		}
	}
}

func (p *dotenvParser) fail(problem string) error {
	return &dotenvError{line: p.line, problem: problem}
}

// take removes n bytes and counts the lines in them.
func (p *dotenvParser) take(n int) string {
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	p.line += strings.Count(taken, "\n")
	return taken
}

// takeLine removes the rest of the line without its end.
func (p *dotenvParser) takeLine() string {
	n := strings.IndexByte(p.rest, '\n')
	if n < 0 {
		return strings.TrimSuffix(p.take(len(p.rest)), "\r")
	}
	line := p.take(n)
	p.take(1)
	return strings.TrimSuffix(line, "\r")
}

// skipBlank removes empty lines and comments.
func (p *dotenvParser) skipBlank() {
	for p.rest != "" {
		trimmed := strings.TrimLeft(p.rest, " \t\r\n")
		p.take(len(p.rest) - len(trimmed))
		if !strings.HasPrefix(p.rest, "#") {
			return
		}
		p.takeLine()
	}
}

func (p *dotenvParser) assignment() (DotenvPair, error) {
	end := strings.IndexAny(p.rest, "=\n")
	if end < 0 || p.rest[end] != '=' {
		return DotenvPair{}, p.fail("has no =")
	}
	key := strings.TrimSpace(p.take(end))
	p.take(1)
	if after, ok := strings.CutPrefix(key, "export"); ok && after != strings.TrimLeft(after, " \t") {
		key = strings.TrimSpace(after)
	}
	if key == "" || !p.lenient && strings.ContainsFunc(key, notInName) {
		return DotenvPair{}, p.fail("has no name in front of =")
	}
	trimmed := strings.TrimLeft(p.rest, " \t")
	p.take(len(p.rest) - len(trimmed))
	start := *p
	value, err := p.value()
	if err != nil && p.lenient {
		*p = start
		value, err = strings.TrimSpace(p.takeLine()), nil
	}
	return DotenvPair{Key: key, Value: value}, err
}

// notInName reports what no reader takes for part of a name.
func notInName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '.' && r != '-'
}

func (p *dotenvParser) value() (string, error) {
	if p.rest == "" {
		return "", nil
	}
	switch quote := p.rest[0]; quote {
	case '"':
		return p.escaped()
	case '\'', '`':
		end := strings.IndexByte(p.rest[1:], quote)
		if end < 0 {
			return "", p.fail("opens a quote that is never closed")
		}
		p.take(1)
		value := p.take(end)
		p.take(1)
		return value, p.endOfLine()
	}
	line := p.takeLine()
	for i := range len(line) { // a comment needs a space before its #
		if !p.lenient && line[i] == '#' && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
			line = line[:i]
			break
		}
	}
	return strings.TrimSpace(line), nil
}

// escaped reads a value in double quotes.
func (p *dotenvParser) escaped() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '"':
			p.take(i + 1)
			return b.String(), p.endOfLine()
		case '\\':
			i++
			if i == len(p.rest) {
				return "", p.fail("opens a quote that is never closed")
			}
			switch e := p.rest[i]; e {
			case 'n':
				b.WriteByte('\n')
			case 'r':
				b.WriteByte('\r')
			case 't':
				b.WriteByte('\t')
			case '\\', '"', '$':
				b.WriteByte(e)
			default: // no escape that anybody knows; both characters stay
				b.WriteByte('\\')
				b.WriteByte(e)
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", p.fail("opens a quote that is never closed")
}

// endOfLine allows nothing but a comment behind a closing quote.
func (p *dotenvParser) endOfLine() error {
	line := p.line
	if rest := strings.TrimSpace(p.takeLine()); rest != "" && !strings.HasPrefix(rest, "#") {
		return &dotenvError{line: line, problem: "goes on after the closing quote"}
	}
	return nil
}
