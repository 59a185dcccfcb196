package logs

import (
	"context"
	"slices"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

const (
	// firstLook and slowestLook are the times between two readings of a log that has no
	// stream.
	firstLook   = time.Second
	slowestLook = 5 * time.Second
	// lookLines is how many lines such a reading asks for.
	lookLines = 500
	// maxLookFailures ends them when they keep failing, each after its own retries.
	maxLookFailures = 3
)

// Follow calls see for each line of a log behind at until see returns false, which
// ends it with nil, or ctx ends. It opens the log stream, and where that cannot be had
// or keeps breaking off, it reads the log every few seconds. byReading reports that.
func Follow(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, q zerops.LogQuery, at *zerops.LogPosition, see func(zerops.LogLine) bool) (byReading bool, err error) {
	err = c.API.FollowLogs(ctx, grant, q, at, see)
	c.Redactor.Keep(grant.Secrets()...)
	if err == nil || ctx.Err() != nil {
		return false, err
	}
	return true, LookAgain(ctx, c, grant, q, at, see)
}

// LookAgain is [Follow] without a stream.
func LookAgain(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, q zerops.LogQuery, at *zerops.LogPosition, see func(zerops.LogLine) bool) error {
	q.OldestFirst = false
	failures := 0
	for delay := firstLook; ; delay = min(delay*3/2, slowestLook) {
		lines, err := newLines(ctx, c, grant, q, at)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			failures = 0
		case failures+1 >= maxLookFailures:
			return err
		default:
			failures++
		}
		for _, line := range lines {
			if !see(line) {
				return nil
			}
		}
		if len(lines) > 0 {
			delay = firstLook
		}
		if !zerops.Pause(ctx, delay) {
			return ctx.Err()
		}
	}
}

// newLines reads the lines behind at, the oldest first. Where more were written than
// one reading asks for, another asks for all that can be had.
func newLines(ctx context.Context, c *tool.Call, grant *zerops.LogGrant, q zerops.LogQuery, at *zerops.LogPosition) ([]zerops.LogLine, error) {
	var lines []zerops.LogLine
	var err error
	for _, q.Limit = range []int{lookLines, zerops.MaxLogLines} {
		if lines, err = c.API.FetchLogs(ctx, grant, q); err != nil {
			break
		}
		if len(lines) < q.Limit || slices.ContainsFunc(lines, at.Knows) {
			break
		}
	}
	c.Redactor.Keep(grant.Secrets()...) // it may have been renewed
	slices.Reverse(lines)
	return slices.DeleteFunc(lines, func(line zerops.LogLine) bool { return !at.Advance(line) }), err
}
