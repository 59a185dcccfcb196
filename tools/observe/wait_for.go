package observe

import (
	"context"
	"slices"
	"time"

	"zerops-mcp/tools/deploy"
	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type waitForIn struct {
	Processes   []string `json:"processes,omitempty" jsonschema:"maxItems=50"`
	Deployments []string `json:"deployments,omitempty" jsonschema:"maxItems=20"`
	tool.Waiting
}

type waitForOut struct {
	tool.ChangeResult
	Deployments []deployments.View `json:"deployments,omitempty"`
}

// waitFor follows processes and deployments at the same time.
// waiter is the tool that waits, for uploads of this server too.
type waiter struct{ uploads *deployments.Uploads }

func (w waiter) waitFor(ctx context.Context, c *tool.Call, in *waitForIn) (*waitForOut, error) {
	processes, list := tool.Unique(in.Processes), tool.Unique(in.Deployments)
	if len(processes)+len(list) == 0 {
		return nil, tool.Invalid("processes", "needs at least 1 id, or deployments does")
	}
	known := make([]zerops.Process, 0, len(processes))
	for _, id := range processes {
		p, err := process(ctx, c, id)
		if err != nil {
			return nil, err
		}
		known = append(known, p)
	}
	states := make([]zerops.Deployment, 0, len(list))
	for _, id := range list {
		d, err := deployments.Read(ctx, c, id)
		if err != nil {
			return nil, err
		}
		states = append(states, d)
	}
	started := time.Now()
	if err := w.awaitUploads(ctx, c, in.Waiting, states); err != nil {
		return nil, err
	}
	// A wait for an upload comes out of the same budget.
	c.Asked += time.Since(started)
	var out waitForOut
	errs := zerops.FanOut(2, func(i int) (err error) {
		if i == 0 && len(known) > 0 {
			out.ChangeResult, err = c.Follow(ctx, in.Waiting, known...)
		}
		if i == 1 && len(states) > 0 {
			limit, _ := c.Budget(in.Waiting)
			states, err = deployments.Await(ctx, c, limit, states)
		}
		return err
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	w.joinDeployments(&out, states)
	return &out, nil
}

// awaitUploads waits for the uploads of this server, which the platform knows
// nothing of, and then reads again.
func (w waiter) awaitUploads(ctx context.Context, c *tool.Call, wait tool.Waiting, states []zerops.Deployment) error {
	limit, _ := c.Budget(wait)
	deadline := time.Now().Add(limit)
	for i, d := range states {
		job := w.uploads.Find(d.Version.ID)
		if job == nil || job.Ended() && d.Version.Status != zerops.VersionUploading {
			continue
		}
		if !deploy.AwaitUpload(ctx, c, job, max(time.Until(deadline), 0)) || job.Err != nil {
			continue
		}
		now, err := c.API.Deployment(ctx, d.Version.ID)
		if err != nil {
			return err
		}
		states[i] = now
	}
	return nil
}

// joinDeployments adds the deployments to the answer about the processes.
func (w waiter) joinDeployments(out *waitForOut, states []zerops.Deployment) {
	if len(states) == 0 {
		return
	}
	now := time.Now()
	f := w.uploads.Result(states, now)
	switch {
	case out.Status == "" || out.Status == tool.StatusDone || f.Status == tool.StatusFailed:
		out.Status = f.Status
	}
	for _, p := range f.Processes {
		if !slices.ContainsFunc(out.Processes, func(known tool.ProcessView) bool { return known.ID == p.ID }) {
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
		view := deployments.NewView(d, now)
		if job := w.uploads.Find(d.Version.ID); job != nil && d.Version.Status == zerops.VersionUploading {
			job.Describe(&view)
		}
		out.Deployments = append(out.Deployments, view)
		if view.Outcome == "failed" || view.Outcome == "abandoned" {
			if out.Next == nil {
				out.Next = &tool.Next{Tool: "diagnose_service", Arguments: tool.NextArgs{Service: d.Version.ServiceID}}
			}
		}
	}
}
