package services

import (
	"context"
	"errors"
	"slices"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Collect lists the services of one project, or of everything visible:
// one search for each organisation, or, with projects in scope, one list each.
func Collect(ctx context.Context, c *tool.Call, project string) ([]zerops.Service, map[string]zerops.Project, []tool.OrgFailure, error) {
	projects := map[string]zerops.Project{}
	if project != "" {
		p, err := c.Project(ctx, project)
		if err != nil {
			return nil, nil, nil, err
		}
		projects[p.ID] = p
		all, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
		return all, projects, nil, err
	}
	found, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return nil, nil, nil, err
	}
	for _, p := range found.Projects {
		projects[p.ID] = p
	}
	failures := c.Failures(ctx, found.Organizations)
	if !c.Runner.Scope.All() || found.Guide {
		all, err := servicesOfProjects(ctx, c, found.Projects)
		return all, projects, failures, err
	}
	all, outcome, err := servicesOfOrganizations(ctx, c, found.Organizations)
	if err != nil {
		return nil, nil, nil, err
	}
	all = slices.DeleteFunc(all, func(s zerops.Service) bool { return projects[s.ProjectID].ID == "" })
	return all, projects, append(failures, c.Failures(ctx, outcome)...), nil
}

func servicesOfProjects(ctx context.Context, c *tool.Call, projects []zerops.Project) ([]zerops.Service, error) {
	results := make([][]zerops.Service, len(projects))
	errs := zerops.FanOut(len(projects), func(i int) (err error) {
		results[i], _, err = zerops.Collect(c.API.ProjectServices(ctx, projects[i].ID, zerops.ListOptions{}), 0)
		return err
	})
	return slices.Concat(results...), errors.Join(errs...)
}

// servicesOfOrganizations searches each organisation that could be listed, and
// reports those whose search failed.
func servicesOfOrganizations(ctx context.Context, c *tool.Call, organizations []zerops.Organization) ([]zerops.Service, []zerops.Organization, error) {
	results := make([][]zerops.Service, len(organizations))
	outcome := slices.Clone(organizations)
	errs := zerops.FanOut(len(organizations), func(i int) (err error) {
		if organizations[i].Err == nil { // else it was told already
			results[i], _, err = zerops.Collect(c.API.OrganizationServices(ctx, organizations[i].ID), 0)
		}
		return err
	})
	failed := 0
	for i, err := range errs {
		if outcome[i].Err = err; err != nil {
			failed++
		}
	}
	if failed > 0 && failed == len(outcome) {
		return nil, outcome, outcome[0].Err
	}
	return slices.Concat(results...), outcome, nil
}
