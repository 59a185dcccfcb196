package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// StdioConfig says how a client on a pair of streams is served. The zero value
// of every member but the streams means its default.
type StdioConfig struct {
	In  io.Reader // messages of the client, one a line; required
	Out io.Writer // messages to the client; required, see ClaimStdout

	// Logger takes what goes wrong; nothing is logged without it.
	Logger *slog.Logger
	// Concurrency is how many tool calls run at once, 64. A quarter as many
	// other requests run beside them.
	Concurrency int
	// Queue is how many requests of each of these kinds may wait, 10,000.
	// Those beyond it are answered as rate_limited.
	Queue int
	// MaxPending is how many bytes of messages are held, running or waiting,
	// 64 MiB. Requests beyond it are answered as rate_limited.
	MaxPending int
	// MaxLine is the longest message in bytes, 4 MiB.
	MaxLine int
	// DrainTimeout is how long calls may go on after the end of In, 10 s.
	DrainTimeout time.Duration
	// StopTimeout is how long serving goes on after the end of the context,
	// 1.5 s.
	StopTimeout time.Duration
}

func (cfg StdioConfig) withDefaults() StdioConfig {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	defaultTo(&cfg.Concurrency, 64)
	defaultTo(&cfg.Queue, 10_000)
	defaultTo(&cfg.MaxPending, 64<<20)
	defaultTo(&cfg.MaxLine, 4<<20)
	defaultTo(&cfg.DrainTimeout, 10*time.Second)
	defaultTo(&cfg.StopTimeout, 1500*time.Millisecond)
	return cfg
}

// defaultTo sets what was left out.
func defaultTo[T comparable](value *T, otherwise T) {
	var zero T
	if *value == zero {
		*value = otherwise
	}
}

// errServerEnds is why the context of a call ended that was still running when
// serving had to end.
var errServerEnds = errors.New("the server is ending")

// ServeStdio serves one client until its input ends, its output breaks or ctx
// ends, and then answers what is still open: in time order, calls are told to
// come to an end (tools.Draining), their context ends, and what has not ended
// by then is answered in its place. At the end of the input requests that wait
// are still run; at the end of ctx they are refused.
//
// It returns nil after all of these, and an error only when a stream failed in
// another way. A reader that blocks is left to its owner to close.
func ServeStdio(ctx context.Context, s *server.MCPServer, cfg StdioConfig) error {
	if cfg.In == nil || cfg.Out == nil {
		return errors.New("serve stdio: the streams In and Out are required")
	}
	cfg = cfg.withDefaults()
	c := newStdioConn(ctx, s, cfg)
	defer c.cancel(errServerEnds)

	if err := s.RegisterSession(c.ctx, connSession{c}); err != nil {
		return fmt.Errorf("serve stdio: %w", err)
	}
	defer s.UnregisterSession(c.ctx, c.sessionID)
	defer c.broadcast.leave()

	ended := make(chan error, 1)
	go func() { ended <- c.read(cfg.In, cfg.MaxLine) }()

	var err error
	select {
	case err = <-ended:
		c.startDrain()
		if c.await(ctx, cfg.DrainTimeout) {
			c.stop(cfg.StopTimeout)
		}
	case <-ctx.Done():
		c.startDrain()
		c.stop(cfg.StopTimeout)
		unblock(cfg.In)
	case <-c.broken:
		c.startDrain()
		c.stop(cfg.StopTimeout)
		unblock(cfg.In)
	}
	return errors.Join(err, c.writeError())
}

// startDrain tells calls that serving is about to end. Nobody can answer a
// question any more.
func (c *stdioConn) startDrain() {
	close(c.drain)
	c.closeQuestions()
}

// await lets requests go on after the end of the input. It reports whether
// serving has to stop although some have not ended.
func (c *stdioConn) await(ctx context.Context, limit time.Duration) (stop bool) {
	idle := c.whenIdle()
	timer := time.NewTimer(limit * 80 / 100)
	defer timer.Stop()
	select {
	case <-idle:
		return false
	case <-ctx.Done():
		return true
	case <-c.broken:
		return true
	case <-timer.C:
	}
	c.refuseWaiting()
	c.cancel(errServerEnds)
	timer.Reset(limit * 15 / 100)
	select {
	case <-idle:
	case <-c.broken:
	case <-timer.C:
		c.giveUp(limit * 5 / 100)
	}
	return false
}

// stop ends serving within limit: what waits is refused, what runs gets a third
// of the time before its context ends and half of it to answer then.
func (c *stdioConn) stop(limit time.Duration) {
	c.refuseWaiting()
	idle := c.whenIdle()
	timer := time.NewTimer(limit / 3)
	defer timer.Stop()
	select {
	case <-idle:
		return
	case <-c.broken:
		// Nobody reads the answers; calls only need to notice.
	case <-timer.C:
	}
	c.cancel(errServerEnds)
	timer.Reset(limit / 2)
	select {
	case <-idle:
	case <-timer.C:
		c.giveUp(limit / 10)
	}
}

// whenIdle returns a channel that is closed once no request waits or runs.
func (c *stdioConn) whenIdle() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := make(chan struct{})
	if c.outstanding == 0 {
		close(idle)
	} else {
		c.idle = idle
	}
	return idle
}

// refuseWaiting answers every request that has not started, and from now on
// every new one, as not done.
func (c *stdioConn) refuseWaiting() {
	c.mu.Lock()
	c.stopping = true
	waiting := append(c.calls.clear(), c.others.clear()...)
	c.mu.Unlock()
	for _, r := range waiting {
		c.answerFor(r, notStarted())
		r.cancel()
		c.release(r)
	}
}

// giveUp answers in place of calls that do not end. A client that does not read
// its answers cannot hold it beyond limit.
func (c *stdioConn) giveUp(limit time.Duration) {
	c.mu.Lock()
	stuck := make([]*request, 0, len(c.inflight))
	for _, r := range c.inflight {
		stuck = append(stuck, r)
	}
	c.mu.Unlock()

	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, r := range stuck {
			c.answerFor(r, unfinished())
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		c.logger.Warn("calls ended without an answer, because the client does not read", slog.Int("calls", len(stuck)))
	}
}

// answerFor answers a request in its place.
func (c *stdioConn) answerFor(r *request, f *failure) {
	c.sendAnswer(bytes.NewBuffer(failureAnswer(r.id, r.method, r.message, *f)), r)
}

// writeError returns why writing failed; nil when it did not, and when the
// client has only closed its end.
func (c *stdioConn) writeError() error {
	select {
	case <-c.broken:
	default:
		return nil
	}
	if errors.Is(c.cause, syscall.EPIPE) || errors.Is(c.cause, io.ErrClosedPipe) || errors.Is(c.cause, os.ErrClosed) {
		c.logger.Debug("the client closed its end")
		return nil
	}
	return fmt.Errorf("write a message: %w", c.cause)
}

// unblock wakes a reader that waits for input, where its kind can be woken.
func unblock(in io.Reader) {
	if deadline, ok := in.(interface{ SetReadDeadline(time.Time) error }); ok {
		_ = deadline.SetReadDeadline(time.Now())
	}
}
