//go:build unix

package transport

import (
	"os"
	"syscall"
)

// claimStdout moves descriptor 1 to a new one and makes 1 a copy of 2.
func claimStdout() (*os.File, error) {
	syscall.ForkLock.RLock()
	wire, err := syscall.Dup(syscall.Stdout)
	if err == nil {
		syscall.CloseOnExec(wire)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("dup", err)
	}
	if err := replaceDescriptor(syscall.Stderr, syscall.Stdout); err != nil {
		_ = syscall.Close(wire) // the error that is returned came first
		return nil, os.NewSyscallError("dup2", err)
	}
	return os.NewFile(uintptr(wire), "protocol"), nil
}
