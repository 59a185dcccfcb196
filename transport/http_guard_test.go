package transport_test

import (
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/transport"
)

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
