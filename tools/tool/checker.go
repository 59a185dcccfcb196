package tool

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"zerops-mcp/zerops"
)

// Checker walks a value along its schema and collects problems.
type Checker struct{ Problems []zerops.FieldProblem }

// Problem notes what is wrong at a path; only the first MaxProblems are kept.
func (c *Checker) Problem(path, format string, args ...any) {
	if len(c.Problems) >= MaxProblems {
		return
	}
	if path == "" {
		path = "arguments"
	}
	c.Problems = append(c.Problems, zerops.FieldProblem{Field: Clean(path, 128), Problems: []string{fmt.Sprintf(format, args...)}})
}

// Object checks the members of an object and returns those that count.
func (c *Checker) Object(s *Schema, object map[string]any, path string) map[string]any {
	out, given := make(map[string]any, len(object)), map[string]bool{}
	for _, name := range SortedKeys(object) {
		property := s.Properties[name]
		if property == nil {
			c.unknown(s, name, path)
			continue
		}
		if absent(property, name, object[name]) {
			continue
		}
		given[name] = true
		if v, ok := c.Value(property, object[name], join(path, name)); ok {
			out[name] = v
		}
	}
	for _, name := range s.Required {
		if !given[name] {
			c.Problem(join(path, name), "is required")
		}
	}
	return out
}

func (c *Checker) unknown(s *Schema, name, path string) {
	valid := SortedKeys(s.Properties)
	shown := Clean(name, 60)
	words := "is not an argument; "
	if near := Closest(shown, valid, 1); len(near) > 0 {
		words += fmt.Sprintf("did you mean %q? ", near[0])
	}
	if len(valid) == 0 {
		words += "there are none"
	} else {
		words += "valid: " + strings.Join(valid, ", ")
	}
	c.Problem(join(path, shown), "%s", words)
}

// Value checks one value and returns it in the form the schema wants.
func (c *Checker) Value(s *Schema, v any, path string) (any, bool) {
	switch s.Type {
	case "string":
		return c.text(s, v, path)
	case "boolean":
		return c.boolean(v, path)
	case "integer", "number":
		return c.number(s, v, path)
	case "array":
		return c.array(s, v, path)
	case "object":
		return c.nested(s, v, path)
	}
	return v, true
}

func (c *Checker) text(s *Schema, v any, path string) (any, bool) {
	text, ok := v.(string)
	if !ok {
		if s.MediaType != "application/json" {
			c.Problem(path, "must be a string, got %s", JSONKind(v))
			return nil, false
		}
		written, err := json.Marshal(v) // real JSON where JSON text is expected
		if err != nil {
			c.Problem(path, "cannot be written as JSON")
			return nil, false
		}
		text = string(written)
	}
	limit := MaxText
	if s.MaxLength != nil {
		limit = *s.MaxLength
	}
	switch {
	case len(text) > limit:
		c.Problem(path, "is %d bytes long; at most %d are accepted", len(text), limit)
	case !utf8.ValidString(text):
		c.Problem(path, "is not valid UTF-8")
	case s.MinLength != nil && len(strings.TrimSpace(text)) < *s.MinLength:
		c.Problem(path, "is empty")
	case len(s.Enum) > 0:
		return c.oneOf(s, text, path)
	default:
		return text, true
	}
	return nil, false
}

// oneOf accepts an enum value in any case.
func (c *Checker) oneOf(s *Schema, text, path string) (any, bool) {
	var names []string
	for _, e := range s.Enum {
		name, _ := e.(string)
		if strings.EqualFold(name, text) {
			return name, true
		}
		names = append(names, name)
	}
	words := ""
	if near := Closest(text, names, 1); len(near) > 0 {
		words = fmt.Sprintf("; did you mean %q?", near[0])
	}
	c.Problem(path, "must be one of %s, got %q%s", strings.Join(names, ", "), Clean(text, 60), words)
	return nil, false
}

func (c *Checker) boolean(v any, path string) (any, bool) {
	switch b := v.(type) {
	case bool:
		return b, true
	case string:
		if parsed, err := strconv.ParseBool(strings.ToLower(strings.TrimSpace(b))); err == nil {
			return parsed, true
		}
	}
	c.Problem(path, "must be true or false, got %s", JSONKind(v))
	return nil, false
}

func (c *Checker) number(s *Schema, v any, path string) (any, bool) {
	var literal string
	switch n := v.(type) {
	case json.Number:
		literal = n.String()
	case string:
		literal = strings.TrimSpace(n)
	default:
		c.Problem(path, "must be a number, got %s", JSONKind(v))
		return nil, false
	}
	f, err := strconv.ParseFloat(literal, 64)
	switch {
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0):
		c.Problem(path, "must be a number, got %s", JSONKind(v))
		return nil, false
	case s.Type == "integer" && (f != math.Trunc(f) || math.Abs(f) > 1<<53):
		c.Problem(path, "must be a whole number")
		return nil, false
	case s.Minimum != nil && f < *s.Minimum:
		c.Problem(path, "must be at least %v", *s.Minimum)
		return nil, false
	case s.Maximum != nil && f > *s.Maximum:
		c.Problem(path, "must be at most %v", *s.Maximum)
		return nil, false
	case s.Type == "integer":
		return int64(f), true
	}
	return f, true
}

func (c *Checker) array(s *Schema, v any, path string) (any, bool) {
	list, ok := asList(s, v)
	if !ok {
		c.Problem(path, "must be a list, got %s", JSONKind(v))
		return nil, false
	}
	if s.MaxItems != nil && len(list) > *s.MaxItems {
		c.Problem(path, "has %d items; at most %d are accepted", len(list), *s.MaxItems)
		return nil, false
	}
	if s.MinItems != nil && len(list) < *s.MinItems {
		c.Problem(path, "needs at least %d", *s.MinItems)
		return nil, false
	}
	out := make([]any, 0, len(list))
	for i, item := range list {
		if checked, ok := c.Value(s.Items, item, fmt.Sprintf("%s[%d]", path, i)); ok {
			out = append(out, checked)
		}
	}
	return out, true
}

// asList forgives a single value, a list written as JSON text, and a map where
// pairs are expected.
func asList(s *Schema, v any) ([]any, bool) {
	switch list := v.(type) {
	case []any:
		return list, true
	case map[string]any:
		if key := pairKey(s.Items); key != "" && !isPair(list, key) {
			return pairs(list, key), true
		}
		return []any{v}, s.Items.Type == "object"
	case string:
		if decoded, err := DecodeJSON([]byte(list)); err == nil {
			switch decoded.(type) {
			case []any, map[string]any:
				return asList(s, decoded)
			}
		}
		return []any{v}, s.Items.Type == "string"
	}
	return []any{v}, s.Items.Type != "object" && s.Items.Type != "array"
}

// pairKey names the key of a list of {key, value} or {name, value}.
func pairKey(items *Schema) string {
	if items == nil || items.Properties["value"] == nil {
		return ""
	}
	for _, key := range []string{"key", "name"} {
		if items.Properties[key] != nil {
			return key
		}
	}
	return ""
}

// isPair tells one {key, value} from a map of names to values, in which a name
// may happen to be "name".
func isPair(object map[string]any, key string) bool {
	if object[key] == nil {
		return false
	}
	_, hasValue := object["value"]
	return hasValue || key == "key" && len(object) == 1
}

func pairs(object map[string]any, key string) []any {
	var list []any
	for _, name := range SortedKeys(object) {
		value := object[name]
		switch scalar := value.(type) {
		case json.Number:
			value = scalar.String()
		case bool:
			value = strconv.FormatBool(scalar)
		}
		list = append(list, map[string]any{key: name, "value": value})
	}
	return list
}

func (c *Checker) nested(s *Schema, v any, path string) (any, bool) {
	if text, ok := v.(string); ok {
		if decoded, err := DecodeJSON([]byte(text)); err == nil {
			v = decoded
		}
	}
	if list, ok := v.([]any); ok && len(list) == 0 {
		v = map[string]any{} // PHP writes an empty object like this
	}
	object, ok := v.(map[string]any)
	if !ok {
		c.Problem(path, "must be an object, got %s", JSONKind(v))
		return nil, false
	}
	// A number or boolean where the pair's value is text has one meaning only.
	if value := s.Properties["value"]; value != nil && value.Type == "string" && pairKey(s) != "" {
		switch scalar := object["value"].(type) {
		case json.Number:
			object["value"] = scalar.String()
		case bool:
			object["value"] = strconv.FormatBool(scalar)
		}
	}
	return c.Object(s, object, path), true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
