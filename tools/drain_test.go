package tools_test

import (
	"testing"

	"zerops-mcp/tools"
)

func TestDraining(t *testing.T) {
	t.Parallel()

	if c := tools.Draining(t.Context()); c != nil {
		t.Fatal("a context without the signal has a drain channel")
	}

	signal := make(chan struct{})
	ctx := tools.WithDrain(t.Context(), signal)
	select {
	case <-tools.Draining(ctx):
		t.Fatal("draining before the signal")
	default:
	}
	close(signal)
	select {
	case <-tools.Draining(ctx):
	default:
		t.Fatal("not draining after the signal")
	}
}
