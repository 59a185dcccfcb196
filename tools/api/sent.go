package api

import (
	"strconv"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// sentProblems finds values in a body that must not be written: words that stand
// for a withheld value, and addresses with credentials. YAML is left to its own
// reader, and variables may hold addresses of any kind.
func sentProblems(body map[string]any) []zerops.FieldProblem {
	var problems []zerops.FieldProblem
	add := func(path, problem string) {
		if len(problems) < tool.MaxProblems {
			problems = append(problems, zerops.FieldProblem{Field: tool.Clean(path, 128), Problems: []string{problem}})
		}
	}
	visitTexts(body, "body", func(path, name, text string, variable bool) {
		switch {
		case manifestKind(name) != "":
		case isEnvFile(name) && manifest.WithheldIn(text):
			add(path, "holds values that were withheld; put the real ones in, because writing these would destroy them")
		case isEnvFile(name):
		case manifest.WithheldText(text):
			add(path, "has the value that stands for a withheld one; writing it would destroy the real value")
		case variable:
		case name == "buildFromGit" && manifest.HasCredentials(text):
			add(path, "holds credentials; only public repositories can be built from, without any")
		case manifest.AddressWithCredentials(text):
			add(path, "is an address with credentials in it, which are never sent; leave them out")
		}
	})
	return problems
}

func isEnvFile(name string) bool { return name == "envFile" || name == "userDataEnvFile" }

// visitTexts visits all texts of a body. variable says that the text is the value
// of a variable: the content beside a key.
func visitTexts(v any, path string, visit func(path, name, text string, variable bool)) {
	switch value := v.(type) {
	case map[string]any:
		_, named := value["key"].(string)
		for _, name := range tool.SortedKeys(value) {
			at := path + "." + name
			if text, ok := value[name].(string); ok {
				visit(at, name, text, named && name == "content")
				continue
			}
			visitTexts(value[name], at, visit)
		}
	case []any:
		for i, item := range value {
			at := path + "[" + strconv.Itoa(i) + "]"
			if text, ok := item.(string); ok {
				visit(at, "", text, false)
				continue
			}
			visitTexts(item, at, visit)
		}
	}
}
