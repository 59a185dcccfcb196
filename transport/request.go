package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/mark3labs/mcp-go/mcp"
)

// The states of a request. Only the side that moved it out of a state may answer
// or suppress it.
const (
	requestOpen      int32 = iota
	requestCollected       // its answer waits for the others of an array
	requestAnswered
	requestCanceled
)

// inboundRequest is one request of a client, on a conn or in a POST.
type inboundRequest struct {
	requestSession
	key     string // the id as a map key
	message json.RawMessage
	ctx     context.Context //nolint:containedctx // the life of the request, not of a call
	cancel  context.CancelFunc
	state   atomic.Int32

	// On a conn only.
	size  int    // bytes of the message
	taken bool   // counted by conn.take
	batch *batch // the array that it came in, if any
}

// process runs the request through the server and appends its answer to buffer.
// A request that listens ends when drain is closed. Every notification of the
// request was sent when it returns.
func (r *inboundRequest) process(buffer *bytes.Buffer, handle MessageHandler, drain <-chan struct{}, logger *slog.Logger) mcp.JSONRPCMessage {
	if r.method == string(mcp.MethodSubscriptionsListen) {
		defer endWith(drain, r.cancel)()
	}
	response := r.dispatch(handle, logger)
	r.notes.end()
	encodeAnswer(buffer, r.rpcID, r.method, response, logger)
	return response
}

// dispatch runs the handler; a panic in it is an internal error of this request
// only.
func (r *inboundRequest) dispatch(handle MessageHandler, logger *slog.Logger) (response mcp.JSONRPCMessage) {
	defer logPanic(logger, r.method)
	return handle(r.server.WithContext(r.ctx, &r.requestSession), r.server, r.message)
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

// requestTable holds the requests of one client that may still be canceled, by
// the key of their id. Its owner guards it with a mutex.
type requestTable map[string]*inboundRequest

// add takes in a request and reports whether its id was free.
func (t requestTable) add(r *inboundRequest) bool {
	if t[r.key] != nil {
		return false
	}
	t[r.key] = r
	return true
}

// remove forgets a request, but not another one that has its id by now.
func (t requestTable) remove(r *inboundRequest) {
	if t[r.key] == r {
		delete(t, r.key)
	}
}

// cancel forgets the request with an id and sees to it that nothing is sent for
// it any more. It returns the request and the state that it was in, and nil when
// there is none or its answer was sent. The caller ends what the request does.
func (t requestTable) cancel(key string) (r *inboundRequest, was int32) {
	r = t[key]
	if r == nil {
		return nil, 0
	}
	for _, was := range [...]int32{requestOpen, requestCollected} {
		if r.state.CompareAndSwap(was, requestCanceled) {
			delete(t, key)
			return r, was
		}
	}
	return nil, 0
}
