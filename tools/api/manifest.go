package api

import (
	"context"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// manifestKind tells which body fields hold YAML that the platform acts on, and of
// which kind. A test holds the names against the catalogue.
func manifestKind(field string) string {
	switch field {
	case "yaml", "serviceImportYaml":
		return manifest.YamlImport
	case "zeropsYaml":
		return manifest.YamlZerops
	}
	return ""
}

// readBody refuses, before anything is sent, a body whose YAML cannot be read for
// sure, and values that must not be written. It keeps what an import asks for.
func readBody(c *tool.Call, r *apiRequest) error {
	if r.op.Safe() || r.body == nil {
		return nil
	}
	for _, field := range r.detail.Body.Fields {
		text, _ := r.body[field.Name].(string)
		name := "body." + field.Name
		switch kind := manifestKind(field.Name); {
		case kind == manifest.YamlImport:
			p, err := manifest.ReadManifest(name, text)
			if err != nil {
				return err
			}
			r.manifest = &p
			env.KnowTexts(c, p.Secrets(), p.Names())
		case kind == manifest.YamlZerops && strings.TrimSpace(text) != "":
			if err := readZerops(c, name, text); err != nil {
				return err
			}
		}
	}
	if problems := sentProblems(r.body); len(problems) > 0 {
		f := tool.InvalidArguments(problems)
		f.Operation, f.Message = r.op.String(), f.Message+tool.NothingChanged
		return f
	}
	return nil
}

// readZerops checks the text of a zerops.yaml, which nothing else is judged by.
func readZerops(c *tool.Call, field, text string) error {
	doc, err := manifest.ParseManifest(field, text)
	if err != nil {
		return err
	}
	file := manifest.Zerops{Doc: doc}
	env.KnowTexts(c, file.Secrets(), file.Names()...)
	if problems := append(doc.Masks(), doc.Ambiguities()...); len(problems) > 0 {
		return manifest.ImportPlan{Field: field}.Refused(problems)
	}
	return nil
}

// imports adds to the plan what import YAML does to the project. An override of a
// service that does not exist counts as well, since it may exist by the time the
// import runs.
func imports(ctx context.Context, c *tool.Call, r *apiRequest, target subject, p *tool.Plan) error {
	y := *r.manifest
	var project zerops.Project
	var replaced []zerops.Service
	if len(y.Overrides()) > 0 {
		p.Loses = append(p.Loses, "what is in services that exist and are marked with override: true: their code, variables and containers")
	}
	if r.op.Subject() == zerops.SubjectProject && len(y.Overrides()) > 0 {
		var err error
		if project, err = c.API.Project(ctx, target.projectID); err != nil {
			return err
		}
		if replaced, err = replacedBy(ctx, c, y, project); err != nil {
			return err
		}
	}
	p.Changes = append(p.Changes, y.Words(replaced)...)
	if exposed := y.Exposed(); len(exposed) > 0 {
		p.Changes = append(p.Changes, "public *.zerops.app addresses for "+strings.Join(exposed, ", "))
	}
	if len(replaced) > 0 {
		lost := manifest.Replacement(ctx, c, y, project, replaced)
		p.Targets, p.Loses = append(p.Targets, lost.Targets...), append(p.Loses, lost.Loses...)
		p.State = append(p.State, lost.State...)
	}
	return nil
}

// replacedBy finds the services that an import replaces, and refuses what no
// confirmation can allow.
func replacedBy(ctx context.Context, c *tool.Call, p manifest.ImportPlan, project zerops.Project) ([]zerops.Service, error) {
	names := p.Overrides()
	if len(names) == 0 {
		return nil, nil
	}
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, project.ID, zerops.ListOptions{}), 0)
	if err != nil {
		return nil, err
	}
	replaced := slices.DeleteFunc(services, func(s zerops.Service) bool { return !slices.Contains(names, s.Name) })
	return replaced, manifest.GuardReplaced(c, replaced)
}
