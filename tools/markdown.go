package tools

import (
	"fmt"
	"strings"

	"zerops-mcp/tools/guides"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Markdown is the reference of what a client sees under this configuration: tools
// by toolset with their arguments, then resources, prompts and guides. With all
// toolsets and secrets allowed it is docs/tools.md.
func (s *Server) Markdown() string {
	var b strings.Builder
	b.WriteString("# Tools\n\n")
	b.WriteString("Made from the definitions by the tests (`go test ./tools -update`); do not edit.\n\n")
	b.WriteString("Effects decide what a client may approve by itself: a tool that *reads* changes nothing, *creates* only adds, *updates* changes what can be changed back, *destroys* asks for confirmation. ")
	b.WriteString("An argument with a star is required; `project` is not where the server is limited to one.\n")
	for _, set := range s.sets {
		var visible []*tool.Tool
		for _, t := range s.runner.Tools() {
			if t.Toolset == set.name && s.runner.Offers(t.Name) {
				visible = append(visible, t)
			}
		}
		if len(visible) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| tool | effect | default | what it does |\n|---|---|---|---|\n", set.name)
		for _, t := range visible {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", t.Name, t.Effect, yes(t.Standard), cell(t.Description))
		}
		for _, t := range visible {
			b.WriteString(s.toolMarkdown(t))
		}
	}
	s.protocolMarkdown(&b)
	return b.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

// cell makes a text safe inside a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "|", `\|`)
}

func (s *Server) toolMarkdown(t *tool.Tool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n%s\n", t.Name, t.Title)
	var facts []string
	for _, fact := range []struct {
		holds bool
		words string
	}{
		{t.Can.Has(zerops.Anything &^ (zerops.Publishes | zerops.Changes | zerops.Copies)), "Asks before it does what is asked about everywhere."},
		{t.LosesValue, "A previous value is lost."},
		{t.Idempotent && t.Effect != zerops.Reads, "Doing it twice changes nothing more."},
		{t.OpenWorld && t.Effect == zerops.Reads, "Returns text written by others."},
		{t.OpenWorld && t.Effect != zerops.Reads, "Can make something public."},
		{t.Secret, "Exists only with `--allow-secrets`."},
		{t.LocalOnly, "Not on a remote server."},
		{t.Image, "Returns a picture."},
	} {
		if fact.holds {
			facts = append(facts, fact.words)
		}
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, "\n%s\n", strings.Join(facts, " "))
	}
	if input, err := tool.ParseSchema(s.listedInput(t)); err == nil && len(input.Properties) > 0 {
		b.WriteString("\n| argument | type | meaning |\n|---|---|---|\n")
		argumentRows(&b, input, "")
	}
	if output, err := tool.ParseSchema(t.OutputSchema()); err == nil && !t.Image && len(output.Properties) > 0 {
		fmt.Fprintf(&b, "\nReturns `%s`.\n", strings.Join(tool.SortedKeys(output.Properties), "`, `"))
	}
	return b.String()
}

// argumentRows writes a row for each argument, those inside objects and lists
// under their path.
func argumentRows(b *strings.Builder, s *tool.Schema, prefix string) {
	required := map[string]bool{}
	for _, name := range s.Required {
		required[name] = true
	}
	for _, name := range tool.SortedKeys(s.Properties) {
		p := s.Properties[name]
		star := ""
		if required[name] {
			star = "*"
		}
		fmt.Fprintf(b, "| `%s`%s | %s | %s |\n", prefix+name, star, cell(argumentType(p)), cell(p.Description))
		nested, path := p, prefix+name+"."
		if p.Type == "array" && p.Items != nil {
			nested, path = p.Items, prefix+name+"[]."
		}
		if nested.Type == "object" {
			argumentRows(b, nested, path)
		}
	}
}

func argumentType(s *tool.Schema) string {
	words := s.Type
	switch s.Type {
	case "string":
		words = "text"
		if s.MediaType != "" {
			words = "JSON text"
		}
	case "array":
		words = "list"
		if s.Items != nil && s.Items.Type != "" {
			words = "list of " + argumentType(s.Items)
		}
	}
	if len(s.Enum) > 0 {
		var names []string
		for _, e := range s.Enum {
			names = append(names, fmt.Sprintf("`%v`", e))
		}
		words = strings.Join(names, ", ")
	}
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		words += fmt.Sprintf(", %v–%v", *s.Minimum, *s.Maximum)
	case s.Minimum != nil:
		words += fmt.Sprintf(", at least %v", *s.Minimum)
	case s.Maximum != nil:
		words += fmt.Sprintf(", at most %v", *s.Maximum)
	}
	return words
}

// protocolMarkdown writes what there is beside tools.
func (s *Server) protocolMarkdown(b *strings.Builder) {
	b.WriteString("\n## Resources\n\nThe same content as the tools of that name, for clients that show resources. Names and topics complete.\n\n| address | content |\n|---|---|\n")
	for _, r := range []struct{ uri, tool string }{{projectsURI, "list_projects"}, {projectTemplate, "get_project"}, {serviceTemplate, "get_service"}} {
		if s.runner.Offers(r.tool) {
			fmt.Fprintf(b, "| `%s` | `%s` |\n", r.uri, r.tool)
		}
	}
	fmt.Fprintf(b, "| `%s` | a guide |\n", guideTemplate)
	b.WriteString("\n## Guides\n\nAlso as `get_yaml_schema` with kind `guide`.\n\n| topic | what it tells |\n|---|---|\n")
	for _, g := range guides.All() {
		fmt.Fprintf(b, "| `%s` | %s |\n", g.Topic, cell(g.Summary))
	}
	var offered []prompt
	for _, p := range prompts() {
		if s.offers(p) {
			offered = append(offered, p)
		}
	}
	if len(offered) == 0 {
		return
	}
	b.WriteString("\n## Prompts\n\n| prompt | what it asks for | arguments |\n|---|---|---|\n")
	for _, p := range offered {
		var names []string
		for _, a := range p.arguments {
			name := "`" + a.name + "`"
			if a.required && !s.fills(a) {
				name += "*"
			}
			names = append(names, name)
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", p.name, cell(p.description), strings.Join(names, ", "))
	}
}
