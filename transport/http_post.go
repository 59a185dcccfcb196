package transport

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
)

// headerless is the last revision whose clients do not repeat it in a header, and
// so that of a request which stands alone and has none.
const headerless = mcp.ProtocolVersion20250326

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

// post takes the message or messages of a POST.
func (h *Handler) post(w http.ResponseWriter, r *http.Request, who identity) {
	account := h.callers.get(who.key)
	message, release, ok := h.receive(w, r, account)
	if !ok {
		return
	}
	defer release()
	env, refusal := openMessage(message)
	if refusal != nil {
		writeRPC(w, http.StatusBadRequest, refusal)
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
		writeRPC(e.w, http.StatusBadRequest, refuseArray())
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
	case env.method == methodCanceled:
		// Without a session nobody can tell whose request is meant.
		if key, ok := canceledKey(message); ok && e.session != nil {
			e.session.cancelRequest(key)
		}
	case strings.HasPrefix(env.method, "notifications/"):
		r := e.request(message, env)
		r.ctx = e.r.Context()
		r.dispatch(e.h.cfg.HandleMessage, e.h.logger)
	}
}

// admitMessage counts a message against the caller's rate.
func (e *exchange) admitMessage() *failure {
	if after := e.account.wait(time.Now()); after > 0 {
		return tooFast(after)
	}
	return nil
}

// single answers a request that came by itself.
func (e *exchange) single(message []byte, env *envelope, modern bool) {
	initialize := !modern && env.method == string(mcp.MethodInitialize)
	if initialize && !e.h.cfg.Stateless {
		e.session = e.h.sessions.make(e.who.key)
	}
	e.answer = newAnswerWriter(e.w, e.r, e.h.cfg.KeepAlive)
	r := e.request(message, env)
	refusal := e.run(r, modern, &e.answer.body)
	if refusal != nil {
		e.w.Header().Set("Retry-After", strconv.Itoa(max(1, refusal.RetryAfterSeconds)))
		e.answer.body.Write(failureAnswer(r.rpcID, r.method, r.message, *refusal))
	}
	if initialize && e.session != nil && e.session.client.ready() {
		e.h.sessions.add(e.session)
		e.w.Header().Set(mcp.HeaderSessionID, e.session.id)
	}
	// A client may take its time to read the answer.
	r.message = nil
	e.release()
	e.answer.finish(!r.state.CompareAndSwap(requestOpen, requestAnswered))
}
