package projects

import (
	"context"
	"fmt"
	"time"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type getProjectOut struct {
	projectView
	IPv4           string             `json:"ipv4,omitempty"`
	IPv4Shared     bool               `json:"ipv4_shared"`
	IPv6           string             `json:"ipv6,omitempty"`
	ServiceList    []services.View    `json:"service_list"`
	Running        []tool.ProcessView `json:"running_processes"`
	RecentlyFailed []tool.ProcessView `json:"recently_failed_processes"`
	DomainProblems []domainIssue      `json:"domain_problems"`
	VariableCount  *int               `json:"variable_count,omitempty"`
	Incomplete     []string           `json:"incomplete,omitempty"`
}

type domainIssue struct {
	Domain string `json:"domain"`
	DNS    string `json:"dns,omitempty"`
	SSL    string `json:"ssl,omitempty"`
	Synced bool   `json:"synced"`
}

const (
	recentlyFailed = 24 * time.Hour
	overviewScan   = 100
)

// getProject gathers an overview with a handful of requests at once. What could
// not be read is named in incomplete instead of costing the rest.
func getProject(ctx context.Context, c *tool.Call, in *tool.InProject) (*getProjectOut, error) {
	p, err := c.Project(ctx, in.Project)
	if err != nil {
		return nil, err
	}
	out := getProjectOut{
		projectView: viewProject(p, c.OrganizationName(ctx, p.OrganizationID)),
		IPv4:        tool.Clean(p.PublicIPv4, 60), IPv4Shared: p.PublicIPv4Share, IPv6: tool.Clean(p.PublicIPv6, 60),
		ServiceList: []services.View{}, Running: []tool.ProcessView{}, RecentlyFailed: []tool.ProcessView{}, DomainProblems: []domainIssue{},
	}
	var (
		services  []zerops.Service
		processes []zerops.Process
		routings  []zerops.HTTPRouting
		variables []zerops.Variable
	)
	parts := []struct {
		name string
		read func(context.Context) error
	}{
		{"services", func(ctx context.Context) (err error) {
			services, _, err = zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
			return err
		}},
		{"processes", func(ctx context.Context) (err error) {
			processes, _, err = zerops.Collect(c.API.ProjectProcesses(ctx, p.ID, zerops.ListOptions{Limit: overviewScan}), overviewScan)
			return err
		}},
		{"domains", func(ctx context.Context) (err error) {
			routings, _, err = zerops.Collect(c.API.HTTPRoutings(ctx, p.ID), 0)
			return err
		}},
		{"variables", func(ctx context.Context) (err error) {
			variables, err = c.API.ProjectVariables(ctx, p.OrganizationID, p.ID)
			return err
		}},
	}
	errs := zerops.FanOut(len(parts), func(i int) error { return parts[i].read(ctx) })
	for i, err := range errs {
		if err != nil {
			out.Incomplete = append(out.Incomplete, parts[i].name+": "+c.Reason(ctx, err))
		}
	}
	if errs[0] == nil {
		out.addServices(p, services)
	}
	out.addProcesses(processes, time.Now())
	if n := len(processes); n == overviewScan && time.Since(processes[n-1].Created.Time) < recentlyFailed {
		out.Incomplete = append(out.Incomplete, fmt.Sprintf("processes: only the newest %d were looked at, which does not reach back %d hours", n, int(recentlyFailed.Hours())))
	}
	out.addDomains(routings)
	if errs[3] == nil {
		out.VariableCount = new(len(variables))
	}
	return &out, nil
}

func (o *getProjectOut) addServices(p zerops.Project, list []zerops.Service) {
	o.Services = &serviceCounts{}
	for _, s := range list {
		if s.Hidden() {
			continue
		}
		o.ServiceList = append(o.ServiceList, services.NewView(s, p))
		o.Services.Total++
		switch {
		case s.Failed():
			o.Services.Failed++
		case s.Status == "ACTIVE":
			o.Services.Running++
		}
	}
}

func (o *getProjectOut) addProcesses(processes []zerops.Process, now time.Time) {
	for _, process := range processes {
		if process.Internal() {
			continue
		}
		switch process.State() {
		case zerops.ProcessRunning:
			o.Running = append(o.Running, tool.ViewProcess(process))
		case zerops.ProcessFailed:
			if now.Sub(process.Created.Time) < recentlyFailed {
				o.RecentlyFailed = append(o.RecentlyFailed, tool.ViewProcess(process))
			}
		case zerops.ProcessFinished, zerops.ProcessCanceled, zerops.ProcessUnknown:
		}
	}
}

func (o *getProjectOut) addDomains(routings []zerops.HTTPRouting) {
	for _, r := range routings {
		for _, d := range r.Domains {
			if d.DNSStatus == "OK" && (d.SSLStatus == "ACTIVE" || !r.SSL) && r.Synced {
				continue
			}
			o.DomainProblems = append(o.DomainProblems, domainIssue{
				Domain: tool.Clean(d.Name, 120), DNS: tool.Clean(d.DNSStatus, 40), SSL: tool.Clean(d.SSLStatus, 40), Synced: r.Synced,
			})
		}
	}
}
