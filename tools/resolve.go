package tools

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// inProject is the argument of tools that work in one project.
type inProject struct {
	Project string `json:"project" jsonschema:"minLength=1" jsonschema_description:"id or exact name"`
}

// onService is the argument pair of tools that work on one service.
type onService struct {
	Project string `json:"project,omitempty"`
	Service string `json:"service" jsonschema:"minLength=1" jsonschema_description:"hostname with project, or id"`
}

// visible is what the caller can see, with what could not be listed.
type visible struct {
	user          zerops.User
	organizations []zerops.Organization // with Err where listing failed
	projects      []zerops.Project
	guide         bool // only the route of the authentication guide answered
}

// organizations returns the active organisations of the caller.
func (c *call) organizations(ctx context.Context) (zerops.User, []zerops.Organization, error) {
	user, err := c.api.User(ctx)
	if err != nil {
		return user, nil, err
	}
	var organizations []zerops.Organization
	for _, m := range user.ActiveMemberships() {
		organizations = append(organizations, zerops.Organization{ID: m.OrganizationID, Name: m.Organization.Name})
	}
	return user, organizations, nil
}

// visibleProjects lists the projects the call may see: those in scope, or all
// that the token reaches. It fails when no organisation could be listed.
func (c *call) visibleProjects(ctx context.Context, o zerops.ListOptions) (visible, error) {
	ids, err := c.scopeIDs(ctx)
	if err != nil {
		return visible{}, err
	}
	if ids != nil {
		return c.scopedProjects(ctx, ids, o)
	}
	return c.reach(ctx, o)
}

// scopedProjects reads the projects in scope one by one, so that nothing else
// is touched.
func (c *call) scopedProjects(ctx context.Context, ids []string, o zerops.ListOptions) (visible, error) {
	found := make([]*zerops.Project, len(ids))
	err := errors.Join(zerops.FanOut(len(ids), func(i int) error {
		p, err := c.api.Project(ctx, ids[i])
		switch {
		case err == nil && o.Matches(p.Name, p.Status):
			found[i] = &p
		case err != nil && !errors.Is(err, zerops.ErrNotFound) && !errors.Is(err, zerops.ErrForbidden):
			return err
		}
		return nil
	})...)
	if err != nil {
		return visible{}, err
	}
	var v visible
	for _, p := range found {
		if p != nil {
			v.projects = append(v.projects, *p)
		}
	}
	return v, nil
}

// reach lists everything the token reaches: every organisation, or, at an
// address that only follows the vendor's authentication guide, its one list.
func (c *call) reach(ctx context.Context, o zerops.ListOptions) (visible, error) {
	user, organizations, err := c.organizations(ctx)
	var refusal *zerops.Error
	if errors.As(err, &refusal) && (refusal.Status == 404 || refusal.Status == 405) {
		projects, guideErr := c.api.GuideProjects(ctx)
		if guideErr != nil {
			return visible{}, err
		}
		projects = slices.DeleteFunc(projects, func(p zerops.Project) bool { return !o.Matches(p.Name, p.Status) })
		return visible{projects: projects, guide: true}, nil
	}
	if err != nil {
		return visible{}, err
	}
	return c.projectsOf(ctx, user, organizations, o)
}

func (c *call) projectsOf(ctx context.Context, user zerops.User, organizations []zerops.Organization, o zerops.ListOptions) (visible, error) {
	projects, outcome, err := c.api.Projects(ctx, organizations, o)
	if err != nil {
		return visible{}, err
	}
	var errs []error
	for _, organization := range outcome {
		if organization.Err != nil {
			errs = append(errs, organization.Err)
		}
	}
	if len(errs) > 0 && len(errs) == len(outcome) {
		return visible{}, errs[0]
	}
	return visible{user: user, organizations: outcome, projects: projects}, nil
}

// organization finds one organisation by id or name; without a name it must be
// the only one.
func (c *call) organization(ctx context.Context, wanted string) (zerops.Organization, zerops.User, error) {
	user, organizations, err := c.organizations(ctx)
	if err != nil {
		return zerops.Organization{}, user, err
	}
	chosen, err := pickOrganization(organizations, wanted)
	return chosen, user, err
}

func pickOrganization(organizations []zerops.Organization, wanted string) (zerops.Organization, error) {
	var matches []zerops.Organization
	var candidates []candidate
	var names []string
	for _, o := range organizations {
		if wanted == "" || o.ID == wanted || strings.EqualFold(o.Name, wanted) {
			matches = append(matches, o)
		}
		candidates = append(candidates, candidate{ID: o.ID, Name: clean(o.Name, 80)})
		names = append(names, o.Name)
	}
	switch {
	case len(matches) == 1:
		return matches[0], nil
	case len(matches) > 1 && wanted == "":
		return zerops.Organization{}, &failure{Code: codeAmbiguous, Message: "the token reaches several organisations; say which one as org", Candidates: candidates}
	case len(matches) > 1:
		return zerops.Organization{}, &failure{Code: codeAmbiguous, Message: fmt.Sprintf("several organisations are named %q; give the id as org", clean(wanted, 80)), Candidates: candidates}
	case len(organizations) == 0:
		return zerops.Organization{}, &failure{Code: codeForbidden, Message: "the token has no active organisation", Hint: "An owner or admin has to invite this user, or the invitation has to be accepted."}
	}
	return zerops.Organization{}, &failure{Code: codeNotFound, Message: fmt.Sprintf("no organisation %q", clean(wanted, 80)), Candidates: nearest(wanted, names, candidates)}
}

// project finds the project an argument means, by id or exact name, and checks
// that it is in scope.
func (c *call) project(ctx context.Context, wanted string) (zerops.Project, error) {
	p, err := c.findProject(ctx, strings.TrimSpace(wanted))
	if err != nil {
		return p, err
	}
	if err := c.inScope(ctx, p.ID); err != nil {
		return zerops.Project{}, err
	}
	c.projectID = p.ID
	c.target("project", p.Name, p.ID)
	return p, nil
}

func (c *call) findProject(ctx context.Context, wanted string) (zerops.Project, error) {
	if zerops.ValidID(wanted) && !onlyName(wanted) && !slices.Contains(c.server.scope.given, wanted) {
		// Scope comes first, so that nothing outside it is even read.
		if err := c.inScope(ctx, wanted); err != nil {
			return zerops.Project{}, err
		}
	}
	if zerops.ValidID(wanted) {
		p, err := c.api.Project(ctx, wanted)
		if !noSuchID(wanted, err) {
			return p, err
		}
	}
	if err := plausibleName(wanted); err != nil {
		return zerops.Project{}, err
	}
	all, err := c.visibleProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Project{}, err
	}
	var matches []zerops.Project
	var names []string
	var candidates, exact []candidate
	orgNames := all.organizationNames()
	for _, p := range all.projects {
		option := candidate{ID: p.ID, Name: clean(p.Name, 80), Org: clean(orgNames[p.OrganizationID], 80)}
		if p.Name == wanted || p.ID == wanted {
			matches, exact = append(matches, p), append(exact, option)
		}
		candidates, names = append(candidates, option), append(names, p.Name)
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		f := &failure{
			Code: codeNotFound, Message: fmt.Sprintf("no project %q is visible to this token", clean(wanted, 80)),
			Hint: "list_projects shows the projects this token can see.", Candidates: nearest(wanted, names, candidates),
		}
		return zerops.Project{}, f
	}
	return zerops.Project{}, &failure{Code: codeAmbiguous, Message: fmt.Sprintf("%d projects are named %q; give the id as project", len(matches), clean(wanted, 80)), Candidates: exact}
}

// noSuchID reports that nothing has a text as its id: a name may be as long as one.
// What no id can be is refused as bad input rather than not found (platform facts
// §4.2).
func noSuchID(text string, err error) bool {
	return errors.Is(err, zerops.ErrNotFound) || onlyName(text) && zerops.HasCode(err, zerops.CodeInvalidInput)
}

// onlyName reports a text in the form of an id that is none: ids are 16 bytes in
// base64, which leaves four characters for their end (platform facts §1.7).
func onlyName(s string) bool { return zerops.ValidID(s) && !strings.ContainsAny(s[len(s)-1:], "AQgw") }

func (v visible) organizationNames() map[string]string {
	names := make(map[string]string, len(v.organizations))
	for _, o := range v.organizations {
		names[o.ID] = o.Name
	}
	return names
}

// maxName bounds a name that is looked up; the platform's are shorter.
const maxName = 200

// plausibleName refuses what cannot be a name before anything is sent.
func plausibleName(s string) error {
	switch {
	case s == "":
		return invalid("project", "is empty; give the id or exact name (list_projects shows them)")
	case s == "." || s == "..", strings.Contains(s, "../"), strings.HasPrefix(s, "/"):
		return invalid("project", "%q is neither an id nor a name", clean(s, 60))
	case len(s) > maxName:
		return invalid("project", "is %d bytes long; a name has at most %d", len(s), maxName)
	case clean(s, maxName) != s:
		return invalid("project", "holds characters that no name has")
	}
	return nil
}

// service finds the service an argument pair means: a hostname with its project,
// or an id alone. It checks the scope.
func (c *call) service(ctx context.Context, on onService) (zerops.Service, error) {
	wanted := strings.TrimSpace(on.Service)
	s, err := c.findService(ctx, strings.TrimSpace(on.Project), wanted)
	if err != nil {
		return s, err
	}
	c.projectID, c.serviceID = s.ProjectID, s.ID
	c.target("service", s.Name, s.ID)
	return s, c.spare(s.ID)
}

func (c *call) findService(ctx context.Context, project, wanted string) (zerops.Service, error) {
	if zerops.ValidID(wanted) {
		s, err := c.api.Service(ctx, wanted)
		switch {
		case err == nil:
			return s, c.belongs(ctx, s, project)
		case !noSuchID(wanted, err) || project == "" && !onlyName(wanted):
			return s, err
		}
	}
	if !validHostname(wanted) {
		return zerops.Service{}, invalid("service", "%q is neither an id nor a hostname (a lowercase letter, then at most 39 lowercase letters or digits)", clean(wanted, 60))
	}
	p, err := c.projectOrOnly(ctx, project)
	if err != nil {
		return zerops.Service{}, err
	}
	s, err := c.api.ServiceByName(ctx, p.ID, wanted)
	if errors.Is(err, zerops.ErrNotFound) {
		return s, c.noService(ctx, p, wanted)
	}
	return s, err
}

// belongs checks a service found by id against the scope and the project named
// beside it.
func (c *call) belongs(ctx context.Context, s zerops.Service, project string) error {
	if err := c.inScope(ctx, s.ProjectID); err != nil {
		return err
	}
	if project == "" || project == s.ProjectID {
		return nil
	}
	p, err := c.project(ctx, project)
	if err != nil {
		return err
	}
	if p.ID != s.ProjectID {
		return invalid("service", "the service %s belongs to another project (%s)", s.ID, s.ProjectID)
	}
	return nil
}

// projectOrOnly takes the project named, or the only one there is.
func (c *call) projectOrOnly(ctx context.Context, wanted string) (zerops.Project, error) {
	if wanted != "" {
		return c.project(ctx, wanted)
	}
	all, err := c.visibleProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Project{}, err
	}
	if len(all.projects) == 1 {
		return c.project(ctx, all.projects[0].ID)
	}
	return zerops.Project{}, invalid("project", "is required with a hostname, because the token reaches %d projects; or give the service's id", len(all.projects))
}

func (c *call) noService(ctx context.Context, p zerops.Project, wanted string) error {
	f := &failure{
		Code: codeNotFound, Message: fmt.Sprintf("the project %q has no service %q", clean(p.Name, 80), wanted),
		Hint: "list_services shows the services of a project.",
	}
	services, _, err := zerops.Collect(c.api.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
	if err != nil {
		return f // the candidates are a courtesy
	}
	var names []string
	var candidates []candidate
	for _, s := range services {
		if !s.Hidden() {
			names = append(names, s.Name)
			candidates = append(candidates, candidate{ID: s.ID, Name: clean(s.Name, 40), Project: p.ID})
		}
	}
	f.Candidates = nearest(wanted, names, candidates)
	return f
}

// validHostname follows the live limit of 40 (platform facts §3.3); the
// documentation says 25.
func validHostname(s string) bool {
	if s == "" || len(s) > 40 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// nearest returns the candidates whose names come close to what was wanted.
func nearest(wanted string, names []string, candidates []candidate) []candidate {
	var out []candidate
	for _, name := range closest(wanted, names, 5) {
		for i, n := range names {
			if n == name && !slices.Contains(out, candidates[i]) {
				out = append(out, candidates[i])
				break
			}
		}
	}
	return out
}
