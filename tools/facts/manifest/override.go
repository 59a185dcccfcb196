package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// WithOverride returns the text with override: true for every service that is
// replaced. The line is put below the hostname, so that the rest of the text,
// comments and expressions included, reaches the platform as it was written.
func (p ImportPlan) WithOverride(text string, replaced []zerops.Service) (string, error) {
	lines := strings.SplitAfter(text, "\n")
	insert := map[int]string{} // by the line it follows
	for _, entry := range p.Services {
		taken := slices.ContainsFunc(replaced, func(s zerops.Service) bool { return s.Name == entry.Hostname })
		switch {
		case !taken && entry.Override:
			return "", tool.Invalid("yaml", "line %d: override is set for %q, which does not exist; leave it out", p.Doc.Line(entry.path), entry.Hostname)
		case !taken || entry.Override:
			continue
		case entry.overrideWritten:
			return "", tool.Invalid("yaml", "line %d: the service %q exists and its override is not true; set it to true, or leave the service out", p.Doc.Line(entry.path), entry.Hostname)
		}
		key, value := p.Doc.Place(append(slices.Clone(entry.path), "hostname"))
		_, mapping := p.Doc.Place(entry.path)
		if mapping.Kind != yaml.MappingNode || mapping.Style&yaml.FlowStyle != 0 || key.Line != value.Line || key.Line > len(lines) {
			return "", tool.Invalid("yaml", "line %d: the service %q exists; add override: true to it", p.Doc.Line(entry.path), entry.Hostname)
		}
		insert[key.Line] = strings.Repeat(" ", key.Column-1) + "override: true\n"
	}
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(line)
		if added, ok := insert[i+1]; ok {
			if !strings.HasSuffix(line, "\n") {
				b.WriteByte('\n')
			}
			b.WriteString(added)
		}
	}
	return p.verified(b.String(), replaced)
}

// verified reads the changed text again and makes sure that it says what was
// meant, and nothing else.
func (p ImportPlan) verified(text string, replaced []zerops.Service) (string, error) {
	again, err := ReadImport(text)
	same := err == nil && len(again.Overrides()) == len(replaced) && slices.EqualFunc(again.Services, p.Services, func(a, b importEntry) bool {
		return a.Hostname == b.Hostname && a.Typ == b.Typ
	})
	if same {
		return text, nil
	}
	return "", tool.Invalid("yaml", "override: true could not be added to the services that exist; add it yourself")
}
