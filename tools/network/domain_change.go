package network

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type addDomainIn struct {
	tool.OnService
	Domain  string `json:"domain" jsonschema:"minLength=1"`
	Path    string `json:"path,omitempty"`
	Port    int    `json:"port,omitempty" jsonschema:"minimum=1,maximum=65535" jsonschema_description:"optional with one HTTP port"`
	SSL     *bool  `json:"ssl,omitempty"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type domainChangeOut struct {
	tool.ChangeResult
	Domain  *network.Domain     `json:"domain,omitempty"`
	Records []network.DNSRecord `json:"dns_records,omitempty"`
	Removed *bool               `json:"removed,omitempty"`
}

func addDomain(ctx context.Context, c *tool.Call, in *addDomainIn) (*domainChangeOut, error) {
	name, err := parseDomain(in.Domain)
	if err != nil {
		return nil, err
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (r domainToAdd, plan *tool.Plan, err error) {
		s, err := c.Service(ctx, in.OnService)
		if err != nil {
			return r, nil, err
		}
		if r.location, err = newLocation(s, *in); err != nil {
			return r, nil, err
		}
		if r.project, err = c.API.Project(ctx, s.ProjectID); err != nil {
			return r, nil, err
		}
		routings, err := network.Routings(ctx, c, r.project.ID)
		if err != nil {
			return r, nil, err
		}
		r.present, r.state = network.FindDomain(routings, name)
		r.missing = true
		own := ""
		if r.present != nil {
			own = r.present.ID
			if r.missing, err = routeMissing(*r.present, r.location, in.SSL); err != nil || r.served() {
				return r, nil, err
			}
		}
		plan = services.Changing(s, fmt.Sprintf("Serve the domain %q by", name), fmt.Sprintf("its path %s leads to port %d", tool.Clean(r.location.Path, 200), r.location.Port), fmt.Sprintf("with ssl: %t", in.SSL == nil || *in.SSL))
		plan.Does = zerops.Publishes
		if r.present != nil && r.missing && slices.ContainsFunc(r.present.Routes, zerops.RoutedLocation.Guarded) {
			plan.Does |= zerops.Grants
			plan.Loses = append(plan.Loses, "the guard of its other paths does not hold for this one")
		}
		return r, plan, foreignDrafts("domain", network.DomainDrafts(routings, own), zerops.PutProjectSyncPublicHttpRouting, zerops.PutProjectRevertChangesPublicHttpRouting)
	})
	if err != nil {
		return nil, err
	}
	p := r.project
	if r.served() {
		return domainThere(ctx, c, p, *r.present, *r.state)
	}
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		if err := draftDomain(ctx, c, p.ID, name, r.present, r.location, r.missing, in.SSL); err != nil {
			return zerops.Process{}, err
		}
		return applyDrafts(ctx, p.ID, c.API.SyncHTTPRoutings)
	})
	if err != nil {
		return nil, domainTaken(name, err)
	}
	f, err := c.Follow(ctx, in.Waiting, process)
	if err != nil {
		return nil, err
	}
	return domainAdded(ctx, c, p, name, f)
}

// domainToAdd is a route of a domain that is asked for, and the routing that has the
// domain already, if one does.
type domainToAdd struct {
	project  zerops.Project
	location zerops.LocationSettings
	present  *zerops.HTTPRouting
	state    *zerops.RoutedDomain
	missing  bool
}

// served reports that the domain is served as wanted.
func (r domainToAdd) served() bool {
	return r.present != nil && !r.missing && r.present.Synced && !r.present.Delete
}

// newLocation is the route that the arguments ask for. The port may be left out
// where there is only one.
func newLocation(s zerops.Service, in addDomainIn) (zerops.LocationSettings, error) {
	l := zerops.LocationSettings{Path: cmp.Or(strings.TrimSpace(in.Path), "/"), Port: in.Port, ServiceID: s.ID}
	if !strings.HasPrefix(l.Path, "/") || len(l.Path) > 500 || tool.Clean(l.Path, 500) != l.Path {
		return l, tool.Invalid("path", "%q must begin with / and hold no control characters", tool.Clean(in.Path, 80))
	}
	var open []int
	for _, port := range s.KnownPorts() {
		if port.HTTP() {
			open = append(open, port.Port)
		}
	}
	switch {
	case len(open) == 0:
		return l, &tool.Failure{Code: request.CodeUnsupported, Message: fmt.Sprintf("the service %q has no HTTP port to route a domain to; nothing was changed", tool.Clean(s.Name, 40)), Hint: tool.HintFor(zerops.CodeServiceNotHTTP)}
	case in.Port == 0 && len(open) == 1:
		l.Port = open[0]
	case !slices.Contains(open, in.Port):
		return l, tool.Invalid("port", "must be one of the HTTP ports of %q: %s", tool.Clean(s.Name, 40), strings.Trim(fmt.Sprint(open), "[]"))
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
			service = tool.Clean(l.Service.Name, 40)
		}
		return false, domainConflict("the path %s of the domain leads to port %d of the service %s already", tool.Clean(l.Path, 100), l.Port, service)
	}
	return true, nil
}

func domainConflict(format string, args ...any) error {
	return &tool.Failure{
		Code: request.CodeConflict, Message: fmt.Sprintf(format, args...) + "; nothing was changed",
		Hint: "remove_domain first, or change the routing with write_api (" + zerops.PutPublicHttpRouting.String() + ") after asking the person.",
	}
}

// draftDomain writes the draft: a routing of its own for a new domain, or one
// more path of the routing that has it. An edit replaces the whole routing, so it
// is read, changed and sent back complete, and once more where somebody else has
// changed it in between.
func draftDomain(ctx context.Context, c *tool.Call, projectID, name string, present *zerops.HTTPRouting, wanted zerops.LocationSettings, missing bool, ssl *bool) error {
	if present == nil {
		created := zerops.HTTPRoutingSettings{SSL: ssl == nil || *ssl, Domains: []string{name}, Routes: []zerops.LocationSettings{wanted}}
		return whileSynced(ctx, func() error {
			_, err := c.API.CreateHTTPRouting(ctx, projectID, created)
			return err
		})
	}
	if present.Delete {
		if _, err := c.API.RestoreHTTPRouting(ctx, present.ID); err != nil {
			return err
		}
	}
	if !missing {
		return nil
	}
	return editRouting(ctx, c, *present, func(settings *zerops.HTTPRoutingSettings) bool {
		if slices.ContainsFunc(settings.Routes, func(l zerops.LocationSettings) bool { return l.Path == wanted.Path }) {
			return false
		}
		settings.Routes = append(settings.Routes, wanted)
		return true
	})
}

// editRouting sends a routing back changed. On a version conflict it reads again
// and changes that, once.
func editRouting(ctx context.Context, c *tool.Call, r zerops.HTTPRouting, edit func(*zerops.HTTPRoutingSettings) bool) error {
	send := func() error {
		settings := r.Settings()
		if !edit(&settings) {
			return nil
		}
		return whileSynced(ctx, func() error {
			_, err := c.API.UpdateHTTPRouting(ctx, r.ID, settings)
			return err
		})
	}
	err := send()
	if !zerops.HasCode(err, "publicHttpRoutingVersionMismatch") {
		return err
	}
	if r, err = c.API.HTTPRouting(ctx, r.ID); err != nil {
		return err
	}
	network.KnowRules(c, r)
	return send()
}

// domainThere answers for a domain that is served as wanted. Where its DNS is not
// in order, the platform is asked to look again, which changes nothing.
func domainThere(ctx context.Context, c *tool.Call, p zerops.Project, r zerops.HTTPRouting, d zerops.RoutedDomain) (*domainChangeOut, error) {
	f := tool.ChangeResult{Status: tool.StatusUnchanged}
	if d.DNSStatus != "OK" {
		_, err := tool.Change(ctx, c, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, c.API.CheckDomains(ctx, r.ID, []string{d.Name})
		})
		if err != nil {
			return nil, err
		}
		f.Message = "the platform is checking its DNS again"
	}
	view, found, err := network.DomainState(ctx, c, p.ID, d.Name)
	if err != nil || !found {
		view = network.ViewDomain(r, d)
	}
	return &domainChangeOut{ChangeResult: f, Domain: &view, Records: network.DNSRecords(p)}, nil
}

// domainAdded reads the domain back. It is done once it is served; DNS and
// certificate follow in their own time and are told as they stand.
func domainAdded(ctx context.Context, c *tool.Call, p zerops.Project, name string, f tool.ChangeResult) (*domainChangeOut, error) {
	view, found, err := network.DomainState(ctx, c, p.ID, name)
	if err != nil {
		return &domainChangeOut{ChangeResult: c.Unread(ctx, f, err, lookAtDomains(p))}, nil
	}
	out := domainChangeOut{ChangeResult: f, Records: network.DNSRecords(p)}
	if found {
		out.Domain = &view
	}
	switch {
	case f.Status == tool.StatusFailed:
		out.Message = "the draft is kept; the same call applies it again"
	case f.Status == tool.StatusDone && (!found || !view.Applied):
		out.Status, out.Message = tool.StatusInProgress, "the platform does not show it as applied yet"
		out.Next = new(lookAtDomains(p))
	case f.Status == tool.StatusDone:
		out.Message = "it is served as soon as its DNS leads here"
		if len(view.SharedWith) > 0 {
			out.Message += "; its routes also apply to " + strings.Join(view.SharedWith[:min(len(view.SharedWith), 5)], ", ")
		}
		if view.DNSStatus != "OK" || view.SSL && view.SSLStatus != "ACTIVE" {
			out.Next = new(lookAtDomains(p))
		}
	}
	return &out, nil
}

func lookAtDomains(p zerops.Project) tool.Next {
	return tool.Next{Tool: "list_domains", Arguments: tool.NextArgs{Project: p.ID}}
}
