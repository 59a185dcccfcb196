package transport

import "slices"

// lane runs requests in their order of arrival, a bounded number at once. Its
// owner guards it with a mutex.
type lane struct {
	limit   int // requests that run at once
	backlog int // requests that may wait
	running int
	waiting []*inboundRequest
}

// add takes a request: start says to run it now, ok is false when the lane is
// full.
func (l *lane) add(r *inboundRequest) (start, ok bool) {
	if l.running < l.limit {
		l.running++
		return true, true
	}
	if len(l.waiting) >= l.backlog {
		return false, false
	}
	l.waiting = append(l.waiting, r)
	return false, true
}

// next returns the request to run in place of one that ended, or nil.
func (l *lane) next() *inboundRequest {
	if len(l.waiting) == 0 {
		l.running--
		return nil
	}
	r := l.waiting[0]
	l.waiting[0] = nil
	l.waiting = l.waiting[1:]
	return r
}

// remove takes a request out of the queue and reports whether it was there.
func (l *lane) remove(r *inboundRequest) bool {
	i := slices.Index(l.waiting, r)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}

// clear empties the queue and returns what was in it.
func (l *lane) clear() []*inboundRequest {
	waiting := l.waiting
	l.waiting = nil
	return waiting
}
