package deployments

import (
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// View is a deployment as all tools show it.
type View struct {
	ID          string      `json:"id"`
	Status      string      `json:"status"`
	Phase       string      `json:"phase" jsonschema:"enum=upload,enum=queue,enum=build,enum=prepare,enum=deploy,enum=active,enum=replaced,enum=canceled"`
	Outcome     string      `json:"outcome" jsonschema:"enum=open,enum=succeeded,enum=failed,enum=canceled,enum=abandoned"`
	ServiceID   string      `json:"service_id,omitempty"`
	Sequence    int         `json:"sequence,omitempty"`
	Source      string      `json:"source,omitempty"`
	Name        string      `json:"name,omitempty"`
	Commit      *commitView `json:"commit,omitempty"`
	Git         string      `json:"git_url,omitempty"`
	By          string      `json:"by,omitempty"`
	Created     *time.Time  `json:"created,omitempty"`
	Activated   *time.Time  `json:"activated,omitempty"`
	Seconds     int         `json:"seconds,omitempty"`
	CanRollback bool        `json:"can_rollback,omitempty"`
	Process     string      `json:"process,omitempty"`
	Error       string      `json:"error,omitempty"`
}

type commitView struct {
	Repository string `json:"repository,omitempty"`
	Branch     string `json:"branch,omitempty"`
	Tag        string `json:"tag,omitempty"`
	Commit     string `json:"commit,omitempty"`
	Pusher     string `json:"pusher,omitempty"`
}

// NewView shows a deployment as it stands at a time.
func NewView(d zerops.Deployment, now time.Time) View {
	v := d.Version
	view := View{
		ID: v.ID, Status: tool.Clean(v.Status, 40), Phase: PhaseOf(v), Outcome: outcomeWord(d.Outcome(now)), ServiceID: v.ServiceID, Sequence: v.Sequence,
		Source: tool.Clean(v.Source, 20), Name: tool.Clean(v.Name, 80), Created: tool.TimeOrNil(v.Created), Activated: tool.TimeOrNil(v.Activated),
		CanRollback: v.Status == zerops.VersionBackup && !v.WithoutCode(),
	}
	if v.Status == "" {
		view.Status = "UNKNOWN"
	}
	if v.CreatedBy != (zerops.Actor{}) {
		view.By = tool.Actor(v.CreatedBy, false)
	}
	for _, at := range []*zerops.VersionCommit{v.GitHub, v.GitLab} {
		if at != nil {
			view.Commit = &commitView{
				Repository: tool.Clean(at.Repository, 120), Branch: tool.Clean(at.Branch, 120), Tag: tool.Clean(at.Tag, 120), Commit: tool.Clean(at.Commit, 64), Pusher: tool.Clean(at.Pusher, 80),
			}
		}
	}
	if v.PublicGit != nil {
		view.Git = tool.Clean(v.PublicGit.URL, 300)
	}
	if phases := PhasesOf(d); len(phases) > 0 {
		for _, p := range phases {
			view.Seconds += p.Seconds
		}
	}
	if d.Process != nil {
		view.Process = d.Process.ID
	}
	view.Error = FailureText(d, now)
	return view
}

func outcomeWord(o zerops.DeploymentOutcome) string {
	switch o {
	case zerops.DeploymentSucceeded:
		return "succeeded"
	case zerops.DeploymentFailed:
		return "failed"
	case zerops.DeploymentCanceled:
		return "canceled"
	case zerops.DeploymentAbandoned:
		return "abandoned"
	case zerops.DeploymentOpen:
	}
	return "open"
}

// PhaseOf tells how far a deployment came.
func PhaseOf(v zerops.AppVersion) string {
	switch v.Status {
	case zerops.VersionUploading:
		return "upload"
	case zerops.VersionBuilding, zerops.VersionBuildFailed:
		return "build"
	case zerops.VersionPreparing, zerops.VersionPrepareFailed:
		return "prepare"
	case zerops.VersionWaitingToDeploy, zerops.VersionDeploying, zerops.VersionDeployFailed:
		return "deploy"
	case zerops.VersionActive:
		return "active"
	case zerops.VersionBackup:
		return "replaced"
	case zerops.VersionCancelled, "CANCELED":
		return "canceled"
	}
	return "queue" // WAITING_TO_BUILD, BUILD_VALIDATION_FAILED, and what is not known
}

// FailureText says why a deployment did not come to its end, "" where it did
// or still may.
func FailureText(d zerops.Deployment, now time.Time) string {
	outcome := d.Outcome(now)
	if outcome == zerops.DeploymentOpen || outcome == zerops.DeploymentSucceeded {
		return ""
	}
	reasons := make([]string, 0, 3)
	if d.Process != nil {
		reasons = append(reasons, d.Process.FailureText())
		if v := d.Process.Version; v != nil && v.Prepare != nil {
			reasons = append(reasons, v.Prepare.Reason)
		}
	}
	for _, reason := range reasons {
		if reason != "" {
			return tool.Clean(reason, 500)
		}
	}
	switch {
	case outcome == zerops.DeploymentCanceled:
		return "it was cancelled"
	case d.Version.Status == zerops.VersionUploading:
		return "its code was not uploaded completely, or its deployment was not asked for; it will not run"
	case d.Version.Status == zerops.VersionWaitingToBuild:
		return "its build ended before it had a container, which leaves it in this status for ever"
	case outcome == zerops.DeploymentAbandoned:
		return "nothing works on it any more"
	}
	return "the platform gives no reason"
}

// PhaseView is one phase of a deployment.
type PhaseView struct {
	Phase    string     `json:"phase"`
	Started  *time.Time `json:"started,omitempty"`
	Finished *time.Time `json:"finished,omitempty"`
	Seconds  int        `json:"seconds,omitempty"`
}

// PhasesOf cuts the time of a deployment into its phases. A phase without an end
// is the one it is in, or ended in.
func PhasesOf(d zerops.Deployment) []PhaseView {
	v := d.Version
	var phases []PhaseView
	add := func(name string, from, till zerops.Time) {
		if from.IsZero() {
			return
		}
		p := PhaseView{Phase: name, Started: tool.TimeOrNil(from), Finished: tool.TimeOrNil(till)}
		if !till.IsZero() && till.After(from.Time) {
			p.Seconds = int(till.Sub(from.Time).Round(time.Second).Seconds())
		}
		phases = append(phases, p)
	}
	var processStart, processEnd zerops.Time
	var prepare *zerops.VersionPrepare
	if d.Process != nil {
		processStart, processEnd = d.Process.Created, d.Process.Finished
		if d.Process.Version != nil {
			prepare = d.Process.Version.Prepare
		}
	}
	b := v.Build
	if b == nil || b.PipelineStart.IsZero() {
		if v.Source == "CLI" && !processStart.IsZero() {
			add("upload", v.Created, processStart)
		}
		add("deploy", processStart, firstTime(v.Activated, processEnd))
		return phases
	}
	if v.Source == "CLI" {
		add("upload", v.Created, b.PipelineStart)
	}
	add("queue", b.PipelineStart, firstTime(b.ContainerCreated, b.PipelineFailed, processEnd))
	add("build", b.ContainerCreated, firstTime(b.Ended, b.PipelineFailed))
	ready := b.Ended
	if prepare != nil {
		add("prepare", firstTime(prepare.ContainerCreated, prepare.Started), prepare.Ended)
		ready = prepare.Ended
	}
	if !b.PipelineFinish.IsZero() || v.Status == zerops.VersionDeploying || v.Status == zerops.VersionDeployFailed {
		add("deploy", firstTime(ready, b.PipelineFinish), firstTime(v.Activated, processEnd))
	}
	return phases
}

func firstTime(times ...zerops.Time) zerops.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return zerops.Time{}
}
