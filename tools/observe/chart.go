package observe

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"zerops-mcp/tools/facts/costs"
	"zerops-mcp/tools/observe/plot"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type renderChartIn struct {
	Kind    string `json:"kind" jsonschema:"enum=metrics,enum=costs"`
	Org     string `json:"org,omitempty"`
	Project string `json:"project,omitempty"`
	Service string `json:"service,omitempty"`
	tool.Window
	Interval string `json:"interval,omitempty" jsonschema:"enum=minute,enum=hour,enum=day,enum=week,enum=month"`
	GroupBy  string `json:"group_by,omitempty" jsonschema:"enum=project,enum=service,enum=day"`
}

func renderChart(ctx context.Context, c *tool.Call, in *renderChartIn) (*tool.Picture, error) {
	if in.Kind == "costs" {
		if in.Service != "" || in.Interval != "" {
			return nil, tool.Invalid("kind", "costs takes neither service nor interval; use group_by")
		}
		return costChart(ctx, c, getCostsIn{Org: in.Org, Project: in.Project, Since: in.Since, Until: in.Until, GroupBy: in.GroupBy})
	}
	if in.Org != "" || in.GroupBy != "" {
		return nil, tool.Invalid("kind", "metrics takes neither org nor group_by; name a project or service")
	}
	u, err := readUsage(ctx, c, getMetricsIn{Project: in.Project, Service: in.Service, Window: in.Window, Interval: in.Interval})
	if err != nil {
		return nil, err
	}
	if len(u.serviceList) == 0 {
		return nil, &tool.Failure{
			Code: request.CodeNotFound, Message: "the platform has no measurements in this range, so there is nothing to draw",
			Hint: "A service that is stopped or new has none; try a longer range.",
		}
	}
	if u.service != nil {
		return serviceChart(c, u)
	}
	return projectChart(c, u)
}

// shown cleans a name for a picture, which the redactor of results does not see.
func shown(c *tool.Call, name string, limit int) string {
	return tool.Clean(c.Redactor.Text(tool.CleanText(name)), limit)
}

// serviceChart draws a service over time: three resources, each under its limit.
func serviceChart(c *tool.Call, u usage) (*tool.Picture, error) {
	at := u.buckets()
	rows := map[time.Time]zerops.Usage{}
	for _, row := range u.perService[u.service.ID] {
		rows[u.interval.Align(row.From.Time)] = row
	}
	summary := summarize(u.service.Name, u.service.ID, u.perService[u.service.ID])
	panels := []plot.Panel{
		resourcePanel("CPU", summary.CPU, "cores"),
		resourcePanel("RAM", summary.RAM, "GB"),
		resourcePanel("Disk", summary.Disk, "GB"),
	}
	for _, t := range at {
		row, measured := rows[t]
		for i, value := range [][2]float64{{row.CPUUsed(), row.CPULimit()}, {row.RAMUsed, row.RAMLimit}, {row.DiskUsed, row.DiskLimit}} {
			if !measured {
				value = [2]float64{math.NaN(), math.NaN()}
			}
			for of, v := range value {
				panels[i].Series[of].Values = append(panels[i].Series[of].Values, v)
			}
		}
	}
	for i := range panels {
		panels[i].Labels = timeLabels(at, u.interval, maxPanelDates)
	}
	name := shown(c, u.service.Name, 40)
	raw, err := plot.Figure{Title: fmt.Sprintf("%s in %s, %s", name, shown(c, u.project.Name, 40), u.span()), Panels: panels}.PNG()
	if err != nil {
		return nil, err
	}
	return &tool.Picture{Png: raw, Caption: fmt.Sprintf("%s, per %s, %s: CPU peak %g of %g cores (%g %%), RAM peak %g of %g GB (%g %%), disk peak %g of %g GB (%g %%).",
		name, u.interval.Name, u.span(), summary.CPU.Peak, summary.CPU.Limit, summary.CPU.PeakPercent,
		summary.RAM.Peak, summary.RAM.Limit, summary.RAM.PeakPercent, summary.Disk.Peak, summary.Disk.Limit, summary.Disk.PeakPercent)}, nil
}

// resourcePanel is the plot of one resource over time, without its values: what was
// used under what there was.
func resourcePanel(name string, r resourceView, unit string) plot.Panel {
	return plot.Panel{
		Title: fmt.Sprintf("%s: peak %s of %s %s (%g %%)", name, shortNumber(r.Peak), shortNumber(r.Limit), unit, r.PeakPercent),
		X:     "time (UTC)", Y: unit, Series: []plot.Series{{Name: "used"}, {Name: "limit"}},
	}
}

// maxBars is how many services fit beside each other.
const maxBars = 12

// projectChart draws the peaks of all services of a project, the tightest first.
func projectChart(c *tool.Call, u usage) (*tool.Picture, error) {
	var all []usageSummary
	for _, id := range u.serviceList {
		all = append(all, summarize(u.names[id], id, u.perService[id]))
	}
	tightest := func(s usageSummary) float64 { return max(s.CPU.PeakPercent, s.RAM.PeakPercent, s.Disk.PeakPercent) }
	sort.SliceStable(all, func(i, j int) bool { return tightest(all[i]) > tightest(all[j]) })
	title := fmt.Sprintf("Peak use in %s, %s", shown(c, u.project.Name, 40), u.span())
	left := 0
	if len(all) > maxBars {
		left = len(all) - maxBars
		all = all[:maxBars]
		title += fmt.Sprintf(" (the tightest %d of %d services)", maxBars, maxBars+left)
	}
	p := plot.Panel{X: "service", Y: "peak, % of the limit", Kind: plot.Bars, Names: true, Least: 100, Series: []plot.Series{{Name: "CPU"}, {Name: "RAM"}, {Name: "disk"}}}
	var words []string
	for _, one := range all {
		name := shown(c, one.Service, 14)
		p.Labels = append(p.Labels, name)
		for i, r := range []resourceView{one.CPU, one.RAM, one.Disk} {
			p.Series[i].Values = append(p.Series[i].Values, r.PeakPercent)
		}
		words = append(words, fmt.Sprintf("%s %g/%g/%g", name, one.CPU.PeakPercent, one.RAM.PeakPercent, one.Disk.PeakPercent))
	}
	raw, err := plot.Figure{Title: title, Panels: []plot.Panel{p}}.PNG()
	if err != nil {
		return nil, err
	}
	caption := title + ", CPU/RAM/disk in % of the limit: " + strings.Join(words, ", ") + "."
	return &tool.Picture{Png: raw, Caption: caption}, nil
}

const (
	// maxDates is how many dates fit below an axis.
	maxDates = 12
	// maxPanelDates is how many fit below that of a panel.
	maxPanelDates = 5
	// maxDays is how many bars stay wide enough to be seen; beyond it they are weeks.
	maxDays = 62
)

// maxSegments is how many projects or services of a bar are told apart.
const maxSegments = 7

func costChart(ctx context.Context, c *tool.Call, in getCostsIn) (*tool.Picture, error) {
	k, err := costs.Read(ctx, c, costs.Query(in))
	if err != nil {
		return nil, err
	}
	if k.Interval.Code == zerops.PerDay && len(k.Buckets()) > maxDays {
		k.Interval = tool.Intervals()[3]
	}
	at := k.Buckets()
	groups, sum := k.Groups()
	if k.GroupBy == "day" {
		whole := costs.Group{Name: "all", PerBucket: map[time.Time]float64{}}
		for _, g := range groups {
			for t, cost := range g.PerBucket {
				whole.PerBucket[t] += cost
			}
		}
		whole.Total, groups = sum, []costs.Group{whole}
	}
	about := "organisation " + shown(c, k.Organization.Name, 40)
	if k.Project != nil {
		about = "project " + shown(c, k.Project.Name, 40)
	}
	span := spanOf(k.From, k.Till, false)
	currency := cmp.Or(k.Currency, "currency units")
	title := fmt.Sprintf("Costs of the %s, %s: %.2f %s", about, span, sum, currency)
	p := plot.Panel{X: "day (UTC)", Y: currency + " per " + k.Interval.Name, Labels: timeLabels(at, k.Interval, maxDates), Kind: plot.Stacked}
	if k.Interval.Code != zerops.PerDay {
		p.X = k.Interval.Name + " beginning (UTC)"
	}
	var words []string
	for _, g := range foldRest(groups) {
		name := shown(c, cmp.Or(g.Name, g.ID), 24)
		if g.Project != "" && k.Project == nil { // hostnames repeat between projects
			name = shown(c, g.Project, 16) + "/" + name
		}
		values := make([]float64, len(at))
		for i, t := range at {
			values[i] = g.PerBucket[t]
		}
		p.Series = append(p.Series, plot.Series{Name: name, Values: values})
		words = append(words, fmt.Sprintf("%s %.2f", name, g.Total))
	}
	if len(p.Series) == 0 {
		p.Series = []plot.Series{{Name: "nothing"}}
	}
	raw, err := plot.Figure{Title: title, Panels: []plot.Panel{p}}.PNG()
	if err != nil {
		return nil, err
	}
	caption := title + " without VAT"
	if k.GroupBy != "day" && len(words) > 0 {
		caption += " (" + strings.Join(words, ", ") + ")"
	}
	return &tool.Picture{Png: raw, Caption: caption + "."}, nil
}

// foldRest sums up what is too small to be told apart.
func foldRest(groups []costs.Group) []costs.Group {
	if len(groups) <= maxSegments {
		return groups
	}
	rest := costs.Group{Name: fmt.Sprintf("%d others", len(groups)-maxSegments+1), PerBucket: map[time.Time]float64{}}
	for _, g := range groups[maxSegments-1:] {
		rest.Total += g.Total
		for t, cost := range g.PerBucket {
			rest.PerBucket[t] += cost
		}
	}
	return append(slices.Clone(groups[:maxSegments-1]), rest)
}

// buckets lists the starts of all intervals of the range.
func (u *usage) buckets() []time.Time {
	var all []time.Time
	for at := u.interval.Align(u.from); at.Before(u.till) && len(all) <= tool.MaxIntervals+1; at = u.interval.Next(at) {
		all = append(all, at)
	}
	return all
}

// shortNumber writes a number as short as it can be told apart.
func shortNumber(v float64) string {
	digits := 1000.0
	if math.Abs(v) >= 1000 {
		digits = 1
	}
	return strconv.FormatFloat(math.Round(v*digits)/digits, 'f', -1, 64)
}

// span writes the range with its times where it is short.
func (u *usage) span() string { return spanOf(u.from, u.till, u.till.Sub(u.from) <= 4*24*time.Hour) }

func spanOf(from, till time.Time, withTime bool) string {
	layout := "2 Jan 2006"
	if withTime {
		layout = "2 Jan 15:04"
	}
	return from.UTC().Format(layout) + " – " + till.UTC().Format(layout) + " UTC"
}
