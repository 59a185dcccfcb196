package tools

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// importer is the tools that create services from an import YAML.
type importer struct{ schemas *schemaCache }

// importTools read and write import YAML.
func importTools(schemas *schemaCache) []*tool {
	m := importer{schemas}
	return []*tool{
		define(spec{
			Name: "import_yaml", Title: "Import YAML", Standard: true, Effect: zerops.Creates,
			Description: "Create services (or a project with services) from an import YAML. Never replaces what exists; warns of keys the platform drops. get_yaml_schema import shows what is allowed.",
		}, m.importYaml),
		define(spec{
			Name: "replace_services_from_yaml", Title: "Replace services from YAML", Effect: zerops.Destroys,
			Description: "Import a YAML over services that exist (override): their code, and perhaps their data, is lost. Needs confirmation.",
		}, m.replaceServices),
		define(spec{
			Name: "export_yaml", Title: "Export YAML", Effect: zerops.Reads,
			Description: "A project or service as import YAML, with secret values masked.",
		}, exportYaml),
	}
}

type importYamlIn struct {
	Yaml    string `json:"yaml" jsonschema:"minLength=1,maxLength=200000"`
	Project string `json:"project,omitempty" jsonschema_description:"left out where the YAML has project:"`
	Org     string `json:"org,omitempty"`
	DryRun  bool   `json:"dry_run,omitempty"`
	Confirm string `json:"confirm,omitempty"`
	waiting
}

type importOut struct {
	frame
	DryRun   bool              `json:"dry_run,omitempty"`
	Project  *importedProject  `json:"project,omitempty"`
	Services []importedService `json:"services,omitempty"`
	// Clashes are hostnames that are taken.
	Clashes  []string    `json:"clashes,omitempty"`
	Warnings []yamlIssue `json:"warnings,omitempty"`
}

type importedProject struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name"`
	Status string `json:"status,omitempty"`
	Org    string `json:"org,omitempty"`
}

type importedService struct {
	ID        string   `json:"id,omitempty"`
	Hostname  string   `json:"hostname"`
	Type      string   `json:"type,omitempty"`
	Status    string   `json:"status,omitempty"`
	Processes []string `json:"processes,omitempty"`
	Error     string   `json:"error,omitempty"`
}

// importTarget is where an import goes: into a project that exists, or into an
// organisation as a new one.
type importTarget struct {
	project      zerops.Project
	services     []zerops.Service
	organization zerops.Organization
}

func (m importer) importYaml(ctx context.Context, c *call, in importYamlIn) (importOut, error) {
	asked, err := readImport(in.Yaml)
	if err != nil {
		return importOut{}, err
	}
	type reading struct {
		target   importTarget
		warnings []yamlIssue
	}
	r, err := confirm(ctx, c, func(ctx context.Context) (r reading, paid *plan, err error) {
		if r.target, err = c.importTarget(ctx, asked, in.Project, in.Org); err != nil {
			return r, nil, err
		}
		c.knowYaml(asked, r.target)
		if err := c.spareFromImport(ctx, r.target.project.ID, in.Yaml); err != nil {
			return r, nil, err
		}
		clashes := asked.clashes(r.target.services)
		if !in.DryRun {
			if err := refuseReplacement(asked, r.target, clashes); err != nil {
				return r, nil, err
			}
		}
		r.warnings = m.checkImport(ctx, c, asked)
		if in.DryRun {
			return r, nil, idle(dryRun(asked, r.target, clashes, r.warnings))
		}
		return r, c.riskyImport(asked, r.target), nil
	})
	if err != nil {
		return importOut{}, err
	}
	return c.runImport(ctx, asked, r.target, in.Yaml, r.warnings, in.waiting)
}

// names are the public names in the YAML.
func (p importPlan) names() string {
	names := append(p.hostnames(), p.name)
	for _, s := range p.services {
		names = append(names, s.typ)
	}
	return strings.Join(names, " ")
}

// knowYaml registers the values in the YAML before it is sent anywhere.
func (c *call) knowYaml(p importPlan, target importTarget) {
	c.sendValues(p.secrets(), p.names(), envStore{project: target.project}.names(), target.organization.Name)
}

// importTarget finds out where the import goes. The platform has one operation
// for services and another for a project with services (platform facts §4.3,
// §4.4).
func (c *call) importTarget(ctx context.Context, plan importPlan, project, org string) (importTarget, error) {
	var t importTarget
	var err error
	switch {
	case plan.project && project != "":
		return t, invalid("project", "is given, and the YAML has a project section, which makes a new one: leave out either")
	case plan.project:
		if err := c.wholeOrganization(); err != nil {
			return t, err
		}
		t.organization, _, err = c.organization(ctx, org)
		return t, err
	case project == "":
		return t, invalid("project", "is required, because the YAML has no project section that would make a new one")
	}
	if t.project, err = c.project(ctx, project); err != nil {
		return t, err
	}
	t.services, _, err = zerops.Collect(c.api.ProjectServices(ctx, t.project.ID, zerops.ListOptions{}), 0)
	return t, err
}

// refuseReplacement keeps import_yaml from touching what exists.
func refuseReplacement(plan importPlan, target importTarget, clashes []zerops.Service) error {
	overrides := plan.overrides()
	if len(clashes) == 0 && len(overrides) == 0 {
		return nil
	}
	f := &failure{
		Code: codeConflict, Hint: "import_yaml never replaces anything. Take other hostnames and leave override out; or, to replace, call replace_services_from_yaml with the same YAML, which shows what would be lost first.",
		Next: &failureNext{Tool: "replace_services_from_yaml", Arguments: map[string]any{"project": target.project.ID}},
	}
	var names []string
	for _, s := range clashes {
		names = append(names, s.Name)
		f.Candidates = append(f.Candidates, candidate{ID: s.ID, Name: clean(s.Name, 40), Project: s.ProjectID})
		if s.Status == "DELETING" {
			f.Retryable = true
			f.Hint = "A service that is being deleted blocks its name for some seconds more; wait, then repeat."
		}
	}
	switch {
	case plan.project:
		f.Message, f.Next = "the YAML asks to override "+strings.Join(overrides, ", ")+", and a new project has nothing to override; nothing was changed", nil
		f.Hint = "Leave override out."
	case len(clashes) > 0:
		f.Message = fmt.Sprintf("the project %q already has %s; the platform would refuse all of the YAML; nothing was changed", clean(target.project.Name, 80), strings.Join(names, ", "))
	default:
		f.Message = "the YAML asks to override " + strings.Join(overrides, ", ") + "; nothing was changed"
	}
	return f
}

// checkImport gathers warnings: what the platform drops without a word, and what
// does not fit its schema. None of it stops an import, because the platform
// itself refuses what it cannot take before it changes anything.
func (m importer) checkImport(ctx context.Context, c *call, plan importPlan) []yamlIssue {
	issues, silent := plan.lint()
	schema, err := m.schemas.live(ctx, c, yamlImport)
	if err != nil {
		return append(sortIssues(issues), c.schemaUnavailable(ctx, err))
	}
	check := yamlCheck{doc: plan.doc, schema: schema, silent: silent}
	return sortIssues(append(issues, check.run()...))
}

func dryRun(plan importPlan, target importTarget, clashes []zerops.Service, warnings []yamlIssue) importOut {
	out := importOut{
		frame:  frame{Status: statusUnchanged, Message: fmt.Sprintf("dry run: %d service(s) would be created; nothing was changed", len(plan.services)-len(clashes))},
		DryRun: true, Warnings: warnings,
	}
	if plan.project {
		out.Project = &importedProject{Name: clean(plan.name, 120), Org: clean(target.organization.Name, 120)}
		out.Message = fmt.Sprintf("dry run: a project with %d service(s) would be created; nothing was changed", len(plan.services))
	} else {
		out.Project = &importedProject{ID: target.project.ID, Name: clean(target.project.Name, 120), Status: clean(target.project.Status, 40)}
	}
	for _, s := range plan.services {
		row := importedService{Hostname: clean(s.hostname, 40), Type: clean(s.typ, 80)}
		if i := slices.IndexFunc(clashes, func(taken zerops.Service) bool { return taken.Name == s.hostname }); i >= 0 {
			row.ID, row.Status = clashes[i].ID, clean(clashes[i].Status, 40)
			row.Error = "the hostname is taken"
			out.Clashes = append(out.Clashes, row.Hostname)
		} else if s.override {
			row.Error = "override is for replace_services_from_yaml"
		}
		out.Services = append(out.Services, row)
	}
	if len(out.Clashes) > 0 || len(plan.overrides()) > 0 {
		out.Message = "dry run: import_yaml would refuse this, because it never replaces anything; nothing was changed"
		out.Next = &next{Tool: "replace_services_from_yaml", Arguments: nextArgs{Project: target.project.ID}}
	}
	return out
}

// riskyImport says what an import does that has to be confirmed: it orders a paid
// core, as create_project can, or gives services of a protected project public
// addresses; nil for others.
func (c *call) riskyImport(asked importPlan, target importTarget) *plan {
	switch names := asked.exposed(); {
	case asked.project && asked.paidCore():
		return paidCore(asked.name, target.organization)
	case !asked.project && len(names) > 0 && c.protected(target.project) != nil:
		return exposure(names, target.project)
	}
	return nil
}

// exposure is the plan of services that get public addresses in a protected
// project.
func exposure(hostnames []string, project zerops.Project) *plan {
	return &plan{
		Summary: fmt.Sprintf("Create services in the protected project %q (%s), with a public *.zerops.app address for %s.", clean(project.Name, 80), project.ID, strings.Join(hostnames, ", ")),
		Targets: []planTarget{{Kind: "project", ID: project.ID, Name: clean(project.Name, 80), Status: clean(project.Status, 40)}},
		state:   []fact{is("the project", project.ID), is("the addresses", strings.Join(hostnames, ", "))},
	}
}
