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
			env.KnowValues(c, p.Secrets(), p.Names())
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
	env.KnowValues(c, file.Secrets(), file.Names()...)
	if problems := append(doc.Masks(), doc.Ambiguities()...); len(problems) > 0 {
		return manifest.ImportPlan{Field: field}.Refused(problems)
	}
	return nil
}

// judgeImport adds to the risk of a call what its import YAML asks for.
func (risk *apiRisk) judgeImport(p *manifest.ImportPlan) {
	if p == nil {
		return
	}
	if p.PaidCore() {
		risk.cost = "a SERIOUS core is paid, about 10 USD for 30 days"
	}
	if len(p.Overrides()) > 0 {
		risk.destroys = true
		risk.loses = append(risk.loses, "what is in services that exist and are marked with override: true: their code, variables and containers")
	}
}

// importAtRisk guards an import, and says what is planned, by what its YAML does to the
// project. An override of a service that does not exist counts as well, since it
// may exist by the time the import runs.
func importAtRisk(ctx context.Context, c *tool.Call, r *apiRequest, target subject, risk apiRisk) (*tool.Plan, error) {
	p := *r.manifest
	var project zerops.Project
	var replaced []zerops.Service
	var exposed []string
	if r.op.Subject() == zerops.SubjectProject && len(p.Overrides())+len(p.Exposed()) > 0 {
		var err error
		if project, err = c.API.Project(ctx, target.projectID); err != nil {
			return nil, err
		}
		if replaced, err = replacedBy(ctx, c, p, project); err != nil {
			return nil, err
		}
		if c.Protects(project) {
			exposed, risk.confirm = p.Exposed(), true
		}
		target.name, target.status = project.Name, project.Status
	}
	if !risk.confirm {
		return nil, nil
	}
	plan, err := apiPlan(ctx, c, r, target, risk)
	if err != nil {
		return nil, err
	}
	plan.Changes = append(plan.Changes, p.Words(replaced)...)
	if len(exposed) > 0 {
		plan.Changes = append(plan.Changes, "public *.zerops.app addresses, in a protected project, for "+strings.Join(exposed, ", "))
	}
	if len(replaced) > 0 {
		lost := manifest.Replacement(ctx, c, p, project, replaced)
		plan.Targets, plan.Loses = append(plan.Targets, lost.Targets...), append(plan.Loses, lost.Loses...)
		plan.State = append(plan.State, lost.State...)
	}
	return plan, nil
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
