package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"zerops-mcp/transport"
)

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
