package tools

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/zerops"
)

// importPlan is what an import YAML asks for.
type importPlan struct {
	doc      *yamlDocument
	project  bool // there is a project section
	core     string
	name     string
	services []importEntry
}

// importEntry is one service of an import YAML.
type importEntry struct {
	path             []string
	hostname, typ    string
	override         bool
	overrideWritten  bool
	startWithoutCode bool
	fromGit          bool
}

// maxImported bounds the services of one import; the platform makes them one
// after the other, 15 seconds each.
const maxImported = 60

// readImport reads what an import YAML asks for. It fails where that cannot be
// known for sure, because then nobody could tell what would be replaced.
func readImport(text string) (importPlan, error) {
	doc, err := parseYaml(text)
	if err != nil {
		return importPlan{}, invalid("yaml", "cannot be read: %v; nothing was changed", err)
	}
	top, ok := doc.value.(map[string]any)
	if !ok {
		return importPlan{}, invalid("yaml", "is %s; expected a map with services, and project for a new one", kindOf(doc.value))
	}
	p := importPlan{doc: doc}
	if head, there := top["project"]; there && head != nil {
		p.project, p.core, p.name = true, yamlScalar(at(head, "corePackage")), yamlScalar(at(head, "name"))
	}
	list, ok := top["services"].([]any)
	switch {
	case !ok || len(list) == 0:
		return importPlan{}, invalid("yaml", "has no list of services; the platform wants at least one")
	case len(list) > maxImported:
		return importPlan{}, invalid("yaml", "has %d services; at most %d are imported in one call", len(list), maxImported)
	}
	for i, item := range list {
		entry, err := p.entry(i, item)
		if err != nil {
			return importPlan{}, err
		}
		p.services = append(p.services, entry)
	}
	return p, p.readable()
}

func (p importPlan) entry(i int, item any) (importEntry, error) {
	e := importEntry{path: []string{"services", strconv.Itoa(i)}}
	line := p.doc.line(e.path)
	object, ok := item.(map[string]any)
	if !ok {
		return e, invalid("yaml", "line %d: services[%d] is %s; expected a map with hostname and type", line, i, kindOf(item))
	}
	e.hostname, e.typ = yamlScalar(object["hostname"]), yamlScalar(object["type"])
	if !validHostname(e.hostname) {
		return e, invalid("yaml", "line %d: services[%d] needs a hostname that is written out: a lowercase letter, then at most 39 lowercase letters or digits", line, i)
	}
	for _, earlier := range p.services {
		if earlier.hostname == e.hostname {
			return e, invalid("yaml", "line %d: the hostname %q is given twice", line, e.hostname)
		}
	}
	override, written := object["override"]
	e.overrideWritten = written
	e.override = written && override != false && override != nil // whatever else it is, it is not a clear no
	e.startWithoutCode = object["startWithoutCode"] == true
	e.fromGit = yamlScalar(object["buildFromGit"]) != ""
	return e, nil
}

// readable refuses what could hide a replacement from these checks: keys that an
// expression would make, and values that are masks.
func (p importPlan) readable() error {
	var problems []zerops.FieldProblem
	p.doc.walk(func(path []string, key, value *yaml.Node) {
		switch {
		case key != nil && p.doc.preprocessed && strings.Contains(key.Value, "<@"):
			problems = append(problems, issueField(p.doc, path, "a key made by an expression cannot be checked; write it out"))
		case value.Kind == yaml.ScalarNode && (strings.TrimSpace(value.Value) == redacted || strings.TrimSpace(value.Value) == zerops.RedactedContent):
			problems = append(problems, issueField(p.doc, path, "stands for a value that was withheld; put the real one in"))
		case value.Kind == yaml.ScalarNode && lastOf(path) == "buildFromGit" && hasCredentials(value.Value):
			problems = append(problems, issueField(p.doc, path, "holds credentials; only public repositories can be built from, without any"))
		case value.Kind == yaml.ScalarNode && lastOf(path) == "dotEnvSecrets" && strings.Contains(value.Value, redacted):
			problems = append(problems, issueField(p.doc, path, "holds values that were withheld; put the real ones in"))
		}
	})
	if len(problems) > 0 {
		return invalidArguments(problems[:min(len(problems), maxProblems)])
	}
	return nil
}

// hasCredentials reports an address with a user or password in it.
func hasCredentials(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err == nil && u.User != nil
}

func issueField(doc *yamlDocument, path []string, problem string) zerops.FieldProblem {
	return zerops.FieldProblem{Field: showPath(path), Problems: []string{fmt.Sprintf("line %d: %s", doc.line(path), problem)}}
}

// walk visits every value below the root, each once for every way that leads to
// it, within the bounds that parsing has checked. The path is only good during the
// visit.
func (d *yamlDocument) walk(visit func(path []string, key, value *yaml.Node)) {
	d.visit(d.root, nil, nil, 0, visit)
}

func (d *yamlDocument) visit(n, key *yaml.Node, path []string, depth int, visit func(path []string, key, value *yaml.Node)) {
	if depth > 2*maxYamlDepth {
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

// hostnames of all services.
func (p importPlan) hostnames() []string {
	names := make([]string, 0, len(p.services))
	for _, s := range p.services {
		names = append(names, s.hostname)
	}
	return names
}

// overrides are the hostnames that ask to replace what is there.
func (p importPlan) overrides() []string {
	var names []string
	for _, s := range p.services {
		if s.override {
			names = append(names, s.hostname)
		}
	}
	return names
}

// clashes are the services of a project whose hostnames the YAML takes. A service
// that is being deleted still blocks its name (platform facts §4.4).
func (p importPlan) clashes(existing []zerops.Service) []zerops.Service {
	var taken []zerops.Service
	for _, s := range existing {
		if slices.Contains(p.hostnames(), s.Name) {
			taken = append(taken, s)
		}
	}
	return taken
}

// secrets are the values in the YAML that must not leave again: all variables,
// and what looks like a secret by its key.
func (p importPlan) secrets() []string {
	var values []string
	p.doc.walk(func(path []string, _, value *yaml.Node) {
		if value.Kind != yaml.ScalarNode || !secretPlace(path) || onlyReferences(value.Value) {
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

// secretPlace reports a place whose value counts as secret: variables of any
// kind, and keys that are named like one.
func secretPlace(path []string) bool {
	for _, step := range path {
		switch step {
		case "envSecrets", "envVariables", "dotEnvSecrets":
			return true
		}
	}
	return secretName(lastOf(path))
}

// secretName reports a key that is named like a secret.
func secretName(key string) bool {
	lower := strings.ToLower(key)
	for _, word := range []string{"password", "passwd", "secret", "token", "apikey", "api_key", "private", "credential", "accesskey", "access_key"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
