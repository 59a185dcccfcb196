package install

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// setting is one statement of a TOML file: a key and its value, or the heading
// of a table.
type setting struct {
	table []string // the table it stands in, or that it begins
	key   []string // nil for a heading
	span  span     // whole lines
	value span     // of a key's value
	list  bool     // a heading of an array of tables
}

// tomlFile is a TOML file of which single tables are changed and every other
// byte is kept.
type tomlFile struct {
	text     []byte
	line     string
	settings []setting
}

func parseTOML(text []byte) (*tomlFile, error) {
	f := &tomlFile{text: text, line: "\n"}
	if bytes.Contains(text, []byte("\r\n")) {
		f.line = "\r\n"
	}
	return f, f.parse()
}

// parse finds the statements and their lines.
func (f *tomlFile) parse() error {
	f.settings = nil
	var p unstable.Parser
	p.Reset(f.text)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		var key []string
		start := -1
		for it := e.Key(); it.Next(); {
			node := it.Node()
			if start < 0 {
				start = int(node.Raw.Offset)
			}
			key = append(key, string(node.Data))
		}
		if start < 0 {
			continue
		}
		s := setting{table: table, key: key}
		end := start
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = key
			s.table, s.key, s.list = key, nil, e.Kind == unstable.ArrayTable
		case unstable.KeyValue:
			start, end = int(e.Raw.Offset), int(e.Raw.Offset+e.Raw.Length)
			s.value = span{f.valueStart(start, end), end}
		default:
			continue
		}
		s.span = f.wholeLines(start, end)
		f.settings = append(f.settings, s)
	}
	if err := p.Error(); err != nil {
		return fmt.Errorf("it is not valid TOML (%s)", oneLine(strings.TrimPrefix(err.Error(), "toml: ")))
	}
	return nil
}

// valueStart finds the value behind the first equals sign outside the key's
// quotes.
func (f *tomlFile) valueStart(start, end int) int {
	quote := byte(0)
	for i := start; i < end; i++ {
		switch c := f.text[i]; {
		case quote != 0:
			if c == '\\' && quote == '"' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '=':
			for i++; i < end && (f.text[i] == ' ' || f.text[i] == '\t'); i++ {
			}
			return i
		}
	}
	return end
}

// wholeLines widens a range to the lines that it is on, line end included.
func (f *tomlFile) wholeLines(start, end int) span {
	start = bytes.LastIndexByte(f.text[:start], '\n') + 1
	if next := bytes.IndexByte(f.text[end:], '\n'); next >= 0 {
		return span{start, end + next + 1}
	}
	return span{start, len(f.text)}
}

// errElsewhere reports a form of our entry that cannot be changed by lines.
var errElsewhere = errors.New("it has our server in a form that this program does not change (an inline table or dotted keys): edit it by hand")

// entryTables returns the statements of our table and of those below it.
func (f *tomlFile) entryTables(section string) ([]setting, error) {
	var found []setting
	for _, s := range f.settings {
		full := slices.Concat(s.table, s.key)
		under := func(path []string) bool {
			return len(path) >= 2 && path[0] == section && path[1] == serverKey
		}
		switch {
		case under(s.table):
			if s.list {
				return nil, errElsewhere
			}
			found = append(found, s)
		case under(full), s.key != nil && len(full) == 1 && full[0] == section:
			return nil, errElsewhere
		}
	}
	return found, nil
}

// set writes our entry, keeping what else somebody put into it.
func (f *tomlFile) set(section string, e entry) error {
	tables, err := f.entryTables(section)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tables, func(s setting) bool { return len(s.table) == 2 }) && len(tables) > 0 || slices.ContainsFunc(tables, unusual) {
		return errElsewhere
	}
	if len(tables) == 0 {
		if len(f.text) > 0 && !bytes.HasSuffix(f.text, []byte("\n")) {
			f.text = append(f.text, f.line...)
		}
		if len(f.text) > 0 {
			f.text = append(f.text, f.line...)
		}
		f.text = append(f.text, f.lines(f.heading(section)+f.pairs(e))...)
		return f.parse()
	}
	for _, pair := range []struct{ key, value string }{{"command", tomlString(e.Command)}, {"args", tomlList(e.Args)}} {
		if err := f.setKey([]string{section, serverKey}, pair.key, pair.value); err != nil {
			return err
		}
	}
	for _, v := range e.Env {
		if err := f.setEnv(section, v); err != nil {
			return err
		}
	}
	return nil
}

// unusual reports statements about what we set that are not written as one key,
// or as the table env.
func unusual(s setting) bool {
	full := slices.Concat(s.table, s.key)
	if len(full) < 3 {
		return false
	}
	plain := len(s.table) == 2 && len(s.key) == 1
	switch full[2] {
	case "command", "args":
		return !plain
	case "env":
		return !plain && (len(s.table) != 3 || len(s.key) > 1)
	}
	return false
}

// setKey changes or adds a key of a table that exists.
func (f *tomlFile) setKey(table []string, key, value string) error {
	last := -1
	for i, s := range f.settings {
		if !slices.Equal(s.table, table) {
			continue
		}
		if slices.Equal(s.key, []string{key}) {
			if sameTOML(string(f.text[s.value.start:s.value.end]), value) {
				return nil // however the client has laid it out
			}
			f.splice(s.value, value)
			return f.parse()
		}
		last = i
	}
	if last < 0 {
		return errElsewhere
	}
	at := f.settings[last].span.end
	text := key + " = " + value + f.line
	if at > 0 && f.text[at-1] != '\n' {
		text = f.line + text
	}
	f.splice(span{at, at}, text)
	return f.parse()
}

// sameTOML reports whether two texts are the same string, or lists of the same
// strings.
func sameTOML(a, b string) bool {
	if strings.HasPrefix(a, "[") != strings.HasPrefix(b, "[") {
		return false
	}
	if !strings.HasPrefix(a, "[") {
		a, b = "["+a+"]", "["+b+"]"
	}
	return slices.Equal(tomlStrings(a), tomlStrings(b))
}

// setEnv sets a variable in the table env, or in the inline form of it.
func (f *tomlFile) setEnv(section string, v variable) error {
	path := []string{section, serverKey, "env"}
	for _, s := range f.settings {
		if slices.Equal(s.table, path) {
			return f.setKey(path, v.Name, tomlString(v.Value))
		}
	}
	for _, s := range f.settings {
		if !slices.Equal(slices.Concat(s.table, s.key), path) {
			continue
		}
		inline := string(f.text[s.value.start:s.value.end])
		if slices.Contains(tomlPairs(inline), v.Name+"="+v.Value) {
			return nil
		}
		if strings.Contains(inline, v.Name) {
			rest, err := withoutVariable(inline, v.Name)
			if err != nil {
				return err
			}
			inline = rest
		}
		body := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(inline, "{"), "}"))
		text := "{ " + v.Name + " = " + tomlString(v.Value) + " }"
		if body != "" {
			text = "{ " + body + ", " + v.Name + " = " + tomlString(v.Value) + " }"
		}
		f.splice(s.value, text)
		return f.parse()
	}
	return f.setKey([]string{section, serverKey}, "env", "{ "+v.Name+" = "+tomlString(v.Value)+" }")
}

// withoutVariable takes a plain "name = value" out of an inline table.
func withoutVariable(inline, name string) (string, error) {
	var p unstable.Parser
	p.Reset([]byte("x = " + inline))
	if !p.NextExpression() {
		return "", errElsewhere
	}
	var kept []string
	for it := p.Expression().Value().Children(); it.Next(); {
		pair := it.Node()
		key := pair.Key()
		value := pair.Value()
		if !key.Next() || !key.IsLast() || value.Kind != unstable.String {
			return "", errElsewhere
		}
		if k := string(key.Node().Data); k != name {
			kept = append(kept, tomlKey(k)+" = "+tomlString(string(value.Data)))
		}
	}
	return "{ " + strings.Join(kept, ", ") + " }", nil
}

// remove takes our tables out.
func (f *tomlFile) remove(section string) error {
	tables, err := f.entryTables(section)
	if err != nil {
		return err
	}
	for _, s := range slices.Backward(tables) {
		start := s.span.start
		if s.key == nil {
			// The empty line that set them apart goes with them.
			for start > 0 && blankBefore(f.text[:start]) {
				start = bytes.LastIndexByte(f.text[:start-1], '\n') + 1
			}
		}
		f.splice(span{start, s.span.end}, "")
		if start == 0 {
			f.text = bytes.TrimLeft(f.text, "\r\n")
		}
	}
	return f.parse()
}

// blankBefore reports whether the text ends with an empty line.
func blankBefore(text []byte) bool {
	start := bytes.LastIndexByte(text[:len(text)-1], '\n') + 1
	return len(bytes.TrimSpace(text[start:])) == 0
}

// command is what the present entry starts; "" where there is none.
func (f *tomlFile) command(section string) string {
	for _, s := range f.settings {
		if slices.Equal(slices.Concat(s.table, s.key), []string{section, serverKey, "command"}) {
			return strings.Trim(string(f.text[s.value.start:s.value.end]), `"'`)
		}
	}
	return ""
}

func (f *tomlFile) heading(section string) string { return "[" + section + "." + serverKey + "]\n" }

func (f *tomlFile) pairs(e entry) string {
	text := "command = " + tomlString(e.Command) + "\nargs = " + tomlList(e.Args) + "\n"
	if len(e.Env) > 0 {
		pairs := make([]string, len(e.Env))
		for i, v := range e.Env {
			pairs[i] = v.Name + " = " + tomlString(v.Value)
		}
		text += "env = { " + strings.Join(pairs, ", ") + " }\n"
	}
	return text
}

func (f *tomlFile) lines(text string) string { return strings.ReplaceAll(text, "\n", f.line) }

func (f *tomlFile) splice(s span, text string) {
	f.text = bytes.Join([][]byte{f.text[:s.start], []byte(text), f.text[s.end:]}, nil)
}

func tomlList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = tomlString(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// tomlString writes a string so that backslashes of Windows paths stay
// readable where they can.
func tomlString(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
	if plain && strings.Contains(s, `\`) && !strings.Contains(s, "'") {
		return "'" + s + "'"
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func tomlKey(key string) string {
	if key != "" && strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == "" {
		return key
	}
	return tomlString(key)
}

// tomlStrings reads a list of strings.
func tomlStrings(text string) []string {
	var words []string
	walkTOML(text, func(_ string, value string) { words = append(words, value) })
	return words
}

// tomlPairs reads an inline table of strings as NAME=VALUE pairs.
func tomlPairs(text string) []string {
	var pairs []string
	walkTOML(text, func(key, value string) { pairs = append(pairs, key+"="+value) })
	return pairs
}

// walkTOML visits the strings of a list or of an inline table.
func walkTOML(text string, visit func(key, value string)) {
	var p unstable.Parser
	p.Reset([]byte("x = " + text))
	if !p.NextExpression() {
		return
	}
	for it := p.Expression().Value().Children(); it.Next(); {
		node, key := it.Node(), ""
		if node.Kind == unstable.KeyValue {
			if k := node.Key(); k.Next() {
				key = string(k.Node().Data)
			}
			node = node.Value()
		}
		if node.Kind == unstable.String {
			visit(key, string(node.Data))
		}
	}
}
