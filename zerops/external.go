package zerops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"
)

// ExternalError reports a failure at an address that the API handed out, such as
// that of the logs or of an upload. It never holds the address, which is a
// credential.
type ExternalError struct {
	Operation Operation // the one that handed out the address
	Status    int       // HTTP status, 0 when no answer arrived
	// RetryAfter is from the header of that name; 0 when absent.
	RetryAfter time.Duration
	Err        error
}

func (e *ExternalError) Error() string {
	if e.Status != 0 {
		return fmt.Sprintf("%s: the address it named answered HTTP %d", e.Operation, e.Status)
	}
	return fmt.Sprintf("%s: the address it named: %v", e.Operation, e.Err)
}

// Unwrap returns the network, decoding or context error, nil for a refusal.
func (e *ExternalError) Unwrap() error { return e.Err }

// Is reports ErrRateLimited for HTTP 429 and ErrUnavailable for all.
func (e *ExternalError) Is(target error) bool {
	return target == ErrUnavailable || target == ErrRateLimited && e.Status == http.StatusTooManyRequests
}

// errForeignAddress is the cause of an [ExternalError] whose address this client
// does not go to. Nothing was sent.
var errForeignAddress = errors.New("the API named an address outside its own domain, which was not contacted")

// externalURL checks an address that the API handed out before anything is sent
// there: https on the registrable domain of the API, or, beside an API on this
// machine, any port of this machine. The API writes some without a scheme or
// with the word GET in front (platform §4.10).
func (a *API) externalURL(raw string) (*url.URL, error) {
	raw = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(raw), "GET "))
	if !strings.Contains(raw, "://") {
		raw = "https://" + raw
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errForeignAddress
	}
	u.Fragment = ""
	host, own := strings.ToLower(u.Hostname()), strings.ToLower(a.base.Hostname())
	switch {
	case a.Loopback():
		if isLoopback(host) && (u.Scheme == "http" || u.Scheme == "https") {
			return u, nil
		}
	case u.Scheme == "https" && sameSite(host, own):
		return u, nil
	}
	return nil, errForeignAddress
}

// sameSite reports whether two hosts are under one registrable domain. Addresses
// and single labels have none and must be equal.
func sameSite(host, own string) bool {
	if host == own {
		return true
	}
	if _, err := netip.ParseAddr(own); err == nil {
		return false
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(own)
	return err == nil && (host == domain || strings.HasSuffix(host, "."+domain))
}

// addressSecrets lists what must not be shown of an address that is a credential:
// the whole, its query, and the parameters that grant something. Ids in it are no
// secrets, and hiding them would blank them elsewhere.
func addressSecrets(u *url.URL) []Secret {
	secrets := []Secret{NewSecret(u.String())}
	if u.RawQuery != "" {
		secrets = append(secrets, NewSecret(u.RawQuery))
	}
	for name, values := range u.Query() {
		name = strings.ToLower(name)
		for _, word := range []string{"token", "sign", "sig", "key", "credential", "secret", "grant", "auth"} {
			if strings.Contains(name, word) {
				for _, value := range values {
					secrets = append(secrets, NewSecret(value))
				}
				break
			}
		}
	}
	return secrets
}

// getExternal reads an address that the API handed out, without the token, and
// passes the body of a good answer to read. It tries again as for any read.
func (a *API) getExternal(ctx context.Context, op Operation, target *url.URL, read func(io.Reader) error) error {
	for attempt := 1; ; attempt++ {
		status, wait, err := a.tryExternal(ctx, target, a.maxResponse, read)
		if err == nil {
			return nil
		}
		asked := wait
		again := attempt < maxAttempts && ctx.Err() == nil && (status == 0 && !errors.Is(err, errTooLarge) && !errors.Is(err, errNotJSON) ||
			status == http.StatusTooManyRequests || status >= 500)
		if wait <= 0 {
			wait = backoff(attempt)
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
			again = false
		}
		a.logger.LogAttrs(ctx, slog.LevelDebug, "request to an address of the API",
			slog.String("operation", op.String()), slog.Int("attempt", attempt), slog.Int("status", status))
		if !again || !Pause(ctx, wait) {
			return &ExternalError{Operation: op, Status: status, RetryAfter: asked, Err: err}
		}
	}
}

// tryExternal reads an address once, and no more than limit bytes of its answer.
func (a *API) tryExternal(ctx context.Context, target *url.URL, limit int64, read func(io.Reader) error) (status int, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, a.readTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return 0, 0, errForeignAddress // the text of err holds the address
	}
	req.Header.Set("Accept", "application/json")
	if a.userAgent != "" {
		req.Header.Set("User-Agent", a.userAgent)
	}
	resp, err := a.external.Do(req)
	if err != nil {
		return 0, 0, stripURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode, retryAfter(resp.Header, time.Now()), errRefused
	}
	if err := read(&boundedReader{r: resp.Body, left: limit}); err != nil {
		return 0, 0, err
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // what follows the list; the connection can then be used again
	return 0, 0, nil
}

// errRefused stands for an answer that was not a success; the status says more.
var errRefused = errors.New("the request was refused")

// boundedReader fails once more than the accepted bytes were read, where
// io.LimitReader would end as if the body did.
type boundedReader struct {
	r    io.Reader
	left int64
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	return n, err
}
