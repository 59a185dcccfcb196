package tool

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// Failure is a failed call as the client sees it. Handlers return one for what
// only they know; every other error is explained by the server's explain.
type Failure struct {
	Code              string                `json:"code"`
	Message           string                `json:"message"`
	Hint              string                `json:"hint,omitempty"`
	Status            int                   `json:"status,omitempty"`
	APICode           string                `json:"api_code,omitempty"`
	APIMessage        string                `json:"api_message,omitempty"`
	Operation         string                `json:"operation,omitempty"`
	Fields            []zerops.FieldProblem `json:"fields,omitempty"`
	Retryable         bool                  `json:"retryable,omitempty"`
	RetryAfterSeconds int                   `json:"retry_after_seconds,omitempty"`
	Candidates        []Candidate           `json:"candidates,omitempty"`
	Next              *FailureNext          `json:"next,omitempty"`

	Cause error `json:"-"` // the refusal that a handler has put into words of its own
}

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// Error makes a failure an error.
func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Candidate is an object that a name may have meant.
type Candidate struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Project string `json:"project,omitempty"`
	Org     string `json:"org,omitempty"`
}

// FailureNext is the call that helps on.
type FailureNext struct {
	Tool      string `json:"tool"`
	Arguments any    `json:"arguments"`
}

// InvalidArguments reports bad arguments; the message names the first three.
func InvalidArguments(problems []zerops.FieldProblem) *Failure {
	words := make([]string, 0, 3)
	for _, p := range problems[:min(len(problems), 3)] {
		words = append(words, p.Field+" "+strings.Join(p.Problems, ", "))
	}
	message := strings.Join(words, "; ")
	if len(problems) > 3 {
		message += fmt.Sprintf("; and %d more", len(problems)-3)
	}
	return &Failure{Code: request.CodeInvalidArguments, Message: message, Fields: problems}
}

// Invalid reports one bad argument.
func Invalid(field, format string, args ...any) *Failure {
	return InvalidArguments([]zerops.FieldProblem{{Field: field, Problems: []string{fmt.Sprintf(format, args...)}}})
}

// unchanged ends the message of a failure, unless the call did change something
// before it.
func (c *Call) unchanged() string {
	if len(c.sent.changes()) > 0 {
		return ""
	}
	return NothingChanged
}

// NothingChanged ends the message of a failure that left everything as it was.
const NothingChanged = "; nothing was changed"

// Reason says in a part of a result why another part is missing. Whether something
// was changed is for the result to say.
func (c *Call) Reason(ctx context.Context, err error) string {
	return strings.TrimSuffix(c.Explain(ctx, err).Message, NothingChanged)
}

// partialResult answers for a call that failed after the platform had accepted a
// change of it. An error would make the caller repeat the change; how far it got
// is a result. A write whose own answer was lost stays an error.
func (c *Call) partialResult(ctx context.Context, err error) (ChangeResult, bool) {
	accepted := c.sent.changes()
	if err == nil || len(accepted) == 0 || c.Tool.Effect == zerops.Reads {
		return ChangeResult{}, false
	}
	if _, uncertain := errors.AsType[*zerops.UncertainError](err); uncertain {
		return ChangeResult{}, false
	}
	f := c.Explain(ctx, err)
	c.outcome = f.Code
	out := ChangeResult{
		Status:  StatusInProgress,
		Message: strings.TrimSuffix(fmt.Sprintf("the platform accepted %s, but then (%s): %s. %s", strings.Join(accepted, ", "), f.Code, f.Message, f.Hint), " "),
		Next:    c.lookAgain(),
	}
	if c.spent {
		out.Message += " " + askAgain
	}
	refusal, refused := errors.AsType[*zerops.Error](err)
	if _, ours := errors.AsType[*Failure](err); ours || refused && !refusal.Operation.Safe() {
		out.Status = StatusFailed
	}
	if len(c.following) > 0 {
		out.Next = &Next{Tool: WaitTool, Arguments: NextArgs{Processes: c.following}}
	}
	return out, true
}

// Explain turns any error into a failure: cause, consequence, next step.
func (c *Call) Explain(ctx context.Context, err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	if uncertain, ok := errors.AsType[*zerops.UncertainError](err); ok {
		return ExplainUncertain(c, uncertain)
	}
	if refusal, ok := errors.AsType[*zerops.Error](err); ok {
		return ExplainRefusal(c, refusal)
	}
	if external, ok := errors.AsType[*zerops.ExternalError](err); ok {
		return explainExternal(c, external)
	}
	if argument, ok := errors.AsType[*zerops.ArgumentError](err); ok {
		return Invalid(argument.Name, "%s", argument.Problem)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{
			Code: request.CodeTimeout, Message: "the Zerops API did not answer in time" + c.unchanged(), Operation: operationOf(err),
			Hint: "Try again; if it persists, narrow the request or wait a while.", Retryable: true,
		}
	case errors.Is(err, context.Canceled):
		return &Failure{Code: request.CodeTimeout, Message: "the call was cancelled before it finished" + c.unchanged(), Operation: operationOf(err), Retryable: true}
	}
	if connection, ok := errors.AsType[*zerops.ConnectionError](err); ok {
		return explainConnection(c, connection)
	}
	if errors.Is(err, zerops.ErrTooManyPages) {
		return &Failure{Code: request.CodeUnavailable, Message: "the API's list does not end", Hint: "Narrow the request by project, name or status."}
	}
	c.Runner.Logger.ErrorContext(ctx, "unexpected error", slog.String("tool", c.Tool.Name), slog.String("error", c.Redactor.Delivered(err.Error())))
	return &Failure{Code: request.CodeInternal, Message: "an error that this server did not expect", Hint: "This is a defect of zerops-mcp; its log has the details."}
}

func operationOf(err error) string {
	if connection, ok := errors.AsType[*zerops.ConnectionError](err); ok {
		return connection.Operation.String()
	}
	return ""
}

func explainConnection(c *Call, e *zerops.ConnectionError) *Failure {
	f := &Failure{Code: request.CodeUnavailable, Operation: e.Operation.String(), Retryable: true}
	address := c.Runner.cfg.API.Address()
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(e.Err, &dns):
		f.Message = "the name of the Zerops API (" + address + ") cannot be resolved" + c.unchanged()
		f.Hint = "Check the network, HTTPS_PROXY, and ZEROPS_API_URL if it is set."
	case errors.As(e.Err, &netErr) && netErr.Timeout():
		f.Code = request.CodeTimeout
		f.Message = "the Zerops API (" + address + ") did not answer in time" + c.unchanged()
		f.Hint = "Try again; if it persists, the platform may have an incident."
	default:
		f.Message = fmt.Sprintf("no usable answer from the Zerops API (%s): %s%s", address, c.SafeText(e.Err.Error(), 200), c.unchanged())
		f.Hint = "Check the network, HTTPS_PROXY, and ZEROPS_API_URL if it is set; a proxy or a wrong address may have answered."
	}
	return f
}

// explainExternal speaks of an address that the API handed out, which takes a
// grant instead of the token.
func explainExternal(c *Call, e *zerops.ExternalError) *Failure {
	f := &Failure{Code: request.CodeUnavailable, Status: e.Status, Operation: e.Operation.String(), Retryable: true, Hint: "Try again; if it persists, the platform may have an incident."}
	what := "log service"
	if e.Operation == zerops.PostServiceStackAppVersion {
		what = "upload service"
	}
	switch {
	case errors.Is(e.Err, context.DeadlineExceeded):
		f.Code, f.Message = request.CodeTimeout, "the "+what+" of Zerops did not answer in time"
	case errors.Is(e.Err, context.Canceled):
		f.Code, f.Message, f.Hint = request.CodeTimeout, "the call was cancelled while it used the "+what+" of Zerops", ""
	case errors.Is(e, zerops.ErrRateLimited):
		f.Code, f.Message = request.CodeRateLimited, "the "+what+" of Zerops asks for fewer requests"
		f.waitFor(e.RetryAfter)
	case e.Status != 0:
		f.Message = fmt.Sprintf("the %s of Zerops refused the request (HTTP %d)", what, e.Status)
	default:
		f.Message = fmt.Sprintf("no usable answer from the %s of Zerops: %s", what, c.SafeText(e.Err.Error(), 200))
	}
	return f
}

// ExplainUncertain explains a write whose answer was lost.
func ExplainUncertain(c *Call, e *zerops.UncertainError) *Failure {
	f := &Failure{
		Code: request.CodeUncertain, Status: e.Status,
		Message: "the request was sent but its answer was lost, so it may have taken effect; it was not sent again",
		Hint:    lookFirst + ".",
	}
	if e.Operation != 0 { // unknown where the call ended before its write did
		f.Operation = e.Operation.String()
	}
	look := c.lookAgain()
	f.Next = &FailureNext{Tool: look.Tool, Arguments: look.Arguments}
	return f
}

// ExplainRefusal explains what the API refused.
func ExplainRefusal(c *Call, e *zerops.Error) *Failure {
	f := &Failure{
		Status: e.Status, APICode: Clean(e.Code, 128), APIMessage: c.SafeText(e.Message, 500),
		Operation: e.Operation.String(), Fields: safeFields(c, e.Fields),
	}
	switch {
	case errors.Is(e, zerops.ErrUnauthorized):
		explainToken(c, f)
	case errors.Is(e, zerops.ErrForbidden):
		explainForbidden(c, f)
	case errors.Is(e, zerops.ErrRateLimited):
		f.Code, f.Message, f.Retryable = request.CodeRateLimited, "the Zerops API asks for fewer requests", true
		f.waitFor(e.RetryAfter)
	case e.Status == 404 && !e.MissingObject(): // a process that is missing is a 404 too (platform §10.3)
		f.Code, f.Message = request.CodeUnavailable, "this address does not know the operation; it may not be the Zerops API"
		f.Hint = "Check ZEROPS_API_URL; the usual address is " + zerops.DefaultAddress + "."
	case errors.Is(e, zerops.ErrNotFound):
		f.Code, f.Message, f.Hint = request.CodeNotFound, "the object does not exist, or is not visible to this token", HintFor(e.Code)
	case errors.Is(e, zerops.ErrUnavailable):
		f.Code, f.Retryable = request.CodeUnavailable, true
		f.Message = fmt.Sprintf("the Zerops API cannot answer now (HTTP %d)", e.Status)
		f.Hint = "Try again later; the platform may have an incident."
		if e.Status >= 500 && !e.Operation.Safe() {
			// The API failed over the work, at whatever point of it (platform §6).
			look := c.lookAgain()
			f.Retryable, f.Next = false, &FailureNext{Tool: look.Tool, Arguments: look.Arguments}
			f.Message = fmt.Sprintf("the Zerops API failed over the request (HTTP %d), which may have taken effect all the same; it was not sent again", e.Status)
			f.Hint = lookFirst + "; the platform may have an incident."
		}
		if e.Status < 500 {
			f.Message = fmt.Sprintf("the address answered with a redirect (HTTP %d), which the Zerops API does not do; it was not followed", e.Status)
			f.Hint = "Check ZEROPS_API_URL."
		}
	case errors.Is(e, zerops.ErrConflict):
		f.Code, f.Message, f.Hint, f.Retryable = request.CodeConflict, "not possible in the present state", HintFor(e.Code), conflictPasses(e.Code)
	case unsupportedCode(e.Code):
		f.Code, f.Message, f.Hint = request.CodeUnsupported, "the platform does not support this here", HintFor(e.Code)
	default:
		f.Code, f.Message, f.Hint = request.CodeInvalidArguments, "the Zerops API refused the request", HintFor(e.Code)
	}
	if f.Hint == "" {
		f.Hint = generalHint(f.Code)
	}
	return f
}

// waitFor passes on how long the other side wants to be left alone.
func (f *Failure) waitFor(d time.Duration) {
	f.RetryAfterSeconds = int(math.Ceil(d.Seconds()))
	f.Hint = "Wait before the next call."
	if f.RetryAfterSeconds > 0 {
		f.Hint = fmt.Sprintf("Wait %s before the next call.", time.Duration(f.RetryAfterSeconds)*time.Second)
	}
}

// SafeText makes words of others fit to be shown. Secrets are removed before the text
// is shortened, because half of one would not be recognised any more.
func (c *Call) SafeText(text string, limit int) string {
	return Clean(c.Redactor.answered(CleanText(text)), limit)
}

func safeFields(c *Call, fields []zerops.FieldProblem) []zerops.FieldProblem {
	var out []zerops.FieldProblem
	for _, field := range fields[:min(len(fields), MaxProblems)] {
		safe := zerops.FieldProblem{Field: Clean(field.Field, 200)}
		for _, problem := range field.Problems {
			safe.Problems = append(safe.Problems, c.SafeText(problem, 300))
		}
		out = append(out, safe)
	}
	return out
}

// explainToken says which credential failed, where it came from, and how to
// replace it.
func explainToken(c *Call, f *Failure) {
	f.Code = request.CodeUnauthorized
	f.Message = fmt.Sprintf("the Zerops API does not accept the token from %s (%s): it is invalid, expired or revoked", c.Credential.Source, c.Credential.Tail())
	f.Hint = renewal + c.Credential.RestartHint()
}

const renewal = "Make a new one in the Zerops GUI (Access Token Management → generate)"

// missingToken is the answer to every call while there is no token.
func missingToken(credential request.Credential) *Failure {
	f := &Failure{Code: request.CodeUnauthorized, Message: "no Zerops token is configured"}
	if credential.Problem != "" {
		f.Message += ": " + credential.Problem
	}
	switch {
	case credential.Source == request.SourceHeader:
		f.Hint = renewal + " and send it in the Authorization: Bearer header."
	case credential.Reloads:
		f.Hint = renewal + " and put it into that file; no restart is needed."
	default:
		f.Hint = renewal + " and put it into the environment variable ZEROPS_TOKEN of this server (or a file named by ZEROPS_TOKEN_FILE), then restart the server."
	}
	return f
}

func explainForbidden(c *Call, f *Failure) {
	f.Code = request.CodeForbidden
	f.Message = fmt.Sprintf("the token (%s, from %s) is valid but may not do this", c.Credential.Tail(), c.Credential.Source)
	if len(c.targets) > 0 {
		f.Message += " to " + strings.Join(c.targets, ", ")
	}
	switch f.APICode {
	case "notAllowedForIntegrationToken", "notAllowedForIntegrationTokenWithoutDelegation":
		f.Hint = "Integration tokens are refused here; a person has to do it in the Zerops GUI, or use a personal access token."
	case "notAllowedForApplicationToken", "notInSudoMode", "twoFactorAuthRequired":
		f.Hint = "Only a person signed in to the Zerops GUI may do this."
	default:
		f.Hint = "It needs " + c.neededRight() + "; an owner or admin of the organisation can grant it. whoami shows what this token has."
		f.Next = &FailureNext{Tool: AccountTool, Arguments: map[string]any{}}
	}
}

func (c *Call) neededRight() string {
	switch {
	case c.Needs != "":
		return "this access: " + c.Needs
	case c.Tool.Needs != "":
		return c.Tool.Needs
	case c.Tool.Effect == zerops.Reads:
		return "at least read access to the project"
	}
	return "full access to the project"
}

// envelope writes the failure as the one member of an object, error, so that no view
// is mistaken for one.
func (f *Failure) envelope() ([]byte, error) {
	return Marshal(struct {
		Error *Failure `json:"error"`
	}{f})
}

// Marshal writes compact JSON without escaping <, > and &.
func Marshal(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("writing the result: %w", err)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}
