package diagnose

import (
	"slices"
	"strings"
)

// pattern is a text to be found in what a line says. It is in lower case; * stands for
// any text, # for a number, % for a letter or @, $ at the end for the end of the line. It has to begin where somebody begins to speak (see
// begins), unless it may stand anywhere.
type pattern struct {
	text     string
	cause    int
	weight   confidence
	anywhere bool
	free     bool // it may begin within a word
	kernel   bool
	lowest   level // of the lines that it is looked for in
}

// index finds the patterns that a text may hold by four bytes of each.
type index struct {
	patterns []pattern
	seen     [1 << 10]uint64 // a bit for each hash that some pattern has
	at       map[uint16][]int
}

// named begins the patterns that ask for the name of a variable before what follows.
const named = "%*_*"

const gram = 4

func gramHash(s string) uint16 {
	h := uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
	return uint16((h * 2654435761) >> 16)
}

func newIndex(patterns []pattern) *index {
	x := &index{patterns: patterns, at: make(map[uint16][]int, len(patterns))}
	counts := map[uint16]int{}
	for i := range patterns {
		eachGram(patterns[i].text, func(h uint16) { counts[h]++ })
	}
	for i := range patterns {
		// The rarest four bytes are looked at least often for nothing.
		best, fewest := uint16(0), -1
		eachGram(patterns[i].text, func(h uint16) {
			if fewest < 0 || counts[h] < fewest {
				best, fewest = h, counts[h]
			}
		})
		if fewest < 0 {
			continue // too short to be found
		}
		x.seen[best>>6] |= 1 << (best & 63)
		x.at[best] = append(x.at[best], i)
	}
	return x
}

// eachGram calls f with the hashes of the literal parts of a pattern.
func eachGram(text string, f func(uint16)) {
	text = strings.TrimSuffix(text, "$")
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '*' || r == '#' || r == '%' }) {
		for i := 0; i+gram <= len(part); i++ {
			f(gramHash(part[i:]))
		}
	}
}

// find calls found with each pattern that a text holds.
func (x *index) find(text string, found func(p *pattern, at int)) {
	var tried []int
	for i := 0; i+gram <= len(text); i++ {
		h := gramHash(text[i:])
		if x.seen[h>>6]&(1<<(h&63)) == 0 {
			continue
		}
		for _, n := range x.at[h] {
			if slices.Contains(tried, n) {
				continue
			}
			tried = append(tried, n)
			p := &x.patterns[n]
			if at := p.in(text); at >= 0 {
				found(p, at)
			}
		}
	}
}

// in is where a text holds the pattern, negative where it does not.
func (p *pattern) in(text string) int {
	if rest, ok := strings.CutPrefix(p.text, named); ok {
		i := strings.Index(text, rest)
		if i <= 0 || !strings.Contains(text[strings.LastIndexByte(text[:i], ' ')+1:i], "_") {
			return -1
		}
		return strings.LastIndexByte(text[:i], ' ') + 1
	}
	first, _, _ := strings.Cut(p.text, "*")
	if n := strings.IndexAny(first, "#%"); n >= 0 {
		first = first[:n]
	}
	first = strings.TrimSuffix(first, "$")
	for from := 0; from <= len(text); {
		i := from
		if first != "" {
			n := strings.Index(text[from:], first)
			if n < 0 {
				return -1
			}
			i += n
		}
		if (p.free || p.anywhere && wordStart(text, i) || begins(text, i)) && matchHere(text[i:], p.text) && !p.isKey(text, i) {
			return i
		}
		from = i + 1
	}
	return -1
}

// isKey reports that the text at i is the name of a value, such as econnrefused=0.
func (p *pattern) isKey(text string, i int) bool {
	end := i + len(p.text)
	return end < len(text) && text[end] == '=' && text[i:end] == p.text
}

// matchHere reports whether a text begins with a pattern. The first place that fits
// what stands between two stars is the best one, so it never has to go back.
func matchHere(text, p string) bool {
	at := 0
	for first := true; p != ""; first = false {
		part, rest, _ := strings.Cut(p, "*")
		p = rest
		n := matchPart(text[at:], part)
		for !first && n < 0 && at < len(text) {
			at++
			n = matchPart(text[at:], part)
		}
		if n < 0 {
			return false
		}
		at += n
	}
	return true
}

// matchPart is how much of a text a part without stars takes, negative where the text
// does not begin with it.
func matchPart(text, part string) int {
	at := 0
	for i := range len(part) {
		switch {
		case part[i] == '#':
			from := at
			for at < len(text) && text[at] >= '0' && text[at] <= '9' {
				at++
			}
			if at == from {
				return -1
			}
		case part[i] == '%':
			if at >= len(text) || (text[at] < 'a' || text[at] > 'z') && text[at] != '@' {
				return -1
			}
			at++
		case part[i] == '$' && i == len(part)-1:
			if strings.TrimRight(text[at:], " .\r\t") != "" {
				return -1
			}
		case at >= len(text) || text[at] != part[i]:
			return -1
		default:
			at++
		}
	}
	return at
}

// wordStart reports that no word goes on at i.
func wordStart(text string, i int) bool {
	if i == 0 || i >= len(text) {
		return true
	}
	c, d := text[i-1], text[i]
	if !wordByte(d) {
		return true
	}
	// Not within a path, a switch, an address or a key.
	switch c {
	case '/', '-', '=', '@':
		return false
	case ':':
		return i > 1 && text[i-2] == ':'
	}
	return !wordByte(c)
}

func wordByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' }

// longPattern is how long a pattern is that nobody writes by chance.
const longPattern = 18

// complains reports whether a match is an error, in a line of no level: it is not quoted,
// and it begins a message, is a whole phrase, or stands in a text that speaks of an error.
func (p *pattern) complains(text string, at int) bool {
	if strings.Count(text[:at], `"`)%2 == 1 {
		return false
	}
	if len(p.text) >= longPattern || begins(text, at) {
		return true
	}
	for _, word := range [...]string{"error", "exception", "fail", "fatal", "panic", "cannot", "could not", "unable", "refused", "denied", "can't", "e: ", "invalid", "missing", "uncaught", "killed"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// begins reports whether a message may begin at i: at the beginning of the line, after
// a time, a level, a name or another message, and not within quotes.
func begins(text string, i int) bool {
	before := strings.TrimRight(text[:i], " \t`'(")
	if before == "" {
		return true
	}
	if !wordStart(text, i) || strings.Count(before, `"`)%2 == 1 {
		return false
	}
	c := before[len(before)-1]
	switch {
	case strings.IndexByte(":)]|>*-!;}\x00", c) >= 0, c >= 0x80:
		return true
	case c >= '0' && c <= '9' || c == 'z' && len(before) > 1 && before[len(before)-2] >= '0' && before[len(before)-2] <= '9':
		// A time, or a place in a file.
		return strings.ContainsAny(before[strings.LastIndexByte(before, ' ')+1:], ":.-/")
	}
	word := before[strings.LastIndexAny(before, " \t[.:|")+1:]
	return levelWord(word) != unsaid || word == "utc" || word == "pm" || word == "am" || word == "e" || word == "by" || word == "exception"
}
