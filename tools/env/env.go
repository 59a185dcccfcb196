package env

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools list, set, delete, reveal and compare variables.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "list_env", Title: "List variables", Standard: true, Effect: zerops.Reads,
			Description: "Keys of the variables of a project, or of a service with those it inherits: owner, whether editable, fingerprint (equal values of a key show equal; none for short secrets). Never values.",
			Operations:  []zerops.Operation{zerops.GetServiceStackEnv, zerops.GetServiceStackUserData, zerops.GetUserData, zerops.PostUserDataSearch, zerops.GetProjectEnv, zerops.GetProjectEnvFile},
		}, listEnv),
		tool.Define(tool.Spec{
			Name: "set_env", Title: "Set variables", Standard: true, Effect: zerops.Updates, LosesValue: true, Idempotent: true,
			Description: "Set variables of a project or service one by one; others stay. from_env and from_file read local values, so that a secret need not be typed. Running services see them after a restart.",
			Operations: []zerops.Operation{
				zerops.PostServiceStackUserData,
				zerops.PutUserData,
				zerops.PostProjectEnv,
				zerops.PutProjectEnv,
				zerops.PutServiceStackUserDataEnvFile,
				zerops.PutProjectEnvFile,
			},
			Can:       zerops.Changes,
			LookAgain: tool.LookAgain{OfService: "list_env", OfProject: "list_env"},
		}, setEnv),
		tool.Define(tool.Spec{
			Name: "delete_env", Title: "Delete variables", Standard: true, Effect: zerops.Destroys, Idempotent: true,
			Description: "Delete variables of a project or service. Needs confirmation.",
			Operations:  []zerops.Operation{zerops.DeleteUserData, zerops.DeleteProjectEnv, zerops.PutServiceStackUserDataEnvFile, zerops.PutProjectEnvFile},
			LookAgain:   tool.LookAgain{OfService: "list_env", OfProject: "list_env"},
		}, deleteEnv),
		tool.Define(tool.Spec{
			Name: "compare_config", Title: "Compare configuration", Effect: zerops.Reads,
			Description: "Differences between two services or two projects, such as staging and production: variables (by fingerprint), scaling, types. Generated values are ignored.",
		}, compareConfig),
		tool.Define(tool.Spec{
			Name: "reveal_env", Title: "Reveal a variable", Effect: zerops.Reads, Secret: true,
			Description: "The value of one variable, in clear.",
			Operations:  []zerops.Operation{zerops.GetUserDataReveal, zerops.GetProjectEnvReveal},
		}, revealEnv),
	)
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

func viewVariable(v env.Variable, f tool.Fingerprints, known func(name string) bool) envView {
	view := envView{Key: tool.Clean(v.Key, 120), Source: cmp.Or(string(v.Owner), "unknown"), Editable: v.IsEditable(), Sensitive: v.Sensitive}
	if v.Content.Withheld() {
		view.Withheld = true
		return view
	}
	if fingerprint, length, ok := f.Of(v.Variable); ok {
		view.Fingerprint, view.Length = fingerprint, &length
	}
	for _, name := range v.Content.References(known) {
		view.References = append(view.References, tool.Clean(name, 120))
	}
	if env.RefersToItself(v.Variable) {
		view.Warning = env.SelfReferenceWarning
	}
	return view
}

type listEnvIn struct {
	env.OnStore
	tool.Paging
}

type listEnvOut struct {
	tool.Page[envView]
	Note       string   `json:"note,omitempty"`
	Incomplete []string `json:"incomplete,omitempty"`
}

// Cut keeps the note and what is incomplete.
func (o listEnvOut) Cut(n int) any {
	o.Page = o.First(n)
	return o
}

// lagNote is said where the list of a project's variables is part of the answer.
const lagNote = "Variables of the project come from an index that trails writes by about a second."

func listEnv(ctx context.Context, c *tool.Call, in *listEnvIn) (*listEnvOut, error) {
	store, err := env.FindStore(ctx, c, in.OnStore)
	if err != nil {
		return nil, err
	}
	views, incomplete, err := listVariables(ctx, c, store)
	if err != nil {
		return nil, err
	}
	shown, err := tool.Paginate(views, in.Paging, in.Project, in.Service)
	return &listEnvOut{Page: shown, Note: lagNote, Incomplete: incomplete}, err
}

// listVariables shows the variables of a store by key. A service also has those
// of its project; where both know a key, the service's wins
// (platform §4.9). What could not be read is incomplete.
func listVariables(ctx context.Context, c *tool.Call, s env.Store) (views []envView, incomplete []string, err error) {
	own, unsettled, err := env.ReadOwned(ctx, c, s)
	if err != nil {
		return nil, nil, err
	}
	if unsettled != nil {
		incomplete = append(incomplete, "sources of some variables: "+c.Reason(ctx, unsettled))
	}
	var inherited []env.Variable
	if s.Service != nil {
		if inherited, err = env.Read(ctx, c, env.Store{Project: s.Project}); err != nil {
			incomplete = append(incomplete, "variables of the project: "+c.Reason(ctx, err))
		}
	}
	prints := c.Fingerprints(s.OrganizationID())
	others := false
	known := knownNames(ctx, c, s, &others, own, inherited)
	owners := map[string]string{}
	for _, v := range own {
		view := viewVariable(v, prints, known)
		views = append(views, view)
		owners[v.Key] = view.Source
	}
	if s.Service != nil {
		for _, v := range inherited {
			view := viewVariable(v, prints, known)
			view.Source, view.Editable = sourceProject, false
			view.ShadowedBy = owners[v.Key]
			views = append(views, view)
		}
	}
	if others {
		if problem := c.Learn(ctx, s.Project.ID); problem != "" {
			incomplete = append(incomplete, "references to other services: "+problem)
		}
	}
	sort.SliceStable(views, func(i, j int) bool { return views[i].Key < views[j].Key })
	return views, incomplete, nil
}

// knownNames tells what a reference can mean from what only looks like one: a variable of
// the store or of its project, and behind a hostname one of another service, for which
// the rest of the project is read, which others tells.
func knownNames(ctx context.Context, c *tool.Call, s env.Store, others *bool, lists ...[]env.Variable) func(name string) bool {
	keys := map[string]bool{}
	for _, key := range keysOf(slices.Concat(lists...)) {
		keys[key], keys["RUNTIME_"+key] = true, true
	}
	return func(name string) bool {
		if keys[name] || !strings.Contains(name, "_") {
			return keys[name]
		}
		*others = true
		return c.Refers(ctx, s.Project.ID, name)
	}
}
