package transport

import (
	"os"
	"syscall"
)

// claimStdout keeps the handle of standard output and makes the process' one
// that of standard error, for everything that asks for it later.
func claimStdout() (*os.File, error) {
	wire := os.Stdout
	setStdHandle := syscall.NewLazyDLL("kernel32.dll").NewProc("SetStdHandle")
	// STD_OUTPUT_HANDLE is -11, passed as the DWORD that the call expects.
	if ok, _, err := setStdHandle.Call(uintptr(^uint32(11)+1), os.Stderr.Fd()); ok == 0 {
		return nil, os.NewSyscallError("SetStdHandle", err)
	}
	syscall.Stdout = syscall.Handle(os.Stderr.Fd())
	return wire, nil
}
