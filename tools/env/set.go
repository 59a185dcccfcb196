package env

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// maxVariables bounds how many variables one call writes or deletes.
const maxVariables = 50

type setEnvIn struct {
	env.OnStore
	Variables []envPair    `json:"variables,omitempty" jsonschema:"maxItems=50"`
	FromEnv   []envFromEnv `json:"from_env,omitempty" jsonschema:"maxItems=50" jsonschema_description:"from the environment of this server"`
	FromFile  *envFromFile `json:"from_file,omitempty" jsonschema_description:"from a local dotenv file"`
	Sensitive *bool        `json:"sensitive,omitempty" jsonschema_description:"default true for new ones"`
	Restart   bool         `json:"restart,omitempty" jsonschema_description:"the services concerned, after it"`
	Confirm   string       `json:"confirm,omitempty"`
	tool.Waiting
}

type envPair struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type envFromEnv struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

type envFromFile struct {
	Path string   `json:"path"`
	Keys []string `json:"keys,omitempty" jsonschema:"maxItems=50" jsonschema_description:"default all"`
}

// Outcomes of one key.
const (
	envCreated      = "created"
	envUpdated      = "updated"
	envUnchanged    = "unchanged"
	envDeleted      = "deleted"
	envAbsent       = "absent"
	envFailed       = "failed"
	envUnknown      = "unknown" // sent, the answer was lost
	envNotAttempted = "not_attempted"
)

// envOutcome is what became of one key.
type envOutcome struct {
	Key     string `json:"key"`
	Outcome string `json:"outcome" jsonschema:"enum=created,enum=updated,enum=unchanged,enum=deleted,enum=absent,enum=failed,enum=unknown,enum=not_attempted"`
	Source  string `json:"source,omitempty"`
	// ReadBack says whether the change was seen afterwards; absent where nothing
	// was changed.
	ReadBack *bool  `json:"read_back,omitempty"`
	Warning  string `json:"warning,omitempty"`
	Error    string `json:"error,omitempty"`
	Hint     string `json:"hint,omitempty"`
	APICode  string `json:"api_code,omitempty"`

	id      string // of the variable, where known
	value   string // that was written
	process string
	err     error
}

// failed notes why a key could not be written.
func (o *envOutcome) failed(err error) {
	o.Outcome, o.err = envFailed, err
	if _, uncertain := errors.AsType[*zerops.UncertainError](err); uncertain {
		o.Outcome = envUnknown
	}
}

// changed reports that the key was written or deleted.
func (o *envOutcome) changed() bool {
	return o.Outcome == envCreated || o.Outcome == envUpdated || o.Outcome == envDeleted
}

type restartView struct {
	ID       string `json:"id"`
	Hostname string `json:"hostname"`
}

type envChangeOut struct {
	tool.ChangeResult
	Variables []envOutcome `json:"variables,omitempty"`
	// Restart are the services that still run with the old values.
	Restart []restartView `json:"restart,omitempty"`
}

type setEnvOut struct {
	envChangeOut
	// Restarted is what became of those that were restarted.
	Restarted []services.Outcome `json:"restarted,omitempty"`
}

// wantedVariable is one variable to write and where its value came from.
type wantedVariable struct {
	key, value, source string
}

func setEnv(ctx context.Context, c *tool.Call, in *setEnvIn) (*setEnvOut, error) {
	wanted, err := wantedVariables(c, *in)
	if err != nil {
		return nil, err
	}
	if err := checkWanted(wanted); err != nil {
		return nil, err
	}
	began := time.Now()
	type reading struct {
		store   env.Store
		current []env.Variable
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (r reading, p *tool.Plan, err error) {
		if r.store, err = writableStore(ctx, c, in.OnStore); err != nil {
			return r, nil, err
		}
		var values []string
		changed := map[string]string{}
		for _, w := range wanted {
			values = append(values, w.value)
			changed[w.key] = w.value
		}
		if err := own.SpareVariables(ctx, c, r.store, changed); err != nil {
			return r, nil, err
		}
		if in.Restart {
			if err := services.CanRestart(c, r.store.Running()...); err != nil {
				return r, nil, err
			}
		}
		env.SendValues(c, values, r.store.Names())
		if r.current, err = env.Read(ctx, c, r.store); err != nil {
			return r, nil, err
		}
		return r, settingOf(c, r.store, keysOf(r.current), wanted, in.Restart), nil
	})
	if err != nil {
		return nil, err
	}
	store, current := r.store, r.current
	writer, err := tool.Change(ctx, c, func(ctx context.Context) (*envWriter, error) {
		w := &envWriter{call: c, store: store, current: current, sensitive: in.Sensitive}
		w.setAll(ctx, wanted)
		return w, nil
	})
	if err != nil {
		return nil, err
	}
	if err := writer.whole(); err != nil {
		return nil, err
	}
	changes, err := envChanged(ctx, c, writer, in.Waiting)
	if err != nil {
		return nil, err
	}
	out := &setEnvOut{envChangeOut: *changes}
	if in.Restart {
		out.restart(ctx, c, store, in.Waiting, began)
	}
	warnReferences(ctx, c, store, current, wanted, out.Variables)
	return out, nil
}

// wantedVariables collects the variables of all sources. The values of local sources are
// read here, so that nothing is sent when one cannot be had.
func wantedVariables(c *tool.Call, in setEnvIn) ([]wantedVariable, error) {
	var wanted []wantedVariable
	for _, v := range in.Variables {
		wanted = append(wanted, wantedVariable{key: v.Key, value: v.Value, source: "argument"})
	}
	if len(in.FromEnv) > 0 || in.FromFile != nil {
		if c.Runner.Remote() {
			return nil, &tool.Failure{
				Code: request.CodeUnsupported, Message: "from_env and from_file read local values, which a remote server does not have; nothing was changed",
				Hint: "Give the values in variables, or run the server over stdio.",
			}
		}
	}
	fromEnv, err := fromEnv(c, in.FromEnv)
	if err != nil {
		return nil, err
	}
	wanted = append(wanted, fromEnv...)
	if in.FromFile != nil {
		fromFile, err := fromFile(c, *in.FromFile)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, fromFile...)
	}
	if len(wanted) == 0 {
		return nil, tool.Invalid("variables", "name at least one variable in variables, from_env or from_file")
	}
	if len(wanted) > maxVariables {
		return nil, tool.Invalid("variables", "are %d in all; at most %d are written in one call", len(wanted), maxVariables)
	}
	return wanted, nil
}

// checkWanted refuses what can never be right before anything is sent: a call
// that would fail half-way for such a reason is better not begun.
func checkWanted(wanted []wantedVariable) error {
	var problems []zerops.FieldProblem
	problem := func(key, format string, args ...any) {
		problems = append(problems, zerops.FieldProblem{Field: tool.Clean(key, 120), Problems: []string{fmt.Sprintf(format, args...)}})
	}
	seen := map[string]bool{}
	for _, w := range wanted {
		switch reserved := env.ReservedKey(w.key); {
		case !zerops.ValidKey(w.key):
			problem(w.key, "is not a key: letters, digits and underscores, no digit first")
		case reserved != "":
			problem(w.key, "%s; choose another name", reserved)
		case seen[strings.ToLower(w.key)]:
			problem(w.key, "is given twice (upper and lower case count as the same)")
		case manifest.WithheldText(w.value):
			problem(w.key, "has the value that stands for a withheld one; writing it would destroy the real value")
		case strings.ContainsRune(w.value, 0):
			problem(w.key, "has a value with a NUL byte")
		}
		seen[strings.ToLower(w.key)] = true
	}
	if len(problems) == 0 {
		return nil
	}
	f := tool.InvalidArguments(problems)
	f.Message += "; nothing was changed"
	return f
}

// envChanged follows the processes of the changes, reads the variables back, and
// says what has to be restarted.
func envChanged(ctx context.Context, c *tool.Call, w *envWriter, wait tool.Waiting) (*envChangeOut, error) {
	out := envChangeOut{Variables: w.outcomes}
	f, err := c.Follow(ctx, wait, w.processes...)
	if err != nil {
		return nil, err
	}
	out.ChangeResult = f
	w.markFailedProcesses(f.Processes)
	var unread error
	if f.Status != tool.StatusInProgress {
		unread = w.readBack(ctx)
	}
	failed, changed, unseen := 0, 0, 0
	for i := range w.outcomes {
		o := &w.outcomes[i]
		if o.err != nil {
			explained := c.Explain(ctx, o.err)
			o.Error, o.Hint, o.APICode = explained.Message, explained.Hint, explained.APICode
			if explained.APIMessage != "" {
				o.Error += ": " + explained.APIMessage
			}
		}
		switch {
		case o.changed():
			changed++
			if o.ReadBack != nil && !*o.ReadBack {
				unseen++
			}
		case o.Outcome != envUnchanged && o.Outcome != envAbsent:
			failed++
		}
	}
	switch {
	case failed > 0:
		out.Status = tool.StatusFailed
		out.Message = fmt.Sprintf("%d of %d keys failed; the others are as their outcome says", failed, len(w.outcomes))
	case changed == 0:
		out.Status = tool.StatusUnchanged
	case unseen > 0 && out.Status == tool.StatusDone:
		out.Status = tool.StatusInProgress
		out.Message = "accepted, but not visible yet in what the API lists"
		out.Next = &tool.Next{Tool: "list_env", Arguments: w.store.Next()}
	case unread != nil:
		out.Message = tool.JoinWords(out.Message, "what is there now could not be read back: "+c.Reason(ctx, unread))
	}
	if changed > 0 {
		out.addRestarts(w.store)
	}
	return &out, nil
}

// writableStore finds a store together with the services that its variables
// reach.
func writableStore(ctx context.Context, c *tool.Call, on env.OnStore) (env.Store, error) {
	store, err := env.FindStore(ctx, c, on)
	if err != nil || store.Service != nil {
		return store, err
	}
	store.Siblings, _, err = zerops.Collect(c.API.ProjectServices(ctx, store.Project.ID, zerops.ListOptions{}), 0)
	return store, err
}

// warnReferences adds what will not resolve to the outcomes.
func warnReferences(ctx context.Context, c *tool.Call, s env.Store, current []env.Variable, wanted []wantedVariable, outcomes []envOutcome) {
	if !slices.ContainsFunc(wanted, func(w wantedVariable) bool { return len(zerops.References(w.value)) > 0 }) {
		return
	}
	own := keysOf(current)
	for _, w := range wanted {
		own = append(own, w.key)
	}
	project := own
	if s.Service != nil {
		inherited, err := env.Read(ctx, c, env.Store{Project: s.Project})
		if err != nil {
			return // the warnings are a courtesy
		}
		project = keysOf(inherited)
	}
	r := env.NewResolver(c, s, own, project)
	for i, w := range wanted {
		if warning := r.Warning(ctx, w.key, w.value); warning != "" && outcomes[i].Warning == "" {
			outcomes[i].Warning = warning
		}
	}
}

func keysOf(variables []env.Variable) []string {
	var keys []string
	for _, v := range variables {
		keys = append(keys, v.Key)
	}
	return keys
}
