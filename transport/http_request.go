package transport

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"

	"github.com/mark3labs/mcp-go/mcp"
)

// request returns a request, or a notification, in this exchange.
func (e *exchange) request(message []byte, env *envelope) *inboundRequest {
	r := &inboundRequest{message: message}
	r.rpcID, r.method, r.server = env.id, env.method, e.h.server
	if env.id != nil {
		r.key = idKey(env.id)
	}
	if e.session == nil {
		r.id = "http " + rand.Text()
		r.own.initialized = true
		r.own.version = cmp.Or(e.r.Header.Get(mcp.HeaderProtocolVersion), headerless)
		return r
	}
	r.id = e.session.id
	r.shared = &e.session.client
	r.ask = func(ctx context.Context, method mcp.MCPMethod, params any) (json.RawMessage, error) {
		if e.h.draining() {
			return nil, errClientGone
		}
		return e.session.asked.ask(ctx, method, params,
			func(message []byte) bool { return e.answer.event(message, r) },
			func(message []byte) bool { return e.answer.event(message, nil) })
	}
	return r
}

// run gets the answer to a request into body, or returns why it was not done.
func (e *exchange) run(r *inboundRequest, modern bool, body *bytes.Buffer) *failure {
	if f := e.admitMessage(); f != nil {
		e.h.metrics.refused("rate")
		return f
	}
	switch r.method {
	case string(mcp.MethodInitialize), string(mcp.MethodPing):
	case string(mcp.MethodSubscriptionsListen):
		if !e.h.takeStream(e.account) {
			e.h.metrics.refused("concurrency")
			return tooManyAtOnce()
		}
		defer e.h.giveStream(e.account)
	default:
		if !e.h.takeCall(e.account) {
			e.h.metrics.refused("concurrency")
			return tooManyAtOnce()
		}
		defer e.h.giveCall(e.account)
	}

	r.ctx, r.cancel = context.WithCancel(withTrace(e.r.Context(), e.r.Header, r.message))
	defer r.cancel()
	r.notes.send = func(n mcp.JSONRPCNotification) {
		if line, err := json.Marshal(r.tagged(n)); err == nil {
			e.answer.event(line, r)
		}
	}
	if e.session != nil && !modern {
		if !e.session.addRequest(r) {
			body.Write(errorAnswer(r.rpcID, codeInvalidRequest, "a request with this id is still running", nil))
			return nil
		}
		defer e.session.removeRequest(r)
	}
	response := r.process(body, e.h.cfg.HandleMessage, e.h.drain, e.h.logger)
	if failed, ok := response.(mcp.JSONRPCError); ok && modern {
		e.answer.status = statusOf(failed.Error.Code)
	}
	return nil
}
