package transport_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zerops-mcp/transport"
)

// Beyond its limits a caller is told when to come back, and others notice
// nothing.
func TestHTTPLimits(t *testing.T) {
	t.Parallel()
	t.Run("rate", func(t *testing.T) {
		t.Parallel()
		const wait = 4096 // seconds for one call more, so that no machine is slow enough to earn one
		s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.RateLimit, cfg.RateBurst = 1.0/wait, 10 })
		began := time.Now()
		inTime := func(text string) bool { // what is left of the wait
			seconds, err := strconv.Atoi(text)
			return err == nil && seconds <= wait && seconds >= wait-1-int(time.Since(began).Seconds())
		}
		alice, bob := s.initialize(aliceToken, "2025-11-25", "{}"), s.initialize(bobToken, "2025-11-25", "{}")
		for i := range 8 { // two were for the session
			if got := s.one(toolCall(strconv.Itoa(i), "echo", `{"text":"x"}`), alice); got.text() != "x" {
				t.Errorf("call %d was answered %s", i, got.raw)
			}
		}
		got := s.one(toolCall("9", "echo", `{"text":"x"}`), alice)
		_, after, _ := strings.Cut(got.text(), `"retry_after_seconds":`)
		if !got.Result.IsError || !strings.Contains(got.text(), `"code":"rate_limited"`) || !inTime(strings.TrimRight(after, "}")) {
			t.Errorf("answered %s", got.raw)
		}
		if got := s.one(modern("9", "tools/call", `"name":"echo","arguments":{},`), modernHeader("tools/call", "echo")); !got.Result.IsError || got.Result.ResultType != "complete" {
			t.Errorf("answered %s", got.raw)
		}
		if got := s.one(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, alice); got.code() != -32603 || !strings.Contains(string(got.Error.Data), "rate_limited") {
			t.Errorf("answered %s", got.raw)
		}
		for _, request := range [][2]string{{"POST", `{"jsonrpc":"2.0","method":"notifications/x"}`}, {"GET", ""}} {
			response := s.do(request[0], "/mcp", request[1], alice)
			_ = response.Body.Close()
			if response.StatusCode != http.StatusTooManyRequests || !inTime(response.Header.Get("Retry-After")) {
				t.Errorf("%s: status %d, Retry-After %q", request[0], response.StatusCode, response.Header.Get("Retry-After"))
			}
		}
		if got := s.one(toolCall("1", "echo", `{"text":"x"}`), bob); got.text() != "x" {
			t.Errorf("the other caller was answered %s", got.raw)
		}
	})
	t.Run("concurrency", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		s := serveHTTP(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.Concurrency = 2 })
		alice, second, bob := s.initialize(aliceToken, "2025-11-25", "{}"), s.initialize(aliceToken, "2025-11-25", "{}"), s.initialize(bobToken, "2025-11-25", "{}")
		answered := make(chan message, 2)
		for i := range 2 {
			go func() { answered <- s.one(toolCall(strconv.Itoa(i), "stubborn", "{}"), alice) }()
			<-p.started
		}
		for _, session := range []header{alice, second} {
			if got := s.one(toolCall("9", "echo", "{}"), session); !strings.Contains(got.text(), "rate_limited") {
				t.Errorf("answered %s", got.raw)
			}
		}
		if status, _ := s.post(pingLine, alice); status != 200 {
			t.Errorf("ping: status %d", status)
		}
		if got := s.one(toolCall("1", "echo", `{"text":"x"}`), bob); got.text() != "x" {
			t.Errorf("the other caller was answered %s", got.raw)
		}
		close(p.release)
		for range 2 {
			if got := <-answered; got.text() != "released" {
				t.Errorf("answered %s", got.raw)
			}
		}
		if got := s.one(toolCall("1", "echo", `{"text":"x"}`), alice); got.text() != "x" {
			t.Errorf("answered %s", got.raw)
		}
	})
}

// slowly begins a message of a caller of its own and does not go on, once the server
// has begun to read it. The answer, if one comes, is sent to the channel.
func (s *site) slowly(token, start string) (answered chan int, end func()) {
	s.tb.Helper()
	reader, writer := io.Pipe()
	begun := make(chan struct{}) // net/http asks for a body when somebody reads it
	ctx := httptrace.WithClientTrace(s.tb.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(begun) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/mcp", reader)
	if err != nil {
		s.tb.Fatal(err)
	}
	r.Header.Set("Expect", "100-continue")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answered = make(chan int, 1)
	go func() {
		response, err := s.client.Do(r)
		if err != nil {
			answered <- 0
			return
		}
		_ = response.Body.Close()
		answered <- response.StatusCode
	}()
	if _, err := io.WriteString(writer, start); err != nil {
		s.tb.Fatal(err)
	}
	select {
	case <-begun:
	case <-time.After(10 * time.Second):
		s.tb.Fatal("the server does not read the message")
	}
	return answered, func() { _ = writer.Close() }
}

// Callers who begin messages and do not end them make room for those who do.
func TestHTTPSlowCallersMakeRoom(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		limit func(*transport.HTTPConfig)
		start string
	}{
		{"by number", func(cfg *transport.HTTPConfig) { cfg.MaxIncoming = 3 }, "{"},
		{"by size", func(cfg *transport.HTTPConfig) { cfg.MaxHeld = 3 << 20 }, strings.Repeat(" ", 1<<20)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serveHTTP(t, newServer(t, newProbe()), tc.limit)
			session := s.initialize(aliceToken, "2025-11-25", "{}")
			first, end := s.slowly("made-up-token-0", tc.start)
			defer end()
			for i := range 3 {
				_, end := s.slowly("made-up-token-"+strconv.Itoa(i+1), tc.start)
				defer end()
			}
			if got := s.one(toolCall("1", "echo", `{"text":"in time"}`), session); got.text() != "in time" {
				t.Errorf("an honest caller was answered %s", got.raw)
			}
			if status := <-first; status != http.StatusServiceUnavailable {
				t.Errorf("the slowest caller was answered %d", status)
			}
		})
	}
}

// Callers whose large messages are being worked on, or who do not read the answers
// to them, take no room from the small messages of others.
func TestHTTPLargeMessagesLeaveRoomForSmallOnes(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.MaxHeld = 64 << 10 })
	alice, bob := s.initialize(aliceToken, "2025-11-25", "{}"), s.initialize(bobToken, "2025-11-25", "{}")
	release := sync.OnceFunc(func() { close(p.release) })
	defer release()
	large := func() int {
		response := s.do(http.MethodPost, "/mcp", toolCall("1", "echo", `{"text":"`+strings.Repeat("x", 32<<10)+`"}`), bob)
		_ = response.Body.Close()
		return response.StatusCode
	}
	answered := make(chan message, 1)
	go func() {
		answered <- s.one(toolCall("1", "stubborn", `{"_padding":"`+strings.Repeat("x", 63<<10)+`"}`), alice)
	}()
	<-p.started
	if status := large(); status != http.StatusServiceUnavailable {
		t.Errorf("a large message beside it: status %d", status)
	}
	small := strings.Repeat("x", 2<<10)
	if got := s.one(toolCall("1", "echo", `{"text":"`+small+`"}`), bob); got.text() != small {
		t.Errorf("a small one was answered %s", got.raw)
	}
	release()
	if got := <-answered; got.text() != "released" {
		t.Errorf("answered %s", got.raw)
	}
	if status := large(); status != http.StatusOK {
		t.Errorf("a large message later: status %d", status)
	}
}

// What all callers may use at once is bounded, whoever they are.
func TestHTTPBoundsForAllCallers(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.MaxStreams, cfg.MaxRunning = 1, 1 })
	alice, bob := s.initialize(aliceToken, "2025-11-25", "{}"), s.initialize(bobToken, "2025-11-25", "{}")
	stream := s.do(http.MethodGet, "/mcp", "", alice)
	if stream.StatusCode != http.StatusOK {
		t.Fatalf("status %d", stream.StatusCode)
	}
	another := func() int {
		response := s.do(http.MethodGet, "/mcp", "", bob)
		_ = response.Body.Close()
		return response.StatusCode
	}
	if status := another(); status != http.StatusTooManyRequests {
		t.Errorf("another caller's stream was answered %d", status)
	}
	_ = stream.Body.Close()
	for end := time.Now().Add(5 * time.Second); another() != http.StatusOK; {
		if time.Now().After(end) {
			t.Fatal("there is no room for a stream although none is open")
		}
	}

	answered := make(chan message, 1)
	go func() { answered <- s.one(toolCall("1", "stubborn", "{}"), alice) }()
	<-p.started
	if got := s.one(toolCall("2", "echo", "{}"), bob); !strings.Contains(got.text(), `"code":"rate_limited"`) {
		t.Errorf("answered %s", got.raw)
	}
	close(p.release)
	if got := <-answered; got.text() != "released" {
		t.Errorf("answered %s", got.raw)
	}
	if got := s.one(toolCall("3", "echo", `{"text":"x"}`), bob); got.text() != "x" {
		t.Errorf("answered %s", got.raw)
	}
}

// What comes with the request for a stream is not held as long as the stream.
func TestHTTPStreamsHaveNoBody(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), withSSE)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	for _, path := range []string{"/mcp", "/sse"} {
		response := s.do(http.MethodGet, path, pingLine, session)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", path, response.StatusCode)
		}
	}
}

// A short array of requests does not make an answer of any length: those for which
// there is no room are told so.
func TestHTTPArrayAnswersAreBounded(t *testing.T) {
	t.Parallel()
	const limit = 32 << 10
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.MaxBody = limit })
	session := s.initialize(aliceToken, "2025-03-26", "{}")
	list := len(s.one(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`, session).raw)
	requests := make([]string, 300)
	for i := range requests {
		requests[i] = fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, i)
	}
	for range 2 { // what was held once takes up no room later
		response := s.do(http.MethodPost, "/mcp", "["+strings.Join(requests, ",")+"]", session)
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		var all []message
		if err = errors.Join(err, json.Unmarshal(body, &all)); err != nil || len(all) != len(requests) {
			t.Fatalf("status %d, %d answers, %v", response.StatusCode, len(all), err)
		}
		lists := 0
		for _, m := range all {
			if len(m.Result.Tools) > 0 {
				lists++
			} else if !strings.Contains(string(m.Error.Data), `"code":"rate_limited"`) {
				t.Fatalf("answered %+v", m)
			}
		}
		if most := limit/list + 1 + 16; lists == 0 || lists > most {
			t.Errorf("%d lists of %d bytes were answered, want 1 to %d", lists, list, most)
		}
	}
}
