package transport

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"time"
)

// errServerEnds is why the context of a call ended that was still running when
// serving had to end.
var errServerEnds = errors.New("the server is ending")

// startDrain tells calls that serving is about to end. Nobody can answer a
// question any more.
func (c *conn) startDrain() {
	close(c.drain)
	c.asked.close()
}

// await lets requests go on after the end of the input. It reports whether
// serving has to stop although some have not ended.
func (c *conn) await(ctx context.Context, limit time.Duration) (stop bool) {
	idle := c.whenIdle()
	timer := time.NewTimer(limit * 80 / 100)
	defer timer.Stop()
	select {
	case <-idle:
		return false
	case <-ctx.Done():
		return true
	case <-c.broken:
		return true
	case <-timer.C:
	}
	c.refuseWaiting()
	c.cancel(errServerEnds)
	timer.Reset(limit * 15 / 100)
	select {
	case <-idle:
	case <-c.broken:
	case <-timer.C:
		c.giveUp(limit * 5 / 100)
	}
	return false
}

// stop ends serving within limit: what waits is refused, what runs gets a third
// of the time before its context ends and half of it to answer then.
func (c *conn) stop(limit time.Duration) {
	c.refuseWaiting()
	idle := c.whenIdle()
	timer := time.NewTimer(limit / 3)
	defer timer.Stop()
	select {
	case <-idle:
		return
	case <-c.broken:
		// Nobody reads the answers; calls only need to notice.
	case <-timer.C:
	}
	c.cancel(errServerEnds)
	timer.Reset(limit / 2)
	select {
	case <-idle:
	case <-timer.C:
		c.giveUp(limit / 10)
	}
}

// whenIdle returns a channel that is closed once no request waits or runs.
func (c *conn) whenIdle() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	idle := make(chan struct{})
	if c.outstanding == 0 {
		close(idle)
	} else {
		c.idle = idle
	}
	return idle
}

// refuseWaiting answers every request that has not started, and from now on
// every new one, as not done.
func (c *conn) refuseWaiting() {
	c.mu.Lock()
	c.stopping = true
	waiting := append(c.calls.clear(), c.others.clear()...)
	c.mu.Unlock()
	for _, r := range waiting {
		c.answerFor(r, notStarted())
		r.cancel()
		c.release(r)
	}
}

// giveUp answers in place of calls that do not end. A client that does not read
// its answers cannot hold it beyond limit.
func (c *conn) giveUp(limit time.Duration) {
	c.mu.Lock()
	stuck := make([]*inboundRequest, 0, len(c.inflight))
	for _, r := range c.inflight {
		stuck = append(stuck, r)
	}
	c.mu.Unlock()

	done := make(chan struct{})
	go func() {
		defer close(done)
		for _, r := range stuck {
			c.answerFor(r, unfinished())
		}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		c.logger.Warn("calls ended without an answer, because the client does not read", slog.Int("calls", len(stuck)))
	}
}

// answerFor answers a request in its place.
func (c *conn) answerFor(r *inboundRequest, f *failure) {
	c.sendAnswer(bytes.NewBuffer(failureAnswer(r.rpcID, r.method, r.message, *f)), r)
}
