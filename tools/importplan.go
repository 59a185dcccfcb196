package tools

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/zerops"
)

// importPlan is what an import YAML asks for, from the one reading of it that all
// tools and operations share.
type importPlan struct {
	doc      *yamlDocument
	field    string // the argument that holds the text
	project  bool   // there is a project section
	core     any    // its corePackage
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
	subdomain        bool // asks for a public address
}

// maxImported bounds the services of one import; the platform makes them one
// after the other, 15 seconds each.
const maxImported = 60

// readImport reads what an import YAML asks for. It fails where that cannot be
// known for sure, because then nobody could tell what would be replaced.
func readImport(text string) (importPlan, error) { return readManifest("yaml", text) }

// readManifest is readImport for a text that stands in another field.
func readManifest(field, text string) (importPlan, error) {
	doc, err := parseManifest(field, text)
	if err != nil {
		return importPlan{}, err
	}
	top, ok := doc.value.(map[string]any)
	if !ok {
		return importPlan{}, invalid(field, "is %s; expected a map with services, and project for a new one", kindOf(doc.value))
	}
	p := importPlan{doc: doc, field: field}
	if head, there := top["project"]; there && head != nil {
		p.project, p.core, p.name = true, at(head, "corePackage"), yamlScalar(at(head, "name"))
	}
	list, ok := top["services"].([]any)
	switch {
	case !ok || len(list) == 0:
		if problems := doc.ambiguities(); len(problems) > 0 { // services may hide behind another spelling
			return importPlan{}, p.refused(problems)
		}
		return importPlan{}, invalid(field, "has no list of services; the platform wants at least one")
	case len(list) > maxImported:
		return importPlan{}, invalid(field, "has %d services; at most %d are imported in one call", len(list), maxImported)
	}
	for i, item := range list {
		entry, err := p.entry(i, item)
		if err != nil {
			return importPlan{}, err
		}
		p.services = append(p.services, entry)
	}
	if problems := append(doc.masks(), doc.ambiguities()...); len(problems) > 0 {
		return importPlan{}, p.refused(problems)
	}
	if doc.preprocessed && !doc.processed {
		if err := doc.otherReading(text); err != nil {
			return importPlan{}, invalid(field, "cannot be read for sure: %v; nothing was changed", err)
		}
	}
	return p, nil
}

// parseManifest parses a YAML text that a request carries. One that only the
// preprocessor makes YAML of has that one reading.
func parseManifest(field, text string) (*yamlDocument, error) {
	err := readableText(text)
	if err != nil {
		return nil, invalid(field, "cannot be read: %v; nothing was changed", err)
	}
	doc, err := parseYaml(text)
	if err != nil && preprocessed(text) {
		if text, err = preprocess(text); err == nil {
			if doc, err = parseYaml(text); err == nil {
				doc.preprocessed, doc.processed = true, true
			}
		}
	}
	if err != nil {
		return nil, invalid(field, "cannot be read: %v; nothing was changed", err)
	}
	return doc, nil
}

// refused names the places of the text that keep it from being sent.
func (p importPlan) refused(problems []zerops.FieldProblem) error {
	problems = problems[:min(len(problems), maxProblems)]
	if p.field != "yaml" {
		for i := range problems {
			problems[i].Field = p.field + ": " + problems[i].Field
		}
	}
	return invalidArguments(problems)
}

func (p importPlan) entry(i int, item any) (importEntry, error) {
	e := importEntry{path: []string{"services", strconv.Itoa(i)}}
	line := p.doc.line(e.path)
	object, ok := item.(map[string]any)
	if !ok {
		return e, invalid(p.field, "line %d: services[%d] is %s; expected a map with hostname and type", line, i, kindOf(item))
	}
	e.hostname, e.typ = yamlScalar(object["hostname"]), yamlScalar(object["type"])
	if !validHostname(e.hostname) {
		return e, invalid(p.field, "line %d: services[%d] needs a hostname that is written out: a lowercase letter, then at most 39 lowercase letters or digits", line, i)
	}
	for _, earlier := range p.services {
		if earlier.hostname == e.hostname {
			return e, invalid(p.field, "line %d: the hostname %q is given twice", line, e.hostname)
		}
	}
	override, written := object["override"]
	e.overrideWritten = written
	e.override = written && override != false && override != nil // whatever else it is, it is not a clear no
	e.startWithoutCode = object["startWithoutCode"] == true
	e.fromGit = yamlScalar(object["buildFromGit"]) != ""
	public, written := object["enableSubdomainAccess"]
	e.subdomain = written && public != false && public != nil
	return e, nil
}

// masks are what cannot be meant: keys that an expression would make, values that
// stand for others, and credentials where they are not kept.
func (d *yamlDocument) masks() []zerops.FieldProblem {
	var problems []zerops.FieldProblem
	d.walk(func(path []string, key, value *yaml.Node) {
		text := value.Kind == yaml.ScalarNode
		switch {
		case key != nil && d.preprocessed && strings.Contains(key.Value, "<@"):
			problems = append(problems, issueField(d, path, "a key made by an expression cannot be checked; write it out"))
		case text && lastOf(path) == "dotEnvSecrets" && withheldIn(value.Value):
			problems = append(problems, issueField(d, path, "holds values that were withheld; put the real ones in"))
		case text && withheldText(value.Value):
			problems = append(problems, issueField(d, path, "stands for a value that was withheld; put the real one in"))
		case text && lastOf(path) == "buildFromGit" && hasCredentials(value.Value):
			problems = append(problems, issueField(d, path, "holds credentials; only public repositories can be built from, without any"))
		}
	})
	return problems
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

// exposed are the hostnames that ask for a public address.
func (p importPlan) exposed() []string {
	var names []string
	for _, s := range p.services {
		if s.subdomain {
			names = append(names, s.hostname)
		}
	}
	return names
}

// paidCore reports a project whose core costs money. Whatever is not clearly the
// free one counts.
func (p importPlan) paidCore() bool {
	switch core := p.core.(type) {
	case nil:
		return false
	case string:
		core = strings.TrimSpace(core)
		return core != "" && !strings.EqualFold(core, "LIGHT") && !strings.EqualFold(core, "LEGACY")
	}
	return true
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
