package observe

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sort"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type listEventsIn struct {
	Project    string `json:"project,omitempty"`
	Service    string `json:"service,omitempty"`
	Since      string `json:"since,omitempty" jsonschema_description:"RFC 3339, or 30m, 24h, 7d"`
	FailedOnly bool   `json:"failed_only,omitempty"`
	tool.Paging
}

type listEventsOut struct {
	tool.Page[eventView]
	Since      time.Time `json:"since"`
	Incomplete []string  `json:"incomplete,omitempty"`
}

// Cut keeps what is said about the list.
func (o listEventsOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

type eventView struct {
	Time       time.Time  `json:"time"`
	Kind       string     `json:"kind" jsonschema:"enum=process,enum=deployment,enum=notification"`
	ID         string     `json:"id"`
	Action     string     `json:"action,omitempty"`
	Status     string     `json:"status"`
	Service    string     `json:"service,omitempty"`
	By         string     `json:"by,omitempty"`
	Finished   *time.Time `json:"finished,omitempty"`
	Deployment string     `json:"deployment,omitempty"`
	Error      string     `json:"error,omitempty"`

	failed bool
}

const (
	// maxEvents bounds how many rows of each kind are read.
	maxEvents = 1000
	// longestWork is how much earlier something may have begun that ended within
	// the range: a pipeline may take an hour.
	longestWork = 2 * time.Hour
)

// timeline gathers events from their three sources.
type timeline struct {
	since         time.Time
	processes     []zerops.Process
	versions      []zerops.AppVersion
	notifications []zerops.Notification
	services      map[string]string // names by id
	incomplete    []string
}

func listEvents(ctx context.Context, c *tool.Call, in *listEventsIn) (*listEventsOut, error) {
	since, _, err := tool.Window{Since: in.Since}.Bounds(time.Now(), tool.DefaultSince)
	if err != nil {
		return nil, err
	}
	t := timeline{since: since, services: map[string]string{}}
	if in.Service != "" {
		err = serviceTimeline(ctx, c, *in, &t)
	} else {
		err = projectTimeline(ctx, c, *in, &t)
	}
	if err != nil {
		return nil, err
	}
	views := t.events()
	if in.FailedOnly {
		views = slices.DeleteFunc(views, func(v eventView) bool { return !v.failed })
	}
	shown, err := tool.Paginate(views, in.Paging, in.Project, in.Service, in.Since, in.FailedOnly)
	return &listEventsOut{Page: shown, Since: since.Truncate(time.Second), Incomplete: t.incomplete}, err
}

// source is one of the lists that a timeline is made of.
type source struct {
	name string
	// read fills its part of the timeline and reports whether it goes back to the
	// start of the range.
	read func() (whole bool, err error)
}

func serviceTimeline(ctx context.Context, c *tool.Call, in listEventsIn, t *timeline) error {
	s, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: in.Service})
	if err != nil {
		return err
	}
	t.services[s.ID] = s.Name
	limit := zerops.ListOptions{Limit: maxEvents}
	sources := []source{
		{"processes", func() (whole bool, err error) {
			t.processes, whole, err = newerThan(t.since, c.API.ServiceProcesses(ctx, s.ID, limit), beginOfProcess)
			return whole, err
		}},
		{"notifications", func() (whole bool, err error) {
			options := zerops.ListOptions{Limit: maxEvents, ProjectID: s.ProjectID, ServiceID: s.ID}
			t.notifications, whole, err = newerThan(t.since, c.API.Notifications(ctx, s.Project.OrganizationID, options), beginOfNotification)
			return whole, err
		}},
	}
	if s.Runtime() {
		sources = append(sources, source{"deployments", func() (whole bool, err error) {
			t.versions, whole, err = newerThan(t.since, c.API.AppVersions(ctx, s.ID, limit), beginOfVersion)
			return whole, err
		}})
	}
	return gather(ctx, c, t, sources)
}

func projectTimeline(ctx context.Context, c *tool.Call, in listEventsIn, t *timeline) error {
	p, err := c.ProjectOrOnly(ctx, in.Project)
	if err != nil {
		return err
	}
	return gather(ctx, c, t, []source{
		{"processes", func() (whole bool, err error) {
			t.processes, whole, err = newerThan(t.since, c.API.ProjectProcesses(ctx, p.ID, zerops.ListOptions{Limit: maxEvents}), beginOfProcess)
			return whole, err
		}},
		{"deployments", func() (whole bool, err error) {
			t.versions, whole, err = newerThan(t.since, c.API.ProjectVersions(ctx, p.OrganizationID, p.ID), beginOfVersion)
			return whole, err
		}},
		{"notifications", func() (whole bool, err error) {
			options := zerops.ListOptions{Limit: maxEvents, ProjectID: p.ID}
			t.notifications, whole, err = newerThan(t.since, c.API.Notifications(ctx, p.OrganizationID, options), beginOfNotification)
			return whole, err
		}},
		{"service names", func() (bool, error) {
			services, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
			for _, s := range services {
				t.services[s.ID] = s.Name
			}
			return true, err
		}},
	})
}

// gather reads all sources at once. What cannot be had is named instead of
// costing the rest, unless nothing can be had.
func gather(ctx context.Context, c *tool.Call, t *timeline, sources []source) error {
	whole := make([]bool, len(sources))
	errs := zerops.FanOut(len(sources), func(i int) (err error) {
		whole[i], err = sources[i].read()
		return err
	})
	failed := 0
	for i, err := range errs {
		switch {
		case err != nil:
			failed++
			t.incomplete = append(t.incomplete, sources[i].name+": "+c.Reason(ctx, err))
		case !whole[i]:
			t.incomplete = append(t.incomplete, fmt.Sprintf("%s: only the newest %d were read, which does not reach back to since", sources[i].name, maxEvents))
		}
	}
	if failed == len(sources) {
		return errs[0]
	}
	return nil
}

func beginOfProcess(p zerops.Process) time.Time { return p.Created.Time }

func beginOfVersion(v zerops.AppVersion) time.Time { return v.Created.Time }

func beginOfNotification(n zerops.Notification) time.Time {
	if n.ActionCreated.IsZero() {
		return n.Created.Time
	}
	return n.ActionCreated.Time
}

// newerThan reads a list that has the newest first until what began so long ago
// that it cannot have ended within the range. It reports false where the list
// was longer than it may be read.
func newerThan[T any](since time.Time, rows iter.Seq2[T, error], began func(T) time.Time) ([]T, bool, error) {
	var kept []T
	read := 0
	for row, err := range rows {
		if err != nil {
			return kept, false, err
		}
		if at := began(row); !at.IsZero() && at.Before(since.Add(-longestWork)) {
			return kept, true, nil
		}
		kept = append(kept, row)
		if read++; read == maxEvents {
			return kept, false, nil
		}
	}
	return kept, true, nil
}

// events merges the sources, newest first. A notification about a listed process
// only lends it its reason, because it would tell the same twice.
func (t *timeline) events() []eventView {
	reasons := map[string]string{}
	for _, n := range t.notifications {
		if reason := reasonText(n.Failure); reason != "" {
			reasons[actionKey(n.Action, n.ActionCreated)] = reason
		}
	}
	var views []eventView
	listed := map[string]bool{}
	processes := map[string]zerops.Process{} // by version
	for _, p := range t.processes {
		listed[actionKey(p.Action, p.Created)] = true
		if p.Internal() {
			continue
		}
		if p.Version != nil {
			if _, known := processes[p.Version.ID]; !known {
				processes[p.Version.ID] = p
			}
		}
		if !t.within(p.Created, p.Finished) {
			continue
		}
		views = append(views, t.viewProcess(p, reasons[actionKey(p.Action, p.Created)]))
	}
	for _, v := range t.versions {
		if !v.WithoutCode() && t.within(v.Created, v.LastUpdate) {
			p, known := processes[v.ID]
			view := t.viewVersion(v)
			if known && view.Error == "" && p.State() == zerops.ProcessFailed {
				view.failed = true
				view.Error = tool.Clean(cmp.Or(p.FailureText(), reasons[actionKey(p.Action, p.Created)]), 500)
			}
			views = append(views, view)
		}
	}
	for _, n := range t.notifications {
		if !n.Internal() && !listed[actionKey(n.Action, n.ActionCreated)] && t.within(n.Created, n.ActionFinished) {
			views = append(views, t.viewNotification(n))
		}
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].Time.After(views[j].Time) })
	return views
}

// within reports whether something began or ended in the range.
func (t *timeline) within(times ...zerops.Time) bool {
	return slices.ContainsFunc(times, func(at zerops.Time) bool { return !at.IsZero() && !at.Before(t.since) })
}

// actionKey is what a process and the notification about it have in common.
func actionKey(action string, created zerops.Time) string {
	return action + "|" + created.UTC().Format(time.RFC3339)
}

func reasonText(r *zerops.Reason) string {
	if r == nil {
		return ""
	}
	return cmp.Or(r.Message, r.Code)
}

func (t *timeline) viewProcess(p zerops.Process, reason string) eventView {
	shown := tool.ViewProcess(p)
	v := eventView{
		Time: p.Created.UTC().Truncate(time.Second), Kind: "process", ID: p.ID, Action: shown.Action, Status: shown.Status, Service: shown.Service,
		By: shown.By, Finished: shown.Finished, Error: shown.Error, failed: p.State() == zerops.ProcessFailed,
	}
	if p.FailureText() == "" && v.failed && reason != "" {
		v.Error = tool.Clean(reason, 500)
	}
	if p.Version != nil {
		v.Deployment = p.Version.ID
	}
	return v
}

func (t *timeline) viewVersion(d zerops.AppVersion) eventView {
	v := eventView{
		Time: d.Created.UTC().Truncate(time.Second), Kind: "deployment", ID: d.ID, Action: "deploy", Status: tool.Clean(d.Status, 40),
		Service: tool.Clean(t.services[d.ServiceID], 40), By: tool.Actor(d.CreatedBy, false), Finished: tool.TimeOrNil(d.Activated), Deployment: d.ID,
		failed: d.State() == zerops.VersionFailed,
	}
	if d.Source != "" {
		v.Action = "deploy from " + tool.Clean(d.Source, 20)
	}
	if b := d.Build; b != nil && v.Finished == nil {
		v.Finished = tool.TimeOrNil(b.PipelineFinish)
		if !b.PipelineFailed.IsZero() {
			v.Finished = tool.TimeOrNil(b.PipelineFailed)
		}
	}
	return v
}

func (t *timeline) viewNotification(n zerops.Notification) eventView {
	v := eventView{
		Time: n.Created.UTC().Truncate(time.Second), Kind: "notification", ID: n.ID, Action: tool.Clean(n.Action, 80), Status: tool.Clean(cmp.Or(n.Type, "UNKNOWN"), 40),
		Service: tool.Clean(cmp.Or(n.ServiceName, t.services[n.ServiceID]), 40), By: tool.Actor(n.CreatedBy, false), Finished: tool.TimeOrNil(n.ActionFinished),
		Error: tool.Clean(reasonText(n.Failure), 500), failed: n.Type == "ERROR",
	}
	if n.Version != nil {
		v.Deployment = n.Version.ID
	}
	return v
}
