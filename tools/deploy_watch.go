package tools

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"zerops-mcp/zerops"
)

// watchDeployment follows version and process together, and answers with the
// address on success, with log and diagnosis on failure. spent is what the
// upload took of the time the call may wait.
func (d deployer) watchDeployment(ctx context.Context, c *call, out deployServiceOut, s zerops.Service, versionID string, process *zerops.Process, w waiting, spent time.Duration) (deployServiceOut, error) {
	limit, clamped := c.budget(w)
	limit = max(min(limit, c.server.cfg.MaxWait-c.asked-spent), 0)
	start := zerops.Deployment{Version: zerops.AppVersion{ID: versionID, ServiceID: s.ID, ProjectID: s.ProjectID}, Process: process}
	states, err := c.awaitDeployments(ctx, limit, []zerops.Deployment{start})
	if err != nil {
		return out, err
	}
	now := states[0]
	note := out.Message
	out.frame = d.uploads.deploymentFrame(states, time.Now())
	out.Message = note
	view := viewDeployment(now, time.Now())
	out.Deployment = &view
	switch out.Status {
	case statusInProgress:
		if clamped {
			out.Message = joinWords(note, fmt.Sprintf("waited %s, the most this server allows; the deployment goes on", limit))
		}
	case statusFailed:
		c.explainFailed(ctx, &out, s, now)
	case statusDone:
		c.addURL(ctx, &out, s)
	}
	return out, nil
}

// awaitDeployments polls deployments for at most limit, and less when the server
// drains. A read that keeps failing ends the wait with the states known so far.
func (c *call) awaitDeployments(ctx context.Context, limit time.Duration, deployments []zerops.Deployment) ([]zerops.Deployment, error) {
	waitCtx, cancel := patience(ctx, limit)
	defer cancel()
	report := c.progress(ctx)
	states, err := c.api.WaitForDeployments(waitCtx, deployments, func(now []zerops.Deployment) {
		if words := openPhase(now); words != "" {
			report(words)
		}
	})
	var refusal *zerops.Error
	if err != nil && waitCtx.Err() == nil {
		if errors.As(err, &refusal) && !errors.Is(err, zerops.ErrUnavailable) {
			return states, err
		}
		c.server.logger.WarnContext(ctx, "waiting for deployments ended early",
			slog.String("tool", c.tool.Name), slog.String("error", c.redactor.delivered(err.Error())))
	}
	// Without time to wait nothing was read at all.
	for i := range states {
		if states[i].Version.Status == "" && ctx.Err() == nil {
			now, err := c.api.Deployment(ctx, states[i].Version.ID)
			if err != nil {
				return states, err
			}
			states[i] = now
		}
	}
	for i := range states {
		c.knowVersion(states[i].Version)
		states[i] = c.hideInDeployment(states[i])
	}
	return states, nil
}

// openPhase names the first deployment that is still open, as the phase to show.
func openPhase(deployments []zerops.Deployment) string {
	now := time.Now()
	for _, d := range deployments {
		if d.Outcome(now) != zerops.DeploymentOpen {
			continue
		}
		words := phaseOf(d.Version) + ": " + clean(d.Version.Status, 40)
		if d.Process != nil && d.Process.Status == "PENDING" {
			words += ", waiting for another process"
		}
		return words
	}
	return ""
}

// deploymentFrame summarises deployments: failed if any failed, else in progress
// if any is open.
func (u *uploads) deploymentFrame(deployments []zerops.Deployment, now time.Time) frame {
	f := frame{Status: statusDone}
	var open []string
	for _, d := range deployments {
		if d.Process != nil {
			f.Processes = append(f.Processes, viewProcess(*d.Process))
		}
		switch outcome := d.Outcome(now); {
		case u.uploading(d):
			open = append(open, d.Version.ID)
		case outcome == zerops.DeploymentSucceeded:
		case outcome == zerops.DeploymentOpen && !u.uploadFailed(d):
			open = append(open, d.Version.ID)
		default:
			f.Status = statusFailed
		}
	}
	if len(open) > 0 {
		f.Next = &next{Tool: "wait_for", Arguments: nextArgs{Deployments: open}}
		if f.Status == statusDone {
			f.Status = statusInProgress
		}
	}
	return f
}

// uploading reports that this server still sends the code of a deployment.
func (u *uploads) uploading(d zerops.Deployment) bool {
	job := u.find(d.Version.ID)
	return job != nil && !job.ended()
}

// uploadFailed reports that this server could not send the code of a deployment,
// which the platform does not know.
func (u *uploads) uploadFailed(d zerops.Deployment) bool {
	job := u.find(d.Version.ID)
	return job != nil && job.ended() && job.err != nil && d.Version.Status == zerops.VersionUploading
}

// explainFailed adds what the log of exactly this deployment says, and the causes
// that can be recognised.
func (c *call) explainFailed(ctx context.Context, out *deployServiceOut, s zerops.Service, d zerops.Deployment) {
	e := c.gatherDeployment(ctx, s, d)
	out.BuildLog = e.log.shown(failedLogLines)
	out.Diagnosis = e.diagnose()
	words := []string{out.Message, "the deployment failed: " + deploymentError(d, time.Now())}
	if s.ActiveVersion != nil && s.ActiveVersion.ID != d.Version.ID {
		words = append(words, "what ran before still runs")
	}
	out.Message = joinWords(words...)
	if out.Next == nil && len(out.Diagnosis) > 0 {
		out.Next = out.Diagnosis[0].Next
	}
	if out.Next == nil {
		out.Next = &next{Tool: "diagnose_service", Arguments: nextArgs{Service: s.ID}}
	}
}

// addURL reads back how the service can be reached.
func (c *call) addURL(ctx context.Context, out *deployServiceOut, s zerops.Service) {
	now, err := c.api.Service(ctx, s.ID)
	var project zerops.Project
	if err == nil {
		project, err = c.api.Project(ctx, s.ProjectID)
	}
	if err != nil { // the deployment is done all the same
		out.Message = joinWords(out.Message, "the addresses could not be read: "+c.reason(ctx, err))
		return
	}
	urls := serviceURLs(now, project)
	switch {
	case len(urls) == 0:
	case now.SubdomainAccess:
		out.URL = urls[0]
	default:
		out.Message = joinWords(out.Message, "the service is not public; set_subdomain_access gives it an address")
		out.Next = &next{Tool: "set_subdomain_access", Arguments: nextArgs{Service: s.ID, Enabled: new(true)}}
	}
}
