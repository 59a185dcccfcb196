package transport

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
)

// getStream is one stream that a client opened for what belongs to none of its
// requests.
type getStream struct {
	events   chan []byte
	replaced chan struct{}
}

// get opens a stream of a session. What belongs to a request never comes here,
// so it is silent but for signs of life and for what is sent to every session.
func (h *Handler) get(w http.ResponseWriter, r *http.Request, who identity) {
	session, done := h.sessionOf(w, r, who)
	if session == nil {
		return
	}
	defer done()
	closed := h.admitStream(w, r, who)
	if closed == nil {
		return
	}
	defer closed()

	stream := h.openStream(session)
	defer session.closeStream(stream)

	control := http.NewResponseController(w)
	startStream(w)
	if control.Flush() != nil {
		return
	}
	ticker := time.NewTicker(h.cfg.KeepAlive)
	defer ticker.Stop()
	for {
		var event []byte
		select {
		case event = <-stream.events:
		case <-ticker.C:
		case <-stream.replaced:
			return
		case <-session.ended:
			return
		case <-h.drain:
			return
		case <-r.Context().Done():
			return
		}
		if writeEvent(w, control, event) != nil {
			return
		}
	}
}

// admitStream counts a stream that a caller wants to open by GET. Where it
// returns nil, the request was answered; otherwise closed is to be called at the
// end.
func (h *Handler) admitStream(w http.ResponseWriter, r *http.Request, who identity) (closed func()) {
	if !accepts(r, "text/event-stream") {
		writeProblem(w, http.StatusNotAcceptable, failure{
			Code: request.CodeUnsupported, Message: "This address answers with a stream of events.", Hint: "Send Accept: text/event-stream.",
		})
		return nil
	}
	// Over HTTP/2 a megabyte of it would be taken in and held with the stream.
	if r.ContentLength != 0 {
		h.metrics.refused("body")
		writeProblem(w, http.StatusBadRequest, failure{Code: request.CodeInvalidArguments, Message: "A stream is opened without a body.", Hint: "Send messages by POST."})
		return nil
	}
	account := h.callers.get(who.key)
	if after := account.wait(time.Now()); after > 0 {
		h.refuse(w, tooFast(after))
		return nil
	}
	if h.draining() || !h.takeStream(account) {
		h.refuse(w, tooManyAtOnce())
		return nil
	}
	return func() { h.giveStream(account) }
}

// sessionOf returns the session that a GET or DELETE is about. Where it returns
// nil, the request was answered.
func (h *Handler) sessionOf(w http.ResponseWriter, r *http.Request, who identity) (*httpSession, func()) {
	version := r.Header.Get(mcp.HeaderProtocolVersion)
	if h.cfg.Stateless || mcp.IsModernProtocol(version) {
		methodNotAllowed(w, "POST")
		return nil, nil
	}
	if version != "" && !mcp.IsValidProtocolVersion(version) {
		writeRPC(w, http.StatusBadRequest, errorAnswer(nil, codeInvalidRequest, "the protocol version of the request is not known here", nil))
		return nil, nil
	}
	id := r.Header.Get(mcp.HeaderSessionID)
	if id == "" {
		writeRPC(w, http.StatusBadRequest, errorAnswer(nil, codeInvalidRequest, "the header Mcp-Session-Id is missing; send initialize first", nil))
		return nil, nil
	}
	session, done := h.sessions.use(id, who.key)
	if session == nil {
		writeRPC(w, http.StatusNotFound, errorAnswer(nil, codeNoSession, "there is no such session; send initialize to start one", nil))
	}
	return session, done
}

// delete ends a session and the calls in it.
func (h *Handler) delete(w http.ResponseWriter, r *http.Request, who identity) {
	session, done := h.sessionOf(w, r, who)
	if session == nil {
		return
	}
	done()
	h.sessions.remove(session)
	w.WriteHeader(http.StatusNoContent)
}

// openStream adds a stream to a session. With the first one the session becomes
// known to the library as one that can be told of changes.
func (h *Handler) openStream(s *httpSession) *getStream {
	stream := &getStream{events: make(chan []byte, 16), replaced: make(chan struct{})}
	s.mu.Lock()
	first := !s.listed
	s.listed = true
	if len(s.streams) >= maxSessionStreams {
		close(s.streams[0].replaced)
		s.streams = s.streams[1:]
	}
	s.streams = append(s.streams, stream)
	s.mu.Unlock()
	if first {
		s.broadcast.send = s.sendToStream
		if err := h.server.RegisterSession(h.background, listedSession{id: s.id, client: &s.client, broadcast: &s.broadcast}); err != nil {
			h.logger.Debug("session is listed already")
		}
		select {
		case <-s.ended: // perhaps before it was listed, and then nobody would take it out
			h.server.UnregisterSession(h.background, s.id)
		default:
		}
	}
	return stream
}

// closeStream removes a stream from its session.
func (s *httpSession) closeStream(stream *getStream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, open := range s.streams {
		if open == stream {
			s.streams = append(s.streams[:i:i], s.streams[i+1:]...)
			return
		}
	}
}

// sendToStream sends a notification to the newest stream; without one, or when
// it is full, the notification is dropped.
func (s *httpSession) sendToStream(notification mcp.JSONRPCNotification) {
	line, err := json.Marshal(notification)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.streams) == 0 {
		return
	}
	select {
	case s.streams[len(s.streams)-1].events <- line:
	default:
	}
}
