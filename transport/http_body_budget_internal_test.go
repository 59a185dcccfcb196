package transport

import (
	"io"
	"strings"
	"testing"
)

// A message that is given up when its last byte has come is not taken for one that
// has arrived: its connection is broken, which would end the call in the middle.
func TestBodyBudgetGivesUpWhatHasJustCome(t *testing.T) {
	t.Parallel()
	box := &bodyBudget{maxHeld: 1 << 20, maxCount: 1}
	first := box.begin(strings.NewReader(strings.Repeat("x", smallMessage+100)), func() {})
	if _, err := io.ReadAll(first); err != nil {
		t.Fatal(err)
	}
	second := box.begin(strings.NewReader("y"), func() {})
	if first.arrived() {
		t.Error("the first message counts as arrived")
	}
	first.release()
	if _, err := io.ReadAll(second); err != nil || !second.arrived() {
		t.Errorf("the second message did not arrive: %v", err)
	}
	second.release()
	if box.held != 0 || box.incoming.Len() != 0 {
		t.Errorf("%d bytes of %d messages are held", box.held, box.incoming.Len())
	}
}
