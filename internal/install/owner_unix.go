//go:build unix

package install

import (
	"os"
	"syscall"
)

// keepOwner gives a file the owner of the one that it replaces, which only
// matters, and only works, for the superuser.
func keepOwner(path string, was os.FileInfo) {
	if s, ok := was.Sys().(*syscall.Stat_t); ok && os.Getuid() == 0 {
		_ = os.Chown(path, int(s.Uid), int(s.Gid))
	}
}
