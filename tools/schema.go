package tools

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
)

// schemaFiles holds the schemas of all tools as invopop/jsonschema reflects them
// from the input and output structs. Reflecting at start would cost 70 µs for
// each type; a test proves that the files equal the types and rewrites them with
// -update.
//
//go:embed schemas/*.json
var schemaFiles embed.FS

func (t *tool) inputSchema() json.RawMessage  { return schemaFile(t.Name + ".in.json") }
func (t *tool) outputSchema() json.RawMessage { return schemaFile(t.Name + ".out.json") }

func schemaFile(name string) json.RawMessage {
	data, err := schemaFiles.ReadFile("schemas/" + name)
	if err != nil {
		return nil // the schema test names what is missing
	}
	return data
}

// schema is the part of JSON Schema that tools use: it fits every client and
// model provider, and arguments.go knows how to check and forgive it.
type schema struct {
	Type        string             `json:"type"`
	Description string             `json:"description,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Items       *schema            `json:"items,omitempty"`
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

func parseSchema(raw json.RawMessage) (*schema, error) {
	if raw == nil {
		return nil, errors.New("the schema is not embedded; run the tests with -update")
	}
	var s schema
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, fmt.Errorf("the embedded schema: %w", err)
	}
	return &s, nil
}
