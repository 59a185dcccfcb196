package env

import (
	"context"
	"fmt"
	"sort"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/tools/facts/own"
	"zerops-mcp/tools/facts/services"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

type deleteEnvIn struct {
	env.OnStore
	Keys    []string `json:"keys" jsonschema:"minItems=1,maxItems=50"`
	Confirm string   `json:"confirm,omitempty"`
	tool.Waiting
}

func deleteEnv(ctx context.Context, c *tool.Call, in *deleteEnvIn) (*envChangeOut, error) {
	changed := map[string]string{}
	for _, key := range in.Keys {
		changed[key] = ""
	}
	keys := tool.Distinct(in.Keys)
	type reading struct {
		store   env.Store
		current []env.Variable
		targets map[string]env.Variable
	}
	r, err := tool.Confirm(ctx, c, func(ctx context.Context) (r reading, p *tool.Plan, err error) {
		if r.store, err = writableStore(ctx, c, in.OnStore); err != nil {
			return r, nil, err
		}
		if err = own.SpareVariables(ctx, c, r.store, changed); err != nil {
			return r, nil, err
		}
		if r.current, err = env.Read(ctx, c, r.store); err != nil {
			return r, nil, err
		}
		w := &envWriter{call: c, store: r.store, current: r.current}
		r.targets, err = w.deletable(ctx, keys)
		r.current = w.current // which may have been read again
		if err != nil || len(r.targets) == 0 {
			return r, nil, err
		}
		return r, deletionOf(r.store, r.targets), nil
	})
	if err != nil {
		return nil, err
	}
	w, err := tool.Change(ctx, c, func(ctx context.Context) (*envWriter, error) {
		w := &envWriter{call: c, store: r.store, current: r.current}
		w.deleteAll(ctx, keys, r.targets)
		return w, nil
	})
	if err != nil {
		return nil, err
	}
	if err := w.whole(); err != nil {
		return nil, err
	}
	return envChanged(ctx, c, w, in.Waiting)
}

// deletable finds the variables that can be deleted, by key. A key that a
// project's list does not show is looked for again, because the list may trail
// its creation.
func (w *envWriter) deletable(ctx context.Context, keys []string) (map[string]env.Variable, error) {
	targets := map[string]env.Variable{}
	for _, key := range keys {
		found, err := w.find(ctx, key)
		if err == nil && found == nil && w.store.Service == nil && zerops.ValidKey(key) {
			found, err = w.findFresh(ctx, key)
		}
		if err != nil {
			return nil, err
		}
		if found != nil && found.Key == key && found.IsEditable() && found.ID != "" {
			targets[key] = *found
		}
	}
	return targets, nil
}

// deletionOf is the plan for what will be lost. The ids of the variables are part
// of its state, and gone once it was carried out; so is when they were last written,
// since a yes was for the value of then.
func deletionOf(s env.Store, targets map[string]env.Variable) *tool.Plan {
	keys := tool.SortedKeys(targets)
	p := &tool.Plan{
		Summary: fmt.Sprintf("Delete %d variable(s) of %s in the project %q (%s).", len(keys), s.Label(), tool.Clean(s.Project.Name, 80), s.Project.ID),
		State:   []tool.Fact{tool.Is("the project", s.Project.Name+" ("+s.Project.ID+")")},
	}
	if s.Service != nil {
		p.Targets = append(p.Targets, services.Target(*s.Service))
	} else {
		p.Summary = fmt.Sprintf("Delete %d variable(s) of %s.", len(keys), s.Label())
		p.Targets = append(p.Targets, tool.PlanTarget{Kind: "project", ID: s.Project.ID, Name: tool.Clean(s.Project.Name, 80), Status: tool.Clean(s.Project.Status, 40)})
	}
	var ids []string
	for _, key := range keys {
		p.Loses = append(p.Loses, "the value of "+tool.Clean(key, 80))
		ids = append(ids, key+" ("+targets[key].ID+", written "+targets[key].Changed+")")
	}
	p.State = append(p.State, tool.Is("the variables", ids...))
	sort.Strings(p.Loses)
	return p
}

// deleteAll deletes the targets and says of every other key why it was not.
func (w *envWriter) deleteAll(ctx context.Context, keys []string, targets map[string]env.Variable) {
	w.each(len(keys), func(i int) envOutcome {
		o := envOutcome{Key: tool.Clean(keys[i], 120)}
		target, ok := targets[keys[i]]
		if !ok {
			w.refuseDeletion(keys[i], &o)
			return o
		}
		o.id = target.ID
		process, err := w.send(ctx, func(ctx context.Context) (zerops.Process, error) { return w.remove(ctx, target.ID) })
		switch {
		case err == nil:
			o.Outcome = envDeleted
			w.sent(process, &o)
		case zerops.HasCode(err, "userDataNotFound", "projectEnvNotFound"):
			o.Outcome = envAbsent // somebody else was faster
		case zerops.HasCode(err, zerops.CodeVariableDeleteForbidden, zerops.CodeRecordIsReadOnly):
			o.failed(w.notEditable(target))
		default:
			o.failed(err)
		}
		return o
	}, func(i int) string { return tool.Clean(keys[i], 120) })
}

func (w *envWriter) refuseDeletion(key string, o *envOutcome) {
	for _, v := range w.current {
		if v.Key == key {
			o.failed(w.notEditable(v))
			return
		}
	}
	o.Outcome = envAbsent
	var names []string
	for _, v := range w.current {
		names = append(names, v.Key)
	}
	if near := tool.Closest(key, names, 1); len(near) > 0 {
		o.Warning = fmt.Sprintf("there is a variable %q", tool.Clean(near[0], 120))
	}
}
