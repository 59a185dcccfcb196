package logs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"sync"
	"time"

	"zerops-mcp/tools/facts/logs"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools search logs.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "search_logs", Title: "Search logs", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "Log lines of services, newest kept, oldest first. scanned and complete say what was read. " +
				"source: runtime (default), build (of deployment, or the newest), web or all. wait_seconds waits for a new line that matches.",
			Waits:      true,
			Operations: []zerops.Operation{zerops.GetProjectLog},
		}, searchLogs),
	)
}

// Sources of log lines. Prepare and system lines are found by build and all.
const (
	sourceRuntime = "runtime"
	sourceBuild   = "build"
	sourceWeb     = "web"
	sourceAll     = "all"
	sourcePrepare = "prepare"
	sourceSystem  = "system"
)

// maxLogServices bounds how many services one search reads.
const maxLogServices = 50

type searchLogsIn struct {
	Project     string   `json:"project,omitempty"`
	Services    []string `json:"services,omitempty" jsonschema:"maxItems=50" jsonschema_description:"all if left out"`
	Source      string   `json:"source,omitempty" jsonschema:"enum=runtime,enum=build,enum=web,enum=all"`
	Deployment  string   `json:"deployment,omitempty"`
	MinSeverity string   `json:"min_severity,omitempty" jsonschema:"enum=emergency,enum=alert,enum=critical,enum=error,enum=warning,enum=notice,enum=info,enum=debug"`
	Contains    string   `json:"contains,omitempty" jsonschema:"maxLength=200"`
	Regex       string   `json:"regex,omitempty" jsonschema:"maxLength=200" jsonschema_description:"RE2"`
	WaitSeconds int      `json:"wait_seconds,omitempty" jsonschema:"minimum=0,maximum=600"`
	tool.Window
	tool.Paging
}

func searchLogs(ctx context.Context, c *tool.Call, in *searchLogsIn) (*searchLogsOut, error) {
	if in.Source == "" {
		in.Source = sourceRuntime
	}
	began := time.Now()
	filter, err := in.filter(began.UTC())
	if err != nil {
		return nil, err
	}
	digest := tool.ListDigest([]any{in.Project, in.Services, in.Source, in.Deployment, in.MinSeverity, in.Contains, in.Regex, in.Since, in.Until})
	if filter.before, err = decodeLogCursor(in.Cursor, digest); err != nil {
		return nil, err
	}
	filter.redact = c.Redactor.Delivered
	reading, cancel := context.WithTimeout(ctx, tool.ReadTime) // what is left of the call's time is for waiting
	defer cancel()
	services, more, err := logServices(reading, c, *in)
	if err != nil {
		return nil, err
	}
	streams, err := logStreams(reading, c, *in, services)
	if err != nil {
		return nil, err
	}
	limit := in.Limit
	if limit == 0 {
		limit = tool.DefaultLimit
	}
	grants, err := logGrants(reading, c, streams)
	if err != nil {
		return nil, err
	}
	scans, err := scanLogs(reading, c, grants, streams, &filter, limit+filter.before.shown+1, in.WaitSeconds > 0)
	if err != nil {
		return nil, err
	}
	var came *arrivals
	if in.WaitSeconds > 0 {
		came = awaitLines(ctx, c, grants, scans, &filter, limit, c.WaitLeft(in.WaitSeconds, began))
	}
	out := gatherLogs(scans, &filter, limit, digest)
	if more > 0 {
		out.Complete = false
		out.Message = tool.JoinWords(out.Message, fmt.Sprintf("%d more services of the project were not read; name up to %d as services", more, maxLogServices))
	}
	if came != nil {
		out.Arrived = new(came.lines)
		out.Message = tool.JoinWords(came.words(), out.Message)
	}
	for _, projectID := range tool.SortedKeys(grants) {
		out.Message = tool.JoinWords(out.Message, c.Learn(ctx, projectID))
	}
	return &out, nil
}

// logServices finds the services to read: those named, that of the deployment,
// or all of the project that people are shown, of which it may leave out some.
func logServices(ctx context.Context, c *tool.Call, in searchLogsIn) (services []zerops.Service, leftOut int, err error) {
	named := in.Services
	if in.Deployment != "" && len(named) == 0 {
		version, err := logVersion(ctx, c, in.Deployment)
		if err != nil {
			return nil, 0, err
		}
		named = []string{version.ServiceID}
	}
	for _, name := range named {
		s, err := c.Service(ctx, tool.OnService{Project: in.Project, Service: name})
		if err != nil {
			return nil, 0, err
		}
		if !slices.ContainsFunc(services, func(known zerops.Service) bool { return known.ID == s.ID }) {
			services = append(services, s)
		}
	}
	if len(named) > 0 {
		return services, 0, nil
	}
	p, err := c.ProjectOrOnly(ctx, in.Project)
	if err != nil {
		return nil, 0, err
	}
	all, _, err := zerops.Collect(c.API.ProjectServices(ctx, p.ID, zerops.ListOptions{}), 0)
	if err != nil {
		return nil, 0, err
	}
	for _, s := range all {
		if s.Hidden() || in.Source == sourceBuild && !s.Runtime() {
			continue
		}
		s.Project.OrganizationID = p.OrganizationID
		services = append(services, s)
	}
	sort.SliceStable(services, func(i, j int) bool { return services[i].Name < services[j].Name })
	if len(services) == 0 {
		return nil, 0, &tool.Failure{Code: request.CodeNotFound, Message: fmt.Sprintf("the project %q has no service with such logs", tool.Clean(p.Name, 80))}
	}
	leftOut = max(len(services)-maxLogServices, 0)
	return services[:len(services)-leftOut], leftOut, nil
}

// logVersion reads a deployment and checks its scope.
func logVersion(ctx context.Context, c *tool.Call, id string) (zerops.AppVersion, error) {
	if !zerops.ValidID(id) {
		return zerops.AppVersion{}, tool.Invalid("deployment", "%q is not an id: 22 letters, digits, - or _", tool.Clean(id, 60))
	}
	v, err := c.API.AppVersion(ctx, id)
	if err != nil {
		return v, err
	}
	return v, c.InScope(ctx, v.ProjectID)
}

// logStreams lists what has to be read. A build log belongs to one deployment:
// the one asked for, or the newest that had a build.
func logStreams(ctx context.Context, c *tool.Call, in searchLogsIn, services []zerops.Service) ([]logStream, error) {
	lists := make([][]logStream, len(services))
	errs := zerops.FanOut(len(services), func(i int) (err error) {
		lists[i], err = streamsOf(ctx, c, in, services[i])
		return err
	})
	return slices.Concat(lists...), errors.Join(errs...)
}

func streamsOf(ctx context.Context, c *tool.Call, in searchLogsIn, s zerops.Service) ([]logStream, error) {
	var wanted *zerops.AppVersion
	if in.Deployment != "" {
		v, err := logVersion(ctx, c, in.Deployment)
		if err != nil {
			return nil, err
		}
		if v.ServiceID != s.ID {
			return nil, tool.Invalid("deployment", "the deployment %s belongs to another service (%s)", v.ID, v.ServiceID)
		}
		wanted = &v
	}
	var streams []logStream
	if in.Source != sourceBuild {
		stream := logStream{service: s, source: in.Source, query: zerops.LogQuery{ServiceID: s.ID}}
		switch in.Source {
		case sourceRuntime:
			stream.query.Facility = zerops.FacilityApplication
		case sourceWeb:
			stream.query.Facility = zerops.FacilityWebServer
		}
		if wanted != nil {
			stream.deployment, stream.notBefore = wanted.ID, runsSince(*wanted)
		}
		streams = append(streams, stream)
	}
	if in.Source == sourceRuntime || in.Source == sourceWeb || in.Source == sourceAll && !s.Runtime() {
		return streams, nil
	}
	builds, err := buildStreams(ctx, c, s, wanted)
	return append(streams, builds...), err
}

// runsSince is when the containers of a deployment began to be made; lines
// before it are those of the deployment before.
func runsSince(v zerops.AppVersion) time.Time {
	if v.Build != nil && !v.Build.ContainerCreated.IsZero() {
		return v.Build.ContainerCreated.Time
	}
	return v.Created.Time
}

// buildsSearched is how many deployments are looked through for one with a build.
const buildsSearched = 20

// buildStreams are the logs of the build of a deployment and of the preparation
// of its runtime. All builds of a service share one log, which only the tag
// takes apart (platform §4.10).
func buildStreams(ctx context.Context, c *tool.Call, s zerops.Service, wanted *zerops.AppVersion) ([]logStream, error) {
	build := logStream{service: s, source: sourceBuild}
	if !s.Runtime() {
		build.whyNot = "this kind of service is not built"
		return []logStream{build}, nil
	}
	if wanted == nil {
		for v, err := range c.API.AppVersions(ctx, s.ID, zerops.ListOptions{Limit: buildsSearched}) {
			if err != nil {
				return nil, err
			}
			if !v.WithoutCode() && v.Build != nil && v.Build.ServiceID != "" && (wanted == nil || v.Sequence > wanted.Sequence) {
				wanted = &v
			}
		}
	}
	switch {
	case wanted == nil:
		build.whyNot = fmt.Sprintf("none of the newest %d deployments was built on the platform", buildsSearched)
		return []logStream{build}, nil
	case wanted.Build == nil || wanted.Build.ServiceID == "":
		build.deployment = wanted.ID
		build.whyNot = "this deployment has no build log: it was not built on the platform, or its pipeline ended before there was a build container"
		return []logStream{build}, nil
	}
	tag := zerops.BuildTag(wanted.ID)
	build.deployment = wanted.ID
	build.query = zerops.LogQuery{ServiceID: wanted.Build.ServiceID, Facility: zerops.FacilityApplication, Tags: []string{tag}}
	build.belongs = func(line zerops.LogLine) bool { return line.Tag == tag }
	streams := []logStream{build}
	// Only processes know of a preparation (platform §3.4).
	d, err := c.API.Deployment(ctx, wanted.ID)
	if err != nil || d.Process == nil || d.Process.Version == nil {
		return streams, err
	}
	if p := d.Process.Version.Prepare; p != nil && p.ServiceID != "" {
		prepare := build
		prepare.source, prepare.query.ServiceID = sourcePrepare, p.ServiceID
		streams = append(streams, prepare)
	}
	return streams, nil
}

// answerTimeLeft is kept of the call's time for the answer, so that a slow log
// service costs completeness and not the result.
const answerTimeLeft = 8 * time.Second

// scanLogs reads all streams, some at a time. It fails only if none could be
// read.
func scanLogs(ctx context.Context, c *tool.Call, grants map[string]*zerops.LogGrant, streams []logStream, filter *logFilter, keep int, waits bool) ([]*logScan, error) {
	scanCtx := ctx
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		scanCtx, cancel = context.WithDeadline(ctx, deadline.Add(-answerTimeLeft))
		defer cancel()
	}
	report := c.Progress(ctx)
	var mu sync.Mutex
	done := 0
	scans := make([]*logScan, len(streams))
	zerops.FanOut(len(streams), func(i int) error {
		s := &logScan{logStream: streams[i], index: i, filter: filter, keep: keep, most: max(maxParts/len(streams), 2), waits: waits}
		scans[i] = s
		if s.whyNot == "" {
			grant := grants[s.service.ProjectID]
			s.run(scanCtx, func(ctx context.Context, q zerops.LogQuery, begin func() func(zerops.LogLine)) error {
				err := c.API.ScanLogs(ctx, grant, q, begin)
				c.Redactor.Keep(grant.Secrets()...) // it may have been renewed
				return err
			}, containersOf(c, s.logStream))
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		report(fmt.Sprintf("%d of %d logs read", done, len(streams)))
		return nil
	})
	if ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, ctx.Err()
	}
	var errs []error
	for _, s := range scans {
		if s.err != nil {
			errs = append(errs, s.err)
			s.whyNot = c.Reason(ctx, s.err)
		}
	}
	if len(errs) > 0 && len(errs) == len(scans) {
		return nil, errs[0]
	}
	return scans, nil
}

// logGrants opens the logs of each project once.
func logGrants(ctx context.Context, c *tool.Call, streams []logStream) (map[string]*zerops.LogGrant, error) {
	var projects []string
	for _, s := range streams {
		if !slices.Contains(projects, s.service.ProjectID) {
			projects = append(projects, s.service.ProjectID)
		}
	}
	grants := make([]*zerops.LogGrant, len(projects))
	errs := zerops.FanOut(len(projects), func(i int) (err error) {
		grants[i], err = logs.Grant(ctx, c, projects[i])
		return err
	})
	byProject := map[string]*zerops.LogGrant{}
	for i, id := range projects {
		byProject[id] = grants[i]
	}
	return byProject, errors.Join(errs...)
}

// containersOf lists the containers a stream has now.
func containersOf(c *tool.Call, s logStream) func(context.Context) []string {
	return func(ctx context.Context) []string {
		if s.source == sourceBuild || s.source == sourcePrepare {
			return nil
		}
		containers, _, err := zerops.Collect(c.API.Containers(ctx, s.service.ID), 100)
		if err != nil {
			return nil // those that wrote the newest lines are known
		}
		ids := make([]string, len(containers))
		for i, container := range containers {
			ids[i] = container.ID
		}
		return ids
	}
}
