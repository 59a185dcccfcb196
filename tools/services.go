package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

func services() []*tool {
	return []*tool{
		define(spec{
			Name: "list_services", Title: "List services", Standard: true, Effect: zerops.Reads,
			Description: "List services of one project, or of all projects. System services are left out.",
		}, listServices),
		define(spec{
			Name: "get_service", Title: "Get service", Standard: true, Effect: zerops.Reads,
			Description: "One service: ports, URLs and whether public, scaling, active deployment, containers, mounts, variable count, backups, git integration.",
		}, getService),
		define(spec{
			Name: "start_service", Title: "Start service", Standard: true, Effect: zerops.Updates, Idempotent: true,
			Description: "Start a stopped service.",
		}, startService),
		define(spec{
			Name: "restart_service", Title: "Restart service", Standard: true, Effect: zerops.Updates,
			Description: "Restart a service (about 15 s of downtime, applies changed variables) or reload it where supported.",
		}, restartService),
		define(spec{
			Name: "stop_service", Title: "Stop service", Standard: true, Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop a service; it becomes unreachable, data stays. Needs confirmation.",
		}, stopService),
		define(spec{
			Name: "delete_service", Title: "Delete service", Standard: true, Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete a service with its data, for good. Needs confirmation.",
		}, deleteService),
		define(spec{
			Name: "scale_service", Title: "Scale service", Standard: true, Effect: zerops.Updates, LosesValue: true, Idempotent: true,
			Description: "Set scaling limits of a service. What is left out stays as it is; disks never shrink.",
		}, scaleService),
		define(spec{
			Name: "create_service", Title: "Create service", Standard: true, Effect: zerops.Creates,
			Description: "Create one service (runtime without code, database, storage). HA databases cost several times as much.",
		}, createService),
		define(spec{
			Name: "list_service_types", Title: "List service types", Standard: true, Effect: zerops.Reads,
			Description: "Types and versions that services can be created with; narrow it for modes, profiles and scaling limits.",
		}, listServiceTypes),
	}
}

type serviceView struct {
	ID               string       `json:"id"`
	Hostname         string       `json:"hostname"`
	Project          string       `json:"project"`
	ProjectID        string       `json:"project_id"`
	Type             string       `json:"type"`
	Version          string       `json:"version,omitempty"`
	Category         string       `json:"category"`
	Status           string       `json:"status"`
	Mode             string       `json:"mode,omitempty"`
	Containers       string       `json:"containers,omitempty"`
	URL              string       `json:"url,omitempty"`
	Scaling          *scalingView `json:"scaling,omitempty"`
	ActiveDeployment string       `json:"active_deployment,omitempty"`
	Created          *time.Time   `json:"created,omitempty"`
}

func viewService(s zerops.Service, p zerops.Project) serviceView {
	v := serviceView{
		ID: s.ID, Hostname: clean(s.Name, 40), Project: clean(orDash(p.Name, s.Project.Name), 120), ProjectID: s.ProjectID,
		Type: clean(orDash(s.Type.Version, s.TypeVersionID), 80), Version: clean(s.Version, 40), Category: clean(s.Type.Category, 40),
		Status: clean(s.Status, 60), Mode: clean(s.Mode, 20), Created: timeOrNil(s.Created),
	}
	scaling := s.CurrentAutoscaling
	if scaling == nil {
		scaling = s.CustomAutoscaling
	}
	v.Scaling = viewScaling(scaling)
	if scaling != nil && scaling.Horizontal != nil {
		v.Containers = bounds(intText(scaling.Horizontal.Min), intText(scaling.Horizontal.Max))
	}
	if urls := serviceURLs(s, p); s.SubdomainAccess && len(urls) > 0 {
		v.URL = urls[0]
	}
	if s.ActiveVersion != nil {
		v.ActiveDeployment = s.ActiveVersion.ID
	}
	return v
}

// serviceURLs builds the zerops.app addresses of a service, one for each HTTP
// port. They exist whether or not access is on (platform facts §4.8).
func serviceURLs(s zerops.Service, p zerops.Project) []string {
	if p.SubdomainHost == "" {
		return nil
	}
	host := clean(p.SubdomainHost, 120)
	if !strings.Contains(host, ".") { // older projects carry the full host
		host += "." + region(p.PublicZone) + ".zerops.app"
	}
	label, zone, _ := strings.Cut(host, ".")
	var urls []string
	for _, port := range s.Ports {
		if !port.HTTP() {
			continue
		}
		suffix := ""
		if port.Port != 80 {
			suffix = fmt.Sprintf("-%d", port.Port)
		}
		urls = append(urls, fmt.Sprintf("https://%s-%s%s.%s", s.Name, label, suffix, zone))
	}
	return urls
}

// region reads the region out of a zone such as <id>.prg1-zerops.zone.
func region(zone string) string {
	for label := range strings.SplitSeq(zone, ".") {
		if name, ok := strings.CutSuffix(label, "-zerops"); ok {
			return name
		}
	}
	return "prg1" // the only region known (platform facts §1.1)
}

type listServicesIn struct {
	Project      string   `json:"project,omitempty" jsonschema_description:"all projects if left out"`
	NameContains string   `json:"name_contains,omitempty"`
	Type         string   `json:"type,omitempty" jsonschema_description:"such as nodejs or postgresql"`
	Category     string   `json:"category,omitempty" jsonschema:"enum=USER,enum=STANDARD,enum=OBJECT_STORAGE,enum=SHARED_STORAGE"`
	Status       []string `json:"status,omitempty"`
	paging
}

type listServicesOut struct {
	page[serviceView]
	Failures []orgFailure `json:"failures,omitempty"`
}

// Cut keeps the failures.
func (o listServicesOut) Cut(n int) any {
	o.page = o.first(n)
	return o
}

func listServices(ctx context.Context, c *call, in listServicesIn) (listServicesOut, error) {
	all, projects, failures, err := c.collectServices(ctx, in.Project)
	if err != nil {
		return listServicesOut{}, err
	}
	options := zerops.ListOptions{NameContains: in.NameContains, Statuses: upper(in.Status)}
	kept := slices.DeleteFunc(all, func(s zerops.Service) bool {
		return s.Hidden() || !options.Matches(s.Name, s.Status) || in.Category != "" && s.Type.Category != in.Category ||
			in.Type != "" && !strings.Contains(strings.ToLower(s.Type.Version+" "+s.Type.Name+" "+s.TypeID), strings.ToLower(in.Type))
	})
	sort.SliceStable(kept, func(i, j int) bool {
		if a, b := projects[kept[i].ProjectID].Name, projects[kept[j].ProjectID].Name; a != b {
			return a < b
		}
		return kept[i].Name < kept[j].Name
	})
	shown, err := paginate(kept, in.paging, in.Project, in.NameContains, in.Type, in.Category, in.Status)
	if err != nil {
		return listServicesOut{}, err
	}
	out := listServicesOut{page: page[serviceView]{
		Items: []serviceView{}, NextCursor: shown.NextCursor, Total: shown.Total, offset: shown.offset, digest: shown.digest,
	}, Failures: failures}
	for _, s := range shown.Items {
		out.Items = append(out.Items, viewService(s, projects[s.ProjectID]))
	}
	return out, nil
}

// collectServices lists the services of one project, or of everything visible:
// one search for each organisation, or, with projects in scope, one list each.
func (c *call) collectServices(ctx context.Context, project string) ([]zerops.Service, map[string]zerops.Project, []orgFailure, error) {
	projects := map[string]zerops.Project{}
	if project != "" {
		p, err := c.project(ctx, project)
		if err != nil {
			return nil, nil, nil, err
		}
		projects[p.ID] = p
		all, _, err := zerops.Collect(c.api.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
		return all, projects, nil, err
	}
	found, err := c.visibleProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return nil, nil, nil, err
	}
	for _, p := range found.projects {
		projects[p.ID] = p
	}
	failures := c.failures(ctx, found.organizations)
	if !c.server.scope.all() || found.guide {
		all, err := c.servicesOfProjects(ctx, found.projects)
		return all, projects, failures, err
	}
	all, outcome, err := c.servicesOfOrganizations(ctx, found.organizations)
	if err != nil {
		return nil, nil, nil, err
	}
	all = slices.DeleteFunc(all, func(s zerops.Service) bool { return projects[s.ProjectID].ID == "" })
	return all, projects, append(failures, c.failures(ctx, outcome)...), nil
}

func (c *call) servicesOfProjects(ctx context.Context, projects []zerops.Project) ([]zerops.Service, error) {
	results := make([][]zerops.Service, len(projects))
	errs := zerops.FanOut(len(projects), func(i int) (err error) {
		results[i], _, err = zerops.Collect(c.api.ProjectServices(ctx, projects[i].ID, zerops.ListOptions{}), 0)
		return err
	})
	return slices.Concat(results...), errors.Join(errs...)
}

// servicesOfOrganizations searches each organisation that could be listed, and
// reports those whose search failed.
func (c *call) servicesOfOrganizations(ctx context.Context, organizations []zerops.Organization) ([]zerops.Service, []zerops.Organization, error) {
	results := make([][]zerops.Service, len(organizations))
	outcome := slices.Clone(organizations)
	errs := zerops.FanOut(len(organizations), func(i int) (err error) {
		if organizations[i].Err == nil { // else it was told already
			results[i], _, err = zerops.Collect(c.api.OrganizationServices(ctx, organizations[i].ID), 0)
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
