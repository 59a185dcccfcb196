package tool

import (
	"encoding/json"
	"slices"
	"strings"
)

// Models that have to fill in every argument write in many ways that they mean none:
// an empty text, the word null, a zero below the bound, an empty list or object.
// Free text is taken as it is, because somebody may search for the word "null".

// absent reports a value that says its argument is not given.
func absent(s *Schema, name string, v any) bool {
	if s.Type == "" { // anything goes, so that an empty object says something
		return v == nil
	}
	switch given := v.(type) {
	case nil:
		return true
	case string:
		if s.Type == "integer" || s.Type == "number" {
			return emptyWord(given) || belowBound(s, json.Number(strings.TrimSpace(given)))
		}
		return emptyWord(given) && !FreeText(s, name) && !slices.ContainsFunc(s.Enum, func(e any) bool { return e == given })
	case json.Number:
		return belowBound(s, given)
	case map[string]any:
		return len(given) == 0 && s.Type != "object"
	case []any:
		return len(given) == 0 && (s.Type != "array" || s.MinItems != nil && *s.MinItems > 0)
	}
	return false
}

// belowBound reports a zero where only more makes sense.
func belowBound(s *Schema, n json.Number) bool {
	f, err := n.Float64()
	return err == nil && f == 0 && s.Minimum != nil && *s.Minimum > 0
}

func emptyWord(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "null", "none", "omit", "undefined", "{}", "[]":
		return true
	}
	return false
}

// FreeText reports an argument that may hold any text, so that an empty one and the
// word null are texts too. Names and ids of what exists, cursors, times, addresses
// and words of the platform are not; a folder may be named none.
func FreeText(s *Schema, name string) bool {
	if s.Type != "string" || len(s.Enum) > 0 {
		return false
	}
	switch name {
	case "backup", "category", "confirm", "cpu_mode", "cursor", "deployment", "location", "mode", "org",
		"process", "profile", "project", "service", "setup", "since", "storage", "type", "until":
		return false
	}
	return true
}
