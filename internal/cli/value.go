package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"zerops-mcp/internal/phrase"
)

// value is JSON with the order of its members kept, because the order in which
// a tool names its fields is the order in which people want to read them.
type value struct {
	members []member // of an object
	items   []value  // of a list
	scalar  string   // the text of anything else
	kind    kind
}

type kind byte

const (
	null kind = iota
	scalar
	object
	list
)

type member struct {
	name  string
	value value
}

// parseValue reads one JSON text.
func parseValue(raw []byte) (value, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return readValue(d, 0)
}

// deepest bounds how far values may be nested.
const deepest = 64

func readValue(d *json.Decoder, depth int) (value, error) {
	if depth > deepest {
		return value{}, fmt.Errorf("read the result: nested more than %d deep", deepest)
	}
	token, err := d.Token()
	if err != nil {
		return value{}, fmt.Errorf("read the result: %w", err)
	}
	switch t := token.(type) {
	case json.Delim:
		v := value{kind: list}
		if t == '{' {
			v.kind = object
		}
		for d.More() {
			name := ""
			if v.kind == object {
				key, err := d.Token()
				if err != nil {
					return value{}, fmt.Errorf("read the result: %w", err)
				}
				name, _ = key.(string)
				name = phrase.Printable(name)
			}
			element, err := readValue(d, depth+1)
			if err != nil {
				return value{}, err
			}
			if v.kind == object {
				v.members = append(v.members, member{name, element})
			} else {
				v.items = append(v.items, element)
			}
		}
		_, err := d.Token()
		return v, err
	case nil:
		return value{}, nil
	case string:
		return value{kind: scalar, scalar: t}, nil
	default:
		return value{kind: scalar, scalar: fmt.Sprint(t)}, nil
	}
}

// get returns a member of an object; nothing where there is none.
func (v value) get(name string) value {
	for _, m := range v.members {
		if m.name == name {
			return m.value
		}
	}
	return value{}
}

// empty reports whether there is nothing to show.
func (v value) empty() bool {
	switch v.kind {
	case null:
		return true
	case scalar:
		return v.scalar == ""
	case object:
		return len(v.members) == 0
	default:
		return len(v.items) == 0
	}
}

// longest is how many characters of a list are worth one line.
const longest = 100

// flat reports whether the value can be shown on one line.
func (v value) flat() bool {
	switch v.kind {
	case object:
		for _, m := range v.members {
			if m.value.kind == object || m.value.kind == list && !m.value.plainList() {
				return v.isCall()
			}
		}
		return len(v.members) <= 6
	case list:
		return v.plainList() && utf8.RuneCountInString(v.text()) <= longest
	case scalar:
		return !strings.ContainsRune(v.scalar, '\n')
	default:
		return true
	}
}

// plainList reports whether every element is a scalar.
func (v value) plainList() bool {
	for _, item := range v.items {
		if item.kind != scalar && item.kind != null {
			return false
		}
	}
	return true
}

// text is the value on one line.
func (v value) text() string {
	switch v.kind {
	case scalar:
		return shortTime(phrase.Printable(v.scalar))
	case list:
		words := make([]string, len(v.items))
		for i, item := range v.items {
			words[i] = item.text()
		}
		return strings.Join(words, ", ")
	case object:
		if v.isCall() {
			return v.callText()
		}
		// Counts of nothing only take room, but for the first.
		var words []string
		for i, m := range v.members {
			if !m.value.empty() && (i == 0 || m.value.scalar != "0") {
				words = append(words, m.name+" "+m.value.text())
			}
		}
		return strings.Join(words, ", ")
	default:
		return ""
	}
}

// isCall reports whether the value names a call to make next.
func (v value) isCall() bool {
	return v.kind == object && len(v.members) == 2 && v.get("tool").kind == scalar && v.get("arguments").kind == object
}

// callText is that call as a person would type it here.
func (v value) callText() string {
	words := []string{"zerops-mcp call " + v.get("tool").text()}
	for _, m := range v.get("arguments").members {
		text := m.value.text()
		if m.value.kind == list {
			text = strings.ReplaceAll(text, ", ", ",")
		}
		word := m.name + "=" + text
		if strings.Trim(word, safeInShell) != "" {
			word = shellQuote(word)
		}
		words = append(words, "--arg "+word)
	}
	return strings.Join(words, " ")
}

// shortTime makes an RFC 3339 time in UTC easier to read.
func shortTime(text string) string {
	if len(text) < len("2006-01-02T15:04:05Z") || text[4] != '-' || text[7] != '-' || text[10] != 'T' || !strings.HasSuffix(text, "Z") {
		return text
	}
	return text[:10] + " " + text[11:19]
}
