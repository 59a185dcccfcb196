package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/effects"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// planOf says what a call is about to do, and what that does to the account: by what
// it sends, and by what is there.
func planOf(ctx context.Context, c *tool.Call, r *apiRequest, target subject) (*tool.Plan, error) {
	p := &tool.Plan{Does: effects.Shown(r.call()), In: projectsOf(r, target), Repeats: !traced(r.op, target)}
	p.Summary = fmt.Sprintf("%s (%s %s): %s.", r.op, r.op.Method(), tool.Clean(routeOf(r), 200), r.op.Summary())
	if target.id != "" && target.kind != "" {
		p.Targets = []tool.PlanTarget{{Kind: target.kind, ID: target.id, Name: tool.Clean(target.name, 80), Status: tool.Clean(target.status, 40)}}
		p.Summary = fmt.Sprintf("%s: %s. %s %q (%s).", r.op, r.op.Summary(), tool.UpperFirst(target.kind), tool.Clean(target.name, 80), target.id)
		if len(r.path) > 1 {
			p.Summary += " " + tool.UpperFirst(r.op.PathParams()[1].Name) + " " + tool.Clean(strings.Join(r.path[1:], " "), 120) + "."
		}
	}
	p.State = append([]tool.Fact{tool.Is("the operation", r.op.String())}, target.facts()...)
	switch r.op {
	case zerops.PutAppVersionDeploy:
		if target.status != zerops.VersionUploading { // which is a first deployment
			p.Does |= zerops.TurnsBack
		}
	case zerops.DeleteProject, zerops.DeleteServiceStack:
		p.Typed = target.name
	case zerops.DeleteServiceStackBackup, zerops.DeleteProjectBackup:
		p.Typed = r.path[1]
	default:
	}
	if loss := lossOf(r.op); loss != "" {
		p.Loses = append(p.Loses, loss)
	}
	if r.op == zerops.PutServiceStackTriggerPipeline && p.Does.Has(zerops.Replaces) {
		p.Loses = append(p.Loses, "the running version: an empty one takes its place")
	}
	if err := ownAccess(ctx, c, r, p); err != nil {
		return p, err
	}
	if err := extraState(ctx, c, r, target, p); err != nil {
		return p, err
	}
	switch {
	case r.manifest != nil:
		if err := imports(ctx, c, r, target, p); err != nil {
			return p, err
		}
	case r.op.Class().Has(zerops.FullReplacement):
		if err := replaces(ctx, c, r, p); err != nil {
			return p, err
		}
	case effects.Depends(r.op):
		if err := drafts(ctx, c, r, p); err != nil {
			return p, err
		}
	}
	if !r.op.Class().Has(zerops.FullReplacement) || len(p.Changes) == 0 {
		p.Changes = append(p.Changes, sentWords(c, r)...)
	}
	p.Cost = costOf(r, p.Does)
	return p, nil
}

// judged reports an operation whose subject decides about it: by the project that it
// belongs to, or because every call is asked about.
func judged(op zerops.Operation) bool {
	return op.Reach() == zerops.ReachSubject || op.Can()&^(zerops.Changes|zerops.Publishes|zerops.Copies) != 0
}

// traced reports an operation that leaves something that never comes back: a process
// of its service or project, or the id of what it deleted.
func traced(op zerops.Operation, target subject) bool {
	return op.Class().Has(zerops.Asynchronous) && target.projectID != "" || op.Can().Has(zerops.Deletes) || op == zerops.DeletePublicPortRouting
}

// costOf says what a call costs, where it costs at once.
func costOf(r *apiRequest, does zerops.Consequence) string {
	switch {
	case !does.Has(zerops.Costs):
		return ""
	case r.manifest != nil || r.op == zerops.PostClientProject:
		return "a SERIOUS core is paid, about 10 USD for 30 days"
	}
	if r.op == zerops.PutProjectRequestIpv4 {
		return "about 3 USD for 30 days, charged at once and not refundable"
	}
	return "charged at once"
}

// projectsOf are the projects that a call is carried out in: that of its subject, and
// those that its body names.
func projectsOf(r *apiRequest, target subject) []string {
	var ids []string
	add := func(id string) {
		if zerops.ValidID(id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(target.projectID)
	if target.projectID == "" {
		tool.WalkNamed(r.body, func(name string, v any) {
			if id, ok := v.(string); ok && strings.HasSuffix(strings.ToLower(name), "projectid") {
				add(id)
			}
		})
	}
	slices.Sort(ids)
	return ids
}

// routeOf is the path of the call with its values.
func routeOf(r *apiRequest) string {
	path := r.op.Path()
	for i, param := range r.op.PathParams() {
		name := "{" + param.Name + "}"
		if param.Tail {
			name = "{" + param.Name + ":.*}"
		}
		path = strings.Replace(path, name, r.path[i], 1)
	}
	return path
}

// lossOf says what a destroying operation takes away.
func lossOf(op zerops.Operation) string {
	switch op {
	case zerops.DeleteProject, zerops.DeleteServiceStack:
		return "all data in it, for good"
	case zerops.PutProjectStop, zerops.PutServiceStackStop:
		return "it is unreachable until it is started again; data stays"
	case zerops.DeleteProjectEnv, zerops.DeleteUserData:
		return "the variable with its value"
	case zerops.PutProjectEnvFile, zerops.PutServiceStackUserDataEnvFile:
		return "the present values of variables that the text changes or leaves out"
	case zerops.DeleteAppVersion:
		return "the version with its code; it cannot be rolled back to any more"
	case zerops.PutAppVersionDeploy:
		return "the running version is replaced, and the variables go back to their state of that version"
	case zerops.PutServiceStackDisableSubdomainAccess:
		return "visitors of its zerops.app addresses reach nothing any more"
	case zerops.PutAppVersionCancelBuild:
		return "the running build"
	case zerops.PutProcessCancel:
		return "what the process was going to do"
	case zerops.DeleteServiceStackBuildCache:
		return "the build cache; the next build takes longer"
	case zerops.DeleteServiceStackBackup, zerops.DeleteProjectBackup:
		return "the backup, for good"
	case zerops.PutServiceStackDisconnectSharedStorage:
		return "the service's access to the files of the storage, which keeps them"
	case zerops.DeleteServiceStackCdn:
		return "the CDN in front of the storage and its copies"
	case zerops.DeletePublicHttpRouting:
		return "the way from its domains to the service, from the next sync on"
	case zerops.DeletePublicPortRouting:
		return "the public port, from the next sync on"
	case zerops.PutProjectRevertChangesPublicHttpRouting:
		return "all edits of the project's domains that were not synced"
	case zerops.PutProjectRevertChangesPublicPortRouting:
		return "all edits of the project's public ports that were not synced"
	case zerops.PutProjectModeUpgrade:
		return "the project's logs and statistics, and about 35 s of its network; there is no way back"
	case zerops.DeleteProjectVpn:
		return "the access of whoever holds the key"
	case zerops.DeleteClientUser:
		return "the member's access to the organisation and all its projects"
	case zerops.DeleteUserToken, zerops.DeleteClientIntegrationToken:
		return "the access of everything that uses the token; if this server does, its own"
	case zerops.DeleteClientIntegrationTokenDelegation:
		return "the token's right to make another"
	case zerops.DeleteAvatar, zerops.DeleteClientAvatar:
		return "the picture"
	}
	return ""
}

// ownAccess warns where the call would end the access of the token in use.
func ownAccess(ctx context.Context, c *tool.Call, r *apiRequest, p *tool.Plan) error {
	switch r.op {
	case zerops.DeleteClientIntegrationToken, zerops.DeleteClientUser:
	default:
		return nil
	}
	user, err := c.API.User(ctx)
	if err != nil {
		return err
	}
	for _, id := range r.path {
		if id == user.ID {
			p.Loses = append(p.Loses, "the access of this very token: this server can do nothing more")
		}
	}
	return nil
}

// extraState adds what else the call strikes: the services of a project, what runs
// in place of a version, and the second object of a path, such as a token or a
// backup, so that a confirmation for one that is gone does not act on another.
func extraState(ctx context.Context, c *tool.Call, r *apiRequest, target subject, p *tool.Plan) error {
	var reader zerops.Operation
	path := r.path
	switch r.op {
	case zerops.DeleteProject, zerops.PutProjectStop:
		services, _, err := zerops.Collect(c.API.ProjectServices(ctx, target.id, zerops.ListOptions{}), 0)
		p.State = append(p.State, tool.ProjectFacts(zerops.Project{ID: target.id, Name: target.name, Status: target.status}, services)...)
		return err
	case zerops.PutAppVersionDeploy:
		s, err := c.API.Service(ctx, target.serviceID)
		p.State = append(p.State, tool.ServiceFacts(s)...)
		return err
	case zerops.DeleteClientIntegrationToken:
		reader = zerops.GetClientIntegrationToken
	case zerops.DeleteServiceStackBackup:
		reader, path = zerops.GetServiceStackBackup, r.path[:1]
	default:
		if len(r.path) > 1 {
			p.State = append(p.State, tool.Is("the rest of the path", r.path[1:]...))
		}
		return nil
	}
	raw, err := c.API.Do(ctx, zerops.Call{Operation: reader, Path: path})
	if err != nil {
		return err
	}
	var record struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Files []struct {
			Name string `json:"name"`
		} `json:"files"`
	}
	if err := json.Unmarshal(raw, &record); err != nil {
		return fmt.Errorf("reading %s: %w", reader, err)
	}
	wanted := r.path[1]
	if reader == zerops.GetServiceStackBackup {
		if !slices.ContainsFunc(record.Files, func(f struct {
			Name string `json:"name"`
		},
		) bool {
			return f.Name == wanted
		}) {
			return &tool.Failure{
				Code: request.CodeNotFound, Operation: r.op.String(), Message: fmt.Sprintf("the service has no backup named %q; nothing was changed", tool.Clean(wanted, 80)),
				Hint: "GetServiceStackBackup lists the backups with their names.",
			}
		}
	} else {
		p.Targets = append(p.Targets, tool.PlanTarget{Kind: "integration token", ID: wanted, Name: tool.Clean(record.Name, 80)})
	}
	p.State = append(p.State, tool.Is("the rest of the path", wanted), tool.Is("its name", record.Name))
	return nil
}
