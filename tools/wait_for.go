package tools

import (
	"context"
	"slices"
	"time"

	"zerops-mcp/zerops"
)

type waitForIn struct {
	Processes   []string `json:"processes,omitempty" jsonschema:"maxItems=50"`
	Deployments []string `json:"deployments,omitempty" jsonschema:"maxItems=20"`
	waiting
}

type waitForOut struct {
	frame
	Deployments []deploymentView `json:"deployments,omitempty"`
}

// waitFor follows processes and deployments at the same time.
// waiter is the tool that waits, for uploads of this server too.
type waiter struct{ uploads *uploads }

func (w waiter) waitFor(ctx context.Context, c *call, in waitForIn) (waitForOut, error) {
	processes, deployments := unique(in.Processes), unique(in.Deployments)
	if len(processes)+len(deployments) == 0 {
		return waitForOut{}, invalid("processes", "needs at least 1 id, or deployments does")
	}
	known := make([]zerops.Process, 0, len(processes))
	for _, id := range processes {
		p, err := c.process(ctx, id)
		if err != nil {
			return waitForOut{}, err
		}
		known = append(known, p)
	}
	states := make([]zerops.Deployment, 0, len(deployments))
	for _, id := range deployments {
		d, err := c.deployment(ctx, id)
		if err != nil {
			return waitForOut{}, err
		}
		states = append(states, d)
	}
	started := time.Now()
	if err := w.awaitUploads(ctx, c, in.waiting, states); err != nil {
		return waitForOut{}, err
	}
	// A wait for an upload comes out of the same budget.
	c.asked += time.Since(started)
	var out waitForOut
	errs := zerops.FanOut(2, func(i int) (err error) {
		if i == 0 && len(known) > 0 {
			out.frame, err = c.follow(ctx, in.waiting, known...)
		}
		if i == 1 && len(states) > 0 {
			limit, _ := c.budget(in.waiting)
			states, err = c.awaitDeployments(ctx, limit, states)
		}
		return err
	})
	for _, err := range errs {
		if err != nil {
			return waitForOut{}, err
		}
	}
	w.joinDeployments(c, &out, states)
	return out, nil
}

// awaitUploads waits for the uploads of this server, which the platform knows
// nothing of, and then reads again.
func (w waiter) awaitUploads(ctx context.Context, c *call, wait waiting, states []zerops.Deployment) error {
	limit, _ := c.budget(wait)
	deadline := time.Now().Add(limit)
	for i, d := range states {
		job := w.uploads.find(d.Version.ID)
		if job == nil || job.ended() && d.Version.Status != zerops.VersionUploading {
			continue
		}
		if !c.awaitUpload(ctx, job, max(time.Until(deadline), 0)) || job.err != nil {
			continue
		}
		now, err := c.api.Deployment(ctx, d.Version.ID)
		if err != nil {
			return err
		}
		states[i] = now
	}
	return nil
}

// joinDeployments adds the deployments to the answer about the processes.
func (w waiter) joinDeployments(c *call, out *waitForOut, states []zerops.Deployment) {
	if len(states) == 0 {
		return
	}
	now := time.Now()
	f := w.uploads.deploymentFrame(states, now)
	switch {
	case out.Status == "" || out.Status == statusDone || f.Status == statusFailed:
		out.Status = f.Status
	}
	for _, p := range f.Processes {
		if !slices.ContainsFunc(out.Processes, func(known processView) bool { return known.ID == p.ID }) {
			out.Processes = append(out.Processes, p)
		}
	}
	if f.Next != nil {
		if out.Next == nil {
			out.Next = f.Next
		} else {
			out.Next.Arguments.Deployments = f.Next.Arguments.Deployments
		}
	}
	for _, d := range states {
		view := viewDeployment(d, now)
		if job := w.uploads.find(d.Version.ID); job != nil && d.Version.Status == zerops.VersionUploading {
			job.describe(&view)
		}
		out.Deployments = append(out.Deployments, view)
		if view.Outcome == "failed" || view.Outcome == "abandoned" {
			if out.Next == nil {
				out.Next = &next{Tool: "diagnose_service", Arguments: nextArgs{Service: d.Version.ServiceID}}
			}
		}
	}
}

func unique(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
