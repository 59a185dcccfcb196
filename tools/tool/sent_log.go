package tool

import (
	"slices"
	"sync"

	"zerops-mcp/zerops"
)

// sentLog notes what a call has sent, for its audit record and for what is said of a
// failure. It is safe for concurrent use, because a write may outlive its call.
type sentLog struct {
	mu         sync.Mutex
	operations []string // of the API, for the audit
	accepted   []string // those that the platform accepted a change by
	unsettled  bool     // a write was sent that nobody has refused for sure
}

// maxNoted bounds the operations that are noted of one call.
const maxNoted = 50

// observe notes one attempt of a request.
func (l *sentLog) observe(a zerops.Attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	note := func(names *[]string, name string) {
		if !slices.Contains(*names, name) && len(*names) < maxNoted {
			*names = append(*names, name)
		}
	}
	note(&l.operations, a.Operation.String())
	if a.Operation.Safe() {
		return
	}
	l.unsettled = l.unsettled || !a.Refused
	if a.Status >= 200 && a.Status < 300 {
		note(&l.accepted, a.Operation.String())
	}
}

// abandon notes that the call ends before a write of it does.
func (l *sentLog) abandon() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsettled = true
}

// settled reports that nothing the call has sent can have changed anything.
func (l *sentLog) settled() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.unsettled
}

// names lists the operations that were called.
func (l *sentLog) names() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.operations)
}

// changes lists the operations by which the platform accepted a change so far.
func (l *sentLog) changes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.accepted)
}
