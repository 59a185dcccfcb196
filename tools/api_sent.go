package tools

import (
	"bytes"
	"encoding/json"
	"strconv"

	"zerops-mcp/zerops"
)

// sentProblems finds values in a body that must not be written: words that stand
// for a withheld value, and addresses with credentials. YAML is left to its own
// reader, and variables may hold addresses of any kind.
func sentProblems(body map[string]any) []zerops.FieldProblem {
	var problems []zerops.FieldProblem
	add := func(path, problem string) {
		if len(problems) < maxProblems {
			problems = append(problems, zerops.FieldProblem{Field: clean(path, 128), Problems: []string{problem}})
		}
	}
	visitTexts(body, "body", func(path, name, text string, variable bool) {
		switch {
		case manifestKind(name) != "":
		case isEnvFile(name) && withheldIn(text):
			add(path, "holds values that were withheld; put the real ones in, because writing these would destroy them")
		case isEnvFile(name):
		case withheldText(text):
			add(path, "has the value that stands for a withheld one; writing it would destroy the real value")
		case variable:
		case name == "buildFromGit" && hasCredentials(text):
			add(path, "holds credentials; only public repositories can be built from, without any")
		case addressWithCredentials(text):
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
		for _, name := range sortedKeys(value) {
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

// repeatedName finds a name that an object of a JSON text has twice. Readers
// disagree on which of the two counts.
func repeatedName(raw []byte) (name string, found bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	type level struct {
		names map[string]bool // nil in a list
		value bool            // the next string is a value
	}
	var open []level
	for {
		token, err := d.Token()
		if err != nil {
			return "", false // broken JSON is for others to refuse
		}
		var top *level
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		if text, ok := token.(string); ok && top != nil && top.names != nil && !top.value {
			if top.names[text] {
				return text, true
			}
			top.names[text], top.value = true, true
			continue
		}
		if top != nil {
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}

// checkRepeated reports a name that stands twice in the JSON of an argument.
func checkRepeated(check *checker, path string, raw []byte) {
	if text := ""; json.Unmarshal(raw, &text) == nil { // JSON as text, as some clients send it
		raw = []byte(text)
	}
	if name, found := repeatedName(raw); found {
		check.problem(path, "has the name %q twice in one object; which of the two counts is not certain", clean(name, 60))
	}
}
