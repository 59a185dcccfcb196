package manifest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/effects"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/facts/projects"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// importer is the tools that create services from an import YAML.
type importer struct{ schemas *SchemaCache }

// Tools read and write import YAML.
func Tools(schemas *SchemaCache) []*tool.Tool {
	m := importer{schemas}
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "import_yaml", Title: "Import YAML", Standard: true, Effect: zerops.Creates,
			Description: "Create services (or a project with services) from an import YAML. Never replaces what exists; warns of keys the platform drops. get_yaml_schema import shows what is allowed.",
			Operations:  []zerops.Operation{zerops.PostProjectServiceStackImport, zerops.PostClientProjectImport},
			Can:         zerops.Grants | zerops.Costs | zerops.Publishes | zerops.Changes,
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, m.importYaml),
		tool.Define(tool.Spec{
			Name: "replace_services_from_yaml", Title: "Replace services from YAML", Effect: zerops.Destroys,
			Description: "Import a YAML over services that exist (override): their code, and perhaps their data, is lost. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PostProjectServiceStackImport},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, m.replaceServices),
		tool.Define(tool.Spec{
			Name: "export_yaml", Title: "Export YAML", Effect: zerops.Reads,
			Description: "A project or service as import YAML, with secret values masked.",
			Operations:  []zerops.Operation{zerops.GetProjectExport, zerops.GetServiceStackExport},
		}, exportYaml),
	)
}

type importYamlIn struct {
	Yaml      string `json:"yaml,omitempty" jsonschema:"maxLength=200000"`
	Directory string `json:"directory,omitempty" jsonschema:"maxLength=4096" jsonschema_description:"local, or the file, in place of yaml"`
	Project   string `json:"project,omitempty" jsonschema_description:"left out where the YAML has project:"`
	Org       string `json:"org,omitempty"`
	DryRun    bool   `json:"dry_run,omitempty"`
	Confirm   string `json:"confirm,omitempty"`
	tool.Waiting
}

type importOut struct {
	tool.ChangeResult
	DryRun   bool              `json:"dry_run,omitempty"`
	Project  *importedProject  `json:"project,omitempty"`
	Services []importedService `json:"services,omitempty"`
	// Clashes are hostnames that are taken.
	Clashes []string `json:"clashes,omitempty"`
	// Problems are what the platform, or this server, would refuse.
	Problems []manifest.Issue `json:"problems,omitempty"`
	Warnings []manifest.Issue `json:"warnings,omitempty"`
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

func (m importer) importYaml(ctx context.Context, c *tool.Call, in *importYamlIn) (*importOut, error) {
	read := manifest.ReadImport
	if in.DryRun { // which says all that is wrong, where an import ends with it
		read = func(text string) (manifest.ImportPlan, error) { return manifest.Survey("yaml", text) }
	}
	text, err := manifest.Given(c, "yaml", in.Yaml, in.Directory, manifest.ImportFiles())
	if err != nil {
		return nil, err
	}
	asked, err := read(text)
	if err != nil {
		return nil, err
	}
	type reading struct {
		target importTarget
		found  manifest.Findings
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (r reading, paid *tool.Plan, err error) {
		if r.target, err = findTarget(ctx, c, asked, in.Project, in.Org); err != nil {
			return r, nil, err
		}
		knowYaml(c, asked, r.target)
		if err := spareOwn(ctx, c, r.target, text); err != nil {
			return r, nil, err
		}
		clashes := asked.Clashes(r.target.services)
		if !in.DryRun {
			if err := refuseReplacement(asked, r.target, clashes); err != nil {
				return r, nil, err
			}
		}
		if r.found, err = m.checkImport(ctx, c, asked, r.target); err != nil {
			return r, nil, err
		}
		if in.DryRun {
			return r, nil, tool.Idle(dryRun(asked, r.target, clashes, r.found))
		}
		plan := importPlan(asked, r.target)
		if in.Directory != "" {
			plan.State = append(plan.State, manifest.Digest(text))
		}
		return r, plan, nil
	})
	if err != nil {
		return nil, err
	}
	return runImport(ctx, c, asked, r.target, text, r.found.All(), in.Waiting)
}

// spareOwn refuses a text that would change the server's own service, or hand its
// variables to others.
func spareOwn(ctx context.Context, c *tool.Call, target importTarget, text string) error {
	if err := own.SpareFromImport(ctx, c, target.project.ID, text); err != nil {
		return err
	}
	return own.SpareHostname(ctx, c, text)
}

// knowYaml registers the values in the YAML before it is sent anywhere.
func knowYaml(c *tool.Call, p manifest.ImportPlan, target importTarget) {
	env.SendValues(c, p.Secrets(), p.Names(), env.Store{Project: target.project}.Names(), target.organization.Name)
}

// findTarget finds out where the import goes. The platform has one operation
// for services and another for a project with services
// (platform §4.3, §4.4).
func findTarget(ctx context.Context, c *tool.Call, plan manifest.ImportPlan, project, org string) (importTarget, error) {
	var t importTarget
	var err error
	switch {
	case plan.Project && project != "":
		return t, tool.Invalid("project", "is given, and the YAML has a project section, which makes a new one: leave out either")
	case plan.Project:
		if err := c.WholeOrganization(); err != nil {
			return t, err
		}
		t.organization, _, err = c.Organization(ctx, org)
		return t, err
	case project == "":
		return t, tool.Invalid("project", "is required, because the YAML has no project section that would make a new one")
	}
	if t.project, err = c.Project(ctx, project); err != nil {
		return t, err
	}
	t.services, _, err = zerops.Collect(c.API.ProjectServices(ctx, t.project.ID, zerops.ListOptions{}), 0)
	return t, err
}

// refuseReplacement keeps import_yaml from touching what exists.
func refuseReplacement(plan manifest.ImportPlan, target importTarget, clashes []zerops.Service) error {
	overrides := plan.Overrides()
	if len(clashes) == 0 && len(overrides) == 0 {
		return nil
	}
	f := &tool.Failure{
		Code: request.CodeConflict, Hint: "import_yaml never replaces anything. Take other hostnames and leave override out; or, to replace, call replace_services_from_yaml with the same YAML, which shows what would be lost first.",
		Next: &tool.FailureNext{Tool: "replace_services_from_yaml", Arguments: map[string]any{"project": target.project.ID}},
	}
	var names []string
	for _, s := range clashes {
		names = append(names, s.Name)
		f.Candidates = append(f.Candidates, tool.Candidate{ID: s.ID, Name: tool.Clean(s.Name, 40), Project: s.ProjectID})
		if s.Status == "DELETING" {
			f.Retryable = true
			f.Hint = "A service that is being deleted blocks its name for some seconds more; wait, then repeat."
		}
	}
	switch {
	case plan.Project:
		f.Message, f.Next = "the YAML asks to override "+strings.Join(overrides, ", ")+", and a new project has nothing to override; nothing was changed", nil
		f.Hint = "Leave override out."
	case len(clashes) > 0:
		f.Message = fmt.Sprintf("the project %q already has %s; the platform would refuse all of the YAML; nothing was changed", tool.Clean(target.project.Name, 80), strings.Join(names, ", "))
	default:
		f.Message = "the YAML asks to override " + strings.Join(overrides, ", ") + "; nothing was changed"
	}
	return f
}

// checkImport gathers what the platform would refuse, what it drops without a word,
// and what does not fit its schema. None of it stops an import, because the platform
// itself refuses what it cannot take before it changes anything.
func (m importer) checkImport(ctx context.Context, c *tool.Call, plan manifest.ImportPlan, target importTarget) (manifest.Findings, error) {
	types, unlisted, err := readTypes(ctx, c)
	if err != nil {
		return manifest.Findings{}, err
	}
	var present manifest.Storages
	if !plan.Project {
		present = manifest.Storages{}
		for _, s := range target.services {
			present[s.Name] = strings.Contains(s.Type.Category, "STORAGE") || strings.HasSuffix(manifest.ParseTypeName(s.Type.Version).Family, "storage")
		}
	}
	found := plan.Lint(types, present)
	if unlisted != "" {
		found.Warnings = append(found.Warnings, manifest.Issue{Message: "types are not checked: " + unlisted})
	}
	found.Problems = sortIssues(append(found.Problems, plan.Doubts...))
	check := yamlCheck{kind: manifest.YamlImport, doc: plan.Doc, types: types, silent: found.Told}
	if check.schema, err = m.schemas.live(ctx, c, manifest.YamlImport); err != nil {
		found.Warnings = append(sortIssues(found.Warnings), schemaUnavailable(ctx, c, err))
		return found, nil
	}
	found.Warnings = append(found.Warnings, check.run()...)
	if inner := plan.Embedded(); len(inner) > 0 {
		schema, err := m.schemas.live(ctx, c, manifest.YamlZerops)
		if err != nil {
			found.Warnings = append(found.Warnings, schemaUnavailable(ctx, c, err))
			inner = nil
		}
		for _, e := range inner {
			check := yamlCheck{kind: manifest.YamlZerops, doc: e.Doc, schema: schema, types: types, part: e.Part, extending: e.File().Extending(), silent: found.Told}
			for _, issue := range check.run() {
				found.Warnings = append(found.Warnings, e.Outer(issue))
			}
		}
	}
	found.Warnings = sortIssues(found.Warnings)
	return found, nil
}

func dryRun(plan manifest.ImportPlan, target importTarget, clashes []zerops.Service, found manifest.Findings) importOut {
	out := importOut{
		ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: fmt.Sprintf("dry run: %d service(s) would be created; nothing was changed", len(plan.Services)-len(clashes))},
		DryRun:       true, Problems: found.Problems, Warnings: found.Warnings,
	}
	if plan.Project {
		out.Project = &importedProject{Name: tool.Clean(plan.Name, 120), Org: tool.Clean(target.organization.Name, 120)}
		out.Message = fmt.Sprintf("dry run: a project with %d service(s) would be created; nothing was changed", len(plan.Services))
	} else {
		out.Project = &importedProject{ID: target.project.ID, Name: tool.Clean(target.project.Name, 120), Status: tool.Clean(target.project.Status, 40)}
	}
	for _, s := range plan.Services {
		row := importedService{Hostname: tool.Clean(s.Hostname, 40), Type: tool.Clean(s.Typ, 80)}
		if i := slices.IndexFunc(clashes, func(taken zerops.Service) bool { return taken.Name == s.Hostname }); i >= 0 {
			row.ID, row.Status = clashes[i].ID, tool.Clean(clashes[i].Status, 40)
			row.Error = "the hostname is taken"
			out.Clashes = append(out.Clashes, row.Hostname)
		} else if s.Override {
			row.Error = "override is for replace_services_from_yaml"
		}
		out.Services = append(out.Services, row)
	}
	if n := len(found.Problems); n > 0 {
		out.Message = fmt.Sprintf("dry run: this would be refused for %d problem(s); nothing was changed", n)
	}
	if len(out.Clashes) > 0 || len(plan.Overrides()) > 0 {
		out.Message = "dry run: import_yaml would refuse this, because it never replaces anything; nothing was changed"
		out.Next = &tool.Next{Tool: "replace_services_from_yaml", Arguments: tool.NextArgs{Project: target.project.ID}}
	}
	return out
}

// importPlan says what an import makes: in a new project, whose core may be paid, or
// in one that exists, where services may get public addresses.
func importPlan(asked manifest.ImportPlan, target importTarget) *tool.Plan {
	var p *tool.Plan
	switch project := fmt.Sprintf("%q (%s)", tool.Clean(target.project.Name, 80), target.project.ID); {
	case asked.Project && asked.PaidCore():
		p = projects.PaidCore(asked.Name, "SERIOUS", target.organization)
	case asked.Project:
		p = projects.FreeCore(asked.Name, target.organization)
	default:
		p = &tool.Plan{
			Summary: fmt.Sprintf("Create %d service(s) in the project %s.", len(asked.Services), project),
			Targets: []tool.PlanTarget{{Kind: "project", ID: target.project.ID, Name: tool.Clean(target.project.Name, 80), Status: tool.Clean(target.project.Status, 40)}},
			State:   []tool.Fact{tool.Is("the project", project)}, Does: zerops.Changes, In: []string{target.project.ID},
		}
	}
	p.Does |= effects.Manifest(asked)
	p.Changes = asked.Words(nil)
	return p
}
