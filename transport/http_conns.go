package transport

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

const (
	// maxQuiet is how many connections may be open without a request under way, of
	// those that have had no request yet, one, or more. The longest quiet ones make
	// room, so whoever comes for the first time never pushes out who comes again.
	maxQuiet = 2048
	// maxConns is how many connections may be open in all; further ones are closed
	// at once.
	maxConns = 8192
)

// conns bounds the connections of a server, so that those who only open them
// cannot use up the memory or the file descriptors that honest callers need.
type conns struct {
	mu    sync.Mutex
	open  map[net.Conn]*openConn
	quiet [3]list.List // of net.Conn, the newest first, by the requests they had
}

// openConn is a connection; at is its place among the quiet ones, nil with a
// request under way.
type openConn struct {
	requests int
	at       *list.Element
}

// changed is told of every connection by http.Server.
func (s *conns) changed(c net.Conn, state http.ConnState) {
	if surplus := s.note(c, state); surplus != nil {
		_ = surplus.Close() // broken or not, it is not served any more
	}
}

// note returns the connection that is too many, if there is one.
func (s *conns) note(c net.Conn, state http.ConnState) (surplus net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.open[c]
	switch {
	case known == nil && (state != http.StateNew || len(s.open) >= maxConns):
		return c // not one of ours, or one too many
	case known == nil:
		known = &openConn{}
		s.open[c] = known
	case known.at != nil:
		s.among(known).Remove(known.at)
		known.at = nil
	}
	switch state {
	case http.StateIdle, http.StateNew:
		if state == http.StateIdle {
			known.requests++
		}
		quiet := s.among(known)
		known.at = quiet.PushFront(c)
		if quiet.Len() > maxQuiet {
			surplus, _ = quiet.Remove(quiet.Back()).(net.Conn)
			s.open[surplus].at = nil
		}
	case http.StateClosed, http.StateHijacked:
		delete(s.open, c)
	case http.StateActive:
	}
	return surplus
}

// among returns the list that a quiet connection belongs to.
func (s *conns) among(c *openConn) *list.List { return &s.quiet[min(c.requests, len(s.quiet)-1)] }
