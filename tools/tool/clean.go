package tool

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"zerops-mcp/internal/phrase"
)

// Clean makes one line of untrusted text safe to show: no control, bidi,
// zero-width or tag characters, no line breaks, at most limit runes.
func Clean(s string, limit int) string {
	s = CleanText(s)
	if strings.ContainsAny(s, "\n\t") {
		s = strings.Join(strings.Fields(s), " ")
	}
	return phrase.Cut(s, limit)
}

// CleanAll cleans each of some words for a message.
func CleanAll(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, Clean(w, 60))
	}
	return out
}

// CleanText removes what could hide or forge text and neutralises Markdown links,
// images and definitions and the HTML that loads something, because some clients
// would fetch it. Line breaks and tabs stay. Text that needs no change is returned
// as it is.
func CleanText(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	last := rune(0) // as written, because what is dropped must not join a link
	line := 0       // where the present line begins
	rest := s       // what comes behind the present rune
	write := func(r rune) {
		if last == ']' && (r == '(' || r == ':' && !isPort(rest) && defines(b.String()[line:])) {
			b.WriteByte(' ') // breaks the link, keeps the words
		}
		b.WriteRune(r)
		if last = r; r == '\n' {
			line = b.Len()
		}
	}
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		rest = s[i+size:]
		switch {
		case r == '\x1b':
			i += escapeLength(s[i:])
			continue
		case r == utf8.RuneError && size == 1:
			write(utf8.RuneError)
		case !invisible(r):
			write(r)
		}
		i += size
	}
	return withoutLoads(b.String())
}

// plain reports printable ASCII without a Markdown link or HTML that loads, which
// is most text.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case c < ' ' && c != '\n' && c != '\t', c >= 0x7f:
			return false
		case c == ']' && i+1 < len(s) && (s[i+1] == '(' || s[i+1] == ':'):
			return false
		case c == '<' && loads(s[i+1:]):
			return false
		}
	}
	return true
}

// isPort reports whether what follows a colon is a number: then the brackets are
// those of an address, and a link could lead to no other host.
func isPort(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// defines reports whether a line begins as the definition of a link, behind what
// quotes or lists it.
func defines(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(line[:min(len(line), 64)], " \t>*+-"), "[")
}

// withoutLoads puts a space behind each < that begins HTML which loads something.
func withoutLoads(s string) string {
	var b strings.Builder
	rest := s
	for i := 0; i < len(rest); i++ {
		if rest[i] == '<' && loads(rest[i+1:]) {
			b.WriteString(rest[:i+1] + " ")
			rest, i = rest[i+1:], -1
		}
	}
	if b.Len() == 0 {
		return s
	}
	return b.String() + rest
}

// loads reports whether a text behind a < is an element that a client might fetch
// something for, or run: one with any attribute, because those that load are many
// (src, style, background, ping, action …) and more to come, or one that needs none.
func loads(s string) bool {
	if s == "" || !IsLetter(s[0]) {
		return false
	}
	end := strings.IndexAny(s, " \t\n/>")
	if end < 0 {
		end = len(s)
	}
	switch strings.ToLower(s[:min(end, len("script")+1)]) {
	case "script", "style", "svg":
		return true
	}
	if end == len(s) || s[end] == '>' {
		return false
	}
	attribute, closed := strings.IndexByte(s[end:], '='), strings.IndexByte(s[end:], '>')
	return attribute >= 0 && (closed < 0 || attribute < closed)
}

func invisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r): // Cf: bidi, zero-width, soft hyphen, tag block
		return true
	case r == 0x2028 || r == 0x2029:
		return true
	case unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r): // such as Hangul and Khmer fillers
		return true
	case unicode.Is(unicode.Variation_Selector, r): // they can carry hidden bytes
		return true
	case unicode.Is(unicode.Co, r):
		return true
	}
	return false
}

// escapeLength measures a terminal escape sequence: CSI up to its final byte,
// OSC and other strings up to BEL or ST, else two bytes.
func escapeLength(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case '[':
		for i := 2; i < len(s); i++ {
			if s[i] >= 0x40 && s[i] <= 0x7e {
				return i + 1
			}
			if s[i] < 0x20 || s[i] > 0x7e {
				return i
			}
		}
		return len(s)
	case ']', 'P', 'X', '^', '_':
		for i := 2; i < len(s); i++ {
			if s[i] == '\a' {
				return i + 1
			}
			if s[i] == '\x1b' && i+1 < len(s) && s[i+1] == '\\' {
				return i + 2
			}
			if s[i] == '\n' {
				return i
			}
		}
		return len(s)
	}
	return 2
}
