package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

const (
	writableByGroup  fs.FileMode = 0o020
	writableByOthers fs.FileMode = 0o002
)

// errExposed marks a secret file that other users of the machine can replace.
var errExposed = errors.New("others can write it")

// checkExposure refuses a file that others can write, or put another in the place
// of: then it is they who choose the key or token. The file is looked at where its
// links lead, as secrets of Docker and Kubernetes are links, and so are the folders
// of the link and of the file. What cannot be looked at is for whoever reads it.
func checkExposure(path string) error {
	if runtime.GOOS == "windows" { // modes say nothing there
		return nil
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil //nolint:nilerr // reading it tells what is wrong
	}
	info, err := os.Stat(target)
	if err != nil || !info.Mode().IsRegular() {
		return nil //nolint:nilerr // as above
	}
	if info.Mode()&(writableByGroup|writableByOthers) != 0 {
		return &fileError{
			text:  fmt.Sprintf("file %s can be written by other users of this machine, so it is not used: chmod go-w it, and put a fresh secret in it", clip(target)),
			cause: errExposed,
		}
	}
	for _, dir := range []string{filepath.Dir(path), filepath.Dir(target)} {
		if info, err := os.Stat(dir); err == nil && openFolder(info) {
			return &fileError{
				text:  fmt.Sprintf("file %s is in the folder %s, in which other users of this machine can put another in its place, so it is not used: chmod go-w the folder", clip(path), clip(dir)),
				cause: errExposed,
			}
		}
	}
	return nil
}

// openFolder reports a folder in which others can replace files that are not
// theirs. In one with the sticky bit they cannot, and a private group is nobody
// else.
func openFolder(info fs.FileInfo) bool {
	mode := info.Mode()
	switch {
	case mode&fs.ModeSticky != 0:
		return false
	case mode&writableByOthers != 0:
		return true
	}
	return mode&writableByGroup != 0 && !privateGroup(info)
}

// readable reports that every user of the machine can read the file.
func readable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode()&0o004 != 0
}
