package diagnose

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/logs"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// evidence is all that is known of a service in trouble.
type evidence struct {
	now     time.Time
	service zerops.Service
	project zerops.Project
	// deployment is the newest one of code, nil where nobody ever deployed. failed
	// reports that it did not come to its end, in the phase stage.
	deployment *zerops.Deployment
	failed     bool
	stage      string
	Log        deployments.Log
	yaml       *manifest.Setup // of the deployment

	runtime       []zerops.LogLine // recent lines of the application, oldest first
	severe        []zerops.LogLine // warnings and worse among the newest
	containers    []zerops.Container
	processes     []zerops.Process // of the service, newest first
	notifications []zerops.Notification
	variables     []zerops.Variable
	siblings      []zerops.Service
	usage         []zerops.Usage
	routings      []zerops.HTTPRouting

	checked    []string
	incomplete []string

	// matches are the times of the application lines that the rule at work has
	// found.
	matches []time.Time
}

const (
	// recentTime is how far back causes of a running service are looked for.
	recentTime = 24 * time.Hour
	// usageTime is how far back the use of resources is looked at.
	usageTime = 6 * time.Hour
	// recentLines is how many lines of the application are read.
	recentLines = 1000
)

// gatherService reads everything about a service, each part even if another
// fails.
func gatherService(ctx context.Context, c *tool.Call, s zerops.Service) (*evidence, error) {
	e := &evidence{now: time.Now(), service: s}
	project, err := c.API.Project(ctx, s.ProjectID)
	if err != nil {
		return nil, err
	}
	e.project = project
	var list []zerops.Deployment
	parts := append(surroundings(c, e), []evidencePart{
		{"processes", func(ctx context.Context) (err error) {
			e.processes, _, err = zerops.Collect(c.API.ServiceProcesses(ctx, s.ID, zerops.ListOptions{Limit: 100}), 100)
			return err
		}},
		{"notifications", func(ctx context.Context) (err error) {
			e.notifications, _, err = zerops.Collect(c.API.Notifications(ctx, organizationOf(s, project), zerops.ListOptions{ProjectID: s.ProjectID, ServiceID: s.ID, Types: []string{"ERROR"}, Limit: 30}), 30)
			return err
		}},
		{"resources", func(ctx context.Context) (err error) {
			e.usage, err = c.API.UsageHistory(ctx, zerops.UsageQuery{
				OrganizationID: organizationOf(s, project), ProjectID: s.ProjectID, ServiceID: s.ID, Interval: zerops.PerMinute, From: e.now.Add(-usageTime), Till: e.now,
			})
			return err
		}},
		{"domains", func(ctx context.Context) (err error) {
			e.routings, _, err = zerops.Collect(c.API.HTTPRoutings(ctx, s.ProjectID), 200)
			return err
		}},
	}...)
	if s.Runtime() {
		parts = append(parts, evidencePart{"deployments", func(ctx context.Context) (err error) {
			list, err = deployments.List(ctx, c, s, zerops.ListOptions{Limit: 50})
			return err
		}})
	}
	gatherParts(ctx, c, e, parts)
	e.setDeployment(list)
	e.unmasked(logs.LearnSecrets(ctx, c, env.Store{Project: project}, env.Store{Project: project, Service: &s}))
	hideIn(c, e)
	gatherLogs(ctx, c, e)
	return e, nil
}

// surroundings are the parts that explain a deployment as well as a service.
func surroundings(c *tool.Call, e *evidence) []evidencePart {
	return []evidencePart{
		{"containers", func(ctx context.Context) (err error) {
			e.containers, _, err = zerops.Collect(c.API.Containers(ctx, e.service.ID), 200)
			return err
		}},
		{"variables", func(ctx context.Context) error { return gatherVariables(ctx, c, e) }},
		{"neighbours", func(ctx context.Context) (err error) {
			e.siblings, _, err = zerops.Collect(c.API.ProjectServices(ctx, e.service.ProjectID, zerops.ListOptions{}), 0)
			return err
		}},
	}
}

// GatherDeployment reads what explains one failed deployment.
func GatherDeployment(ctx context.Context, c *tool.Call, s zerops.Service, d zerops.Deployment) *evidence {
	e := &evidence{now: time.Now(), service: s}
	gatherParts(ctx, c, e, append(surroundings(c, e), []evidencePart{
		{"project", func(ctx context.Context) (err error) {
			e.project, err = c.API.Project(ctx, s.ProjectID)
			return err
		}},
	}...))
	s.Project.OrganizationID = organizationOf(s, e.project)
	e.unmasked(logs.LearnServiceSecrets(ctx, c, []zerops.Service{s}))
	gatherParts(ctx, c, e, []evidencePart{{"deployment log", func(ctx context.Context) (err error) {
		e.Log, err = deployments.ReadLog(ctx, c, d, deployments.MaxBuildLines)
		return err
	}}})
	e.setDeployment([]zerops.Deployment{d})
	hideIn(c, e)
	return e
}

// unmasked keeps why some values in logs are not hidden.
func (e *evidence) unmasked(words string) {
	if words != "" {
		e.incomplete = append(e.incomplete, words)
	}
}

// evidencePart is one thing to read.
type evidencePart struct {
	name string
	read func(context.Context) error
}

func gatherParts(ctx context.Context, c *tool.Call, e *evidence, parts []evidencePart) {
	errs := zerops.FanOut(len(parts), func(i int) error { return parts[i].read(ctx) })
	for i, err := range errs {
		if err != nil {
			e.incomplete = append(e.incomplete, parts[i].name+": "+c.Reason(ctx, err))
			continue
		}
		e.checked = append(e.checked, parts[i].name)
	}
}

func gatherVariables(ctx context.Context, c *tool.Call, e *evidence) error {
	variables, err := env.Read(ctx, c, env.Store{Service: &e.service})
	for _, v := range variables {
		e.variables = append(e.variables, v.Variable)
	}
	return err
}

func organizationOf(s zerops.Service, p zerops.Project) string {
	for _, id := range []string{s.OrganizationID, s.Project.OrganizationID, p.OrganizationID} {
		if id != "" {
			return id
		}
	}
	return ""
}

// setDeployment picks the newest deployment of code.
func (e *evidence) setDeployment(list []zerops.Deployment) {
	for _, d := range list {
		if d.Version.WithoutCode() {
			continue
		}
		e.deployment = &d
		break
	}
	if e.deployment == nil {
		return
	}
	outcome := e.deployment.Outcome(e.now)
	e.failed = outcome == zerops.DeploymentFailed || outcome == zerops.DeploymentAbandoned
	e.stage = deployments.PhaseOf(e.deployment.Version)
	if text := e.deployment.Version.Yaml(); text != "" {
		if doc, err := manifest.ParseZerops(text); err == nil {
			if name, err := doc.Choose("", e.service.Name); err == nil {
				e.yaml = doc.Setup(name)
			}
		}
	}
}

// gatherLogs reads the log of the newest deployment and the recent lines of the
// application.
func gatherLogs(ctx context.Context, c *tool.Call, e *evidence) {
	grant, err := logs.Grant(ctx, c, e.service.ProjectID)
	if err != nil {
		e.incomplete = append(e.incomplete, "logs: "+c.Reason(ctx, err))
		return
	}
	severity := zerops.SeverityWarning
	newest := func(into *[]zerops.LogLine, q zerops.LogQuery) func(context.Context) error {
		return func(ctx context.Context) error {
			q.ServiceID, q.Facility = e.service.ID, zerops.FacilityApplication
			lines, err := logs.Lines(ctx, c, grant, q)
			slices.Reverse(lines)
			*into = lines
			return err
		}
	}
	parts := []evidencePart{
		{"application log", newest(&e.runtime, zerops.LogQuery{Limit: recentLines})},
		{"errors in the application log", newest(&e.severe, zerops.LogQuery{Limit: recentLines / 2, MinSeverity: &severity})},
	}
	if e.deployment != nil {
		parts = append(parts, evidencePart{"deployment log", func(ctx context.Context) (err error) {
			e.Log, err = deployments.ReadLogWith(ctx, c, grant, *e.deployment, deployments.MaxBuildLines)
			return err
		}})
	}
	gatherParts(ctx, c, e, parts)
	since := e.runningSince()
	old := func(l zerops.LogLine) bool { return l.Time.Before(since) }
	e.runtime, e.severe = slices.DeleteFunc(e.runtime, old), slices.DeleteFunc(e.severe, old)
}

// runningSince is the time before which lines are of no interest: that of what
// runs now, at most a day ago.
func (e *evidence) runningSince() time.Time {
	since := e.now.Add(-recentTime)
	if e.deployment != nil && !e.failed && e.deployment.Version.Status == zerops.VersionActive {
		if started, _ := deployments.LogWindow(*e.deployment); started.After(since) {
			since = started
		}
	}
	return since
}

// failures are the recent processes of the service that failed, newest first.
func (e *evidence) failures() []zerops.Process {
	var out []zerops.Process
	for _, p := range e.processes {
		if p.State() == zerops.ProcessFailed && !p.Internal() && e.now.Sub(p.Created.Time) < recentTime {
			out = append(out, p)
		}
	}
	return out
}

// code returns words about the first failure with one of the codes: of the
// deployment's process, of recent processes, of notifications.
func (e *evidence) code(codes ...string) []string {
	return e.codeWhere(func(code string) bool { return slices.Contains(codes, code) })
}

func (e *evidence) codeWhere(fits func(code string) bool) []string {
	var words []string
	if e.deployment != nil && e.deployment.Process != nil && e.failed {
		if f := e.deployment.Process.Failure; f != nil && fits(f.Code) {
			words = append(words, processWords(*e.deployment.Process))
		}
	}
	for _, n := range e.notifications {
		mine := e.failed && n.Version != nil && n.Version.ID == e.deployment.Version.ID
		if n.Failure != nil && fits(n.Failure.Code) && mine {
			words = append(words, fmt.Sprintf("notification about %s: %s: %s", tool.Clean(n.Action, 60), tool.Clean(n.Failure.Code, 80), tool.Clean(n.Failure.Message, 200)))
		}
	}
	if len(words) > 0 || e.failed && e.deployment.Process != nil && e.deployment.Process.Failure != nil {
		return words
	}
	for _, p := range e.failures() {
		if p.Failure != nil && fits(p.Failure.Code) && len(words) < 2 {
			words = append(words, processWords(p))
		}
	}
	return words
}

// said finds lines that hold the words of one of the patterns (see holds), and
// when they were written.
func said(source string, lines []zerops.LogLine, patterns ...string) (found []string, times []time.Time) {
	for _, line := range lines {
		text := strings.ToLower(line.Message)
		if len(text) > 4000 {
			text = text[:4000]
		}
		for _, pattern := range patterns {
			if holds(text, pattern) {
				found = append(found, source+" "+evidenceText(line))
				times = append(times, line.Time)
				break
			}
		}
	}
	// The newest are about what is wrong now.
	return found[max(len(found)-4, 0):], times
}

// evidenceText is a log line with its full time.
func evidenceText(l zerops.LogLine) string {
	if l.Time.IsZero() {
		return l.Message
	}
	return l.Time.UTC().Format("2006-01-02 15:04:05 ") + l.Message
}

// building returns lines of the build log.
func (e *evidence) building(patterns ...string) []string {
	found, _ := said("build log", e.Log.Build, patterns...)
	return found
}

// preparing returns lines of the log of run.prepareCommands.
func (e *evidence) preparing(patterns ...string) []string {
	found, _ := said("prepare log", e.Log.Prepare, patterns...)
	return found
}

// running returns lines of the application: those of a deployment that failed
// while it started, else the recent ones.
func (e *evidence) running(patterns ...string) []string {
	const source = "application log"
	if e.failed && e.stage == "deploy" {
		found, _ := said(source, e.Log.Runtime, patterns...)
		return found
	}
	found, times := said(source, e.severe, patterns...)
	if len(found) == 0 {
		found, times = said(source, e.runtime, patterns...)
	}
	e.matches = append(e.matches, times...)
	return found
}

// passed reports that what the rule at work has found in the log happened, and
// that the application went on. An application that was killed need not be killed
// twice to have a problem.
func (e *evidence) passed(lasting bool) bool {
	if len(e.matches) == 0 {
		return false
	}
	recent, last := 0, time.Time{}
	for _, at := range e.matches {
		if e.now.Sub(at) < passingTime {
			recent++
		}
		if at.After(last) {
			last = at
		}
	}
	if recent >= passingTimes || recent > 0 && lasting {
		return false
	}
	words := tail(e.runtime, lastWords)
	return recent == 0 || len(words) == 0 || last.Before(words[0].Time)
}

// key returns the variable of that name, nil where the service has none.
func (e *evidence) key(name string) *zerops.Variable {
	for i, v := range e.variables {
		if v.Key == name {
			return &e.variables[i]
		}
	}
	return nil
}

// sibling returns another service of the project by its hostname.
func (e *evidence) sibling(hostname string) *zerops.Service {
	for i, s := range e.siblings {
		if s.Name == hostname && !s.Hidden() && s.ID != e.service.ID {
			return &e.siblings[i]
		}
	}
	return nil
}

func (e *evidence) containerWords() string {
	if len(e.containers) == 0 {
		return ""
	}
	states := map[string]int{}
	for _, box := range e.containers {
		states[tool.Clean(box.Status, 30)]++
	}
	words := make([]string, 0, len(states))
	for _, state := range tool.SortedKeys(states) {
		words = append(words, fmt.Sprintf("%d %s", states[state], state))
	}
	return strings.Join(words, ", ")
}

// resources returns the peaks of the last hours, nil where none are known.
func (e *evidence) resources() *resourcesView {
	if len(e.usage) == 0 {
		return nil
	}
	var peak resourcesView
	percent := func(used, limit float64) int {
		if limit <= 0 {
			return 0
		}
		return int(min(used/limit*100, 999))
	}
	for _, u := range e.usage {
		peak.CPUPercent = max(peak.CPUPercent, percent(u.CPUUsed(), u.CPULimit()))
		peak.RAMPercent = max(peak.RAMPercent, percent(u.RAMUsed, u.RAMLimit))
		peak.DiskPercent = max(peak.DiskPercent, percent(u.DiskUsed, u.DiskLimit))
	}
	return &peak
}

// hideIn takes secrets out of what the platform says, once they are known.
func hideIn(c *tool.Call, e *evidence) {
	c.HideInReasons(e.processes)
	for i, n := range e.notifications {
		e.notifications[i].Failure = c.HideInReason(n.Failure)
	}
	if e.deployment != nil {
		e.deployment = new(c.HideInDeployment(*e.deployment))
	}
}
