package zerops

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxRetryAfter bounds how long a retry obeys the server; past it the caller is
// told instead.
const maxRetryAfter = 10 * time.Minute

// retryDelay tells whether a safe request is worth another attempt, and when.
func retryDelay(err error, attempt int) (time.Duration, bool) {
	if attempt >= maxAttempts {
		return 0, false
	}
	if refusal, ok := errors.AsType[*Error](err); ok {
		if refusal.Status != http.StatusTooManyRequests && refusal.Status < 500 {
			return 0, false
		}
		if refusal.RetryAfter > 0 {
			return refusal.RetryAfter, true
		}
		return backoff(attempt), true
	}
	if _, ok := errors.AsType[*ConnectionError](err); ok {
		// An answer that is too large or not JSON will be so again.
		return backoff(attempt), !errors.Is(err, errTooLarge) && !errors.Is(err, errNotJSON) && !errors.Is(err, errEmpty)
	}
	return 0, false
}

// backoff is 200 ms doubled for each attempt, with jitter of half, so that
// clients that failed together do not come back together.
func backoff(attempt int) time.Duration {
	base := 200 * time.Millisecond << (attempt - 1)
	return base/2 + rand.N(base)
}

// Pause waits for d and reports whether ctx lasted that long.
func Pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter reads the header of RFC 9110 §10.2.3: seconds or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if value == "" {
		return 0
	}
	var wait time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		wait = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return min(max(wait, 0), maxRetryAfter)
}

// stripURL drops the address from a network error: its query may hold a grant.
func stripURL(err error) error {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		return withURL.Err
	}
	return err
}

// deadlineOf prefers the context's own error over the limiter's words for it.
func deadlineOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if _, ok := ctx.Deadline(); ok {
		return errors.Join(context.DeadlineExceeded, err)
	}
	return err
}
