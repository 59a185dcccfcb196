package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
)

// conn is one client on a stream of its own in each direction.
type conn struct {
	server        *server.MCPServer
	handleMessage MessageHandler
	logger        *slog.Logger
	sessionID     string
	client        clientState
	broadcast     notifier
	memory        int // bytes of messages that may be held
	// take and give count a request, with the length of its message, against what
	// all connections may use together; nil where there is only one.
	take func(size int) bool
	give func(size int)

	ctx    context.Context //nolint:containedctx // the life of every call on the connection
	cancel context.CancelCauseFunc
	drain  chan struct{} // closed when serving is about to end

	write   func(message []byte) error // one message in its frame
	writeMu sync.Mutex
	failed  bool          // guarded by writeMu
	broken  chan struct{} // closed after the first failed write
	cause   error         // why, set before broken is closed
	buffers sync.Pool

	asked  clientRequests
	canAsk bool

	mu          sync.Mutex
	toIdle      chan *inboundRequest // to goroutines that wait for one
	idleWorkers chan struct{}        // one for each of these
	calls       queue                // tools/call
	others      queue                // every other request that may take time
	inflight    requestTable         // requests that may still be canceled
	outstanding int                  // requests that wait or run
	held        int                  // bytes of their messages
	stopping    bool                 // no new request is started
	idle        chan struct{}        // closed when nothing is outstanding; nil until asked for
}

func newConn(ctx context.Context, s *server.MCPServer, cfg StdioConfig) *conn {
	c := &conn{
		server:        s,
		handleMessage: cfg.HandleMessage,
		logger:        cfg.Logger,
		sessionID:     "stdio-" + rand.Text(),
		memory:        cfg.MaxPending,
		drain:         make(chan struct{}),
		write:         lineWriter(cfg.Out),
		broken:        make(chan struct{}),
		calls:         queue{limit: cfg.Concurrency, backlog: cfg.Queue},
		others:        queue{limit: max(1, cfg.Concurrency/4), backlog: cfg.Queue},
		inflight:      make(requestTable),
		toIdle:        make(chan *inboundRequest),
		idleWorkers:   make(chan struct{}, cfg.idleWorkers),
		canAsk:        true,
	}
	c.buffers.New = func() any { return new(bytes.Buffer) }
	c.broadcast.send = func(n mcp.JSONRPCNotification) { c.notify(nil, n) }
	// Calls outlive the end of ctx for as long as serving needs to end well.
	c.ctx, c.cancel = context.WithCancelCause(request.WithDrain(context.WithoutCancel(ctx), c.drain))
	return c
}

// lineWriter writes messages as lines, each with one write.
func lineWriter(out io.Writer) func([]byte) error {
	return func(message []byte) error {
		_, err := out.Write(append(message, '\n'))
		return err
	}
}

// listed returns the connection as the library lists it.
func (c *conn) listed() listedSession {
	return listedSession{id: c.sessionID, client: &c.client, broadcast: &c.broadcast}
}

// read handles messages until the stream ends.
func (c *conn) read(in io.Reader, maxLine int) error {
	lines := newLineReader(in, maxLine)
	for {
		line, long, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read a message: %w", err)
		case long != nil:
			c.respond(nil, tooLong(long, maxLine))
		case len(line) > 0:
			c.handle(c.ctx, line, nil)
		}
	}
}

// handle takes one message. ctx is c.ctx, with what is known about this message;
// in is the array that it came in, if any.
func (c *conn) handle(ctx context.Context, message []byte, in *batch) {
	env, refusal := openMessage(message)
	if refusal != nil {
		c.respond(in, refusal)
		return
	}
	switch {
	case env.kind == kindArray:
		c.handleBatch(ctx, message, in)
	case !env.hasMethod:
		c.asked.answer(message, env.id)
	case env.id != nil:
		c.handleRequest(ctx, message, &env, in)
	case env.nullID && !strings.HasPrefix(env.method, "notifications/"):
		c.respond(in, errorAnswer(nil, codeInvalidRequest, "the id of a request must not be null", nil))
	case env.method == methodCanceled:
		c.handleCanceled(message)
	default:
		c.handleNotification(ctx, message)
	}
}

// handleNotification passes a notification on.
func (c *conn) handleNotification(ctx context.Context, message []byte) {
	defer logPanic(c.logger, "notification")
	c.handleMessage(c.server.WithContext(ctx, c.listed()), c.server, message)
}
