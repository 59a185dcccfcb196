package tools

import (
	"context"
	"fmt"
	"slices"

	"zerops-mcp/zerops"
)

// runImport sends the YAML, follows every process that comes back, and reads the
// services.
func (c *call) runImport(ctx context.Context, plan importPlan, target importTarget, text string, warnings []yamlIssue, w waiting) (importOut, error) {
	result, err := change(ctx, c, func(ctx context.Context) (zerops.ImportResult, error) {
		if plan.project {
			return c.api.ImportProject(ctx, target.organization.ID, text)
		}
		return c.api.ImportServices(ctx, target.project.ID, text)
	})
	if err != nil {
		return importOut{}, err
	}
	c.projectID = result.ProjectID
	c.target("project", result.ProjectName, result.ProjectID)
	processes := result.Processes()
	if plan.project {
		processes = append(c.creationOf(ctx, result.ProjectID), processes...)
	}
	f, err := c.follow(ctx, w, processes...)
	if err != nil {
		return importOut{}, err
	}
	out := importOut{frame: f, Warnings: warnings}
	c.readImported(ctx, plan, target, result, &out)
	return out, nil
}

// creationOf finds the process that creates a new project; the answer to an
// import names those of the services only.
func (c *call) creationOf(ctx context.Context, projectID string) []zerops.Process {
	all, _, err := zerops.Collect(c.api.ProjectProcesses(ctx, projectID, zerops.ListOptions{Limit: 50}), 50)
	if err != nil {
		return nil // the services tell how it stands
	}
	return slices.DeleteFunc(all, func(p zerops.Process) bool { return p.Action != "project.create" })
}

// readImported says of each service what became of it. An import may go on
// without a service that failed (platform facts §1.9).
func (c *call) readImported(ctx context.Context, plan importPlan, target importTarget, result zerops.ImportResult, out *importOut) {
	out.Project = &importedProject{ID: result.ProjectID, Name: clean(orDash(result.ProjectName, target.project.Name), 120), Org: clean(target.organization.Name, 120)}
	project, err := c.api.Project(ctx, result.ProjectID)
	if err == nil {
		out.Project.Name, out.Project.Status = clean(project.Name, 120), clean(project.Status, 40)
	} else {
		out.Message = "the project could not be read back: " + c.reason(ctx, err)
	}
	services, _, err := zerops.Collect(c.api.ProjectServices(ctx, result.ProjectID, zerops.ListOptions{}), 0)
	if err != nil {
		out.Message = "the services could not be read back: " + c.reason(ctx, err)
	}
	failed, open := 0, 0
	for _, wanted := range plan.services {
		row := importedService{Hostname: wanted.hostname, Type: clean(wanted.typ, 80)}
		var made *zerops.ImportedService
		if i := slices.IndexFunc(result.Services, func(s zerops.ImportedService) bool { return s.Name == wanted.hostname }); i >= 0 {
			made = &result.Services[i]
			made.Failure = c.hideInReason(made.Failure)
			row.ID = made.ID
		}
		if i := slices.IndexFunc(services, func(s zerops.Service) bool {
			return made != nil && s.ID == made.ID || s.Name == wanted.hostname
		}); i >= 0 {
			row.ID, row.Status, row.Type = services[i].ID, clean(services[i].Status, 40), clean(orDash(services[i].Type.Version, wanted.typ), 80)
		}
		row.describe(made, out.Processes)
		switch {
		case row.Error != "":
			failed++
		case err == nil && row.Status == "":
			row.Error = "the platform accepted the YAML, and there is no such service"
			failed++
		case row.Status == "NEW" || row.Status == "CREATING":
			open++
		}
		out.Services = append(out.Services, row)
	}
	switch {
	case failed > 0:
		out.Status = statusFailed
		out.Message = fmt.Sprintf("%d of %d services failed; those that were made stay", failed, len(plan.services))
	case out.Status == statusDone && open == 0:
		for _, row := range out.Services {
			if row.Status == "READY_TO_DEPLOY" && out.Next == nil {
				out.Next = &next{Tool: "deploy_service", Arguments: nextArgs{Service: row.ID}}
			}
		}
	case out.Status == statusDone:
		out.Status = statusInProgress
		out.Next = &next{Tool: "get_project", Arguments: nextArgs{Project: result.ProjectID}}
	}
}

// describe adds the processes of a service and why it failed.
func (row *importedService) describe(made *zerops.ImportedService, processes []processView) {
	if made == nil {
		return
	}
	if made.Failure != nil {
		row.Error = clean(orDash(made.Failure.Message, made.Failure.Code), 500)
	}
	for _, p := range made.Processes {
		row.Processes = append(row.Processes, p.ID)
		for _, now := range processes {
			if now.ID == p.ID && now.Error != "" && row.Error == "" {
				row.Error = now.Error
			}
		}
	}
}
