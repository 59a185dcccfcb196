package request

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// foldedLevels is down to which depth of a message names that differ in case only
// count as the same: the message, its params, and what stands directly in them
// (arguments, _meta). Deeper objects belong to others, such as a set of variables,
// where case may matter.
const foldedLevels = 3

// AmbiguousName finds a name that stands twice in one object of a valid JSON text,
// or twice but for its case where levels of that text are interpreted without
// regard to case, as encoding/json does. Readers disagree on which of the two
// counts, so what is checked could be another thing than what is done.
//
// above is how many levels lie around the text: 0 for a message, 2 for arguments.
func AmbiguousName(text []byte, above int) (name string, found bool) {
	type level struct {
		object, value bool // the next string of an object is a value
		names         []string
		seen          map[string]bool // instead of names where there are many
	}
	var open []level
	for i := 0; i < len(text); i++ {
		top := len(open) - 1
		switch text[i] {
		case '{', '[':
			open = append(open, level{object: text[i] == '{'})
		case '}', ']':
			if top >= 0 {
				open = open[:top]
			}
		case ':':
			if top >= 0 {
				open[top].value = true
			}
		case ',':
			if top >= 0 {
				open[top].value = false
			}
		case '"':
			end := literalEnd(text, i)
			if top >= 0 && open[top].object && !open[top].value {
				name = literal(text[i:end])
				key := name
				if above+len(open) <= foldedLevels {
					key = fold(name)
				}
				l := &open[top]
				if known(l.names, l.seen, key) {
					return name, true
				}
				if l.names = append(l.names, key); len(l.names) == fewNames {
					l.seen = make(map[string]bool, 2*fewNames)
					for _, n := range l.names {
						l.seen[n] = true
					}
				} else if l.seen != nil {
					l.names, l.seen[key] = l.names[:fewNames], true
				}
			}
			i = end - 1
		}
	}
	return "", false
}

// fewNames is up to how many names a list is faster than a map.
const fewNames = 16

func known(names []string, seen map[string]bool, key string) bool {
	if seen != nil {
		return seen[key]
	}
	return slices.Contains(names, key)
}

// literalEnd returns the index after the closing quote of the literal at start.
func literalEnd(text []byte, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// literal is what a JSON string says, so that an escaped spelling of a name is the
// same name.
func literal(quoted []byte) string {
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted)
	}
	return s
}

// fold maps names that differ in case only to the same one, with the letters beyond
// ASCII that encoding/json takes for the same (ſ for s, K for k).
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		for least := r; ; {
			if r = unicode.SimpleFold(r); r <= least { // the round starts again at its smallest
				return unicode.ToLower(r)
			}
		}
	}, name)
}
