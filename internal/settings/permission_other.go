//go:build !unix

package settings

import "io/fs"

func privateGroup(fs.FileInfo) bool { return false }
