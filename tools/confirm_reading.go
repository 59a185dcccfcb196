package tools

import (
	"context"
	"errors"
	"strings"
	"time"

	"zerops-mcp/zerops"
)

// confirm carries a call to the point where it may act on what it returns. It is
// the only way there, so that no handler can forget a part of it.
//
// read finds the targets, refuses what no yes can allow, and says what is
// planned; without a plan there is nothing to ask. It is called before the
// question and, where a person has answered it meanwhile, once more after the
// yes: what differs then ends the call. In the forms that take a second call, the
// reading of that call is the later one.
func confirm[T any](ctx context.Context, c *call, read func(ctx context.Context) (targets T, p *plan, err error)) (T, error) {
	var none T
	c.rereading = c.answered(ctx)
	targets, p, err := read(ctx)
	if err != nil {
		return none, c.sinceAsked(err)
	}
	if p == nil {
		if c.rereading && !c.secondStep() {
			return none, changedSince([]string{nothingLeft})
		}
		return targets, nil
	}
	waited, err := c.agree(ctx, *p)
	if err != nil {
		return none, err
	}
	if !waited {
		return targets, nil
	}
	c.rereading = true
	targets, now, err := read(ctx)
	if err != nil {
		return none, c.sinceAsked(err)
	}
	if now == nil {
		return none, changedSince([]string{nothingLeft})
	}
	if changed := differences(p.facts(), now.facts()); len(changed) > 0 {
		return none, changedSince(changed)
	}
	return targets, nil
}

// nothingLeft is said where the later reading finds nothing to confirm.
const nothingLeft = "nothing is left of what was to be confirmed"

// secondStep reports, of a call that carries an answer, that nobody was asked by
// this server: a second step may be told that what it wants is so already.
func (c *call) secondStep() bool { return c.used == "" && c.request.state == "" }

// idleError ends a call that has nothing to do, because what is wanted is so
// already.
type idleError struct{ out interface{ said() string } }

func (e *idleError) Error() string { return "nothing to do: " + e.out.said() }

// idle ends the reading of a confirmation with the result that says why there is
// nothing to do.
func idle(out interface{ said() string }) error { return &idleError{out: out} }

func (f frame) said() string { return f.Message }

// answered reports whether the call carries the answer to an earlier question of
// this server about the same call.
func (c *call) answered(ctx context.Context) bool {
	token, purpose := c.confirmArg, forConfirm
	switch mode := c.server.cfg.Confirm; {
	case mode == ConfirmNever:
		return false
	case mode != ConfirmTwoStep && canElicit(ctx):
		token, purpose = c.request.state, forQuestion
	}
	signed, marks, ok := splitToken(token)
	return ok && c.server.signer.check(signed, c.binding(purpose, marks), time.Now()) == nil
}

// sinceAsked says of an error of a later reading that the plan does not hold any
// more. Errors that tell nothing of the targets stay what they are.
func (c *call) sinceAsked(err error) error {
	if !c.rereading {
		return err
	}
	f, ours := errors.AsType[*failure](err)
	done, nothing := errors.AsType[*idleError](err)
	switch {
	case nothing && c.secondStep():
		return err
	case nothing:
		return changedSince([]string{done.out.said()})
	case errors.Is(err, zerops.ErrNotFound):
		return changedSince([]string{"what it is about does not exist any more, or is not visible to this token"})
	case !ours:
		return err
	}
	switch f.Code {
	case codeBlocked, codeNotFound, codeConflict, codeOutOfScope, codeUnsupported, codeAmbiguous, codeInvalidArguments:
	default:
		return err
	}
	why, _ := strings.CutSuffix(f.Message, nothingChanged)
	why, _ = strings.CutSuffix(why, "; nothing was done")
	changed := changedSince([]string{why})
	changed.Hint = strings.TrimSpace(f.Hint + " " + changed.Hint)
	changed.Candidates = f.Candidates
	return changed
}

// changedSince refuses a confirmation for a plan that is another by now.
func changedSince(changed []string) *failure {
	return &failure{
		Code: codeConfirmationInvalid, Message: "this has changed since the plan was shown: " + strings.Join(atMost(changed, 10), "; ") + nothingChanged,
		Hint: "Call again without confirm to see the present plan, and ask the person again.",
	}
}

// settle gives a confirmation back when the API refused the work for sure. After
// anything else the work may have been done, or a part of it, and the yes was for
// doing it once.
func (c *call) settle(err error) {
	if c.used == "" {
		return
	}
	refusal, refused := errors.AsType[*zerops.Error](err)
	if refused && refusal.Definite() && c.settled() {
		c.server.signer.release(c.used)
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
func (c *call) onceOnly(f *failure) *failure {
	if !c.spent || f.Code == codeDeclined || f.Code == codeConfirmationInvalid {
		return f
	}
	told := *f
	if !c.settled() {
		told.Retryable = false
		if told.Next == nil {
			look := c.lookAgain()
			told.Next = &failureNext{Tool: look.Tool, Arguments: look.Arguments}
		}
		if told.Code != codeUncertain && !strings.HasPrefix(told.Hint, lookFirst) {
			told.Hint = strings.TrimSpace(told.Hint + " It may have taken effect all the same, so look first.")
		}
	}
	told.Hint = strings.TrimSpace(told.Hint + " " + askAgain)
	return &told
}
