package tools

import (
	"net/url"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/zerops"
)

// secrets are the values in a YAML that must not leave again: all variables, and
// what looks like a secret by its key.
func (p importPlan) secrets() []string { return p.doc.secrets(0) }

// maxNestedYaml bounds how deep a YAML text may stand in another: the zeropsYaml
// of a service may be one.
const maxNestedYaml = 2

func (d *yamlDocument) secrets(depth int) []string {
	var values []string
	d.walk(func(path []string, _, value *yaml.Node) {
		if value.Kind != yaml.ScalarNode {
			return
		}
		if inner := nestedYaml(path, value, depth); inner != nil {
			values = append(values, inner.secrets(depth+1)...)
			return
		}
		if !secretPlace(path) || onlyReferences(value.Value) || sensitivityFlag(path, value) {
			return
		}
		values = append(values, value.Value)
		if lastOf(path) == "dotEnvSecrets" {
			if pairs, err := parseDotenv(value.Value); err == nil {
				for _, pair := range pairs {
					values = append(values, pair.value)
				}
			}
		}
	})
	return values
}

// nestedYaml reads a zeropsYaml that is written as text, nil for anything else.
func nestedYaml(path []string, value *yaml.Node, depth int) *yamlDocument {
	if lastOf(path) != "zeropsYaml" || depth >= maxNestedYaml || slices.ContainsFunc(path, isStore) {
		return nil
	}
	doc, err := parseYaml(value.Value)
	if err != nil {
		return nil
	}
	if _, ok := doc.value.(map[string]any); !ok {
		return nil
	}
	return doc
}

// secretPlace reports a place whose value counts as secret: variables of any
// kind, and keys that are named like one.
func secretPlace(path []string) bool {
	return slices.ContainsFunc(path, isStore) || secretName(lastOf(path))
}

// isStore knows the keys that hold variables, in any case.
func isStore(key string) bool {
	return slices.ContainsFunc([]string{"envSecrets", "envVariables", "dotEnvSecrets", "vault"}, func(store string) bool { return strings.EqualFold(key, store) })
}

// sensitivityFlag reports the flag of a vault entry {value, sensitive}, which is no
// secret (platform facts §10.1).
func sensitivityFlag(path []string, value *yaml.Node) bool {
	path = unmerged(path)
	i := slices.IndexFunc(path, func(step string) bool { return strings.EqualFold(step, "vault") })
	return i >= 0 && len(path) == i+3 && path[i+2] == "sensitive" && value.ShortTag() == "!!bool"
}

// withheldText reports a text that stands for a value that was withheld, or that has one
// in it: writing it would destroy the real value.
func withheldText(text string) bool {
	bare := strings.Trim(strings.TrimSpace(text), `"'`)
	return strings.EqualFold(bare, zerops.RedactedContent) || strings.Contains(strings.ToLower(text), redacted)
}

// withheldIn reports a dotenv text with a value that stands for another.
func withheldIn(text string) bool {
	if withheldText(text) {
		return true
	}
	for _, value := range dotenv(text) {
		if withheldText(value) {
			return true
		}
	}
	pairs, err := parseDotenv(text)
	return err == nil && slices.ContainsFunc(pairs, func(pair dotenvPair) bool { return withheldText(pair.value) })
}

// hasCredentials reports an address with a user, a password or a token in it,
// whatever its scheme, or without one.
func hasCredentials(address string) bool {
	address = strings.TrimSpace(address)
	if u, err := url.Parse(address); err == nil && u.User != nil {
		return true
	}
	rest := strings.ReplaceAll(address, `\`, "/")
	if _, after, found := strings.Cut(rest, ":/"); found {
		rest = after
	}
	host, _ := cutAny(strings.TrimLeft(rest, "/"), "/?#")
	if strings.Contains(host, "@") {
		return true
	}
	_, query := cutAny(address, "?#")
	for pair := range strings.FieldsFuncSeq(query, func(c rune) bool { return c == '&' || c == ';' || c == '?' || c == '#' }) {
		if name, value, _ := strings.Cut(pair, "="); value != "" && secretName(name) {
			return true
		}
	}
	return false
}

// addressWithCredentials reports a text that is nothing but an address, with a
// scheme, and has credentials in it.
func addressWithCredentials(text string) bool {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, " \t\r\n") {
		return false
	}
	scheme, _, found := strings.Cut(strings.ReplaceAll(text, `\`, "/"), "//")
	return found && (scheme == "" || strings.HasSuffix(scheme, ":")) && hasCredentials(text)
}
