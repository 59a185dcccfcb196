package tool

import "slices"

// nearest returns the candidates whose names come close to what was wanted.
func nearest(wanted string, names []string, candidates []Candidate) []Candidate {
	var out []Candidate
	for _, name := range Closest(wanted, names, 5) {
		for i, n := range names {
			if n == name && !slices.Contains(out, candidates[i]) {
				out = append(out, candidates[i])
				break
			}
		}
	}
	return out
}
