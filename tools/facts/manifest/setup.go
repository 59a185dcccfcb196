package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Setup is one entry of a zerops.yaml. The zero value has nothing in it.
type Setup struct {
	file Zerops
	path []string
}

// Path is where something below the entry stands in its document.
func (s Setup) Path(below ...string) []string { return slices.Concat(s.path, below) }

// At reads a value below the entry as it is written there, without what it extends.
func (s Setup) At(below ...string) any {
	if s.file.Doc == nil {
		return nil
	}
	return At(s.file.Doc.Value, s.Path(below...)...)
}

// maxExtended bounds how many setups one may take sections from, directly or not.
const maxExtended = 20

// Extends are the names of the setups whose sections this one takes over: one name
// or a list (platform §10.2).
func (s Setup) Extends() []string {
	switch value := s.At("extends").(type) {
	case []any:
		var names []string
		for _, item := range value {
			if name := Text(item); name != "" {
				names = append(names, name)
			}
		}
		return names
	default:
		if name := Text(value); name != "" {
			return []string{name}
		}
	}
	return nil
}

// Effective reads a value below the entry, or where the entry has none the one of
// the setups that it extends, the last of them first. Whether the platform takes
// over whole sections or single keys is UNVERIFIED, so this finds what may count.
func (s Setup) Effective(below ...string) any {
	_, value := s.effective(below, map[string]bool{})
	return value
}

func (s Setup) effective(below []string, seen map[string]bool) (Setup, any) {
	if value := s.At(below...); value != nil {
		return s, value
	}
	seen[s.Name()] = true
	for _, name := range slices.Backward(s.Extends()) {
		if base, ok := s.file.Setup(name); ok && !seen[name] && len(seen) < maxExtended {
			if from, value := base.effective(below, seen); value != nil {
				return from, value
			}
		}
	}
	return s, nil
}

// Name is what services and deployments call the entry by, as it is written: 1.10
// is no number here.
func (s Setup) Name() string { return s.written("setup") }

// written is a scalar below the entry itself as it is written.
func (s Setup) written(below ...string) string {
	if s.file.Doc == nil {
		return ""
	}
	return s.file.Doc.Written(s.Path(below...))
}

// RunVariables are the variables of the running container, those of setups that are
// extended included.
func (s Setup) RunVariables() map[string]any { return s.variables("run", map[string]bool{}) }

func (s Setup) variables(section string, seen map[string]bool) map[string]any {
	own, _ := s.At(section, "envVariables").(map[string]any)
	if len(s.Extends()) == 0 || seen[s.Name()] || len(seen) >= maxExtended {
		return own
	}
	seen[s.Name()] = true
	all := map[string]any{}
	for _, name := range s.Extends() {
		if base, ok := s.file.Setup(name); ok {
			maps.Copy(all, base.variables(section, seen))
		}
	}
	maps.Copy(all, own)
	return all
}

// Ports are the ports that the service listens on.
func (s Setup) Ports() []int {
	var ports []int
	list, _ := s.Effective("run", "ports").([]any)
	for _, entry := range list {
		if port, ok := At(entry, "port").(int64); ok {
			ports = append(ports, int(port))
		}
	}
	return ports
}

// Base is the runtime: run.base, or the first build.base. A setup without either
// keeps that of its service, and gives "".
func (s Setup) Base() string {
	if from, base := s.effective([]string{"run", "base"}, map[string]bool{}); base != nil {
		return from.written("run", "base")
	}
	from, base := s.effective([]string{"build", "base"}, map[string]bool{})
	if list, ok := base.([]any); ok && len(list) > 0 {
		return from.written("build", "base", "0")
	}
	return from.written("build", "base")
}

// Locate finds the line of a field such as build.base, as the platform names it; words
// are what it says of it, which may tell one item of a list from the others.
func (s Setup) Locate(field, words string) int {
	path := s.Path()
	if section, _, _ := strings.Cut(field, "."); field != "" && s.At(section) == nil { // it may stand in a setup that this one extends
		if from, value := s.effective([]string{section}, map[string]bool{}); value != nil {
			path = from.Path()
		}
	}
	for _, step := range strings.FieldsFunc(field, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		next := append(slices.Clone(path), step)
		if At(s.file.Doc.Value, next...) == nil {
			if list, ok := At(s.file.Doc.Value, path...).([]any); ok && len(list) > 0 { // a list that the field skips
				next = append(slices.Clone(path), strconv.Itoa(meantItem(list, step, words)), step)
			}
		}
		path = next
	}
	return s.file.Doc.Line(path)
}

// meantItem is the item of a list that words speak of, by the value of a member in
// them; the first where that is not said.
func meantItem(list []any, member, words string) int {
	said := strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune(" [](),;:'\"", r) })
	return max(0, slices.IndexFunc(list, func(item any) bool {
		value := At(item, member)
		return value != nil && slices.Contains(said, fmt.Sprint(value))
	}))
}
