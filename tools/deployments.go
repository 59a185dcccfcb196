package tools

import (
	"context"
	"time"

	"zerops-mcp/zerops"
)

// reader is the tools that show deployments, uploads of this server included.
type reader struct{ uploads *uploads }

// deploymentTools show what was deployed.
func deploymentTools(u *uploads) []*tool {
	r := reader{u}
	return []*tool{
		define(spec{
			Name: "list_deployments", Title: "List deployments", Standard: true, Effect: zerops.Reads,
			Description: "Deployments of a service, newest first, with failure reasons and which can be rolled back to.",
		}, listDeployments),
		define(spec{
			Name: "get_deployment", Title: "Get deployment", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "One deployment: source, commit, phases with durations, failure reason, and the end of its log.",
		}, r.getDeployment),
	}
}

// deploymentView is a deployment as all tools show it.
type deploymentView struct {
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

func viewDeployment(d zerops.Deployment, now time.Time) deploymentView {
	v := d.Version
	view := deploymentView{
		ID: v.ID, Status: clean(v.Status, 40), Phase: phaseOf(v), Outcome: outcomeWord(d.Outcome(now)), ServiceID: v.ServiceID, Sequence: v.Sequence,
		Source: clean(v.Source, 20), Name: clean(v.Name, 80), Created: timeOrNil(v.Created), Activated: timeOrNil(v.Activated),
		CanRollback: v.Status == zerops.VersionBackup && !v.WithoutCode(),
	}
	if v.Status == "" {
		view.Status = "UNKNOWN"
	}
	if v.CreatedBy != (zerops.Actor{}) {
		view.By = actor(v.CreatedBy, false)
	}
	for _, at := range []*zerops.VersionCommit{v.GitHub, v.GitLab} {
		if at != nil {
			view.Commit = &commitView{
				Repository: clean(at.Repository, 120), Branch: clean(at.Branch, 120), Tag: clean(at.Tag, 120), Commit: clean(at.Commit, 64), Pusher: clean(at.Pusher, 80),
			}
		}
	}
	if v.PublicGit != nil {
		view.Git = clean(v.PublicGit.URL, 300)
	}
	if phases := phasesOf(d); len(phases) > 0 {
		for _, p := range phases {
			view.Seconds += p.Seconds
		}
	}
	if d.Process != nil {
		view.Process = d.Process.ID
	}
	view.Error = deploymentError(d, now)
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

// phaseOf tells how far a deployment came.
func phaseOf(v zerops.AppVersion) string {
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

// deploymentError says why a deployment did not come to its end, "" where it did
// or still may.
func deploymentError(d zerops.Deployment, now time.Time) string {
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
			return clean(reason, 500)
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

// phaseView is one phase of a deployment.
type phaseView struct {
	Phase    string     `json:"phase"`
	Started  *time.Time `json:"started,omitempty"`
	Finished *time.Time `json:"finished,omitempty"`
	Seconds  int        `json:"seconds,omitempty"`
}

// phasesOf cuts the time of a deployment into its phases. A phase without an end
// is the one it is in, or ended in.
func phasesOf(d zerops.Deployment) []phaseView {
	v := d.Version
	var phases []phaseView
	add := func(name string, from, till zerops.Time) {
		if from.IsZero() {
			return
		}
		p := phaseView{Phase: name, Started: timeOrNil(from), Finished: timeOrNil(till)}
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

// deployment reads a deployment by its id and checks that its project is in
// scope.
func (c *call) deployment(ctx context.Context, id string) (zerops.Deployment, error) {
	if !zerops.ValidID(id) {
		return zerops.Deployment{}, invalid("deployment", "%q is not an id: 22 letters, digits, - or _ (list_deployments shows them)", clean(id, 60))
	}
	v, err := c.api.AppVersion(ctx, id)
	if err != nil {
		return zerops.Deployment{}, err
	}
	if err := c.inScope(ctx, v.ProjectID); err != nil {
		return zerops.Deployment{}, err
	}
	d, err := c.api.Deployment(ctx, id)
	if err != nil {
		return d, err
	}
	c.knowVersion(d.Version)
	c.projectID, c.serviceID = v.ProjectID, v.ServiceID
	c.target("deployment", v.Status, v.ID)
	return c.hideInDeployment(d), c.spare(v.ServiceID)
}

// knowVersion keeps the variables that a version brings along out of what the
// platform says about it.
func (c *call) knowVersion(v zerops.AppVersion, public ...string) {
	var values []string
	for _, variable := range v.Variables {
		if text := v.Yaml(); text != "" && variable.Content == text {
			if doc, err := parseZeropsYAML(text); err == nil {
				values = append(values, doc.values()...)
				public = append(public, doc.names()...)
			}
			continue
		}
		if secretVariable(variable) && !identityKey(variable.Key) {
			c.redactor.place(variable.Key)
		}
		values = append(values, variable.Content)
	}
	c.knowValues(values, public...)
}

type listDeploymentsIn struct {
	onService
	Status []string `json:"status,omitempty"`
	paging
}

// maxVersions bounds how many versions of a service are read: the platform keeps
// ten that ran, and those that failed.
const maxVersions = 200

func listDeployments(ctx context.Context, c *call, in listDeploymentsIn) (page[deploymentView], error) {
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return page[deploymentView]{}, err
	}
	if err := runtimeOnly(s); err != nil {
		return page[deploymentView]{}, err
	}
	deployments, err := c.deploymentsOf(ctx, s, zerops.ListOptions{Statuses: upper(in.Status), Limit: maxVersions})
	if err != nil {
		return page[deploymentView]{}, err
	}
	options := zerops.ListOptions{Statuses: upper(in.Status)}
	now := time.Now()
	var views []deploymentView
	for _, d := range deployments {
		// A version without code is nobody's deployment.
		if !d.Version.WithoutCode() && options.Matches("", d.Version.Status) {
			views = append(views, viewDeployment(d, now))
		}
	}
	shown, err := paginate(views, in.paging, in.Project, in.Service, in.Status)
	return shown.readUpTo(len(deployments), maxVersions, "deployments"), err
}

// deploymentsOf lists the versions of a service with their newest processes.
func (c *call) deploymentsOf(ctx context.Context, s zerops.Service, o zerops.ListOptions) ([]zerops.Deployment, error) {
	var versions []zerops.AppVersion
	newest := map[string]*zerops.Process{}
	errs := zerops.FanOut(2, func(i int) (err error) {
		if i == 0 {
			versions, _, err = zerops.Collect(c.api.AppVersions(ctx, s.ID, o), o.Limit)
			return err
		}
		processes, _, err := zerops.Collect(c.api.ServiceProcesses(ctx, s.ID, zerops.ListOptions{Limit: scanned}), scanned)
		for _, p := range processes {
			if known := newest[versionOf(p)]; p.Deploys() && (known == nil || p.Created.After(known.Created.Time)) {
				newest[versionOf(p)] = &p
			}
		}
		return err
	})
	if errs[0] != nil {
		return nil, errs[0]
	}
	if errs[1] != nil {
		return nil, errs[1]
	}
	sortBy(versions, func(a, b zerops.AppVersion) int { return b.Sequence - a.Sequence })
	deployments := make([]zerops.Deployment, 0, len(versions))
	for _, v := range versions {
		c.knowVersion(v, s.Name, s.Type.Version)
		deployments = append(deployments, zerops.Deployment{Version: v, Process: newest[v.ID]})
	}
	for i, d := range deployments {
		deployments[i] = c.hideInDeployment(d)
	}
	return deployments, nil
}

func versionOf(p zerops.Process) string {
	if p.Version == nil {
		return ""
	}
	return p.Version.ID
}

// runtimeOnly refuses services that nobody deploys to.
func runtimeOnly(s zerops.Service) error {
	if s.Runtime() {
		return nil
	}
	return &failure{
		Code: codeUnsupported, Message: "the service " + clean(s.Name, 40) + " (" + clean(s.Type.Version, 60) + ") is managed by Zerops; only runtimes have deployments",
		Hint: "list_services with category USER shows the runtimes of a project.",
	}
}

// serviceOf is the service of a deployment, with its ids only where it cannot be
// read.
func (c *call) serviceOf(ctx context.Context, v zerops.AppVersion) zerops.Service {
	s, err := c.api.Service(ctx, v.ServiceID)
	if err != nil {
		s = zerops.Service{ID: v.ServiceID, ProjectID: v.ProjectID}
	}
	s.Project.OrganizationID = v.OrganizationID
	return s
}

type getDeploymentIn struct {
	Deployment string `json:"deployment" jsonschema:"minLength=1"`
	LogLines   int    `json:"log_lines,omitempty" jsonschema:"minimum=0,maximum=500"`
}

type getDeploymentOut struct {
	deploymentView
	ProjectID string      `json:"project_id,omitempty"`
	Setup     string      `json:"setup,omitempty"`
	Phases    []phaseView `json:"phases"`
	Log       []string    `json:"log,omitempty"`
	LogNote   string      `json:"log_note,omitempty"`
	Next      *next       `json:"next,omitempty"`
}

func (r reader) getDeployment(ctx context.Context, c *call, in getDeploymentIn) (getDeploymentOut, error) {
	d, err := c.deployment(ctx, in.Deployment)
	if err != nil {
		return getDeploymentOut{}, err
	}
	now := time.Now()
	out := getDeploymentOut{deploymentView: viewDeployment(d, now), ProjectID: d.Version.ProjectID, Phases: phasesOf(d)}
	if out.Phases == nil {
		out.Phases = []phaseView{}
	}
	for _, at := range []*zerops.VersionCommit{d.Version.GitHub, d.Version.GitLab} {
		if at != nil {
			out.Setup = clean(at.Setup, 80)
		}
	}
	if in.LogLines > 0 {
		unmasked := c.learnLogSecrets(ctx, []zerops.Service{c.serviceOf(ctx, d.Version)})
		log, err := c.deploymentLog(ctx, d, in.LogLines)
		out.Log = log.shown(in.LogLines)
		out.LogNote = log.note()
		if err != nil {
			out.LogNote = "the log could not be read: " + c.reason(ctx, err)
		}
		out.LogNote = joinWords(out.LogNote, unmasked)
	}
	switch d.Outcome(now) {
	case zerops.DeploymentOpen:
		out.Next = &next{Tool: "wait_for", Arguments: nextArgs{Deployments: []string{d.Version.ID}}}
	case zerops.DeploymentFailed, zerops.DeploymentAbandoned:
		out.Next = &next{Tool: "diagnose_service", Arguments: nextArgs{Service: d.Version.ServiceID}}
	case zerops.DeploymentSucceeded, zerops.DeploymentCanceled:
	}
	if job := r.uploads.find(d.Version.ID); job != nil && d.Version.Status == zerops.VersionUploading {
		job.describe(&out.deploymentView)
	}
	return out, nil
}
