package manifest

import (
	"maps"
	"slices"

	"zerops-mcp/tools/facts/manifest"
)

// checked is the value that is held against the schema: of an import without the
// zerops.yaml inside, which has a schema of its own, and with types written as the
// schema lists them, so that its rules by type apply to short names as well.
func (y *yamlCheck) checked() any {
	value := manifest.At(y.doc.Value, y.part...)
	top, ok := value.(map[string]any)
	list, isList := top["services"].([]any)
	if !ok || !isList || y.kind != manifest.YamlImport {
		return value
	}
	listed := y.schema.typeNames()
	services := make([]any, len(list))
	for i, item := range list {
		services[i] = item
		object, ok := item.(map[string]any)
		if !ok {
			continue
		}
		service := make(map[string]any, len(object))
		for key, member := range object {
			if key != "zeropsYaml" {
				service[key] = member
			}
		}
		if full, said := fullType(service, listed); full != "" {
			service["type"] = full
			if said {
				delete(service, "mode")
			}
		}
		services[i] = service
	}
	out := maps.Clone(top)
	out["services"] = services
	return out
}

// fullType finds the name that the schema lists for a type that is written short;
// said reports that the name says the mode that stands beside it.
func fullType(service map[string]any, listed []string) (full string, said bool) {
	short := manifest.Text(service["type"])
	if short == "" || slices.Contains(listed, short) {
		return "", false
	}
	wanted := manifest.ParseTypeName(short)
	mode, written := service["mode"]
	known := !written || mode == "HA" || mode == "NON_HA"
	single := mode != "HA"
	for _, name := range listed {
		have := manifest.ParseTypeName(name)
		if have.Short() != wanted.Short() || wanted.Mode != "" && have.Mode != wanted.Mode || wanted.System != "" && have.System != wanted.System {
			continue
		}
		if have.Mode == "" || wanted.Mode != "" || (have.Mode == "ha") != single {
			return name, have.Mode != "" && wanted.Mode == "" && known
		}
	}
	return "", false
}

// typeNames are the types that a schema of imports lists.
func (l *liveSchema) typeNames() []string {
	node, ok := l.root().find([]string{"services", "type"})
	if !ok {
		return nil
	}
	return node.values(maxSchemaTypes)
}

// maxSchemaTypes bounds the types of one schema.
const maxSchemaTypes = 2_000
