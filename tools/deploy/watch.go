package deploy

import (
	"context"
	"fmt"
	"time"

	"zerops-mcp/tools/diagnose"
	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// watchDeployment follows version and process together, and answers with the
// address on success, with log and diagnosis on failure. spent is what the
// upload took of the time the call may wait.
func (d deployer) watchDeployment(ctx context.Context, c *tool.Call, out deployServiceOut, s zerops.Service, versionID string, process *zerops.Process, w tool.Waiting, spent time.Duration) (*deployServiceOut, error) {
	limit, clamped := c.Budget(w)
	limit = max(min(limit, c.Runner.MaxWait()-c.Asked-spent), 0)
	began := time.Now()
	start := zerops.Deployment{Version: zerops.AppVersion{ID: versionID, ServiceID: s.ID, ProjectID: s.ProjectID}, Process: process}
	states, err := deployments.Await(ctx, c, limit, []zerops.Deployment{start})
	if err != nil {
		return &out, err
	}
	now := states[0]
	note := out.Message
	out.ChangeResult = d.uploads.Result(states, time.Now())
	out.Message = note
	view := deployments.NewView(now, time.Now())
	out.Deployment = &view
	switch out.Status {
	case tool.StatusInProgress:
		if clamped {
			out.Message = tool.JoinWords(note, fmt.Sprintf("waited %s, the most this server allows; the deployment goes on", limit))
		}
	case tool.StatusFailed:
		explainFailed(ctx, c, &out, s, now)
	case tool.StatusDone:
		addURL(ctx, c, &out, s, limit-time.Since(began))
	}
	return &out, nil
}

// explainFailed adds what the log of exactly this deployment says, and the causes
// that can be recognised.
func explainFailed(ctx context.Context, c *tool.Call, out *deployServiceOut, s zerops.Service, d zerops.Deployment) {
	e := diagnose.GatherDeployment(ctx, c, s, d)
	out.BuildLog = e.Log.Shown(deployments.FailedLogLines)
	out.Diagnosis = e.Diagnose()
	words := []string{out.Message, "the deployment failed: " + deployments.FailureText(d, time.Now())}
	if s.ActiveVersion != nil && s.ActiveVersion.ID != d.Version.ID {
		words = append(words, "what ran before still runs")
	}
	out.Message = tool.JoinWords(words...)
	if out.Next == nil && len(out.Diagnosis) > 0 {
		out.Next = out.Diagnosis[0].Next
	}
	if out.Next == nil {
		out.Next = &tool.Next{Tool: "diagnose_service", Arguments: tool.NextArgs{Service: s.ID}}
	}
}

const (
	// portsLag is how long the ports of a deployment may be declared and not open:
	// some 8 s are normal (platform §10.3).
	portsLag  = 15 * time.Second
	portsLook = 2 * time.Second
)

// opened reads a service that is public until the ports of its deployment are open,
// for as long as the call may wait.
func opened(ctx context.Context, c *tool.Call, id string, patience time.Duration) (zerops.Service, error) {
	deadline := time.Now().Add(min(patience, portsLag))
	report := c.Progress(ctx)
	for {
		now, err := c.API.Service(ctx, id)
		if err != nil || !now.SubdomainAccess || !now.PortsPending() || time.Now().Add(portsLook).After(deadline) {
			return now, err
		}
		report("waiting until the platform has opened the ports of the deployment")
		if !tool.Delay(ctx, portsLook) {
			return now, nil
		}
	}
}

// addURL reads back how the service can be reached.
func addURL(ctx context.Context, c *tool.Call, out *deployServiceOut, s zerops.Service, patience time.Duration) {
	now, err := opened(ctx, c, s.ID, patience)
	var project zerops.Project
	if err == nil {
		project, err = c.API.Project(ctx, s.ProjectID)
	}
	if err != nil { // the deployment is done all the same
		out.Message = tool.JoinWords(out.Message, "the addresses could not be read: "+c.Reason(ctx, err))
		return
	}
	urls := services.URLs(now, project)
	switch {
	case len(urls) == 0:
	case now.SubdomainAccess:
		out.URL = urls[0]
		if now.PortsPending() {
			out.Message = tool.JoinWords(out.Message, "the platform has not opened the declared ports yet, so the address does not answer; get_service shows when it has")
		}
	default:
		out.Message = tool.JoinWords(out.Message, "the service is not public; set_subdomain_access gives it an address")
		out.Next = &tool.Next{Tool: "set_subdomain_access", Arguments: tool.NextArgs{Service: s.ID, Enabled: new(true)}}
	}
}
