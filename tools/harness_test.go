package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/mark3labs/mcp-go/client"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// eras are the protocol revisions every behaviour is tested with: the one that
// clients speak today, and the stateless one.
func eras() []string { return []string{mcp.ProtocolVersion20251125, mcp.LATEST_PROTOCOL_VERSION} }

// harness is a server in front of a simulator, with a real MCP client.
type harness struct {
	t      *testing.T
	sim    *simulator.Simulator
	url    string
	server *tools.Server
	client *client.Client
	logs   *lockedBuffer
	audits *auditLog
}

// setup is what a test can change before the harness starts.
type setup struct {
	token     string
	version   string
	sim       []simulator.Option
	network   func(*simulator.Simulator) http.RoundTripper // in place of a port of this machine
	configure func(*tools.Config)
	api       func(*zerops.APIOptions)
	elicit    func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error)
}

// start runs a harness with the owner's token and 2025-11-25 where not changed.
// Work of the platform is done by the next request, and searches are current.
func start(t *testing.T, change ...func(*setup)) *harness {
	t.Helper()
	s := setup{token: simulator.OwnerToken, version: mcp.ProtocolVersion20251125, sim: []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(0)}}
	for _, c := range change {
		c(&s)
	}
	h := &harness{t: t, sim: simulator.New(s.sim...), logs: &lockedBuffer{}, audits: &auditLog{}}
	if s.network != nil {
		h.url = "http://127.0.0.1:1"
		s.api = sentThrough(s.network(h.sim), s.api)
	} else {
		running, err := h.sim.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = running.Close() })
		h.url = running.URL
	}
	h.serve(s)
	return h
}

// sentThrough adds a network of the test's own to the options of the API.
func sentThrough(network http.RoundTripper, more func(*zerops.APIOptions)) func(*zerops.APIOptions) {
	return func(o *zerops.APIOptions) {
		o.Transport = network
		if more != nil {
			more(o)
		}
	}
}

// replica is a second server in front of the same account.
func (h *harness) replica(key []byte) *harness {
	h.t.Helper()
	other := &harness{t: h.t, sim: h.sim, url: h.url, logs: &lockedBuffer{}, audits: &auditLog{}}
	other.serve(setup{token: simulator.OwnerToken, version: mcp.ProtocolVersion20251125, configure: func(c *tools.Config) {
		c.SigningKey, c.Stateless = key, true
	}})
	return other
}

// beside is a second server of another configuration in front of the same
// account.
func (h *harness) beside(configure func(*tools.Config)) *harness {
	h.t.Helper()
	other := &harness{t: h.t, sim: h.sim, url: h.url, logs: &lockedBuffer{}, audits: &auditLog{}}
	other.serve(setup{token: simulator.OwnerToken, version: mcp.ProtocolVersion20251125, configure: configure})
	return other
}

func (h *harness) serve(s setup) {
	h.t.Helper()
	t := h.t
	logger := slog.New(slog.NewJSONHandler(h.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	options := zerops.APIOptions{Address: h.url, Logger: logger, Transport: record(t)}
	if s.api != nil {
		s.api(&options)
	}
	api, err := zerops.NewAPI(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	cfg := tools.Config{
		API: api, Logger: logger, Confirm: tools.ConfirmAuto, Version: "test", Toolsets: []string{"all"},
		Credential: func(context.Context) tools.Credential {
			return tools.Credential{Token: s.token, Source: "ZEROPS_TOKEN"}
		},
		Audit: h.audits.add,
	}
	if s.configure != nil {
		s.configure(&cfg)
	}
	if h.server, err = tools.New(cfg); err != nil {
		t.Fatal(err)
	}
	h.client = h.connect(s)
}

func (h *harness) connect(s setup) *client.Client {
	h.t.Helper()
	var options []client.ClientOption
	if s.elicit != nil {
		options = append(options, client.WithElicitationHandler(elicitFunc(s.elicit)))
	}
	c, err := client.NewInProcessClientWithOptions(h.server.MCP(), options...)
	if err != nil {
		h.t.Fatal(err)
	}
	ctx := h.t.Context()
	if err := c.Start(ctx); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = c.Close() })
	init := mcp.InitializeRequest{}
	init.Params.ProtocolVersion = s.version
	init.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	if s.elicit != nil {
		init.Params.Capabilities.Elicitation = &mcp.ElicitationCapability{Form: &struct{}{}}
	}
	if _, err := c.Initialize(ctx, init); err != nil {
		h.t.Fatal(err)
	}
	return c
}

type elicitFunc func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error)

// Elicit answers a question of the server.
func (f elicitFunc) Elicit(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return f(ctx, r)
}

// answer is a person who always answers the same.
func answer(action mcp.ElicitationResponseAction, content map[string]any) func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}, nil
	}
}

// args are the arguments of a call.
type args map[string]any

// result is the outcome of a call as the client got it.
type result struct {
	t       *testing.T
	tool    string
	isError bool
	raw     json.RawMessage
	object  map[string]any
	full    *mcp.CallToolResult
}

// call runs a tool through the client and checks what every result must hold: a
// text part equal to the structured content, valid against the output schema, or
// an error envelope; never a seeded secret.
func (h *harness) call(tool string, a args) result {
	h.t.Helper()
	request := mcp.CallToolRequest{}
	request.Params.Name = tool
	if a != nil {
		request.Params.Arguments = map[string]any(a)
	}
	got, err := h.client.CallTool(h.t.Context(), request)
	if err != nil {
		h.t.Fatalf("%s: protocol error: %v", tool, err)
	}
	r := result{t: h.t, tool: tool, isError: got.IsError, full: got}
	if len(got.Content) == 0 {
		h.t.Fatalf("%s: no content", tool)
	}
	text, ok := got.Content[0].(mcp.TextContent)
	if !ok {
		h.t.Fatalf("%s: the first part is %T", tool, got.Content[0])
	}
	if len(got.Content) > 1 {
		return r // a picture
	}
	r.raw = json.RawMessage(text.Text)
	if err := json.Unmarshal(r.raw, &r.object); err != nil {
		h.t.Fatalf("%s: the text part is not JSON: %v\n%s", tool, err, text.Text)
	}
	if len(r.raw) > 24_000 {
		h.t.Errorf("%s: the result has %d bytes", tool, len(r.raw))
	}
	if got.IsError || !secretsAllowed(tool) {
		h.checkSecrets("the result of "+tool, r.raw)
	}
	if got.IsError {
		if got.StructuredContent != nil {
			h.t.Errorf("%s: an error has structured content", tool)
		}
		return r
	}
	h.checkOutput(r, got)
	return r
}

func secretsAllowed(tool string) bool { return tool == "reveal_env" || tool == "get_backup_link" }

func (h *harness) checkOutput(r result, got *mcp.CallToolResult) {
	h.t.Helper()
	structured, err := json.Marshal(got.StructuredContent)
	if err != nil {
		h.t.Fatal(err)
	}
	if !sameJSON(h.t, structured, r.raw) {
		h.t.Errorf("%s: structured content and text differ", r.tool)
	}
	var schema json.RawMessage
	for _, info := range h.server.Listed() {
		if info.Name == r.tool {
			schema = info.Output
		}
	}
	if schema == nil {
		h.t.Fatalf("%s has no output schema", r.tool)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		h.t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("out.json", doc); err != nil {
		h.t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.raw))
	if err != nil {
		h.t.Fatal(err)
	}
	if err := compiler.MustCompile("out.json").Validate(value); err != nil {
		h.t.Errorf("%s: the result does not fit its schema: %v\n%s", r.tool, err, r.raw)
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}

// ok fails the test unless the call succeeded.
func (r result) ok() result {
	r.t.Helper()
	if r.isError {
		r.t.Fatalf("%s failed: %s", r.tool, r.raw)
	}
	return r
}

// fails checks the error code and returns the error object.
func (r result) fails(code string) map[string]any {
	r.t.Helper()
	if !r.isError {
		r.t.Fatalf("%s succeeded, want error %s: %s", r.tool, code, r.raw)
	}
	e, _ := r.object["error"].(map[string]any)
	if e["code"] != code {
		r.t.Fatalf("%s: error code %v, want %s: %s", r.tool, e["code"], code, r.raw)
	}
	return e
}

// status checks the status of a change.
func (r result) status(want string) result {
	r.t.Helper()
	if got := r.ok().get("status"); got != want {
		r.t.Fatalf("%s: status %v, want %s: %s", r.tool, got, want, r.raw)
	}
	return r
}

// get returns a member by its dotted path; numbers index lists.
func (r result) get(path string) any {
	r.t.Helper()
	return lookup(r.object, path)
}

// str is get for strings; it fails the test on anything else.
func (r result) str(path string) string {
	r.t.Helper()
	s, ok := r.get(path).(string)
	if !ok {
		r.t.Fatalf("%s: %s is %v, want a string: %s", r.tool, path, r.get(path), r.raw)
	}
	return s
}

// items returns the items of a list.
func (r result) items() []map[string]any {
	r.t.Helper()
	list, ok := r.ok().object["items"].([]any)
	if !ok {
		r.t.Fatalf("%s: no items: %s", r.tool, r.raw)
	}
	out := make([]map[string]any, 0, len(list))
	for _, item := range list {
		object, _ := item.(map[string]any)
		out = append(out, object)
	}
	return out
}

func lookup(v any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		switch node := v.(type) {
		case map[string]any:
			v = node[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}

// confirmed runs a destructive call in its two steps.
func (h *harness) confirmed(tool string, a args) result {
	h.t.Helper()
	first := h.call(tool, a).status("confirmation_required")
	again := args{"confirm": first.str("confirm")}
	maps.Copy(again, a)
	return h.call(tool, again)
}

// writes counts the requests that were not reads.
func (h *harness) writes() int {
	n := 0
	for _, r := range h.sim.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/search") && !strings.HasSuffix(r.Path, "-by-search") && !strings.HasSuffix(r.Path, "-validation") {
			n++
		}
	}
	return n
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the buffer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns all that was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type auditLog struct {
	mu      sync.Mutex
	records []tools.AuditRecord
}

func (l *auditLog) add(_ context.Context, r tools.AuditRecord) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
}

func (l *auditLog) last() tools.AuditRecord {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.records) == 0 {
		return tools.AuditRecord{}
	}
	return l.records[len(l.records)-1]
}
