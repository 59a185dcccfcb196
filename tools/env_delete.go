package tools

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"zerops-mcp/zerops"
)

type deleteEnvIn struct {
	onEnv
	Keys    []string `json:"keys" jsonschema:"minItems=1,maxItems=50"`
	Confirm string   `json:"confirm,omitempty"`
	waiting
}

func deleteEnv(ctx context.Context, c *call, in deleteEnvIn) (envChangeOut, error) {
	changed := map[string]string{}
	for _, key := range in.Keys {
		changed[key] = ""
	}
	keys := distinct(in.Keys)
	type reading struct {
		store   envStore
		current []envVariable
		targets map[string]envVariable
	}
	r, err := confirm(ctx, c, func(ctx context.Context) (r reading, p *plan, err error) {
		if r.store, err = c.writableStore(ctx, in.onEnv); err != nil {
			return r, nil, err
		}
		if err = c.spareVariables(ctx, r.store, changed); err != nil {
			return r, nil, err
		}
		if r.current, err = c.readEnv(ctx, r.store); err != nil {
			return r, nil, err
		}
		w := &envWriter{call: c, store: r.store, current: r.current}
		r.targets, err = w.deletable(ctx, keys)
		r.current = w.current // which may have been read again
		if err != nil || len(r.targets) == 0 {
			return r, nil, err
		}
		return r, deletionOf(r.store, r.targets), c.protected(r.store.project)
	})
	if err != nil {
		return envChangeOut{}, err
	}
	w, err := change(ctx, c, func(ctx context.Context) (*envWriter, error) {
		w := &envWriter{call: c, store: r.store, current: r.current}
		w.deleteAll(ctx, keys, r.targets)
		return w, nil
	})
	if err != nil {
		return envChangeOut{}, err
	}
	if err := w.whole(); err != nil {
		return envChangeOut{}, err
	}
	return c.envChanged(ctx, w, in.waiting)
}

func distinct(keys []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, key := range keys {
		if key = strings.TrimSpace(key); !seen[key] {
			out = append(out, key)
		}
		seen[key] = true
	}
	return out
}

// deletable finds the variables that can be deleted, by key. A key that a
// project's list does not show is looked for again, because the list may trail
// its creation.
func (w *envWriter) deletable(ctx context.Context, keys []string) (map[string]envVariable, error) {
	targets := map[string]envVariable{}
	for _, key := range keys {
		found, err := w.find(ctx, key)
		if err == nil && found == nil && w.store.service == nil && validKey(key) {
			found, err = w.findFresh(ctx, key)
		}
		if err != nil {
			return nil, err
		}
		if found != nil && found.Key == key && found.editable() && found.ID != "" {
			targets[key] = *found
		}
	}
	return targets, nil
}

// deletionOf is the plan for what will be lost. The ids of the variables are part
// of its state, and gone once it was carried out.
func deletionOf(s envStore, targets map[string]envVariable) *plan {
	keys := sortedKeys(targets)
	p := &plan{
		Summary: fmt.Sprintf("Delete %d variable(s) of %s in the project %q (%s).", len(keys), s.label(), clean(s.project.Name, 80), s.project.ID),
		state:   []fact{is("the project", s.project.Name+" ("+s.project.ID+")")},
	}
	if s.service != nil {
		p.Targets = append(p.Targets, serviceTarget(*s.service))
	} else {
		p.Summary = fmt.Sprintf("Delete %d variable(s) of %s.", len(keys), s.label())
		p.Targets = append(p.Targets, planTarget{Kind: "project", ID: s.project.ID, Name: clean(s.project.Name, 80), Status: clean(s.project.Status, 40)})
	}
	var ids []string
	for _, key := range keys {
		p.Loses = append(p.Loses, "the value of "+clean(key, 80))
		ids = append(ids, key+" ("+targets[key].ID+")")
	}
	p.state = append(p.state, is("the variables", ids...))
	sort.Strings(p.Loses)
	return p
}

// deleteAll deletes the targets and says of every other key why it was not.
func (w *envWriter) deleteAll(ctx context.Context, keys []string, targets map[string]envVariable) {
	w.each(len(keys), func(i int) envOutcome {
		o := envOutcome{Key: clean(keys[i], 120)}
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
	}, func(i int) string { return clean(keys[i], 120) })
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
	if near := closest(key, names, 1); len(near) > 0 {
		o.Warning = fmt.Sprintf("there is a variable %q", clean(near[0], 120))
	}
}
