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

func projects() []*tool {
	return []*tool{
		define(spec{
			Name: "list_projects", Title: "List projects", Standard: true, Effect: zerops.Reads,
			Description: "List the projects of every organisation the token reaches, in any status, with service counts.",
		}, listProjects),
		define(spec{
			Name: "get_project", Title: "Get project", Standard: true, Effect: zerops.Reads,
			Description: "Overview of one project: facts, services with status, type and URL, running and recently failed processes, domain problems, IPs, variable count.",
		}, getProject),
		define(spec{
			Name: "create_project", Title: "Create project", Effect: zerops.Creates,
			Description: "Create an empty project. SERIOUS mode costs money (HA core); LIGHT is the default.",
		}, createProject),
		define(spec{
			Name: "update_project", Title: "Update project", Effect: zerops.Updates, LosesValue: true, Idempotent: true,
			Description: "Change name, description or tags of a project. What is left out stays; tags replace the present ones.",
		}, updateProject),
		define(spec{
			Name: "start_project", Title: "Start project", Effect: zerops.Updates, Idempotent: true,
			Description: "Start all services of a stopped project.",
		}, startProject),
		define(spec{
			Name: "stop_project", Title: "Stop project", Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop all services of a project; they become unreachable, data stays. Needs confirmation.",
		}, stopProject),
		define(spec{
			Name: "delete_project", Title: "Delete project", Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete a project with all services and data, for good. Needs confirmation.",
		}, deleteProject),
	}
}

type projectView struct {
	ID          string         `json:"id"`
	Name        string         `json:"name"`
	Org         string         `json:"org"`
	Status      string         `json:"status"`
	Mode        string         `json:"mode,omitempty"`
	Description string         `json:"description,omitempty"`
	Tags        []string       `json:"tags"`
	Created     *time.Time     `json:"created,omitempty"`
	Services    *serviceCounts `json:"services,omitempty"`
}

type serviceCounts struct {
	Total   int `json:"total"`
	Running int `json:"running"`
	Failed  int `json:"failed"`
}

func viewProject(p zerops.Project, org string) projectView {
	v := projectView{
		ID: p.ID, Name: clean(p.Name, 120), Org: clean(org, 120), Status: clean(p.Status, 40), Mode: clean(p.Mode, 20),
		Description: clean(p.Description, 300), Tags: []string{}, Created: timeOrNil(p.Created),
	}
	for _, tag := range p.Tags[:min(len(p.Tags), 50)] {
		v.Tags = append(v.Tags, clean(tag, 60))
	}
	return v
}

type listProjectsIn struct {
	Org          string   `json:"org,omitempty" jsonschema_description:"id or name"`
	NameContains string   `json:"name_contains,omitempty"`
	Status       []string `json:"status,omitempty" jsonschema_description:"such as ACTIVE, STOPPED, FAILED"`
	paging
}

type listProjectsOut struct {
	page[projectView]
	Failures   []orgFailure `json:"failures,omitempty"`
	Incomplete []string     `json:"incomplete,omitempty"`
}

// Cut keeps the failures, which are the more important part.
func (o listProjectsOut) Cut(n int) any {
	o.page = o.first(n)
	return o
}

// orgFailure tells of an organisation that could not be listed.
type orgFailure struct {
	Org     string `json:"org"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (c *call) failures(ctx context.Context, organizations []zerops.Organization) []orgFailure {
	var out []orgFailure
	for _, o := range organizations {
		if o.Err != nil {
			f := c.explain(ctx, o.Err)
			out = append(out, orgFailure{Org: clean(o.Name, 120), Code: f.Code, Message: f.Message})
		}
	}
	return out
}

func listProjects(ctx context.Context, c *call, in listProjectsIn) (listProjectsOut, error) {
	options := zerops.ListOptions{NameContains: in.NameContains, Statuses: upper(in.Status)}
	found, err := c.listVisible(ctx, in.Org, options)
	if err != nil {
		return listProjectsOut{}, err
	}
	all := found.projects
	sort.SliceStable(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	shown, err := paginate(all, in.paging, in.Org, in.NameContains, in.Status)
	if err != nil {
		return listProjectsOut{}, err
	}
	counts, err := c.countServices(ctx, found, shown.Items)
	names := found.organizationNames()
	out := listProjectsOut{page: page[projectView]{
		Items: []projectView{}, NextCursor: shown.NextCursor, Total: shown.Total, offset: shown.offset, digest: shown.digest,
	}, Failures: c.failures(ctx, found.organizations)}
	if err != nil {
		out.Incomplete = []string{"services: " + c.reason(ctx, err)}
	}
	for _, p := range shown.Items {
		v := viewProject(p, orDash(names[p.OrganizationID], p.OrganizationID))
		v.Services = counts[p.ID]
		out.Items = append(out.Items, v)
	}
	return out, nil
}

// listVisible narrows the visible projects to one organisation where asked.
func (c *call) listVisible(ctx context.Context, org string, o zerops.ListOptions) (visible, error) {
	if org == "" {
		return c.visibleProjects(ctx, o)
	}
	chosen, user, err := c.organization(ctx, org)
	if err != nil {
		return visible{}, err
	}
	ids, err := c.scopeIDs(ctx)
	if err != nil {
		return visible{}, err
	}
	if ids == nil {
		return c.projectsOf(ctx, user, []zerops.Organization{chosen}, o)
	}
	v, err := c.scopedProjects(ctx, ids, o)
	v.projects = slices.DeleteFunc(v.projects, func(p zerops.Project) bool { return p.OrganizationID != chosen.ID })
	v.organizations = []zerops.Organization{chosen}
	return v, err
}

type createProjectIn struct {
	Name        string   `json:"name" jsonschema:"minLength=1,maxLength=200"`
	Org         string   `json:"org,omitempty" jsonschema_description:"id or name; optional with one organisation"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Mode        string   `json:"mode,omitempty" jsonschema:"enum=LIGHT,enum=SERIOUS"`
	Location    string   `json:"location,omitempty"`
	Confirm     string   `json:"confirm,omitempty"`
	waiting
}

type projectChangeOut struct {
	frame
	Project *projectView `json:"project,omitempty"`
}

// paidCore is the plan of a project whose core is charged from the start
// (platform facts §3.2).
func paidCore(name string, org zerops.Organization) *plan {
	return &plan{
		Summary: fmt.Sprintf("Create the project %q with a SERIOUS core in the organisation %q (%s).", clean(name, 80), clean(org.Name, 80), org.ID),
		Cost:    "a SERIOUS core is paid, about 10 USD for 30 days", state: []fact{is("the name of the new project", name), is("the organisation", org.Name+" ("+org.ID+")")}, repeats: true,
	}
}

func createProject(ctx context.Context, c *call, in createProjectIn) (projectChangeOut, error) {
	if err := c.wholeOrganization(); err != nil {
		return projectChangeOut{}, err
	}
	org, err := confirm(ctx, c, func(ctx context.Context) (zerops.Organization, *plan, error) {
		org, _, err := c.organization(ctx, in.Org)
		if err != nil || in.Mode != "SERIOUS" {
			return org, nil, err
		}
		return org, paidCore(in.Name, org), nil
	})
	if err != nil {
		return projectChangeOut{}, err
	}
	created, err := change(ctx, c, func(ctx context.Context) (zerops.Project, error) {
		return c.api.CreateProject(ctx, org.ID, zerops.NewProject{Name: in.Name, Description: in.Description, Tags: in.Tags, Mode: in.Mode, Location: in.Location})
	})
	if err != nil {
		return projectChangeOut{}, err
	}
	c.projectID = created.ID
	c.target("project", created.Name, created.ID)
	return c.followProject(ctx, created, org.Name, in.waiting)
}

// followProject waits for the processes of a new project. The answer to its
// creation names none, so they are looked up (platform facts §4.3).
func (c *call) followProject(ctx context.Context, p zerops.Project, org string, w waiting) (projectChangeOut, error) {
	running, _, err := zerops.Collect(c.api.ProjectProcesses(ctx, p.ID, zerops.ListOptions{Limit: 20}), 20)
	if err != nil {
		running = nil // the project itself tells how it stands
	}
	f, err := c.follow(ctx, w, running...)
	if err != nil {
		return projectChangeOut{}, err
	}
	now, err := c.api.Project(ctx, p.ID)
	if err != nil {
		return projectChangeOut{}, err
	}
	if f.Status == statusDone && now.Status != "ACTIVE" {
		f.Status = statusInProgress
		if now.Status == "FAILED" {
			f.Status = statusFailed
		}
		f.Message = "the project is " + clean(now.Status, 40)
		f.Next = &next{Tool: "get_project", Arguments: nextArgs{Project: p.ID}}
	}
	view := viewProject(now, org)
	return projectChangeOut{frame: f, Project: &view}, nil
}

type updateProjectIn struct {
	inProject
	Name        string    `json:"name,omitempty" jsonschema:"maxLength=200"`
	Description *string   `json:"description,omitempty"`
	Tags        *[]string `json:"tags,omitempty"`
}

func updateProject(ctx context.Context, c *call, in updateProjectIn) (projectChangeOut, error) {
	p, err := c.project(ctx, in.Project)
	if err != nil {
		return projectChangeOut{}, err
	}
	update := p.Update()
	if in.Name != "" {
		update.Name = in.Name
	}
	if in.Description != nil {
		update.Description = *in.Description
	}
	if in.Tags != nil {
		update.Tags = append([]string{}, *in.Tags...)
		if err := c.keepsProtection(p.Tags, update.Tags); err != nil {
			return projectChangeOut{}, err
		}
	}
	status := statusUnchanged
	if update.Name != p.Name || update.Description != p.Description || !slices.Equal(update.Tags, p.Tags) {
		status = statusDone
		_, err := change(ctx, c, func(ctx context.Context) (zerops.Project, error) { return c.api.UpdateProject(ctx, p.ID, update) })
		if err != nil {
			return projectChangeOut{}, err
		}
	}
	now, err := c.api.Project(ctx, p.ID)
	if err != nil {
		return projectChangeOut{}, err
	}
	view := viewProject(now, now.OrganizationID)
	out := projectChangeOut{frame: frame{Status: status}, Project: &view}
	if status == statusDone && p.MaxCreditLimit == nil {
		// The record is replaced as a whole, and not every answer tells this part of it.
		out.Message = "the API does not tell the project's credit limit; if one was set, check it in the Zerops GUI"
	}
	return out, nil
}

// keepsProtection refuses to take the protecting tag away: an assistant that
// could remove it would not be held by it.
func (c *call) keepsProtection(before, after []string) error {
	isTag := func(tag string) bool { return strings.EqualFold(tag, c.server.cfg.ProtectTag) }
	if slices.ContainsFunc(before, isTag) && !slices.ContainsFunc(after, isTag) {
		return &failure{
			Code: codeBlocked, Message: fmt.Sprintf("the tag %q protects this project and is not removed by this server; nothing was changed", c.server.cfg.ProtectTag),
			Hint: "A person can remove it in the Zerops GUI (project → settings → tags).",
		}
	}
	return nil
}

type projectActionIn struct {
	inProject
	waiting
}

type projectDestroyIn struct {
	inProject
	Confirm string `json:"confirm,omitempty"`
	waiting
}

func startProject(ctx context.Context, c *call, in projectActionIn) (projectChangeOut, error) {
	p, err := c.project(ctx, in.Project)
	if err != nil {
		return projectChangeOut{}, err
	}
	if p.Status == "ACTIVE" || p.Status == "STARTING" {
		return unchangedProject(p, "the project is "+p.Status), nil
	}
	return c.actOnProject(ctx, p, in.waiting, c.api.StartProject)
}

func stopProject(ctx context.Context, c *call, in projectDestroyIn) (projectChangeOut, error) {
	p, err := confirm(ctx, c, func(ctx context.Context) (zerops.Project, *plan, error) {
		p, services, err := c.projectAtRisk(ctx, in.Project, "STOPPED", "STOPPING")
		if err != nil {
			return p, nil, err
		}
		return p, &plan{
			Summary: fmt.Sprintf("Stop the project %q (%s) with all its services.", clean(p.Name, 80), p.ID),
			Targets: []planTarget{{Kind: "project", ID: p.ID, Name: clean(p.Name, 80), Status: p.Status}},
			Loses:   []string{"all services become unreachable until the project is started again; data stays"},
			state:   projectFacts(p, services),
		}, nil
	})
	if err != nil {
		return projectChangeOut{}, err
	}
	return c.actOnProject(ctx, p, in.waiting, c.api.StopProject)
}

func deleteProject(ctx context.Context, c *call, in projectDestroyIn) (projectChangeOut, error) {
	p, err := confirm(ctx, c, func(ctx context.Context) (zerops.Project, *plan, error) {
		p, services, err := c.projectAtRisk(ctx, in.Project, "DELETING")
		if err != nil {
			return p, nil, err
		}
		return p, deletionPlan(p, services), nil
	})
	if err != nil {
		return projectChangeOut{}, err
	}
	return c.actOnProject(ctx, p, in.waiting, c.api.DeleteProject)
}

// projectAtRisk finds a project that is about to be stopped or deleted, with its
// services. In one of the given states there is nothing left to do.
func (c *call) projectAtRisk(ctx context.Context, wanted string, over ...string) (zerops.Project, []zerops.Service, error) {
	p, err := c.project(ctx, wanted)
	if err != nil {
		return p, nil, err
	}
	if slices.Contains(over, p.Status) {
		return p, nil, idle(unchangedProject(p, "the project is "+p.Status))
	}
	if err := c.spareProject(ctx, p.ID); err != nil {
		return p, nil, err
	}
	if err := c.guard(ctx, p.ID, ""); err != nil {
		return p, nil, err
	}
	services, _, err := zerops.Collect(c.api.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
	return p, services, err
}

// deletionPlan names what goes with a project.
func deletionPlan(p zerops.Project, services []zerops.Service) *plan {
	deletion := &plan{
		Summary: fmt.Sprintf("Delete the project %q (%s) for good.", clean(p.Name, 80), p.ID),
		Targets: []planTarget{{Kind: "project", ID: p.ID, Name: clean(p.Name, 80), Status: p.Status}},
		state:   projectFacts(p, services), typed: p.Name,
	}
	var names []string
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, clean(s.Name, 40)+" ("+clean(s.Type.Version, 40)+")")
		}
	}
	sort.Strings(names)
	if len(names) > 0 {
		shown := strings.Join(names[:min(len(names), 30)], ", ")
		if len(names) > 30 {
			shown += fmt.Sprintf(" and %d more", len(names)-30)
		}
		deletion.Loses = append(deletion.Loses, fmt.Sprintf("%d services with all their data: %s", len(names), shown))
	}
	deletion.Loses = append(deletion.Loses, "variables, domains, IP addresses and logs of the project")
	return deletion
}

func unchangedProject(p zerops.Project, why string) projectChangeOut {
	view := viewProject(p, p.OrganizationID)
	return projectChangeOut{frame: frame{Status: statusUnchanged, Message: why}, Project: &view}
}

// actOnProject carries out an action, follows it, and reads the project back.
func (c *call) actOnProject(ctx context.Context, p zerops.Project, w waiting, act func(context.Context, string) (zerops.Process, error)) (projectChangeOut, error) {
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) { return act(ctx, p.ID) })
	if err != nil {
		return projectChangeOut{}, err
	}
	f, err := c.follow(ctx, w, process)
	if err != nil {
		return projectChangeOut{}, err
	}
	out := projectChangeOut{frame: f}
	now, err := c.api.Project(ctx, p.ID)
	switch {
	case err == nil:
		view := viewProject(now, now.OrganizationID)
		out.Project = &view
	case f.Status == statusDone && c.tool.Name == "delete_project" && errors.Is(err, zerops.ErrNotFound):
		out.Message = "the project is gone" // not found is what was asked for
	default:
		return projectChangeOut{}, err
	}
	return out, nil
}

func upper(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToUpper(strings.TrimSpace(w))
	}
	return out
}

func orDash(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
