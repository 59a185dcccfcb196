package zerops

import "context"

type (
	traceKey    struct{}
	observerKey struct{}
)

// WithTrace returns a context whose requests carry the W3C traceparent.
func WithTrace(ctx context.Context, traceparent string) context.Context {
	return context.WithValue(ctx, traceKey{}, traceparent)
}

func traceFrom(ctx context.Context) string {
	trace, _ := ctx.Value(traceKey{}).(string)
	return trace
}

// WithObserver returns a context whose requests are reported to observe after
// each attempt, such as for an audit line. It must be safe for concurrent use.
func WithObserver(ctx context.Context, observe func(Attempt)) context.Context {
	return context.WithValue(ctx, observerKey{}, observe)
}
