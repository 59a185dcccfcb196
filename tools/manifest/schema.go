package manifest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
)

const (
	maxSchemaText = 2 << 20
	// maxSchemas bounds the compiled schemas that are kept; there are two at a time,
	// and new texts when the platform adds versions.
	maxSchemas = 4
)

// liveSchema is a published schema: what it says, and the same ready to check
// with.
type liveSchema struct {
	doc   map[string]any
	check *jsonschema.Schema
}

// SchemaCache compiles each schema text once. It is keyed by the text alone, and
// every call fetches its own, so callers share nothing that they did not read.
type SchemaCache struct {
	mu    sync.Mutex
	order [][sha256.Size]byte // oldest first
	known map[[sha256.Size]byte]*liveSchema
}

// errSchema reports a schema that cannot be used.
var errSchema = errors.New("the platform's schema cannot be used")

// live fetches the published schema of a kind of YAML.
func (s *SchemaCache) live(ctx context.Context, c *tool.Call, kind string) (*liveSchema, error) {
	fetch := c.API.ZeropsYamlSchema
	if kind == manifest.YamlImport {
		fetch = c.API.ImportSchema
	}
	raw, err := fetch(ctx)
	if err != nil {
		return nil, err
	}
	return s.compile(raw)
}

func (s *SchemaCache) compile(raw json.RawMessage) (*liveSchema, error) {
	sum := sha256.Sum256(raw)
	s.mu.Lock()
	defer s.mu.Unlock()
	if known, ok := s.known[sum]; ok {
		return known, nil
	}
	compiled, err := compileSchema(raw)
	if err != nil {
		return nil, err
	}
	if s.known == nil {
		s.known = map[[sha256.Size]byte]*liveSchema{}
	}
	if len(s.order) >= maxSchemas {
		delete(s.known, s.order[0])
		s.order = s.order[1:]
	}
	s.known[sum], s.order = compiled, append(s.order, sum)
	return compiled, nil
}

// compileSchema reads a schema. Nothing it refers to is ever fetched: what is not
// in the text itself, or one of the drafts that the library carries, is an error.
func compileSchema(raw json.RawMessage) (live *liveSchema, err error) {
	defer func() {
		if p := recover(); p != nil {
			live, err = nil, fmt.Errorf("%w: the schema library gave up", errSchema)
		}
	}()
	if len(raw) > maxSchemaText {
		return nil, fmt.Errorf("%w: it has %d bytes", errSchema, len(raw))
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSchema, err)
	}
	doc, ok := parsed.(map[string]any)
	if !ok || doc["properties"] == nil {
		return nil, fmt.Errorf("%w: it describes no object", errSchema)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(noLoader{})
	const name = "zerops-schema:///live.json"
	if err := compiler.AddResource(name, parsed); err != nil {
		return nil, fmt.Errorf("%w: %w", errSchema, err)
	}
	check, err := compiler.Compile(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSchema, err)
	}
	return &liveSchema{doc: doc, check: check}, nil
}

// noLoader refuses to load anything.
type noLoader struct{}

// Load reports that the address is not loaded.
func (noLoader) Load(url string) (any, error) {
	return nil, fmt.Errorf("%w: it refers to %s, which is not fetched", errSchema, tool.Clean(url, 120))
}

// schemaUnavailable says in a warning why a document was not checked.
func schemaUnavailable(ctx context.Context, c *tool.Call, err error) manifest.Issue {
	why := "its schema cannot be used"
	if !errors.Is(err, errSchema) {
		why = c.Reason(ctx, err)
	}
	return manifest.Issue{Message: "not checked against the platform's schema: " + why}
}

// schemaNode is a place in a schema, with references followed.
type schemaNode struct {
	doc  map[string]any
	self map[string]any
	// left is how many steps may still be taken through this schema: references can
	// make a small text endless.
	left *int
}

// maxSchemaSteps is many times what the platform's schemas need.
const maxSchemaSteps = 300_000

func (l *liveSchema) root() schemaNode {
	return schemaNode{doc: l.doc, self: l.doc, left: new(maxSchemaSteps)}
}

// of is another place of the same schema.
func (n schemaNode) of(self map[string]any) schemaNode {
	n.self = self
	return n
}

// maxFollowed bounds references that lead to references.
const maxFollowed = 16

// follow resolves a $ref inside the same document. Once all steps are taken,
// every place is empty.
func (n schemaNode) follow() schemaNode {
	for range maxFollowed {
		if *n.left--; *n.left < 0 {
			return n.of(map[string]any{})
		}
		ref, ok := n.self["$ref"].(string)
		if !ok {
			return n
		}
		pointer, local := strings.CutPrefix(ref, "#/")
		if !local {
			return n
		}
		var target any = n.doc
		for step := range strings.SplitSeq(pointer, "/") {
			step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
			target = manifest.At(target, step)
		}
		object, ok := target.(map[string]any)
		if !ok {
			return n
		}
		n.self = object
	}
	return n
}

// branches are the alternatives of a node, itself included.
func (n schemaNode) branches() []schemaNode {
	n = n.follow()
	all := []schemaNode{n}
	for _, word := range []string{"oneOf", "anyOf"} {
		list, _ := n.self[word].([]any)
		for _, item := range list {
			if object, ok := item.(map[string]any); ok {
				all = append(all, n.of(object).follow())
			}
		}
	}
	return all
}

// child finds what the schema says of a key. Items of lists need no step of their
// own.
func (n schemaNode) child(key string) (schemaNode, bool) {
	for _, branch := range n.items().branches() {
		branch = branch.items()
		if properties, ok := branch.self["properties"].(map[string]any); ok {
			if object, ok := properties[key].(map[string]any); ok {
				return n.of(object).follow(), true
			}
		}
	}
	return schemaNode{}, false
}

// items goes through lists to what they hold.
func (n schemaNode) items() schemaNode {
	for range maxFollowed {
		n = n.follow()
		found := false
		for _, branch := range n.branches() {
			if object, ok := branch.self["items"].(map[string]any); ok && branch.self["properties"] == nil {
				n, found = n.of(object), true
				break
			}
		}
		if !found {
			return n
		}
	}
	return n
}

// keys are the names that the node knows.
func (n schemaNode) keys() []string {
	all := map[string]struct{}{}
	for _, branch := range n.items().branches() {
		if properties, ok := branch.self["properties"].(map[string]any); ok {
			for key := range properties {
				all[key] = struct{}{}
			}
		}
	}
	return tool.SortedKeys(all)
}

// find walks a path of keys; numbers and empty steps are skipped.
func (n schemaNode) find(path []string) (schemaNode, bool) {
	for _, step := range path {
		if step == "" || strings.Trim(step, "0123456789*") == "" {
			continue
		}
		next, ok := n.child(step)
		if !ok {
			return n, false
		}
		n = next
	}
	return n, true
}
