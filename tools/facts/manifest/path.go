package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// LastOf is the last step of a path, "" for an empty one.
func LastOf(path []string) string {
	if len(path) == 0 {
		return ""
	}
	return path[len(path)-1]
}

// inOrder are the paths of the members of a map in the order of their lines.
func (d *Document) inOrder(path []string, members map[string]any) [][]string {
	var places [][]string
	for _, key := range tool.SortedKeys(members) {
		places = append(places, slices.Concat(path, []string{key}))
	}
	slices.SortStableFunc(places, func(a, b []string) int { return d.Line(a) - d.Line(b) })
	return places
}

// ShowPath writes a path as people do: services[0].envSecrets.
func ShowPath(path []string) string {
	var b strings.Builder
	for _, step := range path {
		switch _, err := strconv.Atoi(step); {
		case step == "*":
		case err == nil:
			b.WriteString("[" + step + "]")
		default:
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(tool.Clean(step, 60))
		}
	}
	return b.String()
}

// At reads a value by its path.
func At(value any, path ...string) any {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// Text returns a scalar as text, "" for anything else.
func Text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case bool, int64, uint64, float64:
		return fmt.Sprint(v)
	}
	return ""
}

// Written is a scalar as it is written, "" for anything else and for nothing: a
// version such as 3.20 is no number.
func (d *Document) Written(path []string) string {
	if At(d.Value, path...) == nil {
		return ""
	}
	_, n := d.Place(path)
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}
