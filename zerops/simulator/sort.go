package simulator

import "sort"

// sortBy sorts a list and keeps the order of equals. The generic sorts of the
// standard library cost the binary 12 KB for each type; this one costs next to
// nothing, and the lists are short.
func sortBy[T any](list []T, compare func(a, b T) int) {
	sort.SliceStable(list, func(i, j int) bool { return compare(list[i], list[j]) < 0 })
}
