package zerops

import (
	"context"
	"slices"
	"time"
)

// Deployment is a version together with the process that works on it, because
// neither tells the whole: a build that fails before it has a container leaves
// the version WAITING_TO_BUILD for ever, and a finished process does not say
// which version runs (platform §3.4).
type Deployment struct {
	Version AppVersion
	// Process is the newest process of the version, nil while none is known.
	Process *Process
}

// DeploymentOutcome is how a deployment stands.
type DeploymentOutcome int

// Outcomes of a deployment.
const (
	DeploymentOpen DeploymentOutcome = iota
	// DeploymentSucceeded: it runs, or ran until a newer one replaced it.
	DeploymentSucceeded
	DeploymentFailed
	DeploymentCanceled
	// DeploymentAbandoned: it is not finished and nothing works on it.
	DeploymentAbandoned
)

// settleTime is how long a version may trail its finished process.
const settleTime = 30 * time.Second

// Outcome judges version and process together.
func (d Deployment) Outcome(now time.Time) DeploymentOutcome {
	state := d.Version.State()
	if d.Process == nil {
		return d.withoutProcess(state, now)
	}
	switch d.Process.State() {
	case ProcessFailed:
		return DeploymentFailed
	case ProcessUnknown: // ended in a word of a later platform; a version that runs has not failed
		if state == VersionRunning {
			return DeploymentSucceeded
		}
		return DeploymentFailed
	case ProcessCanceled:
		return DeploymentCanceled
	case ProcessFinished:
		settled := now.Sub(d.Process.Finished.Time) > settleTime
		switch {
		case state == VersionOpen && settled && !d.Process.Finished.IsZero():
			return DeploymentAbandoned
		case state == VersionReplaced && !settled:
			return DeploymentOpen // a rollback whose version is still shown as it was before
		}
		return outcomeOf(state)
	case ProcessRunning:
		if state == VersionFailed || state == VersionCanceled {
			return outcomeOf(state)
		}
	}
	return DeploymentOpen
}

func (d Deployment) withoutProcess(state VersionState, now time.Time) DeploymentOutcome {
	if d.Version.Abandoned(now) {
		return DeploymentAbandoned
	}
	return outcomeOf(state)
}

func outcomeOf(state VersionState) DeploymentOutcome {
	switch state {
	case VersionRunning, VersionReplaced:
		return DeploymentSucceeded
	case VersionFailed:
		return DeploymentFailed
	case VersionCanceled:
		return DeploymentCanceled
	case VersionOpen:
	}
	return DeploymentOpen
}

// maxProcessesSearched bounds how far back the process of a version is looked
// for.
const maxProcessesSearched = 100

// Deployment reads a version and finds its newest process.
func (c *Client) Deployment(ctx context.Context, versionID string) (Deployment, error) {
	v, err := c.AppVersion(ctx, versionID)
	if err != nil {
		return Deployment{}, err
	}
	p, err := c.processOf(ctx, v)
	return Deployment{Version: v, Process: p}, err
}

// processOf finds the newest process of a version; nil where there is none.
func (c *Client) processOf(ctx context.Context, v AppVersion) (*Process, error) {
	var newest *Process
	for p, err := range c.ServiceProcesses(ctx, v.ServiceID, ListOptions{Limit: maxProcessesSearched}) {
		if err != nil {
			return nil, err
		}
		if p.Deploys() && p.Version.ID == v.ID && (newest == nil || p.Created.After(newest.Created.Time)) {
			newest = &p
		}
	}
	return newest, nil
}

// WaitForDeployments polls versions and their processes until none is open,
// slower as time goes by. Each deployment needs the id of its version; a process
// that is not known is looked for. seen, if not nil, is told of every round. It
// returns the last states read, in the order given, also with an error: ctx's,
// or that of the API once it kept failing or refused.
func (c *Client) WaitForDeployments(ctx context.Context, deployments []Deployment, seen func([]Deployment)) ([]Deployment, error) {
	states := slices.Clone(deployments)
	open := func(d Deployment) bool { return d.Version.Status == "" || d.Outcome(time.Now()) == DeploymentOpen }
	return states, poll(ctx, states, open, seen, c.refresh)
}

// refresh reads a deployment again. The process is read before the version, so
// that a finished process is never seen beside a version from before its end.
func (c *Client) refresh(ctx context.Context, d Deployment) (Deployment, error) {
	if d.Process != nil {
		p, err := c.Process(ctx, d.Process.ID)
		if err != nil {
			return d, err
		}
		d.Process = &p
	}
	v, err := c.AppVersion(ctx, d.Version.ID)
	if err != nil {
		return d, err
	}
	d.Version = v
	if d.Process == nil && v.State() == VersionOpen {
		d.Process, err = c.processOf(ctx, v)
	}
	return d, err
}
