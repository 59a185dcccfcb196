package zerops

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"
)

// Project is a private network of services.
type Project struct {
	ID              string   `json:"id"`
	OrganizationID  string   `json:"clientId"`
	Name            string   `json:"name"`
	Mode            string   `json:"mode"`   // LIGHT, SERIOUS or LEGACY
	Status          string   `json:"status"` // NEW, CREATING, ACTIVE, STARTING, STOPPING, STOPPED, FAILED or DELETING
	Description     string   `json:"description"`
	Tags            []string `json:"tagList"`
	Created         Time     `json:"created"`
	LastUpdate      Time     `json:"lastUpdate"`
	PublicIPv4      string   `json:"publicIpV4"`
	PublicIPv4Share bool     `json:"publicIpV4Shared"`
	PublicIPv6      string   `json:"publicIpV6"`
	// PublicZone ends in the region's zone, such as prg1-zerops.zone.
	PublicZone string `json:"publicZone"`
	// SubdomainHost is the project's part of its services' zerops.app names.
	SubdomainHost  string   `json:"zeropsSubdomainHost"`
	MaxCreditLimit *float64 `json:"maxCreditLimit"`
}

// Organization is one organisation of the caller and what became of listing it.
type Organization struct {
	ID   string
	Name string
	// Err is why its projects could not be listed, nil when they were.
	Err error
}

// OrganizationProjects lists the projects of an organisation: the direct list,
// or, where the caller's role is refused it, the search, which shows only what
// the caller may see and trails writes (operations GetClientProject,
// PostProjectSearch; platform §2).
func (c *Client) OrganizationProjects(ctx context.Context, organizationID string, o ListOptions) iter.Seq2[Project, error] {
	return func(yield func(Project, error) bool) {
		for project, err := range list[Project](ctx, c, GetClientProject, organizationID, o) {
			var refusal *Error
			if errors.As(err, &refusal) && refusal.Status == http.StatusForbidden {
				c.searchProjects(ctx, organizationID, o)(yield)
				return
			}
			if !yield(project, err) || err != nil {
				return
			}
		}
	}
}

// searchProjects filters by name here: no operator for it was ever seen.
func (c *Client) searchProjects(ctx context.Context, organizationID string, o ListOptions) iter.Seq2[Project, error] {
	return func(yield func(Project, error) bool) {
		for project, err := range search[Project](ctx, c, PostProjectSearch, []Filter{Equal("clientId", organizationID)}) {
			if err == nil && !o.Matches(project.Name, project.Status) {
				continue
			}
			if !yield(project, err) || err != nil {
				return
			}
		}
	}
}

// Matches applies the options to a row that the API did not filter.
func (o ListOptions) Matches(name, status string) bool {
	if o.NameContains != "" && !strings.Contains(strings.ToLower(name), strings.ToLower(o.NameContains)) {
		return false
	}
	if len(o.Statuses) == 0 {
		return true
	}
	return slices.Contains(o.Statuses, status)
}

// Projects lists the projects of several organisations at once, in the order
// given. An organisation that cannot be listed reports so in its Err and costs
// the others nothing; only the end of ctx fails the whole.
func (c *Client) Projects(ctx context.Context, organizations []Organization, o ListOptions) ([]Project, []Organization, error) {
	found := make([][]Project, len(organizations))
	outcome := append([]Organization(nil), organizations...)
	for i, err := range FanOut(len(organizations), func(i int) (err error) {
		found[i], _, err = Collect(c.OrganizationProjects(ctx, organizations[i].ID, o), 0)
		return err
	}) {
		outcome[i].Err = err
	}
	if err := ctx.Err(); err != nil {
		return nil, outcome, &ConnectionError{Operation: GetClientProject, Attempts: 1, Err: err}
	}
	var all []Project
	for _, projects := range found {
		all = append(all, projects...)
	}
	return all, outcome, nil
}

// GuideProjects lists projects through GET /project, the route of the vendor's
// public authentication guide. The production API does not answer it
// (platform §2), but an address that follows the guide does: with an array, or with
// items, list or projects.
func (c *Client) GuideProjects(ctx context.Context) ([]Project, error) {
	p, err := fetch[page[Project]](ctx, c, Call{Operation: GetProjectList})
	return p.Items, err
}

// Project returns one project (operation GetProject).
func (c *Client) Project(ctx context.Context, id string) (Project, error) {
	return fetch[Project](ctx, c, Call{Operation: GetProject, Path: []string{id}})
}

// ProjectsByName returns the projects with exactly this name; names are not
// unique (operation GetClientProjectsByName).
func (c *Client) ProjectsByName(ctx context.Context, organizationID, name string) ([]Project, error) {
	p, err := fetch[page[Project]](ctx, c, Call{Operation: GetClientProjectsByName, Path: []string{organizationID, name}})
	return p.Items, err
}

// NewProject describes a project to create. Lists must not be nil on the wire
// (platform §1.7, §10.3), which [Client.CreateProject] sees to.
type NewProject struct {
	Name        string
	Description string
	Tags        []string
	Mode        string // LIGHT or SERIOUS; empty leaves it to the platform
	Location    string
}

// CreateProject creates an empty project and returns it, usually in status
// CREATING. Not every integration token may (operation PostClientProject;
// platform §1.3).
func (c *Client) CreateProject(ctx context.Context, organizationID string, p NewProject) (Project, error) {
	body := map[string]any{
		"name": p.Name, "description": p.Description, "tagList": append([]string{}, p.Tags...),
		"userRoles": []any{}, "envVariables": []any{}, "envSecrets": []any{}, "publicIpV4Shared": true,
	}
	if p.Mode != "" {
		body["mode"] = p.Mode
	}
	if p.Location != "" {
		body["location"] = p.Location
	}
	return fetch[Project](ctx, c, Call{Operation: PostClientProject, Path: []string{organizationID}, Body: body})
}

// ProjectUpdate holds the editable record of a project. The operation replaces
// all of it, so it is built from the current record.
type ProjectUpdate struct {
	Name            string   `json:"name"`
	Description     string   `json:"description"`
	Tags            []string `json:"tagList"`
	PublicIPv4Share bool     `json:"publicIpV4Shared"`
	MaxCreditLimit  *float64 `json:"maxCreditLimit"`
	// UserRoles stays null, which leaves the roles as they are.
	UserRoles *struct{} `json:"userRoles"`
}

// Update returns the editable record as it is now.
func (p Project) Update() ProjectUpdate {
	return ProjectUpdate{
		Name: p.Name, Description: p.Description, Tags: append([]string{}, p.Tags...),
		PublicIPv4Share: p.PublicIPv4Share, MaxCreditLimit: p.MaxCreditLimit,
	}
}

// UpdateProject replaces the editable record of a project (operation
// PutProject; platform §3.2).
func (c *Client) UpdateProject(ctx context.Context, id string, u ProjectUpdate) (Project, error) {
	return fetch[Project](ctx, c, Call{Operation: PutProject, Path: []string{id}, Body: u})
}

// StartProject starts the services of a project and returns the process that
// does it (operation PutProjectStart).
func (c *Client) StartProject(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutProjectStart, Path: []string{id}, Body: empty{}})
}

// StopProject stops all services of a project and returns the process that does
// it (operation PutProjectStop).
func (c *Client) StopProject(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: PutProjectStop, Path: []string{id}, Body: empty{}})
}

// DeleteProject deletes a project with all its services and data and returns the
// process that does it (operation DeleteProject).
func (c *Client) DeleteProject(ctx context.Context, id string) (Process, error) {
	return fetch[Process](ctx, c, Call{Operation: DeleteProject, Path: []string{id}, Body: empty{}})
}

// empty is the {} that the platform expects from requests without a body
// (platform §7.1).
type empty struct{}
