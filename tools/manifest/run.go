package manifest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// runImport sends the YAML, follows every process that comes back, and reads the
// services.
func runImport(ctx context.Context, c *tool.Call, plan manifest.ImportPlan, target importTarget, text string, warnings []manifest.Issue, w tool.Waiting) (*importOut, error) {
	result, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.ImportResult, error) {
		if plan.Project {
			return c.API.ImportProject(ctx, target.organization.ID, text)
		}
		return c.API.ImportServices(ctx, target.project.ID, text)
	})
	if err != nil {
		return nil, err
	}
	c.ProjectID = result.ProjectID
	c.Target("project", result.ProjectName, result.ProjectID)
	processes := result.Processes()
	if plan.Project {
		processes = append(creationOf(ctx, c, result.ProjectID), processes...)
	}
	f, err := c.Follow(ctx, w, processes...)
	if err != nil {
		return nil, err
	}
	out := importOut{ChangeResult: f, Warnings: warnings}
	readImported(ctx, c, plan, target, result, &out)
	return &out, nil
}

// creationOf finds the process that creates a new project; the answer to an
// import names those of the services only.
func creationOf(ctx context.Context, c *tool.Call, projectID string) []zerops.Process {
	all, _, err := zerops.Collect(c.API.ProjectProcesses(ctx, projectID, zerops.ListOptions{Limit: 50}), 50)
	if err != nil {
		return nil // the services tell how it stands
	}
	return slices.DeleteFunc(all, func(p zerops.Process) bool { return p.Action != "project.create" })
}

// readImported says of each service what became of it. An import may go on
// without a service that failed (platform §1.9).
func readImported(ctx context.Context, c *tool.Call, plan manifest.ImportPlan, target importTarget, result zerops.ImportResult, out *importOut) {
	out.Project = &importedProject{ID: result.ProjectID, Name: tool.Clean(cmp.Or(result.ProjectName, target.project.Name), 120), Org: tool.Clean(target.organization.Name, 120)}
	project, err := c.API.Project(ctx, result.ProjectID)
	if err == nil {
		out.Project.Name, out.Project.Status = tool.Clean(project.Name, 120), tool.Clean(project.Status, 40)
	} else {
		out.Message = "the project could not be read back: " + c.Reason(ctx, err)
	}
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, result.ProjectID, zerops.ListOptions{}), 0)
	if err != nil {
		out.Message = "the services could not be read back: " + c.Reason(ctx, err)
	}
	failed, open := 0, 0
	for _, wanted := range plan.Services {
		row := importedService{Hostname: wanted.Hostname, Type: tool.Clean(wanted.Typ, 80)}
		var made *zerops.ImportedService
		if i := slices.IndexFunc(result.Services, func(s zerops.ImportedService) bool { return s.Name == wanted.Hostname }); i >= 0 {
			made = &result.Services[i]
			row.ID = made.ID
		}
		if i := slices.IndexFunc(services, func(s zerops.Service) bool {
			return made != nil && s.ID == made.ID || s.Name == wanted.Hostname
		}); i >= 0 {
			row.ID, row.Status, row.Type = services[i].ID, tool.Clean(services[i].Status, 40), tool.Clean(cmp.Or(services[i].Type.Version, wanted.Typ), 80)
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
		out.Status = tool.StatusFailed
		out.Message = fmt.Sprintf("%d of %d services failed; those that were made stay", failed, len(plan.Services))
	case out.Status == tool.StatusDone && open == 0:
		for _, row := range out.Services {
			if row.Status == "READY_TO_DEPLOY" && out.Next == nil {
				out.Next = &tool.Next{Tool: "deploy_service", Arguments: tool.NextArgs{Service: row.ID}}
			}
		}
	case out.Status == tool.StatusDone:
		out.Status = tool.StatusInProgress
		out.Next = &tool.Next{Tool: "get_project", Arguments: tool.NextArgs{Project: result.ProjectID}}
	}
}

// describe adds the processes of a service and why it failed.
func (row *importedService) describe(made *zerops.ImportedService, processes []tool.ProcessView) {
	if made == nil {
		return
	}
	if made.Failure != nil {
		row.Error = tool.Clean(cmp.Or(made.Failure.Message, made.Failure.Code), 500)
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
