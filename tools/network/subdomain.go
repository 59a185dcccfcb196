package network

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools are the tools of the toolset network.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "set_subdomain_access", Title: "Set subdomain access", Standard: true, Effect: zerops.Updates, Idempotent: true, OpenWorld: true,
			Description: "Open or close the public *.zerops.app address of each HTTP port of a service; reads back and visits it.",
			Operations:  []zerops.Operation{zerops.PutServiceStackEnableSubdomainAccess, zerops.PutServiceStackDisableSubdomainAccess},
			LookAgain:   tool.LookAgain{OfService: "get_service", OfProject: "get_project"},
		}, setSubdomainAccess),
		tool.Define(tool.Spec{
			Name: "list_domains", Title: "List domains", Effect: zerops.Reads,
			Description: "Custom domains of a project with routes, DNS and certificate state, and the DNS records they need.",
			Operations:  []zerops.Operation{zerops.GetProjectPublicHttpRouting, zerops.GetPublicHttpRouting, zerops.PostPublicHttpRoutingSearch},
		}, listDomains),
		tool.Define(tool.Spec{
			Name: "add_domain", Title: "Add domain", Effect: zerops.Creates, Idempotent: true, OpenWorld: true,
			Description: "Route a custom domain to an HTTP port of a service and apply it. Repeat it to check DNS again.",
			Operations:  []zerops.Operation{zerops.PostProjectPublicHttpRouting},
			LookAgain:   tool.LookAgain{OfProject: "list_domains"},
		}, addDomain),
		tool.Define(tool.Spec{
			Name: "remove_domain", Title: "Remove domain", Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop serving a custom domain; other domains of its routing stay. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.DeletePublicHttpRouting},
			LookAgain:   tool.LookAgain{OfProject: "list_domains"},
		}, removeDomain),
		tool.Define(tool.Spec{
			Name: "list_ports", Title: "List public ports", Effect: zerops.Reads,
			Description: "Ports of a project's own addresses that lead to services, with their firewall.",
			Operations:  []zerops.Operation{zerops.GetServiceStackPublicPortRouting, zerops.GetPublicPortRouting, zerops.PostPublicPortRoutingSearch},
		}, listPorts),
		tool.Define(tool.Spec{
			Name: "add_port", Title: "Add public port", Effect: zerops.Creates, Idempotent: true, OpenWorld: true,
			Description: "Open a TCP or UDP port of the project's IPv6 or dedicated IPv4 to a service and apply it. Never buys an address.",
			Operations:  []zerops.Operation{zerops.PostServiceStackPublicPortRouting},
			LookAgain:   tool.LookAgain{OfProject: "list_ports"},
		}, addPort),
		tool.Define(tool.Spec{
			Name: "remove_port", Title: "Remove public port", Effect: zerops.Destroys, Idempotent: true,
			Description: "Close a public port of a service. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.DeletePublicPortRouting},
			LookAgain:   tool.LookAgain{OfProject: "list_ports"},
		}, removePort),
	)
}

type setSubdomainAccessIn struct {
	tool.OnService
	Enabled bool   `json:"enabled"`
	Confirm string `json:"confirm,omitempty"`
	tool.Waiting
}

type setSubdomainAccessOut struct {
	tool.ChangeResult
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
	// edgeLag how long the balancer may trail the flag (platform §4.8).
	subdomainLag = 5 * time.Second
	edgeLag      = 6 * time.Second
	// portsLag is how long the ports of a deployment that has just become active may be
	// unknown to the platform: some 8 s are normal (platform §10.3).
	portsLag  = 15 * time.Second
	maxVisits = 8
)

func setSubdomainAccess(ctx context.Context, c *tool.Call, in *setSubdomainAccessIn) (*setSubdomainAccessOut, error) {
	s, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Service, *tool.Plan, error) {
		s, err := c.Service(ctx, in.OnService)
		// The platform accepts to enable what is enabled and fails later, so it is not
		// asked.
		if err != nil || s.SubdomainAccess == in.Enabled {
			return s, nil, err
		}
		return s, in.plan(s), nil
	})
	if err != nil {
		return nil, err
	}
	if s.SubdomainAccess == in.Enabled {
		return subdomainOut(ctx, c, s, tool.ChangeResult{Status: tool.StatusUnchanged}, 0)
	}
	started := time.Now()
	process, err := switchSubdomain(ctx, c, s, in)
	if err != nil {
		return nil, err
	}
	f, err := c.Follow(ctx, in.Waiting, process)
	if err != nil {
		return nil, err
	}
	now, err := subdomainShown(ctx, c, s.ID, in.Enabled, f.Status)
	if err != nil {
		look := tool.Next{Tool: "get_service", Arguments: tool.NextArgs{Service: s.ID}}
		return &setSubdomainAccessOut{ChangeResult: c.Unread(ctx, f, err, look), ServiceID: s.ID, Hostname: tool.Clean(s.Name, 40)}, nil
	}
	switch {
	case now.SubdomainAccess == in.Enabled:
		if f.Status == tool.StatusFailed { // somebody else was faster
			f.Message = "the process failed, but the service is in the wanted state"
		}
		f.Status, f.Next = tool.StatusDone, nil
	case f.Status == tool.StatusDone:
		f.Status = tool.StatusInProgress
		f.Message = "the process has finished, but the service does not show it yet"
		f.Next = &tool.Next{Tool: "get_service", Arguments: tool.NextArgs{Service: s.ID}}
	}
	limit, _ := c.Budget(in.Waiting)
	return subdomainOut(ctx, c, now, f, min(max(limit-time.Since(started), time.Second), edgeLag))
}

// plan says which addresses are opened or closed.
func (in *setSubdomainAccessIn) plan(s zerops.Service) *tool.Plan {
	var ports []string
	for _, port := range s.KnownPorts() {
		if port.HTTP() {
			ports = append(ports, strconv.Itoa(port.Port))
		}
	}
	p := services.Changing(s, "Open the *.zerops.app address of", "for everybody on the internet, to the HTTP ports "+cmp.Or(strings.Join(ports, ", "), "that it declares"))
	p.Does = zerops.Publishes
	if !in.Enabled {
		p = services.Changing(s, "Close the *.zerops.app address of")
		p.Does, p.Loses = zerops.Unpublishes, []string{"nobody reaches it by that address any more, until it is opened again"}
	}
	return p
}

// switchSubdomain asks for the change. Right after a deployment the ports of a
// service are unknown for a while, which is waited for where they are declared.
func switchSubdomain(ctx context.Context, c *tool.Call, s zerops.Service, in *setSubdomainAccessIn) (zerops.Process, error) {
	limit, _ := c.Budget(in.Waiting)
	deadline := time.Now().Add(min(max(limit, 2*time.Second), portsLag))
	report := c.Progress(ctx)
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
			return c.API.SetSubdomainAccess(ctx, s.ID, in.Enabled)
		})
		switch {
		case !in.Enabled && zerops.HasCode(err, zerops.CodeSubdomainAlreadyOff):
			return zerops.Process{}, nil
		case !zerops.HasCode(err, zerops.CodeNoSubdomainPorts) && !zerops.HasCode(err, zerops.CodeServiceNotHTTP):
			return process, err
		}
		port, declared := httpPort(s)
		if !declared { // it may have been deployed since it was read
			if now, readErr := c.API.Service(ctx, s.ID); readErr == nil {
				s = now
				port, declared = httpPort(s)
			}
		}
		switch {
		case !declared:
			return process, err
		case time.Now().Add(pause).After(deadline):
			return process, portsNotOpen(s, port, err)
		}
		report(fmt.Sprintf("waiting until the platform has opened port %d", port))
		if !tool.Delay(ctx, pause) {
			return process, portsNotOpen(s, port, err)
		}
	}
}

// httpPort is the first HTTP port that a service has or declares.
func httpPort(s zerops.Service) (number int, declared bool) {
	for _, port := range s.KnownPorts() {
		if port.HTTP() {
			return port.Port, true
		}
	}
	return 0, false
}

// portsNotOpen is the answer where a declared port did not open in time.
func portsNotOpen(s zerops.Service, port int, err error) error {
	return &tool.Failure{
		Code: request.CodeConflict, Cause: err, Retryable: true,
		Message: fmt.Sprintf("the deployment of %q declares the HTTP port %d, but the platform has not opened it yet; nothing was changed", tool.Clean(s.Name, 40), port),
		Hint:    "That takes some 8 s after a deployment. Call again; if it stays so, diagnose_service shows whether the application runs and listens on that port.",
		Next:    &tool.FailureNext{Tool: "diagnose_service", Arguments: map[string]any{"service": s.ID}},
	}
}

// subdomainShown reads the service back until it shows the wanted state.
func subdomainShown(ctx context.Context, c *tool.Call, id string, enabled bool, status string) (zerops.Service, error) {
	deadline := time.Now().Add(subdomainLag)
	for {
		s, err := c.API.Service(ctx, id)
		if err != nil || s.SubdomainAccess == enabled || status != tool.StatusDone || time.Now().After(deadline) || !tool.Delay(ctx, 300*time.Millisecond) {
			return s, err
		}
	}
}

// subdomainOut tells the state, and, where the addresses are open, what they
// answer.
func subdomainOut(ctx context.Context, c *tool.Call, s zerops.Service, f tool.ChangeResult, patience time.Duration) (*setSubdomainAccessOut, error) {
	out := setSubdomainAccessOut{ChangeResult: f, ServiceID: s.ID, Hostname: tool.Clean(s.Name, 40), Enabled: new(s.SubdomainAccess)}
	p, err := c.API.Project(ctx, s.ProjectID)
	if err != nil { // the state of the access stands without its addresses
		out.Message = tool.JoinWords(out.Message, "the addresses could not be read ("+c.Explain(ctx, err).Code+")")
		return &out, nil
	}
	for _, url := range services.URLs(s, p) {
		out.URLs = append(out.URLs, visitedView{URL: url})
	}
	if s.SubdomainAccess {
		visit(ctx, c, out.URLs, patience)
	}
	return &out, nil
}

// visit asks each address for an answer, for as long as patience lasts while only
// the balancer answers. Next to an API on this machine there is nothing to visit.
func visit(ctx context.Context, c *tool.Call, urls []visitedView, patience time.Duration) {
	if c.Runner.API().Loopback() {
		return
	}
	deadline := time.Now().Add(patience)
	zerops.FanOut(min(len(urls), maxVisits), func(i int) error {
		for {
			status, err := c.Runner.API().Visit(ctx, urls[i].URL)
			urls[i].record(status, err)
			if *urls[i].Reachable || time.Now().After(deadline) || !tool.Delay(ctx, 500*time.Millisecond) {
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
		v.Problem = "no answer from here: " + tool.Clean(err.Error(), 160)
	case status >= 500:
		v.Problem = fmt.Sprintf("HTTP %d: the balancer gets no good answer; the service may not listen on that port and on 0.0.0.0, or be starting", status)
	case status >= 400:
		v.Problem = fmt.Sprintf("the service answers HTTP %d for /", status)
	}
}
