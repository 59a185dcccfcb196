package tool

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// idInAddress takes the id behind a segment of the address of a page for people, such
// as https://app.zerops.io/service-stack/ID, and returns any other text as it is.
// That pages of projects are called the same way is UNVERIFIED.
func idInAddress(text, segment string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return text
	}
	_, rest, _ := strings.Cut(u.Path, "/"+segment+"/")
	if id, _, _ := strings.Cut(rest, "/"); zerops.ValidID(id) {
		return id
	}
	return text
}

// serviceAnywhere finds the service that alone has a hostname, for calls that only
// read. What changes something wants the project: the lists trail by about a second,
// and a name that one service has today two may have tomorrow.
func serviceAnywhere(ctx context.Context, c *Call, hostname string) (zerops.Service, error) {
	all, err := c.ReachableProjects(ctx, zerops.ListOptions{})
	if err != nil {
		return zerops.Service{}, err
	}
	services, err := servicesNamed(ctx, c, all, hostname)
	if err != nil {
		return zerops.Service{}, err
	}
	if reads := c.Tool.Effect == zerops.Reads; len(services) == 1 && (reads || len(all.Projects) == 1) {
		// The search knows less of a service than the service itself.
		return c.API.Service(ctx, services[0].ID)
	}
	f := &Failure{
		Code: request.CodeAmbiguous, Message: fmt.Sprintf("%d projects have a service %q; say which as project, or give the service's id", len(services), hostname),
	}
	orgs, projects := all.OrganizationNames(), map[string]zerops.Project{}
	for _, p := range all.Projects {
		projects[p.ID] = p
	}
	for _, s := range services {
		p := projects[s.ProjectID]
		f.Candidates = append(f.Candidates, Candidate{ID: s.ID, Name: s.Name, Project: Clean(p.Name, 80), Org: Clean(orgs[p.OrganizationID], 80)})
	}
	switch len(services) {
	case 0:
		f.Code = request.CodeNotFound
		f.Message = fmt.Sprintf("none of the %d projects that the token reaches has a service %q", len(all.Projects), hostname)
		f.Hint = "list_services shows the services of all projects."
	case 1:
		f.Code = request.CodeInvalidArguments
		f.Message = fmt.Sprintf("project is required for a change to %q, because the token reaches %d projects; or give the service's id", hostname, len(all.Projects))
	}
	return zerops.Service{}, f
}

// servicesNamed are the services of a hostname in the reachable projects: of whole
// organisations by one search each, of single projects by asking each.
func servicesNamed(ctx context.Context, c *Call, all Reachable, hostname string) ([]zerops.Service, error) {
	visible := map[string]bool{}
	for _, p := range all.Projects {
		visible[p.ID] = true
	}
	places := len(all.Organizations)
	list := func(i int) iter.Seq2[zerops.Service, error] {
		return c.API.OrganizationServices(ctx, all.Organizations[i].ID)
	}
	if places == 0 {
		places = len(all.Projects)
		list = func(i int) iter.Seq2[zerops.Service, error] {
			return c.API.ProjectServices(ctx, all.Projects[i].ID, zerops.ListOptions{})
		}
	}
	found := make([][]zerops.Service, places)
	err := errors.Join(zerops.FanOut(places, func(i int) error {
		for s, err := range list(i) {
			switch {
			case Gone(err):
				return nil
			case err != nil:
				return err
			case s.Name == hostname && visible[s.ProjectID] && !s.Hidden():
				found[i] = append(found[i], s)
			}
		}
		return nil
	})...)
	return slices.Concat(found...), err
}
