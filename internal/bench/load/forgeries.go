package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"zerops-mcp/internal/bench/tenants"
)

func forgeries() []forgery {
	const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	origin, host := map[string]string{"Origin": "https://evil.example"}, map[string]string{"Host": "evil.example"}
	kind := func(contentType string) map[string]string { return map[string]string{"Content-Type": contentType} }
	session := func(id string) map[string]string { return map[string]string{"Mcp-Session-Id": id} }
	return []forgery{
		{"no JSON", "POST", nil, "\x00\xff{{{{", 400, true},
		{"half JSON", "POST", nil, `{"jsonrpc":"2.0","id":1,"method":`, 400, true},
		{"deep JSON", "POST", nil, strings.Repeat(`[`, 100_000), 400, true},
		{"text", "POST", kind("text/plain"), ping, 415, true},
		{"form", "POST", kind("application/x-www-form-urlencoded"), ping, 415, true},
		{"compressed", "POST", map[string]string{"Content-Encoding": "gzip"}, ping, 415, true},
		{"session of nobody", "POST", session("no-such-session"), ping, 404, true},
		{"session like ours", "POST", session("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA"), ping, 404, true},
		{"stream of nobody", "GET", session("no-such-session"), "", 404, true},
		{"end of nobody", "DELETE", session("no-such-session"), "", 404, true},
		{"foreign page", "POST", origin, ping, 403, true},
		{"foreign page, stream", "GET", origin, "", 403, true},
		{"foreign name", "POST", host, ping, 403, true},
		{"no credential", "POST", nil, ping, 401, false},
		{"no credential, stream", "GET", nil, "", 401, false},
		{"two credentials", "POST", map[string]string{"X-Api-Key": "another-made-up-token"}, ping, 400, true},
		{"other address of the API", "POST", map[string]string{
			"X-Forwarded-Host": "evil.example", "X-Zerops-Api-Url": "http://evil.example", "Zerops-Api-Url": "http://evil.example",
			"Zmcp-Api-Url": "http://evil.example", "Mcp-Session-Id": "no-such-session",
		}, ping, 404, true},
	}
}

func (a *attacker) forge(ctx context.Context) (string, error) {
	const workers = 16
	shared := &http.Transport{MaxIdleConnsPerHost: workers}
	defer shared.CloseIdleConnections()
	var (
		sent    atomic.Int64
		running sync.WaitGroup
		mu      sync.Mutex
		wrong   error
	)
	all := forgeries()
	for worker := range workers {
		running.Go(func() {
			for i := worker; ctx.Err() == nil; i++ {
				f := all[i%len(all)]
				status, err := a.send(context.WithoutCancel(ctx), shared, f, i)
				if err == nil && status != f.status {
					err = fmt.Errorf("status %d, not %d", status, f.status)
				}
				if err != nil {
					mu.Lock()
					wrong = errors.Join(wrong, fmt.Errorf("%s: %w", f.name, err))
					mu.Unlock()
					return
				}
				sent.Add(1)
			}
		})
	}
	running.Wait()
	return fmt.Sprintf("%d requests of %d kinds refused, as they have to be", sent.Load(), len(all)), wrong
}

func (a *attacker) send(ctx context.Context, shared *http.Transport, f forgery, i int) (int, error) {
	r, err := http.NewRequestWithContext(ctx, f.method, "http://"+a.address+"/mcp", strings.NewReader(f.body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if f.withCredential {
		r.Header.Set("Authorization", "Bearer "+tenants.Token(i%10)) // even with a valid one
	}
	for name, value := range f.header {
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	response, err := shared.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}
