package transport_test

import (
	"bufio"
	"context"
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
