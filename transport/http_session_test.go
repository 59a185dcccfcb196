package transport_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

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
	metrics.Write(&text)
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

// A cancellation reaches the call of the same session, and no other: not that of
// another session, of a self-contained request or of a request without a session.
func TestHTTPCancel(t *testing.T) {
	t.Parallel()
	cancel := cancelLine("1")
	t.Run("own call", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		s := serveHTTP(t, newServer(t, p), nil)
		session := s.initialize(aliceToken, "2025-11-25", "{}")
		answered := make(chan []message, 1)
		go func() {
			_, all := s.post(toolCall("1", "sleep", `{"ms":60000}`), session)
			answered <- all
		}()
		<-p.started
		if status, _ := s.post(cancelLine(`"1"`), session); status != 202 {
			t.Errorf("status %d", status)
		}
		if status, _ := s.post(cancel, session); status != 202 {
			t.Errorf("status %d", status)
		}
		if got := <-answered; len(got) > 0 {
			t.Errorf("a cancelled call was answered %s", got[0].raw)
		}
		<-p.ended
	})
	t.Run("own call that streams", func(t *testing.T) {
		t.Parallel()
		p := newProbe()
		s := serveHTTP(t, newServer(t, p), nil)
		session := s.initialize(aliceToken, "2025-11-25", "{}")
		response := s.do(http.MethodPost, "/mcp", toolCall("1", "chatty", "{}"), session)
		defer func() { _ = response.Body.Close() }()
		steps := 0
		for event := range events(response.Body) {
			if m := decode(t, event.data); m.Method != "notifications/progress" {
				t.Errorf("got %s", m.raw)
			}
			if steps++; steps == 1 {
				s.post(cancel, session)
				// It goes on with a step each millisecond.
				time.Sleep(300 * time.Millisecond)
				close(p.release)
			}
		}
		if steps > 100 {
			t.Errorf("%d steps came, most of them after the cancellation", steps)
		}
	})
	for _, victim := range []string{"session", "modern", "stateless"} {
		t.Run("foreign call in "+victim, func(t *testing.T) {
			t.Parallel()
			p := newProbe()
			s := serveHTTP(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.Stateless = victim == "stateless" })
			alice := s.initialize(aliceToken, "2025-11-25", "{}")
			bob := s.initialize(bobToken, "2025-11-25", "{}")
			second := s.initialize(aliceToken, "2025-11-25", "{}")
			call, with := toolCall("1", "sleep", `{"ms":300}`), alice
			if victim == "modern" {
				call = modern("1", "tools/call", `"name":"sleep","arguments":{"ms":300},`)
				with = modernHeader("tools/call", "sleep")
			}
			answered := make(chan message, 1)
			go func() { answered <- s.one(call, with) }()
			<-p.started
			modernCancel := modernHeader("notifications/cancelled", "")
			for _, attack := range []struct {
				body string
				with header
			}{
				{cancel, bob},
				{cancel, second},
				{cancel, modernCancel.with(header{"Authorization": "Bearer " + bobToken})},
				{cancel, modernCancel},
				{strings.Replace(cancel, `"reason"`, `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"reason"`, 1), modernCancel},
				{cancel, header{"Mcp-Protocol-Version": "2025-11-25"}},
				{cancel, header{"Mcp-Session-Id": "x"}},
			} {
				s.post(attack.body, attack.with)
			}
			if got := <-answered; got.text() != "slept" {
				t.Errorf("the call was answered %s", got.raw)
			}
		})
	}
}

// A client that goes away ends its call.
func TestHTTPDisconnectEndsTheCall(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	for _, tc := range []struct {
		body string
		with header
	}{
		{toolCall("1", "sleep", `{"ms":60000}`), session},
		{modern("1", "tools/call", `"name":"sleep","arguments":{"ms":60000},`), modernHeader("tools/call", "sleep")},
	} {
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-p.started
			leave()
		}()
		if response, err := s.try(ctx, http.MethodPost, "/mcp", tc.body, tc.with); err == nil {
			_ = response.Body.Close()
			t.Error("answered")
		}
		select {
		case <-p.ended:
		case <-time.After(5 * time.Second):
			t.Error("the call went on")
		}
	}
}

// No notification that a call sends before its result is lost, and none reaches
// another call, however many run in one session.
func TestHTTPProgress(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	for _, era := range []string{"legacy", "modern"} {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			done := make(chan error, 8)
			for worker := range 8 {
				go func() {
					for i := range 40 {
						id := worker*1000 + i
						body, with := toolCall(strconv.Itoa(id), "progress", `{"n":4}`), session
						if era == "modern" {
							body = modern(strconv.Itoa(id), "tools/call", `"name":"progress","arguments":{"n":4},`)
							with = modernHeader("tools/call", "progress")
						}
						if _, all := s.post(body, with); !inOrder(all, id, 4) {
							done <- fmt.Errorf("call %d got %v", id, all)
							return
						}
					}
					done <- nil
				}()
			}
			for range 8 {
				if err := <-done; err != nil {
					t.Error(err)
				}
			}
		})
	}
	t.Run("late", func(t *testing.T) {
		t.Parallel()
		for i := range 50 {
			_, all := s.post(toolCall(fmt.Sprint("9", i), "late", "{}"), session)
			if len(all) == 0 || all[len(all)-1].text() != "done" {
				t.Errorf("got %v", all)
			}
		}
	})
	t.Run("client that takes no stream", func(t *testing.T) {
		t.Parallel()
		if got := s.one(toolCall("8", "progress", `{"n":4}`), session.with(header{"Accept": "application/json"})); got.text() != "done" {
			t.Errorf("answered %s", got.raw)
		}
	})
}

// inOrder reports whether messages are n steps of the call id and its result.
func inOrder(all []message, id, n int) bool {
	if len(all) != n+1 || all[n].text() != "done" {
		return false
	}
	for i, m := range all[:n] {
		if m.Params["progressToken"] != float64(id) || m.Params["progress"] != float64(i) {
			return false
		}
	}
	return true
}

func TestHTTPElicitation(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	alice := s.initialize(aliceToken, "2025-11-25", `{"elicitation":{}}`)
	bob := s.initialize(bobToken, "2025-11-25", `{"elicitation":{}}`)
	t.Run("answer", func(t *testing.T) {
		t.Parallel()
		for range 20 {
			response := s.do(http.MethodPost, "/mcp", toolCall("1", "ask", "{}"), alice)
			for event := range events(response.Body) {
				m := decode(t, event.data)
				if m.Method == "elicitation/create" {
					// Somebody else's answer counts for nothing.
					s.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}`, m.ID), bob)
					s.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"decline"}}`, m.ID), alice)
				} else if m.text() != "decline" {
					t.Errorf("answered %s", m.raw)
				}
			}
			_ = response.Body.Close()
		}
	})
	t.Run("many at once", func(t *testing.T) {
		t.Parallel()
		session := s.initialize("fake-token-of-carol", "2025-06-18", `{"elicitation":{}}`)
		done := make(chan string, 50)
		for i := range 50 {
			go func() {
				response := s.do(http.MethodPost, "/mcp", toolCall(strconv.Itoa(i), "ask", "{}"), session)
				defer func() { _ = response.Body.Close() }()
				for event := range events(response.Body) {
					m := decode(t, event.data)
					if m.Method == "elicitation/create" {
						s.post(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}`, m.ID), session)
						continue
					}
					done <- m.text()
				}
			}()
		}
		for range 50 {
			if got := <-done; got != "accept" {
				t.Errorf("answered %q", got)
			}
		}
	})
	t.Run("not declared", func(t *testing.T) {
		t.Parallel()
		session := s.initialize("fake-token-of-dave", "2025-11-25", `{}`)
		if got := s.one(toolCall("1", "ask", "{}"), session).text(); got != "cannot ask" {
			t.Errorf("answered %q", got)
		}
	})
}

func TestHTTPRefusesAnIDInUse(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	other := s.initialize(aliceToken, "2025-11-25", "{}")
	answered := make(chan message, 1)
	go func() { answered <- s.one(toolCall("1", "stubborn", "{}"), session) }()
	<-p.started
	if got := s.one(toolCall("1", "echo", "{}"), session); got.code() != -32600 {
		t.Errorf("answered %s", got.raw)
	}
	if got := s.one(toolCall("1", "echo", `{"text":"x"}`), other); got.text() != "x" {
		t.Errorf("in another session answered %s", got.raw)
	}
	close(p.release)
	if got := <-answered; got.text() != "released" {
		t.Errorf("answered %s", got.raw)
	}
}

func TestHTTPBatches(t *testing.T) {
	t.Parallel()
	p := newProbe()
	s := serveHTTP(t, newServer(t, p), nil)
	session := s.initialize(aliceToken, "2025-03-26", `{"elicitation":{}}`)
	delete(session, "Mcp-Protocol-Version") // that revision did not have it

	got := s.one("["+pingLine+","+toolCall("2", "echo", `{"text":"two"}`)+`,5,[],{"jsonrpc":"2.0","method":"notifications/none"},`+
		initializeLine("2025-11-25", "{}")+"]", session)
	answers := decodeBatch(t, got)
	byID := map[string]message{}
	for _, m := range answers {
		byID[string(m.ID)] = m
	}
	if len(answers) != 5 || byID["2"].text() != "two" || byID[`"ping"`].code() != 0 || byID["null"].code() != -32600 || byID[`"init"`].code() != -32600 {
		t.Errorf("answered %s", got.raw)
	}
	if status, all := s.post(`[{"jsonrpc":"2.0","method":"notifications/none"}]`, session); status != 202 || len(all) > 0 {
		t.Errorf("status %d, %v", status, all)
	}
	if status, all := s.post(`[]`, session); status != 400 || all[0].code() != -32600 {
		t.Errorf("status %d, %v", status, all)
	}
	if status, _ := s.post("["+strings.Repeat("1,", 5000)+"1]", session); status != 400 {
		t.Errorf("too many: status %d", status)
	}

	// Progress comes before the answers, which come together.
	_, all := s.post("["+toolCall("7", "progress", `{"n":2}`)+","+toolCall("8", "echo", "{}")+"]", session)
	if len(all) != 3 || all[0].Method != "notifications/progress" || len(decodeBatch(t, all[2])) != 2 {
		t.Errorf("answered %v", all)
	}

	// Questions to the person and their answers work in arrays too.
	response := s.do(http.MethodPost, "/mcp", "["+toolCall("9", "ask", "{}")+"]", session)
	defer func() { _ = response.Body.Close() }()
	for event := range events(response.Body) {
		m := decode(t, event.data)
		if m.Method == "elicitation/create" {
			s.post(fmt.Sprintf(`[{"jsonrpc":"2.0","id":%s,"result":{"action":"accept"}}]`, m.ID), session)
		} else if answers := decodeBatch(t, m); len(answers) != 1 || answers[0].text() != "accept" {
			t.Errorf("answered %s", m.raw)
		}
	}
}

func TestHTTPStreams(t *testing.T) {
	mcpServer := newServer(t, newProbe())
	s := serveHTTP(t, mcpServer, func(cfg *transport.HTTPConfig) { cfg.KeepAlive = 50 * time.Millisecond })
	session := s.initialize(aliceToken, "2025-11-25", "{}")

	t.Run("header", func(t *testing.T) {
		response := s.do(http.MethodGet, "/mcp", "", session)
		_ = response.Body.Close()
		if response.Header.Get("X-Accel-Buffering") != "no" || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
			t.Errorf("header %v", response.Header)
		}
		response = s.do(http.MethodGet, "/mcp", "", session.with(header{"Accept": "application/json"}))
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNotAcceptable {
			t.Errorf("status %d", response.StatusCode)
		}
	})
	t.Run("signs of life", func(t *testing.T) {
		stream := s.do(http.MethodGet, "/mcp", "", session)
		defer func() { _ = stream.Body.Close() }()
		seen := 0
		for event := range events(stream.Body) {
			if event.comment != "" {
				if seen++; seen == 3 {
					break
				}
			}
		}
		response := s.do(http.MethodPost, "/mcp", toolCall("1", "sleep", `{"ms":250}`), session)
		defer func() { _ = response.Body.Close() }()
		comments, answer := 0, ""
		for event := range events(response.Body) {
			if event.comment != "" {
				comments++
			} else {
				answer = decode(t, event.data).text()
			}
		}
		if comments < 1 || answer != "slept" {
			t.Errorf("%d comments, answer %q", comments, answer)
		}
		if got := s.one(toolCall("1", "sleep", `{"ms":150}`), session.with(header{"Accept": "application/json"})); got.text() != "slept" {
			t.Errorf("answered %s", got.raw)
		}
	})
	t.Run("what is for everybody comes once", func(t *testing.T) {
		var streams []chan string
		for range 2 {
			stream := s.do(http.MethodGet, "/mcp", "", session)
			defer func() { _ = stream.Body.Close() }()
			got := make(chan string, 10)
			go func() {
				for event := range events(stream.Body) {
					if event.data != "" {
						got <- event.data
					}
				}
			}()
			streams = append(streams, got)
		}
		mcpServer.SendNotificationToAllClients("notifications/test", map[string]any{"x": 1})
		if got := <-streams[1]; !strings.Contains(got, "notifications/test") {
			t.Errorf("got %s", got)
		}
		select {
		case got := <-streams[0]:
			t.Errorf("the older stream got %s", got)
		case <-time.After(100 * time.Millisecond):
		}
	})
	t.Run("older ones make room", func(t *testing.T) {
		session := s.initialize(bobToken, "2025-11-25", "{}")
		first := s.do(http.MethodGet, "/mcp", "", session)
		defer func() { _ = first.Body.Close() }()
		for range 4 {
			stream := s.do(http.MethodGet, "/mcp", "", session)
			defer func() { _ = stream.Body.Close() }()
		}
		if _, err := io.Copy(io.Discard, first.Body); err != nil {
			t.Error(err)
		}
	})
	t.Run("subscription", func(t *testing.T) {
		s := server.NewMCPServer("x", "0", server.WithToolCapabilities(true))
		far := serveHTTP(t, s, nil)
		response := far.do(http.MethodPost, "/mcp", modern("1", "subscriptions/listen", `"notifications":{"toolsListChanged":true},`), modernHeader("subscriptions/listen", ""))
		defer func() { _ = response.Body.Close() }()
		seen := []string{}
		for event := range events(response.Body) {
			m := decode(t, event.data)
			seen = append(seen, m.Method)
			switch len(seen) {
			case 1:
				s.SendNotificationToAllClients("notifications/tools/list_changed", nil)
			case 2:
				far.handler.Drain()
			}
		}
		if fmt.Sprint(seen) != "[notifications/subscriptions/acknowledged notifications/tools/list_changed]" && len(seen) < 2 {
			t.Errorf("got %v", seen)
		}
	})
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
