package env

import (
	"context"
	"errors"
	"time"

	"zerops-mcp/tools/facts/env"
	"zerops-mcp/zerops"
)

// readBack notes for each changed key whether the change can be seen, or returns why
// it cannot tell. A project's list trails writes, so it is read some times before
// the answer is no.
func (w *envWriter) readBack(ctx context.Context) (err error) {
	for _, delay := range append([]time.Duration{0}, listDelays()...) {
		if delay > 0 && !zerops.Pause(ctx, delay) {
			return err
		}
		var current []env.Variable
		if current, err = env.Read(ctx, w.call, w.store); err != nil {
			continue
		}
		w.current = current
		var all bool
		if all, err = w.seen(ctx); all || w.store.Service != nil {
			return err
		}
	}
	return err
}

// seen compares what is there now with the outcomes, and reports whether all
// changes show.
func (w *envWriter) seen(ctx context.Context) (all bool, err error) {
	all = true
	for i := range w.outcomes {
		o := &w.outcomes[i]
		if !o.changed() || o.ReadBack != nil && *o.ReadBack {
			continue
		}
		shows, failed := w.shows(ctx, o)
		if failed != nil {
			all, err = false, failed
			continue
		}
		o.ReadBack = &shows
		all = all && shows
	}
	return all, err
}

// shows reports whether the change of one key can be seen. A value that this
// token may not read, or that could be guessed, counts as seen when its key is there.
func (w *envWriter) shows(ctx context.Context, o *envOutcome) (bool, error) {
	if o.Outcome == envDeleted && w.store.Service == nil && o.id != "" {
		_, err := w.call.API.ProjectVariable(ctx, o.id)
		if errors.Is(err, zerops.ErrNotFound) {
			return true, nil
		}
		return false, err
	}
	found, err := w.find(ctx, o.Key)
	if err != nil {
		return false, err
	}
	if o.Outcome == envDeleted {
		return found == nil || found.Key != o.Key, nil
	}
	if found == nil || found.Key != o.Key {
		return false, nil
	}
	same, told := w.call.Redactor.Holds(found.Variable, o.Key, o.value)
	return same || !told, nil
}
