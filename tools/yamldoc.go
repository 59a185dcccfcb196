package tools

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Bounds of a YAML document. Aliases are counted as often as they are used, so
// that a small text cannot become a large value.
const (
	maxYaml      = 200_000
	maxYamlNodes = 50_000
	maxYamlDepth = 64
)

// yamlDocument is a parsed text together with where everything stands in it.
type yamlDocument struct {
	root  *yaml.Node
	value any // the same as maps, lists and scalars
	// preprocessed says that the platform may evaluate <@…> expressions before it
	// reads the text.
	preprocessed bool
	// processed says that the document is the text as the preprocessor leaves it.
	processed bool
	// issues are oddities of the text itself, such as a key that is given twice.
	issues []yamlIssue
}

// yamlIssue is something about one place of a text.
type yamlIssue struct {
	Line    int    `json:"line,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// yamlError says why a text cannot be read. It quotes nothing of it.
type yamlError struct {
	line    int
	problem string
}

func (e *yamlError) Error() string {
	if e.line > 0 {
		return fmt.Sprintf("line %d: %s", e.line, e.problem)
	}
	return e.problem
}

// parseYaml reads one document within the bounds. Its errors are *yamlError.
func parseYaml(text string) (doc *yamlDocument, err error) {
	defer func() {
		if p := recover(); p != nil { // a defect of the parser is no reason to fall
			doc, err = nil, &yamlError{problem: "the text is not YAML that can be read"}
		}
	}()
	if len(text) > maxYaml {
		return nil, &yamlError{problem: fmt.Sprintf("the text has %d bytes; at most %d are read", len(text), maxYaml)}
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		return nil, &yamlError{problem: "the text is empty"}
	case err != nil:
		return nil, parserError(err)
	}
	var more yaml.Node
	if err := decoder.Decode(&more); !errors.Is(err, io.EOF) {
		if err != nil {
			return nil, parserError(err)
		}
		return nil, &yamlError{line: more.Line, problem: "a second document begins; one is expected"}
	}
	doc = &yamlDocument{root: &document, preprocessed: preprocessed(text)}
	if document.Kind == yaml.DocumentNode && len(document.Content) == 1 {
		doc.root = document.Content[0]
	}
	reader := yamlReader{doc: doc}
	if doc.value, err = reader.read(doc.root, nil); err != nil {
		return nil, err
	}
	return doc, nil
}

func parserError(err error) error {
	if parser, ok := errors.AsType[*yaml.ParserError](err); ok {
		return &yamlError{line: parser.Line, problem: clean(parser.Message, 200)}
	}
	return &yamlError{problem: clean(err.Error(), 200)}
}

// yamlReader turns nodes into values and counts them.
type yamlReader struct {
	doc   *yamlDocument
	nodes int
}

func (r *yamlReader) read(n *yaml.Node, path []string) (any, error) {
	if r.nodes++; r.nodes > maxYamlNodes {
		return nil, &yamlError{line: n.Line, problem: fmt.Sprintf("more than %d values, aliases included", maxYamlNodes)}
	}
	if len(path) > maxYamlDepth {
		return nil, &yamlError{line: n.Line, problem: fmt.Sprintf("more than %d levels", maxYamlDepth)}
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.read(n.Alias, append(path, "*")) // a level of its own, so that a circle ends
	case yaml.MappingNode:
		return r.mapping(n, path)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for i, item := range n.Content {
			v, err := r.read(item, append(path, strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.ScalarNode:
		return scalar(n), nil
	case yaml.DocumentNode:
	}
	return nil, nil
}

// mapping reads a map. Keys of its own win over those that << brings along.
func (r *yamlReader) mapping(n *yaml.Node, path []string) (any, error) {
	object := make(map[string]any, len(n.Content)/2)
	var merged []any
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			return nil, &yamlError{line: key.Line, problem: "a key is not a plain word"}
		}
		v, err := r.read(value, append(path, key.Value))
		if err != nil {
			return nil, err
		}
		if isMerge(key) {
			if merged = append(merged, v); len(merged) > 1 {
				r.doc.issues = append(r.doc.issues, yamlIssue{Line: key.Line, Path: showPath(append(path, key.Value)), Message: "is given twice in the same place"})
			}
			continue
		}
		if _, twice := object[key.Value]; twice {
			r.doc.issues = append(r.doc.issues, yamlIssue{Line: key.Line, Path: showPath(append(path, key.Value)), Message: "is given twice in the same place"})
		}
		object[key.Value] = v
	}
	for _, m := range merged {
		sources, ok := m.([]any)
		if !ok {
			sources = []any{m}
		}
		for _, source := range sources {
			members, ok := source.(map[string]any)
			if !ok {
				return nil, &yamlError{line: n.Line, problem: "<< merges something that is not a map"}
			}
			for key, v := range members {
				if r.nodes++; r.nodes > maxYamlNodes {
					return nil, &yamlError{line: n.Line, problem: fmt.Sprintf("more than %d values, aliases included", maxYamlNodes)}
				}
				if _, own := object[key]; !own {
					object[key] = v
				}
			}
		}
	}
	return object, nil
}

func isMerge(key *yaml.Node) bool { return key.ShortTag() == "!!merge" }

// scalar reads a plain value as JSON knows it; what JSON does not know is text.
func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
		var u uint64
		if n.Decode(&u) == nil {
			return u
		}
	case "!!float":
		var f float64
		if n.Decode(&f) == nil && f == f && f < 1e300 && f > -1e300 {
			return f
		}
	}
	return n.Value
}

// place finds the node of a path, and the key that leads to it. Where a step is
// missing it returns the last node that exists.
func (d *yamlDocument) place(path []string) (key, value *yaml.Node) {
	value = d.root
	for _, step := range path {
		k, v := member(value, step, 0)
		if v == nil {
			return key, value
		}
		key, value = k, v
	}
	return key, value
}

// line returns where a path stands, 0 where nothing of it exists.
func (d *yamlDocument) line(path []string) int {
	key, value := d.place(path)
	switch {
	case key != nil:
		return key.Line
	case value != nil:
		return value.Line
	}
	return 0
}

// member finds a key of a map, or an index of a list. For a list item the key is
// the item itself.
func member(n *yaml.Node, step string, depth int) (key, value *yaml.Node) {
	if n == nil || depth > maxYamlDepth {
		return nil, nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return member(n.Alias, step, depth+1)
	case yaml.SequenceNode:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i], n.Content[i]
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == step && !isMerge(n.Content[i]) {
				key, value = n.Content[i], n.Content[i+1] // the last of two counts
			}
		}
		for i := 0; value == nil && i+1 < len(n.Content); i += 2 {
			if isMerge(n.Content[i]) {
				key, value = mergedMember(n.Content[i+1], step, depth+1)
			}
		}
	case yaml.DocumentNode, yaml.ScalarNode:
	}
	return key, value
}

func mergedMember(source *yaml.Node, step string, depth int) (key, value *yaml.Node) {
	if source.Kind == yaml.AliasNode {
		source = source.Alias
	}
	if source.Kind != yaml.SequenceNode {
		return member(source, step, depth)
	}
	for _, one := range source.Content {
		if key, value = member(one, step, depth); value != nil {
			return key, value
		}
	}
	return nil, nil
}

// showPath writes a path as people do: services[0].envSecrets.
func showPath(path []string) string {
	var b strings.Builder
	for _, step := range path {
		switch _, err := strconv.Atoi(step); {
		case step == "*":
		case err == nil:
			b.WriteString("[" + step + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(clean(step, 60))
		}
	}
	return b.String()
}

// at reads a value by its path.
func at(value any, path ...string) any {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// yamlScalar returns a scalar as text, "" for anything else.
func yamlScalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool, int64, uint64, float64:
		return fmt.Sprint(v)
	}
	return ""
}
