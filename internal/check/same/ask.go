package same

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops/simulator"
)

// exchange is a call that is ready to be made of a fresh account.
type exchange struct {
	account *account
	token   string
	step    step
}

// prepare makes an account, does what has to be done before the call, and
// replaces the names in it.
func (c *collector) prepare(ctx context.Context, one call) (*exchange, error) {
	a, err := openAccount(ctx)
	if err != nil {
		return nil, err
	}
	e := &exchange{account: a, token: one.token()}
	known := names{account: a, kept: map[string]any{}}
	if err = c.before(ctx, a, one.Before, known); err == nil {
		e.step, err = known.step(one.step)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return e, nil
}

// before makes the calls before a call, with a process of their own.
func (c *collector) before(ctx context.Context, a *account, list []preparation, known names) (err error) {
	if len(list) == 0 {
		return nil
	}
	how := (&exchange{account: a, token: simulator.OwnerToken}).serving(generous("never"), mcp.ProtocolVersion20251125)
	s, err := c.machine.open(ctx, c.side.program, how)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	for _, p := range list {
		request, err := known.step(p.step)
		if err != nil {
			return err
		}
		_, content, err := s.ask(ctx, request)
		if err != nil {
			return err
		}
		if p.Keep == "" {
			continue
		}
		if known.kept[p.Keep], err = p.keep(content); err != nil {
			return err
		}
	}
	return nil
}

// serving is how a server is started for the call.
func (e *exchange) serving(flags []string, version string) serving {
	return serving{args: append([]string{"--api-url", e.account.running.URL}, flags...), token: e.token, version: version}
}

// saysNo is a person who declines whatever is asked.
type saysNo struct{}

// Elicit declines.
func (saysNo) Elicit(context.Context, mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
	return &mcp.ElicitationResult{ElicitationResponse: mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionDecline}}, nil
}

// ask makes a request and returns what the server sent, as it was sent, and the
// first text of the answer. Errors of the protocol are answers.
func (s *session) ask(ctx context.Context, request step) (sent string, content []byte, err error) {
	s.sent.take() // what belongs to the start
	switch {
	case request.Tool != "":
		call := mcp.CallToolRequest{}
		call.Params.Name, call.Params.Arguments = request.Tool, request.Args
		var got *mcp.CallToolResult
		if got, err = s.CallTool(ctx, call); err == nil && len(got.Content) > 0 {
			if text, ok := got.Content[0].(mcp.TextContent); ok {
				content = []byte(text.Text)
			}
		}
	case request.Resource != "":
		read := mcp.ReadResourceRequest{}
		read.Params.URI = request.Resource
		_, err = s.ReadResource(ctx, read)
	case request.Prompt != "":
		get := mcp.GetPromptRequest{}
		get.Params.Name, get.Params.Arguments = request.Prompt, request.With
		_, err = s.GetPrompt(ctx, get)
	default:
		complete := mcp.CompleteRequest{}
		complete.Params.Ref = mcp.PromptReference{Type: "ref/prompt", Name: request.Complete}
		if strings.Contains(request.Complete, "://") {
			complete.Params.Ref = mcp.ResourceReference{Type: "ref/resource", URI: request.Complete}
		}
		complete.Params.Argument = mcp.CompleteArgument{Name: request.Argument, Value: request.Value}
		complete.Params.Context.Arguments = request.With
		_, err = s.Complete(ctx, complete)
	}
	sent = s.sent.take()
	var failure struct {
		Error json.RawMessage `json:"error"`
	}
	if err != nil && json.Unmarshal([]byte(sent), &failure) == nil && failure.Error != nil {
		content, err = protocolEnding(failure.Error), nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("%w: %s", err, s.logged.String())
	}
	return sent, content, nil
}

// protocolEnding is an error of the protocol in the form of a tool's.
func protocolEnding(raw json.RawMessage) []byte {
	var failure struct {
		Code int `json:"code"`
		Data struct {
			Code string `json:"code"`
		} `json:"data"`
	}
	_ = json.Unmarshal(raw, &failure) // the numbers that are missing are zero
	code := failure.Data.Code
	if code == "" {
		code = strconv.Itoa(failure.Code)
	}
	return fmt.Appendf(nil, `{"error":{"code":%q}}`, code)
}
