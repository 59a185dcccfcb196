// Package simulator is a Zerops account in memory, served over real HTTP with the
// paths, shapes and habits of the public REST API.
//
// It exists for two readers: people who try the server with --demo, and tests that
// want the behaviour of the platform rather than the behaviour of a mock. So it
// keeps the awkward parts: a missing object is HTTP 400 with a …NotFound code,
// every change is a process that takes time, searches read an index that trails
// the writes, a value that the caller may not read is the word REDACTED, keys of
// an import that the platform drops are dropped without a word.
//
//	sim := simulator.New()
//	running, err := sim.Start(ctx)
//	...
//	defer running.Close()
//	client := …(running.URL, simulator.OwnerToken)
//
// A Simulator is an http.Handler as well, and RoundTripper answers requests
// without any network, which is what a testing/synctest bubble needs.
//
// The account is the same from run to run: ids come from a seeded generator and
// every time is relative to the clock at the moment of New.
package simulator
