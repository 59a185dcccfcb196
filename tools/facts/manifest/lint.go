package manifest

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
)

// Lint finds what the schema does not say and the platform does not tell: keys
// that it drops without a word, and settings that do nothing or fail later
// (platform §4.4, §7.2).
func (p ImportPlan) Lint() (issues []Issue, silent map[string]bool) {
	silent = map[string]bool{}
	add := func(path []string, format string, args ...any) {
		issues = append(issues, Issue{Line: p.Doc.Line(path), Path: ShowPath(path), Message: fmt.Sprintf(format, args...)})
		silent[ShowPath(path)] = true
	}
	for _, s := range p.Services {
		object, _ := At(p.Doc.Value, s.path...).(map[string]any)
		below := func(key string) []string { return append(append([]string{}, s.path...), key) }
		if _, there := object["envVariables"]; there {
			add(below("envVariables"), "the platform drops envVariables of a service without a word; use envSecrets, or run.envVariables in zeropsYaml, or envVariables of the project")
		}
		if _, there := object["ports"]; there {
			add(below("ports"), "the platform drops ports of a service without a word; declare them under run.ports in zerops.yaml")
		}
		if object["enableSubdomainAccess"] == true && !s.fromGit {
			add(below("enableSubdomainAccess"), "does nothing for a service without deployed code; call set_subdomain_access after the first deploy")
		}
		if object["zeropsSetup"] != nil && !s.fromGit {
			add(below("zeropsSetup"), "is refused without buildFromGit")
		}
		if git := Text(object["buildFromGit"]); strings.HasSuffix(git, ".git") {
			add(below("buildFromGit"), "the build dies without a log when the address ends in .git; leave that out")
		}
		if mode := object["mode"]; mode != nil && strings.Contains(strings.ReplaceAll(s.Typ, "-", ""), "objectstorage") {
			add(below("mode"), "is refused for object storage")
		}
		p.lintVariables(s, object, add)
	}
	if !p.Doc.Preprocessed {
		p.Doc.Walk(func(path []string, _, value *yaml.Node) {
			if value.Kind == yaml.ScalarNode && strings.Contains(value.Value, "<@") {
				add(path, "an expression stays as text unless the first line of the document is #yamlPreprocessor=on")
			}
		})
	}
	lintDurations(p.Doc, add)
	return issues, silent
}

func (p ImportPlan) lintVariables(s importEntry, object map[string]any, add func([]string, string, ...any)) {
	for _, name := range []string{"envSecrets", "dotEnvSecrets"} {
		if name == "dotEnvSecrets" {
			text, _ := object[name].(string)
			if _, err := env.ParseDotenv(text); err != nil {
				add(append(append([]string{}, s.path...), name), "cannot be read as dotenv: %v", err)
			}
			continue
		}
		members, _ := object[name].(map[string]any)
		for key, value := range members {
			path := append(append([]string{}, s.path...), name, key)
			switch {
			case !tool.ValidKey(key):
				add(path, "is refused as a key: letters, digits and underscores, no digit first")
			case env.ReservedKey(key) != "":
				add(path, "%s", env.ReservedKey(key))
			case env.SelfReference(key, Text(value)):
				add(path, "%s", env.SelfReferenceWarning)
			}
		}
	}
}

// lintDurations finds probe durations that are numbers: the schema allows them,
// the platform does not.
func lintDurations(doc *Document, add func([]string, string, ...any)) {
	doc.Walk(func(path []string, key, value *yaml.Node) {
		if key == nil || !ProbeDuration(key.Value) || value.Kind != yaml.ScalarNode {
			return
		}
		if _, number := scalar(value).(int64); number {
			add(path, "must be a text with a unit, such as 30s (10s to 1h); the published schema says integer, which the platform refuses")
		}
	})
}
