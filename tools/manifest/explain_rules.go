package manifest

import (
	"cmp"
	"fmt"
	"strings"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
)

// rulesOf puts rules such as "for these types, that field is not allowed" into
// words.
func rulesOf(n schemaNode) []string {
	var rules []string
	list, _ := n.follow().self["allOf"].([]any)
	for _, item := range list {
		condition := conditionWords(manifest.At(item, "if", "properties"))
		consequence := consequenceWords(n, manifest.At(item, "then", "properties"), maxNested)
		if condition != "" && consequence != "" && len(rules) < maxRules {
			rules = append(rules, "when "+condition+": "+consequence)
		}
	}
	return rules
}

func conditionWords(properties any) string {
	object, _ := properties.(map[string]any)
	var parts []string
	for _, key := range tool.SortedKeys(object) {
		var names []string
		if value, there := manifest.At(object[key], "const").(string); there {
			names = append(names, value)
		}
		list, _ := manifest.At(object[key], "enum").([]any)
		for _, v := range list {
			// Families are enough: a rule never splits the versions of a type.
			name, _, _ := strings.Cut(manifest.Text(v), "@")
			if _, after, found := strings.Cut(name, "/"); found {
				name = after
			}
			if len(names) == 0 || names[len(names)-1] != name {
				names = append(names, name)
			}
		}
		names = tool.Distinct(names)
		words := strings.Join(tool.CleanAll(names[:min(len(names), 12)]), ", ")
		if len(names) > 12 {
			words += fmt.Sprintf(" and %d more", len(names)-12)
		}
		parts = append(parts, tool.Clean(key, 40)+" is "+words)
	}
	return strings.Join(parts, " and ")
}

func consequenceWords(n schemaNode, properties any, depth int) string {
	object, _ := properties.(map[string]any)
	var parts []string
	for _, key := range tool.SortedKeys(object) {
		name := tool.Clean(key, 40)
		if object[key] == false {
			parts = append(parts, name+" is not allowed")
			continue
		}
		self, ok := object[key].(map[string]any)
		if !ok {
			continue
		}
		node := n.of(self).follow()
		low, high := node.self["minimum"], node.self["maximum"]
		switch values := node.values(20); {
		case len(values) > 0:
			parts = append(parts, name+" is one of "+strings.Join(values, ", "))
		case low != nil || high != nil:
			parts = append(parts, fmt.Sprintf("%s is %v to %v", name, cmp.Or(scalarAny(low), "any"), cmp.Or(scalarAny(high), "any")))
		default:
			if nested, there := node.self["properties"]; there && depth > 0 {
				if words := consequenceWords(n, nested, depth-1); words != "" {
					parts = append(parts, name+" ("+words+")")
				}
			}
		}
	}
	return tool.Clean(strings.Join(parts, "; "), 400)
}

func scalarAny(v any) string {
	if v == nil {
		return ""
	}
	return tool.Clean(fmt.Sprint(v), 20)
}
