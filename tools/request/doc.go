// Package request is what a transport tells a tool about the request that it
// carries: who calls, that the server is about to end, and where progress goes. It
// is a leaf: transports use it and nothing else below tools, the tools use it
// through the kernel.
package request
