package zerops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// send carries a request through rate limit, attempts and retries. Only safe
// operations are sent more than once.
func (a *API) send(ctx context.Context, token string, req *request) (json.RawMessage, error) {
	safe := req.op.Safe()
	for attempt := 1; ; attempt++ {
		if err := a.limits.wait(ctx, token); err != nil {
			// The limiter refuses at once what could not be sent before the deadline.
			return nil, &ConnectionError{Operation: req.op, Attempts: attempt - 1, Err: fmt.Errorf("waiting for the request limit: %w", deadlineOf(ctx, err))}
		}
		body, err := a.attempt(ctx, token, req, attempt)
		if err == nil {
			return body, nil
		}
		delay, again := retryDelay(err, attempt)
		if !safe || !again || ctx.Err() != nil {
			return nil, err
		}
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= delay {
			return nil, err // waiting would only turn a clear error into a timeout
		}
		if !Pause(ctx, delay) {
			return nil, err
		}
	}
}

// attempt sends the request once and reads its whole answer.
func (a *API) attempt(ctx context.Context, token string, req *request, number int) (json.RawMessage, error) {
	start := time.Now()
	timeout := a.readTimeout
	if !req.op.Safe() {
		timeout = a.writeTimeout
	}
	attemptCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	var sent atomic.Bool // whether the API may have seen the request
	trace := &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }}
	httpReq, err := a.newRequest(httptrace.WithClientTrace(attemptCtx, trace), token, req)
	if err != nil {
		return nil, &ConnectionError{Operation: req.op, Attempts: number, Err: err}
	}
	resp, err := a.http.Do(httpReq)
	if err != nil {
		a.report(ctx, req.op, number, 0, start, err)
		return nil, failedExchange(req.op, number, sent.Load(), 0, stripURL(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := readAll(resp.Body, a.maxResponse)
	if err != nil && resp.StatusCode < 400 {
		a.report(ctx, req.op, number, resp.StatusCode, start, err)
		return nil, failedExchange(req.op, number, true, resp.StatusCode, err)
	}
	raw, err := answer(req.op, number, resp, body)
	a.report(ctx, req.op, number, resp.StatusCode, start, err)
	return raw, err
}

func (a *API) newRequest(ctx context.Context, token string, req *request) (*http.Request, error) {
	var body io.Reader
	if req.body != nil {
		body = bytes.NewReader(req.body)
	}
	httpReq, err := http.NewRequestWithContext(ctx, req.op.Method(), req.url, body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	if req.body != nil {
		httpReq.Header.Set("Content-Type", req.kind)
	}
	httpReq.Header.Set("Accept", "application/json")
	httpReq.Header.Set("Authorization", "Bearer "+token)
	if a.userAgent != "" {
		httpReq.Header.Set("User-Agent", a.userAgent)
	}
	if trace := traceFrom(ctx); trace != "" {
		httpReq.Header.Set("Traceparent", trace)
	}
	return httpReq, nil
}

// answer turns a complete HTTP answer into JSON or a typed error.
func answer(op Operation, attempt int, resp *http.Response, body []byte) (json.RawMessage, error) {
	if resp.StatusCode < 300 {
		body = bytes.TrimSpace(body)
		switch {
		case len(body) == 0 && (resp.StatusCode == http.StatusNoContent || op.EmptyAnswer()):
			return json.RawMessage("null"), nil
		case len(body) == 0:
			return nil, failedExchange(op, attempt, true, resp.StatusCode, errEmpty)
		case op.RawAnswer():
			return rawJSON(body), nil
		case !json.Valid(body) || !strings.Contains("{[n", string(body[0])):
			// The API answers with objects, lists or null; a bare word is somebody else's.
			return nil, failedExchange(op, attempt, true, resp.StatusCode, errNotJSON)
		}
		return body, nil
	}
	e := &Error{Operation: op, Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header, time.Now()), Attempts: attempt}
	if (!parseError(body, e) || e.Code == "") && resp.StatusCode >= 500 && !op.Safe() {
		// A gateway answered for the API, which may have done the work. The API itself
		// always gives a code.
		return nil, &UncertainError{Operation: op, Status: resp.StatusCode, Err: errNotJSON}
	}
	return nil, e
}

// rawJSON keeps an answer that is a document of its own, such as a JSON schema
// or a dotenv file: JSON as it is, anything else as a JSON string.
func rawJSON(body []byte) json.RawMessage {
	if json.Valid(body) {
		return body
	}
	text, err := json.Marshal(string(bytes.ToValidUTF8(body, []byte("\uFFFD"))))
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

// failedExchange classifies an exchange that brought no usable answer.
func failedExchange(op Operation, attempt int, sent bool, status int, err error) error {
	if sent && !op.Safe() {
		return &UncertainError{Operation: op, Status: status, Err: err}
	}
	return &ConnectionError{Operation: op, Attempts: attempt, Err: err}
}

// readAll reads a body up to limit bytes. What a broken body held so far is
// returned with the error.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(body)) > limit:
		return nil, errTooLarge
	case errors.Is(err, io.ErrUnexpectedEOF):
		return body, errTruncated
	case err != nil:
		return body, stripURL(err)
	}
	return body, nil
}

func (a *API) report(ctx context.Context, op Operation, attempt, status int, start time.Time, err error) {
	took := time.Since(start)
	a.logger.LogAttrs(ctx, slog.LevelDebug, "API request",
		slog.String("operation", op.String()), slog.Int("attempt", attempt), slog.Int("status", status), slog.Duration("took", took))
	done := Attempt{Operation: op, Number: attempt, Status: status, Duration: took}
	if refusal, ok := errors.AsType[*Error](err); ok {
		done.Refused = refusal.Definite()
	}
	if a.observe != nil {
		a.observe(ctx, done)
	}
	if observe, ok := ctx.Value(observerKey{}).(func(Attempt)); ok {
		observe(done)
	}
}
