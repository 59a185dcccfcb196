package simulator

import (
	_ "embed" // The two schemas, but for what the catalogue of types says.
	"encoding/json"
	"fmt"
	"slices"
)

// The two published schemas. Their habits are those of the platform's: closed
// objects, alternatives instead of lists of types, rules by type, and probe durations
// that are called integers although only texts such as 30s are taken (platform
// §4.16). A text that begins with @ stands for what schemaParts gives of that name.
var (
	//go:embed schema_zerops.json
	zeropsSchemaJSON []byte
	//go:embed schema_import.json
	importSchemaJSON []byte
)

// publishedSchema answers with one of the two schemas.
func publishedSchema(file []byte) func(*call) (any, error) {
	return func(c *call) (any, error) {
		data, err := json.MarshalIndent(c.world.schema(file), "", "  ")
		return download{contentType: "application/json; charset=utf-8", data: data}, err
	}
}

// schema completes an embedded schema; it panics on a damaged one because that is a
// fault of the build.
func (w *world) schema(file []byte) object {
	var schema object
	if err := json.Unmarshal(file, &schema); err != nil {
		must(false, fmt.Errorf("a schema of the simulator: %w", err))
	}
	parts := w.schemaParts()
	for name := range schema {
		schema[name] = completed(schema[name], parts)
	}
	return schema
}

// schemaParts are the parts of the schemas that depend on the types of this account.
func (w *world) schemaParts() map[string]any {
	runtimes := w.schemaTypes((*serviceType).runtime)
	plain := w.schemaTypes(func(t *serviceType) bool { return t.managed() && len(t.profiles) == 0 })
	var profiles []object
	for _, p := range sqlProfiles() {
		profiles = append(profiles, object{"const": p.id, "title": p.name})
	}
	parts := map[string]any{
		"@all": w.schemaTypes(func(t *serviceType) bool {
			return t.runtime() || t.managed() || t.category == "OBJECT_STORAGE" || t.category == "SHARED_STORAGE"
		}),
		"@runtimes":       runtimes,
		"@static":         w.schemaTypes(func(t *serviceType) bool { return t.id == "static" }),
		"@sql":            w.schemaTypes(func(t *serviceType) bool { return t.managed() && len(t.profiles) > 0 }),
		"@withoutProfile": slices.Concat(runtimes, plain),
		"@profiles":       profiles,
	}
	var body map[string]any
	if err := json.Unmarshal(zeropsSchemaJSON, &body); err != nil {
		must(false, fmt.Errorf("schema_zerops.json: %w", err))
	}
	delete(body, "$schema")
	delete(body, "$id")
	parts["@zerops"] = completed(body, parts)
	return parts
}

// completed puts the parts where their names stand.
func completed(value any, parts map[string]any) any {
	switch v := value.(type) {
	case string:
		if part, ok := parts[v]; ok {
			return part
		}
	case []any:
		for i := range v {
			v[i] = completed(v[i], parts)
		}
	case object:
		for name := range v {
			v[name] = completed(v[name], parts)
		}
	case map[string]any:
		completed(object(v), parts)
	}
	return value
}

// schemaTypes are the names of types that the schemas list: those with the system
// or the mode in them. The platform takes the short ones too.
func (w *world) schemaTypes(wanted func(*serviceType) bool) []string {
	names := []string{}
	for _, t := range w.types {
		if !wanted(t) {
			continue
		}
		for _, v := range t.versions {
			if !v.disabled && !v.build && (v.os != "" || v.mode != "" || t.category == "OBJECT_STORAGE") {
				names = append(names, v.name)
			}
		}
	}
	slices.Sort(names)
	return names
}
