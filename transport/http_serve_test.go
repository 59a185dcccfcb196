package transport_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// running is a server with a listener of its own.
type running struct {
	site
	address string
	stop    context.CancelFunc
	done    chan error
}

// start serves s at a free address of this machine.
func start(tb testing.TB, s *server.MCPServer, change func(*transport.HTTPConfig)) *running {
	tb.Helper()
	cfg := transport.HTTPConfig{Server: s, HandleMessage: tools.HandleMessage, Listen: "127.0.0.1:0"}
	if change != nil {
		change(&cfg)
	}
	ctx, stop := context.WithCancel(tb.Context())
	addresses := make(chan net.Addr, 1)
	r := &running{stop: stop, done: make(chan error, 1)}
	go func() {
		r.done <- transport.ServeHTTP(ctx, cfg, func(a net.Addr) { addresses <- a })
		close(r.done)
	}()
	tb.Cleanup(func() { stop(); <-r.done })
	select {
	case a := <-addresses:
		r.address = a.String()
	case err := <-r.done:
		tb.Fatalf("serving ended: %v", err)
	}
	r.site = site{tb: tb, url: "http://" + r.address, client: &http.Client{Transport: &http.Transport{}}}
	tb.Cleanup(r.client.CloseIdleConnections)
	return r
}

// At the end, calls in progress are answered, waits at once, streams are closed,
// and new connections are refused.
func TestHTTPStops(t *testing.T) {
	t.Parallel()
	p := newProbe()
	r := start(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.SSE = true })
	session := r.initialize(aliceToken, "2025-11-25", "{}")
	stream := r.do(http.MethodGet, "/mcp", "", session)
	defer func() { _ = stream.Body.Close() }()
	older := r.do(http.MethodGet, "/sse", "", nil)
	defer func() { _ = older.Body.Close() }()
	answered := make(chan string, 2)
	go func() { answered <- r.one(toolCall("1", "sleep", `{"ms":400}`), session).text() }()
	go func() { answered <- r.one(toolCall("2", "wait", `{}`), session).text() }()
	<-p.started
	<-p.started
	asking := r.do(http.MethodPost, "/mcp", toolCall("3", "ask", "{}"), r.initialize(bobToken, "2025-11-25", `{"elicitation":{}}`))
	defer func() { _ = asking.Body.Close() }()
	started := time.Now()
	r.stop()
	if got := <-answered; got != "still running" {
		t.Errorf("first answer %q", got)
	}
	if got := <-answered; got != "slept" {
		t.Errorf("second answer %q", got)
	}
	if err := <-r.done; err != nil {
		t.Errorf("serving returned %v", err)
	}
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	for _, body := range []io.Reader{stream.Body, older.Body} {
		_, _ = io.Copy(io.Discard, body)
	}
	if c, err := net.Dial("tcp", r.address); err == nil {
		_ = c.Close()
		t.Error("still listening")
	}
}

// A call that does not end cannot hold the end beyond its time.
func TestHTTPStopIsBounded(t *testing.T) {
	t.Parallel()
	p := newProbe()
	defer close(p.release)
	r := start(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.DrainTimeout = 200 * time.Millisecond })
	session := r.initialize(aliceToken, "2025-11-25", "{}")
	go func() {
		if response, err := r.try(t.Context(), http.MethodPost, "/mcp", toolCall("1", "stubborn", "{}"), session); err == nil {
			_ = response.Body.Close()
		}
	}()
	<-p.started
	started := time.Now()
	r.stop()
	if err := <-r.done; err != nil {
		t.Errorf("serving returned %v", err)
	}
	if took := time.Since(started); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestHTTPReadiness(t *testing.T) {
	t.Parallel()
	s := serveHTTP(t, newServer(t, newProbe()), nil)
	status := func(path string) int {
		response := s.do(http.MethodGet, path, "", header{"Authorization": "", "Host": "10.0.0.1"})
		_ = response.Body.Close()
		return response.StatusCode
	}
	if alive, ready := status("/healthz"), status("/readyz"); alive != 200 || ready != 200 {
		t.Errorf("alive %d, ready %d", alive, ready)
	}
	s.handler.Drain()
	if alive, ready := status("/healthz"), status("/readyz"); alive != 200 || ready != 503 {
		t.Errorf("while stopping: alive %d, ready %d", alive, ready)
	}
}

func TestHTTPSocket(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Log("paths of sockets are too long here for a temporary folder")
		return
	}
	path := filepath.Join(t.TempDir(), "s")
	for range 2 { // the second start finds the socket of the first
		r := start(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.Listen, cfg.Auth = "unix:"+path, transport.AuthNone })
		r.client = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}}
		r.url = "http://localhost"
		r.initialize(aliceToken, "2025-11-25", "{}")
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		err := transport.ServeHTTP(t.Context(), transport.HTTPConfig{Server: newServer(t, newProbe()), HandleMessage: tools.HandleMessage, Listen: "unix:" + path}, nil)
		if err == nil || !strings.Contains(err.Error(), "another process") {
			t.Errorf("a second server at the socket: %v", err)
		}
		r.client.CloseIdleConnections()
		r.stop()
		<-r.done
		left, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		left.(*net.UnixListener).SetUnlinkOnClose(false)
		_ = left.Close()
	}
}

func TestHTTPMetricsAddress(t *testing.T) {
	t.Parallel()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	metrics := transport.NewMetrics()
	metrics.Call("list_projects", "ok", 20*time.Millisecond)
	metrics.APIRequest("GetUserInfo", 503, 2, 10*time.Millisecond)
	r := start(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) { cfg.MetricsListen, cfg.Metrics = address, metrics })
	session := r.initialize(aliceToken, "2025-11-25", "{}")
	r.post(toolCall("1", "echo", "{}"), session)
	response, err := r.client.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(response.Body)
	for _, want := range []string{
		`zerops_mcp_tool_calls_total{tool="list_projects",outcome="ok"} 1`, `zerops_mcp_tool_call_seconds_count{tool="list_projects"} 1`,
		`zerops_mcp_api_requests_total{operation="GetUserInfo",status="5xx"} 1`, `zerops_mcp_api_retries_total{operation="GetUserInfo"} 1`,
		`zerops_mcp_sessions 1`, `zerops_mcp_http_responses_total{method="POST",status="200"} 2`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is missing:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), aliceToken) || strings.Contains(string(text), session["Mcp-Session-Id"]) {
		t.Error("the metrics show what belongs to a caller")
	}
}

// writeCertificate writes a certificate for localhost with a serial number.
func writeCertificate(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "EC PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestHTTPTLS(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	err := transport.ServeHTTP(t.Context(), transport.HTTPConfig{Server: newServer(t, newProbe()), HandleMessage: tools.HandleMessage, Listen: "127.0.0.1:0", TLSCert: certFile, TLSKey: keyFile}, nil)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Fatalf("served without a certificate: %v", err)
	}
	writeCertificate(t, certFile, keyFile, 1)
	r := start(t, newServer(t, newProbe()), func(cfg *transport.HTTPConfig) {
		cfg.TLSCert, cfg.TLSKey, cfg.CertificateAge = certFile, keyFile, time.Nanosecond
	})
	serial := func() int64 {
		c, err := tls.Dial("tcp", r.address, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if got := serial(); got != 1 {
		t.Errorf("certificate %d", got)
	}
	r.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	r.url = "https://" + r.address
	session := r.initialize(aliceToken, "2025-11-25", "{}")
	if _, all := r.post(toolCall("1", "progress", `{"n":3}`), session); !inOrder(all, 1, 3) {
		t.Errorf("over HTTP/2 came %v", all)
	}

	if err := os.WriteFile(keyFile, []byte("half written"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != 1 {
		t.Errorf("certificate %d with a broken key file", got)
	}
	writeCertificate(t, certFile, keyFile, 2)
	if got := serial(); got != 2 {
		t.Errorf("certificate %d after it was replaced", got)
	}
	r.client.CloseIdleConnections()
}

// Serving leaves nothing behind.
func TestHTTPLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	p := newProbe()
	for range 3 {
		r := start(t, newServer(t, p), func(cfg *transport.HTTPConfig) { cfg.SSE = true })
		session := r.initialize(aliceToken, "2025-11-25", `{"elicitation":{}}`)
		stream := r.do(http.MethodGet, "/mcp", "", session) //nolint:bodyclose // closed below
		older := r.do(http.MethodGet, "/sse", "", nil)      //nolint:bodyclose // closed below
		for range 20 {
			r.post(toolCall("1", "progress", `{"n":2}`), session)
			r.post(modern("1", "tools/call", `"name":"progress","arguments":{"n":2},`), modernHeader("tools/call", "progress"))
		}
		question := r.do(http.MethodPost, "/mcp", toolCall("2", "ask", "{}"), session) //nolint:bodyclose // closed below
		<-p.started
		r.stop()
		for _, response := range []*http.Response{stream, older, question} {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		if err := <-r.done; err != nil {
			t.Error(err)
		}
		r.client.CloseIdleConnections()
	}
	for range 300 {
		if runtime.NumGoroutine() <= before+2 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	stacks := make([]byte, 1<<16)
	t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
}
