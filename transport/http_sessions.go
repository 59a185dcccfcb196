package transport

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// maxSessionStreams is how many streams one session may have open; clients use
// one, and a second while they reconnect. Older ones are closed for newer ones.
const maxSessionStreams = 4

// httpSession is what a client and the server agreed on at an initialize. Its id
// says it all again: so a session that was not used for a while can be forgotten
// and is there again when its client comes back, after a restart as well.
type httpSession struct {
	id        string
	owner     string // key of the caller
	client    clientState
	asked     clientRequests
	broadcast notifier
	ended     chan struct{}

	mu       sync.Mutex
	inflight requestTable
	streams  []*getStream // the newest last
	listed   bool         // known to the library

	// Guarded by the table's mutex.
	used time.Time
	open int // requests and streams
}

// sessionTable holds the sessions of all callers that are in use, or were a moment
// ago.
type sessionTable struct {
	ids     sessionIDs
	ttl     time.Duration
	limit   int
	metrics *Metrics
	onEnd   func(*httpSession)

	mu      sync.Mutex
	byID    map[string]*list.Element
	order   list.List // of *httpSession, the last used first
	byOwner map[string]int
	sweeper *time.Timer
	deleted endedIDs
}

func newSessionTable(cfg *HTTPConfig, secret []byte, onEnd func(*httpSession)) *sessionTable {
	return &sessionTable{
		ids: sessionIDs{secret: secret, lifetime: cfg.SessionLifetime}, ttl: cfg.SessionTTL, limit: cfg.MaxSessions,
		metrics: cfg.Metrics, onEnd: onEnd, byID: make(map[string]*list.Element), byOwner: make(map[string]int),
		deleted: endedIDs{limit: cfg.MaxSessions, at: make(map[string]*list.Element)},
	}
}

// make returns a session of a caller that has no id and is in no table yet.
func (t *sessionTable) make(owner string) *httpSession {
	return &httpSession{owner: owner, ended: make(chan struct{}), inflight: make(requestTable)}
}

// add gives a new session its id and puts it into the table.
func (t *sessionTable) add(s *httpSession) {
	s.id = t.ids.make(idOfSession, s.client.agreement(), s.owner)
	t.mu.Lock()
	dropped := t.addLocked(s)
	t.mu.Unlock()
	t.end(dropped...)
}

// addLocked puts a session into the table and returns those that made room for
// it; t.mu is held.
func (t *sessionTable) addLocked(s *httpSession) (dropped []*httpSession) {
	s.used = time.Now()
	t.byID[s.id] = t.order.PushFront(s)
	t.byOwner[s.owner]++
	t.metrics.sessions.Add(1)
	if t.byOwner[s.owner] > max(1, t.limit/10) {
		dropped = append(dropped, t.evict(s.owner, s))
	}
	if len(t.byID) > t.limit {
		dropped = append(dropped, t.evict("", s))
	}
	t.scheduleLocked()
	return dropped
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
// called. Forged ids, and those of other callers, are refused without a look at
// the table.
func (t *sessionTable) use(id, owner string) (s *httpSession, done func()) {
	agreed, ok := t.ids.read(idOfSession, id, owner)
	if !ok {
		return nil, nil
	}
	t.mu.Lock()
	var dropped []*httpSession
	if element := t.byID[id]; element != nil {
		s, _ = element.Value.(*httpSession)
		t.order.MoveToFront(element)
	} else if !t.deleted.has(id) {
		s = t.make(owner)
		s.id = id
		s.client.agree(agreed)
		dropped = t.addLocked(s)
	}
	if s == nil {
		t.mu.Unlock()
		return nil, nil
	}
	s.used = time.Now()
	s.open++
	t.mu.Unlock()
	t.end(dropped...)
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

// remove ends a session for good.
func (t *sessionTable) remove(s *httpSession) {
	t.mu.Lock()
	t.deleted.add(s.id, time.Now().Add(-t.ids.lifetime))
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

// sweep forgets the sessions that were not used for the time to live.
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

// closeClientRequests ends every wait for a person's answer and refuses new ones.
func (t *sessionTable) closeClientRequests() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for element := t.order.Back(); element != nil; element = element.Prev() {
		s, _ := element.Value.(*httpSession)
		s.asked.close()
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
		s.asked.close()
		s.broadcast.leave()
		t.onEnd(s)
		s.mu.Lock()
		cancels := make([]context.CancelFunc, 0, len(s.inflight))
		for _, r := range s.inflight {
			cancels = append(cancels, r.cancel)
		}
		s.mu.Unlock()
		for _, cancel := range cancels {
			cancel()
		}
	}
}

// addRequest notes a request under its id and reports whether the id was free.
func (s *httpSession) addRequest(r *inboundRequest) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inflight.add(r)
}

// removeRequest forgets a request.
func (s *httpSession) removeRequest(r *inboundRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inflight.remove(r)
}

// cancelRequest ends the request with an id; nothing is sent for it any more.
func (s *httpSession) cancelRequest(key string) {
	s.mu.Lock()
	r, _ := s.inflight.cancel(key)
	s.mu.Unlock()
	if r != nil {
		r.cancel()
	}
}
