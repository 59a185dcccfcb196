package zerops

import (
	"context"
	"encoding/json"
	"net/url"
)

// Client is one caller's view of the API: the shared [API] and a token. It
// keeps no other state, so one may be made for each request.
type Client struct {
	api   *API
	token string
	guard func(context.Context, Call) error
	hear  func(ctx context.Context, projectID, words string) string
}

// Guarded returns the view of the same caller in which guard sees every call that
// changes something before it is sent, and may refuse it with an error of its own.
func (c *Client) Guarded(guard func(context.Context, Call) error) *Client {
	guarded := *c
	guarded.guard = guard
	return &guarded
}

// API returns what this client shares with others.
func (c *Client) API() *API { return c.api }

// Call is one request to an operation of the catalogue.
type Call struct {
	Operation Operation
	// Path holds the values of the path parameters in the order of the template.
	Path []string
	// Query holds the query parameters.
	Query url.Values
	// Body is encoded as JSON; nil sends none. A json.RawMessage is sent as it is,
	// and so is a []byte, for the operations that take bytes.
	Body any
}

// Do sends a call and returns the JSON of its answer, or null when the answer
// has no body. It returns one of the package's typed errors.
func (c *Client) Do(ctx context.Context, call Call) (json.RawMessage, error) {
	req, err := c.api.prepare(call)
	if err != nil {
		return nil, err
	}
	if c.guard != nil && !call.Operation.Safe() {
		if err := c.guard(ctx, call); err != nil {
			return nil, err
		}
	}
	return c.api.send(ctx, c.token, req)
}

// fetch sends a call and decodes its answer.
func fetch[T any](ctx context.Context, c *Client, call Call) (T, error) {
	var v T
	err := c.into(ctx, call, &v)
	return v, err
}

// into sends a call and decodes its answer into v.
func (c *Client) into(ctx context.Context, call Call, v any) error {
	raw, err := c.Do(ctx, call)
	if err != nil {
		return err
	}
	if err := decode(raw, v); err != nil {
		return malformed(call.Operation, err)
	}
	if object, ok := v.(substantial); ok && object.empty() {
		return malformed(call.Operation, errHollow)
	}
	c.heard(ctx, v)
	return nil
}

// substantial is an answer that says nothing without one of its members, such as
// its id: a process without one cannot be followed, so the change that it
// answers is not known to be done.
type substantial interface{ empty() bool }

func (p Process) empty() bool           { return p.ID == "" }
func (p Project) empty() bool           { return p.ID == "" }
func (s Service) empty() bool           { return s.ID == "" }
func (v AppVersion) empty() bool        { return v.ID == "" }
func (v Variable) empty() bool          { return v.ID == "" }
func (r HTTPRouting) empty() bool       { return r.ID == "" }
func (r PortRouting) empty() bool       { return r.ID == "" }
func (u User) empty() bool              { return u.ID == "" }
func (r ImportResult) empty() bool      { return r.ProjectID == "" }
func (d ServiceTypeDetail) empty() bool { return len(d.Versions) == 0 }
func (c Credit) empty() bool            { return c.Info.Currency.ID == "" && c.Credit == 0 && c.Promo == 0 }

func (b Backups) empty() bool {
	return b.Files == nil && b.Period == "" && b.Retention == nil && b.Default == nil
}

// malformed classifies an answer that is JSON but not of the expected shape: a
// write was accepted, so its outcome is uncertain rather than failed.
func malformed(op Operation, err error) error {
	if op.Safe() {
		return &ConnectionError{Operation: op, Attempts: 1, Err: err}
	}
	return &UncertainError{Operation: op, Status: 200, Err: err}
}
