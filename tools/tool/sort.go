package tool

import (
	"sort"
)

// SortBy sorts a list and keeps the order of equals. The generic sorts of the
// standard library cost the binary 12 KB for each type; this one costs next to
// nothing, and the lists are short.
func SortBy[T any](list []T, compare func(a, b T) int) {
	sort.SliceStable(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}
