package tool

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
)

// TestWriteOutlivesItsCall gives up a slow write: the call ends in time and
// uncertain, the write goes on to its end, and the race detector finds nothing that
// both of them touch.
func TestWriteOutlivesItsCall(t *testing.T) {
	t.Parallel()
	ctx, hangUp := context.WithCancel(t.Context())
	begun, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		<-begun
		hangUp()
	}()
	c := &Call{used: "a confirmation"}
	made, err := Change(ctx, c, func(ctx context.Context) ([]string, error) {
		close(begun)
		made := []string{"begun"}
		<-time.After(StopGrace + 500*time.Millisecond) // nothing that would order it after the call
		made[0] = "ended"
		ended <- ctx.Err()
		return made, nil
	})
	if _, uncertain := errors.AsType[*zerops.UncertainError](err); !uncertain || made != nil {
		t.Errorf("the call ended with %v, %v", made, err)
	}
	if c.sent.settled() {
		t.Error("the write counts as refused")
	}
	if err := <-ended; err != nil {
		t.Errorf("the write was cut: %v", err)
	}
}

// TestWriteThatEndsInTimeIsTold: a caller who has hung up is still told what came of
// a write that ends within the grace.
func TestWriteThatEndsInTimeIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		made, err := Change(ctx, &Call{}, func(context.Context) (string, error) {
			<-time.After(StopGrace / 2)
			return "made", nil
		})
		if made != "made" || err != nil {
			t.Errorf("%q, %v", made, err)
		}
	})
}
