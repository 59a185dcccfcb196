package tools

import (
	"context"

	"zerops-mcp/zerops"
)

// logGrant opens the logs of a project that was checked to be in scope. What it
// holds is kept out of every result.
func (c *call) logGrant(ctx context.Context, projectID string) (*zerops.LogGrant, error) {
	grant, err := c.api.LogGrant(ctx, projectID)
	if err != nil {
		return nil, err
	}
	c.redactor.keep(grant.Secrets()...)
	return grant, nil
}

// logLines reads log lines with a grant, which may be renewed on the way. Secrets are
// taken out of them as far as they are known by now.
func (c *call) logLines(ctx context.Context, grant *zerops.LogGrant, q zerops.LogQuery) ([]zerops.LogLine, error) {
	lines, err := c.api.FetchLogs(ctx, grant, q)
	c.redactor.keep(grant.Secrets()...)
	for i := range lines {
		lines[i].Message = c.redactor.hidden(cleanText(lines[i].Message))
	}
	return lines, err
}
