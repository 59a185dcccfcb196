// Package phrase fits short texts of others into messages: on one line, bounded,
// and compared with what they may have been meant to be.
package phrase

import (
	"strings"
	"unicode"
)

// Cut returns at most so many characters of a text. The last one is an ellipsis
// where some are left out.
func Cut(text string, limit int) string {
	n, end := 0, 0
	for i := range text {
		if n == limit-1 {
			end = i
		}
		if n++; n > limit {
			return text[:end] + "…"
		}
	}
	return text
}

// Printable keeps a terminal from obeying what somebody put into a name or a
// log line.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
}

// Distance counts the insertions, deletions, changes and swaps of neighbors that
// turn one word into the other, over bytes, of words bounded to 64.
func Distance(a, b string) int {
	a, b = a[:min(len(a), 64)], b[:min(len(b), 64)]
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			change := 1
			if a[i] == b[j] {
				change = 0
			}
			row[j+1] = min(above[j+1]+1, row[j]+1, above[j]+change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
