package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// Findings are what is found in a text before the platform sees it. Problems are
// what the platform refuses, Warnings what it drops without a word, or what does
// nothing, or fails later.
type Findings struct {
	Problems, Warnings []Issue
	// Told are the places that were spoken of, by their path.
	Told map[string]bool
}

// All are problems and warnings in one list, for an import that was tried all the
// same.
func (f Findings) All() []Issue { return slices.Concat(f.Problems, f.Warnings) }

// linter gathers findings of one document.
type linter struct {
	doc   *Document
	types Catalogue
	Findings
}

func newLinter(doc *Document, types Catalogue) *linter {
	return &linter{doc: doc, types: types, Findings: Findings{Told: map[string]bool{}}}
}

func (l *linter) issue(path []string, code, format string, args ...any) Issue {
	shown := ShowPath(path)
	l.Told[shown] = true
	return Issue{Line: l.doc.Line(path), Path: shown, Message: fmt.Sprintf(format, args...), Code: code}
}

// warn notes something that the platform takes and that does not do what it looks
// like.
func (l *linter) warn(path []string, format string, args ...any) {
	l.Warnings = append(l.Warnings, l.issue(path, "", format, args...))
}

// refused notes something that the platform refuses with a code, "" for one that is
// not known.
func (l *linter) refused(path []string, code, format string, args ...any) {
	l.Problems = append(l.Problems, l.issue(path, code, format, args...))
}

// Storages are the hostnames of storages that a project has besides those of an
// import; nil where they are not known.
type Storages map[string]bool

// Lint finds what the schema does not say and the platform does not tell, or tells
// only once the import is under way: what it refuses, keys that it drops without a
// word, and settings that do nothing or fail later (platform §4.4, §7.2, §10.2).
func (p ImportPlan) Lint(types Catalogue, present Storages) Findings {
	l := newLinter(p.Doc, types)
	l.Warnings = append(l.Warnings, p.Notes...)
	if p.Project {
		l.variables([]string{"project"}, At(p.Doc.Value, "project"), []string{"vault", "envVariables", "envSecrets"}, "projectEnvDuplicateKey")
	}
	for _, s := range p.Services {
		object, _ := At(p.Doc.Value, s.path...).(map[string]any)
		l.service(s, object)
		l.sizes(s, object)
		l.mounts(p, s, object, present)
		l.variables(s.path, object, []string{"vault", "envSecrets", "dotEnvSecrets"}, "userDataDuplicateKey")
	}
	for _, e := range p.Embedded() {
		l.embedded(e)
	}
	l.setupsAsked(p)
	if !p.Doc.Preprocessed {
		p.Doc.Walk(func(path []string, _, value *yaml.Node) {
			if value.Kind == yaml.ScalarNode && strings.Contains(value.Value, "<@") {
				l.warn(path, "an expression stays as text unless the first line of the document is #yamlPreprocessor=on")
			}
		})
	}
	l.durations()
	return l.Findings
}

// below is a path of a service.
func (s importEntry) below(steps ...string) []string { return slices.Concat(s.path, steps) }

// service checks the settings of one service that depend on each other.
func (l *linter) service(s importEntry, object map[string]any) {
	runtime, sure := l.types.Runtime(s.Typ)
	storage := family(ParseTypeName(s.Typ).Family)
	if s.Typ == "" {
		l.refused(s.path, "projectImportMissingParameter", "misses type")
	} else if words := l.types.Doubt(s.Typ, UseService); words != "" {
		l.warn(s.below("type"), "%s", words)
	}
	if _, there := object["envVariables"]; there {
		l.warn(s.below("envVariables"), "the platform drops envVariables of a service without a word; use vault, or run.envVariables in zeropsYaml, or vault of the project")
	}
	if _, there := object["ports"]; there {
		l.warn(s.below("ports"), "the platform drops ports of a service without a word; declare them under run.ports in zerops.yaml")
	}
	switch {
	case object["enableSubdomainAccess"] != true || !sure:
	case runtime && !s.fromGit:
		l.warn(s.below("enableSubdomainAccess"), "does nothing for a service without deployed code; call set_subdomain_access after the first deploy")
	case !runtime && withoutHTTP(storage):
		l.warn(s.below("enableSubdomainAccess"), "does nothing for a service without an HTTP port")
	}
	if object["zeropsSetup"] != nil && !s.fromGit {
		l.refused(s.below("zeropsSetup"), "", "is refused without buildFromGit")
	}
	switch git := Text(object["buildFromGit"]); {
	case strings.HasSuffix(git, ".git"):
		l.warn(s.below("buildFromGit"), "the build dies without a log when the address ends in .git; leave that out")
	case git != "" && !strings.HasPrefix(git, "https://") && !strings.HasPrefix(git, "http://") && !Expression(git):
		l.warn(s.below("buildFromGit"), "is no web address; write https://, the host, and the path of a public repository")
	}
	switch {
	case storage == "objectstorage" && object["mode"] != nil:
		l.refused(s.below("mode"), "", "is refused for object storage")
	case object["mode"] == nil && object["profile"] == nil && l.types.NeedsMode(s.Typ): // with a profile: UNVERIFIED
		name := ParseTypeName(s.Typ)
		l.refused(s.below("type"), "projectImportMissingParameter", "needs mode: HA or NON_HA beside it, or a type that says it, such as %s:ha@%s", tool.Clean(name.Family, 40), tool.Clean(name.Version, 20))
	}
	if storage == "objectstorage" && object["objectStorageSize"] == nil {
		l.refused(s.path, "projectImportMissingParameter", "misses objectStorageSize, the size in GB")
	}
	if storage == "sharedstorage" {
		l.warn(s.below("type"), "works, and is deprecated; new storages are local-storage, mounted by run.volume of zerops.yaml")
	}
}

// withoutHTTP knows managed types that speak no HTTP.
func withoutHTTP(name string) bool {
	switch name {
	case "postgresql", "mariadb", "valkey", "keydb", "kafka", "sharedstorage", "localstorage":
		return true
	}
	return false
}

// mounts checks that what is mounted is there.
func (l *linter) mounts(p ImportPlan, s importEntry, object map[string]any, present Storages) {
	list, _ := object["mount"].([]any)
	for i, item := range list {
		name := Text(item)
		path := s.below("mount", strconv.Itoa(i))
		at := slices.IndexFunc(p.Services, func(other importEntry) bool { return other.Hostname == name })
		switch {
		case name == "" || Expression(name):
		case at >= 0 && !strings.HasSuffix(family(ParseTypeName(p.Services[at].Typ).Family), "storage"):
			l.warn(path, "%q is no storage that can be mounted", tool.Clean(name, 40))
		case at < 0 && (p.Project || present != nil) && !present[name]:
			l.warn(path, "there is no storage %q, neither in this import nor in the project, so nothing is mounted", tool.Clean(name, 40))
		}
	}
}

// durations finds probe durations that are numbers: the schema allows them, the
// platform does not.
func (l *linter) durations() {
	l.doc.Walk(func(path []string, key, value *yaml.Node) {
		if key == nil || !ProbeDuration(key.Value) || value.Kind != yaml.ScalarNode {
			return
		}
		if _, number := scalar(value).(int64); number {
			l.warn(path, "must be a text with a unit, such as 30s (10s to 1h); the published schema says integer, which the platform refuses")
		}
	})
}
