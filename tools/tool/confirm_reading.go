package tool

import (
	"context"
	"errors"
	"strings"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// Confirm carries a call to the point where it may act on what it returns. It is
// the only way there, so that no handler can forget a part of it.
//
// read finds the targets, refuses what no yes can allow, and says what is planned
// and what that does ([Plan]); without a plan there is nothing to do. Whether anybody is
// asked, and whether the project's tag forbids it, is looked up in the one table of
// consequences. read is called before the question and, where a person has answered it meanwhile, once more after the
// yes: what differs then ends the call. In the forms that take a second call, the
// reading of that call is the later one.
func Confirm[T any](ctx context.Context, c *Call, read func(ctx context.Context) (targets T, p *Plan, err error)) (T, error) {
	var targets, none T
	err := confirm(ctx, c, func(ctx context.Context) (p *Plan, err error) {
		targets, p, err = read(ctx)
		return p, err
	})
	if err != nil {
		return none, err
	}
	return targets, nil
}

// confirm is what Confirm would otherwise repeat in the binary for every type.
func confirm(ctx context.Context, c *Call, targets func(ctx context.Context) (*Plan, error)) error {
	read := func(ctx context.Context) (p *Plan, a answer, err error) {
		if p, err = targets(ctx); err != nil || p == nil {
			return p, notAsked, err
		}
		if a, err = c.judge(ctx, p); err != nil || a == notAsked || !c.Runner.forgets() || c.Runner.cfg.Confirm == ConfirmNever {
			return p, a, err
		}
		newest, err := c.newestProcess(ctx)
		p.State = append(p.State, newest...)
		return p, a, err
	}
	c.rereading = answered(ctx, c)
	p, a, err := read(ctx)
	switch {
	case err != nil:
		return sinceAsked(c, err)
	case p == nil && c.rereading && !secondStep(c):
		return changedSince([]string{nothingLeft})
	case p == nil:
		return nil
	case a == notAsked && !c.rereading:
		c.cleared = &p.Does
		return nil
	}
	waited, err := agree(ctx, c, *p)
	if err != nil {
		return err
	}
	c.cleared = &p.Does
	if !waited {
		return nil
	}
	c.rereading = true
	now, _, err := read(ctx)
	if err != nil {
		return sinceAsked(c, err)
	}
	if now == nil {
		return changedSince([]string{nothingLeft})
	}
	if changed := differences(p.facts(), now.facts()); len(changed) > 0 {
		return changedSince(changed)
	}
	return nil
}

// nothingLeft is said where the later reading finds nothing to confirm.
const nothingLeft = "nothing is left of what was to be confirmed"

// secondStep reports, of a call that carries an answer, that nobody was asked by
// this server: a second step may be told that what it wants is so already.
func secondStep(c *Call) bool { return c.used == "" && c.request.state == "" }

// idleError ends a call that has nothing to do, because what is wanted is so
// already.
type idleError struct{ out interface{ said() string } }

func (e *idleError) Error() string { return "nothing to do: " + e.out.said() }

// Idle ends the reading of a confirmation with the result that says why there is
// nothing to do.
func Idle(out interface{ said() string }) error { return &idleError{out: out} }

func (f ChangeResult) said() string { return f.Message }

// answered reports whether the call carries the answer to an earlier question of
// this server about the same call.
func answered(ctx context.Context, c *Call) bool {
	token, purpose := c.confirmArg, forConfirm
	switch mode := c.Runner.cfg.Confirm; {
	case mode == ConfirmNever:
		return false
	case mode != ConfirmTwoStep && canElicit(ctx):
		token, purpose = c.request.state, forQuestion
	}
	signed, marks, ok := splitToken(token)
	return ok && c.Runner.signer.check(signed, binding(c, purpose, marks), time.Now()) == nil
}

// sinceAsked says of an error of a later reading that the plan does not hold any
// more. Errors that tell nothing of the targets stay what they are.
func sinceAsked(c *Call, err error) error {
	if !c.rereading {
		return err
	}
	f, ours := errors.AsType[*Failure](err)
	done, nothing := errors.AsType[*idleError](err)
	switch {
	case nothing && secondStep(c):
		return err
	case nothing:
		return changedSince([]string{done.out.said()})
	case errors.Is(err, zerops.ErrNotFound):
		return changedSince([]string{"what it is about does not exist any more, or is not visible to this token"})
	case !ours:
		return err
	}
	switch f.Code {
	case request.CodeBlocked, request.CodeNotFound, request.CodeConflict, request.CodeOutOfScope, request.CodeUnsupported, request.CodeAmbiguous, request.CodeInvalidArguments:
	default:
		return err
	}
	why, _ := strings.CutSuffix(f.Message, NothingChanged)
	why, _ = strings.CutSuffix(why, "; nothing was done")
	changed := changedSince([]string{why})
	changed.Hint = strings.TrimSpace(f.Hint + " " + changed.Hint)
	changed.Candidates = f.Candidates
	return changed
}

// changedSince refuses a confirmation for a plan that is another by now.
func changedSince(changed []string) *Failure {
	return &Failure{
		Code: request.CodeConfirmationInvalid, Message: "this has changed since the plan was shown: " + strings.Join(atMost(changed, 10), "; ") + NothingChanged,
		Hint: "Call again without confirm to see the present plan, and ask the person again.",
	}
}

// releaseConfirmation gives a confirmation back when the API refused the work for sure. After
// anything else the work may have been done, or a part of it, and the yes was for
// doing it once.
func releaseConfirmation(c *Call, err error) {
	if c.used == "" {
		return
	}
	refusal, refused := errors.AsType[*zerops.Error](err)
	if refused && refusal.Definite() && c.sent.settled() {
		c.Runner.signer.release(c.used)
		return
	}
	c.spent = true
}

// lookFirst begins the hint after a change that may have taken effect.
const lookFirst = "Look before you repeat it"

// askAgain is said of what was confirmed and went wrong.
const askAgain = "The confirmation was for this one attempt: to repeat it, call without confirm and ask the person again."

// onceOnly adds to a failure that its confirmation is used up, and how to find out
// what it did.
func onceOnly(c *Call, f *Failure) *Failure {
	if !c.spent || f.Code == request.CodeDeclined || f.Code == request.CodeConfirmationInvalid {
		return f
	}
	told := *f
	if !c.sent.settled() {
		told.Retryable = false
		if told.Next == nil {
			look := c.lookAgain()
			told.Next = &FailureNext{Tool: look.Tool, Arguments: look.Arguments}
		}
		if told.Code != request.CodeUncertain && !strings.HasPrefix(told.Hint, lookFirst) {
			told.Hint = strings.TrimSpace(told.Hint + " It may have taken effect all the same, so look first.")
		}
	}
	told.Hint = strings.TrimSpace(told.Hint + " " + askAgain)
	return &told
}
