package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
)

// Mask replaces, in the document itself, what may be secret: by meaning, key by key,
// since cutting secrets out of the text would leave something that is no YAML. It
// also registers the places of variables, and returns how many values it masked.
// Comments are left out: people keep old values in them.
func Mask(c *tool.Call, doc *Document) int { return mask(c, doc, false) }

// MaskFile is Mask for a zerops.yaml that people wrote. What stands below a key that
// the platform does not know, such as a misspelled store, is masked too.
func MaskFile(c *tool.Call, doc *Document) int { return mask(c, doc, true) }

func mask(c *tool.Call, doc *Document, closed bool) int {
	doc.Walk(func(path []string, _, value *yaml.Node) {
		if value.Kind == yaml.ScalarNode && slices.ContainsFunc(path[:max(len(path)-1, 0)], IsStore) {
			c.Redactor.Place(variableKey(path))
		}
	})
	m := yamlMasker{call: c, closed: closed}
	m.document(doc.Root)
	return m.masked
}

// variableKey is the key of the variable that a place in a store belongs to; an entry
// of a vault may be {value, sensitive} (platform §10.1).
func variableKey(path []string) string {
	last, parent := len(path)-1, len(path)-2
	if parent > 0 && (path[last] == "value" || path[last] == "sensitive") && !IsStore(path[parent]) {
		return path[parent]
	}
	return path[last]
}

// WriteYAML writes a document below a comment.
func WriteYAML(doc *Document, comment string) (string, error) {
	var b strings.Builder
	b.WriteString("#" + comment + "\n")
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode(doc.Root); err != nil {
		return "", fmt.Errorf("writing the YAML: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return "", fmt.Errorf("writing the YAML: %w", err)
	}
	return b.String(), nil
}

// yamlMasker replaces what may be secret in a document.
type yamlMasker struct {
	call   *tool.Call
	masked int
	depth  int // of this YAML inside others
	closed bool
}

// document masks everything below a node. Aliases are masked where their anchor
// stands; since the same node may be a secret in one place and not in another, an
// anchor is masked if any place makes it one.
func (m *yamlMasker) document(root *yaml.Node) {
	m.visit(root, nil, 0)
}

func (m *yamlMasker) visit(n *yaml.Node, path []string, depth int) {
	if n == nil || depth > 2*MaxYamlDepth {
		return
	}
	dropComments(n)
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
			dropComments(key)
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

func dropComments(n *yaml.Node) { n.HeadComment, n.LineComment, n.FootComment = "", "", "" }

func (m *yamlMasker) scalar(n *yaml.Node, path []string) {
	switch {
	case n.ShortTag() == "!!null" || n.Value == "" || SensitivityFlag(path, n):
	case strings.EqualFold(LastOf(path), "dotEnvSecrets"):
		m.dotenv(n)
	case LastOf(path) == "zeropsYaml" && !SecretPlace(path):
		m.nested(n, path)
	case (SecretPlace(path) || m.closed && !knownPlace(path)) && !tool.OnlyReferences(n.Value):
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
	doc := NestedYaml(path, n, m.depth)
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

// knownPlace reports a path of a zerops.yaml whose every key means something to the
// platform (platform §4.16, §10.2).
func knownPlace(path []string) bool {
	return !slices.ContainsFunc(unmerged(path), func(key string) bool { return !knownKey(key) })
}

func knownKey(key string) bool {
	switch key {
	case "zerops", "setup", "extends", "build", "deploy", "run", "base", "os", "prepareCommands", "buildCommands", "deployFiles", "cache", "addToRunPrepare",
		"envReplace", "delimiter", "target", "temporaryShutdown", "readinessCheck", "healthCheck", "httpGet", "exec", "host", "scheme", "path", "port", "command",
		"failureTimeout", "retryPeriod", "disconnectTimeout", "recoveryTimeout", "execPeriod", "ports", "protocol", "httpSupport", "description",
		"start", "startCommands", "name", "workingDir", "user", "initCommands", "crontab", "timing", "allContainers", "documentRoot", "siteConfigPath",
		"routing", "root", "cors", "redirects", "from", "to", "status", "relative", "preserveQuery", "preservePath", "headers", "for",
		"volume", "hostname", "mountPath", "readOnly":
		return true
	}
	_, err := strconv.Atoi(key)
	return err == nil
}

// safeText is what leaves of a text that was written by others.
func safeText(c *tool.Call, s string) string { return c.Redactor.Delivered(tool.CleanText(s)) }
