package zerops

import (
	"context"
	"errors"
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
	failures := 0
	for delay := firstPoll; ; delay = min(delay*3/2, slowestPoll) {
		err := c.readProcesses(ctx, states)
		switch {
		case ctx.Err() != nil:
			return states, ctx.Err()
		case err == nil:
			failures = 0
		case !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrRateLimited):
			return states, err
		default:
			if failures++; failures >= maxPollFailures {
				return states, err
			}
		}
		if seen != nil && err == nil {
			seen(states)
		}
		if allEnded(states) {
			return states, nil
		}
		if !pause(ctx, delay) {
			return states, ctx.Err()
		}
	}
}

// readProcesses refreshes the states that are still open. Each one is read even
// if another fails.
func (c *Client) readProcesses(ctx context.Context, states []Process) error {
	return errors.Join(FanOut(len(states), func(i int) error {
		if states[i].Status != "" && states[i].Ended() {
			return nil
		}
		p, err := c.Process(ctx, states[i].ID)
		if err != nil {
			return err
		}
		p.ID = states[i].ID
		states[i] = p
		return nil
	})...)
}

func allEnded(states []Process) bool {
	for _, p := range states {
		if p.Status == "" || !p.Ended() {
			return false
		}
	}
	return true
}
