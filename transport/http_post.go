package transport

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"golang.org/x/sync/errgroup"
)

// headerless is the last revision whose clients do not repeat it in a header, and
// so that of a request which stands alone and has none.
const headerless = mcp.ProtocolVersion20250326

// batchParallel is how many requests of one array run at once.
const batchParallel = 16

// exchange is one POST of a known caller.
type exchange struct {
	h       *Handler
	w       http.ResponseWriter
	r       *http.Request
	who     identity
	account *caller
	session *httpSession // nil: the messages stand alone
	answer  *answerWriter
	release func() // says that the message is not held any more
}

// httpCall is one request in a POST.
type httpCall struct {
	requestSession
	key    string
	cancel context.CancelFunc
	state  atomic.Int32
}

// post takes the message or messages of a POST.
func (h *Handler) post(w http.ResponseWriter, r *http.Request, who identity) {
	account := h.callers.get(who.key)
	message, release, ok := h.receive(w, r, account)
	if !ok {
		return
	}
	defer release()
	if !json.Valid(message) {
		writeRPC(w, http.StatusBadRequest, errorAnswer(nil, codeParse, "the message is not valid JSON", nil))
		return
	}
	env := scanEnvelope(message)
	if code, reason := flawOf(message, &env); code != 0 {
		writeRPC(w, http.StatusBadRequest, errorAnswer(env.id, code, reason, nil))
		return
	}
	e := &exchange{h: h, w: w, r: r, who: who, account: account, release: release}
	version := r.Header.Get(mcp.HeaderProtocolVersion)
	if mcp.IsModernProtocol(version) || mcp.IsModernProtocol(versionOf(message)) {
		e.modern(message, &env)
		return
	}
	if version != "" && !mcp.IsValidProtocolVersion(version) {
		writeRPC(w, http.StatusBadRequest, errorAnswer(env.id, codeInvalidRequest, "the protocol version of the request is not known here", nil))
		return
	}
	e.legacy(message, &env)
}

// versionOf returns the protocol version that a message itself names.
func versionOf(message []byte) string {
	if !bytes.Contains(message, []byte(mcp.MetaKeyProtocolVersion)) {
		return ""
	}
	var request struct {
		Params struct {
			Meta struct {
				Version string `json:"io.modelcontextprotocol/protocolVersion"`
			} `json:"_meta"`
		} `json:"params"`
	}
	if json.Unmarshal(message, &request) != nil {
		return ""
	}
	return request.Params.Meta.Version
}

// refuse answers with HTTP's own words for a limit, for messages that have no
// answer to put it in.
func (h *Handler) refuse(w http.ResponseWriter, f *failure) {
	h.metrics.refused("limit")
	w.Header().Set("Retry-After", strconv.Itoa(max(1, f.RetryAfterSeconds)))
	writeProblem(w, http.StatusTooManyRequests, *f)
}

// modern takes a message of revision 2026-07-28, which stands alone: it belongs
// to no session, and its answer is ended by closing the connection. So a
// notification that cancels can only be meant for somebody else's request.
func (e *exchange) modern(message []byte, env *envelope) {
	switch {
	case env.kind == kindArray:
		writeRPC(e.w, http.StatusBadRequest, errorAnswer(nil, codeInvalidRequest, "arrays of messages are part of protocol revision 2025-03-26 only", nil))
	case !env.hasMethod:
		writeRPC(e.w, http.StatusBadRequest, errorAnswer(nil, codeInvalidRequest, "this protocol revision has no responses of clients", nil))
	case env.id == nil:
		if f := e.admitMessage(); f != nil {
			e.h.refuse(e.w, f)
			return
		}
		e.w.WriteHeader(http.StatusAccepted)
	default:
		if mismatch := e.mismatch(message, env); mismatch != nil {
			writeRPC(e.w, http.StatusBadRequest, marshalAnswer(env.id, "error", mismatch))
			return
		}
		e.single(message, env, true)
	}
}

// legacy takes a message of the older revisions.
func (e *exchange) legacy(message []byte, env *envelope) {
	initialize := env.method == string(mcp.MethodInitialize) && env.id != nil
	if !e.h.cfg.Stateless && !initialize {
		id := e.r.Header.Get(mcp.HeaderSessionID)
		if id == "" {
			writeRPC(e.w, http.StatusBadRequest, errorAnswer(env.id, codeInvalidRequest, "the header Mcp-Session-Id is missing; send initialize first", nil))
			return
		}
		session, done := e.h.sessions.use(id, e.who.key)
		if session == nil {
			writeRPC(e.w, http.StatusNotFound, errorAnswer(env.id, codeNoSession, "there is no such session; send initialize to start one", nil))
			return
		}
		defer done()
		e.session = session
	}
	switch {
	case env.kind == kindArray:
		e.array(message)
	case env.id != nil && env.hasMethod:
		e.single(message, env, false)
	default:
		if f := e.admitMessage(); f != nil {
			e.h.refuse(e.w, f)
			return
		}
		e.oneWay(message, env)
		e.w.WriteHeader(http.StatusAccepted)
	}
}

// codeNoSession is the JSON-RPC code for a session that is not known.
const codeNoSession = -32001

// oneWay takes a message that has no answer.
func (e *exchange) oneWay(message []byte, env *envelope) {
	switch {
	case !env.hasMethod:
		if e.session != nil {
			e.session.asked.answer(message, env.id)
		}
	case env.method == methodCancelled:
		// Without a session nobody can tell whose request is meant.
		if key, ok := cancelledKey(message); ok && e.session != nil {
			e.session.cancelCall(key)
		}
	case strings.HasPrefix(env.method, "notifications/"):
		defer logPanic(e.h.logger, env.method)
		call := e.call(env)
		e.h.cfg.HandleMessage(e.h.server.WithContext(e.r.Context(), &call.requestSession), e.h.server, message)
	}
}

// admitMessage counts a message against the caller's rate.
func (e *exchange) admitMessage() *failure {
	if after := e.account.wait(time.Now()); after > 0 {
		return tooFast(after)
	}
	return nil
}

// call returns a request in this exchange.
func (e *exchange) call(env *envelope) *httpCall {
	c := &httpCall{}
	c.rpcID, c.method, c.server = env.id, env.method, e.h.server
	if env.id != nil {
		c.key = idKey(env.id)
	}
	if e.session == nil {
		c.id = "http " + rand.Text()
		c.own.initialized = true
		c.own.version = cmp.Or(e.r.Header.Get(mcp.HeaderProtocolVersion), headerless)
		return c
	}
	c.id = e.session.id
	c.shared = &e.session.client
	c.ask = func(ctx context.Context, method mcp.MCPMethod, params any) (json.RawMessage, error) {
		if e.h.draining() {
			return nil, errClientGone
		}
		return e.session.asked.ask(ctx, method, params,
			func(message []byte) bool { return e.answer.event(message, c) },
			func(message []byte) bool { return e.answer.event(message, nil) })
	}
	return c
}

// single answers a request that came by itself.
func (e *exchange) single(message []byte, env *envelope, modern bool) {
	initialize := !modern && env.method == string(mcp.MethodInitialize)
	if initialize && !e.h.cfg.Stateless {
		e.session = e.h.sessions.make(e.who.key)
	}
	e.answer = newAnswerWriter(e.w, e.r, e.h.cfg.KeepAlive)
	c := e.call(env)
	refusal := e.run(c, message, modern, &e.answer.body)
	if refusal != nil {
		e.w.Header().Set("Retry-After", strconv.Itoa(max(1, refusal.RetryAfterSeconds)))
		e.answer.body.Write(failureAnswer(c.rpcID, c.method, message, *refusal))
	}
	if initialize && e.session != nil && e.session.client.ready() {
		e.h.sessions.add(e.session)
		e.w.Header().Set(mcp.HeaderSessionID, e.session.id)
	}
	e.release() // a client may take its time to read the answer
	e.answer.finish(!c.state.CompareAndSwap(requestOpen, requestAnswered))
}

// array answers the requests of an array in one array. A few bytes ask for an
// answer that is a thousand times as long, so the answers are bounded too.
func (e *exchange) array(message []byte) {
	agreed := e.r.Header.Get(mcp.HeaderProtocolVersion)
	if e.session != nil {
		agreed = e.session.client.agreed()
	} else if agreed == "" {
		agreed = headerless
	}
	if agreed != mcp.ProtocolVersion20250326 {
		writeRPC(e.w, http.StatusBadRequest, errorAnswer(nil, codeInvalidRequest, "arrays of messages are part of protocol revision 2025-03-26 only", nil))
		return
	}
	members, ok := splitBatch(message)
	if !ok || len(members) == 0 {
		writeRPC(e.w, http.StatusBadRequest, errorAnswer(nil, codeInvalidRequest, fmt.Sprintf("an array must hold 1 to %d messages", maxBatch), nil))
		return
	}
	e.answer = newAnswerWriter(e.w, e.r, e.h.cfg.KeepAlive)

	var (
		mu    sync.Mutex
		held  int64
		group errgroup.Group
	)
	body := &e.answer.body
	add := func(answer []byte) {
		mu.Lock()
		defer mu.Unlock()
		separator := byte(',')
		if held == 0 {
			separator = '['
		}
		body.WriteByte(separator)
		body.Write(answer)
		held += int64(len(answer))
		e.h.collected.Add(int64(len(answer)))
	}
	// full reports whether there is no room for more answers.
	full := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return held > int64(e.h.cfg.MaxBody) || e.h.collected.Load() > int64(e.h.cfg.MaxHeld/2)
	}
	defer func() { e.h.collected.Add(-held) }()
	group.SetLimit(batchParallel)
	for _, member := range members {
		env := scanEnvelope(member)
		code, reason := flawOf(member, &env)
		switch {
		case code == 0 && env.kind == kindArray:
			add(errorAnswer(nil, codeInvalidRequest, "an array must not hold arrays", nil))
		case code != 0:
			add(errorAnswer(env.id, code, reason, nil))
		case env.method == string(mcp.MethodInitialize):
			add(errorAnswer(env.id, codeInvalidRequest, "initialize must not be part of an array", nil))
		case env.id == nil || !env.hasMethod:
			if e.admitMessage() == nil {
				e.oneWay(member, &env)
			}
		default:
			group.Go(func() error {
				c := e.call(&env)
				var answer bytes.Buffer
				refusal := tooMany("The answers to arrays hold too much data.")
				if !full() {
					refusal = e.run(c, member, false, &answer)
				}
				if refusal != nil {
					answer.Write(failureAnswer(c.rpcID, c.method, member, *refusal))
				}
				if c.state.CompareAndSwap(requestOpen, requestAnswered) {
					add(answer.Bytes())
				}
				return nil
			})
		}
	}
	_ = group.Wait()
	if held > 0 {
		body.WriteByte(']')
	}
	e.release()
	e.answer.finish(held == 0)
}

// run gets the answer to a request into body, or returns why it was not done.
func (e *exchange) run(c *httpCall, message []byte, modern bool, body *bytes.Buffer) *failure {
	if f := e.admitMessage(); f != nil {
		e.h.metrics.refused("rate")
		return f
	}
	switch c.method {
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

	ctx, cancel := context.WithCancel(withTrace(e.r.Context(), e.r.Header, message))
	defer cancel()
	c.cancel = cancel
	c.notes.send = func(n mcp.JSONRPCNotification) {
		if line, err := json.Marshal(c.tagged(n)); err == nil {
			e.answer.event(line, c)
		}
	}
	if c.method == string(mcp.MethodSubscriptionsListen) {
		defer endWith(e.h.drain, cancel)()
	}
	if e.session != nil && !modern {
		if !e.session.addCall(c) {
			body.Write(errorAnswer(c.rpcID, codeInvalidRequest, "a request with this id is still running", nil))
			return nil
		}
		defer e.session.removeCall(c)
	}
	response := e.dispatch(ctx, c, message)
	c.notes.end()
	encodeAnswer(body, c.rpcID, c.method, response, e.h.logger)
	if failed, ok := response.(mcp.JSONRPCError); ok && modern {
		e.answer.status = statusOf(failed.Error.Code)
	}
	return nil
}

// dispatch runs the handler.
func (e *exchange) dispatch(ctx context.Context, c *httpCall, message []byte) (response mcp.JSONRPCMessage) {
	defer logPanic(e.h.logger, c.method)
	return e.h.cfg.HandleMessage(e.h.server.WithContext(ctx, &c.requestSession), e.h.server, message)
}
