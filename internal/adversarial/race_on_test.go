//go:build race

package adversarial_test

// slowdown is about how many times longer the race detector makes a computation.
const slowdown = 8
