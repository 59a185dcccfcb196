package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zerops-mcp/internal/bench/measure"
)

const (
	// The promises while the server is attacked: megabytes, and how long other
	// callers wait for an answer although the attacker has the same two cores.
	maxBesieged = 350
	maxHarm     = time.Second

	honestRate = 50 // calls a second of the callers that must not notice
	holdFor    = 12 * time.Second
)

// wave is one way to attack. run opens what it can and holds it until ctx ends; it
// returns what became of it.
type wave struct {
	name string
	run  func(ctx context.Context, a *attacker) (string, error)
}

// waves are the attacks, one after the other.
func waves() []wave {
	return []wave{
		{"slow headers", func(ctx context.Context, a *attacker) (string, error) {
			return a.hold(ctx, func(int) string { return "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " }, 0)
		}},
		{"slow bodies", func(ctx context.Context, a *attacker) (string, error) {
			return a.hold(ctx, func(i int) string { return a.request("POST", i, "Content-Length: 1000000\r\n", "{") }, 0)
		}},
		{"idle connections", func(ctx context.Context, a *attacker) (string, error) {
			return a.hold(ctx, func(int) string { return "GET /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" }, 1)
		}},
		{"half-open sessions", func(ctx context.Context, a *attacker) (string, error) {
			return a.hold(ctx, a.initialize, 1)
		}},
		{"streams", func(ctx context.Context, a *attacker) (string, error) {
			return a.hold(ctx, a.initialize, 1, func(i int, session string) string {
				return a.request("GET", i, "Accept: text/event-stream\r\nMcp-Session-Id: "+session+"\r\n", "")
			})
		}},
		{"large bodies", func(ctx context.Context, a *attacker) (string, error) { return a.large(ctx) }},
		{"forgeries", func(ctx context.Context, a *attacker) (string, error) { return a.forge(ctx) }},
	}
}

// siege attacks the server while a few callers go on with their work.
func (p *plan) siege(ctx context.Context, server *process) error {
	honest := &http.Transport{MaxIdleConnsPerHost: 64}
	defer honest.CloseIdleConnections()
	address, err := url.Parse(server.url)
	if err != nil {
		return err
	}
	a := &attacker{address: address.Host, connections: p.siegeSize}
	for _, w := range waves() {
		under, stop := context.WithTimeout(ctx, holdFor)
		var (
			result string
			lost   error
			attack sync.WaitGroup
		)
		attack.Go(func() { result, lost = w.run(under, a); stop() })
		delays, failed, memory := p.honest(under, server, honest)
		attack.Wait()
		if lost != nil {
			return fmt.Errorf("%s: %w", w.name, lost)
		}
		if len(delays) == 0 {
			return fmt.Errorf("%s: no other caller was answered: %w", w.name, errors.Join(failed...))
		}
		p.say("siege, %s: %s; %d calls of others p50 %s, p99 %s, %d failed; resident at most %.0f MB",
			w.name, result, len(delays), at(delays, 50), at(delays, 99), len(failed), memory)
		if at(delays, 99) > maxHarm {
			p.fail("%s: other callers wait %s", w.name, at(delays, 99))
		}
		if len(failed) > 0 {
			p.fail("%s: %d calls of others failed, such as %v", w.name, len(failed), failed[0])
		}
		if memory > maxBesieged {
			p.fail("%s: %.0f MB resident, more than %d", w.name, memory, maxBesieged)
		}
	}
	return nil
}

// honest makes calls at a steady rate until ctx ends, and returns how long each
// took, those that failed, and the most memory that the server had meanwhile.
func (p *plan) honest(ctx context.Context, server *process, shared *http.Transport) (delays []time.Duration, failed []error, memory float64) {
	const callers = 10
	tools := [][2]string{{"describe_api", `{"operation":"GetProject"}`}, {"whoami", `{}`}, {"list_service_types", `{"name_contains":"postgres"}`}}
	var (
		mu      sync.Mutex
		running sync.WaitGroup
	)
	for i := range callers {
		running.Go(func() {
			c := p.client(server, shared, i)
			calling := context.WithoutCancel(ctx)
			note := func(took time.Duration, err error) {
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					failed = append(failed, err)
					return
				}
				delays = append(delays, took)
			}
			if err := c.Initialize(calling); err != nil {
				note(0, err)
				return
			}
			ticker := time.NewTicker(callers * time.Second / honestRate)
			defer ticker.Stop()
			for n := i; ; n++ {
				select {
				case <-ticker.C:
				case <-ctx.Done():
					return
				}
				tool, started := tools[n%len(tools)], time.Now()
				answer, err := c.Call(calling, tool[0], tool[1], "")
				if err == nil && answer.IsError {
					err = fmt.Errorf("%s: %.300s", tool[0], answer.Raw)
				}
				note(time.Since(started)-p.api.Spent(c.LastTrace()), err)
			}
		})
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			now, _ := server.memory()
			memory = max(memory, now)
		case <-ctx.Done():
			running.Wait()
			return delays, failed, memory
		}
	}
}

// attacker knows no valid token and has many connections.
type attacker struct {
	address     string
	connections int
}

// token is one that the attacker made up, another one for each connection.
func (a *attacker) token(i int) string { return fmt.Sprintf("made-up-token-%06d", i) }

// request is an HTTP request with a token that the attacker made up.
func (a *attacker) request(method string, i int, header, body string) string {
	return fmt.Sprintf("%s /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%s\r\n%s", method, a.token(i), header, body)
}

func (a *attacker) initialize(i int) string {
	body := `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"attacker","version":"1"}}}`
	return a.request("POST", i, fmt.Sprintf("Content-Length: %d\r\n", len(body)), body)
}

// hold opens the connections, says the first thing on each, reads the given
// number of answers, says what comes next, and then sends a byte now and then
// for as long as the server lets it.
func (a *attacker) hold(ctx context.Context, first func(i int) string, answers int, next ...func(i int, session string) string) (string, error) {
	var (
		held, refused, ended atomic.Int64
		opening              = make(chan struct{}, 256)
		running              sync.WaitGroup
	)
	for i := range a.connections {
		running.Go(func() {
			opening <- struct{}{}
			c, err := a.open(ctx, first(i), answers, func(session string) string {
				if len(next) == 0 {
					return ""
				}
				return next[0](i, session)
			})
			<-opening
			if err != nil {
				refused.Add(1)
				return
			}
			defer func() { _ = c.Close() }()
			held.Add(1)
			if answers > 0 { // all is said: it only stays
				stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
				defer stop()
				if _, err := io.Copy(io.Discard, c); err == nil || ctx.Err() == nil {
					ended.Add(1)
				}
				return
			}
			for measure.Pause(ctx, time.Second) == nil {
				if _, err := io.WriteString(c, "x"); err != nil {
					ended.Add(1)
					return
				}
			}
		})
	}
	running.Wait()
	return fmt.Sprintf("%d connections opened, %d refused at once, %d ended by the server", held.Load(), refused.Load(), ended.Load()), nil
}

// open opens one connection and has the conversation that comes before holding it.
func (a *attacker) open(ctx context.Context, first string, answers int, next func(session string) string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", a.address)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(deadline)
	}
	err = func() error {
		if _, err := io.WriteString(c, first); err != nil || answers == 0 {
			return err
		}
		response, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return err
		}
		defer func() { _ = response.Body.Close() }()
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return err
		}
		_, err = io.WriteString(c, next(response.Header.Get("Mcp-Session-Id")))
		return err
	}()
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// large sends bodies of 64 MB, many at once.
func (a *attacker) large(ctx context.Context) (string, error) {
	const size, atOnce = 64 << 20, 32
	var (
		answered [600]atomic.Int64
		running  sync.WaitGroup
	)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for i := range atOnce {
		running.Go(func() {
			body := io.MultiReader(strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`), io.LimitReader(letters{}, size))
			r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, "http://"+a.address+"/mcp", body)
			if err != nil {
				return
			}
			if i%2 == 0 {
				r.ContentLength = size
			}
			r.Header.Set("Authorization", "Bearer "+a.token(i))
			r.Header.Set("Content-Type", "application/json")
			response, err := client.Do(r)
			if err != nil {
				answered[0].Add(1)
				return
			}
			_ = response.Body.Close()
			answered[response.StatusCode].Add(1)
		})
	}
	running.Wait()
	if accepted := atOnce - answered[0].Load() - answered[http.StatusRequestEntityTooLarge].Load() - answered[http.StatusServiceUnavailable].Load(); accepted > 0 {
		return "", fmt.Errorf("%d bodies of 64 MB were accepted", accepted)
	}
	return fmt.Sprintf("%d bodies of 64 MB: %d answered 413, %d answered 503, %d cut off", atOnce,
		answered[http.StatusRequestEntityTooLarge].Load(), answered[http.StatusServiceUnavailable].Load(), answered[0].Load()), nil
}

// letters is an endless body.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	const some = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	for rest := p; len(rest) > 0; {
		rest = rest[copy(rest, some):]
	}
	return len(p), nil
}

// forgery is a request that must be refused with a status.
type forgery struct {
	name           string
	method         string
	header         map[string]string
	body           string
	status         int
	withCredential bool
}

// forgeries are requests of clients that are no MCP clients, or want to be
// somebody else.
// forge sends the forgeries over and over.
