package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Setup is one entry of a zerops.yaml. The zero value has nothing in it.
type Setup struct {
	doc  *Document
	path []string
}

// Path is where something below the entry stands in its document.
func (s Setup) Path(below ...string) []string { return slices.Concat(s.path, below) }

// At reads a value below the entry.
func (s Setup) At(below ...string) any {
	if s.doc == nil {
		return nil
	}
	return At(s.doc.Value, s.Path(below...)...)
}

// Name is what services and deployments call the entry by, as it is written: 1.10
// is no number here.
func (s Setup) Name() string {
	if s.At("setup") == nil {
		return ""
	}
	_, n := s.doc.Place(s.Path("setup"))
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}

// RunVariables are the variables of the running container.
func (s Setup) RunVariables() map[string]any {
	variables, _ := s.At("run", "envVariables").(map[string]any)
	return variables
}

// Ports are the ports that the service listens on.
func (s Setup) Ports() []int {
	var ports []int
	list, _ := s.At("run", "ports").([]any)
	for _, entry := range list {
		if port, ok := At(entry, "port").(int64); ok {
			ports = append(ports, int(port))
		}
	}
	return ports
}

// Base is the runtime: run.base, or the first build.base.
func (s Setup) Base() string {
	if base := Text(s.At("run", "base")); base != "" {
		return base
	}
	if list, ok := s.At("build", "base").([]any); ok && len(list) > 0 {
		return Text(list[0])
	}
	return Text(s.At("build", "base"))
}

// Locate finds the line of a field such as build.base, as the platform names it.
func (s Setup) Locate(field string) int {
	path := s.Path()
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := append(slices.Clone(path), step)
		if At(s.doc.Value, next...) == nil {
			if list, ok := At(s.doc.Value, path...).([]any); ok && len(list) > 0 { // a list that the field skips
				next = append(slices.Clone(path), "0", step)
			}
		}
		path = next
	}
	return s.doc.Line(path)
}
