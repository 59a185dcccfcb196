package transport

import (
	"context"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
)

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
	if !c.inflight.add(r) {
		c.mu.Unlock()
		c.respond(in, errorAnswer(env.id, codeInvalidRequest, "a request with this id is still running", nil))
		return
	}
	start := true
	if !atOnce {
		var refusal *failure
		if start, refusal = c.admit(r); refusal != nil {
			c.inflight.remove(r)
			c.mu.Unlock()
			c.respond(in, failureAnswer(env.id, env.method, message, *refusal))
			return
		}
	}
	r.ctx, r.cancel = context.WithCancel(withTrace(ctx, nil, message))
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

// handleCanceled ends the request that a client does not want any more.
func (c *conn) handleCanceled(message []byte) {
	key, ok := canceledKey(message)
	if !ok {
		return
	}
	c.mu.Lock()
	r, was := c.inflight.cancel(key)
	if r == nil {
		c.mu.Unlock()
		return
	}
	queued := c.queueOf(r).remove(r)
	c.mu.Unlock()

	r.cancel()
	if queued {
		c.release(r)
	}
	if was == requestOpen && r.batch != nil {
		r.batch.finish(r, nil)
	}
}

// release forgets a request that has ended.
func (c *conn) release(r *inboundRequest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.batch == nil {
		c.inflight.remove(r)
	}
	c.outstanding--
	c.held -= r.size
	c.giveBack(r)
	if c.outstanding == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}
