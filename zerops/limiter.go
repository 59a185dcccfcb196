package zerops

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxLimiters bounds how many tokens are remembered. Past it the one that was
// idle longest is forgotten, which at worst grants it a new burst.
const maxLimiters = 4096

// limiters holds one rate limiter for each token, keyed by the token's hash so
// that no token outlives its request.
type limiters struct {
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	entries map[[sha256.Size]byte]*limiterEntry
}

type limiterEntry struct {
	limiter *rate.Limiter
	used    time.Time
}

func newLimiters(perSecond float64, burst int) *limiters {
	if perSecond <= 0 {
		return nil
	}
	return &limiters{
		perSecond: rate.Limit(perSecond),
		burst:     max(burst, 1),
		entries:   make(map[[sha256.Size]byte]*limiterEntry),
	}
}

// wait blocks until the token may send one more request, or ctx ends.
func (l *limiters) wait(ctx context.Context, token string) error {
	if l == nil {
		return nil
	}
	return l.get(sha256.Sum256([]byte(token))).Wait(ctx)
}

func (l *limiters) get(key [sha256.Size]byte) *rate.Limiter {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	e, ok := l.entries[key]
	if !ok {
		if len(l.entries) >= maxLimiters {
			l.forgetIdlest()
		}
		e = &limiterEntry{limiter: rate.NewLimiter(l.perSecond, l.burst)}
		l.entries[key] = e
	}
	e.used = now
	return e.limiter
}

func (l *limiters) forgetIdlest() {
	var idlest [sha256.Size]byte
	var since time.Time
	for key, e := range l.entries {
		if since.IsZero() || e.used.Before(since) {
			idlest, since = key, e.used
		}
	}
	delete(l.entries, idlest)
}
