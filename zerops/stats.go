package zerops

import (
	"context"
	"time"
)

// Sizes of the time buckets that statistics and costs are grouped into
// (platform §4.12).
const (
	PerMinute = "1m"
	PerHour   = "1h"
	PerDay    = "1d"
	PerWeek   = "1w"
	PerMonth  = "1M"
)

// statsZone is the zone whose days and months bound the buckets. The API insists
// on one and answers in it.
const statsZone = "UTC"

// Usage is what a service used of what it had in one time bucket, over all its
// containers. CPU is in cores, RAM and disk in GB.
type Usage struct {
	From      Time   `json:"from"`
	Till      Time   `json:"till"`
	ProjectID string `json:"projectId"`
	ServiceID string `json:"serviceStackId"`
	// Containers is nil where the API does not tell.
	Containers *int `json:"containerCount"`
	// CPU cores are counted apart: those the service has to itself and those it
	// shares, of which a service has one kind only.
	DedicatedLimit float64 `json:"cpuLimit"`
	DedicatedUsed  float64 `json:"cpuUsed"`
	SharedLimit    float64 `json:"vCpuLimit"`
	SharedUsed     float64 `json:"vCpuUsed"`
	RAMLimit       float64 `json:"ramLimit"`
	RAMUsed        float64 `json:"ramUsed"`
	DiskLimit      float64 `json:"diskLimit"`
	DiskUsed       float64 `json:"diskUsed"`
}

// CPULimit returns the cores of either kind.
func (u Usage) CPULimit() float64 { return u.DedicatedLimit + u.SharedLimit }

// CPUUsed returns the cores of either kind that were used.
func (u Usage) CPUUsed() float64 { return u.DedicatedUsed + u.SharedUsed }

// UsageQuery selects the history of one project, or of one of its services.
type UsageQuery struct {
	OrganizationID string
	ProjectID      string
	ServiceID      string // empty means all services of the project
	Interval       string // one of the Per constants
	From, Till     time.Time
}

// UsageHistory returns the usage per service and time bucket, in no particular
// order. Buckets in which nothing ran are missing (operation
// PostStatsHistoryGroupBySearch; platform §4.12). The API takes either a
// number of buckets or a range, never both; this asks for the range, because it
// alone says which buckets come back.
func (c *Client) UsageHistory(ctx context.Context, q UsageQuery) ([]Usage, error) {
	filters := []Filter{Equal("clientId", q.OrganizationID), Equal("projectId", q.ProjectID)}
	if q.ServiceID != "" {
		filters = append(filters, Equal("serviceStackId", q.ServiceID))
	}
	p, err := fetch[page[Usage]](ctx, c, Call{Operation: PostStatsHistoryGroupBySearch, Body: map[string]any{
		"search": filters, "groupBy": "serviceStackId", "timeGroupBy": q.Interval, "timeZone": statsZone,
		"from": stamp(q.From), "till": stamp(q.Till),
	}})
	return p.Items, err
}

// stamp writes a time as the API reads it; both ends of a range must be in one
// zone.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
