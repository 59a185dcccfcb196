package transport

import (
	"bytes"
	"encoding/json"
	"log/slog"

	"github.com/mark3labs/mcp-go/mcp"
)

// respond sends an answer that belongs to no running request.
func (c *conn) respond(in *batch, answer []byte) {
	if in != nil {
		in.add(answer)
		return
	}
	c.send(answer, nil)
}

// notify sends a notification, of request r or of none.
func (c *conn) notify(r *inboundRequest, notification mcp.JSONRPCNotification) {
	line, err := json.Marshal(notification)
	if err != nil {
		c.logger.Error("notification could not be encoded", slog.String("method", notification.Method), slog.Any("error", err))
		return
	}
	c.send(line, r)
}

// send writes one message, unless it belongs to a request that is not open any
// more, and reports whether it was written.
func (c *conn) send(message []byte, r *inboundRequest) bool {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if r != nil && r.state.Load() != requestOpen {
		return false
	}
	return c.writeLocked(message)
}

// sendAnswer writes the answer of r, or leaves it to the array that r came in,
// unless r was canceled or answered. It keeps nothing of answer.
func (c *conn) sendAnswer(answer *bytes.Buffer, r *inboundRequest) {
	if r.batch != nil {
		if r.state.CompareAndSwap(requestOpen, requestCollected) {
			r.batch.finish(r, bytes.Clone(answer.Bytes()))
		}
		return
	}
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	if c.claim(r, requestOpen) {
		c.writeLocked(answer.Bytes())
	}
}

// claim closes r for its answer, which the caller writes next, and
// reports whether it was in the given state. From here on its id may be used again. writeMu
// is held: so whatever a client reads after the answer to a ping was decided
// after every cancellation that it sent before the ping.
func (c *conn) claim(r *inboundRequest, from int32) bool {
	if !r.state.CompareAndSwap(from, requestAnswered) {
		return false
	}
	c.mu.Lock()
	c.inflight.remove(r)
	c.mu.Unlock()
	return true
}

// writeLocked writes one message in its frame; writeMu is held. After a failed
// write nothing is written any more: half a message would spoil every later one.
func (c *conn) writeLocked(message []byte) bool {
	if c.failed {
		return false
	}
	if err := c.write(message); err != nil {
		c.failed = true
		c.cause = err
		close(c.broken)
		return false
	}
	return true
}
