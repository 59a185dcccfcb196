//go:build unix && !linux

package transport

import "syscall"

// replaceDescriptor makes target a copy of source.
func replaceDescriptor(source, target int) error {
	return syscall.Dup2(source, target)
}
