package tooltest

import (
	"bytes"
	"context"
	"sync"

	"zerops-mcp/tools/tool"
)

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the buffer.
func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns all that was written.
func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type auditLog struct {
	Mu      sync.Mutex
	Records []tool.AuditRecord
}

func (l *auditLog) add(_ context.Context, r tool.AuditRecord) {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	l.Records = append(l.Records, r)
}

// Last returns the newest record, a zero one where there is none.
func (l *auditLog) Last() tool.AuditRecord {
	l.Mu.Lock()
	defer l.Mu.Unlock()
	if len(l.Records) == 0 {
		return tool.AuditRecord{}
	}
	return l.Records[len(l.Records)-1]
}
