package request

import (
	"context"
)

type progressKey struct{}

// WithProgress returns a context whose waits are reported to report, for callers
// in this process. It is called from one goroutine at a time.
func WithProgress(ctx context.Context, report func(message string)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// ProgressFrom returns where waits are reported, nil where nobody listens.
func ProgressFrom(ctx context.Context) func(string) {
	report, _ := ctx.Value(progressKey{}).(func(string))
	return report
}
