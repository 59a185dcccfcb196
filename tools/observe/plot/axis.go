package plot

import (
	"math"
	"strconv"
)

// The values an axis can show; beyond them a value is as good as infinite or zero.
const (
	largest  = 1e30
	smallest = 1e-9
)

// axis is the upright axis of a plot, from zero to a round number.
type axis struct {
	top, step float64
	decimals  int
}

// newAxis finds the axis that holds all values with at most six steps and reaches
// at least to least. Where the values decide, there is room above the highest.
func newAxis(values []float64, least float64) axis {
	highest := 0.0
	least = min(least, largest)
	for _, v := range values {
		if !math.IsNaN(v) {
			highest = max(highest, min(v, largest))
		}
	}
	if least >= highest {
		highest = least
	} else {
		highest *= 1.04
	}
	if !(highest >= smallest) {
		highest = 1
	}
	power := math.Floor(math.Log10(highest / 6))
	unit := math.Pow(10, power)
	step := 10 * unit
	for _, n := range []float64{1, 2, 5} {
		if n*unit*6 >= highest*(1-1e-9) {
			step = n * unit
			break
		}
	}
	if step == 10*unit {
		power++
	}
	return axis{top: math.Ceil(highest/step-1e-9) * step, step: step, decimals: int(max(-power, 0))}
}

// label writes a value of the axis, with as many decimals as its steps have.
func (a axis) label(v float64) string {
	if a.top >= 1e7 {
		return strconv.FormatFloat(v, 'g', 4, 64)
	}
	return strconv.FormatFloat(v, 'f', a.decimals, 64)
}

// share is how high a value is on the axis, from 0 to 1.
func (a axis) share(v float64) float64 { return min(max(v/a.top, 0), 1) }
