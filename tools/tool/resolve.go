package tool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// OrganizationName looks up a name for display; the id serves where it cannot
// be had.
func (c *Call) OrganizationName(ctx context.Context, id string) string {
	_, organizations, err := c.Organizations(ctx)
	if err != nil {
		return id
	}
	for _, o := range organizations {
		if o.ID == id {
			return o.Name
		}
	}
	return id
}

// OrgFailure tells of an organisation that could not be listed.
type OrgFailure struct {
	Org     string `json:"org"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Failures lists the organisations that could not be read, each with its reason.
func (c *Call) Failures(ctx context.Context, organizations []zerops.Organization) []OrgFailure {
	var out []OrgFailure
	for _, o := range organizations {
		if o.Err != nil {
			f := c.Explain(ctx, o.Err)
			out = append(out, OrgFailure{Org: Clean(o.Name, 120), Code: f.Code, Message: f.Message})
		}
	}
	return out
}

// InProject is the argument of tools that work in one project.
type InProject struct {
	Project string `json:"project" jsonschema:"minLength=1" jsonschema_description:"id or exact name"`
}

// OnService is the argument pair of tools that work on one service.
type OnService struct {
	Project string `json:"project,omitempty"`
	Service string `json:"service" jsonschema:"minLength=1" jsonschema_description:"hostname with project, or id"`
}

// Reachable is what the caller can see, with what could not be listed.
type Reachable struct {
	user          zerops.User
	Organizations []zerops.Organization // with Err where listing failed
	Projects      []zerops.Project
	Guide         bool // only the route of the authentication guide answered
}

// Organizations returns the active organisations of the caller.
func (c *Call) Organizations(ctx context.Context) (zerops.User, []zerops.Organization, error) {
	user, err := c.API.User(ctx)
	if err != nil {
		return user, nil, err
	}
	var organizations []zerops.Organization
	for _, m := range user.ActiveMemberships() {
		organizations = append(organizations, zerops.Organization{ID: m.OrganizationID, Name: m.Organization.Name})
	}
	return user, organizations, nil
}

// ReachableProjects lists the projects the call may see: those in scope, or all
// that the token reaches. It fails when no organisation could be listed.
func (c *Call) ReachableProjects(ctx context.Context, o zerops.ListOptions) (Reachable, error) {
	ids, err := c.ScopeIDs(ctx)
	if err != nil {
		return Reachable{}, err
	}
	if ids != nil {
		return c.ScopedProjects(ctx, ids, o)
	}
	return reachAll(ctx, c, o)
}

// ScopedProjects reads the projects in scope one by one, so that nothing else
// is touched.
func (c *Call) ScopedProjects(ctx context.Context, ids []string, o zerops.ListOptions) (Reachable, error) {
	found := make([]*zerops.Project, len(ids))
	err := errors.Join(zerops.FanOut(len(ids), func(i int) error {
		p, err := c.API.Project(ctx, ids[i])
		switch {
		case err == nil && o.Matches(p.Name, p.Status):
			found[i] = &p
		case err != nil && !errors.Is(err, zerops.ErrNotFound) && !errors.Is(err, zerops.ErrForbidden):
			return err
		}
		return nil
	})...)
	if err != nil {
		return Reachable{}, err
	}
	var v Reachable
	for _, p := range found {
		if p != nil {
			v.Projects = append(v.Projects, *p)
		}
	}
	return v, nil
}

// reachAll lists everything the token reaches: every organisation, or, at an
// address that only follows the vendor's authentication guide, its one list.
func reachAll(ctx context.Context, c *Call, o zerops.ListOptions) (Reachable, error) {
	user, organizations, err := c.Organizations(ctx)
	var refusal *zerops.Error
	if errors.As(err, &refusal) && (refusal.Status == 404 || refusal.Status == 405) {
		projects, guideErr := c.API.GuideProjects(ctx)
		if guideErr != nil {
			return Reachable{}, err
		}
		projects = slices.DeleteFunc(projects, func(p zerops.Project) bool { return !o.Matches(p.Name, p.Status) })
		return Reachable{Projects: projects, Guide: true}, nil
	}
	if err != nil {
		return Reachable{}, err
	}
	return c.ProjectsOf(ctx, user, organizations, o)
}

// ProjectsOf reads the projects of organisations that are already known.
func (c *Call) ProjectsOf(ctx context.Context, user zerops.User, organizations []zerops.Organization, o zerops.ListOptions) (Reachable, error) {
	projects, outcome, err := c.API.Projects(ctx, organizations, o)
	if err != nil {
		return Reachable{}, err
	}
	var errs []error
	for _, organization := range outcome {
		if organization.Err != nil {
			errs = append(errs, organization.Err)
		}
	}
	if len(errs) > 0 && len(errs) == len(outcome) {
		return Reachable{}, errs[0]
	}
	return Reachable{user: user, Organizations: outcome, Projects: projects}, nil
}

// Organization finds one organisation by id or name; without a name it must be
// the only one.
func (c *Call) Organization(ctx context.Context, wanted string) (zerops.Organization, zerops.User, error) {
	user, organizations, err := c.Organizations(ctx)
	if err != nil {
		return zerops.Organization{}, user, err
	}
	chosen, err := PickOrganization(organizations, wanted)
	return chosen, user, err
}

// PickOrganization finds the one organisation that is meant.
func PickOrganization(organizations []zerops.Organization, wanted string) (zerops.Organization, error) {
	var matches []zerops.Organization
	var candidates []Candidate
	var names []string
	for _, o := range organizations {
		if wanted == "" || o.ID == wanted || strings.EqualFold(o.Name, wanted) {
			matches = append(matches, o)
		}
		candidates = append(candidates, Candidate{ID: o.ID, Name: Clean(o.Name, 80)})
		names = append(names, o.Name)
	}
	switch {
	case len(matches) == 1:
		return matches[0], nil
	case len(matches) > 1 && wanted == "":
		return zerops.Organization{}, &Failure{Code: request.CodeAmbiguous, Message: "the token reaches several organisations; say which one as org", Candidates: candidates}
	case len(matches) > 1:
		return zerops.Organization{}, &Failure{Code: request.CodeAmbiguous, Message: fmt.Sprintf("several organisations are named %q; give the id as org", Clean(wanted, 80)), Candidates: candidates}
	case len(organizations) == 0:
		return zerops.Organization{}, &Failure{Code: request.CodeForbidden, Message: "the token has no active organisation", Hint: "An owner or admin has to invite this user, or the invitation has to be accepted."}
	}
	return zerops.Organization{}, &Failure{Code: request.CodeNotFound, Message: fmt.Sprintf("no organisation %q", Clean(wanted, 80)), Candidates: nearest(wanted, names, candidates)}
}

// Project finds the project an argument means, by id or exact name, and checks
// that it is in scope.
func (c *Call) Project(ctx context.Context, wanted string) (zerops.Project, error) {
	p, err := findProject(ctx, c, idInAddress(strings.TrimSpace(wanted), "project"))
	if err != nil {
		return p, err
	}
	if err := c.InScope(ctx, p.ID); err != nil {
		return zerops.Project{}, err
	}
	c.ProjectID = p.ID
	c.Target("project", p.Name, p.ID)
	return p, nil
}

func findProject(ctx context.Context, c *Call, wanted string) (zerops.Project, error) {
	if zerops.ValidID(wanted) && !onlyName(wanted) && !slices.Contains(c.Runner.Scope.given, wanted) {
		// Scope comes first, so that nothing outside it is even read.
		if err := c.InScope(ctx, wanted); err != nil {
			return zerops.Project{}, err
		}
	}
	if zerops.ValidID(wanted) {
		p, err := c.API.Project(ctx, wanted)
		if !noSuchID(wanted, err) {
			return p, err
		}
	}
	if err := plausibleName(wanted); err != nil {
		return zerops.Project{}, err
	}
	all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Project{}, err
	}
	var matches []zerops.Project
	var names []string
	var candidates, exact []Candidate
	orgNames := all.OrganizationNames()
	for _, p := range all.Projects {
		option := Candidate{ID: p.ID, Name: Clean(p.Name, 80), Org: Clean(orgNames[p.OrganizationID], 80)}
		if p.Name == wanted || p.ID == wanted {
			matches, exact = append(matches, p), append(exact, option)
		}
		candidates, names = append(candidates, option), append(names, p.Name)
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		f := &Failure{
			Code: request.CodeNotFound, Message: fmt.Sprintf("no project %q is visible to this token", Clean(wanted, 80)),
			Hint: "list_projects shows the projects this token can see.", Candidates: nearest(wanted, names, candidates),
		}
		return zerops.Project{}, f
	}
	return zerops.Project{}, &Failure{Code: request.CodeAmbiguous, Message: fmt.Sprintf("%d projects are named %q; give the id as project", len(matches), Clean(wanted, 80)), Candidates: exact}
}

// noSuchID reports that nothing has a text as its id: a name may be as long as one.
// What no id can be is refused as bad input rather than not found
// (platform §4.2).
func noSuchID(text string, err error) bool {
	return errors.Is(err, zerops.ErrNotFound) || onlyName(text) && zerops.HasCode(err, zerops.CodeInvalidInput)
}

// onlyName reports a text in the form of an id that is none: ids are 16 bytes in
// base64, which leaves four characters for their end (platform §1.7).
func onlyName(s string) bool { return zerops.ValidID(s) && !strings.ContainsAny(s[len(s)-1:], "AQgw") }

// OrganizationNames maps the ids of the organisations to their names.
func (v Reachable) OrganizationNames() map[string]string {
	names := make(map[string]string, len(v.Organizations))
	for _, o := range v.Organizations {
		names[o.ID] = o.Name
	}
	return names
}

// MaxName bounds a name that is looked up; the platform's are shorter.
const MaxName = 200

// plausibleName refuses what cannot be a name before anything is sent.
func plausibleName(s string) error {
	switch {
	case s == "":
		return Invalid("project", "is empty; give the id or exact name (list_projects shows them)")
	case s == "." || s == "..", strings.Contains(s, "../"), strings.HasPrefix(s, "/"):
		return Invalid("project", "%q is neither an id nor a name", Clean(s, 60))
	case len(s) > MaxName:
		return Invalid("project", "is %d bytes long; a name has at most %d", len(s), MaxName)
	case Clean(s, MaxName) != s:
		return Invalid("project", "holds characters that no name has")
	}
	return nil
}

// Service finds the service an argument pair means: a hostname with its project,
// or an id alone. It checks the scope.
func (c *Call) Service(ctx context.Context, on OnService) (zerops.Service, error) {
	s, err := findService(ctx, c, idInAddress(strings.TrimSpace(on.Project), "project"), idInAddress(strings.TrimSpace(on.Service), "service-stack"))
	if err != nil {
		return s, err
	}
	c.ProjectID, c.ServiceID = s.ProjectID, s.ID
	c.Target("service", s.Name, s.ID)
	return s, c.Spare(s.ID)
}

func findService(ctx context.Context, c *Call, project, wanted string) (zerops.Service, error) {
	if zerops.ValidID(wanted) {
		s, err := c.API.Service(ctx, wanted)
		switch {
		case err == nil:
			return s, belongs(ctx, c, s, project)
		case !noSuchID(wanted, err) || project == "" && !onlyName(wanted):
			return s, err
		}
	}
	if !ValidHostname(wanted) {
		return zerops.Service{}, Invalid("service", "%q is neither an id nor a hostname (a lowercase letter, then at most 39 lowercase letters or digits)", Clean(wanted, 60))
	}
	if project == "" {
		return serviceAnywhere(ctx, c, wanted)
	}
	p, err := c.Project(ctx, project)
	if err != nil {
		return zerops.Service{}, err
	}
	s, err := c.API.ServiceByName(ctx, p.ID, wanted)
	if errors.Is(err, zerops.ErrNotFound) {
		return s, noService(ctx, c, p, wanted)
	}
	return s, err
}

// belongs checks a service found by id against the scope and the project named
// beside it.
func belongs(ctx context.Context, c *Call, s zerops.Service, project string) error {
	if err := c.InScope(ctx, s.ProjectID); err != nil {
		return err
	}
	if project == "" || project == s.ProjectID {
		return nil
	}
	p, err := c.Project(ctx, project)
	if err != nil {
		return err
	}
	if p.ID != s.ProjectID {
		return Invalid("service", "the service %s belongs to another project (%s)", s.ID, s.ProjectID)
	}
	return nil
}

// ProjectOrOnly takes the project named, or the only one there is.
func (c *Call) ProjectOrOnly(ctx context.Context, wanted string) (zerops.Project, error) {
	if wanted != "" {
		return c.Project(ctx, wanted)
	}
	all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Project{}, err
	}
	if len(all.Projects) == 1 {
		return c.Project(ctx, all.Projects[0].ID)
	}
	return zerops.Project{}, Invalid("project", "is required, because the token reaches %d projects; or name a service", len(all.Projects))
}

func noService(ctx context.Context, c *Call, p zerops.Project, wanted string) error {
	f := &Failure{
		Code: request.CodeNotFound, Message: fmt.Sprintf("the project %q has no service %q", Clean(p.Name, 80), wanted),
		Hint: "list_services shows the services of a project.",
	}
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
	if err != nil {
		return f // the candidates are a courtesy
	}
	var names []string
	var candidates []Candidate
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, s.Name)
			candidates = append(candidates, Candidate{ID: s.ID, Name: Clean(s.Name, 40), Project: p.ID})
		}
	}
	f.Candidates = nearest(wanted, names, candidates)
	return f
}

// ValidHostname follows the live limit of 40 (platform §3.3); the
// documentation says 25.
func ValidHostname(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}
