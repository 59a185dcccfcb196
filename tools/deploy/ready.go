package deploy

import (
	"context"
	"fmt"

	"zerops-mcp/tools/deploy/archive"
	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// ready is a deployment of which everything is known and nothing was sent.
type ready struct {
	service     zerops.Service
	yaml, setup string
	// of a directory; whoever uploads it closes it.
	dir      *archive.Directory
	contents archive.Contents
	// of a repository
	repository, note string
}

// close lets go of a directory that is not sent.
func (r *ready) close() {
	if r.dir != nil {
		_ = r.dir.Close()
		r.dir = nil
	}
}

// prepare finds the service and what is deployed, and says so in a plan.
func (d deployer) prepare(ctx context.Context, c *tool.Call, in deployServiceIn, built bool) (r ready, p *tool.Plan, err error) {
	if r.service, err = c.Service(ctx, in.OnService); err != nil {
		return r, nil, err
	}
	if err := deployments.RuntimeOnly(r.service); err != nil {
		return r, nil, err
	}
	if err := d.alreadyDeploying(ctx, c, r.service); err != nil {
		return r, nil, err
	}
	switch {
	case in.Directory != "":
		return d.prepareDirectory(ctx, c, r, in, built)
	case in.GitURL != "":
		return d.prepareGit(ctx, c, r, in)
	}
	return d.prepareConnected(ctx, c, r, in)
}

func (d deployer) prepareDirectory(ctx context.Context, c *tool.Call, r ready, in deployServiceIn, built bool) (ready, *tool.Plan, error) {
	var err error
	if r.dir, err = openDirectory(c, in.Directory, in.Include); err != nil {
		return r, nil, err
	}
	if r.yaml = in.ZeropsYAML; r.yaml == "" {
		if r.yaml, err = directoryYAML(r.dir); err != nil {
			return r, nil, err
		}
	}
	operation := zerops.YamlForBuild
	if built {
		operation = zerops.YamlForDeploy
	}
	if r.setup, err = checkedSetup(ctx, c, r.service, r.yaml, in.Setup, operation); err != nil {
		return r, nil, err
	}
	if r.contents, err = r.dir.Scan(ctx, deployLimits()); err != nil {
		return r, nil, explainArchive(err)
	}
	if r.contents.Files == 0 {
		return r, nil, tool.Invalid("directory", "holds no files to deploy (%d are ignored)", r.contents.Ignored)
	}
	what := fmt.Sprintf("the directory %s: %d files, %d bytes, %s", tool.Clean(in.Directory, 200), r.contents.Files, r.contents.Bytes, commitWords(r.contents))
	if built {
		what += ", run as they are, without a build"
	}
	return r, r.plan(what), nil
}

func (d deployer) prepareGit(ctx context.Context, c *tool.Call, r ready, in deployServiceIn) (ready, *tool.Plan, error) {
	var err error
	if r.repository, r.note, err = gitURL(ctx, c, in.GitURL); err != nil {
		return r, nil, err
	}
	r.setup, r.yaml = in.Setup, in.ZeropsYAML
	if r.yaml != "" {
		if r.setup, err = checkedSetup(ctx, c, r.service, r.yaml, in.Setup, zerops.YamlForBuild); err != nil {
			return r, nil, err
		}
	}
	return r, r.plan("the default branch of " + tool.Clean(r.repository, 300)), nil
}

func (d deployer) prepareConnected(ctx context.Context, c *tool.Call, r ready, in deployServiceIn) (ready, *tool.Plan, error) {
	s := r.service
	if in.ZeropsYAML != "" || in.Setup != "" {
		return r, nil, tool.Invalid("setup", "and zerops_yaml come from the connected repository; leave them out, or give directory or git_url")
	}
	github, gitlab, err := c.API.ConnectedRepositories(ctx, s.ID)
	if err != nil {
		return r, nil, err
	}
	connected := github
	if connected == nil || connected.FullName == "" {
		connected = gitlab
	}
	const gui = "A person connects it in the Zerops GUI (service → Build, deploy, run pipeline)."
	switch {
	case connected == nil || connected.FullName == "":
		return r, nil, &tool.Failure{
			Code: request.CodeInvalidArguments, Message: fmt.Sprintf("the service %q has no connected repository, so say what to deploy: directory (local) or git_url (public)", tool.Clean(s.Name, 40)),
			Hint: gui,
		}
	case connected.AuthorizationRequired:
		return r, nil, &tool.Failure{
			Code: request.CodeConflict, Message: fmt.Sprintf("Zerops has lost its authorisation for the repository %s; nothing was deployed", tool.Clean(connected.FullName, 120)),
			Hint: "A person has to grant it again in the Zerops GUI (service → Build, deploy, run pipeline).",
		}
	case connected.EventType != "" && connected.EventType != "BRANCH":
		return r, nil, &tool.Failure{
			Code: request.CodeUnsupported, Message: fmt.Sprintf("the repository %s deploys on tags, and only branches can be deployed on demand", tool.Clean(connected.FullName, 120)),
			Hint: "Push a tag, or give directory or git_url.",
		}
	}
	r.setup = connected.Setup
	return r, r.plan(fmt.Sprintf("the branch %s of the connected repository %s", tool.Clean(connected.Branch, 80), tool.Clean(connected.FullName, 120))), nil
}

// plan says what will run, and what of a zerops.yaml that is sent.
func (r *ready) plan(what string) *tool.Plan {
	p := services.Changing(r.service, "Deploy to", what)
	p.State = append(p.State, tool.ServiceFacts(r.service)...)
	if r.setup != "" {
		p.Changes = append(p.Changes, "the setup "+tool.Clean(r.setup, 80))
	}
	if r.yaml != "" {
		p.Changes = append(p.Changes, manifest.SetupWords(r.yaml, "", r.setup)...)
	}
	for _, s := range r.contents.Skipped {
		p.Changes = append(p.Changes, "left out: "+tool.Clean(s.Path, 200)+": "+s.Why)
	}
	return p
}
