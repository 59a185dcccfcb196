package manifest

import (
	"testing"

	"zerops-mcp/tools/facts/manifest"
)

// FuzzLiveSchema feeds answers of the network to what compiles, explains and
// checks with them.
func FuzzLiveSchema(f *testing.F) {
	for _, seed := range []string{
		`{"properties":{"services":{"type":"array","items":{"$ref":"#/$defs/a"}}},"$defs":{"a":{"properties":{"hostname":{"enum":["a"]}},"allOf":[{"if":{"properties":{"x":{"const":1}}},"then":{"properties":{"y":false}}}]}}}`,
		`{"properties":{"a":{"$ref":"#/properties/a"}}}`, `{"properties":{"a":{"$ref":"http://x/y"}}}`, `{"properties":[]}`, `[]`, `"text"`, `{"$schema":"x","properties":{}}`,
		`{"properties":{"a":{"oneOf":[{"type":"string"},{"items":{"$ref":"#"}}]}}}`,
	} {
		f.Add([]byte(seed))
	}
	doc, err := manifest.Parse("services:\n  - hostname: app\n    type: nodejs@22\na: {a: {a: [1]}}\n")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		schema, err := compileSchema(raw)
		if err != nil {
			return
		}
		_ = explainSchema(manifest.YamlImport, nil, schema.root())
		for _, key := range schema.root().keys() {
			if node, ok := schema.root().find([]string{key}); ok {
				_ = explainSchema(manifest.YamlImport, []string{key}, node)
			}
		}
		check := yamlCheck{kind: manifest.YamlImport, doc: doc, schema: schema}
		issues := check.run()
		for _, issue := range issues {
			if issue.Line > 4 {
				t.Errorf("a problem in line %d of 4: %s", issue.Line, raw)
			}
		}
	})
}
