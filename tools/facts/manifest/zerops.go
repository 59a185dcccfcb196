package manifest

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// MaxZeropsYAML bounds a zerops.yaml; real ones have a few kilobytes.
const MaxZeropsYAML = 256 << 10

// Zerops is a zerops.yaml: its document, and what this server looks at in it.
// What is right and wrong in it is for the platform to say.
type Zerops struct {
	Doc *Document
	at  []string // where it stands in its document, for one inside an import
}

// ParseZerops reads what can be read, for looks that a fault may not stop: of
// several documents the first, and an empty one where there is none. The result
// can be looked at even with an error.
func ParseZerops(text string) (Zerops, error) {
	doc, _, err := parseFirst(text, MaxZeropsYAML)
	if err != nil {
		return Zerops{Doc: &Document{Root: &yaml.Node{}}}, err
	}
	return Zerops{Doc: doc}, nil
}

// Setups are the entries in their order, those without a name included.
func (z Zerops) Setups() []Setup {
	list, _ := At(z.Doc.Value, slices.Concat(z.at, []string{"zerops"})...).([]any)
	setups := make([]Setup, len(list))
	for i := range list {
		setups[i] = Setup{file: z, path: slices.Concat(z.at, []string{"zerops", strconv.Itoa(i)})}
	}
	return setups
}

// Names lists the names of the setups in their order.
func (z Zerops) Names() []string {
	var names []string
	for _, s := range z.Setups() {
		if name := s.Name(); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Setup returns the entry of that name.
func (z Zerops) Setup(name string) (Setup, bool) {
	setups := z.Setups()
	i := slices.IndexFunc(setups, func(s Setup) bool { return s.Name() == name })
	if i < 0 || name == "" {
		return Setup{}, false
	}
	return setups[i], true
}

// Choose picks the setup for a service: the one asked for, the one named like the
// service, or the only one.
func (z Zerops) Choose(wanted, hostname string) (Setup, error) {
	names := z.Names()
	shown := strings.Join(tool.CleanAll(names[:min(len(names), 20)]), ", ")
	if wanted != "" && len(names) > 0 {
		s, ok := z.Setup(wanted)
		if !ok {
			return s, tool.Invalid("setup", "zerops.yaml has no setup %q; it has %s", tool.Clean(wanted, 60), shown)
		}
		return s, nil
	}
	if s, ok := z.Setup(hostname); ok {
		return s, nil
	}
	switch len(names) {
	case 0:
		return Setup{}, tool.Invalid("zerops_yaml", "has no setup; the top level is zerops:, a list whose entries have a setup: name")
	case 1:
		s, _ := z.Setup(names[0])
		return s, nil
	}
	return Setup{}, tool.Invalid("setup", "zerops.yaml has no setup named like the service %q and several others; say which: %s", tool.Clean(hostname, 40), shown)
}

// Secrets are the values of all variables in the document.
func (z Zerops) Secrets() []string { return z.Doc.Secrets(0) }
