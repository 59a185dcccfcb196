//go:build !race

package adversarial_test

// raceDetector reports whether the race detector slows this run down.
const raceDetector = false
