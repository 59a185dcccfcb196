package manifest

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Walk visits every value below the root, each once for every way that leads to
// it, within the bounds that parsing has checked. The path is only good during the
// visit.
func (d *Document) Walk(visit func(path []string, key, value *yaml.Node)) {
	d.visit(d.Root, nil, nil, 0, visit)
}

func (d *Document) visit(n, key *yaml.Node, path []string, depth int, visit func(path []string, key, value *yaml.Node)) {
	if depth > 2*MaxYamlDepth {
		return
	}
	switch n.Kind {
	case yaml.AliasNode:
		d.visit(n.Alias, key, path, depth+1, visit)
		return
	case yaml.SequenceNode:
		for i, item := range n.Content {
			d.visit(item, nil, append(path, strconv.Itoa(i)), depth+1, visit)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			d.visit(n.Content[i+1], n.Content[i], append(path, n.Content[i].Value), depth+1, visit)
		}
	case yaml.DocumentNode, yaml.ScalarNode:
	}
	if len(path) > 0 {
		visit(path, key, n)
	}
}

// ProbeDuration knows the keys whose schema says integer although the platform
// takes texts such as 30s only (platform §4.16).
func ProbeDuration(key string) bool {
	switch key {
	case "failureTimeout", "retryPeriod", "disconnectTimeout", "recoveryTimeout", "execPeriod":
		return true
	}
	return false
}

// KindOf names the kind of a YAML value in the words of an error.
func KindOf(value any) string {
	switch value.(type) {
	case nil:
		return "empty"
	case bool:
		return "a boolean"
	case int64, uint64, float64:
		return "a number"
	case string:
		return "a text"
	case []any:
		return "a list"
	}
	return "a map"
}

// Bounds of a YAML document. Aliases are counted as often as they are used, so
// that a small text cannot become a large value.
const (
	maxYaml      = 200_000
	maxYamlNodes = 50_000
	MaxYamlDepth = 64
)

// Document is a parsed text together with where everything stands in it.
type Document struct {
	Root  *yaml.Node
	Value any // the same as maps, lists and scalars
	// preprocessed says that the platform may evaluate <@…> expressions before it
	// reads the text.
	Preprocessed bool
	// processed says that the document is the text as the preprocessor leaves it.
	processed bool
	// issues are oddities of the text itself, such as a key that is given twice.
	Issues []Issue
}

// Issue is something about one place of a text.
type Issue struct {
	Line    int    `json:"line,omitempty"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
	// Code is what the platform answers where it refuses this, if that is known.
	Code string `json:"code,omitempty"`
}

// SyntaxError says why a text cannot be read. It quotes nothing of it.
type SyntaxError struct {
	Line    int
	Problem string
}

func (e *SyntaxError) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("line %d: %s", e.Line, e.Problem)
	}
	return e.Problem
}

// Parse reads a text of one document within the bounds. Its errors are
// *SyntaxError.
func Parse(text string) (*Document, error) {
	doc, more, err := parseFirst(text, maxYaml)
	switch {
	case err != nil:
		return nil, err
	case doc.Root.Kind == 0:
		return nil, &SyntaxError{Problem: "the text is empty"}
	case more != nil:
		return nil, more
	}
	return doc, nil
}

// parseFirst reads the first document of a text of at most so many bytes, an empty
// one where there is none. more says what stands behind it, nil for nothing.
func parseFirst(text string, most int) (doc *Document, more, err error) {
	defer func() {
		if p := recover(); p != nil { // a defect of the parser is no reason to fall
			doc, more, err = nil, nil, &SyntaxError{Problem: "the text is not YAML that can be read"}
		}
	}()
	if len(text) > most {
		return nil, nil, &SyntaxError{Problem: fmt.Sprintf("the text has %d bytes; at most %d are read", len(text), most)}
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	doc = &Document{Root: &yaml.Node{}, Preprocessed: preprocessed(text)}
	switch err := decoder.Decode(doc.Root); {
	case errors.Is(err, io.EOF):
		return doc, nil, nil
	case err != nil:
		return nil, nil, parserError(err, text)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		more = &SyntaxError{Line: second.Line, Problem: "a second document begins; one is expected"}
	} else if !errors.Is(err, io.EOF) {
		more = parserError(err, text)
	}
	if doc.Root.Kind == yaml.DocumentNode && len(doc.Root.Content) == 1 {
		doc.Root = doc.Root.Content[0]
	}
	reader := yamlReader{doc: doc}
	if doc.Value, err = reader.read(doc.Root, nil); err != nil {
		return nil, nil, err
	}
	return doc, more, nil
}

// yamlReader turns nodes into values and counts them.
type yamlReader struct {
	doc   *Document
	nodes int
}

func (r *yamlReader) read(n *yaml.Node, path []string) (any, error) {
	if r.nodes++; r.nodes > maxYamlNodes {
		return nil, &SyntaxError{Line: n.Line, Problem: fmt.Sprintf("more than %d values, aliases included", maxYamlNodes)}
	}
	if len(path) > MaxYamlDepth {
		return nil, &SyntaxError{Line: n.Line, Problem: fmt.Sprintf("more than %d levels", MaxYamlDepth)}
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
			return nil, &SyntaxError{Line: key.Line, Problem: "a key is not a plain word"}
		}
		v, err := r.read(value, append(path, key.Value))
		if err != nil {
			return nil, err
		}
		if isMerge(key) {
			if merged = append(merged, v); len(merged) > 1 {
				r.doc.Issues = append(r.doc.Issues, Issue{Line: key.Line, Path: ShowPath(append(path, key.Value)), Message: "is given twice in the same place"})
			}
			continue
		}
		if _, twice := object[key.Value]; twice {
			r.doc.Issues = append(r.doc.Issues, Issue{Line: key.Line, Path: ShowPath(append(path, key.Value)), Message: "is given twice in the same place"})
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
				return nil, &SyntaxError{Line: n.Line, Problem: "<< merges something that is not a map"}
			}
			for key, v := range members {
				if r.nodes++; r.nodes > maxYamlNodes {
					return nil, &SyntaxError{Line: n.Line, Problem: fmt.Sprintf("more than %d values, aliases included", maxYamlNodes)}
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

// Place finds the node of a path, and the key that leads to it. Where a step is
// missing it returns the last node that exists.
func (d *Document) Place(path []string) (key, value *yaml.Node) {
	value = d.Root
	for _, step := range path {
		k, v := Member(value, step, 0)
		if v == nil {
			return key, value
		}
		key, value = k, v
	}
	return key, value
}

// Line returns where a path stands, 0 where nothing of it exists.
func (d *Document) Line(path []string) int {
	key, value := d.Place(path)
	switch {
	case key != nil:
		return key.Line
	case value != nil:
		return value.Line
	}
	return 0
}

// Member finds a key of a map, or an index of a list. For a list item the key is
// the item itself.
func Member(n *yaml.Node, step string, depth int) (key, value *yaml.Node) {
	if n == nil || depth > MaxYamlDepth {
		return nil, nil
	}
	switch n.Kind {
	case yaml.AliasNode:
		return Member(n.Alias, step, depth+1)
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
		return Member(source, step, depth)
	}
	for _, one := range source.Content {
		if key, value = Member(one, step, depth); value != nil {
			return key, value
		}
	}
	return nil, nil
}
