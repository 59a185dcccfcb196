package tools

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"

	"zerops-mcp/zerops"
)

func env() []*tool {
	return []*tool{
		define(spec{
			Name: "list_env", Title: "List variables", Standard: true, Effect: zerops.Reads,
			Description: "Keys of the variables of a project, or of a service with those it inherits: owner, whether editable, fingerprint (equal values of a key show equal; none for short secrets). Never values.",
		}, listEnv),
		define(spec{
			Name: "set_env", Title: "Set variables", Standard: true, Effect: zerops.Updates, LosesValue: true, Idempotent: true,
			Description: "Set variables of a project or service one by one; others stay. from_env and from_file read local values, so that a secret need not be typed. Running services see them after a restart.",
		}, setEnv),
		define(spec{
			Name: "delete_env", Title: "Delete variables", Standard: true, Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete variables of a project or service. Needs confirmation.",
		}, deleteEnv),
		define(spec{
			Name: "compare_config", Title: "Compare configuration", Effect: zerops.Reads,
			Description: "Differences between two services or two projects, such as staging and production: variables (by fingerprint), scaling, types. Generated values are ignored.",
		}, compareConfig),
		define(spec{
			Name: "reveal_env", Title: "Reveal a variable", Effect: zerops.Reads, Secret: true,
			Description: "The value of one variable, in clear.",
		}, revealEnv),
	}
}

// onEnv is the argument pair of tools that work on variables.
type onEnv struct {
	Project string `json:"project,omitempty" jsonschema_description:"id or exact name"`
	Service string `json:"service,omitempty" jsonschema_description:"left out: variables of the project"`
}

// envStore is where variables live: a project, or one of its services.
type envStore struct {
	project zerops.Project
	service *zerops.Service // nil for the project's own
	// siblings are the services of the project, where they are part of the answer.
	siblings []zerops.Service
}

func (s envStore) organizationID() string { return s.project.OrganizationID }

// label names the store for people, with its id.
func (s envStore) label() string {
	if s.service != nil {
		return "the service \"" + clean(s.service.Name, 40) + "\" (" + s.service.ID + ")"
	}
	return "the project \"" + clean(s.project.Name, 80) + "\" (" + s.project.ID + ")"
}

// next is the argument pair that leads back to the store.
func (s envStore) next() nextArgs {
	if s.service != nil {
		return nextArgs{Service: s.service.ID}
	}
	return nextArgs{Project: s.project.ID}
}

// envStore finds what the argument pair means.
func (c *call) envStore(ctx context.Context, on onEnv) (envStore, error) {
	if on.Service == "" {
		project := on.Project
		if project == "" {
			all, err := c.visibleProjects(ctx, zerops.ListOptions{})
			if err != nil {
				return envStore{}, err
			}
			if len(all.projects) != 1 {
				return envStore{}, invalid("project", "is required, because the token reaches %d projects; or give the id of a service", len(all.projects))
			}
			project = all.projects[0].ID
		}
		p, err := c.project(ctx, project)
		return envStore{project: p}, err
	}
	s, err := c.service(ctx, onService(on))
	if err != nil {
		return envStore{}, err
	}
	if s.Hidden() {
		return envStore{}, &failure{Code: codeUnsupported, Message: "the service belongs to the platform itself and has no variables of its own"}
	}
	p, err := c.api.Project(ctx, s.ProjectID)
	if err != nil {
		return envStore{}, err
	}
	return envStore{project: p, service: &s}, nil
}

// envVariable is a variable with who owns it settled.
type envVariable struct {
	zerops.Variable
	owner zerops.VariableOwner
}

// editable reports whether the variable can be written or deleted by hand.
func (v envVariable) editable() bool {
	switch v.owner {
	case zerops.OwnerUser:
		return true
	case zerops.OwnerPlatform:
		return v.Editable != nil && *v.Editable || v.Type == "EDITABLE"
	case zerops.OwnerYAML, zerops.OwnerUnknown:
	}
	return false
}

// readEnv lists the variables of a store and makes their values known to the
// redactor. The list of a project trails writes by about a second.
func (c *call) readEnv(ctx context.Context, s envStore) ([]envVariable, error) {
	owned, unsettled, err := c.readOwned(ctx, s)
	if err = cmp.Or(err, unsettled); err != nil {
		return nil, err
	}
	return owned, nil
}

// readOwned is readEnv for those who can do without owners: unsettled tells why
// those of some variables stay unknown.
func (c *call) readOwned(ctx context.Context, s envStore) (owned []envVariable, unsettled, err error) {
	var variables []zerops.Variable
	if s.service != nil {
		variables, err = c.api.ServiceVariables(ctx, s.service.ID)
	} else {
		variables, err = c.api.ProjectVariables(ctx, s.organizationID(), s.project.ID)
	}
	if err != nil {
		return nil, nil, err
	}
	owned, unsettled = c.settleOwners(ctx, s, variables)
	c.knowVariables(s, owned)
	return owned, unsettled, nil
}

// settleOwners decides between the user and zerops.yaml where an answer leaves
// it open, by what the active deployment brought along. Where that cannot be read
// it stays open.
func (c *call) settleOwners(ctx context.Context, s envStore, variables []zerops.Variable) ([]envVariable, error) {
	owned := make([]envVariable, 0, len(variables))
	open := false
	for _, v := range variables {
		owner := v.Owner()
		if owner == zerops.OwnerUnknown && s.service == nil {
			owner = zerops.OwnerUser // a project has no zerops.yaml
		}
		open = open || owner == zerops.OwnerUnknown
		owned = append(owned, envVariable{Variable: v, owner: owner})
	}
	if !open {
		return owned, nil
	}
	var baked []zerops.Variable
	if s.service.ActiveVersion != nil {
		version, err := c.api.AppVersion(ctx, s.service.ActiveVersion.ID)
		if err != nil {
			return owned, err
		}
		baked = version.Variables
	}
	for i, v := range owned {
		if v.owner != zerops.OwnerUnknown {
			continue
		}
		owned[i].owner = zerops.OwnerUser
		if slices.ContainsFunc(baked, func(b zerops.Variable) bool { return b.Key == v.Key }) {
			owned[i].owner = zerops.OwnerYAML
		}
	}
	return owned, nil
}

// knowVariables registers values with the redactor. What names the objects of
// the call is no secret and would only blank names and ids: ids and hostnames that
// the platform keeps as variables, and references.
func (c *call) knowVariables(s envStore, variables []envVariable) {
	var values []string
	for _, v := range variables {
		if v.owner == zerops.OwnerPlatform && identityKey(v.Key) {
			continue
		}
		values = append(values, v.Content)
		if secretVariable(v.Variable) {
			c.redactor.place(v.Key)
		}
	}
	c.knowValues(values, s.names())
}

// secretVariable reports a variable whose value is a secret: it is marked so, or
// named after one.
func secretVariable(v zerops.Variable) bool { return v.Sensitive || secretKey(v.Key) }

// knowValues registers values of the account.
func (c *call) knowValues(values []string, public ...string) {
	c.redactor.public(public...)
	for _, value := range values {
		if value != zerops.RedactedContent && !onlyReferences(value) {
			c.redactor.know(append(longLines(value), value)...)
		}
	}
}

// sendValues registers values that the call sends, before an error could quote
// them, except those that are part of public names.
func (c *call) sendValues(values []string, public ...string) {
	names := strings.Join(public, " ")
	c.redactor.public(public...)
	for _, value := range values {
		if onlyReferences(value) || strings.Contains(names, value) {
			continue
		}
		c.redactor.send(append(longLines(value), value)...)
	}
}

// longLines are the lines of a value that may be quoted alone.
func longLines(value string) []string {
	var lines []string
	for line := range strings.Lines(value) {
		if line = strings.TrimSpace(line); len(line) >= leastLength && line != value {
			lines = append(lines, line)
		}
	}
	return lines
}

// names are the public names and ids of a store.
func (s envStore) names() string {
	names := []string{s.project.ID, s.project.Name, s.project.OrganizationID, s.project.SubdomainHost, s.project.PublicZone}
	services := s.siblings
	if s.service != nil {
		services = append([]zerops.Service{*s.service}, services...)
	}
	for _, service := range services {
		names = append(names, service.ID, service.Name, service.Type.Version, service.Type.Category)
	}
	return strings.Join(names, " ")
}

// identityKey knows the keys under which the platform keeps names and ids.
func identityKey(key string) bool {
	switch key {
	case "hostname", "serviceId", "projectId", "appVersionId", "appVersionName", "zeropsSubdomain", "zeropsSubdomainHost",
		"zeropsSubdomainString", "port", "host", "user", "dbName", "PATH", "startCommand", "envIsolation", "sshIsolation", "projectName", "serviceName":
		return true
	}
	return false
}

type envView struct {
	Key         string   `json:"key"`
	Source      string   `json:"source" jsonschema:"enum=user,enum=project,enum=zerops_yaml,enum=platform,enum=unknown"`
	Editable    bool     `json:"editable"`
	Sensitive   bool     `json:"sensitive"`
	Length      *int     `json:"length,omitempty"`
	Fingerprint string   `json:"fingerprint,omitempty"`
	Withheld    bool     `json:"withheld,omitempty"`
	References  []string `json:"references,omitempty"`
	ShadowedBy  string   `json:"shadowed_by,omitempty"`
	Warning     string   `json:"warning,omitempty"`
}

// sourceProject marks a variable that a service inherits.
const sourceProject = "project"

func viewVariable(v envVariable, f fingerprints) envView {
	view := envView{Key: clean(v.Key, 120), Source: cmp.Or(string(v.owner), "unknown"), Editable: v.editable(), Sensitive: v.Sensitive}
	if v.Redacted() {
		view.Withheld = true
		return view
	}
	if !untold(v) {
		view.Fingerprint = f.of(v.Key, v.Content)
	}
	if !guessable(v.Content, nil) {
		view.Length = new(len(v.Content))
	}
	for _, name := range referencesIn(v.Content) {
		view.References = append(view.References, clean(name, 120))
	}
	if selfReference(v.Key, v.Content) {
		view.Warning = selfReferenceWarning
	}
	return view
}

type listEnvIn struct {
	onEnv
	paging
}

type listEnvOut struct {
	page[envView]
	Note       string   `json:"note,omitempty"`
	Incomplete []string `json:"incomplete,omitempty"`
}

// Cut keeps the note and what is incomplete.
func (o listEnvOut) Cut(n int) any {
	o.page = o.first(n)
	return o
}

// lagNote is said where the list of a project's variables is part of the answer.
const lagNote = "Variables of the project come from an index that trails writes by about a second."

func listEnv(ctx context.Context, c *call, in listEnvIn) (listEnvOut, error) {
	store, err := c.envStore(ctx, in.onEnv)
	if err != nil {
		return listEnvOut{}, err
	}
	views, incomplete, err := c.listVariables(ctx, store)
	if err != nil {
		return listEnvOut{}, err
	}
	shown, err := paginate(views, in.paging, in.Project, in.Service)
	return listEnvOut{page: shown, Note: lagNote, Incomplete: incomplete}, err
}

// listVariables shows the variables of a store by key. A service also has those
// of its project; where both know a key, the service's wins (platform facts
// §4.9). What could not be read is incomplete.
func (c *call) listVariables(ctx context.Context, s envStore) (views []envView, incomplete []string, err error) {
	own, unsettled, err := c.readOwned(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if unsettled != nil {
		incomplete = append(incomplete, "sources of some variables: "+c.reason(ctx, unsettled))
	}
	prints := c.server.fingerprints(s.organizationID())
	owners := map[string]string{}
	for _, v := range own {
		view := viewVariable(v, prints)
		views = append(views, view)
		owners[v.Key] = view.Source
	}
	if s.service != nil {
		inherited, err := c.readEnv(ctx, envStore{project: s.project})
		if err != nil {
			incomplete = append(incomplete, "variables of the project: "+c.reason(ctx, err))
		}
		for _, v := range inherited {
			view := viewVariable(v, prints)
			view.Source, view.Editable = sourceProject, false
			view.ShadowedBy = owners[v.Key]
			views = append(views, view)
		}
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].Key < views[j].Key })
	return views, incomplete, nil
}
