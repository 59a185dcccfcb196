package deployments

import (
	"context"
	"sort"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// FailedLogLines is how much of a log comes with a failed deployment.
const FailedLogLines = 40

// AppliesVariables knows the actions that write variables into containers. Their
// names are no official list (platform §3.9).
func AppliesVariables(action string) bool {
	action = strings.ToLower(action)
	return strings.Contains(action, "userdata") || strings.Contains(action, ".env") || strings.Contains(action, "envfile") || strings.HasSuffix(action, "env")
}

// Read reads a deployment by its id and checks that its project is in
// scope.
func Read(ctx context.Context, c *tool.Call, id string) (zerops.Deployment, error) {
	if !zerops.ValidID(id) {
		return zerops.Deployment{}, tool.Invalid("deployment", "%q is not an id: 22 letters, digits, - or _ (list_deployments shows them)", tool.Clean(id, 60))
	}
	v, err := c.API.AppVersion(ctx, id)
	if err != nil {
		return zerops.Deployment{}, err
	}
	if err := c.InScope(ctx, v.ProjectID); err != nil {
		return zerops.Deployment{}, err
	}
	d, err := c.API.Deployment(ctx, id)
	if err != nil {
		return d, err
	}
	knowVersion(c, d.Version)
	c.ProjectID, c.ServiceID = v.ProjectID, v.ServiceID
	c.Target("deployment", v.Status, v.ID)
	hideAgain(c, &d)
	return d, c.Spare(v.ServiceID)
}

// knowVersion keeps the variables that a version brings along out of what the
// platform says about it.
func knowVersion(c *tool.Call, v zerops.AppVersion, public ...string) {
	c.Redactor.Public(public...)
	if yaml := v.Yaml(); !yaml.Empty() {
		secrets, names := manifest.ReadForSecrets(yaml.OpenForMasking())
		env.KnowTexts(c, secrets, names...)
	}
	for _, variable := range v.Variables {
		if variable.Key != zerops.YAMLVariable {
			env.KnowVariable(c, variable)
		}
	}
}

// hideAgain hides what was learned from a version in words that came before it.
func hideAgain(c *tool.Call, d *zerops.Deployment) {
	d.Words(func(words *string) { *words = c.Redactor.Hidden(*words) })
}

// MaxVersions bounds how many versions of a service are read: the platform keeps
// ten that ran, and those that failed.
const MaxVersions = 200

// List lists the versions of a service with their newest processes.
func List(ctx context.Context, c *tool.Call, s zerops.Service, o zerops.ListOptions) ([]zerops.Deployment, error) {
	var versions []zerops.AppVersion
	newest := map[string]*zerops.Process{}
	errs := zerops.FanOut(2, func(i int) (err error) {
		if i == 0 {
			versions, _, err = zerops.Collect(c.API.AppVersions(ctx, s.ID, o), o.Limit)
			return err
		}
		processes, _, err := zerops.Collect(c.API.ServiceProcesses(ctx, s.ID, zerops.ListOptions{Limit: tool.Scanned}), tool.Scanned)
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
	sort.SliceStable(versions, func(i, j int) bool { return versions[i].Sequence > versions[j].Sequence })
	deployments := make([]zerops.Deployment, 0, len(versions))
	for _, v := range versions {
		knowVersion(c, v, s.Name, s.Type.Version)
		deployments = append(deployments, zerops.Deployment{Version: v, Process: newest[v.ID]})
	}
	for i := range deployments {
		hideAgain(c, &deployments[i])
	}
	return deployments, nil
}

func versionOf(p zerops.Process) string {
	if p.Version == nil {
		return ""
	}
	return p.Version.ID
}

// RuntimeOnly refuses services that nobody deploys to.
func RuntimeOnly(s zerops.Service) error {
	if s.Runtime() {
		return nil
	}
	return &tool.Failure{
		Code: request.CodeUnsupported, Message: "the service " + tool.Clean(s.Name, 40) + " (" + tool.Clean(s.Type.Version, 60) + ") is managed by Zerops; only runtimes have deployments",
		Hint: "list_services with category USER shows the runtimes of a project.",
	}
}

// ServiceOf is the service of a deployment, with its ids only where it cannot be
// read.
func ServiceOf(ctx context.Context, c *tool.Call, v zerops.AppVersion) zerops.Service {
	s, err := c.API.Service(ctx, v.ServiceID)
	if err != nil {
		s = zerops.Service{ID: v.ServiceID, ProjectID: v.ProjectID}
	}
	s.Project.OrganizationID = v.OrganizationID
	return s
}
