// Package observe has the tools that show what happens and happened: processes,
// events, metrics, costs and charts, and the one that waits. It uses readers, and the
// room deploy for uploads that it waits for.
package observe
