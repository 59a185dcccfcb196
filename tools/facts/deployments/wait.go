package deployments

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Await polls deployments for at most limit, and less when the server
// drains. A read that keeps failing ends the wait with the states known so far.
func Await(ctx context.Context, c *tool.Call, limit time.Duration, deployments []zerops.Deployment) ([]zerops.Deployment, error) {
	waitCtx, cancel := tool.Patience(ctx, limit)
	defer cancel()
	report := c.Progress(ctx)
	states, err := c.API.WaitForDeployments(waitCtx, deployments, func(now []zerops.Deployment) {
		if words := openPhase(now); words != "" {
			report(words)
		}
	})
	var refusal *zerops.Error
	if err != nil && waitCtx.Err() == nil {
		if errors.As(err, &refusal) && !errors.Is(err, zerops.ErrUnavailable) {
			return states, err
		}
		c.Runner.Logger.WarnContext(ctx, "waiting for deployments ended early",
			slog.String("tool", c.Tool.Name), slog.String("error", c.Redactor.Delivered(err.Error())))
	}
	// Without time to wait nothing was read at all.
	for i := range states {
		if states[i].Version.Status == "" && ctx.Err() == nil {
			now, err := c.API.Deployment(ctx, states[i].Version.ID)
			if err != nil {
				return states, err
			}
			states[i] = now
		}
	}
	for i := range states {
		knowVersion(c, states[i].Version)
		hideAgain(c, &states[i])
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
		words := PhaseOf(d.Version) + ": " + tool.Clean(d.Version.Status, 40)
		if d.Process != nil && d.Process.Status == "PENDING" {
			words += ", waiting for another process"
		}
		return words
	}
	return ""
}

// Result summarises deployments: failed if any failed, else in progress
// if any is open.
func (u *Uploads) Result(deployments []zerops.Deployment, now time.Time) tool.ChangeResult {
	f := tool.ChangeResult{Status: tool.StatusDone}
	var open []string
	for _, d := range deployments {
		if d.Process != nil {
			f.Processes = append(f.Processes, tool.ViewProcess(*d.Process))
		}
		switch outcome := d.Outcome(now); {
		case u.Uploading(d):
			open = append(open, d.Version.ID)
		case outcome == zerops.DeploymentSucceeded:
		case outcome == zerops.DeploymentOpen && !u.Failed(d):
			open = append(open, d.Version.ID)
		default:
			f.Status = tool.StatusFailed
		}
	}
	if len(open) > 0 {
		f.Next = &tool.Next{Tool: "wait_for", Arguments: tool.NextArgs{Deployments: open}}
		if f.Status == tool.StatusDone {
			f.Status = tool.StatusInProgress
		}
	}
	return f
}

// Uploading reports that this server still sends the code of a deployment.
func (u *Uploads) Uploading(d zerops.Deployment) bool {
	job := u.Find(d.Version.ID)
	return job != nil && !job.Ended()
}

// Failed reports that this server could not send the code of a deployment,
// which the platform does not know.
func (u *Uploads) Failed(d zerops.Deployment) bool {
	job := u.Find(d.Version.ID)
	return job != nil && job.Ended() && job.Err != nil && d.Version.Status == zerops.VersionUploading
}
