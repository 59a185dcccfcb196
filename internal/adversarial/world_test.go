package adversarial_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// backDoor marks requests that a test makes behind the program's back.
const backDoor = "X-Behind-The-Back"

// world is a simulated account on a port of this machine.
type world struct {
	t   *testing.T
	sim *simulator.Simulator
	url string

	mu     sync.Mutex
	losses []*loss
	hooks  []hook
	// planted is set where the account holds what no request brought.
	planted bool
}

// hook is what happens on this machine when the program sends a request.
type hook struct {
	method, suffix string
	do             func()
}

// loss is an answer that the platform gives in place of the true one, after it has
// done the work.
type loss struct {
	operation string
	status    int
	body      string
	header    http.Header
	left      int
}

// newWorld starts an account in which work is done by the next request and
// searches are current.
func newWorld(t *testing.T, options ...simulator.Option) *world {
	t.Helper()
	w := &world{t: t}
	if len(options) == 0 {
		w.sim = unused.take()
	}
	if w.sim == nil {
		w.sim = simulator.New(append([]simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(0), simulator.WithLogLines(20)}, options...)...)
	}
	server := httptest.NewServer(w)
	t.Cleanup(func() {
		server.Close()
		if len(options) == 0 && !w.planted && !t.Failed() && w.unchanged() {
			unused.give(w.sim)
		}
	})
	w.url = server.URL
	return w
}

// unused are accounts that nothing has changed: making one is most of the work of a
// test.
var unused pool

type pool struct {
	mu       sync.Mutex
	accounts []*simulator.Simulator
}

func (p *pool) take() *simulator.Simulator {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.accounts) == 0 {
		return nil
	}
	last := p.accounts[len(p.accounts)-1]
	p.accounts = p.accounts[:len(p.accounts)-1]
	return last
}

func (p *pool) give(s *simulator.Simulator) {
	s.ResetFaults()
	s.ResetRequests()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accounts = append(p.accounts, s)
}

// unchanged reports whether only reads were sent to the account, by anybody. Of very
// many requests the account forgets the first.
func (w *world) unchanged() bool {
	requests := w.sim.Requests()
	return len(requests) < 1000 && !slices.ContainsFunc(requests, func(r simulator.Request) bool { return r.Method != http.MethodGet && !isSearch(r.Path) })
}

// addLog plants lines in the log of a service.
func (w *world) addLog(service string, lines ...simulator.LogLine) {
	w.mu.Lock()
	w.planted = true
	w.mu.Unlock()
	w.sim.AddLog(service, lines...)
}

// ServeHTTP hands a request to the account and loses its answer where a loss fits.
func (w *world) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	waiting := len(w.losses) > 0
	var do func()
	for i, h := range w.hooks {
		if h.method == r.Method && strings.HasSuffix(r.URL.Path, h.suffix) {
			do = h.do
			w.hooks = slices.Delete(w.hooks, i, i+1)
			break
		}
	}
	w.mu.Unlock()
	if do != nil {
		do()
	}
	if !waiting {
		w.sim.ServeHTTP(out, r)
		return
	}
	seen := len(w.sim.Requests())
	answer := httptest.NewRecorder()
	w.sim.ServeHTTP(answer, r)
	if l := w.lossFor(w.operationSince(seen, r)); l != nil {
		maps.Copy(out.Header(), l.header)
		out.Header().Set("Content-Type", "application/json")
		out.WriteHeader(l.status)
		_, _ = io.WriteString(out, l.body)
		return
	}
	maps.Copy(out.Header(), answer.Header())
	out.WriteHeader(answer.Code)
	_, _ = out.Write(answer.Body.Bytes())
}

func (w *world) operationSince(seen int, r *http.Request) string {
	for _, got := range w.sim.Requests()[seen:] {
		if got.Method == r.Method && strings.HasSuffix(r.URL.EscapedPath(), got.Path) {
			return got.Operation
		}
	}
	return ""
}

func (w *world) lossFor(operation string) *loss {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, l := range w.losses {
		if l.operation != operation {
			continue
		}
		if l.left--; l.left <= 0 {
			w.losses = slices.Delete(w.losses, i, i+1)
		}
		return l
	}
	return nil
}

// when does something once, before the first request of a method and a path is
// answered.
func (w *world) when(method, suffix string, do func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hooks = append(w.hooks, hook{method, suffix, do})
}

// lose makes the platform do the work of the next requests of an operation and
// then answer with an error.
func (w *world) lose(operation string, status, times int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body := fmt.Sprintf(`{"error":{"code":"%s","message":"try again later","meta":null}}`, map[bool]string{true: "tooManyRequests", false: "internalServerError"}[status == http.StatusTooManyRequests])
	w.losses = append(w.losses, &loss{operation: operation, status: status, body: body, left: times})
}

// api asks the platform directly, as the owner and behind the program's back.
func (w *world) api(t *testing.T, method, path string, body any) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		raw = nil
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/rest/public"+path, bytes.NewReader(raw))
	r.Host = strings.TrimPrefix(w.url, "http://")
	r.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(backDoor, "1")
	answer := httptest.NewRecorder()
	w.sim.ServeHTTP(answer, r)
	if answer.Code >= http.StatusBadRequest {
		t.Fatalf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	var object map[string]any
	if err := json.Unmarshal(answer.Body.Bytes(), &object); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return object
}

// find is the id of the first row of a list whose field has a value; where there is
// none, the test is at fault.
func (w *world) find(path, field string, value any) string {
	w.t.Helper()
	for _, row := range w.rows(w.t, path) {
		if id, _ := row["id"].(string); row[field] == value {
			return id
		}
	}
	w.t.Fatalf("%s has no row with %s %v", path, field, value)
	return ""
}

// rows are those of a list of the platform, whatever it calls them.
func (w *world) rows(t *testing.T, path string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	for _, member := range w.api(t, http.MethodGet, path, nil) {
		list, _ := member.([]any)
		for _, item := range list {
			if row, ok := item.(map[string]any); ok {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// project and service return ids; a missing one is a fault of the test.
func (w *world) project(name string) string {
	w.t.Helper()
	id := w.sim.ProjectID(name)
	if id == "" {
		w.t.Fatalf("the account has no project %s", name)
	}
	return id
}

func (w *world) service(project, hostname string) string {
	w.t.Helper()
	id := w.sim.ServiceID(project, hostname)
	if id == "" {
		w.t.Fatalf("the account has no service %s in %s", hostname, project)
	}
	return id
}

// setServiceEnv gives a service a variable of its own.
func (w *world) setServiceEnv(t *testing.T, serviceID, key, value string) {
	t.Helper()
	w.api(t, http.MethodPost, "/service-stack/"+serviceID+"/user-data", map[string]any{"key": key, "content": value, "sensitive": true})
	w.settle(t)
}

// setProjectEnv gives a project a variable of its own.
func (w *world) setProjectEnv(t *testing.T, projectID, key, value string) {
	t.Helper()
	w.api(t, http.MethodPost, "/project/"+projectID+"/env", map[string]any{"key": key, "content": value, "sensitive": true})
	w.settle(t)
}

// setTags replaces the tags of a project.
func (w *world) setTags(t *testing.T, projectID string, tags ...string) {
	t.Helper()
	now := w.api(t, http.MethodGet, "/project/"+projectID, nil)
	w.api(t, http.MethodPut, "/project/"+projectID, map[string]any{
		"name": now["name"], "description": now["description"], "tagList": append([]string{}, tags...),
		"publicIpV4Shared": now["publicIpV4Shared"], "maxCreditLimit": now["maxCreditLimit"],
	})
}

// settle lets the account end what was begun.
func (w *world) settle(t *testing.T) {
	t.Helper()
	w.api(t, http.MethodGet, "/user/info", nil)
}

// sent lists the requests of the program that were not reads, as operations.
func (w *world) sent() []string {
	var names []string
	for _, r := range w.requests() {
		if r.Method == http.MethodGet || isSearch(r.Path) {
			continue
		}
		names = append(names, cmp.Or(r.Operation, r.Method+" "+r.Path))
	}
	return names
}

// requests are those of the program.
func (w *world) requests() []simulator.Request {
	return slices.DeleteFunc(w.sim.Requests(), func(r simulator.Request) bool { return r.Header.Get(backDoor) != "" })
}

// untouchedByAll looks, once all attacks on a shared account are over, whether
// anything but reads reached it. While one of them is a known failure it cannot tell.
func (w *world) untouchedByAll(t *testing.T, prefixes ...string) {
	t.Helper()
	t.Cleanup(func() {
		if attacks.anyKnown(prefixes) {
			return
		}
		if err := w.untouched("attacks that were refused"); err != nil {
			t.Error(err)
		}
	})
}

// carried is an attack's success where a text reached the platform in the body of a
// request; tests that share an account tell their requests apart by it.
func (w *world) carried(text string) error {
	raw, _ := json.Marshal(text)
	inner := raw[1 : len(raw)-1]
	for _, r := range w.requests() {
		if r.Method != http.MethodGet && !isSearch(r.Path) && sameText(r.Body, inner) {
			return fmt.Errorf("it was sent to the platform, as %s", r.Operation)
		}
	}
	return nil
}

// sameText looks for a text in a body of JSON, however its letters are escaped there.
func sameText(body, inner []byte) bool {
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return false
	}
	for _, v := range fields {
		raw, _ := json.Marshal(v)
		if bytes.Contains(raw, inner) {
			return true
		}
	}
	return false
}

// isSearch reports a POST that only reads.
func isSearch(path string) bool {
	return strings.HasSuffix(path, "/search") || strings.HasSuffix(path, "-by-search") || strings.HasSuffix(path, "-validation")
}

// untouched is an attack's success where anything but a read reached the platform.
func (w *world) untouched(after string) error {
	if sent := w.sent(); len(sent) > 0 {
		return fmt.Errorf("%s sent %v", after, sent)
	}
	return nil
}
