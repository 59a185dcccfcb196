package transport

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"zerops-mcp/tools/request"
)

// sseTable holds the open streams of the older transport.
type sseTable struct {
	mu   sync.Mutex
	byID map[string]*sseClient
}

// sseClient is one client of the older transport: messages come in by POST, and
// everything goes out on the one stream. But for that it is a conn like any
// other, except that its person is not asked: such clients are old.
type sseClient struct {
	conn  *conn
	owner string
}

func (t *sseTable) add(id string, client *sseClient) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.byID[id] = client
}

func (t *sseTable) remove(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byID, id)
}

func (t *sseTable) get(id, owner string) *sseClient {
	t.mu.Lock()
	defer t.mu.Unlock()
	if client := t.byID[id]; client != nil && client.owner == owner {
		return client
	}
	return nil
}

// openSSE serves the stream of a client until the client leaves or serving ends.
func (h *Handler) openSSE(w http.ResponseWriter, r *http.Request, who identity) {
	closed := h.admitStream(w, r, who)
	if closed == nil {
		return
	}
	defer closed()

	control := http.NewResponseController(w)
	c := newConn(r.Context(), h.server, StdioConfig{
		HandleMessage: h.cfg.HandleMessage, Logger: h.logger, Concurrency: h.cfg.Concurrency, Queue: noQueue, MaxPending: 4 * h.cfg.MaxBody,
	})
	c.canAsk = false
	account := h.callers.get(who.key)
	c.take = func(size int) bool {
		if !h.takeCall(account) {
			return false
		}
		if !h.bodies.keep(size) {
			h.giveCall(account)
			return false
		}
		return true
	}
	c.give = func(size int) {
		h.bodies.drop(size)
		h.giveCall(account)
	}
	c.write = func(message []byte) error { return writeEvent(w, control, message) }
	defer c.cancel(errServerEnds)
	id := h.sessions.ids.make(idOfStream, 0, who.key)
	c.sessionID = id
	if err := h.server.RegisterSession(c.ctx, c.listed()); err != nil {
		writeProblem(w, http.StatusInternalServerError, failure{Code: request.CodeInternal, Message: "The stream could not be opened.", Retryable: true})
		return
	}
	defer h.server.UnregisterSession(c.ctx, id)
	defer c.broadcast.leave()

	// Known before it is announced, or the first message could come too early.
	h.sse.add(id, &sseClient{conn: c, owner: who.key})
	defer c.closeWriter()
	defer h.sse.remove(id)
	if c.announce(w, control, pathMessage+"?sessionId="+url.QueryEscape(id)) != nil {
		return
	}

	ticker := time.NewTicker(h.cfg.KeepAlive)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			c.comment()
		case <-h.drain:
			c.startDrain()
			c.stop(h.cfg.DrainTimeout)
			return
		case <-c.broken:
			c.startDrain()
			return
		case <-r.Context().Done():
			c.startDrain()
			return
		}
	}
}

// noQueue makes a conn refuse what it cannot run at once.
const noQueue = -1

// announce begins the stream with the address for messages. It holds back answers
// to the first of them, which may come before it has returned.
func (c *conn) announce(w http.ResponseWriter, control *http.ResponseController, endpoint string) error {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	startStream(w)
	return writeNamedEvent(w, control, "endpoint", []byte(endpoint))
}

// comment sends a sign of life.
func (c *conn) comment() {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	c.writeLocked(nil)
}

// closeWriter sees to it that nothing is written any more: the response is over.
func (c *conn) closeWriter() {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	c.failed = true
}

// postSSE takes a message for the stream of a client.
func (h *Handler) postSSE(w http.ResponseWriter, r *http.Request, who identity) {
	account := h.callers.get(who.key)
	if after := account.wait(time.Now()); after > 0 {
		h.refuse(w, tooFast(after))
		return
	}
	id := r.URL.Query().Get("sessionId")
	var client *sseClient
	if _, ok := h.sessions.ids.read(idOfStream, id, who.key); ok {
		client = h.sse.get(id, who.key)
	}
	if client == nil {
		writeProblem(w, http.StatusNotFound, failure{Code: request.CodeNotFound, Message: "There is no such stream.", Hint: "Open one with GET " + pathSSE + "."})
		return
	}
	message, release, ok := h.receive(w, r, account)
	if !ok {
		return
	}
	release() // what is worked on takes up room of its own
	caller, _ := request.CallerFrom(r.Context())
	if len(message) > 0 {
		client.conn.handle(request.WithCaller(client.conn.ctx, caller), message, nil)
	}
	writeText(w, http.StatusAccepted, "accepted")
}
