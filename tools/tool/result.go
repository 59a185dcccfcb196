package tool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// MaxResult is the most bytes of one copy of a result; larger ones are spooled
// to files or cut by clients.
const MaxResult = 24_000

// maxString bounds one string of a result; whole documents such as YAML come in
// fields that say so.
const maxString = 20_000

// shrinker is a result that can give up items to fit the cap. Len is how many it
// has, Cut returns it with the first n (or the last, where the newest matter).
type shrinker interface {
	Len() int
	Cut(n int) any
}

// finish turns the outcome of a handler into the one result that leaves: an
// input request, a confirmation to give, an error, or the view.
func (c *Call) finish(ctx context.Context, out any, err error) *mcp.CallToolResult {
	if input, ok := errors.AsType[*inputError](err); ok {
		return server.NewInputRequestBuilder(input.state).Elicit(elicitationID, input.params).ToolResult()
	}
	if confirmation, ok := errors.AsType[*confirmationError](err); ok {
		out, err = confirmation.frame, nil
	}
	if done, ok := errors.AsType[*idleError](err); ok {
		out, err = done.out, nil
	}
	if half, ok := c.partialResult(ctx, err); ok {
		out, err = half, nil
	}
	if err != nil {
		return c.failed(onceOnly(c, c.Explain(ctx, err)))
	}
	if image, ok := out.(*Picture); ok {
		return image.result()
	}
	raw, err := c.render(out)
	if err != nil {
		return c.failed(c.Explain(ctx, err))
	}
	return &mcp.CallToolResult{
		Content:           []mcp.Content{mcp.TextContent{Type: mcp.ContentTypeText, Text: string(raw)}},
		StructuredContent: json.RawMessage(raw),
	}
}

// failed renders a failure: as an error of the tool, which a model reads, and not of
// the protocol, which it may never see.
func (c *Call) failed(f *Failure) *mcp.CallToolResult {
	c.outcome = f.Code
	raw, err := f.envelope()
	if err != nil {
		raw = []byte(`{"error":{"code":"internal","message":"the error could not be written"}}`)
	}
	raw = rewriteStrings(c.withoutRefused(raw), c.safe)
	return &mcp.CallToolResult{
		IsError: true,
		Content: []mcp.Content{mcp.TextContent{Type: mcp.ContentTypeText, Text: string(raw)}},
	}
}

// render writes a view, cleans and redacts every string, and keeps to the cap.
func (c *Call) render(out any) ([]byte, error) {
	raw, err := c.write(out)
	if err != nil || len(raw) <= MaxResult {
		return raw, err
	}
	if s, ok := out.(shrinker); ok && s.Len() > 0 {
		return c.shrink(s)
	}
	return shrinkJSON(raw, MaxResult), nil
}

func (c *Call) write(out any) ([]byte, error) {
	raw, err := Marshal(out)
	if err != nil {
		return nil, err
	}
	return rewriteStrings(c.withoutRefused(raw), c.safe), nil
}

// withoutRefused leaves out next calls of tools that this server does not offer:
// mode or toolsets would refuse them, and clients do not even know their names.
func (c *Call) withoutRefused(raw []byte) []byte {
	const mark = `"next":{"tool":"`
	for at := 0; ; {
		found := bytes.Index(raw[at:], []byte(mark))
		if found < 0 {
			return raw
		}
		start := at + found
		at = start + len(mark)
		name, _, _ := strings.Cut(string(raw[at:min(at+longestTool, len(raw))]), `"`)
		if c.Runner.byName[name] == nil || c.Runner.offered[name] {
			continue
		}
		end := objectEnd(raw, start+len(`"next":`))
		switch {
		case raw[start-1] == ',':
			start--
		case end < len(raw) && raw[end] == ',':
			end++
		}
		raw, at = slices.Concat(raw[:start], raw[end:]), start
	}
}

// longestTool is more than a tool's name may have.
const longestTool = 48

// objectEnd returns the index after the object that begins at start.
func objectEnd(raw []byte, start int) int {
	for i, depth := start, 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i) - 1
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(raw)
}

// Allow lets a secret value out as it is. Only tools that exist for it, and that
// --allow-secrets has switched on, do so; the caller's own token never leaves.
func (c *Call) Allow(value string) {
	if value == c.Credential.Token || len(c.allowed) >= maxAllowed {
		return
	}
	if c.allowed == nil {
		c.allowed = map[string]bool{}
	}
	c.allowed[value] = true
}

// maxAllowed bounds the values of one result that may be secrets.
const maxAllowed = 1000

// safe is what every string of a result passes.
func (c *Call) safe(name, value string) string {
	if name == "confirm" && value == c.token {
		return value // a token of our own making
	}
	if !c.allowed[value] {
		value = CleanText(value)
		if safe := c.Redactor.Text(value); safe != value {
			value = CleanText(safe) // [redacted] in front of a bracket would be a link
		}
	}
	if len(value) > maxString {
		value = clipText(value, maxString)
	}
	return value
}

// shrink finds how many items fit, by halving the range.
func (c *Call) shrink(s shrinker) ([]byte, error) {
	low, high := 0, s.Len() // low fits, high does not
	best, err := c.write(s.Cut(0))
	if err != nil {
		return nil, err
	}
	for high-low > 1 {
		middle := (low + high) / 2
		raw, err := c.write(s.Cut(middle))
		if err != nil {
			return nil, err
		}
		if len(raw) <= MaxResult {
			low, best = middle, raw
		} else {
			high = middle
		}
	}
	return best, nil
}

func clipText(s string, limit int) string {
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit] + "… (cut)"
}

// Picture is a result that is an image with one line of text.
type Picture struct {
	Png     []byte
	Caption string
}

func (p Picture) result() *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{
		mcp.TextContent{Type: mcp.ContentTypeText, Text: p.Caption},
		mcp.ImageContent{Type: mcp.ContentTypeImage, MIMEType: "image/png", Data: base64Text(p.Png)},
	}}
}
