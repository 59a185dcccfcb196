package tool

import (
	"slices"
	"strings"
)

// UpperFirst starts a sentence with a word in ASCII.
func UpperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// JoinWords makes one remark of several, any of which may be empty.
func JoinWords(words ...string) string {
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "; ")
}

// Distinct drops the blanks around words, and repeated words.
func Distinct(keys []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, key := range keys {
		if key = strings.TrimSpace(key); !seen[key] {
			out = append(out, key)
		}
		seen[key] = true
	}
	return out
}

// IsLetter reports an ASCII letter.
func IsLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// Upper is words in upper case without blanks around them, as the API spells states.
func Upper(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.ToUpper(strings.TrimSpace(w))
	}
	return out
}

// CutAny cuts s at the first of the given bytes.
func CutAny(s, bytes string) (before, after string) {
	if i := strings.IndexAny(s, bytes); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// Unique drops repeated ids.
func Unique(ids []string) []string {
	var out []string
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
