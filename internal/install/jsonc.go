package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/tailscale/hujson"

	"zerops-mcp/internal/phrase"
)

// document is a JSON file, perhaps with comments and trailing commas, of which
// single members are changed and every other byte is kept.
type document struct {
	text []byte
	unit string // of indentation
	line string // the end of a line
}

// parseDocument checks that the text is an object. An empty file counts as {}.
func parseDocument(text []byte) (*document, error) {
	d := &document{text: text, unit: "  ", line: "\n"}
	if bytes.Contains(text, []byte("\r\n")) {
		d.line = "\r\n"
	}
	if len(bytes.TrimSpace(bytes.TrimPrefix(text, []byte(bom)))) == 0 {
		d.text = append(bytes.TrimSpace(text), "{}\n"...)
	}
	root, err := d.parse()
	if err != nil {
		return nil, err
	}
	if o, ok := root.Value.(*hujson.Object); ok && len(o.Members) > 0 {
		if indent := d.indentAt(o.Members[0].Name.StartOffset + d.skip()); indent != "" {
			d.unit = indent
		}
		return d, nil
	} else if ok {
		return d, nil
	}
	return nil, errors.New("it does not hold a JSON object")
}

const bom = "\ufeff"

// skip is how many bytes at the front the parser does not see.
func (d *document) skip() int {
	if bytes.HasPrefix(d.text, []byte(bom)) {
		return len(bom)
	}
	return 0
}

func (d *document) parse() (hujson.Value, error) {
	v, err := hujson.Parse(d.text[d.skip():])
	if err != nil {
		return v, fmt.Errorf("it is not valid JSON (%s)", phrase.Cut(phrase.Printable(strings.TrimPrefix(err.Error(), "hujson: ")), 101))
	}
	return v, nil
}

// span is a range of bytes.
type span struct{ start, end int }

// place is where a member is, or where its object is when it has none.
type place struct {
	object  *hujson.Object
	span    span // of the object
	index   int  // of the member; -1 where there is none
	value   span // of the member's value
	literal string
}

// find walks down the path as far as it exists: it returns the place of the
// deepest member found and how many names of the path led there.
func (d *document) find(path ...string) (place, int, error) {
	root, err := d.parse()
	if err != nil {
		return place{}, 0, err
	}
	skip := d.skip()
	v := root
	for depth, name := range path {
		o, ok := v.Value.(*hujson.Object)
		if !ok {
			return place{}, depth, fmt.Errorf("%q in it is not an object", strings.Join(path[:depth], "."))
		}
		p := place{object: o, span: span{v.StartOffset + skip, v.EndOffset + skip}, index: -1}
		for i, m := range o.Members {
			if literal, ok := m.Name.Value.(hujson.Literal); ok && literal.String() == name {
				p.index = i // the last one of a name counts, as everywhere
			}
		}
		if p.index < 0 {
			return p, depth, nil
		}
		member := o.Members[p.index].Value
		p.value = span{member.StartOffset + skip, member.EndOffset + skip}
		if literal, ok := member.Value.(hujson.Literal); ok {
			p.literal = literal.String()
		}
		if depth == len(path)-1 {
			return p, len(path), nil
		}
		v = member
	}
	return place{}, 0, errors.New("no path")
}

// get returns the text of a member that is a string.
func (d *document) get(path ...string) (string, bool) {
	p, depth, err := d.find(path...)
	return p.literal, err == nil && depth == len(path)
}

// has reports whether there is a member.
func (d *document) has(path ...string) bool {
	_, depth, err := d.find(path...)
	return err == nil && depth == len(path)
}

// set gives a member a value and makes the objects on the way to it.
func (d *document) set(v any, path ...string) error {
	p, depth, err := d.find(path...)
	if err != nil {
		return err
	}
	if depth == len(path) {
		if sameJSON(d.text[p.value.start:p.value.end], encode(v, "", "")) {
			return nil // however the client has laid it out
		}
		indent := d.indentAt(p.value.start)
		d.splice(p.value, d.lines(encode(v, indent, d.unit)))
		return nil
	}
	for i := len(path) - 1; i > depth; i-- {
		v = []member{{path[i], v}}
	}
	return d.insert(p, path[depth], v)
}

// sameJSON reports whether two texts mean the same.
func sameJSON(a, b []byte) bool {
	var values [2]any
	for i, text := range [][]byte{a, b} {
		standard, err := hujson.Standardize(bytes.Clone(text))
		if err != nil || json.Unmarshal(standard, &values[i]) != nil {
			return false
		}
	}
	return reflect.DeepEqual(values[0], values[1])
}

// insert adds a member at the end of an object.
func (d *document) insert(p place, name string, v any) error {
	closing := p.span.end - 1 // the brace
	outer := d.indentAt(p.span.start)
	inner := outer + d.unit
	if len(p.object.Members) == 0 {
		text := d.line + inner + string(encode(name, "", "")) + ": " + string(d.lines(encode(v, inner, d.unit)))
		// Comments in an empty object stay before the new member.
		body := strings.TrimRight(string(d.text[p.span.start+1:closing]), " \t\r\n")
		d.splice(span{p.span.start + 1, closing}, []byte(body+text+d.line+outer))
		return nil
	}
	skip := d.skip()
	last := p.object.Members[len(p.object.Members)-1].Value.EndOffset + skip
	if indent := d.indentAt(p.object.Members[0].Name.StartOffset + skip); indent != "" {
		inner = indent
	}
	tail := string(d.text[last:closing])
	kept := strings.TrimRight(tail, " \t\r\n")
	between, after := ",", ""
	if comma(tail) >= 0 {
		between, after = "", "," // as the file does
	}
	text := between + kept + d.line + inner + string(encode(name, "", "")) + ": " + string(d.lines(encode(v, inner, d.unit)))
	d.splice(span{last, closing}, []byte(text+after+d.line+outer))
	return nil
}

// remove takes a member out, with its comma. It reports whether there was one.
func (d *document) remove(path ...string) (bool, error) {
	p, depth, err := d.find(path...)
	if err != nil || depth < len(path) {
		return false, err
	}
	skip := d.skip()
	members := p.object.Members
	start := members[p.index].Name.StartOffset + skip
	end := members[p.index].Value.EndOffset + skip
	if p.index == len(members)-1 {
		after := string(d.text[end : p.span.end-1])
		if p.index > 0 && comma(after) < 0 {
			// The comma before it goes too; what stands between stays.
			before := members[p.index-1].Value.EndOffset + skip
			between := string(d.text[before:start])
			at := comma(between)
			between = between[:at] + between[at+1:]
			d.splice(span{before, end}, []byte(strings.TrimRight(between, " \t\r\n")))
			return true, nil
		}
	}
	if at := comma(string(d.text[end:p.span.end])); at >= 0 {
		end += at + 1
	}
	// A line of its own goes whole.
	if from := bytes.LastIndexByte(d.text[:start], '\n'); from >= 0 && len(bytes.TrimSpace(d.text[from:start])) == 0 {
		if rest := bytes.IndexByte(d.text[end:], '\n'); rest >= 0 && len(bytes.TrimSpace(d.text[end:end+rest])) == 0 {
			start, end = from+1, end+rest+1
		}
	}
	d.splice(span{start, end}, nil)
	return true, nil
}

func (d *document) splice(s span, text []byte) {
	d.text = bytes.Join([][]byte{d.text[:s.start], text, d.text[s.end:]}, nil)
}

// lines gives inserted text the file's line ends.
func (d *document) lines(text []byte) []byte {
	return bytes.ReplaceAll(text, []byte("\n"), []byte(d.line))
}

// indentAt is the white space that begins the line of an offset.
func (d *document) indentAt(offset int) string {
	start := bytes.LastIndexByte(d.text[:offset], '\n') + 1
	line := d.text[start:offset]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// comma is the offset of the first comma outside comments, or -1.
func comma(text string) int {
	for i := 0; i < len(text); i++ {
		rest := text[i:]
		var comment int
		switch {
		case rest[0] == ',':
			return i
		case strings.HasPrefix(rest, "//"):
			comment = strings.IndexByte(rest, '\n')
		case strings.HasPrefix(rest, "/*"):
			comment = strings.Index(rest[2:], "*/")
			if comment >= 0 {
				comment += len("/*") + 1 // its last byte
			}
		default:
			continue
		}
		if comment < 0 {
			return -1
		}
		i += comment
	}
	return -1
}
