package env

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// envWriter writes variables one by one and keeps what became of each, so that a
// failure in the middle costs nothing that was done before it. The bulk
// operations of the API replace whole stores and are never used
// (platform §4.9).
type envWriter struct {
	call      *tool.Call
	store     env.Store
	current   []env.Variable
	sensitive *bool

	outcomes  []envOutcome
	processes []zerops.Process
}

// setAll creates or updates every variable, until an error that would meet the
// rest as well.
func (w *envWriter) setAll(ctx context.Context, wanted []wantedVariable) {
	w.each(len(wanted), func(i int) envOutcome {
		o := envOutcome{Key: wanted[i].key, Source: wanted[i].source}
		w.set(ctx, wanted[i], &o)
		return o
	}, func(i int) string { return wanted[i].key })
}

// each runs one step for each key. After an error that concerns no single key,
// the rest is not attempted.
func (w *envWriter) each(n int, step func(i int) envOutcome, key func(i int) string) {
	for i := range n {
		o := step(i)
		w.outcomes = append(w.outcomes, o)
		if o.err == nil || !general(o.err) {
			continue
		}
		for j := i + 1; j < n; j++ {
			w.outcomes = append(w.outcomes, envOutcome{Key: key(j), Outcome: envNotAttempted})
		}
		return
	}
}

// general reports an error that has nothing to do with the key it met.
func general(err error) bool {
	_, uncertain := errors.AsType[*zerops.UncertainError](err)
	return uncertain || errors.Is(err, zerops.ErrUnauthorized) || errors.Is(err, zerops.ErrForbidden) ||
		errors.Is(err, zerops.ErrRateLimited) || errors.Is(err, zerops.ErrUnavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// whole returns the error of a call that changed nothing and whose only trouble
// is one error: it says more as the call's own.
func (w *envWriter) whole() error {
	var first error
	for _, o := range w.outcomes {
		switch o.Outcome {
		case envFailed, envUnknown:
			if first == nil {
				first = o.err
			}
		case envNotAttempted:
		default:
			return nil
		}
	}
	if first != nil && (len(w.outcomes) == 1 || general(first)) {
		return first
	}
	return nil
}

// set creates or updates one variable: what is there is updated in place, what is
// not is created, and a key that turns out to exist is looked up and updated.
func (w *envWriter) set(ctx context.Context, wanted wantedVariable, o *envOutcome) {
	existing, err := w.find(ctx, wanted.key)
	switch {
	case err != nil:
		o.failed(err)
		return
	case existing != nil:
		w.update(ctx, wanted, *existing, o)
		return
	}
	body := zerops.NewVariable{Key: wanted.key, Content: wanted.value, Sensitive: w.sensitive == nil || *w.sensitive}
	process, err := w.send(ctx, func(ctx context.Context) (zerops.Process, error) { return w.create(ctx, body) })
	switch {
	case err == nil:
		o.Outcome, o.value = envCreated, wanted.value
		w.sent(process, o)
	case zerops.HasCode(err, zerops.CodeVariableDuplicateKey, zerops.CodeProjectEnvDuplicateKey):
		existing, findErr := w.findFresh(ctx, wanted.key)
		switch {
		case findErr != nil:
			o.failed(findErr)
		case existing == nil:
			o.failed(w.hiddenDuplicate(wanted.key))
		default:
			w.update(ctx, wanted, *existing, o)
		}
	default:
		o.failed(err)
	}
}

// update replaces the value of a variable that exists. Where nobody said whether
// it is sensitive, it stays what it is.
func (w *envWriter) update(ctx context.Context, wanted wantedVariable, existing env.Variable, o *envOutcome) {
	o.id = existing.ID
	if existing.Key != wanted.key {
		o.failed(sameKey(existing))
		return
	}
	if !existing.IsEditable() {
		o.failed(w.notEditable(existing))
		return
	}
	body := zerops.NewVariable{Key: wanted.key, Content: wanted.value, Sensitive: existing.Sensitive}
	if w.sensitive != nil {
		body.Sensitive = *w.sensitive
	}
	same, told := w.call.Redactor.Holds(existing.Variable, wanted.key, wanted.value)
	if same && existing.Sensitive == body.Sensitive {
		o.Outcome = envUnchanged
		return
	}
	process, err := w.send(ctx, func(ctx context.Context) (zerops.Process, error) { return w.replace(ctx, existing.ID, body) })
	switch {
	case err == nil:
		o.Outcome, o.value = envUpdated, wanted.value
		w.sent(process, o)
		switch {
		case existing.Content.Withheld():
			o.Warning = "the previous value is withheld from this token, so it was written without comparing"
		case !told:
			o.Warning = "the previous value could be guessed, so it was written without comparing"
		}
	case zerops.HasCode(err, zerops.CodeRecordIsReadOnly):
		o.failed(ownedByYAML(existing.Key))
	default:
		o.failed(err)
	}
}

func (w *envWriter) sent(process zerops.Process, o *envOutcome) {
	o.process = process.ID
	w.processes = append(w.processes, process)
}

// sameKey refuses a key that exists in another case: the platform takes both for one
// (platform §10.1).
func sameKey(existing env.Variable) error {
	f := &tool.Failure{
		Code: request.CodeConflict, Message: fmt.Sprintf("the variable %q differs from this key in upper and lower case only, and the platform takes both for the same", tool.Clean(existing.Key, 120)),
		Hint: "Write that key, or delete it first.",
	}
	switch {
	case existing.IsEditable():
	case existing.Owner == zerops.OwnerPlatform:
		f.Hint = "The platform generates it, so choose another key."
	default:
		f.Hint = "It stands in run.envVariables of the deployed zerops.yaml: change it there and deploy, or choose another key."
	}
	return f
}

// notEditable says who owns a variable and where to change it.
func (w *envWriter) notEditable(v env.Variable) error {
	if v.Owner == zerops.OwnerPlatform {
		return &tool.Failure{
			Code: request.CodeConflict, Message: fmt.Sprintf("the platform generates %q and does not let it be changed", tool.Clean(v.Key, 120)),
			Hint: "Choose another key.",
		}
	}
	return ownedByYAML(v.Key)
}

func ownedByYAML(key string) error {
	return &tool.Failure{
		Code: request.CodeConflict, Message: fmt.Sprintf("zerops.yaml owns %q: it stands in run.envVariables of the deployed setup and overrides what is set here", tool.Clean(key, 120)),
		Hint: "Edit run.envVariables in zerops.yaml and deploy; to set it here instead, remove it there and deploy first.",
		Next: &tool.FailureNext{Tool: "get_yaml_schema", Arguments: map[string]any{"kind": "guide", "path": "environment"}},
	}
}

// hiddenDuplicate is a key that the API says exists and does not list.
func (w *envWriter) hiddenDuplicate(key string) error {
	return &tool.Failure{
		Code: request.CodeConflict, Message: fmt.Sprintf("the API says that %q exists, but does not list it", tool.Clean(key, 120)), Retryable: true,
		Hint: "It may have been created a moment ago, or belong to zerops.yaml; try again in some seconds, or look with list_env.",
	}
}

func (w *envWriter) create(ctx context.Context, v zerops.NewVariable) (zerops.Process, error) {
	if w.store.Service != nil {
		return w.call.API.CreateServiceVariable(ctx, w.store.Service.ID, v)
	}
	return w.call.API.CreateProjectVariable(ctx, w.store.Project.ID, v)
}

func (w *envWriter) replace(ctx context.Context, id string, v zerops.NewVariable) (zerops.Process, error) {
	if w.store.Service != nil {
		return w.call.API.UpdateServiceVariable(ctx, id, v)
	}
	return w.call.API.UpdateProjectVariable(ctx, id, v)
}

func (w *envWriter) remove(ctx context.Context, id string) (zerops.Process, error) {
	if w.store.Service != nil {
		return w.call.API.DeleteServiceVariable(ctx, id)
	}
	return w.call.API.DeleteProjectVariable(ctx, id)
}

// busyDelays are the pauses before a write that was refused because other
// variables are being applied is tried again. The refusal says that nothing was
// changed.
func busyDelays() []time.Duration {
	return []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second}
}

func (w *envWriter) send(ctx context.Context, write func(context.Context) (zerops.Process, error)) (zerops.Process, error) {
	process, err := write(ctx)
	for _, delay := range busyDelays() {
		refusal, refused := errors.AsType[*zerops.Error](err)
		if !refused || !strings.HasSuffix(refusal.Code, "SyncRunning") && !strings.HasSuffix(refusal.Code, "VersionMismatch") {
			break
		}
		if !zerops.Pause(ctx, delay) {
			break
		}
		process, err = write(ctx)
	}
	return process, err
}

// find looks a key up in what was read: as it is written, else in another case, which
// is the same key to the platform (platform §10.1). The list of a project may be old,
// so what it names is read again by its id.
func (w *envWriter) find(ctx context.Context, key string) (*env.Variable, error) {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		for _, v := range w.current {
			if !same(v.Key, key) {
				continue
			}
			if w.store.Service != nil || v.ID == "" {
				return &v, nil
			}
			now, err := w.call.API.ProjectVariable(ctx, v.ID)
			switch {
			case errors.Is(err, zerops.ErrNotFound):
				continue // deleted since
			case err != nil:
				return nil, err
			}
			fresh := env.Variable{Variable: now, Owner: v.Owner}
			env.KnowVariables(w.call, w.store, []env.Variable{fresh})
			return &fresh, nil
		}
	}
	return nil, nil
}

// listDelays are the pauses between looks at the list of a project's variables,
// which trails writes by a second or some (platform §1.6).
func listDelays() []time.Duration {
	return []time.Duration{300 * time.Millisecond, 700 * time.Millisecond, 1500 * time.Millisecond, 2500 * time.Millisecond}
}

// findFresh reads the list again until the key is in it.
func (w *envWriter) findFresh(ctx context.Context, key string) (*env.Variable, error) {
	for _, delay := range append([]time.Duration{0}, listDelays()...) {
		if delay > 0 && (w.store.Service != nil || !zerops.Pause(ctx, delay)) {
			return nil, nil // the list of a service is up to date
		}
		current, err := env.Read(ctx, w.call, w.store)
		if err != nil {
			return nil, err
		}
		w.current = current
		if found, err := w.find(ctx, key); found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// markFailedProcesses turns the outcome of keys whose process failed or was
// cancelled.
func (w *envWriter) markFailedProcesses(processes []tool.ProcessView) {
	for _, p := range processes {
		why := p.Error
		if (zerops.Process{Status: p.Status}).State() == zerops.ProcessCanceled {
			why = tool.JoinWords("it was cancelled", why)
		}
		if why == "" {
			continue
		}
		for i := range w.outcomes {
			if o := &w.outcomes[i]; o.process == p.ID {
				o.failed(&tool.Failure{Code: request.CodeConflict, Message: "the platform accepted the change and failed to apply it: " + why, Hint: "list_env shows how it stands."})
			}
		}
	}
}
