package transport_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Connections that say nothing do not keep others out.
func TestHTTPSilentConnections(t *testing.T) {
	t.Parallel()
	running := start(t, newServer(t, newProbe()), nil)
	var silent []net.Conn
	for range 2300 {
		c, err := net.Dial("tcp", running.address)
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	defer func() {
		for _, c := range silent {
			_ = c.Close()
		}
	}()
	if status, _ := running.post(initializeLine("2025-11-25", "{}"), nil); status != 200 {
		t.Errorf("status %d", status)
	}
	_ = silent[0].SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := silent[0].Read(make([]byte, 1)); err == nil || strings.Contains(err.Error(), "timeout") {
		t.Errorf("the oldest silent connection is still open: %v", err)
	}
}

func TestHTTPLongHeader(t *testing.T) {
	t.Parallel()
	running := start(t, newServer(t, newProbe()), nil)
	response := running.do(http.MethodPost, "/mcp", pingLine, header{"X-Long": strings.Repeat("x", 64<<10)})
	_ = response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", response.StatusCode)
	}
}

// Connections that were used once and are kept open make room as well, and their
// clients simply open another one.
func TestHTTPIdleConnections(t *testing.T) {
	t.Parallel()
	running := start(t, newServer(t, newProbe()), nil)
	var idle []net.Conn
	defer func() {
		for _, c := range idle {
			_ = c.Close()
		}
	}()
	for range 2300 {
		c, err := net.Dial("tcp", running.address)
		if err != nil {
			t.Fatal(err)
		}
		idle = append(idle, c)
		if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := c.Read(make([]byte, 1024)); err != nil {
			t.Fatal(err)
		}
	}
	if status, _ := running.post(initializeLine("2025-11-25", "{}"), nil); status != 200 {
		t.Errorf("status %d", status)
	}
	_ = idle[0].SetReadDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.Copy(io.Discard, idle[0]); err != nil && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the longest idle connection is still open: %v", err)
	}
}
