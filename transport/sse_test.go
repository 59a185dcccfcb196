package transport_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zerops-mcp/transport"
)

// sseStream is a client of the older transport.
type sseStream struct {
	*site
	token    string
	endpoint string
	response *http.Response
	messages chan message
}

func (s *site) openSSE(token string) *sseStream {
	s.tb.Helper()
	response := s.do(http.MethodGet, "/sse", "", header{"Authorization": "Bearer " + token}) //nolint:bodyclose // closed with the test
	if response.StatusCode != http.StatusOK {
		s.tb.Fatalf("status %d", response.StatusCode)
	}
	c := &sseStream{site: s, token: token, response: response, messages: make(chan message, 1000)}
	endpoint := make(chan string, 1)
	go func() {
		defer close(c.messages)
		for event := range events(response.Body) {
			switch event.name {
			case "endpoint":
				endpoint <- event.data
			case "message":
				c.messages <- decode(s.tb, event.data)
			}
		}
	}()
	s.tb.Cleanup(func() { _ = response.Body.Close() })
	select {
	case c.endpoint = <-endpoint:
	case <-time.After(5 * time.Second):
		s.tb.Fatal("no endpoint")
	}
	return c
}

func (c *sseStream) send(body string) int {
	c.tb.Helper()
	response := c.do(http.MethodPost, c.endpoint, body, header{"Authorization": "Bearer " + c.token})
	_ = response.Body.Close()
	return response.StatusCode
}

func (c *sseStream) next() message {
	c.tb.Helper()
	select {
	case m, ok := <-c.messages:
		if !ok {
			c.tb.Fatal("the stream ended")
		}
		return m
	case <-time.After(10 * time.Second):
		c.tb.Fatal("no message within 10 s")
	}
	return message{}
}

func withSSE(cfg *transport.HTTPConfig) { cfg.SSE = true }

func TestSSE(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), withSSE)
	c := s.openSSE(aliceToken)
	if status := c.send(initializeLine("2024-11-05", `{"elicitation":{}}`)); status != 202 {
		t.Errorf("status %d", status)
	}
	if got := c.next(); got.Result.ProtocolVersion != "2024-11-05" {
		t.Errorf("answered %s", got.raw)
	}
	c.send(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)

	c.send(toolCall("1", "caller", "{}"))
	if got := c.next(); got.text() != ":"+aliceToken {
		t.Errorf("answered %s", got.raw)
	}
	c.send(toolCall("2", "progress", `{"n":3}`))
	for i := range 3 {
		if got := c.next(); got.Params["progress"] != float64(i) {
			t.Errorf("got %s", got.raw)
		}
	}
	if got := c.next(); got.text() != "done" {
		t.Errorf("answered %s", got.raw)
	}
	// The person is not asked on this transport; tools use the two-step form.
	c.send(toolCall("3", "client", "{}"))
	if got := c.next(); !strings.Contains(got.text(), "elicitation=false") {
		t.Errorf("answered %s", got.raw)
	}
	c.send(toolCall("4", "ask", "{}"))
	<-p.started
	if got := c.next(); got.text() != "cannot ask" {
		t.Errorf("answered %s", got.raw)
	}
	c.send(toolCall("5", "sleep", `{"ms":60000}`))
	<-p.started
	c.send(cancelLine("5"))
	<-p.ended
	c.send("hello")
	if got := c.next(); got.code() != -32700 {
		t.Errorf("answered %s", got.raw)
	}
	c.send(pingLine)
	if got := c.next(); string(got.ID) != `"ping"` {
		t.Errorf("answered %s", got.raw)
	}
}

// A stream takes messages of its own caller only, and none by way of a page.
func TestSSEIsGuarded(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), withSSE)
	c := s.openSSE(aliceToken)
	call := toolCall("1", "echo", "{}")
	for name, tc := range map[string]struct {
		endpoint string
		changes  header
		status   int
	}{
		"another caller": {c.endpoint, header{"Authorization": "Bearer " + bobToken}, 404},
		"no caller":      {c.endpoint, header{"Authorization": ""}, 401},
		"page":           {c.endpoint, header{"Origin": "https://evil.example"}, 403},
		"text":           {c.endpoint, header{"Content-Type": "text/plain"}, 415},
		"no stream":      {"/message", nil, 404},
		"forged stream":  {"/message?sessionId=x.y", nil, 404},
		"large":          {c.endpoint, header{"X-Large": "yes"}, 413},
	} {
		body := call
		if name == "large" {
			body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","x":"` + strings.Repeat("x", 5<<20) + `"}`
		}
		response := s.do(http.MethodPost, tc.endpoint, body, tc.changes)
		_ = response.Body.Close()
		if response.StatusCode != tc.status {
			t.Errorf("%s: status %d, want %d", name, response.StatusCode, tc.status)
		}
	}
	response := s.do(http.MethodGet, "/sse", "", header{"Origin": "https://evil.example"})
	_ = response.Body.Close()
	if response.StatusCode != http.StatusForbidden || response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("status %d, header %v", response.StatusCode, response.Header)
	}
	c.send(pingLine)
	if got := c.next(); string(got.ID) != `"ping"` {
		t.Errorf("something came through: %s", got.raw)
	}
	off := serveHTTP(t, newServer(t, newProbe()), nil)
	response = off.do(http.MethodGet, "/sse", "", nil)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("switched off: status %d", response.StatusCode)
	}
}

// When a client leaves, its calls end.
func TestSSEDisconnectEndsCalls(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), withSSE)
	c := s.openSSE(aliceToken)
	c.send(toolCall("1", "sleep", `{"ms":60000}`))
	<-p.started
	_ = c.response.Body.Close()
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		t.Error("the call went on")
	}
	eventually(t, "the stream is forgotten", func() bool { return c.send(pingLine) == 404 })
}

func TestSSELimits(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.SSE, cfg.Concurrency = true, 2 })
	c := s.openSSE(aliceToken)
	for i := range 2 {
		c.send(toolCall(strconv.Itoa(i), "stubborn", "{}"))
		<-p.started
	}
	c.send(toolCall("3", "echo", "{}"))
	if got := c.next(); string(got.ID) != "3" || !strings.Contains(got.text(), "rate_limited") {
		t.Errorf("answered %s", got.raw)
	}
	close(p.release)
	for range 2 {
		if got := c.next(); got.text() != "released" {
			t.Errorf("answered %s", got.raw)
		}
	}
}

// The bounds for one caller, and for all, hold across streams as they do without
// them.
func TestSSESharesTheBounds(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), func(cfg *transport.HTTPConfig) {
		cfg.SSE, cfg.Concurrency, cfg.MaxRunning, cfg.MaxHeld = true, 4, 5, 64<<10
	})
	large := `{"_padding":"` + strings.Repeat("x", 40<<10) + `"}`
	refused := func(c *sseStream, line string) {
		t.Helper()
		c.send(line)
		if got := c.next(); !strings.Contains(got.text(), `"code":"rate_limited"`) {
			t.Errorf("answered %s", got.raw)
		}
	}
	release := sync.OnceFunc(func() { close(p.release) })
	t.Cleanup(release)
	first, second, other := s.openSSE(aliceToken), s.openSSE(aliceToken), s.openSSE(bobToken)
	first.send(toolCall("1", "stubborn", large))
	<-p.started
	eventually(t, "a large message beside another is refused", func() bool {
		response, err := s.try(t.Context(), http.MethodPost, other.endpoint, toolCall("1", "stubborn", large), header{"Authorization": "Bearer " + bobToken})
		if err != nil {
			return false // the answer may come while the message is still being sent
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("a large message beside another: status %d", response.StatusCode)
		}
		return true
	})
	for i := range 3 {
		second.send(toolCall(strconv.Itoa(i), "stubborn", "{}"))
		<-p.started
	}
	refused(second, toolCall("9", "echo", "{}"))
	other.send(toolCall("2", "stubborn", "{}"))
	<-p.started
	refused(other, toolCall("9", "echo", "{}"))
	release()
	if got := first.next(); got.text() != "released" {
		t.Errorf("answered %s", got.raw)
	}
	eventually(t, "there is room for a large message again", func() bool {
		return first.send(toolCall("2", "echo", large)) == http.StatusAccepted && !first.next().Result.IsError
	})
}
