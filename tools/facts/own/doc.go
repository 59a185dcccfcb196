// Package own keeps a server from changing what it depends on itself: its own
// service, the variables that it reads, and whatever would hand its token to another
// service. The kernel asks it about every request and all arguments. It uses the
// kernel and the readers of variables and manifests.
package own
