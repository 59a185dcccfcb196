package transport

import (
	"container/list"
	"errors"
	"io"
	"sync"
)

// errBusy ends the reading of a message for which there is no room any more.
var errBusy = errors.New("too much data is held")

// intake bounds the messages that are on their way in. Where there is no room,
// the one that has been coming the longest is given up: an honest one is there
// in a moment, so those who send slowly make room for everybody else.
type intake struct {
	maxHeld  int // bytes
	maxCount int

	mu       sync.Mutex
	held     int
	incoming list.List // of *incoming, the newest first
}

// incoming is one message on its way in; it reads from its source.
type incoming struct {
	intake  *intake
	source  io.Reader
	giveUp  func() // makes a read that waits come back
	element *list.Element
	bytes   int
	givenUp bool
}

// begin makes room for one more message.
func (t *intake) begin(source io.Reader, giveUp func()) *incoming {
	m := &incoming{intake: t, source: source, giveUp: giveUp}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.incoming.Len() >= t.maxCount {
		t.giveUpLocked()
	}
	m.element = t.incoming.PushFront(m)
	return m
}

// giveUpLocked gives up the message that has been coming the longest; t.mu is held.
func (t *intake) giveUpLocked() {
	m, _ := t.incoming.Remove(t.incoming.Back()).(*incoming)
	m.givenUp = true
	m.giveUp()
	t.held -= m.bytes
	m.bytes = 0
}

// Read reads on, until there is no room any more.
func (m *incoming) Read(p []byte) (int, error) {
	n, err := m.source.Read(p)
	t := m.intake
	t.mu.Lock()
	defer t.mu.Unlock()
	if !m.givenUp {
		t.held += n
		m.bytes += n
	}
	for t.held > t.maxHeld && !m.givenUp && t.incoming.Len() > 0 {
		t.giveUpLocked()
	}
	if m.givenUp {
		return n, errBusy
	}
	return n, err
}

// arrived says that the message is complete: it takes up room until it is
// released, but is not given up any more.
func (m *incoming) arrived() {
	m.intake.mu.Lock()
	defer m.intake.mu.Unlock()
	if !m.givenUp {
		m.intake.incoming.Remove(m.element)
	}
}

// release says that nothing of an arrived message is held any more.
func (m *incoming) release() {
	m.intake.mu.Lock()
	defer m.intake.mu.Unlock()
	m.intake.held -= m.bytes
	m.bytes = 0
}
