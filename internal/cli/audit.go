package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"sync"

	"zerops-mcp/tools/tool"
)

// auditLog writes one JSON line for every call.
type auditLog struct {
	logger *slog.Logger

	mu   sync.Mutex
	out  io.Writer
	file *os.File
}

// openAuditLog appends to a file that only its owner reads, or to stderr.
func openAuditLog(path string, stderr io.Writer, logger *slog.Logger) (*auditLog, error) {
	if path == "stderr" {
		return &auditLog{logger: logger, out: stderr}, nil
	}
	file, err := openPrivate(path)
	if err != nil {
		return nil, fmt.Errorf("--audit-log: the file %s cannot be written: %w", clip(path), err)
	}
	return &auditLog{logger: logger, out: file, file: file}, nil
}

// errNotOwnFile is what a path must not be for us to write to it: a link would let
// whoever may create one choose which of our files gets the lines.
var errNotOwnFile = errors.New("it is a link or no regular file; name the file itself, or stderr")

// openPrivate opens a file to append to, or creates it, so that nobody but its
// owner can read it. It follows no link.
func openPrivate(path string) (*os.File, error) {
	if before, err := os.Lstat(path); err == nil && !before.Mode().IsRegular() {
		return nil, errNotOwnFile
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	opened, err := file.Stat()
	if err == nil {
		// Between the look and the opening a link may have come.
		if named, again := os.Lstat(path); again != nil || !named.Mode().IsRegular() || !os.SameFile(opened, named) {
			err = errNotOwnFile
		}
	}
	if err == nil && opened.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" { // where modes say nothing
		if err = file.Chmod(0o600); err != nil {
			err = fmt.Errorf("others can read it, and that cannot be changed: %w", err)
		}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

func (a *auditLog) write(ctx context.Context, record tool.AuditRecord) {
	line, err := json.Marshal(record)
	if err == nil {
		a.mu.Lock()
		_, err = a.out.Write(append(line, '\n'))
		a.mu.Unlock()
	}
	if err != nil {
		a.logger.ErrorContext(ctx, "the audit log could not be written", slog.Any("error", err))
	}
}

func (a *auditLog) close() {
	if a.file != nil {
		_ = a.file.Close()
	}
}
