package transport

import "bytes"

// maxPooledBuffer is the largest output buffer in bytes that is kept for reuse.
const maxPooledBuffer = 256 << 10

// queueOf returns where a request runs; c.mu is held.
func (c *conn) queueOf(r *inboundRequest) *queue {
	if r.method == methodToolsCall {
		return &c.calls
	}
	return &c.others
}

// work runs a request and after it those that wait for its place. When none does,
// the goroutine waits for the next one for as long as there is a place to wait in:
// its stack has grown to what a call needs.
func (c *conn) work(r *inboundRequest) {
	for r != nil {
		c.run(r)
		c.mu.Lock()
		next := c.queueOf(r).next()
		c.mu.Unlock()
		c.release(r)
		if next == nil {
			next = c.nextRequest()
		}
		r = next
	}
}

// nextRequest waits for a request. It returns nil when enough others
// wait, and when serving ends.
func (c *conn) nextRequest() *inboundRequest {
	select {
	case c.idleWorkers <- struct{}{}:
	default:
		return nil
	}
	defer func() { <-c.idleWorkers }()
	select {
	case r := <-c.toIdle:
		return r
	case <-c.ctx.Done():
		return nil
	}
}

// begin runs a request in a goroutine that waits for one, or in a new one.
func (c *conn) begin(r *inboundRequest) {
	select {
	case c.toIdle <- r:
	default:
		go c.work(r)
	}
}

// run gets the answer to a request and sends it.
func (c *conn) run(r *inboundRequest) {
	defer r.cancel()
	buffer, _ := c.buffers.Get().(*bytes.Buffer)
	buffer.Reset()
	r.process(buffer, c.handleMessage, c.drain, c.logger)
	c.sendAnswer(buffer, r)
	if buffer.Cap() <= maxPooledBuffer {
		c.buffers.Put(buffer)
	}
}
