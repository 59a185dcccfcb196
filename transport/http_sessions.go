package transport

import (
	"container/list"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"strings"
	"sync"
	"time"
)

// maxSessionStreams is how many streams one session may have open; clients use
// one, and a second while they reconnect. Older ones are closed for newer ones.
const maxSessionStreams = 4

// httpSession is what a client and the server agreed on at an initialize.
type httpSession struct {
	id        string
	owner     string // key of the caller
	client    clientState
	questions questions
	broadcast notifier
	ended     chan struct{}

	mu       sync.Mutex
	inflight map[string]*httpCall
	streams  []*getStream // the newest last
	listed   bool         // known to the library

	// Guarded by the table's mutex.
	used time.Time
	open int // requests and streams
}

// sessionTable holds the sessions of all callers.
type sessionTable struct {
	auth    *authenticator
	ttl     time.Duration
	limit   int
	metrics *Metrics
	onEnd   func(*httpSession)

	mu      sync.Mutex
	byID    map[string]*list.Element
	order   list.List // of *httpSession, the last used first
	byOwner map[string]int
	sweeper *time.Timer
}

func newSessionTable(cfg *HTTPConfig, auth *authenticator, onEnd func(*httpSession)) *sessionTable {
	return &sessionTable{
		auth: auth, ttl: cfg.SessionTTL, limit: cfg.MaxSessions, metrics: cfg.Metrics, onEnd: onEnd,
		byID: make(map[string]*list.Element), byOwner: make(map[string]int),
	}
}

// make returns a new session of a caller, which is not in the table yet.
func (t *sessionTable) make(owner string) *httpSession {
	return &httpSession{id: t.bind(rand.Text(), owner), owner: owner, ended: make(chan struct{}), inflight: make(map[string]*httpCall)}
}

// bind returns an id that only its caller can use.
func (t *sessionTable) bind(random, owner string) string {
	return random + "." + t.auth.digest("session "+random, owner)
}

// bound reports whether an id was made for a caller. It needs no memory, so
// forged ids are refused without a look at the table.
func (t *sessionTable) bound(id, owner string) bool {
	random, _, ok := strings.Cut(id, ".")
	return ok && len(id) < 128 && hmac.Equal([]byte(id), []byte(t.bind(random, owner)))
}

// add puts a session into the table; others make room where there is none.
func (t *sessionTable) add(s *httpSession) {
	t.mu.Lock()
	s.used = time.Now()
	t.byID[s.id] = t.order.PushFront(s)
	t.byOwner[s.owner]++
	t.metrics.sessions.Add(1)
	var dropped []*httpSession
	if t.byOwner[s.owner] > max(1, t.limit/10) {
		dropped = append(dropped, t.evict(s.owner, s))
	}
	if len(t.byID) > t.limit {
		dropped = append(dropped, t.evict("", s))
	}
	t.scheduleLocked()
	t.mu.Unlock()
	t.end(dropped...)
}

// evict removes the longest unused session, of owner if given, but not keep: one
// with nothing open if there is one. t.mu is held.
func (t *sessionTable) evict(owner string, keep *httpSession) *httpSession {
	var busy *list.Element
	for element := t.order.Back(); element != nil; element = element.Prev() {
		s, _ := element.Value.(*httpSession)
		if s == keep || (owner != "" && s.owner != owner) {
			continue
		}
		if s.open == 0 {
			return t.removeLocked(element)
		}
		if busy == nil {
			busy = element
		}
	}
	if busy == nil {
		return nil
	}
	return t.removeLocked(busy)
}

func (t *sessionTable) removeLocked(element *list.Element) *httpSession {
	s, _ := t.order.Remove(element).(*httpSession)
	delete(t.byID, s.id)
	if t.byOwner[s.owner]--; t.byOwner[s.owner] == 0 {
		delete(t.byOwner, s.owner)
	}
	t.metrics.sessions.Add(-1)
	return s
}

// use returns the session with an id, or nil, and marks it in use until done is
// called.
func (t *sessionTable) use(id, owner string) (s *httpSession, done func()) {
	if !t.bound(id, owner) {
		return nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	element := t.byID[id]
	if element == nil {
		return nil, nil
	}
	s, _ = element.Value.(*httpSession)
	t.order.MoveToFront(element)
	s.used = time.Now()
	s.open++
	return s, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		s.open--
		s.used = time.Now()
		if element := t.byID[s.id]; element != nil {
			t.order.MoveToFront(element)
		}
	}
}

// remove ends a session.
func (t *sessionTable) remove(s *httpSession) {
	t.mu.Lock()
	element := t.byID[s.id]
	if element != nil {
		t.removeLocked(element)
	}
	t.mu.Unlock()
	if element != nil {
		t.end(s)
	}
}

// scheduleLocked sees to it that unused sessions are looked for as long as there
// are any; t.mu is held.
func (t *sessionTable) scheduleLocked() {
	if t.sweeper == nil && len(t.byID) > 0 {
		t.sweeper = time.AfterFunc(t.ttl/4+time.Second, t.sweep)
	}
}

// sweep ends the sessions that were not used for the time to live.
func (t *sessionTable) sweep() {
	t.mu.Lock()
	var expired []*httpSession
	limit := time.Now().Add(-t.ttl)
	for element := t.order.Back(); element != nil; {
		previous := element.Prev()
		s, _ := element.Value.(*httpSession)
		if s.open == 0 && s.used.After(limit) {
			break // all before it were used later
		}
		if s.open == 0 {
			expired = append(expired, t.removeLocked(element))
		}
		element = previous
	}
	t.sweeper = nil
	t.scheduleLocked()
	t.mu.Unlock()
	t.end(expired...)
}

// closeQuestions ends every wait for a person's answer and refuses new ones.
func (t *sessionTable) closeQuestions() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for element := t.order.Back(); element != nil; element = element.Prev() {
		s, _ := element.Value.(*httpSession)
		s.questions.close()
	}
}

// close ends every session.
func (t *sessionTable) close() {
	t.mu.Lock()
	var all []*httpSession
	for element := t.order.Back(); element != nil; element = t.order.Back() {
		all = append(all, t.removeLocked(element))
	}
	if t.sweeper != nil {
		t.sweeper.Stop()
		t.sweeper = nil
	}
	t.mu.Unlock()
	t.end(all...)
}

// end ends what goes on in sessions that were removed.
func (t *sessionTable) end(sessions ...*httpSession) {
	for _, s := range sessions {
		if s == nil {
			continue
		}
		close(s.ended)
		s.questions.close()
		s.broadcast.leave()
		t.onEnd(s)
		s.mu.Lock()
		cancels := make([]context.CancelFunc, 0, len(s.inflight))
		for _, call := range s.inflight {
			cancels = append(cancels, call.cancel)
		}
		s.mu.Unlock()
		for _, cancel := range cancels {
			cancel()
		}
	}
}

// addCall notes a call under its id and reports whether the id was free.
func (s *httpSession) addCall(c *httpCall) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inflight[c.key] != nil {
		return false
	}
	s.inflight[c.key] = c
	return true
}

// removeCall forgets a call.
func (s *httpSession) removeCall(c *httpCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.inflight[c.key] == c {
		delete(s.inflight, c.key)
	}
}

// cancelCall ends the call with an id; nothing is sent for it any more.
func (s *httpSession) cancelCall(key string) {
	s.mu.Lock()
	call := s.inflight[key]
	if call != nil && call.state.CompareAndSwap(requestOpen, requestCancelled) {
		delete(s.inflight, key)
	} else {
		call = nil
	}
	s.mu.Unlock()
	if call != nil {
		call.cancel()
	}
}
