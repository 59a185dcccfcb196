package deploy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zerops-mcp/tools/diagnose"
	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// deployer is the tools that change what a service runs.
type deployer struct{ uploads *deployments.Uploads }

// Tools are the tools that bring code into a service, stop that, or go back.
func Tools(u *deployments.Uploads) []*tool.Tool {
	d := deployer{u}
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "deploy_service", Title: "Deploy service", Standard: true, Effect: zerops.Updates, LosesValue: true,
			Description: "Build and deploy code: a local directory, a public git_url, or, with neither, the connected repository. A failure comes with build log and diagnosis.",
			Operations: []zerops.Operation{
				zerops.PutAppVersionBuildAndDeploy,
				zerops.PutServiceStackTriggerPipeline,
				zerops.PutServiceStackTriggerExternalRepositoryIntegration,
				zerops.PostServiceStackAppVersion,
				zerops.PutAppVersionUpload,
			},
			Can:       zerops.Changes,
			LookAgain: tool.LookAgain{OfService: "list_deployments", OfProject: "get_project"},
		}, d.deployService),
		tool.Define(tool.Spec{
			Name: "cancel_deployment", Title: "Cancel deployment", Effect: zerops.Destroys, Idempotent: true,
			Description: "Stop a deployment that is not running yet. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PutAppVersionCancelBuild},
			LookAgain:   tool.LookAgain{OfService: "list_deployments", OfProject: "get_project"},
		}, d.cancelDeployment),
		tool.Define(tool.Spec{
			Name: "rollback_service", Title: "Roll back service", Standard: true, Effect: zerops.Destroys, LosesValue: true,
			Description: "Run an earlier deployment again, with its variables. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.PutAppVersionDeploy},
			LookAgain:   tool.LookAgain{OfService: "list_deployments", OfProject: "get_project"},
		}, d.rollbackService),
	)
}

type deployServiceIn struct {
	tool.OnService
	Directory  string `json:"directory,omitempty" jsonschema:"maxLength=4096" jsonschema_description:"local path"`
	GitURL     string `json:"git_url,omitempty" jsonschema:"maxLength=2048"`
	Setup      string `json:"setup,omitempty" jsonschema_description:"in zerops.yaml"`
	ZeropsYAML string `json:"zerops_yaml,omitempty" jsonschema:"maxLength=262144" jsonschema_description:"in place of the file: text, or a local path"`
	Build      *bool  `json:"build,omitempty" jsonschema_description:"false: the directory is built already"`
	// Include brings back what stays out because it looks like a secret.
	Include []string `json:"include,omitempty" jsonschema:"maxLength=200" jsonschema_description:"files to send although they may hold secrets, such as .env"`
	Confirm string   `json:"confirm,omitempty"`
	tool.Waiting
}

type deployServiceOut struct {
	tool.ChangeResult
	Deployment *deployments.View    `json:"deployment,omitempty"`
	Setup      string               `json:"setup,omitempty"`
	Uploaded   *uploadedView        `json:"uploaded,omitempty"`
	URL        string               `json:"url,omitempty"`
	BuildLog   []string             `json:"build_log,omitempty"`
	Diagnosis  []diagnose.CauseView `json:"diagnosis,omitempty"`
}

func (d deployer) deployService(ctx context.Context, c *tool.Call, in *deployServiceIn) (*deployServiceOut, error) {
	if in.Directory != "" && in.GitURL != "" {
		return nil, tool.Invalid("git_url", "cannot be combined with directory")
	}
	built := in.Build != nil && !*in.Build
	if built && in.Directory == "" {
		return nil, tool.Invalid("build", "can be false only with directory, whose files then run as they are")
	}
	if manifest.IsPath(in.ZeropsYAML) {
		text, err := manifest.Local(c, "zerops_yaml", in.ZeropsYAML, manifest.ZeropsFiles())
		if err != nil {
			return nil, err
		}
		in.ZeropsYAML = text
	}
	var r ready
	defer func() { r.close() }()
	_, err := tool.Confirm(ctx, c, func(ctx context.Context) (_ struct{}, p *tool.Plan, err error) {
		r.close() // of an earlier reading
		r, p, err = d.prepare(ctx, c, *in, built)
		return struct{}{}, p, err
	})
	if err != nil {
		return nil, err
	}
	switch {
	case in.Directory != "":
		return d.deployDirectory(ctx, c, &r, *in, built)
	case in.GitURL != "":
		return d.deployGit(ctx, c, r, *in)
	}
	return d.deployConnected(ctx, c, r, *in)
}

// alreadyDeploying refuses a deployment while another is under way: the platform
// would refuse it too or, worse, let the older one win.
func (d deployer) alreadyDeploying(ctx context.Context, c *tool.Call, s zerops.Service) error {
	if job := d.uploads.Running(s.ID); job != nil {
		return deploysAlready(s, job.Version, job.Progress())
	}
	options := zerops.ListOptions{Statuses: []string{"PENDING", "RUNNING", "CANCELING", "ROLLBACKING"}, Limit: 100}
	for p, err := range c.API.ServiceProcesses(ctx, s.ID, options) {
		if err != nil {
			return err
		}
		if !p.Deploys() || p.Ended() {
			continue
		}
		v, err := c.API.AppVersion(ctx, p.Version.ID)
		if err != nil {
			return err
		}
		return deploysAlready(s, v.ID, tool.Clean(v.Status, 40))
	}
	return nil
}

// deploysAlready names the deployment to wait for.
func deploysAlready(s zerops.Service, version, state string) *tool.Failure {
	return &tool.Failure{
		Code:    request.CodeConflict,
		Message: fmt.Sprintf("another deployment of the service %q is under way (%s, %s), so none was started; nothing was changed", tool.Clean(s.Name, 40), version, state),
		Hint:    "Wait for it, or stop it with cancel_deployment; then call again.",
		Next:    &tool.FailureNext{Tool: "wait_for", Arguments: map[string]any{"deployments": []string{version}}}, Retryable: true,
	}
}

// deployDirectory uploads, then asks for the deployment: nothing is sent before the
// platform has accepted the zerops.yaml.
func (d deployer) deployDirectory(ctx context.Context, c *tool.Call, r *ready, in deployServiceIn, built bool) (*deployServiceOut, error) {
	s, text, setup, contents := r.service, r.yaml, r.setup, r.contents
	if err := awaitVariables(ctx, c, s); err != nil {
		return nil, err
	}
	type creation struct {
		version zerops.AppVersion
		grant   zerops.UploadGrant
	}
	created, err := retrySync(ctx, c, s, func(ctx context.Context) (creation, error) {
		version, grant, err := c.API.CreateAppVersion(ctx, s.ID, "")
		return creation{version, grant}, err
	})
	if err != nil {
		return nil, err
	}
	version, grant := created.version, created.grant
	c.Redactor.Keep(grant.Secrets()...)
	c.Target("deployment", version.Status, version.ID)
	job := &deployments.Upload{Service: s.ID, Version: version.ID, Total: contents.Bytes}
	started := time.Now()
	err = d.startUpload(ctx, c, job, r.dir, grant, func(ctx context.Context) (zerops.Process, error) {
		// A synchronisation that began meanwhile would waste the upload.
		if err := awaitVariables(ctx, c, s); err != nil {
			return zerops.Process{}, err
		}
		if built {
			return c.API.DeployVersion(ctx, version.ID, text, setup)
		}
		return c.API.BuildAndDeploy(ctx, version.ID, text, setup)
	})
	if err != nil {
		return nil, err
	}
	r.dir = nil // the upload closes it
	out := deployServiceOut{Setup: tool.Clean(setup, 80), Uploaded: viewUploaded(contents, text)}
	if !AwaitUpload(ctx, c, job, c.Runner.MaxWait()-c.Asked) {
		out := stillUploading(c, out, version, job)
		return &out, nil
	}
	if job.Failure != nil {
		out := notDeployed(ctx, c, out, version, job.Failure)
		return &out, nil //nolint:nilerr // work that ended badly is a result
	}
	return d.watchDeployment(ctx, c, out, s, version.ID, job.Process, in.Waiting, time.Since(started))
}

// checkedSetup chooses the setup and has the platform check the zerops.yaml.
func checkedSetup(ctx context.Context, c *tool.Call, s zerops.Service, text, wanted string, operation zerops.YamlOperation) (string, error) {
	doc, parseErr := manifest.ParseZerops(text)
	secrets, names := manifest.ReadForSecrets(text)
	env.SendValues(c, secrets, append(names, s.Name, s.Type.Version)...)
	if err := doc.NotImport("zerops_yaml"); err != nil {
		return "", err
	}
	if err := own.SpareHostname(ctx, c, text); err != nil {
		return "", err
	}
	if slices.ContainsFunc(secrets, manifest.WithheldText) {
		return "", tool.Invalid("zerops_yaml", "has a variable whose value stands for a withheld one; put the real one in; nothing was deployed")
	}
	setup := wanted
	if parseErr == nil {
		chosen, err := doc.Choose(wanted, s.Name)
		if err != nil {
			return "", err
		}
		setup = chosen.Name()
	}
	err := c.API.ValidateYaml(ctx, s, text, setup, operation)
	if err != nil {
		return "", fmt.Errorf("checking the zerops.yaml: %w", err)
	}
	if parseErr != nil {
		return "", tool.Invalid("zerops_yaml", "is not YAML: %s", tool.Clean(parseErr.Error(), 300))
	}
	return setup, nil
}

// stillUploading is the answer when the upload takes longer than the call may.
func stillUploading(_ *tool.Call, out deployServiceOut, version zerops.AppVersion, job *deployments.Upload) deployServiceOut {
	view := deployments.NewView(zerops.Deployment{Version: version}, time.Now())
	job.Describe(&view)
	out.ChangeResult = tool.ChangeResult{
		Status: tool.StatusInProgress, Message: job.Progress() + "; the upload goes on as long as this server runs",
		Next: &tool.Next{Tool: "wait_for", Arguments: tool.NextArgs{Deployments: []string{version.ID}}},
	}
	out.Deployment = &view
	return out
}

// notDeployed is the answer when the upload or the request after it failed: the
// version exists, and will never run.
func notDeployed(ctx context.Context, c *tool.Call, out deployServiceOut, version zerops.AppVersion, f *tool.Failure) deployServiceOut {
	if now, readErr := c.API.AppVersion(ctx, version.ID); readErr == nil {
		version = now
	}
	view := deployments.NewView(zerops.Deployment{Version: version}, time.Now())
	view.Error, view.Outcome = f.Message, "failed"
	if f.APICode != "" {
		view.Error += " (" + f.APICode + ")"
	}
	out.ChangeResult = tool.ChangeResult{Status: tool.StatusFailed, Message: f.Message + "; the version stays " + view.Status + " and does not run, what ran before still does"}
	if f.Hint != "" {
		out.Message += ". " + f.Hint
	}
	if f.Code == request.CodeUncertain {
		out.Status, out.Message = tool.StatusInProgress, "the answer to the request for the deployment was lost, so it may run; look before repeating"
		view.Outcome = "open"
		out.Next = &tool.Next{Tool: "get_deployment", Arguments: tool.NextArgs{Deployment: version.ID}}
	}
	out.Deployment = &view
	return out
}

func (d deployer) deployGit(ctx context.Context, c *tool.Call, r ready, in deployServiceIn) (*deployServiceOut, error) {
	s := r.service
	started := time.Now()
	process, version, err := trigger(ctx, c, s, func(ctx context.Context) (*zerops.Process, error) {
		return c.API.DeployGit(ctx, s.ID, zerops.GitDeployment{URL: r.repository, Setup: r.setup, Yaml: in.ZeropsYAML})
	})
	if err != nil {
		return nil, err
	}
	out := deployServiceOut{Setup: tool.Clean(r.setup, 80), ChangeResult: tool.ChangeResult{Message: r.note}}
	return d.watchTriggered(ctx, c, out, s, process, version, in.Waiting, time.Since(started))
}

func (d deployer) deployConnected(ctx context.Context, c *tool.Call, r ready, in deployServiceIn) (*deployServiceOut, error) {
	s := r.service
	started := time.Now()
	process, version, err := trigger(ctx, c, s, func(ctx context.Context) (*zerops.Process, error) { return c.API.DeployConnected(ctx, s.ID) })
	if err != nil {
		return nil, err
	}
	out := deployServiceOut{Setup: tool.Clean(r.setup, 80)}
	return d.watchTriggered(ctx, c, out, s, process, version, in.Waiting, time.Since(started))
}
