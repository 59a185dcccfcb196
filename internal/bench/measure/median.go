package measure

import (
	"cmp"
	"slices"
	"time"
)

// Median returns the middle one of some values.
func Median[T cmp.Ordered](values []T) T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

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

// Timed is a way whose whole time counts.
func Timed(do func() error) func() (time.Duration, error) {
	return func() (time.Duration, error) {
		begun := time.Now()
		err := do()
		return time.Since(begun), err
	}
}
