package deployments

import (
	"context"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// reader is the tools that show deployments, uploads of this server included.
type reader struct{ uploads *deployments.Uploads }

// Tools show what was deployed.
func Tools(u *deployments.Uploads) []*tool.Tool {
	r := reader{u}
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_deployments", Title: "List deployments", Standard: true, Effect: zerops.Reads,
			Description: "Deployments of a service, newest first, with failure reasons and which can be rolled back to.",
			Operations:  []zerops.Operation{zerops.GetServiceStackAppVersion, zerops.PostAppVersionSearch},
		}, listDeployments),
		tool.Define(tool.Spec{
			Name: "get_deployment", Title: "Get deployment", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "One deployment: source, commit, phases with durations, failure reason, the end of its log, and with include_yaml its zerops.yaml, masked.",
			Operations:  []zerops.Operation{zerops.GetAppVersion},
		}, r.getDeployment),
	)
}

type listDeploymentsIn struct {
	tool.OnService
	Status []string `json:"status,omitempty"`
	tool.Paging
}

func listDeployments(ctx context.Context, c *tool.Call, in *listDeploymentsIn) (*tool.Page[deployments.View], error) {
	s, err := c.Service(ctx, in.OnService)
	if err != nil {
		return nil, err
	}
	if err := deployments.RuntimeOnly(s); err != nil {
		return nil, err
	}
	list, err := deployments.List(ctx, c, s, zerops.ListOptions{Statuses: tool.Upper(in.Status), Limit: deployments.MaxVersions})
	if err != nil {
		return nil, err
	}
	options := zerops.ListOptions{Statuses: tool.Upper(in.Status)}
	now := time.Now()
	var views []deployments.View
	for _, d := range list {
		// A version without code is nobody's deployment.
		if !d.Version.WithoutCode() && options.Matches("", d.Version.Status) {
			views = append(views, deployments.NewView(d, now))
		}
	}
	shown, err := tool.Paginate(views, in.Paging, in.Project, in.Service, in.Status)
	out := shown.ReadUpTo(len(list), deployments.MaxVersions, "deployments")
	return &out, err
}

type getDeploymentIn struct {
	Deployment string `json:"deployment" jsonschema:"minLength=1"`
	LogLines   int    `json:"log_lines,omitempty" jsonschema:"minimum=0,maximum=500"`
	YAML       bool   `json:"include_yaml,omitempty"`
}

type getDeploymentOut struct {
	deployments.View
	ProjectID string                  `json:"project_id,omitempty"`
	Setup     string                  `json:"setup,omitempty"`
	Phases    []deployments.PhaseView `json:"phases"`
	Log       []string                `json:"log,omitempty"`
	LogNote   string                  `json:"log_note,omitempty"`
	YAML      *deployments.YAMLView   `json:"yaml,omitempty"`
	Next      *tool.Next              `json:"next,omitempty"`
}

func (r reader) getDeployment(ctx context.Context, c *tool.Call, in *getDeploymentIn) (*getDeploymentOut, error) {
	d, err := deployments.Read(ctx, c, in.Deployment)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	out := getDeploymentOut{View: deployments.NewView(d, now), ProjectID: d.Version.ProjectID, Phases: deployments.PhasesOf(d)}
	if out.Phases == nil {
		out.Phases = []deployments.PhaseView{}
	}
	for _, at := range []*zerops.VersionCommit{d.Version.GitHub, d.Version.GitLab} {
		if at != nil {
			out.Setup = tool.Clean(at.Setup, 80)
		}
	}
	if in.LogLines > 0 {
		log, err := deployments.ReadLog(ctx, c, d, in.LogLines)
		out.Log = log.Shown(in.LogLines)
		out.LogNote = log.Note()
		if err != nil {
			out.LogNote = "the log could not be read: " + c.Reason(ctx, err)
		}
		out.LogNote = tool.JoinWords(out.LogNote, c.Learn(ctx, d.Version.ProjectID))
	}
	if in.YAML {
		setup := out.Setup
		if setup == "" {
			setup = deployments.ServiceOf(ctx, c, d.Version).Name
		}
		out.YAML = new(deployments.ReadYAML(ctx, c, d.Version, setup))
	}
	switch d.Outcome(now) {
	case zerops.DeploymentOpen:
		out.Next = &tool.Next{Tool: "wait_for", Arguments: tool.NextArgs{Deployments: []string{d.Version.ID}}}
	case zerops.DeploymentFailed, zerops.DeploymentAbandoned:
		out.Next = &tool.Next{Tool: "diagnose_service", Arguments: tool.NextArgs{Service: d.Version.ServiceID}}
	case zerops.DeploymentSucceeded, zerops.DeploymentCanceled:
	}
	if job := r.uploads.Find(d.Version.ID); job != nil && d.Version.Status == zerops.VersionUploading {
		job.Describe(&out.View)
	}
	return &out, nil
}
