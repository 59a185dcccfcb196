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
	"runtime/debug"
	"strings"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
)

// maxPooledBuffer is the largest output buffer in bytes that is kept for reuse.
const maxPooledBuffer = 256 << 10

// stdioConn is one client on a pair of streams.
type stdioConn struct {
	server    *server.MCPServer
	logger    *slog.Logger
	sessionID string
	client    clientState
	broadcast notifier
	memory    int // bytes of messages that may be held

	ctx    context.Context //nolint:containedctx // the life of every call on the connection
	cancel context.CancelCauseFunc
	drain  chan struct{} // closed when serving is about to end

	out     io.Writer
	writeMu sync.Mutex
	failed  bool          // guarded by writeMu
	broken  chan struct{} // closed after the first failed write
	cause   error         // why, set before broken is closed
	buffers sync.Pool

	mu           sync.Mutex
	calls        lane                // tools/call
	others       lane                // every other request that may take time
	inflight     map[string]*request // requests that may still be cancelled, by id
	outstanding  int                 // requests that wait or run
	held         int                 // bytes of their messages
	stopping     bool                // no new request is started
	idle         chan struct{}       // closed when nothing is outstanding; nil until asked for
	questions    map[int64]chan elicitationAnswer
	lastQuestion int64
}

func newStdioConn(ctx context.Context, s *server.MCPServer, cfg StdioConfig) *stdioConn {
	c := &stdioConn{
		server:    s,
		logger:    cfg.Logger,
		sessionID: "stdio-" + rand.Text(),
		memory:    cfg.MaxPending,
		drain:     make(chan struct{}),
		out:       cfg.Out,
		broken:    make(chan struct{}),
		calls:     lane{limit: cfg.Concurrency, backlog: cfg.Queue},
		others:    lane{limit: max(1, cfg.Concurrency/4), backlog: cfg.Queue},
		inflight:  make(map[string]*request),
		questions: make(map[int64]chan elicitationAnswer),
	}
	c.buffers.New = func() any { return new(bytes.Buffer) }
	c.broadcast.send = func(n mcp.JSONRPCNotification) { c.notify(nil, n) }
	// Calls outlive the end of ctx for as long as serving needs to end well.
	c.ctx, c.cancel = context.WithCancelCause(tools.WithDrain(context.WithoutCancel(ctx), c.drain))
	return c
}

// read handles messages until the stream ends.
func (c *stdioConn) read(in io.Reader, maxLine int) error {
	lines := newLineReader(in, maxLine)
	for {
		line, tooLong, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read a message: %w", err)
		case tooLong != nil:
			c.refuseLong(tooLong, maxLine)
		case len(line) > 0:
			c.handle(line, nil)
		}
	}
}

// refuseLong answers a line that was too long to be read. A response has an id
// of ours and therefore gets none.
func (c *stdioConn) refuseLong(env *envelope, maxLine int) {
	id := env.id
	if env.kind != kindObject || (!env.hasMethod && (env.hasResult || env.hasError)) {
		id = nil
	}
	c.respond(nil, errorAnswer(id, codeInvalidRequest,
		fmt.Sprintf("the message is longer than %d bytes; send less at once", maxLine), nil))
}

// handle takes one message; in is the array that it came in, if any.
func (c *stdioConn) handle(message []byte, in *batch) {
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
		c.handleBatch(message, in)
	case !env.hasMethod:
		c.takeResponse(message, env.id)
	case env.id != nil:
		c.handleRequest(message, &env, in)
	case env.nullID && !strings.HasPrefix(env.method, "notifications/"):
		c.respond(in, errorAnswer(nil, codeInvalidRequest, "the id of a request must not be null", nil))
	case env.method == "notifications/cancelled":
		c.handleCancelled(message)
	default:
		c.handleNotification(message)
	}
}

// handleBatch splits an array into its messages. Only 2025-03-26 has arrays.
func (c *stdioConn) handleBatch(message []byte, in *batch) {
	c.client.mu.Lock()
	allowed := c.client.version == mcp.ProtocolVersion20250326
	c.client.mu.Unlock()
	if !allowed || in != nil {
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
		c.handle(member, b)
	}
	b.settle(nil, nil)
}

// handleNotification passes a notification on.
func (c *stdioConn) handleNotification(message []byte) {
	defer c.recoverPanic("notification")
	c.server.HandleMessage(c.server.WithContext(c.ctx, connSession{c}), message)
}

// handleCancelled ends the request that a client does not want any more.
func (c *stdioConn) handleCancelled(message []byte) {
	var cancelled struct {
		Params struct {
			RequestID json.RawMessage `json:"requestId"`
		} `json:"params"`
	}
	if err := json.Unmarshal(message, &cancelled); err != nil || len(cancelled.Params.RequestID) == 0 {
		return
	}
	key := idKey(cancelled.Params.RequestID)

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
	queued := c.lane(r).remove(r)
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
func (c *stdioConn) handleRequest(message []byte, env *envelope, in *batch) {
	r := &request{
		conn: c, id: env.id, key: idKey(env.id), method: env.method,
		message: message, size: len(message), batch: in,
	}
	r.notes.send = func(n mcp.JSONRPCNotification) { c.notify(r, n) }
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
	r.ctx, r.cancel = context.WithCancel(c.ctx)
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
		go c.work(r)
	}
}

// admit finds room for a request; c.mu is held.
func (c *stdioConn) admit(r *request) (start bool, refusal *failure) {
	if c.stopping {
		return false, notStarted()
	}
	if c.held+r.size > c.memory {
		return false, tooMany("The requests that are being worked on hold too much data.")
	}
	start, ok := c.lane(r).add(r)
	if !ok {
		return false, tooMany("Too many requests are waiting.")
	}
	return start, nil
}

// tooMany is the refusal of a request that nothing was done for.
func tooMany(message string) *failure {
	return &failure{
		Code: "rate_limited", Message: message + " Nothing was done for this one.",
		Hint: "Wait for some of the answers, then send it again.", Retryable: true, RetryAfterSeconds: 1,
	}
}

// notStarted is the answer to a request that came too late.
func notStarted() *failure {
	return &failure{
		Code: "unavailable", Message: "The server is stopping. Nothing was done for this request.",
		Hint: "Start the server again, then repeat the call.", Retryable: true,
	}
}

// unfinished is the answer for a call that did not end in time.
func unfinished() *failure {
	return &failure{
		Code: "uncertain", Message: "The server stopped before this call ended, so its outcome is not known.",
		Hint: "Look at the current state before you repeat a call that changes something.",
	}
}

// lane returns where a request runs; c.mu is held.
func (c *stdioConn) lane(r *request) *lane {
	if r.method == methodToolsCall {
		return &c.calls
	}
	return &c.others
}

// work runs a request and after it those that wait for its place.
func (c *stdioConn) work(r *request) {
	for r != nil {
		c.run(r)
		c.mu.Lock()
		next := c.lane(r).next()
		c.mu.Unlock()
		c.release(r)
		r = next
	}
}

// run gets the answer to a request and sends it.
func (c *stdioConn) run(r *request) {
	defer r.cancel()
	response := c.dispatch(r)
	r.notes.end()

	buffer, _ := c.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	c.encode(buffer, r, response)
	c.sendAnswer(buffer, r)
	if buffer.Cap() <= maxPooledBuffer {
		c.buffers.Put(buffer)
	}
}

// dispatch runs the library's handler; a panic in it is an internal error of
// this request only.
func (c *stdioConn) dispatch(r *request) (response mcp.JSONRPCMessage) {
	defer c.recoverPanic(r.method)
	return tools.HandleMessage(c.server.WithContext(r.ctx, r), c.server, r.message)
}

// recoverPanic logs where a handler panicked. The value is left out, because it
// may quote what the call was about.
func (c *stdioConn) recoverPanic(method string) {
	if value := recover(); value != nil {
		c.logger.Error("handler panicked", slog.String("method", method),
			slog.String("type", fmt.Sprintf("%T", value)), slog.String("stack", string(debug.Stack())))
	}
}

// encode writes the answer of r to buffer. The id is the client's own text, so
// that numbers keep every digit.
func (c *stdioConn) encode(buffer *bytes.Buffer, r *request, response mcp.JSONRPCMessage) {
	var err error
	switch response := response.(type) {
	case mcp.JSONRPCResponse:
		err = appendAnswer(buffer, r.id, "result", response.Result)
	case mcp.JSONRPCError:
		err = appendAnswer(buffer, r.id, "error", response.Error)
	default:
		err = fmt.Errorf("no answer of type %T", response)
	}
	if err != nil {
		c.logger.Error("answer could not be encoded", slog.String("method", r.method), slog.Any("error", err))
		buffer.Write(errorAnswer(r.id, codeInternal, "internal error", nil))
	}
}

// release forgets a request that has ended.
func (c *stdioConn) release(r *request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inflight[r.key] == r && r.batch == nil {
		delete(c.inflight, r.key)
	}
	c.outstanding--
	c.held -= r.size
	if c.outstanding == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}
