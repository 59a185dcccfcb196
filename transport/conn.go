package transport

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
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

// maxPooledBuffer is the largest output buffer in bytes that is kept for reuse.
const maxPooledBuffer = 256 << 10

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
	toIdle      chan *inboundRequest       // to goroutines that wait for one
	idleWorkers chan struct{}              // one for each of these
	calls       queue                      // tools/call
	others      queue                      // every other request that may take time
	inflight    map[string]*inboundRequest // requests that may still be cancelled, by id
	outstanding int                        // requests that wait or run
	held        int                        // bytes of their messages
	stopping    bool                       // no new request is started
	idle        chan struct{}              // closed when nothing is outstanding; nil until asked for
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
		inflight:      make(map[string]*inboundRequest),
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
	if !json.Valid(message) {
		c.respond(in, errorAnswer(nil, codeParse, "the message is not valid JSON", nil))
		return
	}
	env := scanEnvelope(message)
	if code, reason := flawOf(message, &env); code != 0 {
		c.respond(in, errorAnswer(env.id, code, reason, nil))
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
	case env.method == methodCancelled:
		c.handleCancelled(message)
	default:
		c.handleNotification(ctx, message)
	}
}

// handleBatch splits an array into its messages. Only 2025-03-26 has arrays.
func (c *conn) handleBatch(ctx context.Context, message []byte, in *batch) {
	if c.client.agreed() != mcp.ProtocolVersion20250326 || in != nil {
		c.respond(in, errorAnswer(nil, codeInvalidRequest, "arrays of messages are part of protocol revision 2025-03-26 only", nil))
		return
	}
	members, ok := splitBatch(message)
	if !ok || len(members) == 0 {
		c.respond(nil, errorAnswer(nil, codeInvalidRequest, fmt.Sprintf("an array must hold 1 to %d messages", maxBatch), nil))
		return
	}
	b := &batch{conn: c, pending: 1}
	for _, member := range members {
		c.handle(ctx, member, b)
	}
	b.settle(nil, nil)
}

// handleNotification passes a notification on.
func (c *conn) handleNotification(ctx context.Context, message []byte) {
	defer logPanic(c.logger, "notification")
	c.handleMessage(c.server.WithContext(ctx, c.listed()), c.server, message)
}

// handleCancelled ends the request that a client does not want any more.
func (c *conn) handleCancelled(message []byte) {
	key, ok := cancelledKey(message)
	if !ok {
		return
	}
	c.mu.Lock()
	r := c.inflight[key]
	if r == nil {
		c.mu.Unlock()
		return
	}
	open := r.state.CompareAndSwap(requestOpen, requestCancelled)
	if !open && !r.state.CompareAndSwap(requestCollected, requestCancelled) {
		c.mu.Unlock()
		return
	}
	delete(c.inflight, key)
	queued := c.queueOf(r).remove(r)
	c.mu.Unlock()

	r.cancel()
	if queued {
		c.release(r)
	}
	if open && r.batch != nil {
		r.batch.settle(r, nil)
	}
}

// handleRequest starts, queues or refuses a request.
func (c *conn) handleRequest(ctx context.Context, message []byte, env *envelope, in *batch) {
	r := &inboundRequest{
		requestSession: requestSession{id: c.sessionID, rpcID: env.id, method: env.method, server: c.server, shared: &c.client},
		key:            idKey(env.id), message: message, size: len(message), batch: in,
	}
	r.notes.send = func(n mcp.JSONRPCNotification) { c.notify(r, r.tagged(n)) }
	if c.canAsk {
		r.ask = func(ctx context.Context, method mcp.MCPMethod, params any) (json.RawMessage, error) {
			return c.asked.ask(ctx, method, params,
				func(message []byte) bool { return c.send(message, r) },
				func(message []byte) bool { return c.send(message, nil) })
		}
	}
	if env.method == string(mcp.MethodInitialize) && in != nil {
		c.respond(in, errorAnswer(env.id, codeInvalidRequest, "initialize must not be part of an array", nil))
		return
	}

	// These two are answered at once: every later message depends on the first,
	// and the second asks whether anybody listens.
	atOnce := env.method == string(mcp.MethodInitialize) || env.method == string(mcp.MethodPing)

	c.mu.Lock()
	if c.inflight[r.key] != nil {
		c.mu.Unlock()
		c.respond(in, errorAnswer(env.id, codeInvalidRequest, "a request with this id is still running", nil))
		return
	}
	start := true
	if !atOnce {
		var refusal *failure
		if start, refusal = c.admit(r); refusal != nil {
			c.mu.Unlock()
			c.respond(in, failureAnswer(env.id, env.method, message, *refusal))
			return
		}
	}
	r.ctx, r.cancel = context.WithCancel(withTrace(ctx, nil, message))
	c.inflight[r.key] = r
	c.outstanding++
	c.held += r.size
	if in != nil {
		in.expect()
	}
	c.mu.Unlock()

	switch {
	case atOnce:
		c.run(r)
		c.release(r)
	case start:
		c.begin(r)
	}
}

// admit finds room for a request; c.mu is held.
func (c *conn) admit(r *inboundRequest) (start bool, refusal *failure) {
	if c.stopping {
		return false, notStarted()
	}
	if c.held+r.size > c.memory {
		return false, tooMany("The requests that are being worked on hold too much data.")
	}
	if c.take != nil {
		if !c.take(r.size) {
			return false, tooManyAtOnce()
		}
		r.taken = true
	}
	start, ok := c.queueOf(r).add(r)
	if !ok {
		c.giveBack(r)
		return false, tooMany("Too many requests are waiting.")
	}
	return start, nil
}

// giveBack ends what admit has counted.
func (c *conn) giveBack(r *inboundRequest) {
	if r.taken {
		c.give(r.size)
	}
}

// tooMany is the refusal of a request that nothing was done for.
func tooMany(message string) *failure {
	return &failure{
		Code: request.CodeRateLimited, Message: message + " Nothing was done for this one.",
		Hint: "Wait for some of the answers, then send it again.", Retryable: true, RetryAfterSeconds: 1,
	}
}

// notStarted is the answer to a request that came too late.
func notStarted() *failure {
	return &failure{
		Code: request.CodeUnavailable, Message: "The server is stopping. Nothing was done for this request.",
		Hint: "Start the server again, then repeat the call.", Retryable: true,
	}
}

// unfinished is the answer for a call that did not end in time.
func unfinished() *failure {
	return &failure{
		Code: request.CodeUncertain, Message: "The server stopped before this call ended, so its outcome is not known.",
		Hint: "Look at the current state before you repeat a call that changes something.",
	}
}

// queueOf returns where a request runs; c.mu is held.
func (c *conn) queueOf(r *inboundRequest) *queue {
	if r.method == methodToolsCall {
		return &c.calls
	}
	return &c.others
}

// work runs a request and after it those that wait for its place. When none does,
// the goroutine waits for the next one for as long as there is a place to wait in:
// its stack has grown to what a call needs.
func (c *conn) work(r *inboundRequest) {
	for r != nil {
		c.run(r)
		c.mu.Lock()
		next := c.queueOf(r).next()
		c.mu.Unlock()
		c.release(r)
		if next == nil {
			next = c.nextRequest()
		}
		r = next
	}
}

// nextRequest waits for a request. It returns nil when enough others
// wait, and when serving ends.
func (c *conn) nextRequest() *inboundRequest {
	select {
	case c.idleWorkers <- struct{}{}:
	default:
		return nil
	}
	defer func() { <-c.idleWorkers }()
	select {
	case r := <-c.toIdle:
		return r
	case <-c.ctx.Done():
		return nil
	}
}

// begin runs a request in a goroutine that waits for one, or in a new one.
func (c *conn) begin(r *inboundRequest) {
	select {
	case c.toIdle <- r:
	default:
		go c.work(r)
	}
}

// run gets the answer to a request and sends it.
func (c *conn) run(r *inboundRequest) {
	defer r.cancel()
	if r.method == string(mcp.MethodSubscriptionsListen) {
		defer endWith(c.drain, r.cancel)()
	}
	response := c.dispatch(r)
	r.notes.end()

	buffer, _ := c.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	encodeAnswer(buffer, r.rpcID, r.method, response, c.logger)
	c.sendAnswer(buffer, r)
	if buffer.Cap() <= maxPooledBuffer {
		c.buffers.Put(buffer)
	}
}

// endWith ends something when a channel is closed, until the returned function is
// called.
func endWith(signal <-chan struct{}, end func()) (stop func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-signal:
			end()
		case <-done:
		}
	}()
	return sync.OnceFunc(func() { close(done) })
}

// dispatch runs the handler; a panic in it is an internal error of
// this request only.
func (c *conn) dispatch(r *inboundRequest) (response mcp.JSONRPCMessage) {
	defer logPanic(c.logger, r.method)
	return c.handleMessage(c.server.WithContext(r.ctx, &r.requestSession), c.server, r.message)
}

// release forgets a request that has ended.
func (c *conn) release(r *inboundRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inflight[r.key] == r && r.batch == nil {
		delete(c.inflight, r.key)
	}
	c.outstanding--
	c.held -= r.size
	c.giveBack(r)
	if c.outstanding == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}
