package transport

import (
	"bytes"
	"context"
	"sync"
)

// batch collects the answers of one array of requests, which go out together
// in one array.
type batch struct {
	conn *conn

	mu      sync.Mutex
	pending int // requests without an answer, and one while the array is read
	answers []batchAnswer
}

// batchAnswer is the answer of one member; request is nil where a member was no
// request that could be run.
type batchAnswer struct {
	request *inboundRequest
	line    []byte
}

// expect counts a member that will be answered.
func (b *batch) expect() {
	b.mu.Lock()
	b.pending++
	b.mu.Unlock()
}

// add takes the answer of a member that was not expected.
func (b *batch) add(line []byte) {
	b.mu.Lock()
	b.answers = append(b.answers, batchAnswer{line: line})
	b.mu.Unlock()
}

// finish takes the end of an expected member. A nil line leaves it without an
// answer, as canceled requests are.
func (b *batch) finish(r *inboundRequest, line []byte) {
	b.mu.Lock()
	if line != nil {
		b.answers = append(b.answers, batchAnswer{r, line})
	}
	b.pending--
	last := b.pending == 0
	answers := b.answers
	b.mu.Unlock()
	if last && len(answers) > 0 {
		b.conn.sendBatch(answers)
	}
}

// handleBatch splits an array into its messages.
func (c *conn) handleBatch(ctx context.Context, message []byte, in *batch) {
	revision := c.client.agreed()
	if in != nil {
		revision = "" // no revision has arrays in arrays
	}
	members, refusal := arrayMembers(message, revision)
	if refusal != nil {
		c.respond(in, refusal)
		return
	}
	b := &batch{conn: c, pending: 1}
	for _, member := range members {
		c.handle(ctx, member, b)
	}
	b.finish(nil, nil)
}

// sendBatch writes the answers of an array in one line, without those of
// requests that were canceled or answered in the meantime.
func (c *conn) sendBatch(answers []batchAnswer) {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	var line bytes.Buffer
	for _, answer := range answers {
		if answer.request != nil && !c.claim(answer.request, requestCollected) {
			continue
		}
		appendElement(&line, answer.line)
	}
	if line.Len() > 0 {
		line.WriteByte(']')
		c.writeLocked(line.Bytes())
	}
}
