package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// ImportPlan is what an import YAML asks for, from the one reading of it that all
// tools and operations share.
type ImportPlan struct { //nolint:recvcheck // only reading it changes it
	Doc      *Document
	Field    string // the argument that holds the text
	Project  bool   // there is a project section
	core     any    // its corePackage
	Name     string
	Services []importEntry
	// Doubts say why the text may not be sent; Notes are oddities of its text that
	// change nothing that matters.
	Doubts, Notes []Issue
	other         *Document // as the preprocessor leaves it, nil where that is the same
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

// ReadManifest is [ReadImport] for a text that stands in another field.
func ReadManifest(field, text string) (ImportPlan, error) {
	p, err := Survey(field, text)
	if err == nil && len(p.Doubts) > 0 {
		return ImportPlan{}, p.Refused(p.Doubts)
	}
	return p, err
}

// Survey reads an import YAML as far as it can be read. Its Doubts say why it may
// not be sent.
func Survey(field, text string) (ImportPlan, error) {
	read, err := readText(text)
	if err != nil {
		return ImportPlan{}, tool.Invalid(field, "cannot be read: %v; nothing was changed", err)
	}
	doc := read.doc
	top, ok := doc.Value.(map[string]any)
	if !ok {
		return ImportPlan{}, tool.Invalid(field, "is %s; expected a map with services, and project for a new one", KindOf(doc.Value))
	}
	p := ImportPlan{Doc: doc, Field: field, Doubts: read.doubts, Notes: read.notes, other: read.other}
	p.Notes = append(p.Notes, lateSwitch(text)...)
	if head, there := top["project"]; there && head != nil {
		p.Project, p.core, p.Name = true, At(head, "corePackage"), Text(At(head, "name"))
	}
	list, ok := top["services"].([]any)
	switch {
	case !ok || len(list) == 0:
		if problems := doc.Ambiguities(); len(problems) > 0 { // services may hide behind another spelling
			return ImportPlan{}, p.Refused(problems)
		}
		if isZerops(top) {
			return ImportPlan{}, wrongKind(field, YamlZerops)
		}
		if services, there := top["services"]; there && !ok && services != nil {
			return ImportPlan{}, tool.Invalid(field, "line %d: services is %s; expected a list, each entry with hostname and type", doc.Line([]string{"services"}), KindOf(services))
		}
		return ImportPlan{}, tool.Invalid(field, "has no list of services; the platform wants at least one")
	case len(list) > maxImported:
		return ImportPlan{}, tool.Invalid(field, "has %d services; at most %d are imported in one call", len(list), maxImported)
	}
	for i, item := range list {
		p.Services = append(p.Services, p.entry(i, item))
	}
	p.Doubts = append(p.Doubts, doc.Masks()...)
	p.Doubts = append(p.Doubts, doc.Ambiguities()...)
	return p, nil
}

// ParseManifest parses a YAML text that a request carries. One that only the
// preprocessor makes YAML of has that one reading.
func ParseManifest(field, text string) (*Document, error) {
	read, err := readText(text)
	if err != nil {
		return nil, tool.Invalid(field, "cannot be read: %v; nothing was changed", err)
	}
	return read.doc, nil
}

// Refused names the places of the text that keep it from being sent.
func (p ImportPlan) Refused(issues []Issue) error {
	problems := make([]zerops.FieldProblem, 0, tool.MaxProblems)
	for _, issue := range issues[:min(len(issues), tool.MaxProblems)] {
		problem := zerops.FieldProblem{Field: cmp.Or(issue.Path, p.Field), Problems: []string{issue.Message}}
		if issue.Line > 0 {
			problem.Problems[0] = fmt.Sprintf("line %d: %s", issue.Line, issue.Message)
		}
		if p.Field != "yaml" && issue.Path != "" {
			problem.Field = p.Field + ": " + issue.Path
		}
		problems = append(problems, problem)
	}
	return tool.InvalidArguments(problems)
}

// entry reads one service. What keeps it from being known for sure becomes a doubt.
func (p *ImportPlan) entry(i int, item any) importEntry {
	e := importEntry{path: []string{"services", strconv.Itoa(i)}}
	doubt := func(step, format string, args ...any) {
		path := e.path
		if step != "" {
			path = append(slices.Clone(path), step)
		}
		p.Doubts = append(p.Doubts, Issue{Line: p.Doc.Line(path), Path: ShowPath(path), Message: fmt.Sprintf(format, args...)})
	}
	object, ok := item.(map[string]any)
	if !ok {
		doubt("", "is %s; expected a map with hostname and type", KindOf(item))
		return e
	}
	e.Hostname, e.Typ = Text(object["hostname"]), p.Doc.Written(append(slices.Clone(e.path), "type"))
	if !tool.ValidHostname(e.Hostname) {
		doubt("hostname", "a service needs a hostname that is written out: a lowercase letter, then at most 39 lowercase letters or digits")
	}
	for _, earlier := range p.Services {
		if earlier.Hostname == e.Hostname && e.Hostname != "" {
			doubt("hostname", "the hostname %q is given twice", tool.Clean(e.Hostname, 40))
			break
		}
	}
	override, written := object["override"]
	e.overrideWritten = written
	e.Override = written && override != false && override != nil // whatever else it is, it is not a clear no
	e.startWithoutCode = object["startWithoutCode"] == true
	e.fromGit = Text(object["buildFromGit"]) != ""
	public, written := object["enableSubdomainAccess"]
	e.subdomain = written && public != false && public != nil
	return e
}

// Masks are what cannot be meant: keys that an expression would make, values that
// stand for others, and credentials where they are not kept.
func (d *Document) Masks() []Issue {
	var problems []Issue
	add := func(path []string, problem string) {
		problems = append(problems, Issue{Line: d.Line(path), Path: ShowPath(path), Message: problem})
	}
	d.Walk(func(path []string, key, value *yaml.Node) {
		text := value.Kind == yaml.ScalarNode
		switch {
		case key != nil && d.Preprocessed && strings.Contains(key.Value, "<@"):
			add(path, "a key made by an expression cannot be checked; write it out")
		case text && LastOf(path) == "dotEnvSecrets" && WithheldIn(value.Value):
			add(path, "holds values that were withheld; put the real ones in")
		case text && WithheldText(value.Value):
			add(path, "stands for a value that was withheld; put the real one in")
		case text && LastOf(path) == "buildFromGit" && HasCredentials(value.Value):
			add(path, "holds credentials; only public repositories can be built from, without any")
		}
	})
	return problems
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
