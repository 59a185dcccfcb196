package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"sort"
)

// DecodeJSON keeps numbers as they are written.
func DecodeJSON(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

// RepeatedName finds a name that an object of a JSON text has twice. Readers
// disagree on which of the two counts.
func RepeatedName(raw []byte) (name string, found bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil in a list
		value bool            // the next string is a value
	}
	var open []level
	for {
		token, err := d.Token()
		if err != nil {
			return "", false // broken JSON is for others to refuse
		}
		var top *level
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		if text, ok := token.(string); ok && top != nil && top.names != nil && !top.value {
			if top.names[text] {
				return text, true
			}
			top.names[text], top.value = true, true
			continue
		}
		if top != nil {
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

// CheckRepeated reports a name that stands twice in the JSON of an argument.
func CheckRepeated(check *Checker, path string, raw []byte) {
	if text := ""; json.Unmarshal(raw, &text) == nil { // JSON as text, as some clients send it
		raw = []byte(text)
	}
	if name, found := RepeatedName(raw); found {
		check.Problem(path, "has the name %q twice in one object; which of the two counts is not certain", Clean(name, 60))
	}
}

// JSONKind names the kind of a decoded value in words.
func JSONKind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case json.Number, float64, int64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "an object"
}

// SortedKeys returns the keys of a map in a fixed order.
func SortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
