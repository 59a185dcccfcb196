package projects

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/facts/projects"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools list, show, create, change and end projects.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_projects", Title: "List projects", Standard: true, Effect: zerops.Reads,
			Description: "List the projects of every organisation the token reaches, in any status, with service counts.",
			Operations:  []zerops.Operation{zerops.GetClientProject, zerops.GetClientProjectsByName, zerops.PostProjectSearch},
		}, listProjects),
		tool.Define(tool.Spec{
			Name: "get_project", Title: "Get project", Standard: true, Effect: zerops.Reads,
			Description: "Overview of one project: facts, services with status, type and URL, running and recently failed processes, domain problems, IPs, variable count.",
			Operations:  []zerops.Operation{zerops.GetProject},
		}, getProject),
		tool.Define(tool.Spec{
			Name: "create_project", Title: "Create project", Effect: zerops.Creates,
			Description: "Create an empty project. SERIOUS mode costs money (HA core); LIGHT is the default.",
			Operations:  []zerops.Operation{zerops.PostClientProject},
			Can:         zerops.Costs | zerops.Publishes | zerops.Changes,
			LookAgain:   tool.LookAgain{OfProject: "get_project"},
		}, createProject),
		tool.Define(tool.Spec{
			Name: "update_project", Title: "Update project", Effect: zerops.Updates, LosesValue: true, Idempotent: true,
			Description: "Change name, description or tags of a project. What is left out stays; tags replace the present ones.",
			Operations:  []zerops.Operation{zerops.PutProject},
			Can:         zerops.Changes,
			LookAgain:   tool.LookAgain{OfProject: "get_project"},
		}, updateProject),
		tool.Define(tool.Spec{
			Name: "start_project", Title: "Start project", Effect: zerops.Updates, Idempotent: true,
			Description: "Start all services of a stopped project.",
			Operations:  []zerops.Operation{zerops.PutProjectStart},
			LookAgain:   tool.LookAgain{OfProject: "get_project"},
		}, startProject),
		tool.Define(tool.Spec{
			Name: "stop_project", Title: "Stop project", Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop all services of a project; they become unreachable, data stays. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PutProjectStop},
			LookAgain:   tool.LookAgain{OfProject: "get_project"},
		}, stopProject),
		tool.Define(tool.Spec{
			Name: "delete_project", Title: "Delete project", Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete a project with all services and data, for good. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.DeleteProject},
			LookAgain:   tool.LookAgain{OfProject: "get_project"},
		}, deleteProject),
	)
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
		ID: p.ID, Name: tool.Clean(p.Name, 120), Org: tool.Clean(org, 120), Status: tool.Clean(p.Status, 40), Mode: tool.Clean(p.Mode, 20),
		Description: tool.Clean(p.Description, 300), Tags: []string{}, Created: tool.TimeOrNil(p.Created),
	}
	for _, tag := range p.Tags[:min(len(p.Tags), 50)] {
		v.Tags = append(v.Tags, tool.Clean(tag, 60))
	}
	return v
}

type listProjectsIn struct {
	Org          string   `json:"org,omitempty" jsonschema_description:"id or name"`
	NameContains string   `json:"name_contains,omitempty"`
	Status       []string `json:"status,omitempty" jsonschema_description:"such as ACTIVE, STOPPED, FAILED"`
	tool.Paging
}

type listProjectsOut struct {
	tool.Page[projectView]
	Failures   []tool.OrgFailure `json:"failures,omitempty"`
	Incomplete []string          `json:"incomplete,omitempty"`
}

// Cut keeps the failures, which are the more important part.
func (o listProjectsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

func listProjects(ctx context.Context, c *tool.Call, in *listProjectsIn) (*listProjectsOut, error) {
	options := zerops.ListOptions{NameContains: in.NameContains, Statuses: tool.Upper(in.Status)}
	found, err := listVisible(ctx, c, in.Org, options)
	if err != nil {
		return nil, err
	}
	all := found.Projects
	sort.SliceStable(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	shown, err := tool.Paginate(all, in.Paging, in.Org, in.NameContains, in.Status)
	if err != nil {
		return nil, err
	}
	counts, err := countServices(ctx, c, found, shown.Items)
	names := found.OrganizationNames()
	out := listProjectsOut{Page: tool.Page[projectView]{
		Items: []projectView{}, NextCursor: shown.NextCursor, Total: shown.Total, Offset: shown.Offset, Digest: shown.Digest,
	}, Failures: c.Failures(ctx, found.Organizations)}
	if err != nil {
		out.Incomplete = []string{"services: " + c.Reason(ctx, err)}
	}
	for _, p := range shown.Items {
		v := viewProject(p, cmp.Or(names[p.OrganizationID], p.OrganizationID))
		v.Services = counts[p.ID]
		out.Items = append(out.Items, v)
	}
	return &out, nil
}

// listVisible narrows the visible projects to one organisation where asked.
func listVisible(ctx context.Context, c *tool.Call, org string, o zerops.ListOptions) (tool.Reachable, error) {
	if org == "" {
		return c.ReachableProjects(ctx, o)
	}
	chosen, user, err := c.Organization(ctx, org)
	if err != nil {
		return tool.Reachable{}, err
	}
	ids, err := c.ScopeIDs(ctx)
	if err != nil {
		return tool.Reachable{}, err
	}
	if ids == nil {
		return c.ProjectsOf(ctx, user, []zerops.Organization{chosen}, o)
	}
	v, err := c.ScopedProjects(ctx, ids, o)
	v.Projects = slices.DeleteFunc(v.Projects, func(p zerops.Project) bool { return p.OrganizationID != chosen.ID })
	v.Organizations = []zerops.Organization{chosen}
	return v, err
}

type createProjectIn struct {
	Name        string   `json:"name" jsonschema:"minLength=1,maxLength=200"`
	Org         string   `json:"org,omitempty" jsonschema_description:"id or name; optional with one organisation"`
	Description string   `json:"description,omitempty"`
	Tags        []string `json:"tags,omitempty"`
	Mode        string   `json:"mode,omitempty" jsonschema_description:"LIGHT or SERIOUS"`
	Location    string   `json:"location,omitempty"`
	Confirm     string   `json:"confirm,omitempty"`
	tool.Waiting
}

type projectChangeOut struct {
	tool.ChangeResult
	Project *projectView `json:"project,omitempty"`
}

func createProject(ctx context.Context, c *tool.Call, in *createProjectIn) (*projectChangeOut, error) {
	if err := c.WholeOrganization(); err != nil {
		return nil, err
	}
	in.Mode = services.Word(in.Mode)
	org, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Organization, *tool.Plan, error) {
		org, _, err := c.Organization(ctx, in.Org)
		if err != nil {
			return org, nil, err
		}
		return org, in.plan(org), nil
	})
	if err != nil {
		return nil, err
	}
	created, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Project, error) {
		return c.API.CreateProject(ctx, org.ID, zerops.NewProject{Name: in.Name, Description: in.Description, Tags: in.Tags, Mode: in.Mode, Location: in.Location})
	})
	if err != nil {
		return nil, err
	}
	c.ProjectID = created.ID
	c.Target("project", created.Name, created.ID)
	out, err := followProject(ctx, c, created, org.Name, in.Waiting)
	if out != nil {
		out.Message = tool.JoinWords(out.Message, services.UnknownWord("mode", in.Mode, "LIGHT", "SERIOUS"))
	}
	return out, err
}

// plan says what is made. A core that is not the free one is paid.
func (in *createProjectIn) plan(org zerops.Organization) *tool.Plan {
	p := projects.PaidCore(in.Name, in.Mode, org)
	if in.Mode == "" || in.Mode == "LIGHT" {
		p = projects.FreeCore(in.Name, org)
	}
	for _, field := range [...]struct{ name, value string }{{"description", in.Description}, {"tags", strings.Join(in.Tags, ", ")}, {"location", in.Location}} {
		if field.value != "" {
			p.Changes = append(p.Changes, fmt.Sprintf("%s: %q", field.name, tool.Clean(field.value, 200)))
		}
	}
	return p
}

// followProject waits for the processes of a new project. The answer to its
// creation names none, so they are looked up (platform §4.3).
func followProject(ctx context.Context, c *tool.Call, p zerops.Project, org string, w tool.Waiting) (*projectChangeOut, error) {
	running, _, err := zerops.Collect(c.API.ProjectProcesses(ctx, p.ID, zerops.ListOptions{Limit: 20}), 20)
	if err != nil {
		running = nil // the project itself tells how it stands
	}
	f, err := c.Follow(ctx, w, running...)
	if err != nil {
		return nil, err
	}
	now, err := c.API.Project(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if f.Status == tool.StatusDone && now.Status != "ACTIVE" {
		f.Status = tool.StatusInProgress
		if now.Status == "FAILED" {
			f.Status = tool.StatusFailed
		}
		f.Message = "the project is " + tool.Clean(now.Status, 40)
		f.Next = &tool.Next{Tool: "get_project", Arguments: tool.NextArgs{Project: p.ID}}
	}
	view := viewProject(now, org)
	return &projectChangeOut{ChangeResult: f, Project: &view}, nil
}

type projectDestroyIn struct {
	tool.InProject
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

func startProject(ctx context.Context, c *tool.Call, in *projectDestroyIn) (*projectChangeOut, error) {
	p, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Project, *tool.Plan, error) {
		p, err := c.Project(ctx, in.Project)
		if err != nil {
			return p, nil, err
		}
		if p.Status == "ACTIVE" || p.Status == "STARTING" {
			return p, nil, tool.Idle(unchangedProject(p, "the project is "+p.Status))
		}
		return p, &tool.Plan{
			Summary: fmt.Sprintf("Start the project %q (%s) with all its services.", tool.Clean(p.Name, 80), p.ID),
			Targets: []tool.PlanTarget{{Kind: "project", ID: p.ID, Name: tool.Clean(p.Name, 80), Status: p.Status}},
			State:   tool.ProjectFacts(p, nil), Does: zerops.Changes,
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return actOnProject(ctx, c, p, in.Waiting, c.API.StartProject)
}

func stopProject(ctx context.Context, c *tool.Call, in *projectDestroyIn) (*projectChangeOut, error) {
	p, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Project, *tool.Plan, error) {
		p, services, err := projectAtRisk(ctx, c, in.Project, "STOPPED", "STOPPING")
		if err != nil {
			return p, nil, err
		}
		return p, &tool.Plan{
			Summary: fmt.Sprintf("Stop the project %q (%s) with all its services.", tool.Clean(p.Name, 80), p.ID),
			Targets: []tool.PlanTarget{{Kind: "project", ID: p.ID, Name: tool.Clean(p.Name, 80), Status: p.Status}},
			Loses:   []string{"all services become unreachable until the project is started again; data stays"},
			State:   tool.ProjectFacts(p, services),
		}, nil
	})
	if err != nil {
		return nil, err
	}
	return actOnProject(ctx, c, p, in.Waiting, c.API.StopProject)
}

func deleteProject(ctx context.Context, c *tool.Call, in *projectDestroyIn) (*projectChangeOut, error) {
	p, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Project, *tool.Plan, error) {
		p, services, err := projectAtRisk(ctx, c, in.Project, "DELETING")
		if err != nil {
			return p, nil, err
		}
		return p, deletionPlan(p, services), nil
	})
	if err != nil {
		return nil, err
	}
	return actOnProject(ctx, c, p, in.Waiting, c.API.DeleteProject)
}

// projectAtRisk finds a project that is about to be stopped or deleted, with its
// services. In one of the given states there is nothing left to do.
func projectAtRisk(ctx context.Context, c *tool.Call, wanted string, over ...string) (zerops.Project, []zerops.Service, error) {
	p, err := c.Project(ctx, wanted)
	if err != nil {
		return p, nil, err
	}
	if slices.Contains(over, p.Status) {
		return p, nil, tool.Idle(unchangedProject(p, "the project is "+p.Status))
	}
	if err := own.SpareProject(ctx, c, p.ID); err != nil {
		return p, nil, err
	}
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
	return p, services, err
}

func unchangedProject(p zerops.Project, why string) projectChangeOut {
	view := viewProject(p, p.OrganizationID)
	return projectChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: why}, Project: &view}
}

// actOnProject carries out an action, follows it, and reads the project back.
func actOnProject(ctx context.Context, c *tool.Call, p zerops.Project, w tool.Waiting, act func(context.Context, string) (zerops.Process, error)) (*projectChangeOut, error) {
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) { return act(ctx, p.ID) })
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, w, process)
	if err != nil {
		return nil, err
	}
	out := projectChangeOut{ChangeResult: f}
	now, err := c.API.Project(ctx, p.ID)
	switch {
	case err == nil:
		view := viewProject(now, now.OrganizationID)
		out.Project = &view
	case f.Status == tool.StatusDone && c.Tool.Name == "delete_project" && errors.Is(err, zerops.ErrNotFound):
		out.Message = "the project is gone" // not found is what was asked for
	default:
		return nil, err
	}
	return &out, nil
}
