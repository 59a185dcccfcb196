package simulator

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// streamTick is how often a stream looks for new lines.
	streamTick = 100 * time.Millisecond
	// streamReach is how far back a stream finds the line that it shall begin behind.
	streamReach = 1000
)

// streamList are the log streams that are open.
type streamList struct {
	mu   sync.Mutex
	open map[*websocket.Conn]bool
}

// CutLogStreams breaks the connections of all log streams that are open, without a
// farewell, and returns how many there were. They can be opened again.
func (s *Simulator) CutLogStreams() int {
	s.streams.mu.Lock()
	cut := s.streams.open
	s.streams.open = nil
	s.streams.mu.Unlock()
	for conn := range cut {
		_ = conn.CloseNow()
	}
	return len(cut)
}

// LogStreams counts the log streams that are open.
func (s *Simulator) LogStreams() int {
	s.streams.mu.Lock()
	defer s.streams.mu.Unlock()
	return len(s.streams.open)
}

func (l *streamList) add(conn *websocket.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open == nil {
		l.open = make(map[*websocket.Conn]bool)
	}
	l.open[conn] = true
}

func (l *streamList) remove(conn *websocket.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, conn)
}

// serveStream is the live log: the lines behind from, or the newest ones up to limit
// (UNVERIFIED), and then each as it is written (platform §10.3).
func (s *Simulator) serveStream(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, ok := s.permitted(r)
	s.mu.Unlock()
	if !ok {
		writeError(w, &apiError{status: http.StatusUnauthorized, code: "notAuthorized", message: "Access token is not valid"})
		return
	}
	// Any origin may connect, as any may read (platform §10.3).
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered.
	}
	s.streams.add(conn)
	defer func() {
		s.streams.remove(conn)
		_ = conn.CloseNow()
	}()
	ctx := conn.CloseRead(r.Context())
	told, err := s.tellLines(ctx, conn, r, nil)
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(streamTick):
		}
		told, err = s.tellLines(ctx, conn, r, told)
	}
}

// tellLines sends the lines that are not in told, and returns those that a next round
// need not tell. told is nil at the beginning of a stream.
func (s *Simulator) tellLines(ctx context.Context, conn *websocket.Conn, r *http.Request, told map[string]bool) (map[string]bool, error) {
	q := parseLogQuery(r)
	from, limit := q.from, min(q.limit, streamReach)
	q.from, q.limit, q.newestFirst = "", streamReach, false
	s.mu.Lock()
	projectID, ok := s.permitted(r)
	if !ok {
		s.mu.Unlock()
		return nil, conn.Close(websocket.StatusGoingAway, "token expired")
	}
	lines := s.world.readLog(projectID, q)
	s.mu.Unlock()

	now := make(map[string]bool, len(lines))
	fresh := lines[max(len(lines)-limit, 0):]
	if at := slices.IndexFunc(lines, func(l LogLine) bool { return from != "" && l.id == from }); at >= 0 {
		fresh = lines[at+1:]
	}
	items := []object{}
	for i := range lines {
		now[lines[i].id] = true
		if told != nil && !told[lines[i].id] {
			items = append(items, lines[i].view())
		}
	}
	if told == nil {
		for i := range fresh {
			items = append(items, fresh[i].view())
		}
	}
	if len(items) == 0 {
		return now, nil
	}
	message, err := json.Marshal(object{"items": items})
	if err != nil {
		return nil, err
	}
	return now, conn.Write(ctx, websocket.MessageText, message)
}
