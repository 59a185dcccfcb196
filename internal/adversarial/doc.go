// Package adversarial holds tests that attack the program as somebody would who
// has nothing but its tools: an assistant that was talked into it, a caller with
// an access key, whoever writes what the tools show.
//
// Every test drives the whole program through [zerops-mcp/internal/cli.Run], with
// real settings, a real client and the simulated account behind it, and judges by
// what was answered and what reached the platform. No test knows how the tools are
// built.
//
// A case is an attack with an id. Those that still work stand in
// testdata/known-failures.txt; the list may only shrink, and the run fails when a
// listed attack no longer works, so that nothing stays listed that is mended.
package adversarial
