package manifest

import "zerops-mcp/tools/tool"

// Kinds of YAML that the platform publishes a schema for.
const (
	YamlZerops = "zerops"
	YamlImport = "import"
)

// NotImport refuses an import YAML where a zerops.yaml is expected. field is the
// argument that holds the text.
func (z Zerops) NotImport(field string) error {
	top, _ := z.Doc.Value.(map[string]any)
	if _, is := top["zerops"]; is {
		return nil
	}
	_, services := top["services"].([]any)
	_, project := top["project"].(map[string]any)
	if services || project {
		return wrongKind(field, YamlImport)
	}
	return nil
}

// isZerops knows a zerops.yaml by its top level.
func isZerops(top map[string]any) bool {
	_, is := top["zerops"].([]any)
	return is
}

// wrongKind says which kind of YAML a text is, and which tool takes it.
func wrongKind(field, kind string) error {
	if kind == YamlZerops {
		f := tool.Invalid(field, "is a zerops.yaml, which says how a service is built and run; here an import YAML with services is expected")
		f.Hint = "validate_zerops_yaml checks a zerops.yaml, and deploy_service deploys with it."
		f.Next = &tool.FailureNext{Tool: "validate_zerops_yaml", Arguments: map[string]any{}}
		return f
	}
	f := tool.Invalid(field, "is an import YAML, which creates services; here a zerops.yaml with setups is expected")
	f.Hint = "import_yaml with dry_run checks an import YAML, and without it creates the services."
	f.Next = &tool.FailureNext{Tool: "import_yaml", Arguments: map[string]any{"dry_run": true}}
	return f
}
