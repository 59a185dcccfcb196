package archive

import (
	"slices"
	"strings"
)

// Names of the files that keep others out.
const (
	gitIgnore    = ".gitignore"
	deployIgnore = ".deployignore"
	gitDir       = ".git"
)

// maxIgnoreFile bounds a file of ignore rules: every file is held to all of them.
const maxIgnoreFile = 128 << 10

// rule is one line of an ignore file.
type rule struct {
	segments []string
	keep     bool // the line began with !
	dirOnly  bool
	anchored bool // matches from the ignore file's directory, not any name below
}

// ruleSet holds the rules of one ignore file and how deep its directory lies.
type ruleSet struct {
	depth int
	rules []rule
}

// parseRules reads an ignore file in Git's format.
func parseRules(text string) []rule {
	text = strings.TrimPrefix(text, "\ufeff")
	var rules []rule
	for line := range strings.SplitSeq(text, "\n") {
		if r, ok := parseRule(strings.TrimSuffix(line, "\r")); ok {
			rules = append(rules, r)
		}
	}
	return rules
}

func parseRule(line string) (rule, bool) {
	if strings.HasPrefix(line, "#") {
		return rule{}, false
	}
	line = trimSpaces(line)
	var r rule
	if strings.HasPrefix(line, "!") {
		r.keep, line = true, line[1:]
	}
	if strings.HasSuffix(line, "/") {
		r.dirOnly, line = true, line[:len(line)-1]
	}
	r.anchored = strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return rule{}, false
	}
	r.segments = splitPattern(line)
	return r, true
}

// splitPattern cuts a pattern at its slashes, but not at those in a bracket
// expression. A quoted slash is a slash.
func splitPattern(pattern string) []string {
	var segments []string
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '/':
			segments = append(segments, b.String())
			b.Reset()
		case c == '\\' && i+1 < len(pattern) && pattern[i+1] == '/':
		case c == '\\' && i+1 < len(pattern):
			b.WriteString(pattern[i : i+2])
			i++
		case c == '[':
			width, _ := matchClass(pattern[i:], 0)
			b.WriteString(pattern[i : i+width])
			i += width - 1
		default:
			b.WriteByte(c)
		}
	}
	return append(segments, b.String())
}

// trimSpaces drops spaces at the end unless a backslash quotes them.
func trimSpaces(line string) string {
	for strings.HasSuffix(line, " ") {
		backslashes := len(line) - 1 - len(strings.TrimRight(line[:len(line)-1], `\`))
		if backslashes%2 == 1 {
			break
		}
		line = line[:len(line)-1]
	}
	return line
}

// match reports whether the rule speaks of a path, which is relative to the
// directory of its ignore file.
func (r rule) match(path []string, dir bool) bool {
	switch {
	case r.dirOnly && !dir:
		return false
	case r.anchored:
		return matchPath(r.segments, path)
	}
	return matchName(r.segments[0], path[len(path)-1])
}

// ignored decides about a path whose directories were not ignored. The last
// matching rule of the deepest file wins, and .deployignore wins over .gitignore,
// so that it can bring back what Git ignores but the deployment needs.
func ignored(git, deploy []ruleSet, path []string, dir bool) bool {
	for _, sets := range [][]ruleSet{deploy, git} {
		for _, set := range slices.Backward(sets) {
			for _, r := range slices.Backward(set.rules) {
				if r.match(path[set.depth:], dir) {
					return !r.keep
				}
			}
		}
	}
	return false
}
