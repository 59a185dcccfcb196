package zerops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	// streamLines is how many lines a stream may begin with that were written before.
	streamLines = 200
	// maxStreamMessage bounds one message of a stream in bytes.
	maxStreamMessage = 4 << 20
	// maxStreamFailures ends a stream that opened or brought nothing so often in a row.
	maxStreamFailures = 4
	// streamPing is how often the log service is asked whether it is still there, and
	// streamPong how long it may take to answer. A connection that was lost on the way
	// looks like a quiet log otherwise.
	streamPing = 25 * time.Second
	streamPong = 10 * time.Second
)

// ErrNoStream matches a log service that opens no stream. The log can be read all the
// same.
var ErrNoStream = errors.New("the log service opened no stream")

var (
	errStreamBroke = errors.New("the stream of the log service broke off again and again")
	errStreamText  = errors.New("a message of the log stream was too large")
)

// FollowLogs calls see for each line of a log behind at, in the order in which they
// come, until see returns false, ctx ends, or the log service keeps failing. It
// opens the stream of the log service, and opens it again from the last line when it
// breaks off, for which at remembers what was seen (platform §10.3).
//
// It returns nil if see ended it, the error of ctx, an [*ExternalError] which is
// [ErrNoStream] where no stream could be opened, or the error of renewing the grant.
// Limit and OldestFirst of q have no effect.
func (c *Client) FollowLogs(ctx context.Context, grant *LogGrant, q LogQuery, at *LogPosition, see func(LogLine) bool) error {
	failures, opened := 0, false
	for {
		began, told, more := time.Now(), 0, true
		conn, err := c.openStream(ctx, grant, q, at)
		if err == nil {
			opened = true
			told, more, err = readStream(ctx, conn, at, see, func(see func(LogLine)) func(LogLine) { return c.hearing(ctx, grant, see) })
		}
		c.api.logger.LogAttrs(ctx, slog.LevelDebug, "log stream ended", slog.Bool("opened", conn != nil), slog.Int("lines", told))
		if told > 0 || conn != nil && time.Since(began) > streamPing {
			failures = 0
		}
		failures++
		switch {
		case !more:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case conn == nil && !passing(err), conn == nil && !opened && failures >= maxStreamFailures:
			return err
		case errors.Is(err, websocket.ErrMessageTooBig):
			return &ExternalError{Operation: GetProjectLog, Err: errStreamText}
		case failures >= maxStreamFailures:
			return &ExternalError{Operation: GetProjectLog, Err: errStreamBroke}
		}
		if !Pause(ctx, max(backoff(failures), askedToWait(err))) {
			return ctx.Err()
		}
	}
}

// passing reports that a stream could not be opened for a reason that may pass: no
// answer, too many requests, or a fault of the log service.
func passing(err error) bool {
	refused, ok := errors.AsType[*ExternalError](err)
	return ok && (refused.Status == 0 || refused.Status == http.StatusTooManyRequests || refused.Status >= 500)
}

// askedToWait is how long the log service wants to be left alone, within reason.
func askedToWait(err error) time.Duration {
	if refused, ok := errors.AsType[*ExternalError](err); ok {
		return min(refused.RetryAfter, time.Minute)
	}
	return 0
}

// openStream opens the stream behind at. A grant that is refused is renewed once.
func (c *Client) openStream(ctx context.Context, grant *LogGrant, q LogQuery, at *LogPosition) (*websocket.Conn, error) {
	q.Limit, q.OldestFirst = streamLines, true
	values := q.values()
	if at.last != "" {
		values.Set("from", at.last)
	}
	for renewed := false; ; renewed = true {
		if err := c.api.limits.wait(ctx, c.token); err != nil {
			return nil, &ConnectionError{Operation: GetProjectLog, Err: fmt.Errorf("waiting for the request limit: %w", deadlineOf(ctx, err))}
		}
		address := grant.current()
		if address == nil {
			return nil, &ArgumentError{Operation: GetProjectLog, Name: "grant", Problem: "was not made by LogGrant"}
		}
		target := address.JoinPath("stream")
		if target.RawQuery != "" {
			target.RawQuery += "&"
		}
		target.RawQuery += values.Encode()
		conn, status, wait := c.api.dialStream(ctx, target.String())
		switch {
		case conn != nil:
			return conn, nil
		case renewed || status != http.StatusUnauthorized && status != http.StatusForbidden:
			return nil, &ExternalError{Operation: GetProjectLog, Status: status, RetryAfter: wait, Err: ErrNoStream}
		}
		if err := c.renew(ctx, grant, address); err != nil {
			return nil, err
		}
	}
}

// dialStream opens a WebSocket at an address that was checked, without the token.
// Errors of the library are dropped, because they may hold the address.
func (a *API) dialStream(ctx context.Context, target string) (conn *websocket.Conn, status int, wait time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, a.readTimeout)
	defer cancel()
	header := http.Header{}
	if a.userAgent != "" {
		header.Set("User-Agent", a.userAgent)
	}
	conn, resp, err := websocket.Dial(ctx, target, &websocket.DialOptions{HTTPClient: a.external, HTTPHeader: header})
	if err == nil {
		conn.SetReadLimit(maxStreamMessage)
		return conn, http.StatusSwitchingProtocols, 0
	}
	if resp == nil {
		return nil, 0, 0
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	if resp.StatusCode == http.StatusSwitchingProtocols { // of another protocol
		return nil, http.StatusOK, 0
	}
	return nil, resp.StatusCode, retryAfter(resp.Header, time.Now())
}

// readStream tells the lines of one connection and closes it. It reports how many
// were new and whether see wants more.
func readStream(ctx context.Context, conn *websocket.Conn, at *LogPosition, see func(LogLine) bool, hearing func(func(LogLine)) func(LogLine)) (told int, more bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var pinging sync.WaitGroup
	pinging.Go(func() {
		defer cancel() // an answer that does not come ends the reading
		for Pause(ctx, streamPing) {
			if !answersPing(ctx, conn) {
				return
			}
		}
	})
	defer func() {
		cancel()
		_ = conn.CloseNow() // nobody waits for a farewell
		pinging.Wait()
	}()
	more = true
	heard := hearing(func(line LogLine) {
		if more && at.Advance(line) {
			told++
			more = see(line)
		}
	})
	for more {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return told, more, err //nolint:wrapcheck // classified and dropped by FollowLogs
		}
		if err = decodeStream(message, heard); err != nil {
			return told, more, err
		}
	}
	return told, more, nil
}

func answersPing(ctx context.Context, conn *websocket.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, streamPong)
	defer cancel()
	return conn.Ping(ctx) == nil
}

// decodeStream reads the lines of one message: a document as for reading, or one line
// by itself. Anything else, such as a greeting, says nothing.
func decodeStream(message []byte, see func(LogLine)) error {
	err := decodeLogs(bytes.NewReader(message), MaxLogLines, see)
	if !errors.Is(err, errNotJSON) {
		if errors.Is(err, errTruncated) && len(bytes.TrimSpace(message)) == 0 {
			return nil
		}
		return err
	}
	var line LogLine
	if err := json.Unmarshal(message, &line); err == nil && line.Message != "" && !line.Time.IsZero() {
		see(line)
	}
	return nil
}
