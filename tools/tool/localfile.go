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

// ReadLocal reads a small text file under one of the deploy roots, for its
// variables.
func (c *Call) ReadLocal(name string) (text, shown string, err error) {
	return c.ReadLocalFile("path", name, maxLocalFile)
}

// ReadLocalFile reads a text file of at most so many bytes under one of the deploy
// roots; field is the argument that names it. A symbolic link is followed only as
// far as it stays under its root: the root is held open and the path is walked from
// there, so nothing can be swapped in between. Files of this server itself are not
// read under any name. It also returns how to call the file in an answer. A file that
// is not there is an error that is fs.ErrNotExist as well.
func (c *Call) ReadLocalFile(field, name string, most int) (text, shown string, err error) {
	roots := c.Runner.cfg.DeployRoots
	shown = Clean(name, 120)
	if len(roots) == 0 {
		return "", shown, &Failure{
			Code: request.CodeOutOfScope, Message: "this server may read no local directory; nothing was changed",
			Hint: "The operator names directories with --deploy-root.",
		}
	}
	if name == "" || strings.ContainsRune(name, 0) {
		return "", shown, Invalid(field, "is empty or holds a NUL byte")
	}
	found := false
	for _, root := range roots {
		relative, ok := below(root, name)
		if !ok {
			continue
		}
		found = true
		text, err = readUnder(root, field, relative, most, c.Runner.cfg.OwnFiles)
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
		return "", shown, &absentError{Invalid(field, "%s does not exist under the directories this server may read", shown)}
	case errors.Is(err, fs.ErrPermission):
		return "", shown, Invalid(field, "%s may not be read by this server", shown)
	case err != nil:
		// The package os reports a path that leaves its root in words only; all else
		// that can go wrong here is no better.
		return "", shown, &Failure{Code: request.CodeOutOfScope, Message: shown + " leads outside the directories this server may read, or cannot be opened; nothing was changed"}
	}
	return text, shown, nil
}

// absentError says that a file is not there, in a failure that can be told from
// others.
type absentError struct{ failure *Failure }

func (e *absentError) Error() string { return e.failure.Error() }

// Unwrap gives the failure for the answer, and what it is about.
func (e *absentError) Unwrap() []error { return []error{e.failure, fs.ErrNotExist} }

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

func readUnder(root, field, relative string, most int, own []string) (string, error) {
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
		return "", Invalid(field, "is not a regular file")
	}
	for _, path := range own {
		if mine, err := os.Stat(path); err == nil && os.SameFile(mine, info) {
			return "", Invalid(field, "belongs to this server: its token, keys and records are not read")
		}
	}
	raw, err := io.ReadAll(io.LimitReader(file, int64(most)+1))
	switch {
	case err != nil:
		return "", err
	case len(raw) > most:
		return "", Invalid(field, "is larger than %d KB", most>>10)
	case !utf8.Valid(raw):
		return "", Invalid(field, "is not UTF-8 text")
	}
	return string(raw), nil
}
