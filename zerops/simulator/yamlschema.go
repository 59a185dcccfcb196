package simulator

import (
	_ "embed" // The two schemas, but for what the catalogue of types says.
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
	var rules []object
	for _, t := range w.types {
		if names := w.schemaTypes(func(other *serviceType) bool { return other == t }); len(t.profiles) > 0 && len(names) > 0 {
			rules = append(rules, profileRule(names, t.profiles))
		}
	}
	parts := map[string]any{
		"@all":            w.schemaTypes((*serviceType).offered),
		"@bases":          withLatest(w.schemaTypes((*serviceType).runtime)),
		"@builds":         w.buildBases(),
		"@static":         withLatest(w.schemaTypes(func(t *serviceType) bool { return t.id == "static" })),
		"@objectStorage":  w.schemaTypes(func(t *serviceType) bool { return t.category == "OBJECT_STORAGE" }),
		"@fixedCount":     w.schemaTypes(func(t *serviceType) bool { return t.offered() && !t.runtime() }),
		"@withoutProfile": w.schemaTypes(func(t *serviceType) bool { return t.offered() && len(t.profiles) == 0 }),
		"@profileRules":   rules,
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

// profileRule lets a type have its own profiles only.
func profileRule(names []string, profiles []scalingProfile) object {
	var known []object
	for _, p := range profiles {
		known = append(known, object{"const": p.id, "title": p.name})
	}
	return object{
		"if":   object{"properties": object{"type": object{"enum": names}}, "required": []string{"type"}},
		"then": object{"properties": object{"profile": object{"oneOf": known}}},
	}
}

// completed puts the parts where their names stand; rules of a list go into it one
// by one.
func completed(value any, parts map[string]any) any {
	switch v := value.(type) {
	case string:
		if part, ok := parts[v]; ok {
			return part
		}
	case []any:
		out := make([]any, 0, len(v))
		for _, item := range v {
			switch part := completed(item, parts).(type) {
			case []object:
				for _, rule := range part {
					out = append(out, rule)
				}
			default:
				out = append(out, part)
			}
		}
		return out
	case object:
		for name := range v {
			v[name] = completed(v[name], parts)
		}
	case map[string]any:
		completed(object(v), parts)
	}
	return value
}

// offered reports a type that people may ask for.
func (t *serviceType) offered() bool {
	switch t.category {
	case "CORE", "BUILD", "PREPARE_RUNTIME", "HTTP_L7_BALANCER", "INTERNAL":
		return false
	}
	return true
}

// schemaTypes are the names of types that the schemas list: those with the system
// or the mode in them, of types that have such names. The platform takes the short
// ones too.
func (w *world) schemaTypes(wanted func(*serviceType) bool) []string {
	names := []string{}
	for _, t := range w.types {
		if wanted(t) {
			names = append(names, t.schemaNames(false)...)
		}
	}
	slices.Sort(names)
	return names
}

func (t *serviceType) schemaNames(build bool) []string {
	var whole, short []string
	for _, v := range t.versions {
		switch {
		case v.disabled || v.build != build:
		case v.os != "" || v.mode != "":
			whole = append(whole, v.name)
		default:
			short = append(short, v.name)
		}
	}
	if len(whole) > 0 {
		return whole
	}
	return short
}

// buildBases are what code can be built in: runtimes that are no web server alone,
// and types of which only builds know.
func (w *world) buildBases() []string {
	var names []string
	for _, t := range w.types {
		names = append(names, t.schemaNames(true)...)
		switch {
		case !t.runtime() || strings.HasPrefix(t.id, "php-"):
		case slices.Contains([]string{"static", "nginx", "docker", "swarm", "swarm-vm"}, t.id):
		default:
			names = append(names, t.schemaNames(false)...)
		}
	}
	slices.Sort(names)
	return withLatest(slices.Compact(names))
}

// withLatest adds the names that mean the newest version.
func withLatest(names []string) []string {
	all := slices.Clone(names)
	for _, name := range names {
		if base, _, versioned := strings.Cut(name, "@"); versioned && !slices.Contains(all, base+"@latest") {
			all = append(all, base+"@latest")
		}
	}
	return all
}
