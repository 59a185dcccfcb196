package tooltest

import (
	"bytes"
	"context"
	"encoding/json"
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
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// Another makes a second server in front of the same simulator.
func (h *Harness) Another(configure func(*tool.Config)) *tools.Server {
	h.T.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.URL, Transport: record(h.T)})
	if err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(api.CloseIdle)
	cfg := tool.Config{API: api, Toolsets: []string{"all"}, Version: "test", Credential: ownerCredential}
	configure(&cfg)
	server, err := tools.New(cfg)
	if err != nil {
		h.T.Fatal(err)
	}
	return server
}

// CheckSecrets fails the test for each secret of the account in a text.
func (h *Harness) CheckSecrets(where string, text []byte) {
	h.T.Helper()
	for _, secret := range h.Sim.Secrets() {
		if len(secret) >= 6 && strings.Contains(string(text), secret) {
			h.T.Errorf("a secret is in %s: %s", where, secret)
		}
	}
}

// Sent counts the requests of an operation.
func (h *Harness) Sent(operation string) int {
	n := 0
	for _, r := range h.Sim.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}

// Eras are the protocol revisions every behaviour is tested with: the one that
// clients speak today, and the stateless one.
func Eras() []string { return []string{mcp.ProtocolVersion20251125, mcp.LATEST_PROTOCOL_VERSION} }

// Harness is a server in front of a simulator, with a real MCP client.
type Harness struct {
	T      *testing.T
	Sim    *simulator.Simulator
	URL    string
	Server *tools.Server
	Client *client.Client
	Logs   *lockedBuffer
	Audits *auditLog

	schemas *outputSchemas
}

// outputSchemas are those of a server, compiled when first needed.
type outputSchemas struct {
	mu       sync.Mutex
	listed   map[string]json.RawMessage
	compiled map[string]*jsonschema.Schema
}

// Setup is what a test can change before the harness starts.
type Setup struct {
	Token     string
	Version   string
	Sim       []simulator.Option
	Network   func(*simulator.Simulator) http.RoundTripper // in place of a port of this machine
	inProcess bool
	Configure func(*tool.Config)
	API       func(*zerops.APIOptions)
	Elicit    func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error)
}

// Start runs a harness with the owner's token and 2025-11-25 where not changed.
// Work of the platform is done by the next request, and searches are current.
func Start(t *testing.T, change ...func(*Setup)) *Harness {
	t.Helper()
	s := Setup{Token: simulator.OwnerToken, Version: mcp.ProtocolVersion20251125, Sim: []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(0)}}
	for _, c := range change {
		c(&s)
	}
	h := &Harness{T: t, Sim: simulator.New(s.Sim...), Logs: &lockedBuffer{}, Audits: &auditLog{}}
	if s.inProcess {
		s.Network = func(sim *simulator.Simulator) http.RoundTripper { return recordBefore(t, sim.RoundTripper()) }
	}
	if s.Network != nil {
		h.URL = "http://127.0.0.1:1"
		s.API = sentThrough(s.Network(h.Sim), s.API)
	} else {
		running, err := h.Sim.Start(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = running.Close() })
		h.URL = running.URL
	}
	h.serve(s)
	return h
}

// InProcess makes a harness that no port of this machine belongs to, so that it can
// run in the virtual time of testing/synctest.
func InProcess(s *Setup) { s.inProcess = true }

// sentThrough adds a network of the test's own to the options of the API.
func sentThrough(network http.RoundTripper, more func(*zerops.APIOptions)) func(*zerops.APIOptions) {
	return func(o *zerops.APIOptions) {
		o.Transport = network
		if more != nil {
			more(o)
		}
	}
}

// Replica is a second server in front of the same account.
func (h *Harness) Replica(key []byte) *Harness {
	h.T.Helper()
	other := &Harness{T: h.T, Sim: h.Sim, URL: h.URL, Logs: &lockedBuffer{}, Audits: &auditLog{}}
	other.serve(Setup{Token: simulator.OwnerToken, Version: mcp.ProtocolVersion20251125, Configure: func(c *tool.Config) {
		c.SigningKey, c.Stateless = key, true
	}})
	return other
}

// Beside is a second server of another configuration in front of the same
// account.
func (h *Harness) Beside(configure func(*tool.Config)) *Harness {
	h.T.Helper()
	other := &Harness{T: h.T, Sim: h.Sim, URL: h.URL, Logs: &lockedBuffer{}, Audits: &auditLog{}}
	other.serve(Setup{Token: simulator.OwnerToken, Version: mcp.ProtocolVersion20251125, Configure: configure})
	return other
}

func (h *Harness) serve(s Setup) {
	h.T.Helper()
	t := h.T
	logger := slog.New(slog.NewJSONHandler(h.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	options := zerops.APIOptions{Address: h.URL, Logger: logger, Transport: record(t)}
	if s.API != nil {
		s.API(&options)
	}
	api, err := zerops.NewAPI(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(api.CloseIdle)
	cfg := tool.Config{
		API: api, Logger: logger, Confirm: tool.ConfirmAuto, Version: "test", Toolsets: []string{"all"},
		Credential: func(context.Context) request.Credential {
			return request.Credential{Token: s.Token, Source: "ZEROPS_TOKEN"}
		},
		Audit: h.Audits.add,
	}
	if s.Configure != nil {
		s.Configure(&cfg)
	}
	if h.Server, err = tools.New(cfg); err != nil {
		t.Fatal(err)
	}
	h.schemas = &outputSchemas{listed: map[string]json.RawMessage{}, compiled: map[string]*jsonschema.Schema{}}
	for _, info := range h.Server.Listed() {
		h.schemas.listed[info.Name] = info.Output
	}
	h.Client = h.connect(s)
}

func (h *Harness) connect(s Setup) *client.Client {
	h.T.Helper()
	var options []client.ClientOption
	if s.Elicit != nil {
		options = append(options, client.WithElicitationHandler(elicitFunc(s.Elicit)))
	}
	c, err := client.NewInProcessClientWithOptions(h.Server.MCP(), options...)
	if err != nil {
		h.T.Fatal(err)
	}
	ctx := h.T.Context()
	if err := c.Start(ctx); err != nil {
		h.T.Fatal(err)
	}
	h.T.Cleanup(func() { _ = c.Close() })
	init := mcp.InitializeRequest{}
	init.Params.ProtocolVersion = s.Version
	init.Params.ClientInfo = mcp.Implementation{Name: "test", Version: "1"}
	if s.Elicit != nil {
		init.Params.Capabilities.Elicitation = &mcp.ElicitationCapability{Form: &struct{}{}}
	}
	if _, err := c.Initialize(ctx, init); err != nil {
		h.T.Fatal(err)
	}
	return c
}

type elicitFunc func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error)

// Elicit answers a question of the server.
func (f elicitFunc) Elicit(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return f(ctx, r)
}

// Answer is a person who always answers the same.
func Answer(action mcp.ElicitationResponseAction, content map[string]any) func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return func(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
		return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: action, Content: content}}, nil
	}
}

// Args are the arguments of a call.
type Args map[string]any

// Call runs a tool through the client and checks what every result must hold: a
// text part equal to the structured content, valid against the output schema, or
// an error envelope; never a seeded secret.
func (h *Harness) Call(tool string, a Args) Result {
	h.T.Helper()
	request := mcp.CallToolRequest{}
	request.Params.Name = tool
	if a != nil {
		request.Params.Arguments = map[string]any(a)
	}
	got, err := h.Client.CallTool(h.T.Context(), request)
	if err != nil {
		h.T.Fatalf("%s: protocol error: %v", tool, err)
	}
	r := Result{T: h.T, tool: tool, IsError: got.IsError, Full: got}
	if len(got.Content) == 0 {
		h.T.Fatalf("%s: no content", tool)
	}
	text, ok := got.Content[0].(mcp.TextContent)
	if !ok {
		h.T.Fatalf("%s: the first part is %T", tool, got.Content[0])
	}
	if len(got.Content) > 1 {
		return r // a picture
	}
	r.Raw = json.RawMessage(text.Text)
	if err := json.Unmarshal(r.Raw, &r.Object); err != nil {
		h.T.Fatalf("%s: the text part is not JSON: %v\n%s", tool, err, text.Text)
	}
	if len(r.Raw) > 24_000 {
		h.T.Errorf("%s: the result has %d bytes", tool, len(r.Raw))
	}
	if got.IsError || !SecretsAllowed(tool) {
		h.CheckSecrets("the result of "+tool, r.Raw)
	}
	if got.IsError {
		if got.StructuredContent != nil {
			h.T.Errorf("%s: an error has structured content", tool)
		}
		return r
	}
	h.checkOutput(r, got)
	return r
}

// SecretsAllowed reports whether the results of a tool may hold secrets.
func SecretsAllowed(tool string) bool { return tool == "reveal_env" || tool == "get_backup_link" }

func (h *Harness) checkOutput(r Result, got *mcp.CallToolResult) {
	h.T.Helper()
	structured, err := json.Marshal(got.StructuredContent)
	if err != nil {
		h.T.Fatal(err)
	}
	if !sameJSON(h.T, structured, r.Raw) {
		h.T.Errorf("%s: structured content and text differ", r.tool)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.Raw))
	if err != nil {
		h.T.Fatal(err)
	}
	if err := h.outputSchema(r.tool).Validate(value); err != nil {
		h.T.Errorf("%s: the result does not fit its schema: %v\n%s", r.tool, err, r.Raw)
	}
}

// outputSchema compiles the output schema of a tool, once for each harness.
func (h *Harness) outputSchema(tool string) *jsonschema.Schema {
	h.T.Helper()
	h.schemas.mu.Lock()
	defer h.schemas.mu.Unlock()
	if compiled := h.schemas.compiled[tool]; compiled != nil {
		return compiled
	}
	schema := h.schemas.listed[tool]
	if schema == nil {
		h.T.Fatalf("%s has no output schema", tool)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		h.T.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("out.json", doc); err != nil {
		h.T.Fatal(err)
	}
	h.schemas.compiled[tool] = compiler.MustCompile("out.json")
	return h.schemas.compiled[tool]
}

// Confirmed runs a destructive call in its two steps.
func (h *Harness) Confirmed(tool string, a Args) Result {
	h.T.Helper()
	first := h.Call(tool, a).Status("confirmation_required")
	again := Args{"confirm": first.Str("confirm")}
	maps.Copy(again, a)
	return h.Call(tool, again)
}

// Writes counts the requests that were not reads.
func (h *Harness) Writes() int {
	n := 0
	for _, r := range h.Sim.Requests() {
		if r.Method != http.MethodGet && !strings.HasSuffix(r.Path, "/search") && !strings.HasSuffix(r.Path, "-by-search") && !strings.HasSuffix(r.Path, "-validation") {
			n++
		}
	}
	return n
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	return reflect.DeepEqual(x, y)
}
