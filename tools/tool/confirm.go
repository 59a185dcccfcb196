package tool

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// ConfirmMode decides how destructive work is confirmed.
type ConfirmMode string

// Modes of confirmation.
const (
	// ConfirmAuto asks the person where the client can, else wants a second call.
	ConfirmAuto ConfirmMode = "auto"
	// ConfirmHuman refuses where nobody can be asked.
	ConfirmHuman ConfirmMode = "human"
	// ConfirmTwoStep always wants a second call with a token.
	ConfirmTwoStep ConfirmMode = "two-step"
	// ConfirmNever acts at once, for automation that accepts the risk.
	ConfirmNever ConfirmMode = "never"
)

const (
	elicitationID = "confirm"
	// answerTime is the most a person has to answer.
	answerTime = 50 * time.Second
	// confirmationLife is how long a confirmation token is good for.
	confirmationLife = 5 * time.Minute
)

// Plan is what a call is about to do, as the person is shown it.
type Plan struct {
	// Summary is one sentence that names the targets with their ids.
	Summary string `json:"summary"`
	// Targets are what will be changed or destroyed.
	Targets []PlanTarget `json:"targets,omitempty"`
	// Loses is what cannot be had back.
	Loses []string `json:"loses,omitempty"`
	// Changes are differences between now and then, as field: before → after.
	Changes []string `json:"changes,omitempty"`
	// Cost is what it costs, where it costs at once.
	Cost string `json:"cost,omitempty"`

	// Does is what carrying the plan out does, by which it is asked about or not. None
	// given counts as the most that the tool can do.
	Does zerops.Consequence `json:"-"`
	// In are the ids of the projects that it is carried out in; none given means that
	// of the call.
	In []string `json:"-"`
	// Typed is a name the person must type, for deletions.
	Typed string `json:"-"`
	// State describes the targets so far as the action depends on them: existence,
	// name, coarse status, active version. It must include a value that the action
	// itself changes, so that a token works once on any replica; Repeats says that
	// there is none.
	State   []Fact `json:"-"`
	Repeats bool   `json:"-"`
}

// PlanTarget is one object that a plan acts on.
type PlanTarget struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status,omitempty"`
}

// confirmationError ends the first call of the two-step form.
type confirmationError struct{ frame ChangeResult }

func (*confirmationError) Error() string { return "confirmation required" }

// inputError ends a call whose client answers questions by calling again
// (multi-round-trip requests of 2026-07-28).
type inputError struct {
	params mcp.ElicitationParams
	state  string
}

func (*inputError) Error() string { return "input required" }

// agree returns nil once the plan may be carried out; any other error is either
// a refusal or the question itself. waited says that a person has thought about it
// meanwhile, so that the plan may be an old one.
func agree(ctx context.Context, c *Call, p Plan) (waited bool, err error) {
	for _, t := range p.Targets {
		c.Target(t.Kind, t.Name, t.ID)
	}
	mode := c.Runner.cfg.Confirm
	switch {
	case mode == ConfirmNever:
		return false, nil
	case mode != ConfirmTwoStep && canElicit(ctx):
		return ask(ctx, c, p)
	case mode == ConfirmHuman:
		return false, &Failure{
			Code: request.CodeBlocked, Message: "this needs a person's approval and the client cannot ask for it; nothing was changed",
			Hint: "Use a client that supports elicitation, do it in the Zerops GUI, or restart the server with another --confirm.",
		}
	}
	return false, confirmByToken(c, p)
}

// canElicit reports whether the client can show a form now.
func canElicit(ctx context.Context) bool {
	var declared *mcp.ElicitationCapability
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if info.ClientCapabilities != nil {
			declared = info.ClientCapabilities.Elicitation
		}
	} else {
		session := server.ClientSessionFromContext(ctx)
		if _, ok := session.(server.SessionWithElicitation); !ok {
			return false
		}
		if s, ok := session.(server.SessionWithClientInfo); ok {
			declared = s.GetClientCapabilities().Elicitation
		}
	}
	// An empty capability means forms, which came before links.
	return declared != nil && (declared.Form != nil || declared.URL == nil)
}

// ask puts the plan to the person: by a request to an older client, or by
// handing the question back to a newer one, which then calls again.
func ask(ctx context.Context, c *Call, p Plan) (waited bool, err error) {
	params := p.question()
	if info := server.RequestProtocolInfoFromContext(ctx); info != nil && info.Modern {
		if err := onlyOnce(c, p); err != nil {
			return false, err
		}
		answer := server.ElicitationResponse(c.request.responses, elicitationID)
		if answer == nil {
			token, _, err := newToken(c, forQuestion, p)
			if err != nil {
				return false, err
			}
			return false, &inputError{params: params, state: token}
		}
		if err := accept(c, forQuestion, p, c.request.state); err != nil {
			return false, err
		}
		return false, checkAnswer(p, answer)
	}
	limit := min(answerTime, c.Runner.cfg.MaxWait)
	started := time.Now()
	askCtx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := c.Runner.mcp.RequestElicitation(askCtx, mcp.ElicitationRequest{
		Request: mcp.Request{Method: string(mcp.MethodElicitationCreate)}, Params: params,
	})
	c.Asked = time.Since(started)
	switch {
	case err != nil && ctx.Err() != nil:
		return true, ctx.Err()
	case err != nil:
		return true, declined("the person did not answer within " + limit.String() + ", or the client could not show the question")
	}
	c.used = "elicitation"
	return true, checkAnswer(p, answer)
}

// checkAnswer decides on the person's answer. To accept is the yes, and a deletion
// wants the name too. What a client adds of its own is heard where it is no yes.
func checkAnswer(p Plan, answer *mcp.ElicitationResult) error {
	switch answer.Action {
	case mcp.ElicitationResponseActionAccept:
	case mcp.ElicitationResponseActionDecline:
		return declined("the person said no")
	default:
		return declined("the person closed the question")
	}
	content, fields := answer.Content.(map[string]any)
	tick, ticked := content["confirm"]
	if answer.Content != nil && !fields {
		tick, ticked = answer.Content, true
	}
	if ticked && !isYes(tick) {
		return declined("the answer was accepted with something in it that is no yes")
	}
	if p.Typed != "" {
		if typed, _ := content["name"].(string); strings.TrimSpace(typed) != p.Typed {
			return declined("the person typed another name")
		}
	}
	return nil
}

// isYes reads a tick, which some clients send as text.
func isYes(tick any) bool {
	word, _ := tick.(string)
	return tick == true || strings.EqualFold(strings.TrimSpace(word), "true") || strings.EqualFold(strings.TrimSpace(word), "yes")
}

func declined(why string) *Failure {
	return &Failure{Code: request.CodeDeclined, Message: why + "; nothing was changed", Hint: "Do not try again unless the person asks for it."}
}

// question is the form the person sees: no field but the name of what is deleted,
// because a tick asks for nothing that was read. Names are quoted and cleaned, because
// they are written by others.
func (p Plan) question() mcp.ElicitationParams {
	var b strings.Builder
	b.WriteString(p.Summary)
	for _, loss := range p.Loses {
		b.WriteString("\n- lost: " + loss)
	}
	for _, change := range p.Changes {
		b.WriteString("\n- " + change)
	}
	if p.Cost != "" {
		b.WriteString("\nCost: " + p.Cost)
	}
	schema := map[string]any{"type": "object", "properties": map[string]any{}}
	if p.Typed != "" {
		schema["properties"] = map[string]any{"name": map[string]any{"type": "string", "title": "Type the name", "description": fmt.Sprintf("Type %q to confirm.", Clean(p.Typed, 80))}}
		schema["required"] = []string{"name"}
	}
	return mcp.ElicitationParams{Message: CleanText(b.String()), RequestedSchema: schema}
}

// confirmByToken wants a second call with the same arguments and a token.
func confirmByToken(c *Call, p Plan) error {
	if err := onlyOnce(c, p); err != nil {
		return err
	}
	if c.confirmArg != "" {
		return accept(c, forConfirm, p, c.confirmArg)
	}
	token, expires, err := newToken(c, forConfirm, p)
	if err != nil {
		return err
	}
	c.token = token
	return &confirmationError{frame: ChangeResult{
		Status: statusConfirmationRequired, Plan: &p, Confirm: token, ExpiresAt: &expires,
		Message: "Nothing has happened yet. Show the plan to the person; only after a yes call again with the same arguments and this confirm.",
	}}
}

// confirmedBy says which way the call was confirmed.
func confirmedBy(c *Call) ConfirmMode {
	if c.used == "elicitation" || c.request.state != "" {
		return ConfirmHuman
	}
	return ConfirmTwoStep
}

// KeepsProtection refuses to take the protecting tag away: an assistant that
// could remove it would not be held by it.
func (c *Call) KeepsProtection(before, after []string) error {
	isTag := func(tag string) bool { return strings.EqualFold(tag, c.Runner.cfg.ProtectTag) }
	if slices.ContainsFunc(before, isTag) && !slices.ContainsFunc(after, isTag) {
		return &Failure{
			Code: request.CodeBlocked, Message: fmt.Sprintf("the tag %q protects this project and is not removed by this server; nothing was changed", c.Runner.cfg.ProtectTag),
			Hint: "A person can remove it in the Zerops GUI (project → settings → tags).",
		}
	}
	return nil
}
