package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/transport"
)

func TestHTTPStreams(t *testing.T) {
	mcpServer := newServer(t, newProbe())
	s := serveHTTP(t, mcpServer, func(cfg *transport.HTTPConfig) { cfg.KeepAlive = 50 * time.Millisecond })
	session := s.initialize(aliceToken, "2025-11-25", "{}")

	t.Run("header", func(t *testing.T) {
		response := s.do(http.MethodGet, "/mcp", "", session)
		_ = response.Body.Close()
		if response.Header.Get("X-Accel-Buffering") != "no" || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
			t.Errorf("header %v", response.Header)
		}
		response = s.do(http.MethodGet, "/mcp", "", session.with(header{"Accept": "application/json"}))
		_ = response.Body.Close()
		if response.StatusCode != http.StatusNotAcceptable {
			t.Errorf("status %d", response.StatusCode)
		}
	})
	t.Run("signs of life", func(t *testing.T) {
		stream := s.do(http.MethodGet, "/mcp", "", session)
		defer func() { _ = stream.Body.Close() }()
		seen := 0
		for event := range events(stream.Body) {
			if event.comment != "" {
				if seen++; seen == 3 {
					break
				}
			}
		}
		response := s.do(http.MethodPost, "/mcp", toolCall("1", "sleep", `{"ms":250}`), session)
		defer func() { _ = response.Body.Close() }()
		comments, answer := 0, ""
		for event := range events(response.Body) {
			if event.comment != "" {
				comments++
			} else {
				answer = decode(t, event.data).text()
			}
		}
		if comments < 1 || answer != "slept" {
			t.Errorf("%d comments, answer %q", comments, answer)
		}
		if got := s.one(toolCall("1", "sleep", `{"ms":150}`), session.with(header{"Accept": "application/json"})); got.text() != "slept" {
			t.Errorf("answered %s", got.raw)
		}
	})
	t.Run("what is for everybody comes once", func(t *testing.T) {
		var streams []chan string
		for range 2 {
			stream := s.do(http.MethodGet, "/mcp", "", session)
			defer func() { _ = stream.Body.Close() }()
			got := make(chan string, 10)
			go func() {
				for event := range events(stream.Body) {
					if event.data != "" {
						got <- event.data
					}
				}
			}()
			streams = append(streams, got)
		}
		mcpServer.SendNotificationToAllClients("notifications/test", map[string]any{"x": 1})
		if got := <-streams[1]; !strings.Contains(got, "notifications/test") {
			t.Errorf("got %s", got)
		}
		select {
		case got := <-streams[0]:
			t.Errorf("the older stream got %s", got)
		case <-time.After(100 * time.Millisecond):
		}
	})
	t.Run("older ones make room", func(t *testing.T) {
		session := s.initialize(bobToken, "2025-11-25", "{}")
		first := s.do(http.MethodGet, "/mcp", "", session)
		defer func() { _ = first.Body.Close() }()
		for range 4 {
			stream := s.do(http.MethodGet, "/mcp", "", session)
			defer func() { _ = stream.Body.Close() }()
		}
		if _, err := io.Copy(io.Discard, first.Body); err != nil {
			t.Error(err)
		}
	})
	t.Run("subscription", func(t *testing.T) {
		s := server.NewMCPServer("x", "0", server.WithToolCapabilities(true))
		far := serveHTTP(t, s, nil)
		response := far.do(http.MethodPost, "/mcp", modern("1", "subscriptions/listen", `"notifications":{"toolsListChanged":true},`), modernHeader("subscriptions/listen", ""))
		defer func() { _ = response.Body.Close() }()
		seen := []string{}
		for event := range events(response.Body) {
			m := decode(t, event.data)
			seen = append(seen, m.Method)
			switch len(seen) {
			case 1:
				s.SendNotificationToAllClients("notifications/tools/list_changed", nil)
			case 2:
				far.handler.Drain()
			}
		}
		if fmt.Sprint(seen) != "[notifications/subscriptions/acknowledged notifications/tools/list_changed]" && len(seen) < 2 {
			t.Errorf("got %v", seen)
		}
	})
}
