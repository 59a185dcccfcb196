package transport_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

const (
	aliceToken = "fake-token-of-alice"
	bobToken   = "fake-token-of-bob"
)

// site is a server over HTTP.
type site struct {
	tb      testing.TB
	url     string
	handler *transport.Handler
	client  *http.Client
}

// serveHTTP serves s; everything ends with the test.
func serveHTTP(tb testing.TB, s *server.MCPServer, change func(*transport.HTTPConfig)) *site {
	tb.Helper()
	cfg := transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage}
	if change != nil {
		change(&cfg)
	}
	handler, err := transport.NewHandler(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	far := httptest.NewServer(handler)
	tb.Cleanup(func() {
		handler.Close()
		far.CloseClientConnections()
		far.Close()
	})
	return &site{tb: tb, url: far.URL, handler: handler, client: far.Client()}
}

// header changes the header of a request.
type header map[string]string

// do sends a request as alice, with changes to its header: an empty value
// removes it, Host sets the host.
func (s *site) do(method, path, body string, changes header) *http.Response {
	s.tb.Helper()
	response, err := s.try(s.tb.Context(), method, path, body, changes)
	if err != nil {
		s.tb.Fatal(err)
	}
	return response
}

func (s *site) try(ctx context.Context, method, path, body string, changes header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+aliceToken)
	r.Header.Set("Accept", "application/json, text/event-stream")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range changes {
		switch {
		case name == "Host":
			r.Host = value
		case value == "":
			r.Header.Del(name)
		default:
			r.Header.Set(name, value)
		}
	}
	return s.client.Do(r)
}

// post sends a message in a session and returns the status and every message of
// the answer.
func (s *site) post(body string, changes header) (int, []message) {
	s.tb.Helper()
	response := s.do(http.MethodPost, "/mcp", body, changes)
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode, readMessages(s.tb, response)
}

// one sends a message that has one answer.
func (s *site) one(body string, changes header) message {
	s.tb.Helper()
	status, all := s.post(body, changes)
	if len(all) != 1 {
		s.tb.Fatalf("status %d, %d messages: %v", status, len(all), all)
	}
	return all[0]
}

// readMessages returns the messages of an answer of either form.
func readMessages(tb testing.TB, response *http.Response) []message {
	tb.Helper()
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		var all []message
		for event := range events(response.Body) {
			if event.data != "" {
				all = append(all, decode(tb, event.data))
			}
		}
		return all
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	if len(body) == 0 {
		return nil
	}
	return []message{decode(tb, strings.TrimSpace(string(body)))}
}

// event is one event or comment of a stream.
type event struct{ name, data, comment string }

// events reads a stream.
func events(r io.Reader) func(func(event) bool) {
	return func(yield func(event) bool) {
		reader := bufio.NewReaderSize(r, 1<<20)
		var e event
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimRight(line, "\r\n")
			switch {
			case line == "":
				if e != (event{}) && !yield(e) {
					return
				}
				e = event{}
			case strings.HasPrefix(line, ":"):
				e.comment = strings.TrimSpace(line[1:])
			default:
				name, value, _ := strings.Cut(line, ":")
				value = strings.TrimPrefix(value, " ")
				switch name {
				case "event":
					e.name = value
				case "data":
					e.data += value
				}
			}
		}
	}
}

// initialize starts a session with a token and returns its header.
func (s *site) initialize(token, version, capabilities string) header {
	s.tb.Helper()
	response := s.do(http.MethodPost, "/mcp", initializeLine(version, capabilities), header{"Authorization": "Bearer " + token})
	defer func() { _ = response.Body.Close() }()
	all := readMessages(s.tb, response)
	if response.StatusCode != http.StatusOK || len(all) != 1 || all[0].Result.ProtocolVersion != version {
		s.tb.Fatalf("initialize: status %d: %v", response.StatusCode, all)
	}
	session := header{"Authorization": "Bearer " + token, "Mcp-Session-Id": response.Header.Get("Mcp-Session-Id"), "Mcp-Protocol-Version": version}
	if status, _ := s.post(`{"jsonrpc":"2.0","method":"notifications/initialized"}`, session); status != http.StatusAccepted {
		s.tb.Fatalf("initialized: status %d", status)
	}
	return session
}

// with returns a header with changes.
func (h header) with(changes header) header {
	all := header{}
	maps.Copy(all, h)
	maps.Copy(all, changes)
	return all
}

// modernHeader returns the header that goes with a request of 2026-07-28.
func modernHeader(method, name string) header {
	h := header{"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": method}
	if name != "" {
		h["Mcp-Name"] = name
	}
	return h
}

func TestHTTPSpeaksEveryRevision(t *testing.T) {
	t.Parallel()
	for _, stateless := range []bool{false, true} {
		for _, version := range []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"} {
			t.Run(fmt.Sprint(version, " stateless ", stateless), func(t *testing.T) {
				t.Parallel()
				s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.Stateless = stateless })
				session := s.initialize(aliceToken, version, `{"elicitation":{}}`)
				want := version + " tester elicitation=true modern=false"
				if stateless {
					if session["Mcp-Session-Id"] != "" {
						t.Errorf("a session was started: %s", session["Mcp-Session-Id"])
					}
					want = version + "  elicitation=false modern=false"
				}
				if got := s.one(toolCall("1", "client", "{}"), session).text(); got != want {
					t.Errorf("the tool saw %q, want %q", got, want)
				}
				if got := len(s.one(`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`, session).Result.Tools); got < 30 {
					t.Errorf("%d tools listed", got)
				}
			})
		}
		t.Run(fmt.Sprint("2026-07-28 stateless ", stateless), func(t *testing.T) {
			t.Parallel()
			s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.Stateless = stateless })
			if got := s.one(modern("1", "server/discover", ""), modernHeader("server/discover", "")).Result.SupportedVersions; len(got) != 5 {
				t.Errorf("discover lists %v", got)
			}
			got := s.one(modern("2", "tools/call", `"name":"client","arguments":{},`), modernHeader("tools/call", "client"))
			if want := "2026-07-28 newcomer elicitation=false modern=true"; got.text() != want || got.Result.ResultType != "complete" {
				t.Errorf("got %s, want %q", got.raw, want)
			}
			// What the header says must be what the message says.
			status, all := s.post(modern("3", "tools/call", `"name":"client","arguments":{},`), modernHeader("tools/call", "other"))
			if status != http.StatusBadRequest || all[0].code() != -32020 {
				t.Errorf("status %d: %v", status, all)
			}
			for _, method := range []string{http.MethodGet, http.MethodDelete} {
				response := s.do(method, "/mcp", "", header{"Mcp-Protocol-Version": "2026-07-28"})
				_ = response.Body.Close()
				if response.StatusCode != http.StatusMethodNotAllowed || response.Header.Get("Allow") != "POST" {
					t.Errorf("%s: status %d, Allow %q", method, response.StatusCode, response.Header.Get("Allow"))
				}
			}
		})
	}
}

func TestHTTPMessages(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	session := s.initialize(aliceToken, "2025-11-25", "{}")
	for _, tc := range []struct {
		name, body string
		status     int
		id         string
		code       int
	}{
		{"garbage", `hello`, 400, "null", -32700},
		{"empty", ``, 400, "null", -32700},
		{"number", `5`, 400, "null", -32600},
		{"array", `[{"jsonrpc":"2.0","id":1,"method":"ping"}]`, 400, "null", -32600},
		{"null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, 202, "", 0},
		{"hidden call", `{"jsonrpc":"2.0","method":"notifications/x","Method":"tools/call","ID":9}`, 400, "null", -32600},
		{"deep", `{"jsonrpc":"2.0","id":1,"method":"ping","params":` + strings.Repeat("[", 300) + strings.Repeat("]", 300) + `}`, 400, "1", -32600},
		{"bad UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"x\":\"\xff\"}}", 400, "1", -32700},
		{"unknown method", `{"jsonrpc":"2.0","id":7,"method":"tools/none"}`, 200, "7", -32601},
		{"panic", toolCall("8", "panic", "{}"), 200, "8", -32603},
		{"unencodable result", toolCall("8", "unencodable", "{}"), 200, "8", -32603},
		{"big id", `{"jsonrpc":"2.0","id":12345678901234567890,"method":"ping"}`, 200, "12345678901234567890", 0},
		{"notification", `{"jsonrpc":"2.0","method":"notifications/none"}`, 202, "", 0},
		{"response to nothing", `{"jsonrpc":"2.0","id":99,"result":{}}`, 202, "", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			status, all := s.post(tc.body, session)
			if status != tc.status {
				t.Errorf("status %d, want %d: %v", status, tc.status, all)
			}
			if tc.id == "" {
				if len(all) > 0 {
					t.Errorf("answered %s", all[0].raw)
				}
				return
			}
			if len(all) != 1 || string(all[0].ID) != tc.id || all[0].code() != tc.code {
				t.Errorf("answered %v, want id %s and code %d", all, tc.id, tc.code)
			}
			if strings.Contains(all[0].raw, "canary") {
				t.Errorf("the answer shows the panic: %s", all[0].raw)
			}
		})
	}
	t.Run("panic in 2026-07-28", func(t *testing.T) {
		t.Parallel()
		got := s.one(modern("1", "tools/call", `"name":"panic","arguments":{},`), modernHeader("tools/call", "panic"))
		if got.code() != -32603 || strings.Contains(got.raw, "canary") {
			t.Errorf("answered %s", got.raw)
		}
	})
}

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

func TestHTTPHostAndOrigin(t *testing.T) {
	t.Parallel()
	ping := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	for _, tc := range []struct {
		name    string
		change  func(*transport.HTTPConfig)
		changes header
		allowed bool
	}{
		{"as it comes", nil, header{}, true},
		{"localhost", nil, header{"Host": "localhost:8080"}, true},
		{"IPv6", nil, header{"Host": "[::1]:8080"}, true},
		{"foreign host", nil, header{"Host": "evil.example"}, false},
		{"host like ours", nil, header{"Host": "localhost.evil.example"}, false},
		{"empty host", nil, header{"Host": " "}, false},
		{"forwarded host of nobody we trust", nil, header{"Host": "evil.example", "X-Forwarded-Host": "localhost"}, false},
		{"allowed host", hosts("mcp.example.com"), header{"Host": "MCP.example.com:443"}, true},
		{"allowed subdomain", hosts("*.example.com"), header{"Host": "a.example.com"}, true},
		{"no subdomain", hosts("*.example.com"), header{"Host": "badexample.com"}, false},
		{"loopback where others are allowed", hosts("mcp.example.com"), header{"Host": "localhost"}, false},
		{"forwarded host of a proxy", func(cfg *transport.HTTPConfig) {
			cfg.AllowedHosts, cfg.TrustedProxies = []string{"mcp.example.com"}, []string{"127.0.0.0/8"}
		}, header{"X-Forwarded-Host": "mcp.example.com"}, true},
		{"foreign forwarded host of a proxy", func(cfg *transport.HTTPConfig) { cfg.TrustedProxies = []string{"127.0.0.1"} }, header{"X-Forwarded-Host": "evil.example"}, false},

		{"foreign origin", nil, header{"Origin": "https://evil.example"}, false},
		{"null origin", nil, header{"Origin": "null"}, false},
		{"origin of another port", nil, header{"Origin": "http://127.0.0.1:1"}, false},
		{"own origin", nil, header{"Host": "localhost:8080", "Origin": "http://localhost:8080"}, true},
		{"origin of an extension", nil, header{"Host": "localhost:8080", "Origin": "chrome-extension://localhost:8080"}, false},
		{"allowed origin", origins("https://app.example.com"), header{"Origin": "https://app.example.com"}, true},
		{"origin like an allowed one", origins("https://app.example.com"), header{"Origin": "https://app.example.com.evil.example"}, false},
		{"cross-site without an origin", nil, header{"Sec-Fetch-Site": "cross-site"}, false},
		{"same-site without an origin", nil, header{"Sec-Fetch-Site": "same-site"}, false},
		{"typed by a person", nil, header{"Sec-Fetch-Site": "none"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := serveHTTP(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) {
				cfg.Stateless, cfg.SSE = true, true
				if tc.change != nil {
					tc.change(cfg)
				}
			})
			for _, request := range [][2]string{{"POST", "/mcp"}, {"GET", "/mcp"}, {"DELETE", "/mcp"}, {"OPTIONS", "/mcp"}, {"POST", "/message"}, {"GET", "/.well-known/oauth-authorization-server"}} {
				body := ""
				if request[0] == "POST" {
					body = ping
				}
				response := s.do(request[0], request[1], body, tc.changes)
				_ = response.Body.Close()
				if allowed := response.StatusCode != http.StatusForbidden; allowed != tc.allowed {
					t.Errorf("%s %s: status %d", request[0], request[1], response.StatusCode)
				}
				if cors := response.Header.Get("Access-Control-Allow-Origin"); cors == "*" || (cors != "" && !tc.allowed) {
					t.Errorf("%s %s: Access-Control-Allow-Origin %q", request[0], request[1], cors)
				}
			}
			response := s.do("GET", "/healthz", "", tc.changes)
			_ = response.Body.Close()
			if response.StatusCode != http.StatusOK {
				t.Errorf("/healthz: status %d", response.StatusCode)
			}
		})
	}
}

func hosts(names ...string) func(*transport.HTTPConfig) {
	return func(cfg *transport.HTTPConfig) { cfg.AllowedHosts = names }
}

func origins(names ...string) func(*transport.HTTPConfig) {
	return func(cfg *transport.HTTPConfig) { cfg.AllowedOrigins = names }
}

// A page of an allowed origin gets what its browser asks for beforehand, without
// a credential, which browsers do not send then.
func TestHTTPPreflight(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), origins("https://app.example.com"))
	response := s.do("OPTIONS", "/mcp", "", header{
		"Authorization": "", "Origin": "https://app.example.com", "Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "authorization,mcp-protocol-version,mcp-method,mcp-name",
	})
	_ = response.Body.Close()
	allowed := strings.ToLower(response.Header.Get("Access-Control-Allow-Headers"))
	if response.StatusCode != http.StatusNoContent || response.Header.Get("Access-Control-Allow-Origin") != "https://app.example.com" {
		t.Errorf("status %d, header %v", response.StatusCode, response.Header)
	}
	for _, name := range []string{"authorization", "mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"} {
		if !strings.Contains(allowed, name) {
			t.Errorf("%s is not allowed: %s", name, allowed)
		}
	}
	response = s.do("POST", "/mcp", `{}`, header{"Authorization": "", "Origin": "https://app.example.com"})
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized || response.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("status %d, header %v", response.StatusCode, response.Header)
	}
}

func TestHTTPConfigurations(t *testing.T) {
	t.Parallel()
	s := newServer(t, newProbe())
	for name, tc := range map[string]struct {
		cfg  transport.HTTPConfig
		want string
	}{
		"no server":               {transport.HTTPConfig{}, "server is missing"},
		"no handler":              {transport.HTTPConfig{Server: s}, "HandleMessage"},
		"unauthenticated":         {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Auth: transport.AuthNone, Listen: "0.0.0.0:8080"}, "other machines"},
		"unauthenticated, any":    {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Auth: transport.AuthNone, Listen: ":8080"}, "other machines"},
		"unauthenticated, name":   {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Auth: transport.AuthNone, Listen: "example.com:80"}, "other machines"},
		"keys without keys":       {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Auth: transport.AuthServer}, "at least one key"},
		"half of TLS":             {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, TLSCert: "x"}, "both"},
		"origin without a scheme": {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, AllowedOrigins: []string{"example.com"}}, "no origin"},
		"proxy that is a name":    {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, TrustedProxies: []string{"proxy"}}, "no address"},
		"unknown authentication":  {transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Auth: "basic"}, "unknown way"},
	} {
		if _, err := transport.NewHandler(tc.cfg); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, listen := range []string{"127.0.0.1:0", "localhost:1", "[::1]:1", "unix:/tmp/x"} {
		if _, err := transport.NewHandler(transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Auth: transport.AuthNone, Listen: listen}); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

// eventually waits for something to become true.
func eventually(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			tb.Fatalf("not within 10 s: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
