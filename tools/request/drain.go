package request

import (
	"context"
)

// drainKey is the context key of the drain signal.
type drainKey struct{}

// WithDrain returns a context that carries the signal that the server is about
// to end: c is closed when no further input will come or the process was told
// to stop. The call may still finish, but should not wait for anything that it
// can report as unfinished.
func WithDrain(ctx context.Context, c <-chan struct{}) context.Context {
	return context.WithValue(ctx, drainKey{}, c)
}

// Draining returns the channel that is closed when the server is about to end.
// It is nil, and so never ready in a select, for a context without that signal.
func Draining(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(drainKey{}).(<-chan struct{})
	return c
}
