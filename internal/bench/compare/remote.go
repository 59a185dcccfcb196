package compare

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"zerops-mcp/internal/bench/measure"
)

const initialize = `"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}`

// asker asks a server over a network and waits for the answer.
type asker interface {
	ask(ctx context.Context, id int, request string) error
	close()
}

// overNetwork compares a call of one client over a network transport.
func (b *bench) overNetwork(ctx context.Context, what, transport string, open func(context.Context, string) (asker, error)) (err error) {
	const pieces = 100
	commands := []measure.Command{
		{Path: b.ours, Args: append(measure.OnFreePort(transport), "--rate-limit", "0")},
		{Path: b.twin, Args: []string{transport, b.catalogue}},
	}
	sides := []side{{name: ""}, {name: measure.BareServer + ", the same tools"}}
	for i, command := range commands {
		server, startErr := measure.StartRemote(ctx, command, b.dir)
		if startErr != nil {
			return startErr
		}
		defer func() {
			_ = server.Command.Process.Kill() // the bare one knows no other end
			_ = server.Command.Wait()
		}()
		client, openErr := open(ctx, "http://"+server.Address)
		if openErr != nil {
			return fmt.Errorf("%s: %w", what, openErr)
		}
		defer client.close()
		sides[i].do = measure.Timed(func() error {
			for id := range pieces {
				if err := client.ask(ctx, 10+id, describe); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return b.compare(what, pieces, limit{}, sides...)
}

func (b *bench) callHTTP(ctx context.Context) error {
	return b.overNetwork(ctx, "`describe_api` over streamable HTTP", "http", openStreamable)
}

func (b *bench) callSSE(ctx context.Context) error {
	return b.overNetwork(ctx, "`describe_api` over SSE", "sse", openSSE)
}

// poster sends messages as the bodies of requests.
type poster struct {
	http    *http.Client
	url     string
	session string
}

// post sends a message and returns what is answered to the request itself.
func (p *poster) post(ctx context.Context, body string) (header http.Header, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer obviously-fake-owner-token")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if p.session != "" {
		r.Header.Set("Mcp-Session-Id", p.session)
		r.Header.Set("Mcp-Protocol-Version", "2025-11-25")
	}
	response, err := p.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	if err == nil && response.StatusCode/100 != 2 {
		err = fmt.Errorf("HTTP status %d: %.300s", response.StatusCode, answer)
	}
	return response.Header, answer, err
}

// streamable is a session of the present HTTP transport.
type streamable struct{ poster }

func openStreamable(ctx context.Context, address string) (asker, error) {
	s := &streamable{poster{http: &http.Client{Transport: &http.Transport{}}, url: address + "/mcp"}}
	header, _, err := s.post(ctx, message(1, initialize))
	if err != nil {
		return nil, err
	}
	s.session = header.Get("Mcp-Session-Id")
	_, _, err = s.post(ctx, `{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	return s, err
}

func (s *streamable) ask(ctx context.Context, id int, request string) error {
	_, answer, err := s.post(ctx, message(id, request))
	if err == nil && !strings.Contains(string(answer), `"result"`) {
		err = fmt.Errorf("no result: %.300s", answer)
	}
	return err
}

func (s *streamable) close() { s.http.CloseIdleConnections() }

// eventStream is a session of the older transport: answers come as events of a
// stream of their own.
type eventStream struct {
	poster
	body   io.Closer
	events *bufio.Reader
}

func openSSE(ctx context.Context, address string) (asker, error) {
	s := &eventStream{poster: poster{http: &http.Client{Transport: &http.Transport{}}}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/sse", nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer obviously-fake-owner-token")
	r.Header.Set("Accept", "text/event-stream")
	response, err := s.http.Do(r) //nolint:bodyclose // closed with the session
	if err != nil {
		return nil, err
	}
	s.body, s.events = response.Body, bufio.NewReaderSize(response.Body, 1<<20)
	endpoint, err := s.event()
	if err != nil {
		return nil, errors.Join(err, s.body.Close())
	}
	s.url = endpoint
	if strings.HasPrefix(endpoint, "/") {
		s.url = address + endpoint
	}
	if err := s.ask(ctx, 1, initialize); err != nil {
		return nil, errors.Join(err, s.body.Close())
	}
	return s, nil
}

// event returns the data of the next event.
func (s *eventStream) event() (string, error) {
	for {
		line, err := s.events.ReadString('\n')
		if err != nil {
			return "", err
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			return strings.TrimSpace(data), nil
		}
	}
}

func (s *eventStream) ask(ctx context.Context, id int, request string) error {
	if _, _, err := s.post(ctx, message(id, request)); err != nil {
		return err
	}
	answer, err := s.event()
	if err == nil && !strings.Contains(answer, `"result"`) {
		err = fmt.Errorf("no result: %.300s", answer)
	}
	return err
}

func (s *eventStream) close() {
	_ = s.body.Close()
	s.http.CloseIdleConnections()
}
