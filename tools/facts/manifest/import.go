package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Words says what an import makes, for the plan of a call.
func (p ImportPlan) Words(replaced []zerops.Service) []string {
	var made, other []string
	for _, s := range p.Services {
		words := fmt.Sprintf("%s (%s)", s.Hostname, tool.Clean(s.Typ, 40))
		if slices.ContainsFunc(replaced, func(old zerops.Service) bool { return old.Name == s.Hostname }) {
			other = append(other, words)
		} else {
			made = append(made, words)
		}
	}
	var out []string
	if p.Project {
		out = append(out, fmt.Sprintf("creates the project %q", tool.Clean(p.Name, 80)))
	}
	if len(made) > 0 {
		out = append(out, fmt.Sprintf("creates %d service(s): %s", len(made), strings.Join(made, ", ")))
	}
	if len(other) > 0 {
		out = append(out, fmt.Sprintf("replaces %d service(s): %s", len(other), strings.Join(other, ", ")))
	}
	return out
}

// ImportPlan is what an import YAML asks for, from the one reading of it that all
// tools and operations share.
type ImportPlan struct {
	Doc      *Document
	Field    string // the argument that holds the text
	Project  bool   // there is a project section
	core     any    // its corePackage
	Name     string
	Services []importEntry
}

// importEntry is one service of an import YAML.
type importEntry struct {
	path             []string
	Hostname, Typ    string
	Override         bool
	overrideWritten  bool
	startWithoutCode bool
	fromGit          bool
	subdomain        bool // asks for a public address
}

// maxImported bounds the services of one import; the platform makes them one
// after the other, 15 seconds each.
const maxImported = 60

// ReadImport reads what an import YAML asks for. It fails where that cannot be
// known for sure, because then nobody could tell what would be replaced.
func ReadImport(text string) (ImportPlan, error) { return ReadManifest("yaml", text) }

// ReadManifest is readImport for a text that stands in another field.
func ReadManifest(field, text string) (ImportPlan, error) {
	doc, err := ParseManifest(field, text)
	if err != nil {
		return ImportPlan{}, err
	}
	top, ok := doc.Value.(map[string]any)
	if !ok {
		return ImportPlan{}, tool.Invalid(field, "is %s; expected a map with services, and project for a new one", KindOf(doc.Value))
	}
	p := ImportPlan{Doc: doc, Field: field}
	if head, there := top["project"]; there && head != nil {
		p.Project, p.core, p.Name = true, At(head, "corePackage"), Text(At(head, "name"))
	}
	list, ok := top["services"].([]any)
	switch {
	case !ok || len(list) == 0:
		if problems := doc.Ambiguities(); len(problems) > 0 { // services may hide behind another spelling
			return ImportPlan{}, p.Refused(problems)
		}
		return ImportPlan{}, tool.Invalid(field, "has no list of services; the platform wants at least one")
	case len(list) > maxImported:
		return ImportPlan{}, tool.Invalid(field, "has %d services; at most %d are imported in one call", len(list), maxImported)
	}
	for i, item := range list {
		entry, err := p.entry(i, item)
		if err != nil {
			return ImportPlan{}, err
		}
		p.Services = append(p.Services, entry)
	}
	if problems := append(doc.Masks(), doc.Ambiguities()...); len(problems) > 0 {
		return ImportPlan{}, p.Refused(problems)
	}
	if doc.Preprocessed && !doc.processed {
		if err := doc.otherReading(text); err != nil {
			return ImportPlan{}, tool.Invalid(field, "cannot be read for sure: %v; nothing was changed", err)
		}
	}
	return p, nil
}

// ParseManifest parses a YAML text that a request carries. One that only the
// preprocessor makes YAML of has that one reading.
func ParseManifest(field, text string) (*Document, error) {
	err := readableText(text)
	if err != nil {
		return nil, tool.Invalid(field, "cannot be read: %v; nothing was changed", err)
	}
	doc, err := Parse(text)
	if err != nil && preprocessed(text) {
		if text, err = preprocess(text); err == nil {
			if doc, err = Parse(text); err == nil {
				doc.Preprocessed, doc.processed = true, true
			}
		}
	}
	if err != nil {
		return nil, tool.Invalid(field, "cannot be read: %v; nothing was changed", err)
	}
	return doc, nil
}

// Refused names the places of the text that keep it from being sent.
func (p ImportPlan) Refused(problems []zerops.FieldProblem) error {
	problems = problems[:min(len(problems), tool.MaxProblems)]
	if p.Field != "yaml" {
		for i := range problems {
			problems[i].Field = p.Field + ": " + problems[i].Field
		}
	}
	return tool.InvalidArguments(problems)
}

func (p ImportPlan) entry(i int, item any) (importEntry, error) {
	e := importEntry{path: []string{"services", strconv.Itoa(i)}}
	line := p.Doc.Line(e.path)
	object, ok := item.(map[string]any)
	if !ok {
		return e, tool.Invalid(p.Field, "line %d: services[%d] is %s; expected a map with hostname and type", line, i, KindOf(item))
	}
	e.Hostname, e.Typ = Text(object["hostname"]), Text(object["type"])
	if !tool.ValidHostname(e.Hostname) {
		return e, tool.Invalid(p.Field, "line %d: services[%d] needs a hostname that is written out: a lowercase letter, then at most 39 lowercase letters or digits", line, i)
	}
	for _, earlier := range p.Services {
		if earlier.Hostname == e.Hostname {
			return e, tool.Invalid(p.Field, "line %d: the hostname %q is given twice", line, e.Hostname)
		}
	}
	override, written := object["override"]
	e.overrideWritten = written
	e.Override = written && override != false && override != nil // whatever else it is, it is not a clear no
	e.startWithoutCode = object["startWithoutCode"] == true
	e.fromGit = Text(object["buildFromGit"]) != ""
	public, written := object["enableSubdomainAccess"]
	e.subdomain = written && public != false && public != nil
	return e, nil
}

// Masks are what cannot be meant: keys that an expression would make, values that
// stand for others, and credentials where they are not kept.
func (d *Document) Masks() []zerops.FieldProblem {
	var problems []zerops.FieldProblem
	d.Walk(func(path []string, key, value *yaml.Node) {
		text := value.Kind == yaml.ScalarNode
		switch {
		case key != nil && d.Preprocessed && strings.Contains(key.Value, "<@"):
			problems = append(problems, issueField(d, path, "a key made by an expression cannot be checked; write it out"))
		case text && LastOf(path) == "dotEnvSecrets" && WithheldIn(value.Value):
			problems = append(problems, issueField(d, path, "holds values that were withheld; put the real ones in"))
		case text && WithheldText(value.Value):
			problems = append(problems, issueField(d, path, "stands for a value that was withheld; put the real one in"))
		case text && LastOf(path) == "buildFromGit" && HasCredentials(value.Value):
			problems = append(problems, issueField(d, path, "holds credentials; only public repositories can be built from, without any"))
		}
	})
	return problems
}

func issueField(doc *Document, path []string, problem string) zerops.FieldProblem {
	return zerops.FieldProblem{Field: ShowPath(path), Problems: []string{fmt.Sprintf("line %d: %s", doc.Line(path), problem)}}
}

// hostnames of all services.
func (p ImportPlan) hostnames() []string {
	names := make([]string, 0, len(p.Services))
	for _, s := range p.Services {
		names = append(names, s.Hostname)
	}
	return names
}

// Overrides are the hostnames that ask to replace what is there.
func (p ImportPlan) Overrides() []string {
	var names []string
	for _, s := range p.Services {
		if s.Override {
			names = append(names, s.Hostname)
		}
	}
	return names
}

// Clashes are the services of a project whose hostnames the YAML takes. A service
// that is being deleted still blocks its name (platform §4.4).
func (p ImportPlan) Clashes(existing []zerops.Service) []zerops.Service {
	var taken []zerops.Service
	for _, s := range existing {
		if slices.Contains(p.hostnames(), s.Name) {
			taken = append(taken, s)
		}
	}
	return taken
}

// Exposed are the hostnames that ask for a public address.
func (p ImportPlan) Exposed() []string {
	var names []string
	for _, s := range p.Services {
		if s.subdomain {
			names = append(names, s.Hostname)
		}
	}
	return names
}

// PaidCore reports a project whose core costs money. Whatever is not clearly the
// free one counts.
func (p ImportPlan) PaidCore() bool {
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

// Names are the public names in the YAML.
func (p ImportPlan) Names() string {
	names := append(p.hostnames(), p.Name)
	for _, s := range p.Services {
		names = append(names, s.Typ)
	}
	return strings.Join(names, " ")
}
