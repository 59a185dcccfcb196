package tools

import (
	"context"
	"fmt"
	"time"

	"zerops-mcp/zerops"
)

type getProjectOut struct {
	projectView
	IPv4           string        `json:"ipv4,omitempty"`
	IPv4Shared     bool          `json:"ipv4_shared"`
	IPv6           string        `json:"ipv6,omitempty"`
	ServiceList    []serviceView `json:"service_list"`
	Running        []processView `json:"running_processes"`
	RecentlyFailed []processView `json:"recently_failed_processes"`
	DomainProblems []domainIssue `json:"domain_problems"`
	VariableCount  *int          `json:"variable_count,omitempty"`
	Incomplete     []string      `json:"incomplete,omitempty"`
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
func getProject(ctx context.Context, c *call, in inProject) (getProjectOut, error) {
	p, err := c.project(ctx, in.Project)
	if err != nil {
		return getProjectOut{}, err
	}
	out := getProjectOut{
		projectView: viewProject(p, c.organizationName(ctx, p.OrganizationID)),
		IPv4:        clean(p.PublicIPv4, 60), IPv4Shared: p.PublicIPv4Share, IPv6: clean(p.PublicIPv6, 60),
		ServiceList: []serviceView{}, Running: []processView{}, RecentlyFailed: []processView{}, DomainProblems: []domainIssue{},
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
			services, _, err = zerops.Collect(c.api.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
			return err
		}},
		{"processes", func(ctx context.Context) (err error) {
			processes, _, err = zerops.Collect(c.api.ProjectProcesses(ctx, p.ID, zerops.ListOptions{Limit: overviewScan}), overviewScan)
			return err
		}},
		{"domains", func(ctx context.Context) (err error) {
			routings, _, err = zerops.Collect(c.api.HTTPRoutings(ctx, p.ID), 0)
			return err
		}},
		{"variables", func(ctx context.Context) (err error) {
			variables, err = c.api.ProjectVariables(ctx, p.OrganizationID, p.ID)
			return err
		}},
	}
	errs := zerops.FanOut(len(parts), func(i int) error { return parts[i].read(ctx) })
	for i, err := range errs {
		if err != nil {
			out.Incomplete = append(out.Incomplete, parts[i].name+": "+c.reason(ctx, err))
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
	return out, nil
}

// organizationName looks up a name for display; the id serves where it cannot
// be had.
func (c *call) organizationName(ctx context.Context, id string) string {
	_, organizations, err := c.organizations(ctx)
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

func (o *getProjectOut) addServices(p zerops.Project, services []zerops.Service) {
	o.Services = &serviceCounts{}
	for _, s := range services {
		if s.Hidden() {
			continue
		}
		o.ServiceList = append(o.ServiceList, viewService(s, p))
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
			o.Running = append(o.Running, viewProcess(process))
		case zerops.ProcessFailed:
			if now.Sub(process.Created.Time) < recentlyFailed {
				o.RecentlyFailed = append(o.RecentlyFailed, viewProcess(process))
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
				Domain: clean(d.Name, 120), DNS: clean(d.DNSStatus, 40), SSL: clean(d.SSLStatus, 40), Synced: r.Synced,
			})
		}
	}
}
