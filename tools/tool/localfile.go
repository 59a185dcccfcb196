package tool

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"

	"zerops-mcp/tools/request"
)

// maxLocalFile bounds a file that is read for its variables.
const maxLocalFile = 64 << 10

// ReadLocal reads a small text file under one of the roots. A symbolic link is
// followed only as far as it stays under its root: the root is held open and the
// path is walked from there, so nothing can be swapped in between. It also
// returns how to call the file in an answer.
func ReadLocal(roots []string, name string) (text, shown string, err error) {
	shown = Clean(name, 120)
	if len(roots) == 0 {
		return "", shown, &Failure{
			Code: request.CodeOutOfScope, Message: "this server may read no local directory; nothing was changed",
			Hint: "The operator names directories with --deploy-root.",
		}
	}
	if name == "" || strings.ContainsRune(name, 0) {
		return "", shown, Invalid("path", "is empty or holds a NUL byte")
	}
	found := false
	for _, root := range roots {
		relative, ok := below(root, name)
		if !ok {
			continue
		}
		found = true
		text, err = readUnder(root, relative)
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	var refused *Failure
	switch {
	case !found:
		return "", shown, &Failure{
			Code: request.CodeOutOfScope, Message: shown + " is outside the directories this server may read; nothing was changed",
			Hint: "The operator can add its directory with --deploy-root.",
		}
	case errors.As(err, &refused):
		return "", shown, refused
	case errors.Is(err, fs.ErrNotExist):
		return "", shown, Invalid("path", "%s does not exist under the directories this server may read", shown)
	case errors.Is(err, fs.ErrPermission):
		return "", shown, Invalid("path", "%s may not be read by this server", shown)
	case err != nil:
		// The package os reports a path that leaves its root in words only; all else
		// that can go wrong here is no better.
		return "", shown, &Failure{Code: request.CodeOutOfScope, Message: shown + " leads outside the directories this server may read, or cannot be opened; nothing was changed"}
	}
	return text, shown, nil
}

// below returns the path of name relative to the root. A relative name is meant
// to start there.
func below(root, name string) (string, bool) {
	if !filepath.IsAbs(name) {
		return name, filepath.IsLocal(name)
	}
	for _, base := range []string{root, evaluated(root)} {
		for _, target := range []string{filepath.Clean(name), filepath.Join(evaluated(filepath.Dir(name)), filepath.Base(name))} {
			if relative, err := filepath.Rel(base, target); err == nil && filepath.IsLocal(relative) {
				return relative, true
			}
		}
	}
	return "", false
}

func evaluated(p string) string {
	if target, err := filepath.EvalSymlinks(p); err == nil {
		return target
	}
	return p
}

func readUnder(root, relative string) (string, error) {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return "", err
	}
	defer func() { _ = dir.Close() }()
	// Without O_NONBLOCK a named pipe would hold the call until somebody writes.
	file, err := dir.OpenFile(relative, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", Invalid("path", "is not a regular file")
	}
	raw, err := io.ReadAll(io.LimitReader(file, maxLocalFile+1))
	switch {
	case err != nil:
		return "", err
	case len(raw) > maxLocalFile:
		return "", Invalid("path", "is larger than %d KB", maxLocalFile>>10)
	case !utf8.Valid(raw):
		return "", Invalid("path", "is not UTF-8 text")
	}
	return string(raw), nil
}
