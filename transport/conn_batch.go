package transport

import (
	"bytes"
	"encoding/json"
	"sync"
)

// maxBatch bounds how many messages one array may hold.
const maxBatch = 1000

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

// settle takes the end of an expected member. A nil line leaves it without an
// answer, as cancelled requests are.
func (b *batch) settle(r *inboundRequest, line []byte) {
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

// splitBatch returns the members of a JSON array, and false when there are more
// than maxBatch.
func splitBatch(message []byte) ([]json.RawMessage, bool) {
	decoder := json.NewDecoder(bytes.NewReader(message))
	if _, err := decoder.Token(); err != nil {
		return nil, false
	}
	var members []json.RawMessage
	for decoder.More() {
		if len(members) == maxBatch {
			return nil, false
		}
		var member json.RawMessage
		if err := decoder.Decode(&member); err != nil {
			return nil, false
		}
		members = append(members, member)
	}
	return members, true
}

// sendBatch writes the answers of an array in one line, without those of
// requests that were cancelled or answered in the meantime.
func (c *conn) sendBatch(answers []batchAnswer) {
	c.writeMu.Lock()
	defer c.writeMu.Unlock()
	var line bytes.Buffer
	for _, answer := range answers {
		if answer.request != nil && !c.settleRequest(answer.request, requestCollected) {
			continue
		}
		if line.Len() == 0 {
			line.WriteByte('[')
		} else {
			line.WriteByte(',')
		}
		line.Write(answer.line)
	}
	if line.Len() > 0 {
		line.WriteByte(']')
		c.writeLocked(line.Bytes())
	}
}
