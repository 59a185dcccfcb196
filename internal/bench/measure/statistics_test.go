package measure_test

import (
	"errors"
	"testing"
	"time"

	"zerops-mcp/internal/bench/measure"
)

func TestPercentiles(t *testing.T) {
	t.Parallel()
	values := []int{9, 1, 8, 2, 7, 3, 6, 4, 5, 10}
	for percent, want := range map[int]int{0: 1, 50: 6, 90: 10, 99: 10, 100: 10} {
		if got := measure.Percentile(values, percent); got != want {
			t.Errorf("%d percent: %d, not %d", percent, got, want)
		}
	}
	if got := measure.Median([]float64{3}); got != 3 {
		t.Errorf("the median of one value is %v", got)
	}
	if values[0] != 9 {
		t.Error("the values were sorted in place")
	}
}

// TestBestRound takes the round in which the first way was fastest beside the
// second, and measures no longer than it must.
func TestBestRound(t *testing.T) {
	t.Parallel()
	rounds := 0
	ours := func() (time.Duration, error) {
		rounds++
		return []time.Duration{0, 30, 0, 10, 0, 20}[rounds-1], nil // every first turn only warms up
	}
	other := func() (time.Duration, error) { return 10, nil }
	never := func([]time.Duration) bool { return false }
	best, err := measure.Best(1, never, ours, other)
	if err != nil || best[0] != 10 || rounds != 6 {
		t.Errorf("%v after %d turns, %v", best, rounds, err)
	}
	rounds = 0
	if _, err := measure.Best(1, func([]time.Duration) bool { return true }, ours, other); err != nil || rounds != 2 {
		t.Errorf("%d turns, %v", rounds, err)
	}
	broken := errors.New("broken")
	if _, err := measure.Best(1, never, ours, func() (time.Duration, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}
