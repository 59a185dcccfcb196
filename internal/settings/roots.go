package settings

import (
	"path/filepath"
	"strings"
)

// defaultRoot is the working directory, unless that would hand over far more
// than a project: clients often start servers in /, in the home directory or,
// on Windows, in the system directory.
func defaultRoot(dir, home, system string) string {
	if dir == "" || !filepath.IsAbs(dir) || isFilesystemRoot(dir) {
		return ""
	}
	dir = filepath.Clean(dir)
	target := resolved(dir)
	if isFilesystemRoot(target) {
		return ""
	}
	if home != "" {
		for _, h := range []string{filepath.Clean(home), resolved(home)} {
			if within(dir, h) || within(target, h) {
				return ""
			}
		}
	}
	if system != "" && within(system, dir) {
		return ""
	}
	return dir
}

// within reports whether the inner path is the outer one or lies below it.
func within(outer, inner string) bool {
	rel, err := filepath.Rel(outer, inner)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func resolved(path string) string {
	if r, err := filepath.EvalSymlinks(path); err == nil {
		return r
	}
	return path
}

// isFilesystemRoot recognises /, C:\ and \\server\share on every system.
func isFilesystemRoot(path string) bool {
	p := strings.ReplaceAll(path, `\`, "/")
	if share, ok := strings.CutPrefix(p, "//"); ok {
		return strings.Count(strings.Trim(share, "/"), "/") <= 1
	}
	p = strings.TrimRight(p, "/")
	return p == "" || len(p) == 2 && p[1] == ':'
}
