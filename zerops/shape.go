package zerops

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Shape is the form of a JSON value in a body or of a query parameter.
type Shape struct {
	// Type is object, array, string, integer, number or boolean, or any.
	Type string
	// Format is id, email or date-time, or empty.
	Format string
	// Enum holds the values of a closed set.
	Enum []string
	// Fields are the members of an object, in the order of the vendor's SDK. An
	// object without fields takes any text by any name, as labels do.
	Fields []Field
	// Items is the shape of an array's elements.
	Items *Shape
	// Bytes marks a body that is not JSON. It is given as an object with the
	// bytes in base64.
	Bytes bool
}

// Field is a member of an object or a query parameter.
type Field struct {
	Name string
	// Required fields may be neither left out nor null; the others may be both.
	Required bool
	// EmptyList is sent for a field that was left out, because the API insists on
	// a list (platform §1.7).
	EmptyList   bool
	Description string
	*Shape
}

// Field returns the field of that name.
func (s *Shape) Field(name string) (Field, bool) {
	i := slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// FieldNames returns the names of the fields in their order.
func (s *Shape) FieldNames() []string {
	names := make([]string, len(s.Fields))
	for i, field := range s.Fields {
		names[i] = field.Name
	}
	return names
}

// schema is the JSON Schema of a shape. Properties keep their order.
type schema struct {
	Description string      `json:"description,omitempty"`
	Type        string      `json:"type,omitempty"`
	Format      string      `json:"format,omitempty"`
	Pattern     string      `json:"pattern,omitempty"`
	Enum        []string    `json:"enum,omitempty"`
	Items       *schema     `json:"items,omitempty"`
	Properties  *properties `json:"properties,omitempty"`
	Required    []string    `json:"required,omitempty"`
	Additional  *additional `json:"additionalProperties,omitempty"`
}

type additional struct{ of *schema }

func (a additional) MarshalJSON() ([]byte, error) {
	if a.of == nil {
		return []byte("false"), nil
	}
	return json.Marshal(a.of)
}

type properties []property

type property struct {
	name string
	schema
}

func (p properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, one := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(one.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(one.schema)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// JSONSchema returns the JSON Schema of the shape. Objects are closed, arrays
// have items, and no type is a list of types: a field that is not required may
// be null though the schema does not say so.
func (s *Shape) JSONSchema() (json.RawMessage, error) {
	raw, err := json.Marshal(s.schema(""))
	if err != nil {
		return nil, fmt.Errorf("writing a schema: %w", err)
	}
	return raw, nil
}

func (s *Shape) schema(description string) schema {
	out := schema{Description: description, Type: s.Type, Format: s.Format, Enum: s.Enum}
	switch {
	case s.Type == "any":
		out.Type = ""
	case s.Format == "id":
		out.Format, out.Pattern = "", "^[A-Za-z0-9_-]{22}$"
	case s.Items != nil:
		items := s.Items.schema("")
		out.Items = &items
	case s.Type == "object" && s.Fields == nil:
		out.Properties = &properties{}
		out.Additional = &additional{of: &schema{Type: "string"}}
	case s.Type == "object":
		list := make(properties, len(s.Fields))
		for i, field := range s.Fields {
			list[i] = property{field.Name, field.schema(field.Description)}
			if field.Required {
				out.Required = append(out.Required, field.Name)
			}
		}
		out.Properties, out.Additional = &list, &additional{}
	}
	return out
}

// errShape reports a mistake in the details file.
var errShape = errors.New("is no type of the details file")

// shape reads the file's notation. A name is that of the field it belongs to.
func (f *details) shape(name string, raw json.RawMessage) (*Shape, error) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0:
		return nil, fmt.Errorf("%s: %w", name, errShape)
	case raw[0] == '"':
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return f.named(name, text)
	case raw[0] == '[':
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil || len(items) != 1 {
			return nil, fmt.Errorf("%s: %w", name, errShape)
		}
		element, err := f.shape(name, items[0])
		if err != nil {
			return nil, err
		}
		return &Shape{Type: "array", Items: element}, nil
	}
	fields, err := f.fields(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Shape{Type: "object", Fields: fields}, nil
}

// named resolves a type that is written as a text.
func (f *details) named(name, text string) (*Shape, error) {
	if alias, ok := strings.CutPrefix(text, "@"); ok {
		raw, known := f.Types[alias]
		if !known {
			return nil, fmt.Errorf("%s: %s %w", name, text, errShape)
		}
		return f.shape(name, raw)
	}
	switch text {
	case "string", "integer", "number", "boolean", "any":
		return &Shape{Type: text}, nil
	case "id", "email":
		return &Shape{Type: "string", Format: text}, nil
	case "time":
		return &Shape{Type: "string", Format: "date-time"}, nil
	case "map":
		return &Shape{Type: "object"}, nil
	case "bytes":
		return &Shape{Type: "object", Bytes: true, Fields: []Field{
			{Name: "base64", Required: true, Description: "the bytes in base64", Shape: &Shape{Type: "string"}},
		}}, nil
	}
	if strings.Contains(text, "|") {
		return &Shape{Type: "string", Enum: strings.Split(text, "|")}, nil
	}
	return nil, fmt.Errorf("%s: %q %w", name, text, errShape)
}

// fields reads an object in the order it is written.
func (f *details) fields(raw json.RawMessage) ([]Field, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errShape
	}
	fields := []Field{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, fmt.Errorf("reading a field name: %w", err)
		}
		name, ok := token.(string)
		if !ok {
			return nil, errShape
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, fmt.Errorf("reading field %s: %w", name, err)
		}
		plain := strings.TrimRight(name, "?=")
		shape, err := f.shape(plain, value)
		if err != nil {
			return nil, err
		}
		fields = append(fields, Field{
			Name: plain, Required: plain == name, EmptyList: strings.HasSuffix(name, "="), Description: f.Fields[plain], Shape: shape,
		})
	}
	return fields, nil
}
