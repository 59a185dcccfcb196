package transport

import (
	"bytes"
	"net/http"
	"sync"

	"github.com/mark3labs/mcp-go/mcp"
	"golang.org/x/sync/errgroup"
)

// batchParallel is how many requests of one array run at once.
const batchParallel = 16

// array answers the requests of an array in one array.
func (e *exchange) array(message []byte) {
	revision := e.r.Header.Get(mcp.HeaderProtocolVersion)
	if e.session != nil {
		revision = e.session.client.agreed()
	} else if revision == "" {
		revision = headerless
	}
	members, refusal := arrayMembers(message, revision)
	if refusal != nil {
		writeRPC(e.w, http.StatusBadRequest, refusal)
		return
	}
	e.answer = newAnswerWriter(e.w, e.r, e.h.cfg.KeepAlive)
	answers := &arrayAnswers{h: e.h, body: &e.answer.body}
	defer answers.sent()

	var group errgroup.Group
	group.SetLimit(batchParallel)
	for _, member := range members {
		env := scanEnvelope(member)
		code, reason := flawOf(member, &env)
		switch {
		case code == 0 && env.kind == kindArray:
			answers.add(errorAnswer(nil, codeInvalidRequest, "an array must not hold arrays", nil))
		case code != 0:
			answers.add(errorAnswer(env.id, code, reason, nil))
		case env.method == string(mcp.MethodInitialize):
			answers.add(errorAnswer(env.id, codeInvalidRequest, "initialize must not be part of an array", nil))
		case env.id == nil || !env.hasMethod:
			if e.admitMessage() == nil {
				e.oneWay(member, &env)
			}
		default:
			group.Go(func() error {
				e.member(e.request(member, &env), answers)
				return nil
			})
		}
	}
	_ = group.Wait() // no member returns an error: each is answered instead
	empty := answers.end()
	e.release()
	e.answer.finish(empty)
}

// member answers one request of an array.
func (e *exchange) member(r *inboundRequest, answers *arrayAnswers) {
	var answer bytes.Buffer
	refusal := tooMany("The answers to arrays hold too much data.")
	if !answers.full() {
		refusal = e.run(r, false, &answer)
	}
	if refusal != nil {
		answer.Write(failureAnswer(r.rpcID, r.method, r.message, *refusal))
	}
	if r.state.CompareAndSwap(requestOpen, requestAnswered) {
		answers.add(answer.Bytes())
	}
}

// arrayAnswers collects the answers to one array. A few bytes ask for an answer
// that is a thousand times as long, so the answers are bounded too.
type arrayAnswers struct {
	h    *Handler
	body *bytes.Buffer

	mu   sync.Mutex
	held int64
}

// add takes an answer.
func (a *arrayAnswers) add(answer []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	appendElement(a.body, answer)
	a.held += int64(len(answer))
	a.h.collected.Add(int64(len(answer)))
}

// full reports whether there is no room for more answers.
func (a *arrayAnswers) full() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held > int64(a.h.cfg.MaxBody) || a.h.collected.Load() > int64(a.h.cfg.MaxHeld/2)
}

// end closes the array and reports whether it has no answers.
func (a *arrayAnswers) end() (empty bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.body.Len() == 0 {
		return true
	}
	a.body.WriteByte(']')
	return false
}

// sent says that the answers are not held any more.
func (a *arrayAnswers) sent() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.h.collected.Add(-a.held)
	a.held = 0
}
