package costs

import (
	"cmp"
	"sort"
	"strings"
	"time"

	"zerops-mcp/tools/tool"
)

// Group is the sum of one project or service.
type Group struct {
	ID, Name, Project string
	Total             float64
	PerBucket         map[time.Time]float64
}

// Groups sums up the rows, the costliest first, and returns the sum of all.
func (k *Costs) Groups() ([]Group, float64) {
	byID := map[string]*Group{}
	sum := 0.0
	for _, row := range k.rows {
		id, name, project := row.ProjectID, row.ProjectName, ""
		if k.GroupBy == "service" {
			id, name, project = row.ServiceID, row.ServiceName, cmp.Or(row.ProjectName, row.ProjectID)
		}
		g := byID[id]
		if g == nil {
			g = &Group{ID: id, PerBucket: map[time.Time]float64{}}
			byID[id] = g
		}
		g.Name, g.Project = cmp.Or(name, g.Name), cmp.Or(project, g.Project)
		g.Total += float64(row.Total)
		g.PerBucket[k.Interval.Align(row.From.Time)] += float64(row.Total)
		sum += float64(row.Total)
	}
	groups := make([]Group, 0, len(byID))
	for _, g := range byID {
		groups = append(groups, *g)
	}
	sort.SliceStable(groups, func(i, j int) bool {
		a, b := groups[i], groups[j]
		return cmp.Or(cmp.Compare(b.Total, a.Total), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) < 0
	})
	return groups, sum
}

// Buckets lists the starts of all intervals of the range, those without costs
// included.
func (k *Costs) Buckets() []time.Time {
	var all []time.Time
	for at := k.Interval.Align(k.From); at.Before(k.Till) && len(all) < tool.MaxIntervals; at = k.Interval.Next(at) {
		all = append(all, at)
	}
	return all
}
