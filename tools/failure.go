package tools

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

	"zerops-mcp/zerops"
)

// Codes of failed calls (design.md §6). Programs may rely on them.
const (
	codeUnauthorized        = "unauthorized"
	codeForbidden           = "forbidden"
	codeNotFound            = "not_found"
	codeAmbiguous           = "ambiguous"
	codeInvalidArguments    = "invalid_arguments"
	codeConflict            = "conflict"
	codeRateLimited         = "rate_limited"
	codeUnavailable         = "unavailable"
	codeTimeout             = "timeout"
	codeUncertain           = "uncertain"
	codeUnsupported         = "unsupported"
	codeReadOnly            = "read_only"
	codeOutOfScope          = "out_of_scope"
	codeBlocked             = "blocked"
	codeDeclined            = "declined"
	codeSecretWithheld      = "secret_withheld"
	codeConfirmationInvalid = "confirmation_invalid"
	codeInternal            = "internal"
)

// failure is a failed call as the client sees it. Handlers return one for what
// only they know; every other error is explained by the server's explain.
type failure struct {
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
	Candidates        []candidate           `json:"candidates,omitempty"`
	Next              *failureNext          `json:"next,omitempty"`

	cause error // the refusal that a handler has put into words of its own
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.cause }

// Error makes a failure an error.
func (f *failure) Error() string { return f.Code + ": " + f.Message }

// candidate is an object that a name may have meant.
type candidate struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Project string `json:"project,omitempty"`
	Org     string `json:"org,omitempty"`
}

// failureNext is the call that helps on.
type failureNext struct {
	Tool      string `json:"tool"`
	Arguments any    `json:"arguments"`
}

func invalidArguments(problems []zerops.FieldProblem) *failure {
	words := make([]string, 0, 3)
	for _, p := range problems[:min(len(problems), 3)] {
		words = append(words, p.Field+" "+strings.Join(p.Problems, ", "))
	}
	message := strings.Join(words, "; ")
	if len(problems) > 3 {
		message += fmt.Sprintf("; and %d more", len(problems)-3)
	}
	return &failure{Code: codeInvalidArguments, Message: message, Fields: problems}
}

// invalid reports one bad argument.
func invalid(field, format string, args ...any) *failure {
	return invalidArguments([]zerops.FieldProblem{{Field: field, Problems: []string{fmt.Sprintf(format, args...)}}})
}

// unchanged ends the message of a failure, unless the call did change something
// before it.
func (c *call) unchanged() string {
	if len(c.changes()) > 0 {
		return ""
	}
	return nothingChanged
}

const nothingChanged = "; nothing was changed"

// reason says in a part of a result why another part is missing. Whether something
// was changed is for the result to say.
func (c *call) reason(ctx context.Context, err error) string {
	return strings.TrimSuffix(c.explain(ctx, err).Message, nothingChanged)
}

// halfway answers for a call that failed after the platform had accepted a
// change of it. An error would make the caller repeat the change; how far it got
// is a result. A write whose own answer was lost stays an error.
func (c *call) halfway(ctx context.Context, err error) (frame, bool) {
	accepted := c.changes()
	if err == nil || len(accepted) == 0 || c.tool.Effect == zerops.Reads {
		return frame{}, false
	}
	if _, uncertain := errors.AsType[*zerops.UncertainError](err); uncertain {
		return frame{}, false
	}
	f := c.explain(ctx, err)
	c.outcome = f.Code
	out := frame{
		Status:  statusInProgress,
		Message: strings.TrimSuffix(fmt.Sprintf("the platform accepted %s, but then (%s): %s. %s", strings.Join(accepted, ", "), f.Code, f.Message, f.Hint), " "),
		Next:    c.lookAgain(),
	}
	if c.spent {
		out.Message += " " + askAgain
	}
	refusal, refused := errors.AsType[*zerops.Error](err)
	if _, ours := errors.AsType[*failure](err); ours || refused && !refusal.Operation.Safe() {
		out.Status = statusFailed
	}
	if len(c.following) > 0 {
		out.Next = &next{Tool: "wait_for", Arguments: nextArgs{Processes: c.following}}
	}
	return out, true
}

// explain turns any error into a failure: cause, consequence, next step.
func (c *call) explain(ctx context.Context, err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if uncertain, ok := errors.AsType[*zerops.UncertainError](err); ok {
		return c.explainUncertain(uncertain)
	}
	if refusal, ok := errors.AsType[*zerops.Error](err); ok {
		return c.explainRefusal(refusal)
	}
	if external, ok := errors.AsType[*zerops.ExternalError](err); ok {
		return c.explainExternal(external)
	}
	if argument, ok := errors.AsType[*zerops.ArgumentError](err); ok {
		return invalid(argument.Name, "%s", argument.Problem)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &failure{
			Code: codeTimeout, Message: "the Zerops API did not answer in time" + c.unchanged(), Operation: operationOf(err),
			Hint: "Try again; if it persists, narrow the request or wait a while.", Retryable: true,
		}
	case errors.Is(err, context.Canceled):
		return &failure{Code: codeTimeout, Message: "the call was cancelled before it finished" + c.unchanged(), Operation: operationOf(err), Retryable: true}
	}
	if connection, ok := errors.AsType[*zerops.ConnectionError](err); ok {
		return c.explainConnection(connection)
	}
	if errors.Is(err, zerops.ErrTooManyPages) {
		return &failure{Code: codeUnavailable, Message: "the API's list does not end", Hint: "Narrow the request by project, name or status."}
	}
	c.server.logger.ErrorContext(ctx, "unexpected error", slog.String("tool", c.tool.Name), slog.String("error", c.redactor.delivered(err.Error())))
	return &failure{Code: codeInternal, Message: "an error that this server did not expect", Hint: "This is a defect of zerops-mcp; its log has the details."}
}

func operationOf(err error) string {
	if connection, ok := errors.AsType[*zerops.ConnectionError](err); ok {
		return connection.Operation.String()
	}
	return ""
}

func (c *call) explainConnection(e *zerops.ConnectionError) *failure {
	f := &failure{Code: codeUnavailable, Operation: e.Operation.String(), Retryable: true}
	address := c.server.cfg.API.Address()
	var dns *net.DNSError
	var netErr net.Error
	switch {
	case errors.As(e.Err, &dns):
		f.Message = "the name of the Zerops API (" + address + ") cannot be resolved" + c.unchanged()
		f.Hint = "Check the network, HTTPS_PROXY, and ZEROPS_API_URL if it is set."
	case errors.As(e.Err, &netErr) && netErr.Timeout():
		f.Code = codeTimeout
		f.Message = "the Zerops API (" + address + ") did not answer in time" + c.unchanged()
		f.Hint = "Try again; if it persists, the platform may have an incident."
	default:
		f.Message = fmt.Sprintf("no usable answer from the Zerops API (%s): %s%s", address, c.quoted(e.Err.Error(), 200), c.unchanged())
		f.Hint = "Check the network, HTTPS_PROXY, and ZEROPS_API_URL if it is set; a proxy or a wrong address may have answered."
	}
	return f
}

// explainExternal speaks of an address that the API handed out, which takes a
// grant instead of the token.
func (c *call) explainExternal(e *zerops.ExternalError) *failure {
	f := &failure{Code: codeUnavailable, Status: e.Status, Operation: e.Operation.String(), Retryable: true, Hint: "Try again; if it persists, the platform may have an incident."}
	what := "log service"
	if e.Operation == zerops.PostServiceStackAppVersion {
		what = "upload service"
	}
	switch {
	case errors.Is(e.Err, context.DeadlineExceeded):
		f.Code, f.Message = codeTimeout, "the "+what+" of Zerops did not answer in time"
	case errors.Is(e.Err, context.Canceled):
		f.Code, f.Message, f.Hint = codeTimeout, "the call was cancelled while it used the "+what+" of Zerops", ""
	case errors.Is(e, zerops.ErrRateLimited):
		f.Code, f.Message = codeRateLimited, "the "+what+" of Zerops asks for fewer requests"
		f.waitFor(e.RetryAfter)
	case e.Status != 0:
		f.Message = fmt.Sprintf("the %s of Zerops refused the request (HTTP %d)", what, e.Status)
	default:
		f.Message = fmt.Sprintf("no usable answer from the %s of Zerops: %s", what, c.quoted(e.Err.Error(), 200))
	}
	return f
}

func (c *call) explainUncertain(e *zerops.UncertainError) *failure {
	f := &failure{
		Code: codeUncertain, Status: e.Status,
		Message: "the request was sent but its answer was lost, so it may have taken effect; it was not sent again",
		Hint:    lookFirst + ".",
	}
	if e.Operation != 0 { // unknown where the call ended before its write did
		f.Operation = e.Operation.String()
	}
	look := c.lookAgain()
	f.Next = &failureNext{Tool: look.Tool, Arguments: look.Arguments}
	return f
}

func (c *call) explainRefusal(e *zerops.Error) *failure {
	f := &failure{
		Status: e.Status, APICode: clean(e.Code, 128), APIMessage: c.quoted(e.Message, 500),
		Operation: e.Operation.String(), Fields: c.safeFields(e.Fields),
	}
	switch {
	case errors.Is(e, zerops.ErrUnauthorized):
		c.explainToken(f)
	case errors.Is(e, zerops.ErrForbidden):
		c.explainForbidden(f)
	case errors.Is(e, zerops.ErrRateLimited):
		f.Code, f.Message, f.Retryable = codeRateLimited, "the Zerops API asks for fewer requests", true
		f.waitFor(e.RetryAfter)
	case e.Status == 404:
		f.Code, f.Message = codeUnavailable, "this address does not know the operation; it may not be the Zerops API"
		f.Hint = "Check ZEROPS_API_URL; the usual address is " + zerops.DefaultAddress + "."
	case errors.Is(e, zerops.ErrNotFound):
		f.Code, f.Message, f.Hint = codeNotFound, "the object does not exist, or is not visible to this token", hintFor(e.Code)
	case errors.Is(e, zerops.ErrUnavailable):
		f.Code, f.Retryable = codeUnavailable, true
		f.Message = fmt.Sprintf("the Zerops API cannot answer now (HTTP %d)", e.Status)
		f.Hint = "Try again later; the platform may have an incident."
		if e.Status >= 500 && !e.Operation.Safe() {
			// The API failed over the work, at whatever point of it (platform facts §6).
			look := c.lookAgain()
			f.Retryable, f.Next = false, &failureNext{Tool: look.Tool, Arguments: look.Arguments}
			f.Message = fmt.Sprintf("the Zerops API failed over the request (HTTP %d), which may have taken effect all the same; it was not sent again", e.Status)
			f.Hint = lookFirst + "; the platform may have an incident."
		}
		if e.Status < 500 {
			f.Message = fmt.Sprintf("the address answered with a redirect (HTTP %d), which the Zerops API does not do; it was not followed", e.Status)
			f.Hint = "Check ZEROPS_API_URL."
		}
	case errors.Is(e, zerops.ErrConflict):
		f.Code, f.Message, f.Hint, f.Retryable = codeConflict, "not possible in the present state", hintFor(e.Code), conflictPasses(e.Code)
	case unsupportedCode(e.Code):
		f.Code, f.Message, f.Hint = codeUnsupported, "the platform does not support this here", hintFor(e.Code)
	default:
		f.Code, f.Message, f.Hint = codeInvalidArguments, "the Zerops API refused the request", hintFor(e.Code)
	}
	if f.Hint == "" {
		f.Hint = generalHint(f.Code)
	}
	return f
}

// waitFor passes on how long the other side wants to be left alone.
func (f *failure) waitFor(d time.Duration) {
	f.RetryAfterSeconds = int(math.Ceil(d.Seconds()))
	f.Hint = "Wait before the next call."
	if f.RetryAfterSeconds > 0 {
		f.Hint = fmt.Sprintf("Wait %s before the next call.", time.Duration(f.RetryAfterSeconds)*time.Second)
	}
}

// quoted makes words of others fit to be shown. Secrets are removed before the text
// is shortened, because half of one would not be recognised any more.
func (c *call) quoted(text string, limit int) string {
	return clean(c.redactor.answered(cleanText(text)), limit)
}

func (c *call) safeFields(fields []zerops.FieldProblem) []zerops.FieldProblem {
	var out []zerops.FieldProblem
	for _, field := range fields[:min(len(fields), maxProblems)] {
		safe := zerops.FieldProblem{Field: clean(field.Field, 200)}
		for _, problem := range field.Problems {
			safe.Problems = append(safe.Problems, c.quoted(problem, 300))
		}
		out = append(out, safe)
	}
	return out
}

// explainToken says which credential failed, where it came from, and how to
// replace it.
func (c *call) explainToken(f *failure) {
	f.Code = codeUnauthorized
	f.Message = fmt.Sprintf("the Zerops API does not accept the token from %s (%s): it is invalid, expired or revoked", c.credential.Source, c.credential.tail())
	f.Hint = renewal + c.credential.restartHint()
}

const renewal = "Make a new one in the Zerops GUI (Access Token Management → generate)"

// missingToken is the answer to every call while there is no token.
func missingToken(credential Credential) *failure {
	f := &failure{Code: codeUnauthorized, Message: "no Zerops token is configured"}
	if credential.Problem != "" {
		f.Message += ": " + credential.Problem
	}
	switch {
	case credential.Source == sourceHeader:
		f.Hint = renewal + " and send it in the Authorization: Bearer header."
	case credential.Reloads:
		f.Hint = renewal + " and put it into that file; no restart is needed."
	default:
		f.Hint = renewal + " and put it into the environment variable ZEROPS_TOKEN of this server (or a file named by ZEROPS_TOKEN_FILE), then restart the server."
	}
	return f
}

func (c *call) explainForbidden(f *failure) {
	f.Code = codeForbidden
	f.Message = fmt.Sprintf("the token (%s, from %s) is valid but may not do this", c.credential.tail(), c.credential.Source)
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
		f.Next = &failureNext{Tool: "whoami", Arguments: map[string]any{}}
	}
}

func (c *call) neededRight() string {
	switch {
	case c.needs != "":
		return "this access: " + c.needs
	case c.tool.Toolset == "team" || strings.Contains(c.tool.Name, "cost"):
		return "the right to view finances or an admin role in the organisation"
	case c.tool.Effect == zerops.Reads:
		return "at least read access to the project"
	}
	return "full access to the project"
}

// lookAgain is the call that shows whether a write took effect.
func (c *call) lookAgain() *next {
	onService, onProject := nextArgs{Service: c.serviceID}, nextArgs{Project: c.projectID}
	switch {
	case c.serviceID == "" && c.projectID == "":
		return &next{Tool: "list_projects"}
	case c.tool.Toolset == "env" && c.serviceID != "":
		return &next{Tool: "list_env", Arguments: onService}
	case c.tool.Toolset == "env":
		return &next{Tool: "list_env", Arguments: onProject}
	case strings.HasSuffix(c.tool.Name, "_domain"):
		return &next{Tool: "list_domains", Arguments: onProject}
	case strings.HasSuffix(c.tool.Name, "_port"):
		return &next{Tool: "list_ports", Arguments: onProject}
	case c.serviceID == "":
		return &next{Tool: "get_project", Arguments: onProject}
	case strings.HasSuffix(c.tool.Name, "_backup"): // a service does not show its backups
		return &next{Tool: "list_backups", Arguments: onService}
	case c.tool.Toolset == "deploy":
		return &next{Tool: "list_deployments", Arguments: onService}
	case c.tool.Name == "restart_service", c.tool.Name == "write_api": // nor whether it was restarted
		return &next{Tool: "list_events", Arguments: onService}
	}
	return &next{Tool: "get_service", Arguments: onService}
}

// envelope puts the failure into the envelope of design.md §6.
func (f *failure) envelope() ([]byte, error) {
	return marshal(struct {
		Error *failure `json:"error"`
	}{f})
}

// marshal writes compact JSON without escaping <, > and &.
func marshal(v any) ([]byte, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("writing the result: %w", err)
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}
