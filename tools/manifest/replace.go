package manifest

import (
	"context"
	"fmt"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
)

type replaceServicesIn struct {
	tool.InProject
	Yaml      string `json:"yaml,omitempty" jsonschema:"maxLength=200000"`
	Directory string `json:"directory,omitempty" jsonschema:"maxLength=4096" jsonschema_description:"local, or the file, in place of yaml"`
	Confirm   string `json:"confirm,omitempty"`
	tool.Waiting
}

// replaceServices imports over services that exist. Observers disagree on what an
// override leaves of a service (platform §4.4), so it counts as losing what
// it may lose.
func (m importer) replaceServices(ctx context.Context, c *tool.Call, in *replaceServicesIn) (*importOut, error) {
	text, err := manifest.Given(c, "yaml", in.Yaml, in.Directory, manifest.ImportFiles())
	if err != nil {
		return nil, err
	}
	p, err := manifest.ReadImport(text)
	if err != nil {
		return nil, err
	}
	if p.Project {
		return nil, tool.Invalid("yaml", "has a project section, which makes a new project and replaces nothing; use import_yaml, or leave the section out")
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (replacing, *tool.Plan, error) { return m.findReplaced(ctx, c, p, text, *in) })
	if err != nil {
		return nil, err
	}
	return runImport(ctx, c, p, r.target, r.text, r.warnings, in.Waiting)
}

// replacing is an import over services that exist.
type replacing struct {
	target   importTarget
	text     string
	warnings []manifest.Issue
}

// findReplaced finds what an import would replace.
func (m importer) findReplaced(ctx context.Context, c *tool.Call, p manifest.ImportPlan, given string, in replaceServicesIn) (replacing, *tool.Plan, error) {
	target, err := findTarget(ctx, c, p, in.Project, "")
	if err != nil {
		return replacing{}, nil, err
	}
	knowYaml(c, p, target)
	if err := spareOwn(ctx, c, target, given); err != nil {
		return replacing{}, nil, err
	}
	replaced := p.Clashes(target.services)
	if len(replaced) == 0 {
		return replacing{}, nil, &tool.Failure{
			Code: request.CodeInvalidArguments, Message: fmt.Sprintf("the project %q has none of these services, so there is nothing to replace; nothing was changed", tool.Clean(target.project.Name, 80)),
			Hint: "Use import_yaml with the same YAML, without override.", Next: &tool.FailureNext{Tool: "import_yaml", Arguments: map[string]any{"project": target.project.ID}},
		}
	}
	text, err := p.WithOverride(given, replaced)
	if err != nil {
		return replacing{}, nil, err
	}
	if err := manifest.GuardReplaced(c, replaced); err != nil {
		return replacing{}, nil, err
	}
	found, err := m.checkImport(ctx, c, p, target)
	if err != nil {
		return replacing{}, nil, err
	}
	plan := manifest.Replacement(ctx, c, p, target.project, replaced)
	if in.Directory != "" {
		plan.State = append(plan.State, manifest.Digest(given))
	}
	return replacing{target, text, found.All()}, plan, nil
}
