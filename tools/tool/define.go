package tool

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"reflect"
	"sync"

	"zerops-mcp/tools/request"
	"zerops-mcp/zerops"
)

// Spec says what a tool is. Its effect decides annotations, read-only mode,
// confirmation, documentation and audit; a tool has exactly one, so that a
// client can approve reads without approving more.
type Spec struct {
	Name        string // at most 40 characters
	Title       string
	Description string // at most 400 bytes
	Toolset     string
	Standard    bool // part of the default toolset
	Effect      zerops.Effect
	// Can is what the tool can do at most. Left out, it is what its operations can, and
	// anything where they are not named.
	Can zerops.Consequence
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
	// Waits marks a read that waits for work of the platform, and so may take as
	// long as a change may.
	Waits bool
	// Always marks a tool that "exclude every tool" leaves, because it says so.
	Always bool
	// Needs says who may use the tool, where its effect does not say it.
	Needs string
	// Operations are those of the API that the tool was made for.
	Operations []zerops.Operation
	// LookAgain names what shows whether a change took effect whose answer was lost.
	// Every tool that changes something has it.
	LookAgain LookAgain
}

// SeeFinances is what the platform asks of who reads costs, members and tokens.
const SeeFinances = "the right to view finances or an admin role in the organisation"

// Tool is a defined tool.
type Tool struct {
	Spec
	files embed.FS // of its room, with the schemas
	run   func(ctx context.Context, c *Call, args json.RawMessage) (any, error)
	In    reflect.Type // of the arguments
	Out   reflect.Type // of the result
	once  sync.Once
	input *Schema // parsed on first use
	err   error
}

// Define makes a tool of a handler. In and Out are pointers to structs: the handler
// gets arguments that fit the schema of the first, and returns a view that fits the
// schema of the second. (Of pointers the compiler makes one function for all tools;
// of structs it would make one for each, with all their tags in its name.)
func Define[In, Out any](s Spec, handle func(ctx context.Context, c *Call, in In) (Out, error)) *Tool {
	if s.Can == 0 && s.Effect != zerops.Reads {
		for _, op := range s.Operations {
			s.Can |= op.Can()
		}
		if s.Can == 0 {
			s.Can = zerops.Anything
		}
	}
	t := &Tool{Spec: s, In: reflect.TypeFor[In]().Elem(), Out: reflect.TypeFor[Out]().Elem()}
	t.run = func(ctx context.Context, c *Call, args json.RawMessage) (any, error) {
		in, _ := reflect.TypeAssert[In](reflect.New(t.In))
		if err := c.decode(args, in); err != nil {
			return nil, err
		}
		return handle(ctx, c, in)
	}
	return t
}

// Input returns the parsed schema of the arguments.
func (t *Tool) Input() (*Schema, error) {
	t.once.Do(func() { t.input, t.err = ParseSchema(t.InputSchema()) })
	return t.input, t.err
}

func (c *Call) decode(args json.RawMessage, in any) error {
	if err := json.Unmarshal(args, in); err != nil {
		return &Failure{Code: request.CodeInvalidArguments, Message: fmt.Sprintf("the arguments of %s cannot be read: %v", c.Tool.Name, err)}
	}
	return nil
}
