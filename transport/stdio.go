package transport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// StdioConfig says how a client on a pair of streams is served. The zero value
// of a member that is not required means its default.
type StdioConfig struct {
	In  io.Reader // messages of the client, one a line; required
	Out io.Writer // messages to the client; required, see ClaimStdout

	// HandleMessage runs a message through the server; required.
	HandleMessage MessageHandler
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

	// idleWorkers is how many goroutines are kept for requests to come.
	idleWorkers int
}

// maxIdleWorkers is enough for a client that keeps a few calls ahead.
const maxIdleWorkers = 16

// MessageHandler runs one JSON-RPC message through a server and returns its
// answer, nil for a message that has none. The context carries the session.
type MessageHandler func(context.Context, *server.MCPServer, json.RawMessage) mcp.JSONRPCMessage

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

// ServeStdio serves one client until its input ends, its output breaks or ctx
// ends, and then answers what is still open: in time order, calls are told to
// come to an end (request.Draining), their context ends, and what has not ended
// by then is answered in its place. At the end of the input requests that wait
// are still run; at the end of ctx they are refused.
//
// It returns nil after all of these, and an error only when a stream failed in
// another way. A reader that blocks is left to its owner to close.
func ServeStdio(ctx context.Context, s *server.MCPServer, cfg StdioConfig) error {
	if cfg.In == nil || cfg.Out == nil {
		return errors.New("serve stdio: the streams In and Out are required")
	}
	if cfg.HandleMessage == nil {
		return errors.New("serve stdio: HandleMessage is required")
	}
	cfg = cfg.withDefaults()
	cfg.idleWorkers = maxIdleWorkers
	c := newConn(ctx, s, cfg)
	defer c.cancel(errServerEnds)

	if err := s.RegisterSession(c.ctx, c.listed()); err != nil {
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

// writeError returns why writing failed; nil when it did not, and when the
// client has only closed its end.
func (c *conn) writeError() error {
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
		_ = deadline.SetReadDeadline(time.Now()) // files that have no deadlines are left to their owner
	}
}
