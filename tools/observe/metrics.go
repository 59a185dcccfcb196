package observe

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"sort"
	"time"

	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type getMetricsIn struct {
	Project string `json:"project,omitempty"`
	Service string `json:"service,omitempty" jsonschema_description:"all of the project if left out: peaks only"`
	tool.Window
	Interval string `json:"interval,omitempty" jsonschema:"enum=minute,enum=hour,enum=day,enum=week,enum=month"`
}

type getMetricsOut struct {
	ProjectID string            `json:"project_id"`
	Since     time.Time         `json:"since"`
	Until     time.Time         `json:"until"`
	Interval  string            `json:"interval"`
	TimeZone  string            `json:"time_zone"`
	Services  []usageSummary    `json:"services"`
	Scaling   *services.Scaling `json:"scaling,omitempty"`
	Warnings  []string          `json:"warnings,omitempty"`
	Message   string            `json:"message,omitempty"`
	Items     []usageView       `json:"items"`
	Total     int               `json:"total"`
	Truncated string            `json:"truncated,omitempty"`
}

// usageSummary is the range at a glance, over all containers of a service.
type usageSummary struct {
	Service    string       `json:"service"`
	ServiceID  string       `json:"service_id"`
	Containers *int         `json:"containers,omitempty"`
	CPUMode    string       `json:"cpu_mode,omitempty"`
	CPU        resourceView `json:"cpu_cores"`
	RAM        resourceView `json:"ram_gb"`
	Disk       resourceView `json:"disk_gb"`
}

// resourceView tells how much of a resource was used of what the service had at
// the time; autoscaling moves the limit. Headroom is the least that was ever left.
type resourceView struct {
	Limit       float64    `json:"limit"`
	Latest      float64    `json:"latest"`
	Average     float64    `json:"average"`
	Peak        float64    `json:"peak"`
	PeakAt      *time.Time `json:"peak_at,omitempty"`
	PeakPercent float64    `json:"peak_percent"`
	Headroom    float64    `json:"headroom"`
}

type usageView struct {
	From       time.Time `json:"from"`
	CPU        float64   `json:"cpu_cores"`
	CPULimit   float64   `json:"cpu_limit_cores"`
	RAM        float64   `json:"ram_gb"`
	RAMLimit   float64   `json:"ram_limit_gb"`
	Disk       float64   `json:"disk_gb"`
	DiskLimit  float64   `json:"disk_limit_gb"`
	Containers *int      `json:"containers,omitempty"`
}

// Len is how many intervals there are.
func (o getMetricsOut) Len() int { return len(o.Items) }

// Cut keeps the newest n intervals; the summary covers all of them.
func (o getMetricsOut) Cut(n int) any {
	o.Truncated = fmt.Sprintf("only the newest %d of %d intervals fit; the summary covers all; take a longer interval or a shorter range", n, len(o.Items))
	o.Items = o.Items[len(o.Items)-n:]
	return o
}

// usage is what get_metrics and the chart have in common: the history of one
// service, or of all services of a project.
type usage struct {
	project     zerops.Project
	service     *zerops.Service // nil for all
	names       map[string]string
	from, till  time.Time
	interval    tool.Interval
	perService  map[string][]zerops.Usage // by time
	serviceList []string                  // ids, by name
}

func readUsage(ctx context.Context, c *tool.Call, in getMetricsIn) (usage, error) {
	var u usage
	var err error
	if u.from, u.till, err = in.Bounds(time.Now(), tool.DefaultSince); err != nil {
		return u, err
	}
	if u.interval, err = tool.PickInterval(in.Interval, u.till.Sub(u.from)); err != nil {
		return u, err
	}
	u.from = u.interval.Align(u.from)
	query := zerops.UsageQuery{Interval: u.interval.Code, From: u.from, Till: u.till}
	if err := usageOf(ctx, c, in, &u, &query); err != nil {
		return u, err
	}
	rows, err := c.API.UsageHistory(ctx, query)
	if err != nil {
		return u, err
	}
	u.sort(rows)
	return u, nil
}

// usageOf finds out whose usage is meant.
func usageOf(ctx context.Context, c *tool.Call, in getMetricsIn, u *usage, query *zerops.UsageQuery) error {
	if in.Service != "" {
		s, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: in.Service})
		if err != nil {
			return err
		}
		u.service, u.names = &s, map[string]string{s.ID: s.Name}
		u.project = zerops.Project{ID: s.ProjectID, Name: s.Project.Name, OrganizationID: s.Project.OrganizationID}
		query.OrganizationID, query.ProjectID, query.ServiceID = cmp.Or(s.Project.OrganizationID, s.OrganizationID), s.ProjectID, s.ID
		return nil
	}
	p, err := c.ProjectOrOnly(ctx, in.Project)
	if err != nil {
		return err
	}
	services, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
	if err != nil {
		return err
	}
	u.project, u.names = p, map[string]string{}
	for _, s := range services {
		if !s.Hidden() {
			u.names[s.ID] = s.Name
		}
	}
	query.OrganizationID, query.ProjectID = p.OrganizationID, p.ID
	return nil
}

// sort orders the rows by service and time. Rows of services that people are not
// shown, or that are gone, are left out.
func (u *usage) sort(rows []zerops.Usage) {
	u.perService = map[string][]zerops.Usage{}
	for _, row := range rows {
		if _, ok := u.names[row.ServiceID]; ok && !row.From.IsZero() {
			u.perService[row.ServiceID] = append(u.perService[row.ServiceID], row)
		}
	}
	for id, list := range u.perService {
		sort.SliceStable(list, func(i, j int) bool { return list[i].From.Before(list[j].From.Time) })
		u.serviceList = append(u.serviceList, id)
	}
	sort.SliceStable(u.serviceList, func(i, j int) bool { return u.names[u.serviceList[i]] < u.names[u.serviceList[j]] })
}

func getMetrics(ctx context.Context, c *tool.Call, in *getMetricsIn) (*getMetricsOut, error) {
	u, err := readUsage(ctx, c, *in)
	if err != nil {
		return nil, err
	}
	out := getMetricsOut{
		ProjectID: u.project.ID, Since: u.from.Truncate(time.Second), Until: u.till.UTC().Truncate(time.Second),
		Interval: u.interval.Name, TimeZone: "UTC", Services: []usageSummary{}, Items: []usageView{},
	}
	for _, id := range u.serviceList {
		s := summarize(u.names[id], id, u.perService[id])
		out.Services = append(out.Services, s)
		out.Warnings = append(out.Warnings, s.warnings()...)
	}
	switch {
	case len(u.serviceList) == 0:
		out.Message = "the platform has no measurements in this range; a service that is stopped or new has none"
	case u.service == nil:
		out.Message = "peaks of all services; name a service for its values per interval"
	}
	if u.service != nil {
		out.Scaling = services.NewScaling(u.service.CurrentAutoscaling)
		for _, row := range u.perService[u.service.ID] {
			out.Items = append(out.Items, viewUsage(row))
		}
	}
	out.Total = len(out.Items)
	return &out, nil
}

func viewUsage(row zerops.Usage) usageView {
	return usageView{
		From: row.From.Truncate(time.Second), CPU: round(row.CPUUsed()), CPULimit: round(row.CPULimit()), RAM: round(row.RAMUsed), RAMLimit: round(row.RAMLimit),
		Disk: round(row.DiskUsed), DiskLimit: round(row.DiskLimit), Containers: row.Containers,
	}
}

func summarize(name, id string, rows []zerops.Usage) usageSummary {
	s := usageSummary{Service: tool.Clean(name, 40), ServiceID: id}
	if len(rows) == 0 {
		return s
	}
	last := rows[len(rows)-1]
	s.Containers = last.Containers
	switch {
	case last.DedicatedLimit > 0:
		s.CPUMode = "DEDICATED"
	case last.SharedLimit > 0:
		s.CPUMode = "SHARED"
	}
	s.CPU = viewResource(rows, zerops.Usage.CPUUsed, zerops.Usage.CPULimit)
	s.RAM = viewResource(rows, func(u zerops.Usage) float64 { return u.RAMUsed }, func(u zerops.Usage) float64 { return u.RAMLimit })
	s.Disk = viewResource(rows, func(u zerops.Usage) float64 { return u.DiskUsed }, func(u zerops.Usage) float64 { return u.DiskLimit })
	return s
}

func viewResource(rows []zerops.Usage, used, limit func(zerops.Usage) float64) resourceView {
	last := rows[len(rows)-1]
	v := resourceView{Limit: round(limit(last)), Latest: round(used(last))}
	sum, headroom, bounded := 0.0, math.Inf(1), false
	for i, row := range rows {
		value, bound := used(row), limit(row)
		sum += value
		if i == 0 || value > v.Peak {
			v.Peak, v.PeakAt = value, tool.TimeOrNil(row.From)
		}
		if bound > 0 {
			bounded = true
			headroom = min(headroom, bound-value)
			v.PeakPercent = max(v.PeakPercent, value/bound*100)
		}
	}
	v.Peak, v.Average, v.PeakPercent = round(v.Peak), round(sum/float64(len(rows))), math.Round(v.PeakPercent)
	if bounded {
		v.Headroom = round(max(headroom, 0))
	}
	return v
}

// tight is the share of a limit above which a warning is due.
const tight = 90

// warnings names the resources that came close to their limit.
func (s usageSummary) warnings() []string {
	var words []string
	for _, resource := range []struct {
		name, unit string
		resourceView
	}{{"CPU", "cores", s.CPU}, {"RAM", "GB", s.RAM}, {"disk", "GB", s.Disk}} {
		if resource.PeakPercent >= tight {
			words = append(words, fmt.Sprintf("%s: %s peaked at %.0f %% of what it had (%g of %g %s now)",
				s.Service, resource.name, resource.PeakPercent, resource.Latest, resource.Limit, resource.unit))
		}
	}
	return words
}

// round keeps four significant decimals, which is more than the platform measures.
func round(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return math.Round(f*1e4) / 1e4
}
