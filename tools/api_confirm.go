package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/zerops"
)

// apiRisk is what a call would do that has to be approved first.
type apiRisk struct {
	confirm bool
	// destroys is set where the effect, or the body, destroys something.
	destroys bool
	cost     string
	loses    []string
}

// riskOf judges a call by the class of its operation and by what its body asks
// for: the same operation can be harmless or not.
func (c *call) riskOf(r *apiRequest) apiRisk {
	class := r.op.Class()
	risk := apiRisk{destroys: class.Effect == zerops.Destroys}
	if class.Has(zerops.CostsMoney) {
		risk.cost = "charged at once: " + r.op.Summary()
	}
	if mode, _ := r.body["mode"].(string); mode == "SERIOUS" && r.op == zerops.PostClientProject {
		risk.cost = "a SERIOUS core is paid, about 10 USD for 30 days"
	}
	if yes, _ := r.body["startWithoutCode"].(bool); yes && r.op == zerops.PutServiceStackTriggerPipeline {
		risk.destroys = true
		risk.loses = append(risk.loses, "the running version: an empty one takes its place")
	}
	risk.judgeImport(r.manifest)
	risk.confirm = risk.destroys || risk.cost != "" || class.Has(zerops.GrantsAccess) || class.Has(zerops.FullReplacement)
	return risk
}

// apiAtRisk guards a call, and says what is planned where it has to be confirmed.
func (c *call) apiAtRisk(ctx context.Context, r *apiRequest, target subject, risk apiRisk) (*plan, error) {
	if r.manifest != nil {
		return c.importAtRisk(ctx, r, target, risk)
	}
	if risk.destroys && target.projectID != "" {
		if err := c.guard(ctx, target.projectID, target.serviceID); err != nil {
			return nil, err
		}
	}
	if !risk.confirm {
		return nil, nil
	}
	return c.apiPlan(ctx, r, target, risk)
}

// apiPlan says what a call is about to do.
func (c *call) apiPlan(ctx context.Context, r *apiRequest, target subject, risk apiRisk) (*plan, error) {
	p := &plan{Loses: slices.Clone(risk.loses), Cost: risk.cost, repeats: true}
	p.Summary = fmt.Sprintf("%s (%s %s): %s.", r.op, r.op.Method(), clean(routeOf(r), 200), r.op.Summary())
	if target.id != "" && target.kind != "" {
		p.Targets = []planTarget{{Kind: target.kind, ID: target.id, Name: clean(target.name, 80), Status: clean(target.status, 40)}}
		p.Summary = fmt.Sprintf("%s: %s. %s %q (%s).", r.op, r.op.Summary(), upperFirst(target.kind), clean(target.name, 80), target.id)
		if len(r.path) > 1 {
			p.Summary += " " + upperFirst(r.op.PathParams()[1].Name) + " " + clean(strings.Join(r.path[1:], " "), 120) + "."
		}
	}
	p.state = append([]fact{is("the operation", r.op.String())}, target.facts()...)
	switch {
	case r.op == zerops.DeleteProject, r.op == zerops.DeleteServiceStack:
		p.typed, p.repeats = target.name, false
	case r.op.Class().Effect == zerops.Destroys:
		p.repeats = r.op.Method() != "DELETE" && r.op != zerops.PutServiceStackStop && r.op != zerops.PutProjectStop && r.op != zerops.PutProcessCancel
	}
	if loss := lossOf(r.op); loss != "" {
		p.Loses = append(p.Loses, loss)
	}
	if err := c.ownAccess(ctx, r, p); err != nil {
		return p, err
	}
	if err := c.extraState(ctx, r, target, p); err != nil {
		return p, err
	}
	if r.op.Class().Has(zerops.FullReplacement) {
		if err := c.replaces(ctx, r, p); err != nil {
			return p, err
		}
	}
	if r.op.Class().Has(zerops.GrantsAccess) {
		p.Changes = append(p.Changes, grantWords(r)...)
	}
	return p, nil
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
	case zerops.PutAppVersionCancelBuild:
		return "the running build"
	case zerops.PutProcessCancel:
		return "what the process was going to do"
	case zerops.DeleteServiceStackBuildCache:
		return "the build cache; the next build takes longer"
	case zerops.DeleteServiceStackBackup:
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
func (c *call) ownAccess(ctx context.Context, r *apiRequest, p *plan) error {
	switch r.op {
	case zerops.DeleteClientIntegrationToken, zerops.DeleteClientUser:
	default:
		return nil
	}
	user, err := c.api.User(ctx)
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
func (c *call) extraState(ctx context.Context, r *apiRequest, target subject, p *plan) error {
	var reader zerops.Operation
	path := r.path
	switch r.op {
	case zerops.DeleteProject, zerops.PutProjectStop:
		services, _, err := zerops.Collect(c.api.ProjectServices(ctx, target.id, zerops.ListOptions{}), 0)
		p.state = append(p.state, projectFacts(zerops.Project{ID: target.id, Name: target.name, Status: target.status}, services)...)
		return err
	case zerops.PutAppVersionDeploy:
		s, err := c.api.Service(ctx, target.serviceID)
		p.state = append(p.state, serviceFacts(s)...)
		return err
	case zerops.DeleteClientIntegrationToken:
		reader = zerops.GetClientIntegrationToken
	case zerops.DeleteServiceStackBackup:
		reader, path = zerops.GetServiceStackBackup, r.path[:1]
	default:
		if len(r.path) > 1 {
			p.state = append(p.state, is("the rest of the path", r.path[1:]...))
		}
		return nil
	}
	raw, err := c.api.Do(ctx, zerops.Call{Operation: reader, Path: path})
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
			return &failure{
				Code: codeNotFound, Operation: r.op.String(), Message: fmt.Sprintf("the service has no backup named %q; nothing was changed", clean(wanted, 80)),
				Hint: "GetServiceStackBackup lists the backups with their names.",
			}
		}
	} else {
		p.Targets = append(p.Targets, planTarget{Kind: "integration token", ID: wanted, Name: clean(record.Name, 80)})
	}
	p.state = append(p.state, is("the rest of the path", wanted), is("its name", record.Name))
	return nil
}

// grantWords says who gets what, from the body.
func grantWords(r *apiRequest) []string {
	var words []string
	for _, field := range r.detail.Body.Fields {
		value, ok := r.body[field.Name]
		if !ok || field.Items != nil || field.Fields != nil {
			continue
		}
		switch field.Name {
		case "email", "userId", "roleCode", "publicKey", "canViewFinances", "canEditFinances", "canCreateProjects", "createIntegrationToken":
			words = append(words, fmt.Sprintf("%s: %s", field.Name, clean(fmt.Sprint(value), 80)))
		}
	}
	return words
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
