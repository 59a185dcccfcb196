package settings

import "zerops-mcp/internal/phrase"

// Closest returns the candidate nearest to what was written, or "" when none
// is near enough to be what was meant.
func Closest(written string, candidates []string) string {
	limit := max(1, min(3, len(written)/3))
	best, bestAt := "", limit+1
	for _, c := range candidates {
		if d := phrase.Distance(written, c); d < bestAt {
			best, bestAt = c, d
		}
	}
	return best
}
