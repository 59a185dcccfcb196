package tool

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// rewriteStrings passes every string value of a JSON text through f, with the
// name of the member it belongs to, and returns the text with the changes. So it
// does with names, without one of their own, that are not words of an API: a jq
// program can make names of what others wrote. The order stays. It works on the bytes, because most results need no change and
// should cost no more than one look.
func rewriteStrings(raw []byte, f func(name, value string) string) []byte {
	var out []byte // nil until something changes
	copied := 0
	name := ""
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		end := stringEnd(raw, i)
		literal := raw[i:end]
		if isName(raw, end) {
			name = unquote(literal)
			if IsWord(name) {
				i = end - 1
				continue
			}
			name = ""
		}
		value := unquote(literal)
		if changed := f(name, value); changed != value {
			out = append(out, raw[copied:i]...)
			out = append(out, quote(changed)...)
			copied = end
		}
		i = end - 1
	}
	if out == nil {
		return raw
	}
	return append(out, raw[copied:]...)
}

// IsWord reports whether a name is one that an API might have: a short run of
// letters, digits and underscores.
func IsWord(name string) bool {
	if len(name) > longestWord {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !IsLetter(c) && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// longestWord is shorter than what may be a secret by its shape alone.
const longestWord = 16

// stringEnd returns the index after the closing quote of the literal at start.
func stringEnd(raw []byte, start int) int {
	for i := start + 1; i < len(raw); i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(raw)
}

// isName reports whether the literal that ended before i is a member name.
func isName(raw []byte, i int) bool {
	rest := bytes.TrimLeft(raw[i:min(i+8, len(raw))], " \t\r\n")
	return len(rest) > 0 && rest[0] == ':'
}

func unquote(literal []byte) string {
	if len(literal) < 2 {
		return ""
	}
	inner := literal[1 : len(literal)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	var s string
	if json.Unmarshal(literal, &s) != nil {
		return ""
	}
	return s
}

func quote(s string) []byte {
	quoted, err := Marshal(s)
	if err != nil {
		return []byte(`""`)
	}
	return quoted
}
