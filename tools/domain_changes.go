package tools

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/zerops"
)

type addDomainIn struct {
	onService
	Domain string `json:"domain" jsonschema:"minLength=1"`
	Path   string `json:"path,omitempty"`
	Port   int    `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"optional with one HTTP port"`
	SSL    *bool  `json:"ssl,omitempty"`
	waiting
}

type domainChangeOut struct {
	frame
	Domain  *domainView `json:"domain,omitempty"`
	Records []dnsRecord `json:"dns_records,omitempty"`
	Removed *bool       `json:"removed,omitempty"`
}

func addDomain(ctx context.Context, c *call, in addDomainIn) (domainChangeOut, error) {
	name, err := parseDomain(in.Domain)
	if err != nil {
		return domainChangeOut{}, err
	}
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return domainChangeOut{}, err
	}
	location, err := newLocation(s, in)
	if err != nil {
		return domainChangeOut{}, err
	}
	p, err := c.api.Project(ctx, s.ProjectID)
	if err != nil {
		return domainChangeOut{}, err
	}
	routings, err := c.routings(ctx, p.ID)
	if err != nil {
		return domainChangeOut{}, err
	}
	present, state := findDomain(routings, name)
	missing := true
	if present != nil {
		if missing, err = routeMissing(*present, location, in.SSL); err != nil {
			return domainChangeOut{}, err
		}
		if !missing && present.Synced && !present.Delete {
			return c.domainThere(ctx, p, *present, *state)
		}
	}
	own := ""
	if present != nil {
		own = present.ID
	}
	err = foreignDrafts("domain", otherDomainDrafts(routings, own), zerops.PutProjectSyncPublicHttpRouting, zerops.PutProjectRevertChangesPublicHttpRouting)
	if err != nil {
		return domainChangeOut{}, err
	}
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		if err := c.draftDomain(ctx, p.ID, name, present, location, missing, in.SSL); err != nil {
			return zerops.Process{}, err
		}
		return applyDrafts(ctx, p.ID, c.api.SyncHTTPRoutings)
	})
	if err != nil {
		return domainChangeOut{}, domainTaken(name, err)
	}
	f, err := c.follow(ctx, in.waiting, process)
	if err != nil {
		return domainChangeOut{}, err
	}
	return c.domainAdded(ctx, p, name, f)
}

// newLocation is the route that the arguments ask for. The port may be left out
// where there is only one.
func newLocation(s zerops.Service, in addDomainIn) (zerops.LocationSettings, error) {
	l := zerops.LocationSettings{Path: orDash(strings.TrimSpace(in.Path), "/"), Port: in.Port, ServiceID: s.ID}
	if !strings.HasPrefix(l.Path, "/") || len(l.Path) > 500 || clean(l.Path, 500) != l.Path {
		return l, invalid("path", "%q must begin with / and hold no control characters", clean(in.Path, 80))
	}
	var open []int
	for _, port := range s.Ports {
		if port.HTTP() {
			open = append(open, port.Port)
		}
	}
	switch {
	case len(open) == 0:
		return l, &failure{Code: codeUnsupported, Message: fmt.Sprintf("the service %q has no HTTP port to route a domain to; nothing was changed", clean(s.Name, 40)), Hint: hintFor(zerops.CodeServiceNotHTTP)}
	case in.Port == 0 && len(open) == 1:
		l.Port = open[0]
	case !slices.Contains(open, in.Port):
		return l, invalid("port", "must be one of the HTTP ports of %q: %s", clean(s.Name, 40), strings.Trim(fmt.Sprint(open), "[]"))
	}
	return l, nil
}

// routeMissing compares a routing that has the domain already with what is asked
// for. What differs is refused: adding overwrites nothing.
func routeMissing(r zerops.HTTPRouting, wanted zerops.LocationSettings, ssl *bool) (bool, error) {
	if ssl != nil && *ssl != r.SSL {
		return false, domainConflict("the domain is served already, with ssl %t instead of %t", r.SSL, *ssl)
	}
	for _, l := range r.Routes {
		if l.Path != wanted.Path {
			continue
		}
		if l.ServiceID == wanted.ServiceID && l.Port == wanted.Port {
			return false, nil
		}
		service := l.ServiceID
		if l.Service != nil && l.Service.Name != "" {
			service = clean(l.Service.Name, 40)
		}
		return false, domainConflict("the path %s of the domain leads to port %d of the service %s already", clean(l.Path, 100), l.Port, service)
	}
	return true, nil
}

func domainConflict(format string, args ...any) error {
	return &failure{
		Code: codeConflict, Message: fmt.Sprintf(format, args...) + "; nothing was changed",
		Hint: "remove_domain first, or change the routing with write_api (" + zerops.PutPublicHttpRouting.String() + ") after asking the person.",
	}
}

// draftDomain writes the draft: a routing of its own for a new domain, or one
// more path of the routing that has it. An edit replaces the whole routing, so it
// is read, changed and sent back complete, and once more where somebody else has
// changed it in between.
func (c *call) draftDomain(ctx context.Context, projectID, name string, present *zerops.HTTPRouting, wanted zerops.LocationSettings, missing bool, ssl *bool) error {
	if present == nil {
		created := zerops.HTTPRoutingSettings{SSL: ssl == nil || *ssl, Domains: []string{name}, Routes: []zerops.LocationSettings{wanted}}
		return whileSynced(ctx, func() error {
			_, err := c.api.CreateHTTPRouting(ctx, projectID, created)
			return err
		})
	}
	if present.Delete {
		if _, err := c.api.RestoreHTTPRouting(ctx, present.ID); err != nil {
			return err
		}
	}
	if !missing {
		return nil
	}
	return c.editRouting(ctx, *present, func(settings *zerops.HTTPRoutingSettings) bool {
		if slices.ContainsFunc(settings.Routes, func(l zerops.LocationSettings) bool { return l.Path == wanted.Path }) {
			return false
		}
		settings.Routes = append(settings.Routes, wanted)
		return true
	})
}

// editRouting sends a routing back changed. On a version conflict it reads again
// and changes that, once.
func (c *call) editRouting(ctx context.Context, r zerops.HTTPRouting, edit func(*zerops.HTTPRoutingSettings) bool) error {
	send := func() error {
		settings := r.Settings()
		if !edit(&settings) {
			return nil
		}
		return whileSynced(ctx, func() error {
			_, err := c.api.UpdateHTTPRouting(ctx, r.ID, settings)
			return err
		})
	}
	err := send()
	if !zerops.HasCode(err, "publicHttpRoutingVersionMismatch") {
		return err
	}
	if r, err = c.api.HTTPRouting(ctx, r.ID); err != nil {
		return err
	}
	c.knowRules(r)
	return send()
}

// domainThere answers for a domain that is served as wanted. Where its DNS is not
// in order, the platform is asked to look again, which changes nothing.
func (c *call) domainThere(ctx context.Context, p zerops.Project, r zerops.HTTPRouting, d zerops.RoutedDomain) (domainChangeOut, error) {
	f := frame{Status: statusUnchanged}
	if d.DNSStatus != "OK" {
		_, err := change(ctx, c, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, c.api.CheckDomains(ctx, r.ID, []string{d.Name})
		})
		if err != nil {
			return domainChangeOut{}, err
		}
		f.Message = "the platform is checking its DNS again"
	}
	view, found, err := c.domainState(ctx, p.ID, d.Name)
	if err != nil || !found {
		view = viewDomain(r, d)
	}
	return domainChangeOut{frame: f, Domain: &view, Records: dnsRecords(p)}, nil
}

// domainAdded reads the domain back. It is done once it is served; DNS and
// certificate follow in their own time and are told as they stand.
func (c *call) domainAdded(ctx context.Context, p zerops.Project, name string, f frame) (domainChangeOut, error) {
	view, found, err := c.domainState(ctx, p.ID, name)
	if err != nil {
		return domainChangeOut{frame: c.unread(ctx, f, err, lookAtDomains(p))}, nil
	}
	out := domainChangeOut{frame: f, Records: dnsRecords(p)}
	if found {
		out.Domain = &view
	}
	switch {
	case f.Status == statusFailed:
		out.Message = "the draft is kept; the same call applies it again"
	case f.Status == statusDone && (!found || !view.Applied):
		out.Status, out.Message = statusInProgress, "the platform does not show it as applied yet"
		out.Next = new(lookAtDomains(p))
	case f.Status == statusDone:
		out.Message = "it is served as soon as its DNS leads here"
		if len(view.SharedWith) > 0 {
			out.Message += "; its routes also apply to " + strings.Join(view.SharedWith[:min(len(view.SharedWith), 5)], ", ")
		}
		if view.DNSStatus != "OK" || view.SSL && view.SSLStatus != "ACTIVE" {
			out.Next = new(lookAtDomains(p))
		}
	}
	return out, nil
}

func lookAtDomains(p zerops.Project) next {
	return next{Tool: "list_domains", Arguments: nextArgs{Project: p.ID}}
}

type removeDomainIn struct {
	inProject
	Domain  string `json:"domain" jsonschema:"minLength=1"`
	Confirm string `json:"confirm,omitempty"`
	waiting
}

func removeDomain(ctx context.Context, c *call, in removeDomainIn) (domainChangeOut, error) {
	name, err := parseDomain(in.Domain)
	if err != nil {
		return domainChangeOut{}, err
	}
	type routed struct {
		project zerops.Project
		routing zerops.HTTPRouting
		domain  zerops.RoutedDomain
	}
	target, err := confirm(ctx, c, func(ctx context.Context) (routed, *plan, error) {
		p, err := c.project(ctx, in.Project)
		if err != nil {
			return routed{}, nil, err
		}
		routings, err := c.routings(ctx, p.ID)
		if err != nil {
			return routed{}, nil, err
		}
		r, d := findDomain(routings, name)
		if r == nil {
			return routed{}, nil, idle(noDomain(routings, name))
		}
		return routed{p, *r, *d}, removalPlan(p, *r, *d, otherDomainDrafts(routings, r.ID)), c.guardRouting(ctx, *r)
	})
	if err != nil {
		return domainChangeOut{}, err
	}
	p := target.project
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		gone, err := c.dropDomain(ctx, target.routing, target.domain.Name)
		if err != nil || gone {
			return zerops.Process{}, err
		}
		return applyDrafts(ctx, p.ID, c.api.SyncHTTPRoutings)
	})
	if err != nil {
		return domainChangeOut{}, err
	}
	f, err := c.follow(ctx, in.waiting, process)
	if err != nil {
		return domainChangeOut{}, err
	}
	out := domainChangeOut{frame: f}
	view, found, err := c.domainState(ctx, p.ID, name)
	if err != nil {
		out.frame = c.unread(ctx, f, err, lookAtDomains(p))
		return out, nil
	}
	out.Removed = new(!found)
	if found {
		out.Domain = &view
		if f.Status == statusDone {
			out.Status, out.Message = statusInProgress, "the platform still shows the domain"
			out.Next = new(lookAtDomains(p))
		}
	}
	return out, nil
}

// dropDomain takes a domain out of its routing, or the routing away with its only
// one. Gone reports that nothing is left to apply.
func (c *call) dropDomain(ctx context.Context, r zerops.HTTPRouting, name string) (gone bool, err error) {
	if len(r.Domains) > 1 {
		return false, c.editRouting(ctx, r, func(settings *zerops.HTTPRoutingSettings) bool {
			before := len(settings.Domains)
			settings.Domains = slices.DeleteFunc(settings.Domains, func(d string) bool { return strings.EqualFold(d, name) })
			return len(settings.Domains) < before && len(settings.Domains) > 0
		})
	}
	if r.Delete { // marked already, but not applied
		return false, nil
	}
	err = whileSynced(ctx, func() (err error) {
		gone, err = c.api.DeleteHTTPRouting(ctx, r.ID)
		return err
	})
	return gone, err
}

// guardRouting applies the guard to each service that the routing leads to.
func (c *call) guardRouting(ctx context.Context, r zerops.HTTPRouting) error {
	ids := map[string]bool{r.ID: true} // a routing without routes still has a project
	for _, l := range r.Routes {
		ids[l.ServiceID] = true
	}
	if own := c.server.cfg.OwnService; ids[own] {
		return c.guard(ctx, c.projectID, own)
	}
	return c.guard(ctx, c.projectID, r.ID)
}

func removalPlan(p zerops.Project, r zerops.HTTPRouting, d zerops.RoutedDomain, others []string) *plan {
	name := clean(d.Name, 80)
	removal := &plan{
		Summary: fmt.Sprintf("Stop serving the domain %q in the project %q (%s).", name, clean(p.Name, 80), p.ID),
		Targets: []planTarget{{Kind: "domain", ID: r.ID, Name: name, Status: clean(d.DNSStatus, 40)}},
		Loses:   []string{"visitors of the domain reach nothing any more", "its certificate"},
		typed:   d.Name,
	}
	var domains []string
	for _, other := range r.Domains {
		domains = append(domains, other.Name)
	}
	removal.state = []fact{
		is("the project", p.Name+" ("+p.ID+")"), is("the domain", d.Name+" ("+r.ID+")"), is("the domains of its routing", domains...),
		is("its being applied", strconv.FormatBool(r.Synced)), is("its being deleted", strconv.FormatBool(r.Delete)), is("drafts of others", others...),
	}
	if len(r.Domains) == 1 {
		removal.Loses = append(removal.Loses, fmt.Sprintf("its %d routes with their rules", len(r.Routes)))
	}
	removal.Changes = append(removal.Changes, firstDrafts(others, appliedAsWell)...)
	return removal
}

// noDomain answers for a domain that is not routed in the project: what was
// wanted is so already, unless the name was mistyped.
func noDomain(routings []zerops.HTTPRouting, name string) domainChangeOut {
	var names []string
	for _, r := range routings {
		for _, d := range r.Domains {
			names = append(names, d.Name)
		}
	}
	out := domainChangeOut{frame: frame{Status: statusUnchanged, Message: "the project has no domain " + name}, Removed: new(true)}
	if near := closest(name, names, 3); len(near) > 0 {
		out.Message += "; it has " + clean(strings.Join(near, ", "), 200)
	}
	return out
}
