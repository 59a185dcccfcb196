package tools

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// AuditRecord says who did what. It holds no argument values and no secret.
type AuditRecord struct {
	Time       time.Time `json:"time"`
	Caller     string    `json:"caller"` // hash of the token
	Label      string    `json:"label,omitempty"`
	RequestID  string    `json:"request_id,omitempty"`
	Tool       string    `json:"tool"`
	Effect     string    `json:"effect"`
	Targets    []string  `json:"targets,omitempty"`
	Arguments  string    `json:"arguments"` // keyed digest
	Confirmed  string    `json:"confirmed,omitempty"`
	Outcome    string    `json:"outcome"`
	Operations []string  `json:"operations,omitempty"`
	Took       float64   `json:"took_seconds"`
}

func (c *call) audit(ctx context.Context) {
	if c.server.cfg.Audit == nil {
		return
	}
	caller, _ := CallerFrom(ctx)
	c.mu.Lock()
	operations := append([]string(nil), c.operations...)
	c.mu.Unlock()
	record := AuditRecord{
		Time: c.started.UTC(), Label: caller.Label, RequestID: caller.RequestID,
		Tool: c.tool.Name, Effect: c.tool.Effect.String(), Arguments: c.server.digest("audit", c.request.args),
		Outcome: c.outcome, Operations: operations, Took: time.Since(c.started).Seconds(),
	}
	if c.credential.Token != "" {
		record.Caller = c.credential.callerID()
	}
	for _, target := range c.targets {
		record.Targets = append(record.Targets, c.redactor.text(target))
	}
	if c.used != "" {
		record.Confirmed = string(c.confirmedBy())
	}
	c.server.cfg.Audit(ctx, record)
}

// digest is a keyed hash for comparing without revealing.
func (s *runner) digest(purpose string, data []byte) string {
	mac := hmac.New(sha256.New, s.cfg.SigningKey)
	mac.Write([]byte(purpose + "\x00"))
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil)[:12])
}
