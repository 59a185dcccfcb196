package tools

import (
	"encoding/json"
	"slices"
	"testing"

	"zerops-mcp/tools/tool"
)

// TestNotGivenHasManySpellings puts what models write for nothing into every argument
// of every tool: it is the same as leaving the argument out.
func TestNotGivenHasManySpellings(t *testing.T) {
	t.Parallel()
	spellings := []any{nil, "", "null", "None", "OMIT", map[string]any{}}
	free := []string{
		"body", "contains", "description", "directory", "domain", "git_url", "hostname", "jq", "key", "name", "name_contains", "operation", "path", "query", "regex",
		"value", "yaml", "zerops_yaml",
	}
	for _, info := range Catalogue() {
		input, err := tool.ParseSchema(info.Input)
		if err != nil {
			t.Fatal(err)
		}
		without, leftOut := tool.CheckArguments(input, json.RawMessage(`{}`))
		for name, property := range input.Properties {
			if tool.FreeText(property, name) {
				if !slices.Contains(free, name) {
					t.Errorf("%s.%s: is it free text, or a name, a cursor, a time? tool.FreeText has to know", info.Name, name)
				}
				continue
			}
			given := slices.Clone(spellings)
			switch {
			case property.Type == "object":
				given = []any{nil, "", "none", []any{}}
			case property.Minimum != nil && *property.Minimum > 0:
				given = append(given, 0, "0")
			case property.Type != "array":
				given = append(given, []any{})
			}
			for _, spelling := range given {
				raw, err := json.Marshal(map[string]any{name: spelling})
				if err != nil {
					t.Fatal(err)
				}
				got, err := tool.CheckArguments(input, raw)
				if (err == nil) != (leftOut == nil) || err != nil && err.Error() != leftOut.Error() {
					t.Errorf("%s %s: %v, and without it %v", info.Name, raw, err, leftOut)
				}
				if err == nil && string(got) != string(without) && property.Type != "object" {
					t.Errorf("%s %s is read as %s", info.Name, raw, got)
				}
			}
		}
	}
}
