package tenants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Client calls tools over HTTP as one tenant.
type Client struct {
	HTTP   *http.Client
	URL    string // of the endpoint
	Number int
	// Credential is sent in place of the tenant's token where it is set.
	Credential string
	// Modern speaks 2026-07-28, in which every request stands alone; otherwise
	// 2025-11-25 is spoken, with a session where the server has one.
	Modern bool
	// Forms declares that the person can be asked.
	Forms bool

	session string
	calls   int
}

// Result is the answer to a call.
type Result struct {
	Raw        string `json:"-"`
	ResultType string `json:"resultType"`
	IsError    bool   `json:"isError"`
	Structured struct {
		Status  string `json:"status"`
		Confirm string `json:"confirm"`
	} `json:"structuredContent"`
	Content []struct {
		Text string `json:"text"`
	} `json:"content"`
	RequestState  string                     `json:"requestState"`
	InputRequests map[string]json.RawMessage `json:"inputRequests"`
}

// Code returns the code of a failed call.
func (r *Result) Code() string {
	if !r.IsError || len(r.Content) == 0 {
		return ""
	}
	var failed struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal([]byte(r.Content[0].Text), &failed)
	return failed.Error.Code
}

// ProtocolError is the answer to a request that was refused before any tool saw it.
type ProtocolError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// Error returns the words of the server.
func (e *ProtocolError) Error() string { return fmt.Sprintf("refused with %d: %s", e.Code, e.Message) }

// ErrRetryable marks a request that never got an answer of the server: the
// connection broke, or a proxy had nobody to pass it on to.
var ErrRetryable = errors.New("no answer")

const (
	legacyVersion = "2025-11-25"
	modernVersion = "2026-07-28"
)

// Initialize starts a session, if the client is of the kind that has one.
func (c *Client) Initialize(ctx context.Context) error {
	if c.Modern {
		return nil
	}
	capabilities := "{}"
	if c.Forms {
		capabilities = `{"elicitation":{}}`
	}
	_, header, err := c.post(ctx, fmt.Sprintf(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":%q,"capabilities":%s,"clientInfo":{"name":"tenant","version":"1"}}}`,
		legacyVersion, capabilities), "initialize", "", "")
	if err != nil {
		return err
	}
	c.session = header.Get("Mcp-Session-Id")
	_, _, err = c.post(ctx, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, "", "", "")
	return err
}

// End ends the session, as a client does that says goodbye.
func (c *Client) End(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, c.URL, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.credential())
	r.Header.Set("Mcp-Protocol-Version", legacyVersion)
	r.Header.Set("Mcp-Session-Id", c.session)
	response, err := c.HTTP.Do(r)
	if err != nil {
		return err
	}
	_ = response.Body.Close()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("HTTP status %d for the end of a session", response.StatusCode)
	}
	return nil
}

func (c *Client) credential() string {
	if c.Credential != "" {
		return c.Credential
	}
	return Token(c.Number)
}

// LastTrace is the trace of the newest call.
func (c *Client) LastTrace() string { return Trace(c.Number, c.calls) }

// Call calls a tool. arguments is JSON; extra are further members of the
// parameters, each followed by a comma.
func (c *Client) Call(ctx context.Context, tool, arguments, extra string) (*Result, error) {
	c.calls++
	meta := ""
	if c.Modern {
		capabilities := "{}"
		if c.Forms {
			capabilities = `{"elicitation":{}}`
		}
		meta = fmt.Sprintf(`,"_meta":{"io.modelcontextprotocol/protocolVersion":%q,"io.modelcontextprotocol/clientCapabilities":%s}`, modernVersion, capabilities)
	}
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{%s"name":%q,"arguments":%s%s}}`, c.calls, extra, tool, arguments, meta)
	answer, _, err := c.post(ctx, body, "tools/call", tool, c.LastTrace())
	if err != nil {
		return nil, err
	}
	var message struct {
		ID     int            `json:"id"`
		Result *Result        `json:"result"`
		Error  *ProtocolError `json:"error"`
	}
	if err := json.Unmarshal(answer, &message); err != nil {
		return nil, fmt.Errorf("%s: no message: %w: %.200s", tool, err, answer)
	}
	if message.Error != nil && message.ID == c.calls {
		return nil, fmt.Errorf("%s: %w", tool, message.Error)
	}
	if message.Result == nil || message.ID != c.calls {
		return nil, fmt.Errorf("%s: no answer to call %d: %.300s", tool, c.calls, answer)
	}
	message.Result.Raw = string(answer)
	if found := Foreign(message.Result.Raw, c.Number); found != "" {
		return nil, fmt.Errorf("%s: the answer to %s holds what belongs to %s", tool, Mark(c.Number), found)
	}
	return message.Result, nil
}

// post sends a message and returns its answer.
func (c *Client) post(ctx context.Context, body, method, name, trace string) ([]byte, http.Header, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, strings.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.credential())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	if trace != "" {
		r.Header.Set("Traceparent", trace)
	}
	switch {
	case c.Modern:
		r.Header.Set("Mcp-Protocol-Version", modernVersion)
		r.Header.Set("Mcp-Method", method)
		r.Header.Set("Mcp-Name", name)
	case method != "initialize":
		r.Header.Set("Mcp-Protocol-Version", legacyVersion)
		if c.session != "" {
			r.Header.Set("Mcp-Session-Id", c.session)
		}
	}
	response, err := c.HTTP.Do(r)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrRetryable, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 8<<20))
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrRetryable, err)
	}
	switch response.StatusCode {
	case http.StatusOK, http.StatusAccepted:
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return nil, nil, fmt.Errorf("%w: HTTP status %d", ErrRetryable, response.StatusCode)
	default:
		var message struct {
			Error *ProtocolError `json:"error"`
		}
		if json.Unmarshal(answer, &message) == nil && message.Error != nil {
			return nil, nil, fmt.Errorf("HTTP status %d: %w", response.StatusCode, message.Error)
		}
		return nil, nil, fmt.Errorf("HTTP status %d: %.300s", response.StatusCode, answer)
	}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "text/event-stream") {
		// The answer is the last event.
		i := bytes.LastIndex(answer, []byte("data: "))
		if i < 0 {
			return nil, nil, fmt.Errorf("%w: the stream ended without an answer", ErrRetryable)
		}
		answer = bytes.TrimSpace(answer[i+len("data: "):])
	}
	return answer, response.Header, nil
}

// Listen opens the stream of a session and reads it until ctx ends.
func (c *Client) Listen(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.credential())
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Mcp-Protocol-Version", legacyVersion)
	r.Header.Set("Mcp-Session-Id", c.session)
	response, err := c.HTTP.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP status %d", response.StatusCode)
	}
	_, err = io.Copy(io.Discard, response.Body)
	return err
}
