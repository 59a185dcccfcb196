package diagnose

import (
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Evidence is all that is known of a service in trouble.
type Evidence struct {
	now     time.Time
	service zerops.Service
	project zerops.Project
	// deployment is the newest one of code, nil where nobody ever deployed. failed
	// reports that it did not come to its end, in the phase stage.
	deployment *zerops.Deployment
	failed     bool
	stage      string
	Log        deployments.Log
	yaml       manifest.Setup // of the deployment

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

	// heard is what the logs say of each cause; spoken are the lines of the application.
	heard  heard
	spoken []entry
}

const (
	// recentTime is how far back causes of a running service are looked for.
	recentTime = 24 * time.Hour
	// usageTime is how far back the use of resources is looked at.
	usageTime = 6 * time.Hour
	// recentLines is how many lines of the application are read.
	recentLines = 1000
)

// setDeployment picks the newest deployment of code.
func (e *Evidence) setDeployment(list []zerops.Deployment) {
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
	if yaml := e.deployment.Version.Yaml(); !yaml.Empty() {
		if doc, err := manifest.ParseZerops(yaml.OpenForMasking()); err == nil {
			e.yaml, _ = doc.Choose("", e.service.Name)
		}
	}
}

// runningSince is the time before which lines are of no interest: that of what
// runs now, at most a day ago.
func (e *Evidence) runningSince() time.Time {
	since := e.now.Add(-recentTime)
	if e.deployment != nil && !e.failed && e.deployment.Version.Status == zerops.VersionActive {
		if started, _ := deployments.LogWindow(*e.deployment); started.After(since) {
			since = started
		}
	}
	return since
}

// failures are the recent processes of the service that failed, newest first.
func (e *Evidence) failures() []zerops.Process {
	var out []zerops.Process
	for _, p := range e.processes {
		if p.State() == zerops.ProcessFailed && !p.Internal() && e.now.Sub(p.Created.Time) < recentTime {
			out = append(out, p)
		}
	}
	return out
}

// key returns the variable of that name, nil where the service has none.
func (e *Evidence) key(name string) *zerops.Variable {
	for i, v := range e.variables {
		if v.Key == name {
			return &e.variables[i]
		}
	}
	return nil
}

// sibling returns another service of the project by its hostname.
func (e *Evidence) sibling(hostname string) *zerops.Service {
	for i, s := range e.siblings {
		if s.Name == hostname && !s.Hidden() && s.ID != e.service.ID {
			return &e.siblings[i]
		}
	}
	return nil
}

func (e *Evidence) containerWords() string {
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
func (e *Evidence) resources() *resourcesView {
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
