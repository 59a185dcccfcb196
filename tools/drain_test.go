package tools_test

import (
	"testing"

	"zerops-mcp/tools/request"
)

func TestDraining(t *testing.T) {
	t.Parallel()

	if c := request.Draining(t.Context()); c != nil {
		t.Fatal("a context without the signal has a drain channel")
	}

	signal := make(chan struct{})
	ctx := request.WithDrain(t.Context(), signal)
	select {
	case <-request.Draining(ctx):
		t.Fatal("draining before the signal")
	default:
	}
	close(signal)
	select {
	case <-request.Draining(ctx):
	default:
		t.Fatal("not draining after the signal")
	}
}
