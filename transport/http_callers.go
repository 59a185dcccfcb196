package transport

import (
	"container/list"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"zerops-mcp/tools/request"
)

const (
	// maxCallers bounds how many callers are remembered; the longest unseen
	// one is forgotten, and with it only how much of its rate it has used.
	maxCallers = 20_000
	// waitingPerCall is how many messages of a caller may be on their way in
	// for each that may run.
	waitingPerCall = 4
	// streamsPerCall is how many open streams a caller may have for each call that
	// may run at once.
	streamsPerCall = 64
)

// callers bounds what each caller may ask for.
type callers struct {
	rate        rate.Limit
	burst       int
	concurrency int

	mu    sync.Mutex
	byKey map[string]*list.Element
	order list.List // of *caller, the last seen first
}

// caller is one caller's account.
type caller struct {
	key     string
	limiter *rate.Limiter // nil: no limit

	mu       sync.Mutex
	running  int // calls
	reading  int // messages on their way in
	streams  int
	accepted bool      // the platform took the token
	refused  time.Time // when it did not, the last time that counted
}

func newCallers(cfg *HTTPConfig) *callers {
	limit := rate.Limit(cfg.RateLimit)
	if cfg.RateLimit <= 0 {
		limit = rate.Inf
	}
	return &callers{rate: limit, burst: cfg.RateBurst, concurrency: cfg.Concurrency, byKey: make(map[string]*list.Element)}
}

// get returns the account of a caller.
func (c *callers) get(key string) *caller {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byKey[key]; ok {
		c.order.MoveToFront(element)
		found, _ := element.Value.(*caller)
		return found
	}
	account := &caller{key: key}
	if c.rate != rate.Inf {
		account.limiter = rate.NewLimiter(c.rate, c.burst)
	}
	c.byKey[key] = c.order.PushFront(account)
	if len(c.byKey) > maxCallers {
		c.forget()
	}
	return account
}

// forget drops the longest unseen caller that has nothing open; c.mu is held.
func (c *callers) forget() {
	for element := c.order.Back(); element != nil; element = element.Prev() {
		account, _ := element.Value.(*caller)
		if account.idle() {
			c.order.Remove(element)
			delete(c.byKey, account.key)
			return
		}
	}
}

func (c *caller) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running == 0 && c.reading == 0 && c.streams == 0
}

// wait returns zero when one more call is within the rate, else after how long
// it will be.
func (c *caller) wait(now time.Time) time.Duration {
	if c.limiter == nil {
		return 0
	}
	reservation := c.limiter.ReserveN(now, 1)
	if delay := reservation.DelayFrom(now); delay > 0 {
		reservation.CancelAt(now)
		return delay
	}
	return 0
}

// take counts one more use and reports whether it is within the limit; give ends
// it. count is a member of the caller.
func (c *caller) take(count *int, limit int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if *count >= limit {
		return false
	}
	*count++
	return true
}

func (c *caller) give(count *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*count--
}

// takeCall counts one more running call of a caller and reports whether it is
// within the limits; giveCall ends it.
func (h *Handler) takeCall(account *caller) bool {
	return h.take(&h.metrics.inFlight, h.cfg.MaxRunning, account, &account.running, h.cfg.Concurrency)
}

func (h *Handler) giveCall(account *caller) {
	account.give(&account.running)
	h.metrics.inFlight.Add(-1)
}

// takeStream and giveStream do the same for open streams.
func (h *Handler) takeStream(account *caller) bool {
	return h.take(&h.metrics.streams, h.cfg.MaxStreams, account, &account.streams, streamsPerCall*h.cfg.Concurrency)
}

func (h *Handler) giveStream(account *caller) {
	account.give(&account.streams)
	h.metrics.streams.Add(-1)
}

// take counts one more use of a caller, both against what all may use and what
// one may.
func (h *Handler) take(all *atomic.Int64, most int, account *caller, count *int, limit int) bool {
	if all.Add(1) <= int64(most) && account.take(count, limit) {
		return true
	}
	all.Add(-1)
	return false
}

// tooFast is the refusal of a call beyond the rate.
func tooFast(after time.Duration) *failure {
	seconds := int(math.Ceil(after.Seconds()))
	return &failure{
		Code: request.CodeRateLimited, Message: "This caller sends more calls than the server takes. Nothing was done for this one.",
		Hint: "Send it again after the time given.", Retryable: true, RetryAfterSeconds: max(1, seconds),
	}
}

// tooManyAtOnce is the refusal of a call beside too many others.
func tooManyAtOnce() *failure {
	return &failure{
		Code: request.CodeRateLimited, Message: "Too many calls are running at once. Nothing was done for this one.",
		Hint: "Wait for some of the answers, then send it again.", Retryable: true, RetryAfterSeconds: 1,
	}
}
