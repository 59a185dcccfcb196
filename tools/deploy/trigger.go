package deploy

import (
	"context"
	"slices"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// syncTime bounds the wait for variables that are being applied; they usually
// take three seconds (platform §5).
const syncTime = 30 * time.Second

// awaitVariables waits until no variables are being applied: a deployment that
// begins meanwhile is refused and its version is lost (platform §4.5).
func awaitVariables(ctx context.Context, c *tool.Call, s zerops.Service) error {
	var syncing []string
	options := zerops.ListOptions{Statuses: []string{"PENDING", "RUNNING"}, Limit: 100}
	for p, err := range c.API.ProjectProcesses(ctx, s.ProjectID, options) {
		if err != nil {
			return err
		}
		if !p.Ended() && deployments.AppliesVariables(p.Action) && concerns(p, s.ID) {
			syncing = append(syncing, p.ID)
		}
	}
	if len(syncing) == 0 {
		return nil
	}
	waitCtx, cancel := context.WithTimeout(ctx, syncTime)
	defer cancel()
	_, err := c.API.WaitForProcesses(waitCtx, syncing, nil)
	if waitCtx.Err() != nil && ctx.Err() == nil {
		return nil // the platform has the last word
	}
	return err
}

// concerns reports whether a process works on a service; one without services
// works on the whole project.
func concerns(p zerops.Process, serviceID string) bool {
	if len(p.Services) == 0 && p.ServiceID == "" {
		return true
	}
	if p.ServiceID == serviceID {
		return true
	}
	for _, s := range p.Services {
		if s.ID == serviceID {
			return true
		}
	}
	return false
}

// retrySync runs the first write of a deployment. Where variables are being
// applied after all, it waits for them and tries once more; later writes are not
// repeated, since an upload lies before them.
func retrySync[T any](ctx context.Context, c *tool.Call, s zerops.Service, write func(context.Context) (T, error)) (T, error) {
	made, err := tool.Change(ctx, c, write)
	if !zerops.HasCode(err, zerops.CodeVariableSyncRunning) {
		return made, err
	}
	if err := awaitVariables(ctx, c, s); err != nil {
		return made, err
	}
	return tool.Change(ctx, c, write)
}

// trigger starts a pipeline that the platform feeds by itself, and finds the
// version it made: the one in the process, else the only one that was not there
// before. The newest of the list may be somebody else's.
func trigger(ctx context.Context, c *tool.Call, s zerops.Service, start func(context.Context) (*zerops.Process, error)) (*zerops.Process, string, error) {
	if err := awaitVariables(ctx, c, s); err != nil {
		return nil, "", err
	}
	before, err := versionIDs(ctx, c, s)
	if err != nil {
		return nil, "", err
	}
	process, err := retrySync(ctx, c, s, start)
	if err != nil {
		return nil, "", err
	}
	if process != nil && process.Version != nil {
		return process, process.Version.ID, nil
	}
	after, err := versionIDs(ctx, c, s)
	if err != nil {
		return process, "", nil //nolint:nilerr // the pipeline runs; only its id is not known
	}
	created := slices.DeleteFunc(after, func(id string) bool { return slices.Contains(before, id) })
	if len(created) == 1 {
		return process, created[0], nil
	}
	return process, "", nil
}

func versionIDs(ctx context.Context, c *tool.Call, s zerops.Service) ([]string, error) {
	versions, _, err := zerops.Collect(c.API.AppVersions(ctx, s.ID, zerops.ListOptions{Limit: 50}), 50)
	ids := make([]string, 0, len(versions))
	for _, v := range versions {
		ids = append(ids, v.ID)
	}
	return ids, err
}

// watchTriggered follows a pipeline whose version may not be known.
func (d deployer) watchTriggered(ctx context.Context, c *tool.Call, out deployServiceOut, s zerops.Service, process *zerops.Process, version string, w tool.Waiting, spent time.Duration) (*deployServiceOut, error) {
	if version != "" {
		return d.watchDeployment(ctx, c, out, s, version, process, w, spent)
	}
	note := out.Message
	out.ChangeResult = tool.ChangeResult{Status: tool.StatusInProgress}
	if process != nil {
		f, err := c.Follow(ctx, w, *process)
		if err != nil {
			return &out, err
		}
		out.ChangeResult = f
	}
	out.Message = tool.JoinWords(note, "the platform did not say which deployment this is; list_deployments shows it")
	if out.Status == tool.StatusInProgress && out.Next == nil {
		out.Next = &tool.Next{Tool: "list_deployments", Arguments: tool.NextArgs{Service: s.ID}}
	}
	return &out, nil
}
