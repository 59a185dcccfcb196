package tools

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/zerops"
)

// waiting is the argument of tools that can wait for the platform's work.
type waiting struct {
	WaitSeconds *int `json:"wait_seconds,omitempty" jsonschema:"minimum=0,maximum=600"`
}

const (
	defaultWait = 45 * time.Second
	// writeTime bounds the part of a change that must not be cut in two.
	writeTime = 2 * time.Minute
	// stopGrace is how long a write may still take once the server is stopping.
	stopGrace = time.Second
)

// budget is how long the call may wait now: what was asked for, within
// --max-wait, less the time spent asking the person. clamped says that it was cut.
func (c *call) budget(w waiting) (wait time.Duration, clamped bool) {
	wait = defaultWait
	if w.WaitSeconds != nil {
		wait = time.Duration(*w.WaitSeconds) * time.Second
	}
	if wait > c.server.cfg.MaxWait {
		wait, clamped = c.server.cfg.MaxWait, w.WaitSeconds != nil
	}
	return max(min(wait, c.server.cfg.MaxWait-c.asked), 0), clamped
}

// change runs the writes of a call under a deadline of their own: a caller who
// hangs up stops the waiting, never a change half-way. While the server is
// stopping, a write that takes too long is reported as uncertain.
//
// The write may outlive the call, so it returns what it brings back and must not
// write any variable of its caller.
func change[T any](ctx context.Context, c *call, write func(ctx context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	writeCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	done := make(chan outcome, 1)
	go func() {
		defer cancel()
		value, err := write(writeCtx)
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
	}
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-grace.C:
		c.abandon()
		var none T
		return none, &zerops.UncertainError{Err: context.Cause(ctx)}
	}
}

// follow waits for processes within the call's budget and returns the frame
// that tells how they stand. The processes were just returned by the API, so an
// answer of no process means that the change was applied at once.
func (c *call) follow(ctx context.Context, w waiting, processes ...zerops.Process) (frame, error) {
	var ids []string
	for _, p := range processes {
		if p.ID != "" {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return frame{Status: statusDone}, nil
	}
	c.following = append(c.following, ids...)
	limit, clamped := c.budget(w)
	states, err := c.await(ctx, limit, ids, processes)
	if err != nil {
		return frame{}, err
	}
	c.hideInReasons(states)
	f := framed(states)
	if word := unknownEnd(states); word != "" {
		f.Message = fmt.Sprintf("the work ended with the status %s, which this server does not know, so it may have failed or not", clean(word, 40))
		f.Next = c.lookAgain()
	}
	if f.Status == statusInProgress {
		f.Next = &next{Tool: "wait_for", Arguments: nextArgs{Processes: ids}}
		if clamped {
			f.Message = fmt.Sprintf("waited %s, the most this server allows; the work goes on", limit)
		}
	}
	return f, nil
}

// patience returns a context that ends after limit, and when the server drains.
func patience(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	waitCtx, cancel := context.WithTimeout(ctx, limit)
	go func() {
		select {
		case <-Draining(ctx):
			cancel()
		case <-waitCtx.Done():
		}
	}()
	return waitCtx, cancel
}

// await polls processes for at most limit, and less when the server drains,
// unless all are known to have ended. A read that keeps failing ends the wait with
// the states known so far: the work itself was accepted.
func (c *call) await(ctx context.Context, limit time.Duration, ids []string, known []zerops.Process) ([]zerops.Process, error) {
	if len(known) == len(ids) && !slices.ContainsFunc(known, func(p zerops.Process) bool { return p.Status == "" || !p.Ended() }) {
		return known, nil
	}
	waitCtx, cancel := patience(ctx, limit)
	defer cancel()
	report := c.progress(ctx)
	states, err := c.api.WaitForProcesses(waitCtx, ids, func(now []zerops.Process) { report(describe(now)) })
	for i := range states {
		if states[i].Status == "" && i < len(known) {
			states[i] = known[i]
		}
	}
	var refusal *zerops.Error
	switch {
	case err == nil, waitCtx.Err() != nil:
		return states, nil
	case errors.As(err, &refusal) && !errors.Is(err, zerops.ErrUnavailable):
		return states, err
	}
	c.server.logger.WarnContext(ctx, "waiting for processes ended early",
		slog.String("tool", c.tool.Name), slog.String("error", c.redactor.delivered(err.Error())))
	return states, nil
}

// framed summarises processes: failed if any failed, else in progress if any
// still runs.
func framed(states []zerops.Process) frame {
	f := frame{Status: statusDone}
	for _, p := range states {
		f.Processes = append(f.Processes, viewProcess(p))
		switch p.State() {
		case zerops.ProcessFinished:
		case zerops.ProcessRunning:
			if f.Status == statusDone {
				f.Status = statusInProgress
			}
		case zerops.ProcessFailed, zerops.ProcessCanceled, zerops.ProcessUnknown:
			f.Status = statusFailed
		}
	}
	return f
}

// unknownEnd returns the status of a process that ended in one this server does
// not know, empty where there is none.
func unknownEnd(states []zerops.Process) string {
	for _, p := range states {
		if p.State() == zerops.ProcessUnknown {
			return p.Status
		}
	}
	return ""
}

// describe names the first process that is still open, as the phase to show.
func describe(states []zerops.Process) string {
	for _, p := range states {
		if p.Status == "" || !p.Ended() {
			return clean(p.Action, 60) + " " + clean(p.Status, 20)
		}
	}
	return "done"
}

// progress returns the function of the call that reports to the client, if it
// asked for reports: rising values, at most one a second, whoever of the call
// reports.
func (c *call) progress(ctx context.Context) func(message string) {
	c.reporting.Do(func() {
		report := progressFrom(ctx)
		if report == nil {
			report = c.notifyProgress(ctx)
		}
		var mu sync.Mutex
		c.report = func(message string) {
			mu.Lock()
			defer mu.Unlock()
			report(message)
		}
	})
	return c.report
}

// notifyProgress reports by notifications of the protocol.
func (c *call) notifyProgress(ctx context.Context) func(message string) {
	if c.request.progress == nil {
		return func(string) {}
	}
	var last time.Time
	value := 0.0
	started := time.Now()
	return func(message string) {
		now := time.Now()
		if now.Sub(last) < time.Second {
			return
		}
		last = now
		// Seconds rise whatever the platform's work does.
		value = max(value+0.001, now.Sub(started).Seconds())
		params := map[string]any{"progressToken": c.request.progress, "progress": value, "message": c.redactor.text(message)}
		if !hasMember(ctx, methodProgress, "message") {
			delete(params, "message")
		}
		err := c.server.mcp.SendNotificationToClient(ctx, methodProgress, params)
		if err != nil && !errors.Is(err, server.ErrNotificationNotInitialized) {
			c.server.logger.DebugContext(ctx, "progress not sent", slog.String("tool", c.tool.Name), slog.Any("error", err))
		}
	}
}

type progressKey struct{}

// WithProgress returns a context whose waits are reported to report, for callers
// in this process. It is called from one goroutine at a time.
func WithProgress(ctx context.Context, report func(message string)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

func progressFrom(ctx context.Context) func(string) {
	report, _ := ctx.Value(progressKey{}).(func(string))
	return report
}
