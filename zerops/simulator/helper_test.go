package simulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

// api talks to one simulator over real HTTP with one token.
type api struct {
	t     *testing.T
	sim   *simulator.Simulator
	url   string
	token string

	transport *http.Transport
}

// start serves a simulator for the length of a test.
func start(t *testing.T, opts ...simulator.Option) api {
	t.Helper()
	sim := simulator.New(opts...)
	running, err := sim.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Close(); err != nil {
			t.Errorf("closing the simulator: %v", err)
		}
	})
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return api{t: t, sim: sim, url: running.URL, token: simulator.OwnerToken, transport: transport}
}

// as is the same server for another token.
func (a api) as(token string) api {
	a.token = token
	return a
}

// answer is a decoded response.
type answer struct {
	status int
	header http.Header
	body   []byte
	json   map[string]any
}

// send makes one request; body may be nil, a string, or anything that encodes.
func (a api) send(method, path string, body any) answer {
	a.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = a.url + "/api/rest/public" + path
	}
	var reader io.Reader
	switch value := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(value)
	case io.Reader:
		reader = value
	default:
		data, err := json.Marshal(body)
		if err != nil {
			a.t.Fatal(err)
		}
		reader = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(a.t.Context(), method, address, reader)
	if err != nil {
		a.t.Fatal(err)
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	response, err := a.client().Do(request)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	got := answer{status: response.StatusCode, header: response.Header, body: data}
	_ = json.Unmarshal(data, &got.json) // Not every answer is an object.
	return got
}

// get expects a 200.
func (a api) get(path string) map[string]any {
	a.t.Helper()
	return a.ok(http.MethodGet, path, nil)
}

// ok expects a 200.
func (a api) ok(method, path string, body any) map[string]any {
	a.t.Helper()
	got := a.send(method, path, body)
	if got.status != http.StatusOK {
		a.t.Fatalf("%s %s: status %d: %s", method, path, got.status, got.body)
	}
	return got.json
}

// refused expects an error of the API.
func (a api) refused(method, path string, body any, status int, code string) map[string]any {
	a.t.Helper()
	got := a.send(method, path, body)
	problem, _ := got.json["error"].(map[string]any)
	if got.status != status || problem["code"] != code {
		a.t.Errorf("%s %s: got %d %s, want %d with code %s", method, path, got.status, got.body, status, code)
	}
	return problem
}

// search posts a search with clientId and more terms as name, value pairs.
func (a api) search(entity, org string, more ...string) map[string]any {
	a.t.Helper()
	terms := []map[string]any{{"name": "clientId", "operator": "eq", "value": org}}
	for i := 0; i+1 < len(more); i += 2 {
		terms = append(terms, map[string]any{"name": more[i], "operator": "eq", "value": more[i+1]})
	}
	return a.ok(http.MethodPost, "/"+entity+"/search", map[string]any{"search": terms, "sort": []any{}, "limit": 500})
}

// rows are the objects of a list.
func rows(t *testing.T, list any) []map[string]any {
	t.Helper()
	if typed, ok := list.([]map[string]any); ok {
		return typed
	}
	values, ok := list.([]any)
	if !ok {
		t.Fatalf("not a list: %v", list)
	}
	var found []map[string]any
	for _, value := range values {
		found = append(found, value.(map[string]any))
	}
	return found
}

// pick finds the row with a value.
func pick(t *testing.T, list any, field string, value any) map[string]any {
	t.Helper()
	for _, row := range rows(t, list) {
		if row[field] == value {
			return row
		}
	}
	t.Fatalf("no row with %s = %v", field, value)
	return nil
}

// clock is a clock that only moves when told.
type clock struct {
	mu  sync.Mutex // a live log reads it beside the test
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// finished polls a process until it is over.
func (a api) finished(process map[string]any) map[string]any {
	a.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		row := a.get("/process/" + process["id"].(string))
		switch row["status"] {
		case "FINISHED", "FAILED", "CANCELED":
			return row
		}
		pause(5 * time.Millisecond)
	}
	a.t.Fatalf("process %v does not end", process["actionName"])
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }

// pause waits; the simulator runs in another goroutine by the real clock.
func pause(d time.Duration) { <-time.After(d) }

func (a api) client() *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: a.transport}
}
