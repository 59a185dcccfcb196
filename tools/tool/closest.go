package tool

import (
	"sort"
	"strings"
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
		distance := EditDistance(lower, c)
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

// EditDistance is Levenshtein's, over bytes, of words bounded to 64.
func EditDistance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j+1]+1, row[j]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
		}
	}
	return row[len(b)]
}
