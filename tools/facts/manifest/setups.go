package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// CleanAll cleans each of some words for a message.
func CleanAll(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, tool.Clean(w, 60))
	}
	return out
}

// maxSetups bounds the setups that are judged in one call, one request each.
const maxSetups = 10

// ZeropsFile is a parsed zerops.yaml.
type ZeropsFile struct{ Doc *Document }

// List is the entries of the file as they were read.
func (f ZeropsFile) List() []any {
	list, _ := At(f.Doc.Value, "zerops").([]any)
	return list
}

// Name is the setup name of an entry.
func (f ZeropsFile) Name(index int) string {
	return Text(At(f.List()[index], "setup"))
}

// Setups are the names of the entries, in their order.
func (f ZeropsFile) Setups() []string {
	var names []string
	for i := range f.List() {
		names = append(names, f.Name(i))
	}
	return names
}

// Choose picks the entries to judge: the one asked for, that of the service, or
// all.
func (f ZeropsFile) Choose(setup string, service *zerops.Service) ([]int, error) {
	names := f.Setups()
	if setup == "" && service != nil && slices.Contains(names, service.Name) {
		setup = service.Name
	}
	if setup != "" {
		i := slices.Index(names, setup)
		if i < 0 {
			words := fmt.Sprintf("%q is not in the YAML, which has %s", tool.Clean(setup, 60), strings.Join(CleanAll(names), ", "))
			return nil, tool.Invalid("setup", "%s", words)
		}
		return []int{i}, nil
	}
	var all []int
	for i, name := range names {
		if name != "" && len(all) < maxSetups {
			all = append(all, i)
		}
	}
	return all, nil
}

// Secrets are the values of variables.
func (f ZeropsFile) Secrets() []string { return f.Doc.Secrets(0) }

// Locate finds the line of a field such as build.base below a setup.
func (f ZeropsFile) Locate(index int, field string) int {
	path := []string{"zerops", strconv.Itoa(index)}
	if field == "" {
		return f.Doc.Line(path)
	}
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := append(slices.Clone(path), step)
		if At(f.Doc.Value, next...) == nil {
			if list, ok := At(f.Doc.Value, path...).([]any); ok && len(list) > 0 { // a list that the field skips
				next = append(slices.Clone(path), "0", step)
			}
		}
		path = next
	}
	return f.Doc.Line(path)
}
