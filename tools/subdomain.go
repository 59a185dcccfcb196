package tools

import (
	"context"
	"fmt"
	"time"

	"zerops-mcp/zerops"
)

// networkTools are the tools of the toolset network.
func networkTools() []*tool {
	return []*tool{
		define(spec{
			Name: "set_subdomain_access", Title: "Set subdomain access", Standard: true, Effect: zerops.Updates, Idempotent: true, OpenWorld: true,
			Description: "Open or close the public *.zerops.app address of each HTTP port of a service; reads back and visits it.",
		}, setSubdomainAccess),
		define(spec{
			Name: "list_domains", Title: "List domains", Effect: zerops.Reads,
			Description: "Custom domains of a project with routes, DNS and certificate state, and the DNS records they need.",
		}, listDomains),
		define(spec{
			Name: "add_domain", Title: "Add domain", Effect: zerops.Creates, Idempotent: true, OpenWorld: true,
			Description: "Route a custom domain to an HTTP port of a service and apply it. Repeat it to check DNS again.",
		}, addDomain),
		define(spec{
			Name: "remove_domain", Title: "Remove domain", Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop serving a custom domain; other domains of its routing stay. Needs confirmation.",
		}, removeDomain),
		define(spec{
			Name: "list_ports", Title: "List public ports", Effect: zerops.Reads,
			Description: "Ports of a project's own addresses that lead to services, with their firewall.",
		}, listPorts),
		define(spec{
			Name: "add_port", Title: "Add public port", Effect: zerops.Creates, Idempotent: true, OpenWorld: true,
			Description: "Open a TCP or UDP port of the project's IPv6 or dedicated IPv4 to a service and apply it. Never buys an address.",
		}, addPort),
		define(spec{
			Name: "remove_port", Title: "Remove public port", Effect: zerops.Destroys, Idempotent: true,
			Description: "Close a public port of a service. Needs confirmation.",
		}, removePort),
	}
}

type setSubdomainAccessIn struct {
	onService
	Enabled bool `json:"enabled"`
	waiting
}

type setSubdomainAccessOut struct {
	frame
	ServiceID string        `json:"service_id,omitempty"`
	Hostname  string        `json:"hostname,omitempty"`
	Enabled   *bool         `json:"enabled,omitempty"`
	URLs      []visitedView `json:"urls,omitempty"`
}

// visitedView is an address and what came back from it. Reachable is left out
// where nobody looked.
type visitedView struct {
	URL        string `json:"url"`
	Reachable  *bool  `json:"reachable,omitempty"`
	HTTPStatus int    `json:"http_status,omitempty"`
	Problem    string `json:"problem,omitempty"`
}

const (
	// subdomainLag is how long the flag of a service may trail its process, and
	// edgeLag how long the balancer may trail the flag (platform facts §4.8).
	subdomainLag = 5 * time.Second
	edgeLag      = 6 * time.Second
	maxVisits    = 8
)

func setSubdomainAccess(ctx context.Context, c *call, in setSubdomainAccessIn) (setSubdomainAccessOut, error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return setSubdomainAccessOut{}, err
	}
	// The platform accepts to enable what is enabled and fails later, so it is not
	// asked.
	if s.SubdomainAccess == in.Enabled {
		return c.subdomainOut(ctx, s, frame{Status: statusUnchanged}, 0)
	}
	started := time.Now()
	process, err := c.switchSubdomain(ctx, s, in.Enabled)
	if err != nil {
		return setSubdomainAccessOut{}, err
	}
	f, err := c.follow(ctx, in.waiting, process)
	if err != nil {
		return setSubdomainAccessOut{}, err
	}
	now, err := c.subdomainShown(ctx, s.ID, in.Enabled, f.Status)
	if err != nil {
		look := next{Tool: "get_service", Arguments: nextArgs{Service: s.ID}}
		return setSubdomainAccessOut{frame: c.unread(ctx, f, err, look), ServiceID: s.ID, Hostname: clean(s.Name, 40)}, nil
	}
	switch {
	case now.SubdomainAccess == in.Enabled:
		if f.Status == statusFailed { // somebody else was faster
			f.Message = "the process failed, but the service is in the wanted state"
		}
		f.Status, f.Next = statusDone, nil
	case f.Status == statusDone:
		f.Status = statusInProgress
		f.Message = "the process has finished, but the service does not show it yet"
		f.Next = &next{Tool: "get_service", Arguments: nextArgs{Service: s.ID}}
	}
	limit, _ := c.budget(in.waiting)
	return c.subdomainOut(ctx, now, f, min(max(limit-time.Since(started), time.Second), edgeLag))
}

// switchSubdomain asks for the change. Right after a deployment the ports of a
// service are unknown for a moment, which is worth a few tries.
func (c *call) switchSubdomain(ctx context.Context, s zerops.Service, enabled bool) (zerops.Process, error) {
	process, err := change(ctx, c, func(ctx context.Context) (process zerops.Process, err error) {
		for _, pause := range []time.Duration{250 * time.Millisecond, 500 * time.Millisecond, time.Second, 0} {
			process, err = c.api.SetSubdomainAccess(ctx, s.ID, enabled)
			if !zerops.HasCode(err, zerops.CodeNoSubdomainPorts) || pause == 0 || !delay(ctx, pause) {
				break
			}
		}
		return process, err
	})
	if !enabled && zerops.HasCode(err, zerops.CodeSubdomainAlreadyOff) {
		return zerops.Process{}, nil
	}
	return process, err
}

// subdomainShown reads the service back until it shows the wanted state.
func (c *call) subdomainShown(ctx context.Context, id string, enabled bool, status string) (zerops.Service, error) {
	deadline := time.Now().Add(subdomainLag)
	for {
		s, err := c.api.Service(ctx, id)
		if err != nil || s.SubdomainAccess == enabled || status != statusDone || time.Now().After(deadline) || !delay(ctx, 300*time.Millisecond) {
			return s, err
		}
	}
}

// subdomainOut tells the state, and, where the addresses are open, what they
// answer.
func (c *call) subdomainOut(ctx context.Context, s zerops.Service, f frame, patience time.Duration) (setSubdomainAccessOut, error) {
	out := setSubdomainAccessOut{frame: f, ServiceID: s.ID, Hostname: clean(s.Name, 40), Enabled: new(s.SubdomainAccess)}
	p, err := c.api.Project(ctx, s.ProjectID)
	if err != nil { // the state of the access stands without its addresses
		out.Message = joinWords(out.Message, "the addresses could not be read ("+c.explain(ctx, err).Code+")")
		return out, nil
	}
	for _, url := range serviceURLs(s, p) {
		out.URLs = append(out.URLs, visitedView{URL: url})
	}
	if s.SubdomainAccess {
		c.visit(ctx, out.URLs, patience)
	}
	return out, nil
}

// visit asks each address for an answer, for as long as patience lasts while only
// the balancer answers. Next to an API on this machine there is nothing to visit.
func (c *call) visit(ctx context.Context, urls []visitedView, patience time.Duration) {
	if c.server.cfg.API.Loopback() {
		return
	}
	deadline := time.Now().Add(patience)
	zerops.FanOut(min(len(urls), maxVisits), func(i int) error {
		for {
			status, err := c.server.cfg.API.Visit(ctx, urls[i].URL)
			urls[i].record(status, err)
			if *urls[i].Reachable || time.Now().After(deadline) || !delay(ctx, 500*time.Millisecond) {
				return nil
			}
		}
	})
}

// record notes an answer. Any status below 500 comes from the service itself;
// the platform's balancer answers 502 for a service that does not.
func (v *visitedView) record(status int, err error) {
	v.HTTPStatus, v.Problem = status, ""
	v.Reachable = new(err == nil && status < 500)
	switch {
	case err != nil:
		v.Problem = "no answer from here: " + clean(err.Error(), 160)
	case status >= 500:
		v.Problem = fmt.Sprintf("HTTP %d: the balancer gets no good answer; the service may not listen on that port and on 0.0.0.0, or be starting", status)
	case status >= 400:
		v.Problem = fmt.Sprintf("the service answers HTTP %d for /", status)
	}
}
