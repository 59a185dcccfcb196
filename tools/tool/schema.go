package tool

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
)

// WithSchemas gives tools the schemas that their room embeds, as invopop/jsonschema
// reflects them from the input and output structs. Reflecting at start would cost
// 70 µs for each type; a test proves that the files equal the types.
func WithSchemas(files embed.FS, tools ...*Tool) []*Tool {
	for _, t := range tools {
		t.files = files
	}
	return tools
}

// InputSchema is the schema of the arguments as JSON; nil where the room has no file.
func (t *Tool) InputSchema() json.RawMessage { return t.schemaFile(".in.json") }

// OutputSchema is the schema of the result as JSON; nil where the room has no file.
func (t *Tool) OutputSchema() json.RawMessage { return t.schemaFile(".out.json") }

func (t *Tool) schemaFile(ending string) json.RawMessage {
	data, err := t.files.ReadFile("schemas/" + t.Name + ending)
	if err != nil {
		return nil // the schema test names what is missing
	}
	return data
}

// Schema is the part of JSON Schema that tools use: it fits every client and
// model provider, and arguments.go knows how to check and forgive it.
type Schema struct {
	Type        string             `json:"type"`
	Description string             `json:"description,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Enum        []any              `json:"enum,omitempty"`
	Default     any                `json:"default,omitempty"`
	Minimum     *float64           `json:"minimum,omitempty"`
	Maximum     *float64           `json:"maximum,omitempty"`
	MinLength   *int               `json:"minLength,omitempty"`
	MaxLength   *int               `json:"maxLength,omitempty"`
	MinItems    *int               `json:"minItems,omitempty"`
	MaxItems    *int               `json:"maxItems,omitempty"`
	Format      string             `json:"format,omitempty"`
	MediaType   string             `json:"contentMediaType,omitempty"` // application/json: the text is JSON
	Additional  *bool              `json:"additionalProperties,omitempty"`
}

// ParseSchema reads an embedded schema.
func ParseSchema(raw json.RawMessage) (*Schema, error) {
	if raw == nil {
		return nil, errors.New("the schema is not embedded; run the tests with -update")
	}
	var s Schema
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("the embedded schema: %w", err)
	}
	return &s, nil
}
