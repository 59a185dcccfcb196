package transport_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

const (
	aliceToken = "fake-token-of-alice"
	bobToken   = "fake-token-of-bob"
)

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
		{"unencodable result", toolCall("10", "unencodable", "{}"), 200, "10", -32603},
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
