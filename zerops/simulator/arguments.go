package simulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// checkArguments refuses malformed ids, missing fields and fields of another type
// before an operation looks at its object, as the platform does.
func (c *call) checkArguments(rt route, spec *operationSpec) error {
	if spec == nil {
		spec = &operationSpec{}
	}
	problems := make(map[string][]string)
	for _, param := range spec.params {
		if param.kind == "id" && !isID(c.path(param.name)) {
			if strings.HasPrefix(spec.path, "/process/") {
				return noProcess()
			}
			problems[param.name] = []string{"invalid id format"}
		}
	}
	for _, param := range spec.query {
		value := c.query.Get(param.name)
		switch {
		case param.required && !c.query.Has(param.name):
			problems[param.name] = []string{"field is required"}
		case value != "" && len(param.enum) > 0 && !slices.Contains(param.enum, value):
			problems[param.name] = []string{"field must be one of: " + strings.Join(param.enum, ", ")}
		case value != "" && param.kind == "id" && !isID(value):
			problems[param.name] = []string{"invalid id format"}
		}
	}
	if err := c.checkBody(rt, spec, problems); err != nil {
		return err
	}
	if len(problems) > 0 {
		return badFields(problems)
	}
	return nil
}

// checkBody adds what is wrong with the JSON body to problems.
func (c *call) checkBody(rt route, spec *operationSpec, problems map[string][]string) error {
	if rt.method == http.MethodGet || len(spec.body) == 0 && len(rt.required) == 0 {
		return nil
	}
	if len(bytes.TrimSpace(c.body)) > 0 {
		if err := json.Unmarshal(c.body, &c.fields); err != nil {
			return refuse("incorrectDataType", "Request body is not a valid JSON object")
		}
	}
	for _, field := range spec.body {
		required := field.required
		if rt.required != nil {
			required = slices.Contains(rt.required, field.name)
		}
		if problem := field.check(c.fields[field.name], required); problem != "" {
			problems[field.name] = []string{problem}
		}
	}
	for _, name := range rt.required {
		value, given := c.fields[name]
		if !given || string(value) == "null" {
			problems[name] = []string{"field is required"}
		}
	}
	return nil
}

// check says what is wrong with the value of a field, or nothing.
func (f fieldSpec) check(value json.RawMessage, required bool) string {
	if len(value) == 0 || string(value) == "null" {
		if required {
			return "field is required"
		}
		return ""
	}
	first := value[0]
	ok := true
	switch f.kind {
	case "string", "id":
		ok = first == '"'
	case "integer":
		ok = (first == '-' || first >= '0' && first <= '9') && !bytes.ContainsAny(value, ".eE")
	case "number":
		ok = first == '-' || first >= '0' && first <= '9'
	case "boolean":
		ok = first == 't' || first == 'f'
	case "array":
		ok = first == '['
	case "object":
		ok = first == '{'
	}
	if !ok {
		return "invalid data type, expected " + f.kind
	}
	if first != '"' {
		return ""
	}
	var text string
	if err := json.Unmarshal(value, &text); err != nil {
		return "invalid text"
	}
	switch {
	case f.kind == "id" && !isID(text):
		return "invalid id format"
	case len(f.enum) > 0 && !slices.Contains(f.enum, text) && (required || text != ""):
		return "field must be one of: " + strings.Join(f.enum, ", ")
	case required && text == "" && f.name != "content" && f.name != "envFile":
		return "field is required"
	default:
		return ""
	}
}
