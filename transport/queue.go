package transport

import "slices"

// queue runs requests in their order of arrival, a bounded number at once. Its
// owner guards it with a mutex.
type queue struct {
	limit   int // requests that run at once
	backlog int // requests that may wait
	running int
	waiting []*inboundRequest
}

// add takes a request: start says to run it now, ok is false when the queue is
// full.
func (q *queue) add(r *inboundRequest) (start, ok bool) {
	if q.running < q.limit {
		q.running++
		return true, true
	}
	if len(q.waiting) >= q.backlog {
		return false, false
	}
	q.waiting = append(q.waiting, r)
	return false, true
}

// next returns the request to run in place of one that ended, or nil.
func (q *queue) next() *inboundRequest {
	if len(q.waiting) == 0 {
		q.running--
		return nil
	}
	r := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	return r
}

// remove takes a waiting request out and reports whether it was there.
func (q *queue) remove(r *inboundRequest) bool {
	i := slices.Index(q.waiting, r)
	if i < 0 {
		return false
	}
	q.waiting = slices.Delete(q.waiting, i, i+1)
	return true
}

// clear takes out all that wait and returns them.
func (q *queue) clear() []*inboundRequest {
	waiting := q.waiting
	q.waiting = nil
	return waiting
}
