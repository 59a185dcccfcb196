package plot

// AxisLabels are the highest label of the axis for values, and the first above zero.
func AxisLabels(values []float64, least float64) (top, second string) {
	a := newAxis(values, least)
	return a.label(a.top), a.label(a.step)
}
