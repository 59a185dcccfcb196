package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zerops-mcp/internal/cli"
	"zerops-mcp/zerops/simulator"
)

// syncBuffer is a buffer that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// remote is a server of this process, listening on sockets of its own.
type remote struct {
	client, metrics *http.Client
	socket          string
	log             *syncBuffer
}

// listen serves over HTTP until the test ends, and checks that it ends well.
func listen(t *testing.T, args string, env ...string) remote {
	t.Helper()
	dir := t.TempDir()
	socket, metrics := filepath.Join(dir, "mcp"), filepath.Join(dir, "metrics")
	ctx, stop := context.WithCancel(t.Context())
	log := &syncBuffer{}
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Run(ctx, cli.Env{
			Args: append(strings.Fields(args), "--listen", "unix:"+socket, "--metrics-listen", "unix:"+metrics), Environ: env,
			Dir: dir, Home: dir, ConfigDir: dir, Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: log,
		})
	}()
	t.Cleanup(func() {
		stop()
		select {
		case code := <-ended:
			if code != 0 {
				t.Errorf("exit code %d\n%s", code, log)
			}
		case <-time.After(10 * time.Second):
			t.Error("the server does not end")
		}
	})
	r := remote{client: over(t, socket), metrics: over(t, metrics), socket: socket, log: log}
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		if response, err := r.client.Get("http://localhost/healthz"); err == nil {
			_ = response.Body.Close()
			return r
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not listen\n%s", log)
	return r
}

// over is a client whose connections all go to one socket.
func over(t *testing.T, socket string) *http.Client {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 10 * time.Second}
}

// whoami calls the tool and returns the status and the body.
func (r remote) whoami(t *testing.T, header ...string) (int, string) {
	t.Helper()
	return r.tool(t, "whoami", "{}", header...)
}

// tool calls a tool as a client without a session does and returns the status and
// the body.
func (r remote) tool(t *testing.T, name, arguments string, header ...string) (int, string) {
	t.Helper()
	message := `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"` + name + `","arguments":` + arguments + `,"_meta":{` +
		`"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/mcp", strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]string{
		"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
		"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": name,
	} {
		request.Header.Set(name, v)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := r.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func TestServeOverHTTPForCallersWithTokens(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	// The server's own token must never serve a caller.
	r := listen(t, "--transport http --stateless", append(env, "ZMCP_SIGNING_KEY="+generatedKey)...)
	if !strings.Contains(r.log.String(), "the server's own is ignored") {
		t.Errorf("no warning about the server's token:\n%s", r.log)
	}
	if status, body := r.whoami(t); status != http.StatusUnauthorized {
		t.Errorf("without a token: %d %s", status, body)
	}
	healthy := []string{"ZMCP_TRANSPORT=http", "ZMCP_LISTEN=unix:" + r.socket}
	if got := (run{args: "__health", env: healthy}).do(t); got.code != 0 {
		t.Errorf("health: exit code %d, %s", got.code, got.stderr)
	}
	if status, body := r.whoami(t, "Authorization", "Bearer "+simulator.RevokedToken); status != http.StatusOK || !strings.Contains(body, "unauthorized") {
		t.Errorf("with a revoked token: %d %s", status, body)
	}
	for _, header := range [][]string{
		{"Authorization", "Bearer " + simulator.ReadOnlyToken}, {"X-API-Key", simulator.ReadOnlyToken}, {"X-Auth-Token", simulator.ReadOnlyToken},
	} {
		if status, body := r.whoami(t, header...); status != http.StatusOK || !strings.Contains(body, "Ana Silva") {
			t.Errorf("%s: %d %.200s", header[0], status, body)
		}
	}
	response, err := r.metrics.Get("http://localhost/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`zerops_mcp_tool_calls_total{tool="whoami",outcome="ok"} 3`, `outcome="unauthorized"`, `zerops_mcp_api_requests_total{operation="GetUserInfo"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("metrics lack %s:\n%s", want, text)
		}
	}
	if strings.Contains(r.log.String()+string(text), "obviously-fake") {
		t.Error("a token is in the log or the metrics")
	}
}

func TestServeOverHTTPForKeysOfTheServer(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	r := listen(t, "--transport sse --http-auth server --read-only --log-format json --audit-log stderr", append(env, "ZMCP_ACCESS_KEYS=ci:0123456789abcdef")...)
	if status, _ := r.whoami(t, "Authorization", "Bearer wrong-wrong-wrong-wrong"); status != http.StatusUnauthorized {
		t.Errorf("with a wrong key: %d", status)
	}
	if status, body := r.whoami(t, "Authorization", "Bearer 0123456789abcdef"); status != http.StatusOK || !strings.Contains(body, "OWNER") {
		t.Errorf("with a key: %d %s", status, body)
	}
	found := false
	for line := range strings.Lines(r.log.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not a JSON line: %s", line)
		}
		found = found || strings.Contains(line, `"label":"ci"`)
	}
	if !found || strings.Contains(r.log.String(), "0123456789abcdef") {
		t.Errorf("the audit lines do not name the caller, or tell the key:\n%s", r.log)
	}
}

// TestCallersNeverReachTheServersOwnService: neither those that borrow the server's
// token nor those with one of their own that may change it.
func TestCallersNeverReachTheServersOwnService(t *testing.T) {
	t.Parallel()
	sim, env := account(t)
	own := sim.ServiceID("eshop-staging", "api")
	for args, credential := range map[string]string{
		"--transport http --http-auth server --allow-full-access --confirm never --toolsets all": "Bearer 0123456789abcdef",
		"--transport http --confirm never --toolsets all":                                        "Bearer " + simulator.OwnerToken,
	} {
		r := listen(t, args, append(env, "ZMCP_ACCESS_KEYS=ci:0123456789abcdef", "serviceId="+own)...)
		for tool, arguments := range map[string]string{
			"set_env":         `{"service":"` + own + `","variables":{"ZMCP_READ_ONLY":"false"}}`,
			"restart_service": `{"service":"` + own + `"}`,
			"deploy_service":  `{"service":"` + own + `","git_url":"https://github.com/example/app"}`,
			"write_api":       `{"operation":"PutServiceStackStop","path":{"id":"` + own + `"}}`,
		} {
			if status, body := r.tool(t, tool, arguments, "Authorization", credential); status != http.StatusOK || !strings.Contains(body, "blocked") {
				t.Errorf("%s, %s: %d %.300s", args, tool, status, body)
			}
		}
	}
	for _, request := range sim.Requests() {
		if request.Method != http.MethodGet && !strings.HasSuffix(request.Path, "/search") {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

func TestHealthOfWhatDoesNotListen(t *testing.T) {
	t.Parallel()
	if got := (run{args: "__health", env: []string{"ZMCP_TRANSPORT=http", "ZMCP_LISTEN=0.0.0.0:1"}}).do(t); got.code != 1 || got.stderr == "" {
		t.Errorf("exit code %d, %s", got.code, got.stderr)
	}
	if got := (run{args: "__health"}).do(t); got.code != 0 {
		t.Errorf("over stdio: exit code %d, %s", got.code, got.stderr)
	}
}

func TestHTTPSettingsThatCannotWork(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--transport http --trusted-proxies nonsense":                 "nonsense",
		"--transport http --allowed-origins nonsense":                 "nonsense",
		"--transport http --tls-cert /nonexistent --tls-key /nowhere": "/nonexistent",
		"--transport http --listen unix:/nonexistent/dir/socket":      "/nonexistent/dir/socket",
	} {
		got := run{args: args}.do(t)
		if got.code == 0 || !strings.Contains(got.stderr, want) || strings.Count(got.stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, stderr %q", args, got.code, got.stderr)
		}
	}
}
