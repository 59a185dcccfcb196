package tool

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// Unread answers for a change that was carried out and could not be read back:
// what the platform said of the work stands, what came of it is not known.
func (c *Call) Unread(ctx context.Context, f ChangeResult, err error, look Next) ChangeResult {
	if f.Status == StatusDone || f.Status == StatusUnchanged {
		f.Status = StatusInProgress
	}
	f.Message = fmt.Sprintf("the change was sent, but its result could not be read back (%s)", c.Explain(ctx, err).Code)
	f.Next = &look
	return f
}

// Delay waits for d and reports whether the call lasted that long. It ends early
// when the server is stopping.
func Delay(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-request.Draining(ctx):
		return false
	case <-ctx.Done():
		return false
	}
}

// Waiting is the argument of tools that can wait for the platform's work.
type Waiting struct {
	WaitSeconds *int `json:"wait_seconds,omitempty" jsonschema:"minimum=0,maximum=600"`
}

const (
	defaultWait = 45 * time.Second
	// WriteTime bounds the part of a change that must not be cut in two.
	WriteTime = 2 * time.Minute
	// StopGrace is how long a write may still take once the server is stopping.
	StopGrace = time.Second
)

// Budget is how long the call may wait now: what was asked for, within
// --max-wait, less the time spent asking the person. clamped says that it was cut.
func (c *Call) Budget(w Waiting) (wait time.Duration, clamped bool) {
	wait = defaultWait
	if w.WaitSeconds != nil {
		wait = time.Duration(*w.WaitSeconds) * time.Second
	}
	if wait > c.Runner.cfg.MaxWait {
		wait, clamped = c.Runner.cfg.MaxWait, w.WaitSeconds != nil
	}
	return max(min(wait, c.Runner.cfg.MaxWait-c.Asked), 0), clamped
}

// WaitLeft is how long a read that began some time ago may still wait: what was asked
// for, within --max-wait, which counts from its beginning.
func (c *Call) WaitLeft(seconds int, began time.Time) time.Duration {
	wait, _ := c.Budget(Waiting{WaitSeconds: &seconds})
	return max(min(wait, c.Runner.cfg.MaxWait-time.Since(began)), 0)
}

// Change runs the writes of a call under a deadline of their own: a caller who
// hangs up stops the waiting, never a change half-way. While the server is
// stopping, a write that takes too long is reported as uncertain.
//
// The write may outlive the call, so it returns what it brings back and must not
// write any variable of its caller.
func Change[T any](ctx context.Context, c *Call, write func(ctx context.Context) (T, error)) (T, error) {
	value, err := change(ctx, c, func(ctx context.Context) (any, error) { return write(ctx) })
	made, _ := value.(T) // none where the write did not end
	return made, err
}

// change is what Change would otherwise repeat in the binary for every type.
func change(ctx context.Context, c *Call, write func(ctx context.Context) (any, error)) (any, error) {
	type outcome struct {
		value any
		err   error
	}
	writeCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), WriteTime)
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
	grace := time.NewTimer(StopGrace)
	defer grace.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-grace.C:
		c.sent.abandon()
		return nil, &zerops.UncertainError{Err: context.Cause(ctx)}
	}
}

// Follow waits for processes within the call's budget and returns the frame
// that tells how they stand. The processes were just returned by the API, so an
// answer of no process means that the change was applied at once.
func (c *Call) Follow(ctx context.Context, w Waiting, processes ...zerops.Process) (ChangeResult, error) {
	var ids []string
	for _, p := range processes {
		if p.ID != "" {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return ChangeResult{Status: StatusDone}, nil
	}
	c.following = append(c.following, ids...)
	limit, clamped := c.Budget(w)
	states, err := c.Await(ctx, limit, ids, processes)
	if err != nil {
		return ChangeResult{}, err
	}
	f := Framed(states)
	if word := unknownEnd(states); word != "" {
		f.Message = fmt.Sprintf("the work ended with the status %s, which this server does not know, so it may have failed or not", Clean(word, 40))
		f.Next = c.lookAgain()
	}
	if f.Status == StatusInProgress {
		f.Next = &Next{Tool: WaitTool, Arguments: NextArgs{Processes: ids}}
		if clamped {
			f.Message = fmt.Sprintf("waited %s, the most this server allows; the work goes on", limit)
		}
	}
	return f, nil
}

// Patience returns a context that ends after limit, and when the server drains.
func Patience(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	waitCtx, cancel := context.WithTimeout(ctx, limit)
	go func() {
		select {
		case <-request.Draining(ctx):
			cancel()
		case <-waitCtx.Done():
		}
	}()
	return waitCtx, cancel
}

// Await polls processes for at most limit, and less when the server drains,
// unless all are known to have ended. A read that keeps failing ends the wait with
// the states known so far: the work itself was accepted.
func (c *Call) Await(ctx context.Context, limit time.Duration, ids []string, known []zerops.Process) ([]zerops.Process, error) {
	if len(known) == len(ids) && !slices.ContainsFunc(known, func(p zerops.Process) bool { return p.Status == "" || !p.Ended() }) {
		return known, nil
	}
	waitCtx, cancel := Patience(ctx, limit)
	defer cancel()
	report := c.Progress(ctx)
	states, err := c.API.WaitForProcesses(waitCtx, ids, func(now []zerops.Process) { report(describe(now)) })
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
	c.Runner.Logger.WarnContext(ctx, "waiting for processes ended early",
		slog.String("tool", c.Tool.Name), slog.String("error", c.Redactor.Delivered(err.Error())))
	return states, nil
}

// Framed summarises processes: failed if any failed, else in progress if any
// still runs.
func Framed(states []zerops.Process) ChangeResult {
	f := ChangeResult{Status: StatusDone}
	for _, p := range states {
		f.Processes = append(f.Processes, ViewProcess(p))
		switch p.State() {
		case zerops.ProcessFinished:
		case zerops.ProcessRunning:
			if f.Status == StatusDone {
				f.Status = StatusInProgress
			}
		case zerops.ProcessFailed, zerops.ProcessCanceled, zerops.ProcessUnknown:
			f.Status = StatusFailed
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
			return Clean(p.Action, 60) + " " + Clean(p.Status, 20)
		}
	}
	return "done"
}

// Progress returns the function of the call that reports to the client, if it
// asked for reports: rising values, at most one a second, whoever of the call
// reports.
func (c *Call) Progress(ctx context.Context) func(message string) {
	c.reporting.Do(func() {
		report := request.ProgressFrom(ctx)
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
func (c *Call) notifyProgress(ctx context.Context) func(message string) {
	if c.request.Progress == nil {
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
		params := map[string]any{"progressToken": c.request.Progress, "progress": value, "message": c.Redactor.Text(message)}
		if !hasMember(ctx, methodProgress, "message") {
			delete(params, "message")
		}
		err := c.Runner.mcp.SendNotificationToClient(ctx, methodProgress, params)
		if err != nil && !errors.Is(err, server.ErrNotificationNotInitialized) {
			c.Runner.Logger.DebugContext(ctx, "progress not sent", slog.String("tool", c.Tool.Name), slog.Any("error", err))
		}
	}
}
