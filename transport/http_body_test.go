package transport_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"zerops-mcp/transport"
)

// Messages over the limit are refused with their id, in memory that does not
// grow with them, and so is what is no JSON.
func TestHTTPBodies(t *testing.T) {
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	filler := strings.Repeat("x", 5<<20)
	for _, tc := range []struct {
		name, body string
		changes    header
		status     int
		id         string
	}{
		{"id before", `{"jsonrpc":"2.0","id":1,"method":"x","p":"` + filler + `"}`, nil, 413, "1"},
		{"id after", `{"jsonrpc":"2.0","method":"x","p":"` + filler + `","id":"two"}`, nil, 413, `"two"`},
		{"response", `{"jsonrpc":"2.0","id":1,"result":"` + filler + `"}`, nil, 413, "null"},
		{"no JSON", filler, nil, 413, "null"},
		{"text", pingLine, header{"Content-Type": "text/plain"}, 415, "null"},
		{"form", pingLine, header{"Content-Type": "application/x-www-form-urlencoded"}, 415, "null"},
		{"no type", pingLine, header{"Content-Type": ""}, 415, "null"},
		{"type like JSON", pingLine, header{"Content-Type": "application/jsonx"}, 415, "null"},
		{"encoded", pingLine, header{"Content-Encoding": "gzip"}, 415, "null"},
		{"type with a charset", pingLine, header{"Content-Type": "application/json; charset=utf-8"}, 200, `"ping"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			status, all := s.post(tc.body, session.with(tc.changes))
			if status != tc.status || len(all) != 1 || string(all[0].ID) != tc.id {
				t.Errorf("status %d, answered %v", status, all)
			}
			if tc.status != 200 && all[0].code() != -32600 {
				t.Errorf("answered %v", all)
			}
		})
	}
	t.Run("memory", func(t *testing.T) {
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		body := io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","p":"`), io.LimitReader(endless{}, 50<<20), strings.NewReader(`","method":"x","id":7}`))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/mcp", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+aliceToken)
		r.Header.Set("Content-Type", "application/json")
		response, err := s.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if all := readMessages(t, response); response.StatusCode != http.StatusRequestEntityTooLarge || string(all[0].ID) != "7" {
			t.Errorf("status %d, answered %v", response.StatusCode, all)
		}
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 40<<20 {
			t.Errorf("50 MiB took %d MiB", grown>>20)
		}
	})
	if status, _ := s.post(pingLine, session); status != 200 {
		t.Errorf("then status %d", status)
	}
}

// endless is a stream of one letter.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A message that does not come to its end is given up, and a long call is not
// taken for one.
func TestHTTPSlowBody(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.BodyTimeout = 200 * time.Millisecond })
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	reader, writer := io.Pipe()
	defer func() { _ = writer.Close() }()
	go func() { _, _ = io.WriteString(writer, `{"jsonrpc":`) }()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/mcp", reader)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+aliceToken)
	r.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusRequestTimeout {
		t.Errorf("status %d", response.StatusCode)
	}
	if got := s.one(toolCall("1", "sleep", `{"ms":500}`), session); got.text() != "slept" {
		t.Errorf("a long call was answered %s", got.raw)
	}
}

// Who sends a header without the body that it announces is answered and let go,
// although nobody asked for the body.
func TestHTTPBodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	running := start(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.BodyTimeout = 200 * time.Millisecond })
	for _, request := range []string{"POST /mcp", "POST /healthz", "GET /nothing"} {
		c, err := net.Dial("tcp", running.address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		fmt.Fprintf(c, "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{", request)
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		got, err := io.ReadAll(c)
		if !strings.HasPrefix(string(got), "HTTP/1.1 ") || err != nil {
			t.Errorf("%s: %q, %v", request, got, err)
		}
	}
	// What takes longer once it has arrived goes on.
	session := running.initialize(aliceToken, "2025-11-25", "{}")
	stream := running.do(http.MethodGet, "/mcp", "", session)
	defer func() { _ = stream.Body.Close() }()
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, stream.Body)
		close(ended)
	}()
	if got := running.one(toolCall("1", "sleep", `{"ms":500}`), session); got.text() != "slept" {
		t.Errorf("a long call was answered %s", got.raw)
	}
	select {
	case <-ended:
		t.Error("a stream was cut off")
	default:
	}
}
