// Package effects reads what a request to the API does, from what it sends: the
// consequences by which it is asked about, and the tools whose work it does. It uses
// the kernel and the readers of manifests and ports.
package effects
