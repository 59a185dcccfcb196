package transport_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// FuzzHTTPBody posts whatever body: it is answered with JSON or with a stream of
// messages, never with a fault of the server or with what only the caller knows,
// and the next message is answered.
func FuzzHTTPBody(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"ping"}`, initializeLine("2025-03-26", `{}`), toolCall("1", "echo", `{"text":"x"}`), cancelLine("1"), modern("1", "server/discover", ""),
		modern("1", "subscriptions/listen", ""), `[{"jsonrpc":"2.0","id":1,"method":"ping"},5,[]]`, `{"jsonrpc":"2.0","id":3,"result":{"action":"accept"}}`,
		`{"id":1,"id":2,"Method":"x","jsonrpc":"2.0"}`, "\xef\xbb\xbf{}", strings.Repeat("[", 500), "",
	} {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	s := echoServer()
	handlers := map[bool]http.Handler{}
	for _, stateless := range []bool{false, true} {
		h, err := transport.NewHandler(transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Stateless: stateless})
		if err != nil {
			f.Fatal(err)
		}
		f.Cleanup(h.Close)
		handlers[stateless] = h
	}
	post := func(t *testing.T, stateless bool, body, version string) *httptest.ResponseRecorder {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond) // ends what is meant to stay open
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1/mcp", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+aliceToken)
		r.Header.Set("Accept", "application/json, text/event-stream")
		r.Header.Set("Content-Type", "application/json")
		if version != "" {
			r.Header.Set("Mcp-Protocol-Version", version)
		}
		w := httptest.NewRecorder()
		handlers[stateless].ServeHTTP(w, r)
		return w
	}
	f.Fuzz(func(t *testing.T, body []byte, stateless bool) {
		version := ""
		if strings.Contains(string(body), "2026-07-28") {
			version = "2026-07-28"
		}
		answer := post(t, stateless, string(body), version)
		if answer.Code >= http.StatusInternalServerError {
			t.Fatalf("%d %s", answer.Code, answer.Body)
		}
		text := answer.Body.String()
		if strings.Contains(text, aliceToken) {
			t.Fatalf("the token is in the answer: %s", text)
		}
		if strings.HasPrefix(answer.Header().Get("Content-Type"), "text/event-stream") {
			for e := range events(strings.NewReader(text)) {
				if e.data != "" && (!json.Valid([]byte(e.data)) || !strings.Contains(e.data, `"jsonrpc":"2.0"`)) {
					t.Fatalf("not a message: %q", e.data)
				}
			}
		} else if text != "" && !json.Valid([]byte(text)) {
			t.Fatalf("not JSON: %q", text)
		}
		if next := post(t, true, `{"jsonrpc":"2.0","id":"the end","method":"ping"}`, ""); !strings.Contains(next.Body.String(), `"id":"the end"`) {
			t.Fatalf("the next message is answered with %d %s", next.Code, next.Body)
		}
	})
}
