package manifest

import (
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Secrets are the values in a YAML that must not leave again: all variables, and
// what looks like a secret by its key, as they stand and as the preprocessor leaves
// them.
func (p ImportPlan) Secrets() []string {
	values := p.Doc.Secrets(0)
	if p.other != nil {
		for _, value := range p.other.Secrets(0) {
			if !strings.Contains(value, standIn) {
				values = append(values, value)
			}
		}
	}
	return values
}

// maxNestedYaml bounds how deep a YAML text may stand in another: the zeropsYaml
// of a service may be one.
const maxNestedYaml = 2

// Secrets are the values of a document that must not leave again; depth counts the
// texts that the document stands in.
func (d *Document) Secrets(depth int) []string {
	var values []string
	d.Walk(func(path []string, _, value *yaml.Node) {
		if value.Kind != yaml.ScalarNode {
			return
		}
		if inner := NestedYaml(path, value, depth); inner != nil {
			values = append(values, inner.Secrets(depth+1)...)
			return
		}
		if !SecretPlace(path) || tool.OnlyReferences(value.Value) || SensitivityFlag(path, value) {
			return
		}
		values = append(values, value.Value)
		if LastOf(path) == "dotEnvSecrets" {
			if pairs, err := env.ParseDotenv(value.Value); err == nil {
				for _, pair := range pairs {
					values = append(values, pair.Value)
				}
			}
		}
	})
	return values
}

// NestedYaml reads a zeropsYaml that is written as text, nil for anything else.
func NestedYaml(path []string, value *yaml.Node, depth int) *Document {
	if LastOf(path) != "zeropsYaml" || depth >= maxNestedYaml || slices.ContainsFunc(path, IsStore) {
		return nil
	}
	doc, err := Parse(value.Value)
	if err != nil {
		return nil
	}
	if _, ok := doc.Value.(map[string]any); !ok {
		return nil
	}
	return doc
}

// SecretPlace reports a place whose value counts as secret: variables of any
// kind, and keys that are named like one.
func SecretPlace(path []string) bool {
	return slices.ContainsFunc(path, IsStore) || secretName(LastOf(path))
}

// IsStore knows the keys that hold variables, in any case.
func IsStore(key string) bool {
	return slices.ContainsFunc([]string{"envSecrets", "envVariables", "dotEnvSecrets", "vault"}, func(store string) bool { return strings.EqualFold(key, store) })
}

// SensitivityFlag reports the flag of a vault entry {value, sensitive}, which is no
// secret (platform §10.1).
func SensitivityFlag(path []string, value *yaml.Node) bool {
	path = unmerged(path)
	i := slices.IndexFunc(path, func(step string) bool { return strings.EqualFold(step, "vault") })
	return i >= 0 && len(path) == i+3 && path[i+2] == "sensitive" && value.ShortTag() == "!!bool"
}

// WithheldText reports a text that stands for a value that was withheld, or that has one
// in it: writing it would destroy the real value.
func WithheldText(text string) bool {
	bare := strings.Trim(strings.TrimSpace(text), `"'`)
	return strings.EqualFold(bare, zerops.RedactedContent) || strings.Contains(strings.ToLower(text), tool.Redacted)
}

// WithheldIn reports a dotenv text with a value that stands for another.
func WithheldIn(text string) bool {
	if WithheldText(text) {
		return true
	}
	pairs, _ := env.ParseDotenv(text) // without the comments behind values
	return slices.ContainsFunc(append(pairs, env.ScanDotenv(text)...), func(pair env.DotenvPair) bool { return WithheldText(pair.Value) })
}

// HasCredentials reports an address with a user, a password or a token in it,
// whatever its scheme, or without one.
func HasCredentials(address string) bool {
	address = strings.TrimSpace(address)
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return true
	}
	rest := strings.ReplaceAll(address, `\`, "/")
	if _, after, found := strings.Cut(rest, ":/"); found {
		rest = after
	}
	host, _ := tool.CutAny(strings.TrimLeft(rest, "/"), "/?#")
	if strings.Contains(host, "@") {
		return true
	}
	_, query := tool.CutAny(address, "?#")
	for pair := range strings.FieldsFuncSeq(query, func(c rune) bool { return c == '&' || c == ';' || c == '?' || c == '#' }) {
		if name, value, _ := strings.Cut(pair, "="); value != "" && secretName(name) {
			return true
		}
	}
	return false
}

// AddressWithCredentials reports a text that is nothing but an address, with a
// scheme, and has credentials in it.
func AddressWithCredentials(text string) bool {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, " \t\r\n") {
		return false
	}
	scheme, _, found := strings.Cut(strings.ReplaceAll(text, `\`, "/"), "//")
	return found && (scheme == "" || strings.HasSuffix(scheme, ":")) && HasCredentials(text)
}
