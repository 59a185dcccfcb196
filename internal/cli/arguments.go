package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"zerops-mcp/internal/phrase"
	"zerops-mcp/internal/settings"
)

// largestArguments bounds what is read from standard input.
const largestArguments = 4 << 20

// property is what --arg needs to know of one argument of a tool.
type property struct {
	Type       string               `json:"type"`
	Enum       []string             `json:"enum"`
	Items      *property            `json:"items"`
	Properties map[string]*property `json:"properties"`
}

// toolArguments turns --arg and --args into the arguments of a tool with this
// input schema.
func toolArguments(schema []byte, pairs []string, whole string, stdin io.Reader) (json.RawMessage, error) {
	if whole != "" {
		return wholeArguments(whole, stdin)
	}
	var in property
	if err := json.Unmarshal(schema, &in); err != nil {
		return nil, fmt.Errorf("the tool's schema cannot be read: %w", err)
	}
	args := make(map[string]any)
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--arg takes NAME=VALUE; %q has no equals sign", clip(pair))
		}
		p := in.Properties[name]
		if p == nil {
			return nil, unknownArgument(name, in.Properties)
		}
		v, err := p.convert(text)
		if err != nil {
			return nil, fmt.Errorf("--arg %s: %w", name, err)
		}
		if before, again := args[name]; again {
			list, isList := before.([]any)
			if !isList {
				return nil, fmt.Errorf("--arg %s is given twice, and it takes one value", name)
			}
			more, _ := v.([]any)
			v = append(list, more...)
		}
		args[name] = v
	}
	raw, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("write the arguments: %w", err)
	}
	return raw, nil
}

func unknownArgument(name string, properties map[string]*property) error {
	names := make([]string, 0, len(properties))
	for n := range properties {
		names = append(names, n)
	}
	slices.Sort(names)
	if len(names) == 0 {
		return fmt.Errorf("--arg %s: the tool takes no arguments", clip(name))
	}
	if near := settings.Closest(name, names); near != "" {
		return fmt.Errorf("--arg %s: no such argument; did you mean %s?", clip(name), near)
	}
	return fmt.Errorf("--arg %s: no such argument; there are %s", clip(name), strings.Join(names, ", "))
}

// propertyNames lists the arguments of a tool as --arg wants them begun.
func propertyNames(schema []byte) []string {
	var in property
	if json.Unmarshal(schema, &in) != nil {
		return nil
	}
	names := make([]string, 0, len(in.Properties))
	for name := range in.Properties {
		names = append(names, name+"=")
	}
	slices.Sort(names)
	return names
}

// propertyValues lists the values of an argument, where they are a closed set.
func propertyValues(schema []byte, name string) []string {
	var in property
	if json.Unmarshal(schema, &in) != nil || in.Properties[name] == nil {
		return nil
	}
	if in.Properties[name].Type == "boolean" {
		return []string{"false", "true"}
	}
	return in.Properties[name].Enum
}

// wholeArguments reads a JSON object from the flag or from standard input.
func wholeArguments(text string, stdin io.Reader) (json.RawMessage, error) {
	raw := []byte(text)
	if text == "-" {
		read, err := io.ReadAll(io.LimitReader(stdin, largestArguments+1))
		if err != nil {
			return nil, fmt.Errorf("--args -: read standard input: %w", err)
		}
		if len(read) > largestArguments {
			return nil, fmt.Errorf("--args -: more than %d MiB", largestArguments>>20)
		}
		raw = read
	}
	raw = bytes.TrimSpace(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if len(raw) == 0 || raw[0] != '{' || !json.Valid(raw) {
		return nil, errors.New(`--args takes a JSON object, like {"project":"shop"}`)
	}
	return raw, nil
}

// convert reads a value of the command line as the schema wants it.
func (p *property) convert(text string) (any, error) {
	switch p.Type {
	case "boolean":
		switch strings.ToLower(text) {
		case "true", "yes", "on", "1":
			return true, nil
		case "false", "no", "off", "0":
			return false, nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", clip(text))
	case "integer", "number":
		var n json.Number
		if json.Unmarshal([]byte(text), &n) != nil || n == "" {
			return nil, fmt.Errorf("%q is not a number", clip(text))
		}
		return n, nil
	case "array":
		return p.convertList(text)
	case "object":
		return p.convertObject(text)
	default:
		if len(p.Enum) > 0 && !slices.Contains(p.Enum, text) {
			return nil, fmt.Errorf("%q is not one of %s", clip(text), strings.Join(p.Enum, ", "))
		}
		return text, nil
	}
}

// convertList takes a JSON list, or one element; elements that are scalars may
// be separated by commas.
func (p *property) convertList(text string) (any, error) {
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "[") {
		var items []any
		if json.Unmarshal([]byte(trimmed), &items) != nil {
			return nil, errors.New("the value begins like a JSON list and is none")
		}
		return items, nil
	}
	item := p.Items
	if item == nil {
		item = &property{}
	}
	elements := []string{text}
	if item.Type != "object" && item.Type != "array" {
		elements = strings.Split(text, ",")
	}
	items := make([]any, 0, len(elements))
	for _, e := range elements {
		v, err := item.convert(e)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
	}
	return items, nil
}

// convertObject takes a JSON object; one of a key, or a name, and a value can
// also be written KEY=VALUE.
func (p *property) convertObject(text string) (any, error) {
	if trimmed := strings.TrimSpace(text); strings.HasPrefix(trimmed, "{") {
		var o map[string]any
		if json.Unmarshal([]byte(trimmed), &o) != nil {
			return nil, errors.New("the value begins like a JSON object and is none")
		}
		return o, nil
	}
	var key string
	var rest []string
	for name := range p.Properties {
		if name == "key" {
			key = name
		} else {
			rest = append(rest, name)
		}
	}
	if key == "" {
		if i := slices.Index(rest, "name"); i >= 0 {
			key, rest = "name", slices.Delete(rest, i, i+1)
		}
	}
	left, right, ok := strings.Cut(text, "=")
	if key == "" || len(rest) != 1 || !ok {
		return nil, errors.New(`write the value as JSON, like {"name":"value"}`)
	}
	return map[string]any{key: left, rest[0]: right}, nil
}

// clip bounds what a message repeats of a value.
func clip(text string) string { return phrase.Cut(phrase.Printable(text), 60) }
