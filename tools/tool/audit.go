package tool

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"zerops-mcp/tools/request"
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

func (c *Call) audit(ctx context.Context) {
	if c.Runner.cfg.Audit == nil {
		return
	}
	caller, _ := request.CallerFrom(ctx)
	record := AuditRecord{
		Time: c.started.UTC(), Label: caller.Label, RequestID: caller.RequestID,
		Tool: c.Tool.Name, Effect: c.Tool.Effect.String(), Arguments: c.Runner.Digest("audit", c.request.Args),
		Outcome: c.outcome, Operations: c.sent.names(), Took: time.Since(c.started).Seconds(),
	}
	if c.Credential.Token != "" {
		record.Caller = c.Credential.CallerID()
	}
	for _, target := range c.targets {
		record.Targets = append(record.Targets, c.Redactor.Text(target))
	}
	if c.used != "" {
		record.Confirmed = string(confirmedBy(c))
	}
	c.Runner.cfg.Audit(ctx, record)
}

// Digest is a keyed hash for comparing without revealing.
func (s *Runner) Digest(purpose string, data []byte) string {
	mac := hmac.New(sha256.New, s.cfg.SigningKey)
	mac.Write([]byte(purpose + "\x00"))
	mac.Write(data)
	return hex.EncodeToString(mac.Sum(nil)[:12])
}
