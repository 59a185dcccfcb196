package diagnose

import (
	"context"
	"slices"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/logs"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// gatherService reads everything about a service, each part even if another
// fails.
func gatherService(ctx context.Context, c *tool.Call, s zerops.Service) (*Evidence, error) {
	e := &Evidence{now: time.Now(), service: s}
	project, err := c.API.Project(ctx, s.ProjectID)
	if err != nil {
		return nil, err
	}
	e.project = project
	var list []zerops.Deployment
	parts := append(surroundings(c, e), []evidencePart{
		{"processes", func(ctx context.Context) (err error) {
			e.processes, _, err = zerops.Collect(c.API.ServiceProcesses(ctx, s.ID, zerops.ListOptions{Limit: 100}), 100)
			return err
		}},
		{"notifications", func(ctx context.Context) (err error) {
			e.notifications, _, err = zerops.Collect(c.API.Notifications(ctx, organizationOf(s, project), zerops.ListOptions{ProjectID: s.ProjectID, ServiceID: s.ID, Types: []string{"ERROR"}, Limit: 30}), 30)
			return err
		}},
		{"resources", func(ctx context.Context) (err error) {
			e.usage, err = c.API.UsageHistory(ctx, zerops.UsageQuery{
				OrganizationID: organizationOf(s, project), ProjectID: s.ProjectID, ServiceID: s.ID, Interval: zerops.PerMinute, From: e.now.Add(-usageTime), Till: e.now,
			})
			return err
		}},
		{"domains", func(ctx context.Context) (err error) {
			e.routings, _, err = zerops.Collect(c.API.HTTPRoutings(ctx, s.ProjectID), 200)
			return err
		}},
	}...)
	if s.Runtime() {
		parts = append(parts, evidencePart{"deployments", func(ctx context.Context) (err error) {
			list, err = deployments.List(ctx, c, s, zerops.ListOptions{Limit: 50})
			return err
		}})
	}
	gatherParts(ctx, c, e, parts)
	e.setDeployment(list)
	gatherLogs(ctx, c, e)
	e.unmasked(c.Learn(ctx, s.ProjectID))
	return e, nil
}

// surroundings are the parts that explain a deployment as well as a service.
func surroundings(c *tool.Call, e *Evidence) []evidencePart {
	return []evidencePart{
		{"containers", func(ctx context.Context) (err error) {
			e.containers, _, err = zerops.Collect(c.API.Containers(ctx, e.service.ID), 200)
			return err
		}},
		{"variables", func(ctx context.Context) error { return gatherVariables(ctx, c, e) }},
		{"neighbours", func(ctx context.Context) (err error) {
			e.siblings, _, err = zerops.Collect(c.API.ProjectServices(ctx, e.service.ProjectID, zerops.ListOptions{}), 0)
			return err
		}},
	}
}

// GatherDeployment reads what explains one failed deployment.
func GatherDeployment(ctx context.Context, c *tool.Call, s zerops.Service, d zerops.Deployment) *Evidence {
	e := &Evidence{now: time.Now(), service: s}
	gatherParts(ctx, c, e, append(surroundings(c, e), []evidencePart{
		{"project", func(ctx context.Context) (err error) {
			e.project, err = c.API.Project(ctx, s.ProjectID)
			return err
		}},
	}...))
	s.Project.OrganizationID = organizationOf(s, e.project)
	gatherParts(ctx, c, e, []evidencePart{{"deployment log", func(ctx context.Context) (err error) {
		e.Log, err = deployments.ReadLog(ctx, c, d, deployments.MaxBuildLines)
		return err
	}}})
	e.unmasked(c.Learn(ctx, s.ProjectID))
	e.setDeployment([]zerops.Deployment{d})
	return e
}

// unmasked keeps why some values in logs are not hidden.
func (e *Evidence) unmasked(words string) {
	if words != "" {
		e.incomplete = append(e.incomplete, words)
	}
}

// evidencePart is one thing to read.
type evidencePart struct {
	name string
	read func(context.Context) error
}

func gatherParts(ctx context.Context, c *tool.Call, e *Evidence, parts []evidencePart) {
	errs := zerops.FanOut(len(parts), func(i int) error { return parts[i].read(ctx) })
	for i, err := range errs {
		if err != nil {
			e.incomplete = append(e.incomplete, parts[i].name+": "+c.Reason(ctx, err))
			continue
		}
		e.checked = append(e.checked, parts[i].name)
	}
}

func gatherVariables(ctx context.Context, c *tool.Call, e *Evidence) error {
	variables, err := env.Read(ctx, c, env.Store{Service: &e.service})
	for _, v := range variables {
		e.variables = append(e.variables, v.Variable)
	}
	return err
}

func organizationOf(s zerops.Service, p zerops.Project) string {
	for _, id := range []string{s.OrganizationID, s.Project.OrganizationID, p.OrganizationID} {
		if id != "" {
			return id
		}
	}
	return ""
}

// gatherLogs reads the log of the newest deployment and the recent lines of the
// application.
func gatherLogs(ctx context.Context, c *tool.Call, e *Evidence) {
	grant, err := logs.Grant(ctx, c, e.service.ProjectID)
	if err != nil {
		e.incomplete = append(e.incomplete, "logs: "+c.Reason(ctx, err))
		return
	}
	severity := zerops.SeverityWarning
	newest := func(into *[]zerops.LogLine, q zerops.LogQuery) func(context.Context) error {
		return func(ctx context.Context) error {
			q.ServiceID, q.Facility = e.service.ID, zerops.FacilityApplication
			lines, err := logs.Lines(ctx, c, grant, q)
			slices.Reverse(lines)
			*into = lines
			return err
		}
	}
	parts := []evidencePart{
		{"application log", newest(&e.runtime, zerops.LogQuery{Limit: recentLines})},
		{"errors in the application log", newest(&e.severe, zerops.LogQuery{Limit: recentLines / 2, MinSeverity: &severity})},
	}
	if e.deployment != nil {
		parts = append(parts, evidencePart{"deployment log", func(ctx context.Context) (err error) {
			e.Log, err = deployments.ReadLogWith(ctx, c, grant, *e.deployment, deployments.MaxBuildLines)
			return err
		}})
	}
	gatherParts(ctx, c, e, parts)
	since := e.runningSince()
	old := func(l zerops.LogLine) bool { return l.Time.Before(since) }
	e.runtime, e.severe = slices.DeleteFunc(e.runtime, old), slices.DeleteFunc(e.severe, old)
}
