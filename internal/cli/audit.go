package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
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
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("--audit-log: the file %s cannot be written: %w", clip(path), err)
	}
	return &auditLog{logger: logger, out: file, file: file}, nil
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
