package network

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/network"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type removeDomainIn struct {
	tool.InProject
	Domain  string `json:"domain" jsonschema:"minLength=1"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

func removeDomain(ctx context.Context, c *tool.Call, in *removeDomainIn) (*domainChangeOut, error) {
	name, err := parseDomain(in.Domain)
	if err != nil {
		return nil, err
	}
	type routed struct {
		project zerops.Project
		routing zerops.HTTPRouting
		domain  zerops.RoutedDomain
	}
	target, err := tool.Confirm(ctx, c, func(ctx context.Context) (routed, *tool.Plan, error) {
		p, err := c.Project(ctx, in.Project)
		if err != nil {
			return routed{}, nil, err
		}
		routings, err := network.Routings(ctx, c, p.ID)
		if err != nil {
			return routed{}, nil, err
		}
		r, d := network.FindDomain(routings, name)
		if r == nil {
			return routed{}, nil, tool.Idle(noDomain(routings, name))
		}
		return routed{p, *r, *d}, removalPlan(p, *r, *d, network.DomainDrafts(routings, r.ID)), spareRouting(c, *r)
	})
	if err != nil {
		return nil, err
	}
	p := target.project
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		gone, err := dropDomain(ctx, c, target.routing, target.domain.Name)
		if err != nil || gone {
			return zerops.Process{}, err
		}
		return applyDrafts(ctx, p.ID, c.API.SyncHTTPRoutings)
	})
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, in.Waiting, process)
	if err != nil {
		return nil, err
	}
	out := domainChangeOut{ChangeResult: f}
	view, found, err := network.DomainState(ctx, c, p.ID, name)
	if err != nil {
		out.ChangeResult = c.Unread(ctx, f, err, lookAtDomains(p))
		return &out, nil
	}
	out.Removed = new(!found)
	if found {
		out.Domain = &view
		if f.Status == tool.StatusDone {
			out.Status, out.Message = tool.StatusInProgress, "the platform still shows the domain"
			out.Next = new(lookAtDomains(p))
		}
	}
	return &out, nil
}

// dropDomain takes a domain out of its routing, or the routing away with its only
// one. Gone reports that nothing is left to apply.
func dropDomain(ctx context.Context, c *tool.Call, r zerops.HTTPRouting, name string) (gone bool, err error) {
	if len(r.Domains) > 1 {
		return false, editRouting(ctx, c, r, func(settings *zerops.HTTPRoutingSettings) bool {
			before := len(settings.Domains)
			settings.Domains = slices.DeleteFunc(settings.Domains, func(d string) bool { return strings.EqualFold(d, name) })
			return len(settings.Domains) < before && len(settings.Domains) > 0
		})
	}
	if r.Delete { // marked already, but not applied
		return false, nil
	}
	err = whileSynced(ctx, func() (err error) {
		gone, err = c.API.DeleteHTTPRouting(ctx, r.ID)
		return err
	})
	return gone, err
}

// spareRouting refuses a routing that leads to the server's own service.
func spareRouting(c *tool.Call, r zerops.HTTPRouting) error {
	for _, l := range r.Routes {
		if err := c.Spare(l.ServiceID); err != nil {
			return err
		}
	}
	return nil
}

func removalPlan(p zerops.Project, r zerops.HTTPRouting, d zerops.RoutedDomain, others []string) *tool.Plan {
	name := tool.Clean(d.Name, 80)
	removal := &tool.Plan{
		Summary: fmt.Sprintf("Stop serving the domain %q in the project %q (%s).", name, tool.Clean(p.Name, 80), p.ID),
		Targets: []tool.PlanTarget{{Kind: "domain", ID: r.ID, Name: name, Status: tool.Clean(d.DNSStatus, 40)}},
		Loses:   []string{"visitors of the domain reach nothing any more", "its certificate"},
	}
	var domains []string
	for _, other := range r.Domains {
		domains = append(domains, other.Name)
	}
	removal.State = []tool.Fact{
		tool.Is("the project", p.Name+" ("+p.ID+")"), tool.Is("the domain", d.Name+" ("+r.ID+")"), tool.Is("the domains of its routing", domains...),
		tool.Is("its being applied", strconv.FormatBool(r.Synced)), tool.Is("its being deleted", strconv.FormatBool(r.Delete)), tool.Is("drafts of others", others...),
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
	out := domainChangeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: "the project has no domain " + name}, Removed: new(true)}
	if near := tool.Closest(name, names, 3); len(near) > 0 {
		out.Message += "; it has " + tool.Clean(strings.Join(near, ", "), 200)
	}
	return out
}
