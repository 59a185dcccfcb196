package tool

import (
	"bytes"
	"encoding/json"
	"errors"
	"sort"

	"zerops-mcp/tools/request"
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

// bodyLevels is more levels than any text in an argument has its case ignored in.
const bodyLevels = 3

// CheckRepeated reports a name that stands twice in the JSON of an argument.
func CheckRepeated(check *Checker, path string, raw []byte) {
	if name, found := request.AmbiguousName(raw, bodyLevels); found {
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
