package logs

import (
	"context"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Grant opens the logs of a project that was checked to be in scope. What it
// holds is kept out of every result.
func Grant(ctx context.Context, c *tool.Call, projectID string) (*zerops.LogGrant, error) {
	grant, err := c.API.LogGrant(ctx, projectID)
	if err != nil {
		return nil, err
	}
	c.Redactor.Keep(grant.Secrets()...)
	return grant, nil
}

// Lines reads log lines with a grant, which may be renewed on the way. Secrets are
// taken out of them as far as they are known by now.
func Lines(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, q zerops.LogQuery) ([]zerops.LogLine, error) {
	lines, err := c.API.FetchLogs(ctx, grant, q)
	c.Redactor.Keep(grant.Secrets()...)
	for i := range lines {
		lines[i].Message = c.Redactor.Hidden(tool.CleanText(lines[i].Message))
	}
	return lines, err
}
