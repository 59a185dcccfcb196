package transport_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/transport"
)

// Everything but the probes of an orchestrator needs a credential, on every
// method; it may come in one of three ways, but in one only.
func TestHTTPCredentials(t *testing.T) {
	t.Parallel()
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.SSE = true })
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	for _, tc := range []struct {
		name    string
		changes header
		status  int
	}{
		{"bearer", header{}, 200},
		{"bearer in lower case", header{"Authorization": "bearer " + aliceToken}, 200},
		{"API key", header{"Authorization": "", "X-API-Key": aliceToken}, 200},
		{"auth token", header{"Authorization": "", "X-Auth-Token": aliceToken}, 200},
		{"none", header{"Authorization": ""}, 401},
		{"empty", header{"Authorization": "Bearer "}, 401},
		{"basic", header{"Authorization": "Basic " + aliceToken}, 401},
		{"no scheme", header{"Authorization": aliceToken}, 401},
		{"blank inside", header{"Authorization": "Bearer a b"}, 401},
		{"huge", header{"Authorization": "Bearer " + strings.Repeat("x", 5000)}, 401},
		{"two", header{"X-API-Key": aliceToken}, 400},
		{"two others", header{"Authorization": "", "X-API-Key": aliceToken, "X-Auth-Token": bobToken}, 400},
		{"another caller's session", header{"Authorization": "Bearer " + bobToken}, 404},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{http.MethodPost, http.MethodGet, http.MethodDelete} {
				if method != http.MethodPost && tc.status == 200 {
					continue
				}
				body := ""
				if method == http.MethodPost {
					body = ping
				}
				response := s.do(method, "/mcp", body, session.with(tc.changes))
				text, _ := io.ReadAll(response.Body)
				_ = response.Body.Close()
				if response.StatusCode != tc.status {
					t.Errorf("%s: status %d, want %d: %s", method, response.StatusCode, tc.status, text)
				}
				challenge := response.Header.Get("WWW-Authenticate")
				if (tc.status == 401) != (challenge == "Bearer") {
					t.Errorf("%s: WWW-Authenticate %q", method, challenge)
				}
				if strings.Contains(string(text), aliceToken) || strings.Contains(string(text), bobToken) {
					t.Errorf("%s: the answer shows a token: %s", method, text)
				}
			}
		})
	}
	t.Run("paths", func(t *testing.T) {
		t.Parallel()
		for _, tc := range []struct {
			method, path string
			status       int
		}{
			{"GET", "/healthz", 200},
			{"GET", "/readyz", 200},
			{"GET", "/.well-known/oauth-protected-resource", 404},
			{"GET", "/.well-known/oauth-protected-resource/mcp", 404},
			{"GET", "/.well-known/oauth-authorization-server", 404},
			{"GET", "/.well-known/openid-configuration", 404},
			{"GET", "/mcp/.well-known/openid-configuration", 404},
			{"POST", "/register", 404},
			{"GET", "/sse", 401},
			{"POST", "/message?sessionId=x", 401},
			{"GET", "/", 401},
			{"GET", "/metrics", 401},
			{"PUT", "/mcp", 401},
			{"OPTIONS", "/mcp", 401},
		} {
			response := s.do(tc.method, tc.path, "", header{"Authorization": ""})
			text, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if response.StatusCode != tc.status {
				t.Errorf("%s %s: status %d, want %d", tc.method, tc.path, response.StatusCode, tc.status)
			}
			if tc.status != 200 && !json.Valid(text) {
				t.Errorf("%s %s: no JSON: %s", tc.method, tc.path, text)
			}
		}
		for _, path := range []string{"/", "/mcpx", "/metrics"} {
			response := s.do("GET", path, "", nil)
			_ = response.Body.Close()
			if response.StatusCode != http.StatusNotFound {
				t.Errorf("%s: status %d", path, response.StatusCode)
			}
		}
		response := s.do("PUT", "/mcp", "", nil)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") == "" {
			t.Errorf("PUT: status %d", response.StatusCode)
		}
	})
}

func TestHTTPAccessKeys(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) {
		cfg.Auth = transport.AuthServer
		cfg.Keys = []transport.AccessKey{{Label: "ci", Key: "fake-access-key-one"}, {Label: "ops", Key: "fake-access-key-two"}}
	})
	call := toolCall("1", "caller", "{}")
	for key, want := range map[string]string{"fake-access-key-one": "ci:", "fake-access-key-two": "ops:"} {
		session := s.initialize(key, "2025-11-25", "{}")
		if got := s.one(call, session).text(); got != want {
			t.Errorf("the tool saw caller %q, want %q", got, want)
		}
	}
	for _, key := range []string{"fake-access-key-three", "ci", aliceToken} {
		response := s.do("POST", "/mcp", call, header{"Authorization": "Bearer " + key})
		_ = response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("status %d for a key that is none", response.StatusCode)
		}
	}
}

// The caller's token, and no other, reaches the call that it came with.
func TestHTTPCallerReachesTheTool(t *testing.T) {
	t.Parallel()
	for _, auth := range []transport.AuthMode{transport.AuthCaller, transport.AuthNone} {
		s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.Auth = auth })
		for _, token := range []string{aliceToken, bobToken} {
			want := ":" + token
			if auth == transport.AuthNone {
				want = ":"
			}
			session := s.initialize(token, "2025-11-25", "{}")
			if got := s.one(toolCall("1", "caller", "{}"), session).text(); got != want {
				t.Errorf("%s: the tool saw %q, want %q", auth, got, want)
			}
			modernCaller := modernHeader("tools/call", "caller").with(header{"Authorization": "Bearer " + token, "X-Zerops-Api-Url": "http://evil.example", "X-Forwarded-Host": "evil.example"})
			if got := s.one(modern("1", "tools/call", `"name":"caller","arguments":{},`), modernCaller).text(); got != want {
				t.Errorf("%s: the tool saw %q, want %q", auth, got, want)
			}
		}
	}
}

func TestHTTPRequestIDsAndTraces(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	for given, kept := range map[string]bool{"abc-1.2_3": true, "": false, strings.Repeat("x", 65): false, "a b": false, `a"b`: false} {
		response := s.do(http.MethodPost, "/mcp", toolCall("1", "request_id", "{}"), session.with(header{"X-Request-Id": given}))
		seen := readMessages(t, response)[0].text()
		_ = response.Body.Close()
		got := response.Header.Get("X-Request-Id")
		if (got == given) != kept || got == "" || seen != got {
			t.Errorf("given %q, answered %q, the tool saw %q", given, got, seen)
		}
	}
}
