package archive

import "strings"

// matchPath matches a path against a pattern, both cut at their slashes, as Git
// does (gitignore, "PATTERN FORMAT"): ** stands for any number of directories,
// at the end for everything below.
func matchPath(pattern, path []string) bool {
	// open[j] tells whether the pattern read so far can match the first j names.
	open := make([]bool, len(path)+1)
	open[0] = true
	for i, segment := range pattern {
		next := make([]bool, len(path)+1)
		switch {
		case anyDepth(segment) && i == len(pattern)-1:
			reached := false
			for j := 1; j <= len(path); j++ {
				reached = reached || open[j-1]
				next[j] = reached
			}
		case anyDepth(segment):
			reached := false
			for j := 0; j <= len(path); j++ {
				reached = reached || open[j]
				next[j] = reached
			}
		default:
			for j := 1; j <= len(path); j++ {
				next[j] = open[j-1] && matchName(segment, path[j-1])
			}
		}
		open = next
	}
	return open[len(path)]
}

// anyDepth recognises a segment of two stars; Git takes more for the same.
func anyDepth(segment string) bool { return len(segment) >= 2 && strings.Trim(segment, "*") == "" }

// matchName matches one name against one segment of a pattern. It goes back to
// the last star only, so its time is bounded by the product of the lengths.
func matchName(pattern, name string) bool {
	p, n := 0, 0
	star, starName := -1, 0
	for n < len(name) {
		if p < len(pattern) && pattern[p] == '*' {
			for p < len(pattern) && pattern[p] == '*' {
				p++
			}
			star, starName = p, n
			continue
		}
		if p < len(pattern) {
			if width, ok := matchByte(pattern[p:], name[n]); ok {
				p += width
				n++
				continue
			}
		}
		if star < 0 {
			return false
		}
		starName++
		p, n = star, starName
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchByte matches one byte against the head of a pattern and returns how much
// of the pattern it used.
func matchByte(pattern string, c byte) (width int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		return matchClass(pattern, c)
	case '\\':
		if len(pattern) == 1 {
			return 1, false // Git matches nothing with a backslash at the end
		}
		return 2, pattern[1] == c
	}
	return 1, pattern[0] == c
}

// matchClass matches a bracket expression. One that does not end matches
// nothing.
func matchClass(pattern string, c byte) (width int, ok bool) {
	i := 1
	negated := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if negated {
		i++
	}
	matched := false
	for first := true; ; first = false {
		if i >= len(pattern) {
			return len(pattern), false
		}
		if pattern[i] == ']' && !first {
			return i + 1, matched != negated
		}
		if strings.HasPrefix(pattern[i:], "[:") {
			rest := pattern[i+2:]
			if end := strings.IndexByte(rest, ']'); end > 0 && rest[end-1] == ':' {
				matched = matched || inNamedClass(rest[:end-1], c)
				i += 2 + end + 1
				continue
			}
		}
		low, used := classByte(pattern[i:])
		i += used
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, used = classByte(pattern[i+1:])
			i += 1 + used
		}
		matched = matched || low <= c && c <= high
	}
}

// classByte reads one byte of a bracket expression, which a backslash may quote.
func classByte(pattern string) (c byte, width int) {
	if pattern[0] == '\\' && len(pattern) > 1 {
		return pattern[1], 2
	}
	return pattern[0], 1
}

func inNamedClass(name string, c byte) bool {
	lower, upper, digit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	switch name {
	case "alnum":
		return lower || upper || digit
	case "alpha":
		return lower || upper
	case "blank":
		return c == ' ' || c == '\t'
	case "cntrl":
		return c < ' ' || c == 0x7f
	case "digit":
		return digit
	case "graph":
		return c > ' ' && c < 0x7f
	case "lower":
		return lower
	case "print":
		return c >= ' ' && c < 0x7f
	case "punct":
		return c > ' ' && c < 0x7f && !lower && !upper && !digit
	case "space":
		return c == ' ' || c >= '\t' && c <= '\r'
	case "upper":
		return upper
	case "xdigit":
		return digit || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
	}
	return false
}
