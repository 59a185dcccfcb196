package tools

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zerops-mcp/internal/archive"
	"zerops-mcp/zerops"
)

// deployer is the tools that change what a service runs.
type deployer struct{ uploads *uploads }

// deploy are the tools that bring code into a service, stop that, or go back.
func deploy(u *uploads) []*tool {
	d := deployer{u}
	return []*tool{
		define(spec{
			Name: "deploy_service", Title: "Deploy service", Standard: true, Effect: zerops.Updates, LosesValue: true,
			Description: "Build and deploy code: a local directory, a public git_url, or, with neither, the connected repository. A failure comes with build log and diagnosis.",
		}, d.deployService),
		define(spec{
			Name: "cancel_deployment", Title: "Cancel deployment", Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop a deployment that is not running yet. Needs confirmation.",
		}, d.cancelDeployment),
		define(spec{
			Name: "rollback_service", Title: "Roll back service", Standard: true, Effect: zerops.Destroys,
			Description: "Run an earlier deployment again, with its variables. Needs confirmation.",
		}, d.rollbackService),
	}
}

type deployServiceIn struct {
	onService
	Directory  string `json:"directory,omitempty" jsonschema:"maxLength=4096" jsonschema_description:"local path"`
	GitURL     string `json:"git_url,omitempty" jsonschema:"maxLength=2048"`
	Setup      string `json:"setup,omitempty" jsonschema_description:"in zerops.yaml"`
	ZeropsYAML string `json:"zerops_yaml,omitempty" jsonschema:"maxLength=262144" jsonschema_description:"in place of the file"`
	Build      *bool  `json:"build,omitempty" jsonschema_description:"false: the directory is built already"`
	waiting
}

type deployServiceOut struct {
	frame
	Deployment *deploymentView `json:"deployment,omitempty"`
	Setup      string          `json:"setup,omitempty"`
	Uploaded   *uploadedView   `json:"uploaded,omitempty"`
	URL        string          `json:"url,omitempty"`
	BuildLog   []string        `json:"build_log,omitempty"`
	Diagnosis  []causeView     `json:"diagnosis,omitempty"`
}

// failedLogLines is how much of a log comes with a failed deployment.
const failedLogLines = 40

func (d deployer) deployService(ctx context.Context, c *call, in deployServiceIn) (deployServiceOut, error) {
	if in.Directory != "" && in.GitURL != "" {
		return deployServiceOut{}, invalid("git_url", "cannot be combined with directory")
	}
	built := in.Build != nil && !*in.Build
	if built && in.Directory == "" {
		return deployServiceOut{}, invalid("build", "can be false only with directory, whose files then run as they are")
	}
	s, err := c.service(ctx, in.onService)
	if err != nil {
		return deployServiceOut{}, err
	}
	if err := runtimeOnly(s); err != nil {
		return deployServiceOut{}, err
	}
	if err := d.alreadyDeploying(ctx, c, s); err != nil {
		return deployServiceOut{}, err
	}
	switch {
	case in.Directory != "":
		return d.deployDirectory(ctx, c, s, in, built)
	case in.GitURL != "":
		return d.deployGit(ctx, c, s, in)
	}
	return d.deployConnected(ctx, c, s, in)
}

// alreadyDeploying refuses a deployment while another is under way: the platform
// would refuse it too or, worse, let the older one win.
func (d deployer) alreadyDeploying(ctx context.Context, c *call, s zerops.Service) error {
	if job := d.uploads.running(s.ID); job != nil {
		return deploysAlready(s, job.version, job.progress())
	}
	options := zerops.ListOptions{Statuses: []string{"PENDING", "RUNNING", "CANCELING", "ROLLBACKING"}, Limit: 100}
	for p, err := range c.api.ServiceProcesses(ctx, s.ID, options) {
		if err != nil {
			return err
		}
		if !p.Deploys() || p.Ended() {
			continue
		}
		v, err := c.api.AppVersion(ctx, p.Version.ID)
		if err != nil {
			return err
		}
		return deploysAlready(s, v.ID, clean(v.Status, 40))
	}
	return nil
}

// deploysAlready names the deployment to wait for.
func deploysAlready(s zerops.Service, version, state string) *failure {
	return &failure{
		Code:    codeConflict,
		Message: fmt.Sprintf("another deployment of the service %q is under way (%s, %s), so none was started; nothing was changed", clean(s.Name, 40), version, state),
		Hint:    "Wait for it, or stop it with cancel_deployment; then call again.",
		Next:    &failureNext{Tool: "wait_for", Arguments: map[string]any{"deployments": []string{version}}}, Retryable: true,
	}
}

// deployDirectory validates, then uploads, then asks for the deployment: nothing
// is sent before the platform has accepted the zerops.yaml.
func (d deployer) deployDirectory(ctx context.Context, c *call, s zerops.Service, in deployServiceIn, built bool) (deployServiceOut, error) {
	dir, err := c.deployDir(in.Directory)
	if err != nil {
		return deployServiceOut{}, err
	}
	text := in.ZeropsYAML
	if text == "" {
		if text, err = directoryYAML(dir); err != nil {
			return deployServiceOut{}, err
		}
	}
	operation := zerops.YamlForBuild
	if built {
		operation = zerops.YamlForDeploy
	}
	setup, err := c.checkedSetup(ctx, s, text, in.Setup, operation)
	if err != nil {
		return deployServiceOut{}, err
	}
	contents, err := archive.Scan(ctx, dir, deployLimits())
	if err != nil {
		return deployServiceOut{}, explainArchive(err)
	}
	if contents.Files == 0 {
		return deployServiceOut{}, invalid("directory", "holds no files to deploy (%d are ignored)", contents.Ignored)
	}
	if err := c.awaitVariables(ctx, s); err != nil {
		return deployServiceOut{}, err
	}
	type creation struct {
		version zerops.AppVersion
		grant   zerops.UploadGrant
	}
	created, err := retrySync(ctx, c, s, func(ctx context.Context) (creation, error) {
		version, grant, err := c.api.CreateAppVersion(ctx, s.ID, "")
		return creation{version, grant}, err
	})
	if err != nil {
		return deployServiceOut{}, err
	}
	version, grant := created.version, created.grant
	c.redactor.keep(grant.Secrets()...)
	c.target("deployment", version.Status, version.ID)
	job := &upload{service: s.ID, version: version.ID, total: contents.Bytes}
	started := time.Now()
	err = d.startUpload(ctx, c, job, dir, grant, func(ctx context.Context) (zerops.Process, error) {
		// A synchronisation that began meanwhile would waste the upload.
		if err := c.awaitVariables(ctx, s); err != nil {
			return zerops.Process{}, err
		}
		if built {
			return c.api.DeployVersion(ctx, version.ID, text, setup)
		}
		return c.api.BuildAndDeploy(ctx, version.ID, text, setup)
	})
	if err != nil {
		return deployServiceOut{}, err
	}
	out := deployServiceOut{Setup: clean(setup, 80), Uploaded: viewUploaded(contents)}
	if !c.awaitUpload(ctx, job, c.server.cfg.MaxWait-c.asked) {
		return c.stillUploading(out, version, job), nil
	}
	if job.failure != nil {
		return c.notDeployed(ctx, out, version, job.failure), nil //nolint:nilerr // work that ended badly is a result
	}
	return d.watchDeployment(ctx, c, out, s, version.ID, job.process, in.waiting, time.Since(started))
}

// checkedSetup chooses the setup and has the platform check the zerops.yaml.
func (c *call) checkedSetup(ctx context.Context, s zerops.Service, text, wanted string, operation zerops.YamlOperation) (string, error) {
	doc, parseErr := parseZeropsYAML(text)
	c.sendValues(doc.values(), append(doc.names(), s.Name, s.Type.Version)...)
	if err := c.spareHostname(ctx, text); err != nil {
		return "", err
	}
	if slices.ContainsFunc(doc.values(), withheldText) {
		return "", invalid("zerops_yaml", "has a variable whose value stands for a withheld one; put the real one in; nothing was deployed")
	}
	setup := wanted
	if parseErr == nil {
		var err error
		if setup, err = doc.choose(wanted, s.Name); err != nil {
			return "", err
		}
	}
	err := c.api.ValidateYaml(ctx, s, text, setup, operation)
	if err != nil {
		return "", fmt.Errorf("checking the zerops.yaml: %w", err)
	}
	if parseErr != nil {
		return "", invalid("zerops_yaml", "is not YAML: %s", clean(parseErr.Error(), 300))
	}
	return setup, nil
}

// stillUploading is the answer when the upload takes longer than the call may.
func (c *call) stillUploading(out deployServiceOut, version zerops.AppVersion, job *upload) deployServiceOut {
	view := viewDeployment(zerops.Deployment{Version: version}, time.Now())
	job.describe(&view)
	out.frame = frame{
		Status: statusInProgress, Message: job.progress() + "; the upload goes on as long as this server runs",
		Next: &next{Tool: "wait_for", Arguments: nextArgs{Deployments: []string{version.ID}}},
	}
	out.Deployment = &view
	return out
}

// notDeployed is the answer when the upload or the request after it failed: the
// version exists, and will never run.
func (c *call) notDeployed(ctx context.Context, out deployServiceOut, version zerops.AppVersion, f *failure) deployServiceOut {
	if now, readErr := c.api.AppVersion(ctx, version.ID); readErr == nil {
		version = now
	}
	view := viewDeployment(zerops.Deployment{Version: version}, time.Now())
	view.Error, view.Outcome = f.Message, "failed"
	if f.APICode != "" {
		view.Error += " (" + f.APICode + ")"
	}
	out.frame = frame{Status: statusFailed, Message: f.Message + "; the version stays " + view.Status + " and does not run, what ran before still does"}
	if f.Hint != "" {
		out.Message += ". " + f.Hint
	}
	if f.Code == codeUncertain {
		out.Status, out.Message = statusInProgress, "the answer to the request for the deployment was lost, so it may run; look before repeating"
		view.Outcome = "open"
		out.Next = &next{Tool: "get_deployment", Arguments: nextArgs{Deployment: version.ID}}
	}
	out.Deployment = &view
	return out
}

func (d deployer) deployGit(ctx context.Context, c *call, s zerops.Service, in deployServiceIn) (deployServiceOut, error) {
	address, note, err := c.gitURL(ctx, in.GitURL)
	if err != nil {
		return deployServiceOut{}, err
	}
	setup := in.Setup
	if in.ZeropsYAML != "" {
		if setup, err = c.checkedSetup(ctx, s, in.ZeropsYAML, in.Setup, zerops.YamlForBuild); err != nil {
			return deployServiceOut{}, err
		}
	}
	started := time.Now()
	process, version, err := c.trigger(ctx, s, func(ctx context.Context) (*zerops.Process, error) {
		return c.api.DeployGit(ctx, s.ID, zerops.GitDeployment{URL: address, Setup: setup, Yaml: in.ZeropsYAML})
	})
	if err != nil {
		return deployServiceOut{}, err
	}
	out := deployServiceOut{Setup: clean(setup, 80), frame: frame{Message: note}}
	return d.watchTriggered(ctx, c, out, s, process, version, in.waiting, time.Since(started))
}

func (d deployer) deployConnected(ctx context.Context, c *call, s zerops.Service, in deployServiceIn) (deployServiceOut, error) {
	if in.ZeropsYAML != "" || in.Setup != "" {
		return deployServiceOut{}, invalid("setup", "and zerops_yaml come from the connected repository; leave them out, or give directory or git_url")
	}
	github, gitlab, err := c.api.ConnectedRepositories(ctx, s.ID)
	if err != nil {
		return deployServiceOut{}, err
	}
	connected := github
	if connected == nil || connected.FullName == "" {
		connected = gitlab
	}
	const gui = "A person connects it in the Zerops GUI (service → Build, deploy, run pipeline)."
	switch {
	case connected == nil || connected.FullName == "":
		return deployServiceOut{}, &failure{
			Code: codeInvalidArguments, Message: fmt.Sprintf("the service %q has no connected repository, so say what to deploy: directory (local) or git_url (public)", clean(s.Name, 40)),
			Hint: gui,
		}
	case connected.AuthorizationRequired:
		return deployServiceOut{}, &failure{
			Code: codeConflict, Message: fmt.Sprintf("Zerops has lost its authorisation for the repository %s; nothing was deployed", clean(connected.FullName, 120)),
			Hint: "A person has to grant it again in the Zerops GUI (service → Build, deploy, run pipeline).",
		}
	case connected.EventType != "" && connected.EventType != "BRANCH":
		return deployServiceOut{}, &failure{
			Code: codeUnsupported, Message: fmt.Sprintf("the repository %s deploys on tags, and only branches can be deployed on demand", clean(connected.FullName, 120)),
			Hint: "Push a tag, or give directory or git_url.",
		}
	}
	started := time.Now()
	process, version, err := c.trigger(ctx, s, func(ctx context.Context) (*zerops.Process, error) { return c.api.DeployConnected(ctx, s.ID) })
	if err != nil {
		return deployServiceOut{}, err
	}
	out := deployServiceOut{Setup: clean(connected.Setup, 80)}
	return d.watchTriggered(ctx, c, out, s, process, version, in.waiting, time.Since(started))
}
