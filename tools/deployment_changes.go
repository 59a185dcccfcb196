package tools

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

type cancelDeploymentIn struct {
	Deployment string `json:"deployment" jsonschema:"minLength=1"`
	Confirm    string `json:"confirm,omitempty"`
	waiting
}

type deploymentChangeOut struct {
	frame
	Deployment *deploymentView `json:"deployment,omitempty"`
}

func (room deployer) cancelDeployment(ctx context.Context, c *call, in cancelDeploymentIn) (deploymentChangeOut, error) {
	d, err := confirm(ctx, c, func(ctx context.Context) (zerops.Deployment, *plan, error) {
		d, err := c.deployment(ctx, in.Deployment)
		if err != nil {
			return d, nil, err
		}
		if d.Outcome(time.Now()) != zerops.DeploymentOpen || room.uploads.uploadFailed(d) {
			return d, nil, idle(nothingToCancel(d, "it has ended already"))
		}
		if d.Version.Status == zerops.VersionUploading && d.Process == nil && !room.uploads.uploading(d) {
			return d, nil, idle(nothingToCancel(d, "nothing runs yet: its code is not uploaded by this server, and without an upload it never runs"))
		}
		return d, &plan{
			Summary: fmt.Sprintf("Stop the deployment %s (%s) of the service %s.", d.Version.ID, clean(d.Version.Status, 40), d.Version.ServiceID),
			Targets: []planTarget{{Kind: "deployment", ID: d.Version.ID, Name: fmt.Sprintf("#%d", d.Version.Sequence), Status: clean(d.Version.Status, 40)}},
			Loses:   []string{"the work of its build; what ran before keeps running"},
			// Phases pass while a person thinks; that it is not over is what counts.
			state: []fact{is("the deployment", d.Version.ID, "open"), is("its service", d.Version.ServiceID)},
		}, c.guard(ctx, d.Version.ProjectID, d.Version.ServiceID)
	})
	if err != nil {
		return deploymentChangeOut{}, err
	}
	if job := room.uploads.find(d.Version.ID); job != nil && !job.ended() {
		job.cancel(errCallerCanceled)
		return c.canceledUpload(ctx, d, job)
	}
	_, err = change(ctx, c, func(ctx context.Context) (struct{}, error) { return struct{}{}, c.stopPipeline(ctx, d) })
	if zerops.HasCode(err, "nothingToCancel", "processCanNoLongerBeCanceled", "processIsAlreadyRunning", zerops.CodeProcessAlreadyOver, zerops.CodeProcessAlreadyFinished) {
		return deploymentChangeOut{}, &failure{
			Code: codeConflict, APICode: apiCode(err), cause: err, Message: "the deployment is past the point where it can be stopped; nothing was changed",
			Hint: "Follow it with wait_for; rollback_service brings an earlier one back afterwards.",
			Next: &failureNext{Tool: "wait_for", Arguments: map[string]any{"deployments": []string{d.Version.ID}}},
		}
	}
	if err != nil {
		return deploymentChangeOut{}, err
	}
	limit, _ := c.budget(in.waiting)
	states, err := c.awaitDeployments(ctx, limit, []zerops.Deployment{d})
	if err != nil {
		return deploymentChangeOut{}, err
	}
	view := viewDeployment(states[0], time.Now())
	out := deploymentChangeOut{Deployment: &view}
	switch states[0].Outcome(time.Now()) {
	case zerops.DeploymentCanceled:
		out.Status = statusDone
		view.Error = ""
	case zerops.DeploymentOpen:
		out.Status, out.Next = statusInProgress, &next{Tool: "wait_for", Arguments: nextArgs{Deployments: []string{d.Version.ID}}}
	case zerops.DeploymentSucceeded, zerops.DeploymentFailed, zerops.DeploymentAbandoned:
		out.Status, out.Message = statusFailed, "the deployment ended before it could be stopped; see its outcome"
	}
	return out, nil
}

// stopPipeline cancels the build, or the process where that still waits in the
// queue and there is no build yet.
func (c *call) stopPipeline(ctx context.Context, d zerops.Deployment) error {
	err := c.api.CancelBuild(ctx, d.Version.ID)
	if zerops.HasCode(err, "nothingToCancel") && d.Process != nil && !d.Process.Ended() {
		_, err = c.api.CancelProcess(ctx, d.Process.ID)
	}
	return err
}

func nothingToCancel(d zerops.Deployment, why string) deploymentChangeOut {
	view := viewDeployment(d, time.Now())
	return deploymentChangeOut{frame: frame{Status: statusUnchanged, Message: why + " (" + clean(d.Version.Status, 40) + ")"}, Deployment: &view}
}

// canceledUpload waits for the end of an upload that was cancelled.
func (c *call) canceledUpload(ctx context.Context, d zerops.Deployment, job *upload) (deploymentChangeOut, error) {
	timer := time.NewTimer(writeTime)
	defer timer.Stop()
	select {
	case <-job.done:
	case <-timer.C:
	case <-ctx.Done():
		return deploymentChangeOut{}, ctx.Err()
	}
	view := viewDeployment(d, time.Now())
	if job.ended() && job.err == nil {
		return deploymentChangeOut{frame: frame{
			Status: statusFailed, Message: "the upload ended before it could be cancelled and the deployment was asked for; call again to stop its build",
			Next: &next{Tool: "get_deployment", Arguments: nextArgs{Deployment: d.Version.ID}},
		}, Deployment: &view}, nil
	}
	view.Outcome, view.Error = "canceled", ""
	return deploymentChangeOut{
		frame:      frame{Status: statusDone, Message: "the upload was stopped; the version stays " + view.Status + " and never runs"},
		Deployment: &view,
	}, nil
}

// apiCode is the API's word for a refusal.
func apiCode(err error) string {
	if refusal, ok := errors.AsType[*zerops.Error](err); ok {
		return clean(refusal.Code, 128)
	}
	return ""
}

type rollbackServiceIn struct {
	onService
	Deployment string `json:"deployment,omitempty"`
	Confirm    string `json:"confirm,omitempty"`
	waiting
}

type rollbackServiceOut struct {
	frame
	Deployment *deploymentView  `json:"deployment,omitempty"`
	Previous   *deploymentView  `json:"previous,omitempty"`
	URL        string           `json:"url,omitempty"`
	Candidates []deploymentView `json:"candidates,omitempty"`
	BuildLog   []string         `json:"build_log,omitempty"`
	Diagnosis  []causeView      `json:"diagnosis,omitempty"`
}

func (d deployer) rollbackService(ctx context.Context, c *call, in rollbackServiceIn) (rollbackServiceOut, error) {
	back, err := confirm(ctx, c, func(ctx context.Context) (rollback, *plan, error) { return d.rollbackTo(ctx, c, in) })
	if err != nil {
		return rollbackServiceOut{}, err
	}
	s, chosen, active := back.service, back.to, back.active
	if err := c.awaitVariables(ctx, s); err != nil {
		return rollbackServiceOut{}, err
	}
	process, err := change(ctx, c, func(ctx context.Context) (zerops.Process, error) {
		return c.api.DeployVersion(ctx, chosen.Version.ID, "", "")
	})
	if err != nil {
		return rollbackServiceOut{}, err
	}
	watched, err := d.watchDeployment(ctx, c, deployServiceOut{}, s, chosen.Version.ID, &process, in.waiting, 0)
	if err != nil {
		return rollbackServiceOut{}, err
	}
	out := rollbackServiceOut{frame: watched.frame, Deployment: watched.Deployment, URL: watched.URL, BuildLog: watched.BuildLog, Diagnosis: watched.Diagnosis}
	if out.Status == statusDone && out.Deployment.Status != zerops.VersionActive {
		out.Status, out.Message = statusFailed, "the process has finished, but the deployment is "+out.Deployment.Status+", not ACTIVE"
	}
	if active != nil {
		before, err := c.api.AppVersion(ctx, active.ID)
		if err != nil {
			out.Message = joinWords(out.Message, "what ran before could not be read: "+c.reason(ctx, err))
		} else {
			out.Previous = new(viewDeployment(zerops.Deployment{Version: before}, time.Now()))
		}
	}
	return out, nil
}

// rollback is a way back to an earlier deployment.
type rollback struct {
	service zerops.Service
	to      zerops.Deployment
	active  *zerops.AppVersion
}

// rollbackTo finds the deployment to go back to, and what runs in its place.
func (d deployer) rollbackTo(ctx context.Context, c *call, in rollbackServiceIn) (rollback, *plan, error) {
	var r rollback
	var err error
	if r.service, err = c.service(ctx, in.onService); err != nil {
		return r, nil, err
	}
	if err := runtimeOnly(r.service); err != nil {
		return r, nil, err
	}
	deployments, err := c.deploymentsOf(ctx, r.service, zerops.ListOptions{Limit: maxVersions})
	if err != nil {
		return r, nil, err
	}
	if r.to, err = chooseBackup(deployments, r.service, strings.TrimSpace(in.Deployment)); err != nil {
		return r, nil, err
	}
	r.active = activeOf(deployments)
	if r.to.Version.State() == zerops.VersionRunning {
		view := viewDeployment(r.to, time.Now())
		return r, nil, idle(rollbackServiceOut{frame: frame{Status: statusUnchanged, Message: "this deployment runs already"}, Deployment: &view})
	}
	if err := d.alreadyDeploying(ctx, c, r.service); err != nil {
		return r, nil, err
	}
	return r, rollbackPlan(r.service, r.to.Version, r.active), c.guard(ctx, r.service.ProjectID, r.service.ID)
}

// chooseBackup finds the deployment to go back to. Only versions that ran, and
// were kept, can run again as they were.
func chooseBackup(deployments []zerops.Deployment, s zerops.Service, wanted string) (zerops.Deployment, error) {
	var candidates []candidate
	for _, d := range deployments {
		v := d.Version
		if v.Status == zerops.VersionBackup && !v.WithoutCode() && len(candidates) < 10 {
			candidates = append(candidates, candidate{ID: v.ID, Name: versionName(v)})
		}
		if v.ID == wanted && (v.Status == zerops.VersionBackup || v.State() == zerops.VersionRunning) {
			return d, nil
		}
	}
	f := &failure{Code: codeConflict, Candidates: candidates}
	known := false
	for _, d := range deployments {
		known = known || d.Version.ID == wanted
	}
	switch {
	case len(candidates) == 0:
		f.Message = fmt.Sprintf("the service %q has no earlier deployment that is kept for a rollback; nothing was changed", clean(s.Name, 40))
		f.Hint = "Deploy the earlier code again with deploy_service."
		return zerops.Deployment{}, f
	case wanted == "":
		f.Code, f.Message = codeInvalidArguments, "deployment is required: say which one to go back to"
	case known:
		f.Message = fmt.Sprintf("the deployment %s is not kept for a rollback; nothing was changed", wanted)
	default:
		f.Code, f.Message = codeNotFound, fmt.Sprintf("the service %q has no deployment %q", clean(s.Name, 40), clean(wanted, 60))
	}
	f.Hint = "Those that can be rolled back to are named as candidates, newest first."
	f.Next = &failureNext{Tool: "rollback_service", Arguments: map[string]any{"service": s.ID, "deployment": candidates[0].ID}}
	return zerops.Deployment{}, f
}

// versionName describes a version to a person.
func versionName(v zerops.AppVersion) string {
	words := []string{fmt.Sprintf("#%d", v.Sequence), clean(v.Source, 20), v.Created.Format("2006-01-02 15:04")}
	for _, at := range []*zerops.VersionCommit{v.GitHub, v.GitLab} {
		if at != nil {
			words = append(words, clean(at.Branch, 40), clean(at.Commit, 12))
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

func rollbackPlan(s zerops.Service, to zerops.AppVersion, active *zerops.AppVersion) *plan {
	p := &plan{
		Summary: fmt.Sprintf("Run the deployment %s (%s) of the service %q (%s) again.", to.ID, versionName(to), clean(s.Name, 40), s.ID),
		Targets: []planTarget{serviceTarget(s), {Kind: "deployment", ID: to.ID, Name: versionName(to), Status: clean(to.Status, 40)}},
		Loses:   []string{"the state of the variables since then: they go back to what they were when this deployment ran", "files that containers have written themselves"},
		state:   append(serviceFacts(s), is("the deployment to go back to", to.ID), is("its status", to.Status)),
	}
	if active != nil {
		p.Changes = []string{fmt.Sprintf("active: %s (%s) → %s (%s)", active.ID, versionName(*active), to.ID, versionName(to))}
		p.state = append(p.state, is("what runs", active.ID))
	}
	return p
}
