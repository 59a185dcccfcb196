package deployments

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/facts/logs"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Log holds the log lines of one deployment, oldest first in each part.
type Log struct {
	Build, Prepare, Runtime []zerops.LogLine
	// cut reports that the application has written so much since that its first
	// words are out of reach.
	Cut bool
}

const (
	// MaxBuildLines is how much of a build log is read for its tail and causes.
	MaxBuildLines = 2000
	// maxLogText bounds one shown line.
	maxLogText = 300
)

// ReadLog reads the log of exactly one deployment: what its build and its
// preparation said, and, where it got that far, what the application said while
// it was deployed. All builds of a service share one build stack, which the tag
// takes apart (platform §4.10).
func ReadLog(ctx context.Context, c *tool.Call, d zerops.Deployment, limit int) (Log, error) {
	grant, err := logs.Grant(ctx, c, d.Version.ProjectID)
	if err != nil {
		return Log{}, err
	}
	return ReadLogWith(ctx, c, grant, d, limit)
}

// ReadLogWith is ReadLog with a grant of the log service that the caller has already.
func ReadLogWith(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, d zerops.Deployment, limit int) (Log, error) {
	limit = min(limit, zerops.MaxLogLines)
	var log Log
	v := d.Version
	read := func(into *[]zerops.LogLine, q zerops.LogQuery) func() error {
		return func() error {
			q.Facility = zerops.FacilityApplication
			if q.Limit == 0 {
				q.Limit = limit
			}
			lines, err := logs.Lines(ctx, c, grant, q)
			slices.Reverse(lines) // they come newest first
			*into = lines
			return err
		}
	}
	var parts []func() error
	if v.Build != nil && v.Build.ServiceID != "" {
		parts = append(parts, read(&log.Build, zerops.LogQuery{ServiceID: v.Build.ServiceID, Tags: []string{zerops.BuildTag(v.ID)}}))
	}
	prepare := preparation(d)
	if prepare != nil && prepare.ServiceID != "" {
		parts = append(parts, read(&log.Prepare, zerops.LogQuery{ServiceID: prepare.ServiceID}))
	}
	from, till := LogWindow(d)
	if !from.IsZero() {
		parts = append(parts, read(&log.Runtime, zerops.LogQuery{ServiceID: v.ServiceID, Limit: zerops.MaxLogLines}))
	}
	err := errors.Join(zerops.FanOut(len(parts), func(i int) error { return parts[i]() })...)
	log.Cut = len(log.Runtime) == zerops.MaxLogLines && log.Runtime[0].Time.After(from)
	log.Prepare = slices.DeleteFunc(log.Prepare, func(l zerops.LogLine) bool { return !ofPreparation(l, v.ID, prepare) })
	log.Runtime = slices.DeleteFunc(log.Runtime, func(l zerops.LogLine) bool { return l.Time.Before(from) || l.Time.After(till) })
	return log, err
}

// ofPreparation tells the lines of one preparation from those of others in the
// same stack: by the tag where it is that of a build, else by the time, since
// nobody has seen which tag they carry.
func ofPreparation(l zerops.LogLine, versionID string, prepare *zerops.VersionPrepare) bool {
	if strings.HasPrefix(l.Tag, zerops.BuildTag("")) {
		return l.Tag == zerops.BuildTag(versionID)
	}
	from, till := firstTime(prepare.ContainerCreated, prepare.Started), prepare.Ended
	return !l.Time.Before(from.Add(-time.Second)) && (till.IsZero() || !l.Time.After(till.Add(5*time.Second)))
}

// preparation is known inside processes only (platform §3.4).
func preparation(d zerops.Deployment) *zerops.VersionPrepare {
	if d.Process != nil && d.Process.Version != nil && d.Process.Version.Prepare != nil {
		return d.Process.Version.Prepare
	}
	return d.Version.Prepare
}

// LogWindow is the time in which a deployment was starting its containers,
// zero where it never did. Lines of the application outside of it belong to the
// version before or after.
func LogWindow(d zerops.Deployment) (from, till time.Time) {
	v := d.Version
	switch v.Status {
	case zerops.VersionDeploying, zerops.VersionDeployFailed, zerops.VersionActive, zerops.VersionBackup:
	default:
		return from, till
	}
	if v.Build != nil {
		from = firstTime(v.Build.PipelineFinish, v.Build.Ended).Time
	}
	if from.IsZero() && d.Process != nil {
		from = firstTime(d.Process.Started, d.Process.Created).Time
	}
	if from.IsZero() {
		from = v.Created.Time
	}
	till = v.LastUpdate.Time
	if v.State() == zerops.VersionRunning || !v.Activated.IsZero() {
		till = v.Activated.Time
	}
	if d.Process != nil && d.Process.Finished.After(till) {
		till = d.Process.Finished.Time
	}
	if v.Status == zerops.VersionDeploying || till.IsZero() {
		till = time.Now()
	}
	// Clocks of containers and of the API differ a little.
	return from.Add(-time.Second), till.Add(5 * time.Second)
}

// Shown returns the last lines of the phase that came last, each with its time.
func (l Log) Shown(limit int) []string {
	lines := slices.Concat(l.Build, l.Prepare, l.Runtime)
	lines = lines[max(len(lines)-limit, 0):]
	out := make([]string, 0, len(lines))
	for _, line := range lines {
		out = append(out, LineText(line))
	}
	return out
}

// Note says what of the log is missing; it is empty where nothing is.
func (l Log) Note() string {
	switch {
	case l.Cut:
		return "the application has written so much since then that its lines from this deployment are out of reach"
	case len(l.Build)+len(l.Prepare)+len(l.Runtime) == 0:
		return "this deployment has written no log"
	}
	return ""
}

// LineText is a log line on one line of a result.
func LineText(l zerops.LogLine) string {
	text := tool.Clean(l.Message, maxLogText)
	if l.Time.IsZero() {
		return text
	}
	return l.Time.UTC().Format("15:04:05 ") + text
}
