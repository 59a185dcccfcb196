package logs

import (
	"context"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Grant opens the logs of a project that was checked to be in scope. What it
// holds is kept out of every result, and so are the variables of the project, because
// applications like to print their configuration. [tool.Call.Learn] tells which could
// not be read.
func Grant(ctx context.Context, c *tool.Call, projectID string) (grant *zerops.LogGrant, err error) {
	zerops.FanOut(2, func(i int) error {
		if i == 0 {
			grant, err = c.API.LogGrant(ctx, projectID)
		} else {
			c.Learn(ctx, projectID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.Redactor.Keep(grant.Secrets()...)
	return grant, nil
}

// Lines reads log lines with a grant, which may be renewed on the way.
func Lines(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, q zerops.LogQuery) ([]zerops.LogLine, error) {
	lines, err := c.API.FetchLogs(ctx, grant, q)
	c.Redactor.Keep(grant.Secrets()...)
	return lines, err
}
