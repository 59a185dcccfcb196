package install

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// deepestTOML bounds lists and inline tables inside each other.
const deepestTOML = 64

// tomlEntry is our server as a TOML configuration describes it.
type tomlEntry struct {
	known   bool // there is an entry of our name
	more    bool // it holds more than this program would write
	command string
	args    []string
	env     []string // NAME=VALUE
}

// readTOML finds our entry. The reader takes more than the format allows, since
// it decides nothing but what is told to a person: the file is never written.
func readTOML(content []byte, section string) (tomlEntry, error) {
	var e tomlEntry
	r := tomlReader{text: strings.TrimPrefix(string(content), bom), visit: func(path, words []string) {
		if len(path) < 2 || path[0] != section || path[1] != serverKey {
			return
		}
		e.known = true
		switch rest := path[2:]; {
		case len(rest) == 0 || slices.Equal(rest, []string{"env"}):
		case slices.Equal(rest, []string{"command"}) && len(words) == 1:
			e.command = words[0]
		case slices.Equal(rest, []string{"args"}):
			e.args = words
		case len(rest) == 2 && rest[0] == "env" && len(words) == 1:
			e.env = append(e.env, rest[1]+"="+words[0])
		default:
			e.more = true
		}
	}}
	if err := r.statements(); err != nil {
		line := 1 + strings.Count(r.text[:r.at], "\n")
		return tomlEntry{}, fmt.Errorf("it is not TOML as this program reads it (line %d: %w)", line, err)
	}
	return e, nil
}

// same reports whether the entry says what this program would have written, and
// nothing less.
func (t *tomlEntry) same(e entry) bool {
	for _, v := range e.Env {
		if !slices.Contains(t.env, v.Name+"="+v.Value) {
			return false
		}
	}
	return t.command == e.Command && slices.Equal(t.args, e.Args)
}

// tomlReader reads one text from its beginning.
type tomlReader struct {
	text  string
	at    int
	depth int
	// visit gets the headings and keys with their full path. Words are a string,
	// or the strings of a list; other values have none.
	visit func(path, words []string)
}

func (r *tomlReader) statements() error {
	var table []string
	for r.skip(true); r.at < len(r.text); r.skip(true) {
		if err := r.statement(&table); err != nil {
			return err
		}
		if r.skip(false); r.at < len(r.text) && r.text[r.at] != '\n' {
			return errors.New("something behind a value")
		}
	}
	return nil
}

// statement reads a heading, which changes the table, or a key with its value.
func (r *tomlReader) statement(table *[]string) error {
	if !r.take("[") {
		return r.pair(*table)
	}
	end := "]"
	if r.take("[") {
		end = "]]"
	}
	path, err := r.key()
	if err != nil {
		return err
	}
	if !r.take(end) {
		return errors.New("a heading without an end")
	}
	*table = path
	r.visit(path, nil)
	return nil
}

func (r *tomlReader) pair(table []string) error {
	key, err := r.key()
	if err != nil {
		return err
	}
	if !r.take("=") {
		return errors.New("a key without a value")
	}
	r.skip(false)
	path := slices.Concat(table, key)
	words, err := r.value(path)
	if err == nil {
		r.visit(path, words)
	}
	return err
}

// key reads a key, which may be several words with dots between them.
func (r *tomlReader) key() ([]string, error) {
	var path []string
	for {
		r.skip(false)
		start := r.at
		switch {
		case r.at < len(r.text) && (r.text[r.at] == '"' || r.text[r.at] == '\''):
			word, err := r.quoted()
			if err != nil {
				return nil, err
			}
			path = append(path, word)
		default:
			for r.at < len(r.text) && !strings.ContainsRune(" \t\r\n.=]#\"'[{},", rune(r.text[r.at])) {
				r.at++
			}
			if r.at == start {
				return nil, errors.New("a key is missing")
			}
			path = append(path, r.text[start:r.at])
		}
		if r.skip(false); !r.take(".") {
			return path, nil
		}
	}
}

// value reads what stands behind an equals sign or in a list.
func (r *tomlReader) value(path []string) ([]string, error) {
	if r.depth++; r.depth > deepestTOML {
		return nil, errors.New("too many lists inside each other")
	}
	defer func() { r.depth-- }()
	switch {
	case r.at == len(r.text):
		return nil, errors.New("a value is missing")
	case r.text[r.at] == '"' || r.text[r.at] == '\'':
		word, err := r.quoted()
		return []string{word}, err
	case r.take("["):
		return r.elements("]", func() ([]string, error) { return r.value(path) })
	case r.take("{"):
		_, err := r.elements("}", func() ([]string, error) { return nil, r.pair(path) })
		return nil, err
	}
	start := r.at
	for r.at < len(r.text) && !strings.ContainsRune(",]}#\r\n", rune(r.text[r.at])) {
		r.at++
	}
	if strings.TrimSpace(r.text[start:r.at]) == "" {
		return nil, errors.New("a value is missing")
	}
	return nil, nil
}

// elements reads what stands between commas, up to the end of a list or table.
func (r *tomlReader) elements(end string, one func() ([]string, error)) ([]string, error) {
	var words []string
	for {
		r.skip(true)
		if r.take(end) {
			return words, nil
		}
		more, err := one()
		if err != nil {
			return nil, err
		}
		words = append(words, more...)
		r.skip(true)
		if !r.take(",") && !strings.HasPrefix(r.text[r.at:], end) {
			return nil, errors.New("a list or table without an end")
		}
	}
}

// quoted reads a string of any of the four kinds.
func (r *tomlReader) quoted() (string, error) {
	mark := r.text[r.at : r.at+1]
	escapes, long := mark == `"`, false
	if tripled := strings.Repeat(mark, 3); r.take(tripled) {
		mark, long = tripled, true
		if !r.take("\r\n") {
			r.take("\n")
		}
	} else {
		r.at++
	}
	var b strings.Builder
	for r.at < len(r.text) {
		switch {
		case r.take(mark):
			// Up to two more of the mark belong to the text of a long string.
			for long && r.take(mark[:1]) {
				b.WriteString(mark[:1])
			}
			return b.String(), nil
		case escapes && r.take(`\`):
			if err := r.escape(&b); err != nil {
				return "", err
			}
		case !long && r.text[r.at] == '\n':
			return "", errors.New("a string without an end")
		default:
			b.WriteByte(r.text[r.at])
			r.at++
		}
	}
	return "", errors.New("a string without an end")
}

// escape reads what stands behind a backslash.
func (r *tomlReader) escape(b *strings.Builder) error {
	if r.at == len(r.text) {
		return errors.New("a string without an end")
	}
	c := r.text[r.at]
	r.at++
	if i := strings.IndexByte(`btnfre"\`, c); i >= 0 {
		b.WriteByte("\b\t\n\f\r\x1b\"\\"[i])
		return nil
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	switch {
	case digits > 0 && r.at+digits <= len(r.text):
		code, err := strconv.ParseInt(r.text[r.at:r.at+digits], 16, 32)
		if err != nil {
			return errors.New("an escape that does not exist")
		}
		b.WriteRune(rune(code))
		r.at += digits
		return nil
	case strings.ContainsRune(" \t\r\n", rune(c)):
		// A line that goes on in the next one.
		r.at += len(r.text[r.at:]) - len(strings.TrimLeft(r.text[r.at:], " \t\r\n"))
		return nil
	}
	return errors.New("an escape that does not exist")
}

// skip passes blanks and comments, and the ends of lines where that is asked.
func (r *tomlReader) skip(lines bool) {
	for ; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t' || c == '\r' || lines && c == '\n':
		case c == '#':
			end := strings.IndexByte(r.text[r.at:], '\n')
			if end < 0 {
				r.at = len(r.text)
				return
			}
			r.at += end - 1
		default:
			return
		}
	}
}

// take passes a text if it stands here.
func (r *tomlReader) take(text string) bool {
	if !strings.HasPrefix(r.text[r.at:], text) {
		return false
	}
	r.at += len(text)
	return true
}

// toml is the entry as a person may paste it into a configuration.
func (e entry) toml(section string) string {
	words := make([]string, len(e.Args))
	for i, w := range e.Args {
		words[i] = tomlString(w)
	}
	pairs := make([]string, len(e.Env))
	for i, v := range e.Env {
		pairs[i] = v.Name + " = " + tomlString(v.Value)
	}
	return "[" + section + "." + serverKey + "]\ncommand = " + tomlString(e.Command) +
		"\nargs = [" + strings.Join(words, ", ") + "]\nenv = { " + strings.Join(pairs, ", ") + " }\n"
}

// tomlString writes a string so that backslashes of Windows paths stay readable
// where they can.
func tomlString(s string) string {
	special := func(r rune) bool { return r < ' ' || r == 0x7f }
	if strings.Contains(s, `\`) && !strings.Contains(s, "'") && !strings.ContainsFunc(s, special) {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case special(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
