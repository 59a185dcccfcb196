package transport_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/transport"
)

const pingLine = `{"jsonrpc":"2.0","id":"ping","method":"ping"}`

// A session is its caller's alone, whatever is done to its id, and is gone once
// it was ended.
func TestHTTPSessions(t *testing.T) {
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	alice := s.initialize(aliceToken, "2025-11-25", "{}")
	bob := s.initialize(bobToken, "2025-11-25", "{}")
	id := alice["Mcp-Session-Id"]
	raw, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		t.Fatal(err)
	}
	// changed returns the id with one of its bytes changed.
	changed := func(i int) string {
		other := bytes.Clone(raw)
		other[i] ^= 1
		return base64.RawURLEncoding.EncodeToString(other)
	}
	for name, tc := range map[string]struct {
		id     string
		status int
	}{
		"own":              {id, 200},
		"none":             {"", 400},
		"another caller's": {bob["Mcp-Session-Id"], 404},
		"made up":          {"mcp-session-00000000-0000-0000-0000-000000000000", 404},
		"other random":     {changed(0), 404},
		"other agreement":  {changed(17), 404},
		"other time":       {changed(20), 404},
		"other proof":      {changed(len(raw) - 1), 404},
		"without proof":    {base64.RawURLEncoding.EncodeToString(raw[:22]), 404},
		"other spelling":   {base64.StdEncoding.EncodeToString(raw), 404},
		"huge":             {strings.Repeat("x", 10_000), 404},
		"path":             {"../../etc/passwd", 404},
	} {
		t.Run(name, func(t *testing.T) {
			if status, all := s.post(pingLine, alice.with(header{"Mcp-Session-Id": tc.id})); status != tc.status {
				t.Errorf("POST: status %d, want %d: %v", status, tc.status, all)
			}
			if tc.status == 200 {
				return
			}
			for _, method := range []string{http.MethodGet, http.MethodDelete} {
				response := s.do(method, "/mcp", "", alice.with(header{"Mcp-Session-Id": tc.id}))
				_ = response.Body.Close()
				if response.StatusCode != tc.status {
					t.Errorf("%s: status %d, want %d", method, response.StatusCode, tc.status)
				}
			}
		})
	}

	response := s.do(http.MethodDelete, "/mcp", "", alice)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Errorf("DELETE: status %d", response.StatusCode)
	}
	for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
		response := s.do(method, "/mcp", pingLine, alice)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s in a session that was ended: status %d", method, response.StatusCode)
		}
	}
	if status, _ := s.post(pingLine, bob); status != 200 {
		t.Errorf("the other session: status %d", status)
	}
	if status, _ := s.post(pingLine, bob.with(header{"Mcp-Protocol-Version": "2019-01-01"})); status != 400 {
		t.Errorf("a version that never was: status %d", status)
	}
}

// The end of a session ends what goes on in it.
func TestHTTPDeleteEndsCallsAndStreams(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	stream := s.do(http.MethodGet, "/mcp", "", session)
	defer func() { _ = stream.Body.Close() }()
	answered := make(chan message, 1)
	go func() { answered <- s.one(toolCall("1", "sleep", `{"ms":60000}`), session) }()
	<-p.started
	response := s.do(http.MethodDelete, "/mcp", "", session)
	_ = response.Body.Close()
	if got := <-answered; got.text() != "stopped" {
		t.Errorf("the call was answered %s", got.raw)
	}
	if rest, err := io.ReadAll(stream.Body); err != nil || len(rest) > 0 {
		t.Errorf("the stream went on with %q, %v", rest, err)
	}
}

// Unused sessions take up no memory, and are there again, with what was agreed,
// when their clients come back. Those with a stream stay.
func TestHTTPSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	metrics := transport.NewMetrics()
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) {
		cfg.SessionTTL, cfg.Metrics = 100*time.Millisecond, metrics
	})
	listening := s.initialize(aliceToken, "2025-11-25", "{}")
	stream := s.do(http.MethodGet, "/mcp", "", listening)
	defer func() { _ = stream.Body.Close() }()
	asking := s.initialize(bobToken, "2025-06-18", `{"elicitation":{}}`)
	for i := range 50 {
		s.initialize(fmt.Sprint("fake-token-", i), "2025-11-25", "{}")
	}
	eventually(t, "one session is left", func() bool { return strings.Contains(scrape(metrics), "zerops_mcp_sessions 1\n") })
	if got, want := s.one(toolCall("1", "client", "{}"), asking).text(), "2025-06-18  elicitation=true modern=false"; got != want {
		t.Errorf("in a session that was forgotten the tool saw %q, want %q", got, want)
	}
	if status, _ := s.post(pingLine, listening); status != 200 {
		t.Errorf("a session with a stream: status %d", status)
	}
}

// A session is over some time after it began, however often it was used.
func TestHTTPSessionsExpire(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.SessionLifetime = time.Nanosecond })
	response := s.do(http.MethodPost, "/mcp", initializeLine("2025-11-25", "{}"), nil)
	_ = response.Body.Close()
	if status, _ := s.post(pingLine, header{"Mcp-Session-Id": response.Header.Get("Mcp-Session-Id")}); status != 404 {
		t.Errorf("status %d", status)
	}
}

func scrape(metrics *transport.Metrics) string {
	var text strings.Builder
	_ = metrics.Write(&text) // a builder takes everything
	return text.String()
}

// However many sessions are started, a bounded number is remembered, and nobody
// loses a session because of another caller's.
func TestHTTPSessionsAreBounded(t *testing.T) {
	t.Parallel()
	metrics := transport.NewMetrics()
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) {
		cfg.MaxSessions, cfg.Metrics = 100, metrics
	})
	bob := s.initialize(bobToken, "2025-11-25", "{}")
	var mine []header
	for range 30 {
		mine = append(mine, s.initialize(aliceToken, "2025-11-25", "{}"))
	}
	if got := scrape(metrics); !strings.Contains(got, "zerops_mcp_sessions 11\n") {
		t.Errorf("not 11 sessions: %s", got)
	}
	for i, session := range mine {
		if status, _ := s.post(pingLine, session); status != 200 {
			t.Errorf("session %d: status %d", i, status)
		}
	}
	if got := scrape(metrics); !strings.Contains(got, "zerops_mcp_sessions 11\n") {
		t.Errorf("then not 11 sessions: %s", got)
	}
	if status, _ := s.post(pingLine, bob); status != 200 {
		t.Errorf("the other caller's session: status %d", status)
	}
}

// A session goes on in another process with the same key, as after a restart, and
// proves nothing to a process with another key.
func TestHTTPSessionsOfAnotherProcess(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]int{"one": 200, "two": 404} {
		first := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.SigningKey = []byte("one") })
		second := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.SigningKey = []byte(key) })
		session := first.initialize(aliceToken, "2025-11-25", "{}")
		if status, _ := second.post(pingLine, session); status != want {
			t.Errorf("key %s: status %d, want %d", key, status, want)
		}
		if status, _ := second.post(pingLine, session.with(header{"Authorization": "Bearer " + bobToken})); status != 404 {
			t.Errorf("key %s: another caller: status %d", key, status)
		}
	}
}

// An initialize that fails starts nothing.
func TestHTTPNoSessionWithoutAgreement(t *testing.T) {
	t.Parallel()
	metrics := transport.NewMetrics()
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.Metrics = metrics })
	for _, params := range []string{`5`, `[]`, `{"protocolVersion":7}`, `{"capabilities":"all"}`} {
		response := s.do(http.MethodPost, "/mcp", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":`+params+`}`, nil)
		all := readMessages(t, response)
		_ = response.Body.Close()
		if id := response.Header.Get("Mcp-Session-Id"); id != "" || len(all) != 1 || all[0].code() == 0 {
			t.Errorf("%s: session %q, answered %v", params, id, all)
		}
	}
	if got := scrape(metrics); !strings.Contains(got, "zerops_mcp_sessions 0\n") {
		t.Errorf("sessions were started: %s", got)
	}
}
