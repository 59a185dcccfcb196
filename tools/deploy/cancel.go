package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/diagnose"
	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type cancelDeploymentIn struct {
	Deployment string `json:"deployment" jsonschema:"minLength=1"`
	Confirm    string `json:"confirm,omitempty"`
	tool.Waiting
}

type changeOut struct {
	tool.ChangeResult
	Deployment *deployments.View `json:"deployment,omitempty"`
}

func (d deployer) cancelDeployment(ctx context.Context, c *tool.Call, in *cancelDeploymentIn) (*changeOut, error) {
	target, err := tool.Confirm(ctx, c, func(ctx context.Context) (zerops.Deployment, *tool.Plan, error) {
		target, err := deployments.Read(ctx, c, in.Deployment)
		if err != nil {
			return target, nil, err
		}
		if target.Outcome(time.Now()) != zerops.DeploymentOpen || d.uploads.Failed(target) {
			return target, nil, tool.Idle(nothingToCancel(target, "it has ended already"))
		}
		if target.Version.Status == zerops.VersionUploading && target.Process == nil && !d.uploads.Uploading(target) {
			return target, nil, tool.Idle(nothingToCancel(target, "nothing runs yet: its code is not uploaded by this server, and without an upload it never runs"))
		}
		return target, &tool.Plan{
			Summary: fmt.Sprintf("Stop the deployment %s (%s) of the service %s.", target.Version.ID, tool.Clean(target.Version.Status, 40), target.Version.ServiceID),
			Targets: []tool.PlanTarget{{Kind: "deployment", ID: target.Version.ID, Name: fmt.Sprintf("#%d", target.Version.Sequence), Status: tool.Clean(target.Version.Status, 40)}},
			Loses:   []string{"the work of its build; what ran before keeps running"},
			// Phases pass while a person thinks; that it is not over is what counts.
			State: []tool.Fact{tool.Is("the deployment", target.Version.ID, "open"), tool.Is("its service", target.Version.ServiceID)},
			In:    []string{target.Version.ProjectID},
		}, nil
	})
	if err != nil {
		return nil, err
	}
	if job := d.uploads.Find(target.Version.ID); job != nil && !job.Ended() {
		job.Cancel(deployments.ErrCallerCanceled)
		return canceledUpload(ctx, c, target, job)
	}
	_, err = tool.Change(ctx, c, func(ctx context.Context) (struct{}, error) { return struct{}{}, stopPipeline(ctx, c, target) })
	if zerops.HasCode(err, "nothingToCancel", "processCanNoLongerBeCanceled", "processIsAlreadyRunning", zerops.CodeProcessAlreadyOver, zerops.CodeProcessAlreadyFinished) {
		return nil, &tool.Failure{
			Code: request.CodeConflict, APICode: apiCode(err), Cause: err, Message: "the deployment is past the point where it can be stopped; nothing was changed",
			Hint: "Follow it with wait_for; rollback_service brings an earlier one back afterwards.",
			Next: &tool.FailureNext{Tool: "wait_for", Arguments: map[string]any{"deployments": []string{target.Version.ID}}},
		}
	}
	if err != nil {
		return nil, err
	}
	limit, _ := c.Budget(in.Waiting)
	states, err := deployments.Await(ctx, c, limit, []zerops.Deployment{target})
	if err != nil {
		return nil, err
	}
	view := deployments.NewView(states[0], time.Now())
	out := changeOut{Deployment: &view}
	switch states[0].Outcome(time.Now()) {
	case zerops.DeploymentCanceled:
		out.Status = tool.StatusDone
		view.Error = ""
	case zerops.DeploymentOpen:
		out.Status, out.Next = tool.StatusInProgress, &tool.Next{Tool: "wait_for", Arguments: tool.NextArgs{Deployments: []string{target.Version.ID}}}
	case zerops.DeploymentSucceeded, zerops.DeploymentFailed, zerops.DeploymentAbandoned:
		out.Status, out.Message = tool.StatusFailed, "the deployment ended before it could be stopped; see its outcome"
	}
	return &out, nil
}

// stopPipeline cancels the build, or the process where that still waits in the
// queue and there is no build yet.
func stopPipeline(ctx context.Context, c *tool.Call, d zerops.Deployment) error {
	err := c.API.CancelBuild(ctx, d.Version.ID)
	if zerops.HasCode(err, "nothingToCancel") && d.Process != nil && !d.Process.Ended() {
		_, err = c.API.CancelProcess(ctx, d.Process.ID)
	}
	return err
}

func nothingToCancel(d zerops.Deployment, why string) changeOut {
	view := deployments.NewView(d, time.Now())
	return changeOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: why + " (" + tool.Clean(d.Version.Status, 40) + ")"}, Deployment: &view}
}

// canceledUpload waits for the end of an upload that was cancelled.
func canceledUpload(ctx context.Context, _ *tool.Call, d zerops.Deployment, job *deployments.Upload) (*changeOut, error) {
	timer := time.NewTimer(tool.WriteTime)
	defer timer.Stop()
	select {
	case <-job.Done:
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	view := deployments.NewView(d, time.Now())
	if job.Ended() && job.Err == nil {
		return &changeOut{ChangeResult: tool.ChangeResult{
			Status: tool.StatusFailed, Message: "the upload ended before it could be cancelled and the deployment was asked for; call again to stop its build",
			Next: &tool.Next{Tool: "get_deployment", Arguments: tool.NextArgs{Deployment: d.Version.ID}},
		}, Deployment: &view}, nil
	}
	view.Outcome, view.Error = "canceled", ""
	return &changeOut{
		ChangeResult: tool.ChangeResult{Status: tool.StatusDone, Message: "the upload was stopped; the version stays " + view.Status + " and never runs"},
		Deployment:   &view,
	}, nil
}

// apiCode is the API's word for a refusal.
func apiCode(err error) string {
	if refusal, ok := errors.AsType[*zerops.Error](err); ok {
		return tool.Clean(refusal.Code, 128)
	}
	return ""
}

type rollbackServiceIn struct {
	tool.OnService
	Deployment string `json:"deployment,omitempty"`
	Confirm    string `json:"confirm,omitempty"`
	tool.Waiting
}

type rollbackServiceOut struct {
	tool.ChangeResult
	Deployment *deployments.View    `json:"deployment,omitempty"`
	Previous   *deployments.View    `json:"previous,omitempty"`
	URL        string               `json:"url,omitempty"`
	Candidates []deployments.View   `json:"candidates,omitempty"`
	BuildLog   []string             `json:"build_log,omitempty"`
	Diagnosis  []diagnose.CauseView `json:"diagnosis,omitempty"`
}

func (d deployer) rollbackService(ctx context.Context, c *tool.Call, in *rollbackServiceIn) (*rollbackServiceOut, error) {
	back, err := tool.Confirm(ctx, c, func(ctx context.Context) (rollback, *tool.Plan, error) { return d.rollbackTo(ctx, c, *in) })
	if err != nil {
		return nil, err
	}
	s, chosen, active := back.service, back.to, back.active
	if err := awaitVariables(ctx, c, s); err != nil {
		return nil, err
	}
	process, err := tool.Change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		return c.API.DeployVersion(ctx, chosen.Version.ID, "", "")
	})
	if err != nil {
		return nil, err
	}
	watched, err := d.watchDeployment(ctx, c, deployServiceOut{}, s, chosen.Version.ID, &process, in.Waiting, 0)
	if err != nil {
		return nil, err
	}
	out := rollbackServiceOut{ChangeResult: watched.ChangeResult, Deployment: watched.Deployment, URL: watched.URL, BuildLog: watched.BuildLog, Diagnosis: watched.Diagnosis}
	if out.Status == tool.StatusDone && out.Deployment.Status != zerops.VersionActive {
		out.Status, out.Message = tool.StatusFailed, "the process has finished, but the deployment is "+out.Deployment.Status+", not ACTIVE"
	}
	if active != nil {
		before, err := c.API.AppVersion(ctx, active.ID)
		if err != nil {
			out.Message = tool.JoinWords(out.Message, "what ran before could not be read: "+c.Reason(ctx, err))
		} else {
			out.Previous = new(deployments.NewView(zerops.Deployment{Version: before}, time.Now()))
		}
	}
	return &out, nil
}

// rollback is a way back to an earlier deployment.
type rollback struct {
	service zerops.Service
	to      zerops.Deployment
	active  *zerops.AppVersion
}

// rollbackTo finds the deployment to go back to, and what runs in its place.
func (d deployer) rollbackTo(ctx context.Context, c *tool.Call, in rollbackServiceIn) (rollback, *tool.Plan, error) {
	var r rollback
	var err error
	if r.service, err = c.Service(ctx, in.OnService); err != nil {
		return r, nil, err
	}
	if err := deployments.RuntimeOnly(r.service); err != nil {
		return r, nil, err
	}
	list, err := deployments.List(ctx, c, r.service, zerops.ListOptions{Limit: deployments.MaxVersions})
	if err != nil {
		return r, nil, err
	}
	if r.to, err = chooseBackup(list, r.service, strings.TrimSpace(in.Deployment)); err != nil {
		return r, nil, err
	}
	r.active = activeOf(list)
	if r.to.Version.State() == zerops.VersionRunning {
		view := deployments.NewView(r.to, time.Now())
		return r, nil, tool.Idle(rollbackServiceOut{ChangeResult: tool.ChangeResult{Status: tool.StatusUnchanged, Message: "this deployment runs already"}, Deployment: &view})
	}
	if err := d.alreadyDeploying(ctx, c, r.service); err != nil {
		return r, nil, err
	}
	return r, rollbackPlan(r.service, r.to.Version, r.active), nil
}

// chooseBackup finds the deployment to go back to. Only versions that ran, and
// were kept, can run again as they were.
func chooseBackup(deployments []zerops.Deployment, s zerops.Service, wanted string) (zerops.Deployment, error) {
	var candidates []tool.Candidate
	for _, d := range deployments {
		v := d.Version
		if v.Status == zerops.VersionBackup && !v.WithoutCode() && len(candidates) < 10 {
			candidates = append(candidates, tool.Candidate{ID: v.ID, Name: versionName(v)})
		}
		if v.ID == wanted && (v.Status == zerops.VersionBackup || v.State() == zerops.VersionRunning) {
			return d, nil
		}
	}
	f := &tool.Failure{Code: request.CodeConflict, Candidates: candidates}
	known := false
	for _, d := range deployments {
		known = known || d.Version.ID == wanted
	}
	switch {
	case len(candidates) == 0:
		f.Message = fmt.Sprintf("the service %q has no earlier deployment that is kept for a rollback; nothing was changed", tool.Clean(s.Name, 40))
		f.Hint = "Deploy the earlier code again with deploy_service."
		return zerops.Deployment{}, f
	case wanted == "":
		f.Code, f.Message = request.CodeInvalidArguments, "deployment is required: say which one to go back to"
	case known:
		f.Message = fmt.Sprintf("the deployment %s is not kept for a rollback; nothing was changed", wanted)
	default:
		f.Code, f.Message = request.CodeNotFound, fmt.Sprintf("the service %q has no deployment %q", tool.Clean(s.Name, 40), tool.Clean(wanted, 60))
	}
	f.Hint = "Those that can be rolled back to are named as candidates, newest first."
	f.Next = &tool.FailureNext{Tool: "rollback_service", Arguments: map[string]any{"service": s.ID, "deployment": candidates[0].ID}}
	return zerops.Deployment{}, f
}

// versionName describes a version to a person.
func versionName(v zerops.AppVersion) string {
	words := []string{fmt.Sprintf("#%d", v.Sequence), tool.Clean(v.Source, 20), v.Created.Format("2006-01-02 15:04")}
	for _, at := range []*zerops.VersionCommit{v.GitHub, v.GitLab} {
		if at != nil {
			words = append(words, tool.Clean(at.Branch, 40), tool.Clean(at.Commit, 12))
		}
	}
	return strings.Join(words, " ")
}

func activeOf(deployments []zerops.Deployment) *zerops.AppVersion {
	for _, d := range deployments {
		if d.Version.Status == zerops.VersionActive {
			return &d.Version
		}
	}
	return nil
}

func rollbackPlan(s zerops.Service, to zerops.AppVersion, active *zerops.AppVersion) *tool.Plan {
	p := &tool.Plan{
		Summary: fmt.Sprintf("Run the deployment %s (%s) of the service %q (%s) in the project %q (%s) again.", to.ID, versionName(to), tool.Clean(s.Name, 40), s.ID, tool.Clean(s.Project.Name, 80), s.ProjectID),
		Targets: []tool.PlanTarget{services.Target(s), {Kind: "deployment", ID: to.ID, Name: versionName(to), Status: tool.Clean(to.Status, 40)}},
		Loses:   []string{"the state of the variables since then: they go back to what they were when this deployment ran", "files that containers have written themselves"},
		State:   append(tool.ServiceFacts(s), tool.Is("the deployment to go back to", to.ID), tool.Is("its status", to.Status)),
	}
	if active != nil {
		p.Changes = []string{fmt.Sprintf("active: %s (%s) → %s (%s)", active.ID, versionName(*active), to.ID, versionName(to))}
		p.State = append(p.State, tool.Is("what runs", active.ID))
	}
	return p
}
