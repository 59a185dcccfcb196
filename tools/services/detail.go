package services

import (
	"context"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/facts/storage"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type getServiceOut struct {
	services.View
	Ports          []portView        `json:"ports"`
	URLs           []urlView         `json:"urls"`
	Public         bool              `json:"public"`
	Overrides      *services.Scaling `json:"scaling_overrides,omitempty"`
	Deployment     *activeView       `json:"deployment,omitempty"`
	ContainerList  []containerView   `json:"container_list"`
	Mounts         []mountView       `json:"mounts"`
	VariableCount  *int              `json:"variable_count,omitempty"`
	BackupsExist   bool              `json:"backups_supported"`
	CanReload      bool              `json:"can_reload"`
	GitIntegration *repositoryView   `json:"git_integration,omitempty"`
	Incomplete     []string          `json:"incomplete,omitempty"`
}

type portView struct {
	Port        int    `json:"port"`
	Protocol    string `json:"protocol"`
	Scheme      string `json:"scheme,omitempty"`
	HTTP        bool   `json:"http"`
	Description string `json:"description,omitempty"`
}

type urlView struct {
	URL    string `json:"url"`
	Public bool   `json:"public"`
}

type activeView struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Source  string `json:"source,omitempty"`
	Created string `json:"created,omitempty"`
}

type containerView struct {
	ID       string `json:"id"`
	Hostname string `json:"hostname,omitempty"`
	Status   string `json:"status"`
	CPUCores int    `json:"cpu_cores"`
	RAMMB    int    `json:"ram_mb"`
	DiskGB   int    `json:"disk_gb"`
}

type mountView struct {
	ServiceID string `json:"service_id"`
	Hostname  string `json:"hostname"`
	Status    string `json:"status"`
}

type repositoryView struct {
	Provider              string `json:"provider"`
	Repository            string `json:"repository"`
	Event                 string `json:"event"`
	Branch                string `json:"branch,omitempty"`
	TagRegex              string `json:"tag_regex,omitempty"`
	Active                bool   `json:"active"`
	AuthorizationRequired bool   `json:"authorization_required"`
	Setup                 string `json:"setup,omitempty"`
}

func getService(ctx context.Context, c *tool.Call, in *tool.OnService) (*getServiceOut, error) {
	s, err := c.Service(ctx, *in)
	if err != nil {
		return nil, err
	}
	var (
		containers []zerops.Container
		variables  []zerops.Variable
		project    zerops.Project
	)
	parts := []struct {
		name string
		read func(context.Context) error
	}{
		{"containers", func(ctx context.Context) (err error) {
			containers, _, err = zerops.Collect(c.API.Containers(ctx, s.ID), 0)
			return err
		}},
		{"variables", func(ctx context.Context) (err error) {
			variables, err = c.API.ServiceVariables(ctx, s.ID)
			return err
		}},
		{"project", func(ctx context.Context) (err error) {
			project, err = c.API.Project(ctx, s.ProjectID)
			return err
		}},
	}
	errs := zerops.FanOut(len(parts), func(i int) error { return parts[i].read(ctx) })
	out := newServiceDetail(s, project)
	for i, err := range errs {
		if err != nil {
			out.Incomplete = append(out.Incomplete, parts[i].name+": "+c.Reason(ctx, err))
		}
	}
	for _, container := range containers {
		out.ContainerList = append(out.ContainerList, containerView{
			ID: container.ID, Hostname: tool.Clean(container.Hostname, 80), Status: tool.Clean(container.Status, 40),
			CPUCores: container.Hardware.CPU, RAMMB: container.Hardware.RAMMB, DiskGB: container.Hardware.DiskGB,
		})
	}
	if errs[1] == nil {
		out.VariableCount = new(len(variables))
	}
	return &out, nil
}

func newServiceDetail(s zerops.Service, p zerops.Project) getServiceOut {
	out := getServiceOut{
		View: services.NewView(s, p), Ports: []portView{}, URLs: []urlView{}, Public: s.SubdomainAccess,
		ContainerList: []containerView{}, Mounts: []mountView{}, BackupsExist: storage.BackupsSupported(s), CanReload: s.ReloadAvailable,
		Overrides: services.NewScaling(s.CustomAutoscaling),
	}
	for _, port := range s.KnownPorts() {
		out.Ports = append(out.Ports, portView{
			Port: port.Port, Protocol: tool.Clean(port.Protocol, 10), Scheme: tool.Clean(port.Scheme, 20), HTTP: port.HTTP(), Description: tool.Clean(port.Description, 120),
		})
	}
	for _, url := range services.URLs(s, p) {
		out.URLs = append(out.URLs, urlView{URL: url, Public: s.SubdomainAccess})
	}
	if v := s.ActiveVersion; v != nil {
		out.Deployment = &activeView{ID: v.ID, Status: tool.Clean(v.Status, 40), Source: tool.Clean(v.Source, 20)}
		if at := tool.TimeOrNil(v.Created); at != nil {
			out.Deployment.Created = at.Format("2006-01-02T15:04:05Z07:00")
		}
	}
	for _, connected := range s.Connected {
		out.Mounts = append(out.Mounts, mountView{ServiceID: connected.Service.ID, Hostname: tool.Clean(connected.Service.Name, 40), Status: tool.Clean(connected.Status, 40)})
	}
	out.GitIntegration = viewRepository("github", s.GitHub)
	if out.GitIntegration == nil {
		out.GitIntegration = viewRepository("gitlab", s.GitLab)
	}
	return out
}

func viewRepository(provider string, r *zerops.Repository) *repositoryView {
	if r == nil || r.FullName == "" {
		return nil
	}
	return &repositoryView{
		Provider: provider, Repository: tool.Clean(r.FullName, 120), Event: tool.Clean(r.EventType, 20), Branch: tool.Clean(r.Branch, 120),
		TagRegex: tool.Clean(r.TagRegex, 120), Active: r.Active, AuthorizationRequired: r.AuthorizationRequired, Setup: tool.Clean(r.Setup, 80),
	}
}
