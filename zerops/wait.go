package zerops

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	firstPoll   = 500 * time.Millisecond
	slowestPoll = 5 * time.Second
	// maxPollFailures ends a wait whose reads keep failing, each after its own
	// retries: the caller should hear of it rather than see stale states.
	maxPollFailures = 5
)

// WaitForProcesses polls processes until all have ended, slower as time goes
// by. seen, if not nil, is told of every round. It returns the last states read,
// in the order of ids, also with an error: ctx's, or that of the API once it
// kept failing or refused.
func (c *Client) WaitForProcesses(ctx context.Context, ids []string, seen func([]Process)) ([]Process, error) {
	states := make([]Process, len(ids))
	for i, id := range ids {
		states[i].ID = id
	}
	open := func(p Process) bool { return p.Status == "" || !p.Ended() }
	return states, poll(ctx, states, open, seen, func(ctx context.Context, p Process) (Process, error) {
		id := p.ID
		p, err := c.Process(ctx, id)
		p.ID = id
		return p, err
	})
}

// poll reads the states that are open until none is, slower as time goes by. Each
// is read even if another fails, and keeps its last state where it cannot be read.
// It returns the error of ctx, or that of the API once it kept failing or refused.
func poll[T any](ctx context.Context, states []T, open func(T) bool, seen func([]T), read func(context.Context, T) (T, error)) error {
	failures := 0
	for delay := firstPoll; ; delay = min(delay*3/2, slowestPoll) {
		err := errors.Join(FanOut(len(states), func(i int) error {
			if !open(states[i]) {
				return nil
			}
			next, err := read(ctx, states[i])
			if err == nil {
				states[i] = next
			}
			return err
		})...)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			failures = 0
			if seen != nil {
				seen(states)
			}
			if !slices.ContainsFunc(states, open) {
				return nil
			}
		case !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrRateLimited):
			return err
		default:
			if failures++; failures >= maxPollFailures {
				return err
			}
		}
		if !Pause(ctx, delay) {
			return ctx.Err()
		}
	}
}
