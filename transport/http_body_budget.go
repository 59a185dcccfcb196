package transport

import (
	"container/list"
	"errors"
	"io"
	"sync"
)

// errBusy ends the reading of a message for which there is no room any more.
var errBusy = errors.New("too much data is held")

// smallMessage is how many bytes of each message take up no room: so many there is
// memory for, and a few callers with large messages do not keep out all others.
const smallMessage = 4 << 10

// bodyBudget bounds the messages that are on their way in. Where there is no room,
// the one that has been coming the longest is given up: an honest one is there
// in a moment, so those who send slowly make room for everybody else.
type bodyBudget struct {
	maxHeld  int // bytes, beyond the small part of each
	maxCount int

	mu       sync.Mutex
	held     int
	incoming list.List // of *incoming, the newest first
}

// incoming is one message on its way in; it reads from its source.
type incoming struct {
	budget  *bodyBudget
	source  io.Reader
	giveUp  func() // makes a read that waits come back
	element *list.Element
	read    int // bytes
	held    int // those of them that take up room
	givenUp bool
}

// begin makes room for one more message.
func (t *bodyBudget) begin(source io.Reader, giveUp func()) *incoming {
	m := &incoming{budget: t, source: source, giveUp: giveUp}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.incoming.Len() >= t.maxCount {
		t.giveUpLocked(t.incoming.Back())
	}
	m.element = t.incoming.PushFront(m)
	return m
}

// giveUpLocked gives up a message; t.mu is held.
func (t *bodyBudget) giveUpLocked(element *list.Element) {
	m, _ := t.incoming.Remove(element).(*incoming)
	m.givenUp = true
	m.giveUp()
	t.held -= m.held
	m.held = 0
}

// oldestLocked returns the message that has been coming the longest of those that
// take up room; t.mu is held.
func (t *bodyBudget) oldestLocked() *list.Element {
	element := t.incoming.Back()
	for element != nil && element.Value.(*incoming).held == 0 { //nolint:forcetypeassert // holds nothing else
		element = element.Prev()
	}
	return element
}

// Read reads on, until there is no room any more.
func (m *incoming) Read(p []byte) (int, error) {
	n, err := m.source.Read(p)
	t := m.budget
	t.mu.Lock()
	defer t.mu.Unlock()
	m.read += n
	if more := m.read - smallMessage - m.held; more > 0 && !m.givenUp {
		t.held += more
		m.held += more
	}
	for t.held > t.maxHeld && !m.givenUp {
		t.giveUpLocked(t.oldestLocked())
	}
	if m.givenUp {
		return n, errBusy
	}
	return n, err
}

// arrived says that the message is complete: it takes up room until it is
// released, but is not given up any more. It reports whether it was not before:
// then its connection is about to be taken for broken.
func (m *incoming) arrived() bool {
	m.budget.mu.Lock()
	defer m.budget.mu.Unlock()
	if m.givenUp {
		return false
	}
	m.budget.incoming.Remove(m.element)
	return true
}

// release says that nothing of an arrived message is held any more.
func (m *incoming) release() {
	m.budget.mu.Lock()
	defer m.budget.mu.Unlock()
	m.budget.held -= m.held
	m.held = 0
}

// keep takes up room for a message of n bytes that is worked on after its request
// was answered, until it is dropped. It reports whether there was room.
func (t *bodyBudget) keep(n int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.held+max(0, n-smallMessage) > t.maxHeld {
		return false
	}
	t.held += max(0, n-smallMessage)
	return true
}

// drop ends that.
func (t *bodyBudget) drop(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held -= max(0, n-smallMessage)
}
