package tools_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zerops-mcp/zerops"
)

// network is HTTP in memory between a client and a handler, whose connections
// are pipes: real requests and answers on the clock of a synctest bubble. It can
// do what networks do to requests, and notes every write.
type network struct {
	t         *testing.T
	platform  http.Handler
	accepted  *pipeListener
	transport *http.Transport
	broken    *http.Transport // dials as the fault says
	operation *http.ServeMux

	mu      sync.Mutex
	fault   *fault
	strikes strikes
	began   time.Time // arrival of the first request of the call, zero before
	waves   int       // of the call so far

	written bool // a write of the call was answered
	callTrace

	expected int      // waves of the call on a healthy account
	foreign  []string // hosts that nobody should have asked
	flooded  int      // most bytes that were taken of one endless answer
}

// callTrace is what the network saw of a call.
type callTrace struct {
	writes        []write
	struck        int
	struckWrite   bool
	struckOutside bool // struck at an address that the platform handed out
	// missing are the requests that were struck and not answered when sent again.
	missing map[string]bool
}

// write is a request of a call that may change something.
type write struct {
	request  string // method, path and digest of the body
	executed bool
	refused  bool // the answer said so
}

// latency separates the requests that a call sends one after the other from
// those that it sends at once.
const latency = 10 * time.Millisecond

// where in a call a fault strikes.
type strikes struct {
	name string
	on   func(n *network, unsafe bool) bool
}

func newNetwork(t *testing.T, platform http.Handler) *network {
	t.Helper()
	n := &network{t: t, platform: platform, accepted: &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}, operation: operations()}
	n.transport = &http.Transport{DialContext: n.dial, MaxIdleConnsPerHost: 32}
	n.broken = &http.Transport{DialContext: n.dialBadly, DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}}
	server := &http.Server{Handler: n}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(n.accepted)
	}()
	t.Cleanup(func() {
		n.transport.CloseIdleConnections()
		_ = server.Close()
		<-done
	})
	return n
}

// operations knows the operation of a request.
func operations() *http.ServeMux {
	mux := http.NewServeMux()
	for op := range zerops.Operations() {
		path := strings.ReplaceAll(op.Path(), ":.*}", "...}")
		if strings.HasSuffix(path, "/") {
			path += "{$}"
		}
		name := op.String()
		mux.Handle(op.Method()+" /api/rest/public"+path, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) }))
	}
	return mux
}

// unsafe reports whether a request may change something. Those to the addresses
// that the platform hands out are judged by their method.
func (n *network) unsafe(r *http.Request) bool {
	handler, pattern := n.operation.Handler(r)
	if pattern == "" {
		return r.Method != http.MethodGet
	}
	answer := &captured{header: http.Header{}}
	handler.ServeHTTP(answer, r)
	op, _ := zerops.LookupOperation(answer.body.String())
	return !op.Safe()
}

// begin forgets the last call and says what will happen to the next one.
func (n *network) begin(f *fault, at strikes, expected int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault, n.strikes, n.expected = f, at, expected
	n.began, n.waves, n.written, n.callTrace = time.Time{}, 0, false, callTrace{missing: map[string]bool{}}
}

// end lets everything through again and returns what happened to the call.
func (n *network) end() callTrace {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.fault = nil
	return n.callTrace
}

// struckHeader marks a request for the handler; it never reaches the platform.
const struckHeader = "X-Struck"

// RoundTrip decides whether a request is struck and sends it on its way.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	unsafe := n.unsafe(r)
	n.mu.Lock()
	if n.began.IsZero() {
		n.began = time.Now()
	}
	n.waves = max(n.waves, n.wave()+1)
	if r.URL.Host != "127.0.0.1:1" {
		n.foreign = append(n.foreign, r.URL.Host)
	}
	f, struck := n.fault, n.fault != nil && n.strikes.on(n, unsafe)
	query := r.URL.Query()
	query.Del("accessToken") // which a grant that is renewed has anew
	asked := r.Method + " " + r.URL.Path + "?" + query.Encode()
	if struck {
		n.missing[asked] = true
		n.struck++
		n.struckWrite = n.struckWrite || unsafe
		n.struckOutside = n.struckOutside || !strings.HasPrefix(r.URL.Path, "/api/rest/public/")
	}
	n.mu.Unlock()
	switch {
	case !struck:
	case f.dial != nil:
		if f.tls {
			r.URL.Scheme = "https"
		}
		return n.broken.RoundTrip(r)
	default:
		r.Header.Set(struckHeader, "yes")
	}
	response, err := n.transport.RoundTrip(r)
	if struck && f.reset && err != nil && r.Context().Err() == nil {
		err = &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	if !struck && err == nil {
		n.mu.Lock()
		n.written = n.written || unsafe && response.StatusCode < 300
		delete(n.missing, asked)
		n.mu.Unlock()
	}
	return response, err
}

// wave counts how many requests one after the other were before now. The lock is
// held.
func (n *network) wave() int { return int((time.Since(n.began) + latency/2) / latency) }

// ServeHTTP is the platform behind the network.
func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	struck := r.Header.Get(struckHeader) != ""
	r.Header.Del(struckHeader)
	if !pauseFor(r, latency) {
		panic(http.ErrAbortHandler)
	}
	unsafe := n.unsafe(r)
	done := write{request: fmt.Sprintf("%s %s %x", r.Method, r.URL.RequestURI(), sha256.Sum256(body))}
	note := func() {
		if unsafe {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.writes = append(n.writes, done)
		}
	}
	answer := &captured{header: http.Header{}}
	ask := func() {
		n.platform.ServeHTTP(answer, r)
		done.executed, done.refused = answer.status < 300, answer.status >= 400
	}
	n.mu.Lock()
	f := n.fault
	n.mu.Unlock()
	if !struck || f.answer == nil {
		ask()
		note()
		answer.send(w)
		return
	}
	if f.works {
		ask()
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	done.refused = done.refused || f.refuses
	note()
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.flooded = max(n.flooded, answer.flooded)
	}()
	f.answer(w, r, answer)
}

// pauseFor waits unless the caller goes away.
func pauseFor(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

func (n *network) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case n.accepted.connections <- far:
		return near, nil
	case <-n.accepted.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) dialBadly(ctx context.Context, _, _ string) (net.Conn, error) {
	n.mu.Lock()
	f := n.fault
	n.mu.Unlock()
	return f.dial(ctx)
}

// pipeListener accepts the far ends of pipes.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	once        sync.Once
}

// Accept waits for a connection.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends Accept.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr is an address of this machine.
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// captured is an answer of the platform on its way through the network.
type captured struct {
	header http.Header
	status int
	body   bytes.Buffer

	flooded int // bytes of an endless answer that were taken
}

// Header returns the header of the answer.
func (c *captured) Header() http.Header { return c.header }

// Write adds to the body.
func (c *captured) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(p)
}

// WriteHeader sets the status, once.
func (c *captured) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *captured) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), c.header)
	w.WriteHeader(max(c.status, http.StatusOK))
	_, _ = w.Write(c.body.Bytes())
}

func refuseConnection(context.Context) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func refuseName(context.Context) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}}
}

// distrusted dials a server whose certificate nobody has signed.
func distrusted(t *testing.T) func(context.Context) (net.Conn, error) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<32, 0), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}
	return func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() {
			defer func() { _ = far.Close() }()
			if err := tls.Server(far, config).Handshake(); err == nil {
				t.Error(errors.New("a client trusted a certificate that nobody has signed"))
			}
		}()
		return near, nil
	}
}
