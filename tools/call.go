package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/zerops"
)

// request is what a call brings beside its context.
type request struct {
	args      json.RawMessage
	progress  mcp.ProgressToken
	responses mcp.InputResponses
	state     string
}

// call is one run of a tool: who calls, what it may do, what it has touched.
type call struct {
	server     *runner
	tool       *tool
	request    request
	credential Credential
	api        *zerops.Client
	redactor   *redactor
	started    time.Time

	// What the call works on, for errors and audit.
	projectID, serviceID string
	targets              []string

	confirmArg string          // the confirm argument
	token      string          // a confirmation token this call hands out
	used       string          // the confirmation that let the call act
	spent      bool            // the confirmation stays used whatever came of it
	rereading  bool            // the targets are read after the answer to a question
	asked      time.Duration   // spent on asking the person, which waiting shares
	outcome    string          // ok, or the code of the failure
	needs      string          // who may do it, where the operation says so
	allowed    map[string]bool // secret values that the operator lets out

	reporting sync.Once
	report    func(message string) // made on first use

	following []string // processes of the changes of this call

	mu         sync.Mutex
	operations []string // API operations called, for the audit
	accepted   []string // those that the platform accepted a change by
	unsettled  bool     // a write was sent that nobody has refused for sure
}

// handler adapts a tool to the protocol library.
func (s *runner) handler(t *tool) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		req := request{responses: r.Params.InputResponses, state: r.Params.RequestState}
		if r.Params.Meta != nil {
			req.progress = r.Params.Meta.ProgressToken
		}
		switch args := r.GetRawArguments().(type) {
		case nil:
		case json.RawMessage:
			req.args = args
		default:
			raw, err := json.Marshal(args)
			if err != nil {
				return nil, fmt.Errorf("reading the arguments: %w", err)
			}
			req.args = raw
		}
		return s.serve(ctx, t, req), nil
	}
}

// serve runs a tool from the first check to the one exit. It never panics.
func (s *runner) serve(ctx context.Context, t *tool, req request) (result *mcp.CallToolResult) {
	c := &call{server: s, tool: t, request: req, started: time.Now(), outcome: "ok", redactor: &redactor{patterns: s.patterns}}
	defer func() {
		if p := recover(); p != nil {
			s.logger.ErrorContext(ctx, "panic in a tool",
				slog.String("tool", t.Name), slog.String("panic", c.redactor.delivered(fmt.Sprint(p))), slog.String("stack", string(debug.Stack())))
			result = c.failed(&failure{Code: codeInternal, Message: "an error that this server did not expect", Hint: "This is a defect of zerops-mcp; its log has the details."})
		}
		c.audit(ctx)
	}()
	limit := readTime
	if t.Effect != zerops.Reads {
		limit = s.cfg.MaxWait + changeTime
	} else if t.Name == "wait_for" {
		limit = s.cfg.MaxWait + readTime
	}
	ctx, cancel := context.WithTimeout(zerops.WithObserver(ctx, c.observe), limit)
	defer cancel()
	out, err := c.run(ctx)
	c.settle(err)
	return c.finish(ctx, out, err)
}

// quietCall makes a call that no tool stands behind; nil where there is no token.
func (s *runner) quietCall(ctx context.Context, name string) *call {
	c := &call{
		server: s, tool: &tool{spec: spec{Name: name, Toolset: "account", Effect: zerops.Reads}},
		started: time.Now(), outcome: "ok", redactor: &redactor{patterns: s.patterns}, credential: s.cfg.Credential(ctx),
	}
	if c.credential.Token == "" {
		return nil
	}
	c.redactor.know(c.credential.Token)
	c.api = s.cfg.API.Client(c.credential.Token)
	return c
}

// run checks in the order of design.md §6: mode and scope, arguments, request.
func (c *call) run(ctx context.Context) (any, error) {
	if refused := c.server.refusal(c.tool); refused != nil {
		return nil, refused
	}
	if !c.server.visible[c.tool.Name] {
		return nil, &failure{
			Code: codeOutOfScope, Message: c.tool.Name + " is not among the tools this server was started with",
			Hint: "The operator can add it with --tools or its toolset " + c.tool.Toolset + " with --toolsets.",
		}
	}
	input, err := c.tool.input()
	if err != nil {
		return nil, err
	}
	args, err := checkArguments(input, c.withDefaults(input))
	if err != nil {
		return nil, err
	}
	var common struct {
		Confirm string `json:"confirm"`
	}
	if err := json.Unmarshal(args, &common); err != nil {
		return nil, fmt.Errorf("reading the checked arguments: %w", err)
	}
	c.request.args, c.confirmArg = args, common.Confirm
	c.credential = c.server.cfg.Credential(ctx)
	if c.credential.Token == "" && !c.tool.Offline {
		return nil, missingToken(c.credential)
	}
	c.redactor.keep(c.credential.Token)
	c.api = c.server.cfg.API.Client(c.credential.Token).Guarded(func(ctx context.Context, r zerops.Call) error { return c.server.guard.request(ctx, c, r) })
	if err := c.server.guard.arguments(ctx, c, args); err != nil {
		return nil, err
	}
	return c.tool.run(ctx, c, args)
}

// withDefaults fills in the project where only one is in scope.
func (c *call) withDefaults(input *schema) json.RawMessage {
	only := c.server.scope.single()
	if only == "" || input.Properties["project"] == nil {
		return c.request.args
	}
	object, err := decodeObject(c.request.args)
	if err != nil || object["project"] != nil {
		return c.request.args
	}
	if service, ok := object["service"].(string); ok && zerops.ValidID(service) && !slices.Contains(input.Required, "project") {
		return c.request.args
	}
	object["project"] = only
	raw, err := json.Marshal(object)
	if err != nil {
		return c.request.args
	}
	return raw
}

// observe notes the API operations of the call, for its audit record and for
// what is said of a failure.
func (c *call) observe(a zerops.Attempt) {
	c.mu.Lock()
	defer c.mu.Unlock()
	note := func(names *[]string, name string) {
		if !slices.Contains(*names, name) && len(*names) < 50 {
			*names = append(*names, name)
		}
	}
	note(&c.operations, a.Operation.String())
	if a.Operation.Safe() {
		return
	}
	c.unsettled = c.unsettled || !a.Refused
	if a.Status >= 200 && a.Status < 300 {
		note(&c.accepted, a.Operation.String())
	}
}

// abandon notes that the call ends before a write of it does.
func (c *call) abandon() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unsettled = true
}

// settled reports that nothing the call has sent can have changed anything.
func (c *call) settled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.unsettled
}

// changes lists the operations by which the platform accepted a change so far.
func (c *call) changes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.accepted)
}

// target notes what the call works on, for error texts and the audit.
func (c *call) target(kind, name, id string) {
	if kind == "project" || kind == "service" {
		c.redactor.public(name)
	}
	text := fmt.Sprintf("%s %q (%s)", kind, clean(name, 60), id)
	if !slices.Contains(c.targets, text) && len(c.targets) < 20 {
		c.targets = append(c.targets, text)
	}
}
