package tool

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

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// Request is what a call brings beside its context.
type Request struct {
	Args      json.RawMessage
	Progress  mcp.ProgressToken
	responses mcp.InputResponses
	state     string
}

// Call is one run of a tool: who calls, what it may do, what it has touched.
type Call struct {
	Runner     *Runner
	Tool       *Tool
	request    Request
	Credential request.Credential
	// label is that of the caller's access key, where callers have one: they share
	// the server's token, but not each other's confirmations.
	label    string
	API      *zerops.Client
	Redactor *Redactor
	started  time.Time

	// What the call works on, for errors and audit.
	ProjectID, ServiceID string
	targets              []string

	confirmArg string              // the confirm argument
	token      string              // a confirmation token this call hands out
	used       string              // the confirmation that let the call act
	spent      bool                // the confirmation stays used whatever came of it
	cleared    *zerops.Consequence // what the call may do, once that was judged
	rereading  bool                // the targets are read after the answer to a question
	Asked      time.Duration       // spent on asking the person, which waiting shares
	outcome    string              // ok, or the code of the failure
	Needs      string              // who may do it, where the operation says so
	allowed    map[string]bool     // secret values that the operator lets out

	reporting sync.Once
	report    func(message string) // made on first use

	following []string // processes of the changes of this call

	lessons lessons
	sent    sentLog
}

// Handler adapts a tool to the protocol library.
func (s *Runner) Handler(t *Tool) server.ToolHandlerFunc {
	return func(ctx context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		req := Request{responses: r.Params.InputResponses, state: r.Params.RequestState}
		if r.Params.Meta != nil {
			req.Progress = r.Params.Meta.ProgressToken
		}
		switch args := r.GetRawArguments().(type) {
		case nil:
		case json.RawMessage:
			req.Args = args
		default:
			raw, err := json.Marshal(args)
			if err != nil {
				return nil, fmt.Errorf("reading the arguments: %w", err)
			}
			req.Args = raw
		}
		return s.Serve(ctx, t, req), nil
	}
}

// Serve runs a tool from the first check to the one exit. It never panics.
func (s *Runner) Serve(ctx context.Context, t *Tool, req Request) (result *mcp.CallToolResult) {
	caller, _ := request.CallerFrom(ctx)
	c := &Call{
		Runner: s, Tool: t, request: req, label: caller.Label,
		started: time.Now(), outcome: "ok", Redactor: &Redactor{Patterns: s.Patterns},
	}
	defer func() {
		if p := recover(); p != nil {
			s.Logger.ErrorContext(ctx, "panic in a tool",
				slog.String("tool", t.Name), slog.String("panic", c.Redactor.Delivered(fmt.Sprint(p))), slog.String("stack", string(debug.Stack())))
			result = c.failed(&Failure{Code: request.CodeInternal, Message: "an error that this server did not expect", Hint: "This is a defect of zerops-mcp; its log has the details."})
		}
		c.audit(ctx)
	}()
	limit := ReadTime
	if t.Effect != zerops.Reads {
		limit = s.cfg.MaxWait + changeTime
	} else if t.Waits {
		limit = s.cfg.MaxWait + ReadTime
	}
	ctx, cancel := context.WithTimeout(zerops.WithObserver(ctx, c.sent.observe), limit)
	defer cancel()
	out, err := c.run(ctx)
	releaseConfirmation(c, err)
	return c.finish(ctx, out, err)
}

// QuietCall makes a call that no tool stands behind; nil where there is no token.
func (s *Runner) QuietCall(ctx context.Context, name string) *Call {
	c := &Call{
		Runner: s, Tool: &Tool{Spec: Spec{Name: name, Toolset: "account", Effect: zerops.Reads}},
		started: time.Now(), outcome: "ok", Redactor: &Redactor{Patterns: s.Patterns}, Credential: s.cfg.Credential(ctx),
	}
	if c.Credential.Token == "" {
		return nil
	}
	c.Redactor.Keep(zerops.NewSecret(c.Credential.Token))
	c.API = s.cfg.API.Client(c.Credential.Token)
	return c
}

// run checks in a fixed order, so that what the operator forbids is said before what
// is wrong with the arguments: mode and toolsets, arguments, token, request.
func (c *Call) run(ctx context.Context) (any, error) {
	if refused := c.Runner.refusal(c.Tool); refused != nil {
		return nil, refused
	}
	if !c.Runner.offered[c.Tool.Name] {
		return nil, &Failure{
			Code: request.CodeOutOfScope, Message: c.Tool.Name + " is not among the tools this server was started with",
			Hint: "The operator can add it with --tools or its toolset " + c.Tool.Toolset + " with --toolsets.",
		}
	}
	input, err := c.Tool.Input()
	if err != nil {
		return nil, err
	}
	args, err := CheckArguments(input, c.withDefaults(input))
	if err != nil {
		return nil, err
	}
	var common struct {
		Confirm string `json:"confirm"`
	}
	if err := json.Unmarshal(args, &common); err != nil {
		return nil, fmt.Errorf("reading the checked arguments: %w", err)
	}
	c.request.Args, c.confirmArg = args, common.Confirm
	c.Credential = c.Runner.cfg.Credential(ctx)
	if c.Credential.Token == "" && !c.Tool.Offline {
		return nil, missingToken(c.Credential)
	}
	c.Redactor.Keep(zerops.NewSecret(c.Credential.Token))
	c.API = c.Runner.cfg.API.Client(c.Credential.Token).Hearing(c.heard).Guarded(func(ctx context.Context, r zerops.Call) error {
		if err := c.vet(r); err != nil {
			return err
		}
		return c.Runner.guard.Request(ctx, c, r)
	})
	if err := c.Runner.guard.Arguments(ctx, c, args); err != nil {
		return nil, err
	}
	return c.Tool.run(ctx, c, args)
}

// withDefaults fills in the project where only one is in scope.
func (c *Call) withDefaults(input *Schema) json.RawMessage {
	only := c.Runner.Scope.Single()
	if only == "" || input.Properties["project"] == nil {
		return c.request.Args
	}
	object, err := decodeObject(c.request.Args)
	if err != nil || object["project"] != nil {
		return c.request.Args
	}
	if service, ok := object["service"].(string); ok && zerops.ValidID(service) && !slices.Contains(input.Required, "project") {
		return c.request.Args
	}
	object["project"] = only
	raw, err := json.Marshal(object)
	if err != nil {
		return c.request.Args
	}
	return raw
}

// Target notes what the call works on, for error texts and the audit.
func (c *Call) Target(kind, name, id string) {
	if kind == "project" || kind == "service" {
		c.Redactor.Public(name)
	}
	text := fmt.Sprintf("%s %q (%s)", kind, Clean(name, 60), id)
	if !slices.Contains(c.targets, text) && len(c.targets) < 20 {
		c.targets = append(c.targets, text)
	}
}
