package manifest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

type exportYamlOut struct {
	Yaml      string   `json:"yaml"`
	Masked    int      `json:"masked"`
	Services  []string `json:"services"`
	Truncated string   `json:"truncated,omitempty"`
}

// maxExport bounds the bytes of the YAML as JSON text, so that the whole answer
// fits.
const maxExport = 19_000

const exportComment = " Secret values are masked as \"[redacted]\". Put the real ones in before importing; import_yaml refuses the masks."

// exportYaml masks by meaning, key by key, and writes the document anew: cutting
// secrets out of the text would leave something that is no YAML.
func exportYaml(ctx context.Context, c *tool.Call, in *env.OnStore) (*exportYamlOut, error) {
	store, err := env.FindStore(ctx, c, *in)
	if err != nil {
		return nil, err
	}
	var text string
	if store.Service != nil {
		text, err = c.API.ExportService(ctx, store.Service.ID)
	} else {
		text, err = c.API.ExportProject(ctx, store.Project.ID)
	}
	if err != nil {
		return nil, err
	}
	doc, err := manifest.Parse(text)
	if err != nil {
		return nil, &tool.Failure{
			Code: request.CodeUnsupported, Message: fmt.Sprintf("the export cannot be read as YAML (%v), so its secrets could not be masked and it is withheld", err),
			Hint: "Export a single service, or use the Zerops GUI.",
		}
	}
	_, services := doc.Place([]string{"services"})
	names := store.Names() + " " + strings.Join(hostnamesOf(services), " ")
	env.KnowValues(c, doc.Secrets(0), names)
	doc.Walk(func(path []string, _, value *yaml.Node) {
		if value.Kind == yaml.ScalarNode && slices.ContainsFunc(path[:max(len(path)-1, 0)], manifest.IsStore) {
			c.Redactor.Place(variableKey(path))
		}
	})
	m := yamlMasker{call: c}
	m.document(doc.Root)
	out := exportYamlOut{Masked: m.masked}
	return &out, fitExport(c, doc, &out)
}

// variableKey is the key of the variable that a place in a store belongs to; an entry
// of a vault may be {value, sensitive} (platform §10.1).
func variableKey(path []string) string {
	last, parent := len(path)-1, len(path)-2
	if parent > 0 && (path[last] == "value" || path[last] == "sensitive") && !manifest.IsStore(path[parent]) {
		return path[parent]
	}
	return path[last]
}

// fitExport writes the document, without its last services if it is too large.
func fitExport(c *tool.Call, doc *manifest.Document, out *exportYamlOut) error {
	_, services := doc.Place([]string{"services"})
	var left []string
	for {
		text, err := writeYaml(doc.Root)
		if err != nil {
			return err
		}
		if quoted, err := tool.Marshal(text); err != nil {
			return err
		} else if len(quoted) <= maxExport {
			out.Yaml, out.Services = text, hostnamesOf(services)
			break
		}
		if services == nil || services.Kind != yaml.SequenceNode || len(services.Content) <= 1 {
			return &tool.Failure{
				Code: request.CodeUnsupported, Message: "the export is too large for one answer even with a single service; nothing is shown",
				Hint: "Use the Zerops GUI.",
			}
		}
		last := len(services.Content) - 1
		left = append(hostnamesOf(&yaml.Node{Kind: yaml.SequenceNode, Content: services.Content[last:]}), left...)
		services.Content = services.Content[:last]
	}
	if len(left) > 0 {
		out.Truncated = "left out to keep the answer small: " + strings.Join(left, ", ") + "; export them one by one with service"
	}
	c.Allow(out.Yaml) // masked already, and redacting it as text would break the YAML
	return nil
}

// hostnamesOf lists the hostnames of a list of services.
func hostnamesOf(services *yaml.Node) []string {
	names := []string{}
	if services == nil || services.Kind != yaml.SequenceNode {
		return names
	}
	for _, item := range services.Content {
		if _, value := manifest.Member(item, "hostname", 0); value != nil {
			names = append(names, tool.Clean(value.Value, 40))
		}
	}
	return names
}

func writeYaml(root *yaml.Node) (string, error) {
	var b strings.Builder
	b.WriteString("#" + exportComment + "\n")
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(root); err != nil {
		return "", fmt.Errorf("writing the export: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return "", fmt.Errorf("writing the export: %w", err)
	}
	return b.String(), nil
}

// yamlMasker replaces what may be secret in a document.
type yamlMasker struct {
	call   *tool.Call
	masked int
	depth  int // of this YAML inside others
}

// document masks everything below a node. Aliases are masked where their anchor
// stands; since the same node may be a secret in one place and not in another, an
// anchor is masked if any place makes it one.
func (m *yamlMasker) document(root *yaml.Node) {
	m.visit(root, nil, 0)
}

func (m *yamlMasker) visit(n *yaml.Node, path []string, depth int) {
	if n == nil || depth > 2*manifest.MaxYamlDepth {
		return
	}
	m.comments(n)
	switch n.Kind {
	case yaml.AliasNode:
		m.visit(n.Alias, path, depth+1)
	case yaml.SequenceNode, yaml.DocumentNode:
		for _, item := range n.Content {
			m.visit(item, path, depth+1)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			m.comments(key)
			m.visit(value, append(path, key.Value), depth+1)
			if safe := safeText(m.call, key.Value); safe != key.Value {
				key.Value = safe
				m.masked++
			}
		}
	case yaml.ScalarNode:
		m.scalar(n, path)
	}
}

func (m *yamlMasker) comments(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = safeText(m.call, n.HeadComment), safeText(m.call, n.LineComment), safeText(m.call, n.FootComment)
}

func (m *yamlMasker) scalar(n *yaml.Node, path []string) {
	switch {
	case n.ShortTag() == "!!null" || n.Value == "" || n.Value == tool.Redacted || manifest.SensitivityFlag(path, n):
	case strings.EqualFold(manifest.LastOf(path), "dotEnvSecrets"):
		m.dotenv(n)
	case manifest.LastOf(path) == "zeropsYaml" && !manifest.SecretPlace(path):
		m.nested(n, path)
	case manifest.SecretPlace(path) && !tool.OnlyReferences(n.Value):
		m.mask(n)
	default:
		if safe := safeText(m.call, n.Value); safe != n.Value {
			n.Tag, n.Value, n.Style = "!!str", safe, n.Style&^yaml.TaggedStyle
			m.masked++
		}
	}
}

// mask replaces a value by a quoted word that is a text in YAML too.
func (m *yamlMasker) mask(n *yaml.Node) {
	n.Tag, n.Value, n.Style = "!!str", tool.Redacted, yaml.DoubleQuotedStyle
	m.masked++
}

// nested masks a YAML that is written as text; what cannot be read is masked
// whole.
func (m *yamlMasker) nested(n *yaml.Node, path []string) {
	doc := manifest.NestedYaml(path, n, m.depth)
	if doc == nil {
		m.mask(n)
		return
	}
	inner := yamlMasker{call: m.call, depth: m.depth + 1}
	inner.document(doc.Root)
	var b strings.Builder
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if encoder.Encode(doc.Root) != nil || encoder.Close() != nil {
		m.mask(n)
		return
	}
	m.masked += inner.masked
	n.Tag, n.Value, n.Style = "!!str", b.String(), yaml.LiteralStyle
}

// dotenv keeps the names of a dotenv text.
func (m *yamlMasker) dotenv(n *yaml.Node) {
	pairs, err := env.ParseDotenv(n.Value)
	if err != nil {
		m.mask(n)
		return
	}
	var b strings.Builder
	for _, pair := range pairs {
		value := pair.Value
		if !tool.OnlyReferences(value) && value != "" {
			value = tool.Redacted
			m.masked++
		}
		b.WriteString(safeText(m.call, pair.Key) + "=" + value + "\n")
	}
	n.Tag, n.Value, n.Style = "!!str", b.String(), yaml.LiteralStyle
}

// safeText is what leaves of a text that was written by others.
func safeText(c *tool.Call, s string) string { return c.Redactor.Delivered(tool.CleanText(s)) }
