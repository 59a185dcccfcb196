package tool

import (
	"sort"
	"strings"

	"zerops-mcp/internal/phrase"
)

// Closest returns up to limit candidates that look like word, best first. A
// candidate qualifies by containing the word, or by an edit distance of at most
// a third of its length.
func Closest(word string, candidates []string, limit int) []string {
	type scored struct {
		text  string
		score int
	}
	var near []scored
	lower := strings.ToLower(word)
	for _, candidate := range candidates {
		c := strings.ToLower(candidate)
		distance := phrase.Distance(lower, c)
		switch {
		case c == lower:
			distance = 0
		case len(lower) >= 3 && (strings.Contains(c, lower) || strings.Contains(lower, c) && len(c) >= 3):
			distance = min(distance, 2)
		case distance > max(len(lower), len(c))/3+1:
			continue
		}
		near = append(near, scored{candidate, distance})
	}
	sort.SliceStable(near, func(i, j int) bool { return near[i].score < near[j].score })
	texts := make([]string, 0, limit)
	for _, n := range near[:min(len(near), limit)] {
		texts = append(texts, n.text)
	}
	return texts
}
