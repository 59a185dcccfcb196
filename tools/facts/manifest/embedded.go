package manifest

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
)

// Embedded is a zerops.yaml inside an import, as a map or as a text.
type Embedded struct {
	// Doc is the document that holds it: the import itself, or the text alone.
	Doc *Document
	// Part is where it stands in Doc, nil for a text.
	Part []string
	// place is where it stands in the import, line where its first line does, 0 for a
	// text whose lines are not those of the import.
	place        []string
	line, single int
	err          error
}

// Embedded lists the zerops.yaml inside an import.
func (p ImportPlan) Embedded() []Embedded {
	var all []Embedded
	for _, s := range p.Services {
		e := Embedded{Doc: p.Doc, place: s.below("zeropsYaml")}
		switch value := At(p.Doc.Value, e.place...).(type) {
		case map[string]any:
			e.Part = e.place
		case string:
			_, node := p.Doc.Place(e.place)
			e.single = p.Doc.Line(e.place)
			if node.Style&yaml.LiteralStyle != 0 {
				e.line = node.Line
			}
			if e.Doc, e.err = Parse(value); e.err != nil {
				e.Doc = &Document{Root: &yaml.Node{}}
			}
		default:
			continue
		}
		all = append(all, e)
	}
	return all
}

// Outer places an issue of the text in the import.
func (e Embedded) Outer(issue Issue) Issue {
	if e.Part != nil {
		return issue
	}
	issue.Path = ShowPath(e.place) + ": " + issue.Path
	if e.line > 0 && issue.Line > 0 {
		issue.Line += e.line
	} else {
		issue.Line = e.single
	}
	return issue
}

// embedded checks a zerops.yaml inside an import.
func (l *linter) embedded(e Embedded) {
	if e.Part != nil {
		l.setups(Zerops{Doc: l.doc, at: e.Part})
		return
	}
	l.warn(e.place, "is a text; it was seen that no build starts with one, so write it as a map: without the | behind zeropsYaml")
	if e.err != nil {
		l.warn(e.place, "cannot be read as YAML: %v", e.err)
		return
	}
	inner := newLinter(e.Doc, l.types)
	inner.setups(Zerops{Doc: e.Doc})
	for _, issue := range inner.Warnings {
		l.Warnings = append(l.Warnings, e.Outer(issue))
	}
}

// setupsAsked checks that the setup that a service asks for is in the zerops.yaml
// that comes with it.
func (l *linter) setupsAsked(p ImportPlan) {
	for _, e := range p.Embedded() {
		service := e.place[:len(e.place)-1]
		asked := Text(At(p.Doc.Value, slices.Concat(service, []string{"zeropsSetup"})...))
		names := e.File().Names()
		if asked == "" || Expression(asked) || len(names) == 0 || slices.Contains(names, asked) {
			continue
		}
		l.warn(slices.Concat(service, []string{"zeropsSetup"}), "there is no setup %q in the zeropsYaml of this service, which has %s", tool.Clean(asked, 60), strings.Join(tool.CleanAll(names[:min(len(names), 10)]), ", "))
	}
}

// File is the zerops.yaml by itself.
func (e Embedded) File() Zerops { return Zerops{Doc: e.Doc, at: slices.Clone(e.Part)} }
