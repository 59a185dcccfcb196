package tool

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/request"
)

const (
	// MaxText bounds a string whose schema sets no maxLength; hostnames, names,
	// ids and filters are far shorter.
	MaxText = 8 << 10
	// MaxProblems bounds how many problems one answer names.
	MaxProblems = 20
)

// Injected are arguments that clients add by themselves and models cannot
// remove (clients.md B7). Refusing them would make those clients unusable.
var Injected = []string{"action", "chatInput", "sessionId", "tool", "toolCallId", "tool_call_description", "wait_for_previous"}

// CheckArguments forgives what is clear, refuses the rest with readable words,
// and returns arguments that fit the schema.
func CheckArguments(s *Schema, raw json.RawMessage) (json.RawMessage, error) {
	object, err := decodeObject(raw)
	if err != nil {
		return nil, err
	}
	for name := range object {
		if strings.HasPrefix(name, "_") || s.Properties[name] == nil && slices.Contains(Injected, name) {
			delete(object, name)
		}
	}
	var c Checker
	if text := ""; json.Unmarshal(raw, &text) == nil { // JSON as text, as some clients send it
		raw = []byte(text)
	}
	if name, found := request.AmbiguousName(raw, argumentLevels); found {
		c.Problem("", "the name %q stands twice in one object; which of the two counts is not certain, so nothing was done", Clean(name, 60))
	}
	checked := c.Object(s, object, "")
	if len(c.Problems) > 0 {
		return nil, InvalidArguments(c.Problems)
	}
	out, err := json.Marshal(checked)
	if err != nil {
		return nil, fmt.Errorf("writing the arguments back: %w", err)
	}
	return out, nil
}

// argumentLevels are the levels of a message around the arguments.
const argumentLevels = 2

// decodeObject reads the arguments object. Some clients send it as a string of
// JSON, some send null or nothing for no arguments.
func decodeObject(raw json.RawMessage) (map[string]any, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return map[string]any{}, nil
	}
	v, err := DecodeJSON(raw)
	if err != nil {
		return nil, &Failure{Code: request.CodeInvalidArguments, Message: "the arguments are not JSON"}
	}
	if text, ok := v.(string); ok {
		if v, err = DecodeJSON([]byte(text)); err != nil {
			v = text
		}
	}
	if list, ok := v.([]any); ok && len(list) == 0 {
		v = map[string]any{} // PHP writes an empty object like this
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, &Failure{Code: request.CodeInvalidArguments, Message: "the arguments must be a JSON object, got " + JSONKind(v)}
	}
	return object, nil
}
