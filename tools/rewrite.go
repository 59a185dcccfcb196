package tools

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"
)

// rewriteStrings passes every string value of a JSON text through f, with the
// name of the member it belongs to, and returns the text with the changes. Names
// and order stay. It works on the bytes, because most results need no change and
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
			i = end - 1
			continue
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
	quoted, err := marshal(s)
	if err != nil {
		return []byte(`""`)
	}
	return quoted
}
