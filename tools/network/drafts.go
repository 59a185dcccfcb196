package network

import (
	"context"
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Domains and ports are edited as drafts, and one call applies all drafts of a
// project, whoever made them (platform §4.14).

// syncPauses are the waits between tries to apply drafts while another
// application is running.
func syncPauses() []time.Duration {
	return []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 0}
}

// applyDrafts applies drafts. While others are being applied it waits its turn:
// the platform refuses until then, so that trying again repeats nothing.
func applyDrafts(ctx context.Context, projectID string, sync func(context.Context, string) (zerops.Process, error)) (zerops.Process, error) {
	var process zerops.Process
	var err error
	for _, pause := range syncPauses() {
		process, err = sync(ctx, projectID)
		if !syncRunning(err) || pause == 0 || !tool.Delay(ctx, pause) {
			break
		}
	}
	return process, err
}

// whileSynced repeats an edit that is refused because drafts are being applied.
func whileSynced(ctx context.Context, edit func() error) error {
	var err error
	for _, pause := range syncPauses() {
		if err = edit(); !syncRunning(err) || pause == 0 || !tool.Delay(ctx, pause) {
			break
		}
	}
	return err
}

func syncRunning(err error) bool {
	return zerops.HasCode(err, "publicHttpRoutingSyncRunning", "publicPortRoutingSyncRunning")
}

// foreignDrafts refuses to apply drafts that the call did not make: they may be
// half finished, or deletions that nobody confirmed.
func foreignDrafts(kind string, drafts []string, apply, discard zerops.Operation) error {
	if len(drafts) == 0 {
		return nil
	}
	return &tool.Failure{
		Code: request.CodeConflict,
		Message: fmt.Sprintf("the project has %s changes that were never applied, and applying this one would apply them too: %s; nothing was changed",
			kind, strings.Join(firstDrafts(drafts, "%s"), "; ")),
		Hint: fmt.Sprintf("A person can apply or discard them in the Zerops GUI; write_api can as well, with %s or %s, once they agree.", apply, discard),
	}
}

// firstDrafts puts some of the drafts into words, and says how many more there are.
func firstDrafts(drafts []string, format string) []string {
	const shown = 10
	var words []string
	for _, draft := range drafts[:min(len(drafts), shown)] {
		words = append(words, fmt.Sprintf(format, draft))
	}
	if more := len(drafts) - shown; more > 0 {
		words = append(words, fmt.Sprintf("and %d more like these", more))
	}
	return words
}

// appliedAsWell is what a plan says of drafts that are applied with a removal.
const appliedAsWell = "applied as well, because it was never applied: %s"
