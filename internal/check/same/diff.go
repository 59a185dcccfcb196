package same

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// hunk is one place at which two texts differ: lines that stand in place of
// others.
type hunk struct{ was, is []string }

// digest identifies a hunk.
func (h hunk) digest() string {
	sum := sha256.Sum256([]byte(strings.Join(h.was, "\n") + "\x00" + strings.Join(h.is, "\n")))
	return hex.EncodeToString(sum[:])
}

// difference is what differs under one key.
type difference struct {
	key   string
	hunks []hunk
}

// compare lists what differs, sorted by key.
func compare(was, is snapshot) []difference {
	keys := make(map[string]bool, len(was))
	for key := range was {
		keys[key] = true
	}
	for key := range is {
		keys[key] = true
	}
	var all []difference
	for key := range keys {
		old, inOld := was[key]
		present, inPresent := is[key]
		switch {
		case !inOld:
			all = append(all, difference{key, []hunk{{nil, readable(present)}}})
		case !inPresent:
			all = append(all, difference{key, []hunk{{readable(old), nil}}})
		case old != present:
			hunks := hunksOf(readable(old), readable(present))
			if len(hunks) == 0 { // white space between values
				hunks = []hunk{{[]string{old}, []string{present}}}
			}
			all = append(all, difference{key, hunks})
		}
	}
	slices.SortFunc(all, func(a, b difference) int { return strings.Compare(a.key, b.key) })
	return all
}

// maxTable bounds the table with which hunksOf finds what two texts have in common;
// what is larger is one hunk.
const maxTable = 16_000_000

// hunksOf lists the places at which two texts differ.
func hunksOf(was, is []string) []hunk {
	head := 0
	for head < len(was) && head < len(is) && was[head] == is[head] {
		head++
	}
	was, is = was[head:], is[head:]
	tail := 0
	for tail < len(was) && tail < len(is) && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	was, is = was[:len(was)-tail], is[:len(is)-tail]
	switch {
	case len(was) == 0 && len(is) == 0:
		return nil
	case len(was)*len(is) > maxTable:
		return []hunk{{was, is}}
	}
	// common[i][j] is the length of the longest common part of was[i:] and is[j:].
	common := make([][]int32, len(was)+1)
	for i := range common {
		common[i] = make([]int32, len(is)+1)
	}
	for i := range slices.Backward(was) {
		for j := range slices.Backward(is) {
			if was[i] == is[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	var hunks []hunk
	var open hunk
	shut := func() {
		if len(open.was)+len(open.is) > 0 {
			hunks = append(hunks, open)
		}
		open = hunk{}
	}
	i, j := 0, 0
	for i < len(was) || j < len(is) {
		switch {
		case i < len(was) && j < len(is) && was[i] == is[j]:
			shut()
			i, j = i+1, j+1
		case j == len(is) || i < len(was) && common[i+1][j] >= common[i][j+1]:
			open.was = append(open.was, was[i])
			i++
		default:
			open.is = append(open.is, is[j])
			j++
		}
	}
	shut()
	return hunks
}
