package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"zerops-mcp/zerops"
)

// spec says what a tool is. Its effect decides annotations, read-only mode,
// confirmation, documentation and audit; a tool has exactly one, so that a
// client can approve reads without approving more.
type spec struct {
	Name        string // at most 40 characters
	Title       string
	Description string // at most 400 bytes
	Toolset     string
	Standard    bool // part of the default toolset
	Effect      zerops.Effect
	// LosesValue marks an update that overwrites a previous value.
	LosesValue bool
	// Idempotent marks a change whose repetition changes nothing more.
	Idempotent bool
	// OpenWorld marks a read that returns third-party text, or a change that makes
	// something public.
	OpenWorld bool
	// Secret marks a tool that exists only with --allow-secrets.
	Secret bool
	// LocalOnly marks a tool that makes no sense on a remote transport.
	LocalOnly bool
	// Offline marks a tool that asks the API nothing and so needs no token.
	Offline bool
	// Image marks the one tool without output schema, whose result is a picture.
	Image bool
}

// tool is a defined tool.
type tool struct {
	spec
	run    func(ctx context.Context, c *call, args json.RawMessage) (any, error)
	input  func() (*schema, error) // parsed on first use
	newIn  func() any              // for the schema test
	newOut func() any
}

// define makes a tool of a handler. The handler gets arguments that fit the
// schema of In, and returns a view that fits the schema of Out.
func define[In, Out any](s spec, handle func(ctx context.Context, c *call, in In) (Out, error)) *tool {
	t := newTool(s)
	t.newIn, t.newOut = func() any { return new(In) }, func() any { return new(Out) }
	t.run = func(ctx context.Context, c *call, args json.RawMessage) (any, error) {
		var in In
		if err := c.decode(args, &in); err != nil {
			return nil, err
		}
		return handle(ctx, c, in)
	}
	return t
}

// newTool and decode are what define would otherwise repeat in the binary for
// every tool.
func newTool(s spec) *tool {
	t := &tool{spec: s}
	t.input = sync.OnceValues(func() (*schema, error) { return parseSchema(t.inputSchema()) })
	return t
}

func (c *call) decode(args json.RawMessage, in any) error {
	if err := json.Unmarshal(args, in); err != nil {
		return &failure{Code: codeInvalidArguments, Message: fmt.Sprintf("the arguments of %s cannot be read: %v", c.tool.Name, err)}
	}
	return nil
}
