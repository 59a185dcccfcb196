package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// manifestKind tells which body fields hold YAML that the platform acts on, and of
// which kind. A test holds the names against the catalogue.
func manifestKind(field string) string {
	switch field {
	case "yaml", "serviceImportYaml":
		return yamlImport
	case "zeropsYaml":
		return yamlZerops
	}
	return ""
}

// readBody refuses, before anything is sent, a body whose YAML cannot be read for
// sure, and values that must not be written. It keeps what an import asks for.
func (c *call) readBody(r *apiRequest) error {
	if r.op.Safe() || r.body == nil {
		return nil
	}
	for _, field := range r.detail.Body.Fields {
		text, _ := r.body[field.Name].(string)
		name := "body." + field.Name
		switch kind := manifestKind(field.Name); {
		case kind == yamlImport:
			p, err := readManifest(name, text)
			if err != nil {
				return err
			}
			r.manifest = &p
			c.knowValues(p.secrets(), p.names())
		case kind == yamlZerops && strings.TrimSpace(text) != "":
			if err := c.readZerops(name, text); err != nil {
				return err
			}
		}
	}
	if problems := sentProblems(r.body); len(problems) > 0 {
		f := invalidArguments(problems)
		f.Operation, f.Message = r.op.String(), f.Message+nothingChanged
		return f
	}
	return nil
}

// readZerops checks the text of a zerops.yaml, which nothing else is judged by.
func (c *call) readZerops(field, text string) error {
	doc, err := parseManifest(field, text)
	if err != nil {
		return err
	}
	file := zeropsFile{doc: doc}
	c.knowValues(file.secrets(), file.setups()...)
	if problems := append(doc.masks(), doc.ambiguities()...); len(problems) > 0 {
		return importPlan{field: field}.refused(problems)
	}
	return nil
}

// judgeImport adds to the risk of a call what its import YAML asks for.
func (risk *apiRisk) judgeImport(p *importPlan) {
	if p == nil {
		return
	}
	if p.paidCore() {
		risk.cost = "a SERIOUS core is paid, about 10 USD for 30 days"
	}
	if len(p.overrides()) > 0 {
		risk.destroys = true
		risk.loses = append(risk.loses, "what is in services that exist and are marked with override: true: their code, variables and containers")
	}
}

// importAtRisk guards an import, and says what is planned, by what its YAML does to the
// project. An override of a service that does not exist counts as well, since it
// may exist by the time the import runs.
func (c *call) importAtRisk(ctx context.Context, r *apiRequest, target subject, risk apiRisk) (*plan, error) {
	p := *r.manifest
	var project zerops.Project
	var replaced []zerops.Service
	var exposed []string
	if r.op.Subject() == zerops.SubjectProject && len(p.overrides())+len(p.exposed()) > 0 {
		var err error
		if project, err = c.api.Project(ctx, target.projectID); err != nil {
			return nil, err
		}
		if replaced, err = c.replacedBy(ctx, p, project); err != nil {
			return nil, err
		}
		if c.protected(project) != nil {
			exposed, risk.confirm = p.exposed(), true
		}
		target.name, target.status = project.Name, project.Status
	}
	if !risk.confirm {
		return nil, nil
	}
	plan, err := c.apiPlan(ctx, r, target, risk)
	if err != nil {
		return nil, err
	}
	plan.Changes = append(plan.Changes, p.words(replaced)...)
	if len(exposed) > 0 {
		plan.Changes = append(plan.Changes, "public *.zerops.app addresses, in a protected project, for "+strings.Join(exposed, ", "))
	}
	if len(replaced) > 0 {
		lost := c.replacement(ctx, p, project, replaced)
		plan.Targets, plan.Loses = append(plan.Targets, lost.Targets...), append(plan.Loses, lost.Loses...)
		plan.state = append(plan.state, lost.state...)
	}
	return plan, nil
}

// replacedBy finds the services that an import replaces, and refuses what no
// confirmation can allow.
func (c *call) replacedBy(ctx context.Context, p importPlan, project zerops.Project) ([]zerops.Service, error) {
	names := p.overrides()
	if len(names) == 0 {
		return nil, nil
	}
	services, _, err := zerops.Collect(c.api.ProjectServices(ctx, project.ID, zerops.ListOptions{}), 0)
	if err != nil {
		return nil, err
	}
	replaced := slices.DeleteFunc(services, func(s zerops.Service) bool { return !slices.Contains(names, s.Name) })
	return replaced, c.guardReplaced(project, replaced)
}

// words says what an import makes, for the plan of a call.
func (p importPlan) words(replaced []zerops.Service) []string {
	var made, other []string
	for _, s := range p.services {
		words := fmt.Sprintf("%s (%s)", s.hostname, clean(s.typ, 40))
		if slices.ContainsFunc(replaced, func(old zerops.Service) bool { return old.Name == s.hostname }) {
			other = append(other, words)
		} else {
			made = append(made, words)
		}
	}
	var out []string
	if p.project {
		out = append(out, fmt.Sprintf("creates the project %q", clean(p.name, 80)))
	}
	if len(made) > 0 {
		out = append(out, fmt.Sprintf("creates %d service(s): %s", len(made), strings.Join(made, ", ")))
	}
	if len(other) > 0 {
		out = append(out, fmt.Sprintf("replaces %d service(s): %s", len(other), strings.Join(other, ", ")))
	}
	return out
}
