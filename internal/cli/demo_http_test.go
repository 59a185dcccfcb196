package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// The demo over HTTP is for people who have no token yet: any credential opens it,
// in any header, and none at all does not.
func TestTheDemoOverHTTPTakesAnyCredential(t *testing.T) {
	t.Parallel()
	credentials := [][]string{
		{"Authorization", "Bearer anything"},
		{"Authorization", "bearer x"},
		{"X-API-Key", "demo"},
		{"X-Auth-Token", strings.Repeat("k", 64)},
		{"Authorization", "Bearer " + simulator.OwnerToken},
	}
	for _, args := range []string{"--transport http", "--transport http --stateless", "--transport sse"} {
		r := listen(t, "serve --demo "+args)
		for _, header := range credentials {
			if status, body := r.whoami(t, header...); status != http.StatusOK || !strings.Contains(body, "Petra") || strings.Contains(body, "isError\":true") {
				t.Errorf("%s, %s: %d %.300s", args, header[0], status, body)
			}
		}
		for _, header := range [][]string{nil, {"Authorization", "Bearer "}, {"Authorization", "Basic ZGVtbzpkZW1v"}, {"X-API-Key", ""}} {
			if status, body := r.whoami(t, header...); status != http.StatusUnauthorized {
				t.Errorf("%s, %q: %d %.300s", args, header, status, body)
			}
		}
		if strings.Contains(r.log.String(), "is ignored") {
			t.Errorf("%s: a warning about tokens:\n%s", args, r.log)
		}
	}
	sse := listen(t, "serve --demo --transport sse")
	got := overSSE(t, sse, "anything", everyQuestion("2024-11-05"))
	if text := firstOf(got.answers[2]["content"]); !strings.Contains(text["text"].(string), `"items":[`) {
		t.Errorf("over the older SSE: %v", text)
	}
}

// Other kinds of authentication stay as strict with the demo as without.
func TestTheDemoOverHTTPWithKeysOfTheServer(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef"
	for _, args := range []string{"--transport http", "--transport sse"} {
		r := listen(t, "serve --demo --http-auth server --allow-full-access "+args, "ZMCP_ACCESS_KEYS=ci:"+key)
		for _, header := range [][]string{{"Authorization", "Bearer " + key}, {"X-API-Key", key}, {"X-Auth-Token", key}} {
			if status, body := r.whoami(t, header...); status != http.StatusOK || !strings.Contains(body, "Petra") {
				t.Errorf("%s, %s: %d %.300s", args, header[0], status, body)
			}
		}
		if status, _ := r.whoami(t, "X-API-Key", "anything"); status != http.StatusUnauthorized {
			t.Errorf("%s: a wrong key: %d", args, status)
		}
	}
	open := listen(t, "serve --demo --transport http --http-auth none")
	if status, body := open.whoami(t); status != http.StatusOK || !strings.Contains(body, "Petra") {
		t.Errorf("without authentication: %d %.300s", status, body)
	}
}

// What callers present is never sent to the real API in place of a token of
// theirs: only the demo takes any.
func TestAnyCredentialIsForTheDemoOnly(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	r := listen(t, "serve --transport http", env...)
	if status, body := r.whoami(t, "X-API-Key", "anything-at-all"); status != http.StatusOK || !strings.Contains(body, "unauthorized") {
		t.Errorf("%d %.300s", status, body)
	}
}
