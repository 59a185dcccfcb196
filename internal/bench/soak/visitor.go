package soak

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"zerops-mcp/internal/bench/tenants"
)

// visitor is a client over HTTP whose sessions come and go: some are ended, some
// are forgotten, some listen.
type visitor struct {
	http  *http.Client
	url   string
	token string
	left  int // calls until the next session
	round int
	now   *tenants.Client
	quiet context.CancelFunc // ends the listening
}

// Call calls a tool, in a new session where the last has had its time.
func (v *visitor) Call(ctx context.Context, tool, arguments, extra string) (*tenants.Result, error) {
	if v.left == 0 {
		if err := v.renew(ctx); err != nil {
			return nil, err
		}
		v.left = 25
	}
	v.left--
	return v.now.Call(ctx, tool, arguments, extra)
}

func (v *visitor) renew(ctx context.Context) error {
	if err := v.leave(ctx); err != nil {
		return err
	}
	v.round++
	next := &tenants.Client{HTTP: v.http, URL: v.url, Credential: v.token, Modern: v.round%4 == 3}
	if err := next.Initialize(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("a new session: %w", err)
	}
	v.now = next
	if v.round%3 == 0 && !next.Modern {
		var listening context.Context
		listening, v.quiet = context.WithCancel(context.WithoutCancel(ctx))
		stream := *next
		go func() { _ = stream.Listen(listening) }()
	}
	return nil
}

// leave ends every second session properly; the others are left to the server.
func (v *visitor) leave(ctx context.Context) error {
	if v.quiet != nil {
		v.quiet()
		v.quiet = nil
	}
	if v.now == nil || v.now.Modern || v.round%2 == 0 {
		return nil
	}
	return v.now.End(context.WithoutCancel(ctx))
}

// rude sends what is no message, and expects to be told so.
func (v *visitor) rude(ctx context.Context) error {
	for body, status := range map[string]int{
		`{"jsonrpc":"2.0","id":1,"method":`: http.StatusBadRequest,
		strings.Repeat(" ", 5<<20):          http.StatusRequestEntityTooLarge,
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url, strings.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+v.token)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		response, err := v.http.Do(r)
		if err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode != status {
			return fmt.Errorf("%d bytes that are no message: HTTP status %d instead of %d", len(body), response.StatusCode, status)
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, v.url, strings.NewReader("{}"))
	if err != nil {
		return err
	}
	response, err := v.http.Do(r)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		return errors.New("a request without a token was not refused")
	}
	return nil
}
