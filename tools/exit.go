package tools

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

// maxResult is the most bytes of one copy of a result; larger ones are spooled
// to files or cut by clients.
const maxResult = 24_000

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
func (c *call) finish(ctx context.Context, out any, err error) *mcp.CallToolResult {
	if input, ok := errors.AsType[*inputError](err); ok {
		return server.NewInputRequestBuilder(input.state).Elicit(elicitationID, input.params).ToolResult()
	}
	if confirmation, ok := errors.AsType[*confirmationError](err); ok {
		out, err = confirmation.frame, nil
	}
	if half, ok := c.halfway(ctx, err); ok {
		out, err = half, nil
	}
	if err != nil {
		return c.failed(c.explain(ctx, err))
	}
	if image, ok := out.(picture); ok {
		return image.result()
	}
	raw, err := c.render(out)
	if err != nil {
		return c.failed(c.explain(ctx, err))
	}
	return &mcp.CallToolResult{
		Content:           []mcp.Content{mcp.TextContent{Type: mcp.ContentTypeText, Text: string(raw)}},
		StructuredContent: json.RawMessage(raw),
	}
}

// failed renders a failure (design.md §6).
func (c *call) failed(f *failure) *mcp.CallToolResult {
	c.outcome = f.Code
	raw, err := f.envelope()
	if err != nil {
		raw = []byte(`{"error":{"code":"internal","message":"the error could not be written"}}`)
	}
	raw = rewriteStrings(raw, c.safe)
	return &mcp.CallToolResult{
		IsError: true,
		Content: []mcp.Content{mcp.TextContent{Type: mcp.ContentTypeText, Text: string(raw)}},
	}
}

// render writes a view, cleans and redacts every string, and keeps to the cap.
func (c *call) render(out any) ([]byte, error) {
	raw, err := c.write(out)
	if err != nil || len(raw) <= maxResult {
		return raw, err
	}
	if s, ok := out.(shrinker); ok && s.Len() > 0 {
		return c.shrink(s)
	}
	return shrinkJSON(raw, maxResult), nil
}

func (c *call) write(out any) ([]byte, error) {
	raw, err := marshal(out)
	if err != nil {
		return nil, err
	}
	return rewriteStrings(raw, c.safe), nil
}

// allow lets a secret value out as it is. Only tools that exist for it, and that
// --allow-secrets has switched on, do so; the caller's own token never leaves.
func (c *call) allow(value string) {
	if value == c.credential.Token || len(c.allowed) >= maxAllowed {
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
func (c *call) safe(name, value string) string {
	if name == "confirm" && value == c.token {
		return value // a token of our own making
	}
	if !c.allowed[value] {
		value = cleanText(c.redactor.text(cleanText(value))) // what takes the place of a secret can begin a link
	}
	if len(value) > maxString {
		value = clipText(value, maxString)
	}
	return value
}

// shrink finds how many items fit, by halving the range.
func (c *call) shrink(s shrinker) ([]byte, error) {
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
		if len(raw) <= maxResult {
			low, best = middle, raw
		} else {
			high = middle
		}
	}
	return best, nil
}

// shrinkJSON shortens the largest list of an object until it fits, and says so.
// It serves results that are one object with several lists.
func shrinkJSON(raw []byte, limit int) []byte {
	v, err := decodeJSON(raw)
	object, ok := v.(map[string]any)
	if err != nil || !ok {
		return raw
	}
	dropped := map[string]int{}
	for len(raw) > limit {
		name, holder := largestList(object, "")
		if holder == nil {
			break
		}
		list, _ := holder.parent[holder.key].([]any)
		cut := max(len(list)/8, 1)
		holder.parent[holder.key] = list[:len(list)-cut]
		dropped[name] += cut
		words := ""
		for _, n := range sortedKeys(dropped) {
			if words != "" {
				words += ", "
			}
			words += strconv.Itoa(dropped[n]) + " of " + n
		}
		object["truncated"] = "left out to keep the answer small: " + words
		if raw, err = marshal(object); err != nil {
			return []byte(`{}`)
		}
	}
	return raw
}

type place struct {
	parent map[string]any
	key    string
}

// largestList finds the non-empty list with the most bytes, at any depth of
// objects.
func largestList(object map[string]any, prefix string) (string, *place) {
	var best *place
	bestName, bestSize := "", 0
	for _, key := range sortedKeys(object) {
		switch v := object[key].(type) {
		case []any:
			if raw, err := marshal(v); err == nil && len(v) > 0 && len(raw) > bestSize {
				best, bestName, bestSize = &place{object, key}, prefix+key, len(raw)
			}
		case map[string]any:
			if name, found := largestList(v, prefix+key+"."); found != nil {
				list := found.parent[found.key]
				if raw, err := marshal(list); err == nil && len(raw) > bestSize {
					best, bestName, bestSize = found, name, len(raw)
				}
			}
		}
	}
	return bestName, best
}

func clipText(s string, limit int) string {
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit] + "… (cut)"
}

// picture is a result that is an image with one line of text.
type picture struct {
	png     []byte
	caption string
}

func (p picture) result() *mcp.CallToolResult {
	return &mcp.CallToolResult{Content: []mcp.Content{
		mcp.TextContent{Type: mcp.ContentTypeText, Text: p.caption},
		mcp.ImageContent{Type: mcp.ContentTypeImage, MIMEType: "image/png", Data: base64Text(p.png)},
	}}
}
