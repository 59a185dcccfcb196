package transport

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

const (
	// maxQuiet is how many connections may be open without a request under way,
	// before their first one or between two; the longest quiet ones make room.
	maxQuiet = 2048
	// maxConns is how many connections may be open in all; further ones are closed
	// at once.
	maxConns = 8192
)

// conns bounds the connections of a server, so that those who only open them
// cannot use up the memory or the file descriptors that honest callers need.
type conns struct {
	mu    sync.Mutex
	open  map[net.Conn]*list.Element // nil: with a request under way
	quiet list.List                  // of net.Conn, the newest first
}

// changed is told of every connection by http.Server. One whose header has not
// arrived whole counts as quiet.
func (s *conns) changed(c net.Conn, state http.ConnState) {
	if surplus := s.note(c, state); surplus != nil {
		_ = surplus.Close()
	}
}

// note returns the connection that is too many, if there is one.
func (s *conns) note(c net.Conn, state http.ConnState) (surplus net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	element, known := s.open[c]
	if element != nil {
		s.quiet.Remove(element)
		s.open[c] = nil
	}
	switch state {
	case http.StateNew, http.StateIdle:
		s.open[c] = s.quiet.PushFront(c)
		if s.quiet.Len() > maxQuiet {
			surplus, _ = s.quiet.Remove(s.quiet.Back()).(net.Conn)
			s.open[surplus] = nil
		} else if !known && len(s.open) > maxConns {
			surplus = c
		}
	case http.StateClosed, http.StateHijacked:
		delete(s.open, c)
	case http.StateActive:
		s.open[c] = nil
	}
	return surplus
}
