//go:build unix

package settings

import (
	"io/fs"
	"os"
	"syscall"
)

// privateGroup reports the group that many systems make for each user, with the
// number of the user, who is the one that runs this program.
func privateGroup(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == stat.Gid && int64(stat.Uid) == int64(os.Geteuid())
}
