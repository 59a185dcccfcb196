package transport

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// FuzzGuard: only a trusted proxy may say where a request came from and was sent
// to, only our names and origins get in, and logs get addresses alone.
func FuzzGuard(f *testing.F) {
	f.Add("mcp.example.com:443", "", "", "https://app.example.com", true)
	f.Add("MCP.Example.Com", "evil.example.net, mcp.example.com", "203.0.113.7, 2001:db8::1", "https://evil.example.net", true)
	f.Add("[::1]:80", "mcp.example.com", "127.0.0.1", "null", false)
	f.Add("a.tools.example.com.", "x.tools.example.com", "1.2.3.4\n", "http://a.tools.example.com", false)
	f.Add("mcp.example.com@evil", " ,", ",,", "https://mcp.example.com@evil", true)
	g, err := newGuard(&HTTPConfig{
		AllowedHosts: []string{"mcp.example.com", "*.tools.example.com"}, AllowedOrigins: []string{"https://app.example.com"}, TrustedProxies: []string{"10.0.0.0/8"},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, host, forwardedHost, forwardedFor, origin string, proxied bool) {
		peer := "192.0.2.1"
		if proxied {
			peer = "10.1.2.3"
		}
		r := &http.Request{Host: host, RemoteAddr: peer + ":4711", Header: http.Header{}}
		r.Header.Set("X-Forwarded-Host", forwardedHost)
		r.Header.Set("X-Forwarded-For", forwardedFor)
		r.Header.Set("Origin", origin)
		to := g.host(r)
		if !proxied && to != host {
			t.Errorf("a stranger made %q of the host %q", to, host)
		}
		name := hostname(to)
		if got, want := g.hostAllowed(r), name == "mcp.example.com" || strings.HasSuffix(name, ".tools.example.com"); got != want {
			t.Errorf("host %q: allowed %t", to, got)
		}
		if lower := strings.ToLower(origin); g.originAllowed(r) && lower != "https://app.example.com" && !strings.Contains(origin, "%") {
			_, rest, _ := strings.Cut(lower, "://")
			rest, _, _ = strings.Cut(rest+"/", "/")
			rest, _, _ = strings.Cut(rest+"?", "?")
			rest, _, _ = strings.Cut(rest+"#", "#")
			if rest[strings.LastIndexByte(rest, '@')+1:] != strings.ToLower(to) {
				t.Errorf("the origin %q may call %q", origin, to)
			}
		}
		address, err := netip.ParseAddr(g.client(r))
		if err != nil || !proxied && address.String() != peer {
			t.Errorf("client %q of a peer %s, %v", address, peer, err)
		}
	})
}

// FuzzTraceparent: what is passed on to the platform has the form of W3C Trace
// Context, wherever it came from.
func FuzzTraceparent(f *testing.F) {
	const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	f.Add(good)
	f.Add("ff" + good[2:])
	f.Add(strings.ToUpper(good))
	f.Add("00-00000000000000000000000000000000-b7ad6b7169203331-01")
	f.Add(good + "\r\nX: y")
	form := regexp.MustCompile(`\A[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\z`)
	f.Fuzz(func(t *testing.T, text string) {
		want := form.MatchString(text) && text[:2] != "ff" && text[3:35] != strings.Repeat("0", 32) && text[36:52] != strings.Repeat("0", 16)
		if got := validTraceparent(text); got != want {
			t.Errorf("%q: valid %t", text, got)
		}
	})
}

// FuzzCredential: a credential is taken only where there is exactly one, as it
// was sent and without what could end a header; no error repeats one.
func FuzzCredential(f *testing.F) {
	f.Add("Bearer obviously-fake-token", "", "")
	f.Add("bearer  obviously-fake-token ", "", "")
	f.Add("Basic b2J2aW91c2x5OmZha2U=", "obviously-fake-key", "")
	f.Add("", "obviously-fake-key", "obviously-fake-key")
	f.Add("", "", "obviously\tfake")
	f.Add("Bearer", " ", "\x7f")
	f.Fuzz(func(t *testing.T, authorization, key, token string) {
		header := http.Header{}
		sent := 0
		for name, value := range map[string]string{"Authorization": authorization, "X-Api-Key": key, "X-Auth-Token": token} {
			if value != "" {
				header.Set(name, value)
				sent++
			}
		}
		got, err := credential(header)
		if err != nil {
			for _, value := range []string{authorization, key, token} {
				if len(value) > 12 && strings.Contains(err.Error(), value) {
					t.Errorf("the error %q shows %q", err, value)
				}
			}
			return
		}
		if sent != 1 || len(got) > maxCredential || strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Errorf("%q taken of %d headers", got, sent)
		}
		if !slices.Contains([]string{key, token}, got) && !strings.HasSuffix(strings.TrimSpace(authorization), got) {
			t.Errorf("%q was never sent", got)
		}
	})
}

// FuzzAccept: a client that takes everything is never refused, whatever else it
// says.
func FuzzAccept(f *testing.F) {
	f.Add("application/json, text/event-stream")
	f.Add("text/*;q=0, application/json ; q=0.0")
	f.Add(";;,,*/*")
	f.Fuzz(func(t *testing.T, text string) {
		ask := func(values ...string) bool {
			return accepts(&http.Request{Header: http.Header{"Accept": values}}, "text/event-stream")
		}
		if !ask(text, "*/*") || !ask(text+",text/event-stream") {
			t.Errorf("%q takes away what was said as well", text)
		}
		if ask(text) && !strings.Contains(strings.ToLower(text), "text/") && !strings.Contains(text, "*/*") {
			t.Errorf("%q takes no event stream", text)
		}
	})
}
