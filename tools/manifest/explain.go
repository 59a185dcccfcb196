package manifest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/guides"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

// kindGuide asks get_yaml_schema for a guide instead of a schema.
const kindGuide = "guide"

type yamlSchemaIn struct {
	Kind string `json:"kind" jsonschema:"enum=zerops,enum=import,enum=guide"`
	Path string `json:"path,omitempty" jsonschema_description:"or the topic of the guide"`
}

// yamlSchemaOut is a part of a schema, flattened to one level: models read a list
// of fields with less trouble than a schema of nested alternatives.
type yamlSchemaOut struct {
	Kind        string        `json:"kind"`
	Path        string        `json:"path"`
	Type        string        `json:"type,omitempty"`
	Description string        `json:"description,omitempty"`
	Deprecated  bool          `json:"deprecated,omitempty"`
	Default     string        `json:"default,omitempty"`
	Values      []string      `json:"values,omitempty"`
	Fields      []schemaField `json:"fields,omitempty"`
	Rules       []string      `json:"rules,omitempty"`
	SubPaths    []string      `json:"sub_paths,omitempty"`
	Note        string        `json:"note,omitempty"`
	Guide       string        `json:"guide,omitempty"`
	Topics      []guideTopic  `json:"topics,omitempty"`
}

type schemaField struct {
	Name        string   `json:"name"`
	Type        string   `json:"type,omitempty"`
	Required    bool     `json:"required,omitempty"`
	Description string   `json:"description,omitempty"`
	Deprecated  bool     `json:"deprecated,omitempty"`
	Default     string   `json:"default,omitempty"`
	Values      []string `json:"values,omitempty"`
	// MoreValues is how many values are left out; the field's own path has them.
	MoreValues int `json:"more_values,omitempty"`
}

type guideTopic struct {
	Topic string `json:"topic"`
	Title string `json:"title"`
	About string `json:"about"`
}

const (
	// maxSchemaView bounds the bytes of the answer.
	maxSchemaView  = 8_000
	maxValuesShort = 12
	maxValues      = 250
	maxSubPaths    = 60
	maxRules       = 12
	// maxNested bounds lists of lists and rules inside rules.
	maxNested = 4
)

func (k yamlChecker) getYamlSchema(ctx context.Context, c *tool.Call, in *yamlSchemaIn) (*yamlSchemaOut, error) {
	if in.Kind == kindGuide {
		return guideView(in.Path)
	}
	schema, err := k.schemas.live(ctx, c, in.Kind)
	if err != nil {
		return nil, schemaFailure(err)
	}
	path := splitPath(in.Path)
	node, found := schema.root().find(path)
	if !found && in.Kind == manifest.YamlZerops { // the path may start below the list of setups
		if below, ok := schema.root().find(append([]string{"zerops"}, path...)); ok {
			node, found, path = below, true, append([]string{"zerops"}, path...)
		}
	}
	if !found {
		if in.Kind == manifest.YamlZerops && path[0] != "zerops" {
			path = append([]string{"zerops"}, path...)
		}
		return nil, noSchemaPath(schema, in.Kind, path)
	}
	if in.Kind == manifest.YamlZerops && len(path) == 0 {
		if below, ok := node.child("zerops"); ok {
			node, path = below, []string{"zerops"}
		}
	}
	out := explainSchema(in.Kind, path, node)
	return &out, nil
}

// schemaFailure says that the platform's own schema is of no use, which no
// argument can change.
func schemaFailure(err error) error {
	if !errors.Is(err, errSchema) {
		return err
	}
	return &tool.Failure{
		Code: request.CodeUnavailable, Message: err.Error(), Retryable: true,
		Hint: "Try again later; kind guide needs no schema.", Next: &tool.FailureNext{Tool: "get_yaml_schema", Arguments: map[string]any{"kind": kindGuide}},
	}
}

func guideView(topic string) (*yamlSchemaOut, error) {
	out := yamlSchemaOut{Kind: kindGuide, Path: tool.Clean(topic, 60)}
	if topic == "" {
		for _, g := range guides.All() {
			out.Topics = append(out.Topics, guideTopic{Topic: g.Topic, Title: g.Title, About: g.Summary})
		}
		return &out, nil
	}
	text, err := guides.Read(strings.TrimSpace(topic))
	out.Guide = text
	return &out, err
}

// splitPath reads services[0].verticalAutoscaling, services.verticalAutoscaling
// and /services/verticalAutoscaling alike.
func splitPath(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(".[]/ ", r) })
}

// noSchemaPath names the deepest part that exists and what is below it.
func noSchemaPath(schema *liveSchema, kind string, path []string) error {
	node, known := schema.root(), 0
	for _, step := range path {
		next, ok := node.find([]string{step})
		if !ok {
			break
		}
		node, known = next, known+1
	}
	keys := node.keys()
	words := fmt.Sprintf("%q is not in the schema of %s", tool.Clean(strings.Join(path, "."), 120), kind)
	if known > 0 {
		words += fmt.Sprintf("; below %s there is", tool.Clean(strings.Join(path[:known], "."), 120))
	} else {
		words += "; at the top there is"
	}
	words += " " + strings.Join(tool.CleanAll(keys[:min(len(keys), 40)]), ", ")
	if known < len(path) {
		if near := tool.Closest(path[known], keys, 1); len(near) > 0 {
			words += fmt.Sprintf("; did you mean %q?", tool.Clean(near[0], 60))
		}
	}
	f := tool.Invalid("path", "%s", words)
	f.Code = request.CodeNotFound
	return f
}

// explainSchema describes a place: what it is, what it holds, the rules between
// its fields, and where there is more. It drops the least important until the
// answer is small.
func explainSchema(kind string, path []string, node schemaNode) yamlSchemaOut {
	own := node.follow()
	out := yamlSchemaOut{
		Kind: kind, Path: manifest.ShowPath(path), Type: schemaType(own, maxNested), Description: describeNode(own, 600), Deprecated: own.self["deprecated"] == true,
		Default: defaultOf(own), Fields: fieldsOf(own.items()), Rules: rulesOf(own.items()), SubPaths: subPathsOf(own.items(), path),
	}
	out.Values = own.values(maxValues)
	if slices.ContainsFunc(out.Values, func(v string) bool { return strings.Contains(v, "/") && strings.Contains(v, "@") }) {
		out.Note = "The short form is taken too: without the operating system (nodejs@22), and without the mode where mode is given (postgresql@18)."
	}
	shrinks := []func(){
		func() { shorten(out.Fields, 100) },
		func() { out.SubPaths = out.SubPaths[:min(len(out.SubPaths), 20)] },
		func() { out.Rules = out.Rules[:min(len(out.Rules), 4)] },
		func() { shorten(out.Fields, 0) },
		func() { out.Values = out.Values[:min(len(out.Values), 120)] },
		func() { out.Rules, out.SubPaths = nil, nil },
		func() { out.Fields = out.Fields[:min(len(out.Fields), 60)] },
	}
	for _, shrink := range shrinks {
		if raw, err := tool.Marshal(out); err != nil || len(raw) <= maxSchemaView {
			break
		}
		out.Note = "shortened; ask for a path below this one"
		shrink()
	}
	return out
}

// shorten cuts the descriptions and value lists of fields.
func shorten(fields []schemaField, limit int) {
	for i := range fields {
		if f := &fields[i]; limit == 0 {
			f.Description = ""
			f.MoreValues += len(f.Values)
			f.Values = nil
		} else {
			f.Description = tool.Clean(f.Description, limit)
		}
	}
}

func describeNode(n schemaNode, limit int) string {
	text, _ := n.self["description"].(string)
	return tool.Clean(text, limit)
}

func defaultOf(n schemaNode) string {
	if v, there := n.self["default"]; there {
		return tool.Clean(fmt.Sprint(v), 60)
	}
	return ""
}

// schemaType says what a value may be, such as "string or list of string".
func schemaType(n schemaNode, depth int) string {
	var kinds []string
	add := func(word string) {
		if !slices.Contains(kinds, word) {
			kinds = append(kinds, word)
		}
	}
	for _, branch := range n.branches() {
		switch kind := branch.self["type"].(type) {
		case string:
			if kind == "array" {
				inner := ""
				if items, ok := branch.self["items"].(map[string]any); ok && depth > 0 {
					inner = schemaType(n.of(items), depth-1)
				}
				add(strings.TrimSuffix("list of "+inner, " of "))
			} else if values, ok := branch.self["additionalProperties"].(map[string]any); ok && branch.self["properties"] == nil && depth > 0 {
				add("map of " + schemaType(n.of(values), depth-1))
			} else {
				add(kind)
			}
		case []any:
			for _, k := range kind {
				add(tool.Clean(fmt.Sprint(k), 20))
			}
		}
	}
	return tool.Clean(strings.Join(kinds, " or "), 80)
}

// values are the closed set of a place, the short spellings of types among them.
func (n schemaNode) values(limit int) []string {
	var names []string
	seen := map[string]bool{}
	add := func(v any) {
		if name := tool.Clean(fmt.Sprint(v), 80); !seen[name] && len(names) < limit {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, branch := range n.branches() {
		list, _ := branch.self["enum"].([]any)
		for _, v := range list {
			add(v)
		}
		if v, there := branch.self["const"]; there {
			add(v)
		}
	}
	return names
}

func fieldsOf(n schemaNode) []schemaField {
	var fields []schemaField
	required := map[string]bool{}
	for _, branch := range n.branches() {
		list, _ := branch.self["required"].([]any)
		for _, name := range list {
			required[fmt.Sprint(name)] = true
		}
	}
	for _, key := range n.keys() {
		child, ok := n.child(key)
		if !ok {
			continue
		}
		field := schemaField{
			Name: tool.Clean(key, 80), Type: schemaType(child, maxNested), Required: required[key], Description: describeNode(child, 200),
			Deprecated: child.self["deprecated"] == true, Default: defaultOf(child),
		}
		all := child.values(maxValues)
		field.Values = all[:min(len(all), maxValuesShort)]
		if len(all) > maxValuesShort {
			field.Values, field.MoreValues = field.Values[:4], len(all)-4
		}
		if manifest.ProbeDuration(key) {
			field.Type, field.Description = "string", "A duration with a unit, such as 30s (10s to 1h). "+field.Description
		}
		fields = append(fields, field)
	}
	sort.SliceStable(fields, func(i, j int) bool { return fields[i].Required && !fields[j].Required })
	return fields
}

// subPathsOf lists the places below that hold fields of their own.
func subPathsOf(n schemaNode, path []string) []string {
	var paths []string
	var walk func(n schemaNode, path []string, depth int)
	walk = func(n schemaNode, path []string, depth int) {
		for _, key := range n.keys() {
			child, ok := n.child(key)
			if len(paths) >= maxSubPaths || depth > 8 {
				return
			}
			if !ok || len(child.keys()) == 0 {
				continue
			}
			below := append(append([]string{}, path...), key)
			paths = append(paths, manifest.ShowPath(below))
			walk(child.items(), below, depth+1)
		}
	}
	walk(n, path, 0)
	return paths
}
