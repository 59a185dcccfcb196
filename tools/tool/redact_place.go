package tool

import (
	"slices"
	"strconv"
	"strings"
)

// secretKeys are the keys of secret variables.
type secretKeys struct {
	exact map[string]bool
	loose map[string]bool // in lower case without what parts words
}

func (k *secretKeys) add(key string) {
	if key == "" {
		return
	}
	if k.exact == nil {
		k.exact, k.loose = map[string]bool{}, map[string]bool{}
	}
	k.exact[key] = true
	// A key of one word may be an ordinary word in another case.
	if strings.Contains(strings.Trim(key, "_"), "_") {
		k.loose[joinedKey(key)] = true
	}
}

// hides reports a key whose value is hidden wherever it stands: one of the account,
// as it is, as a reference of another service or as programs spell it, or one that
// is named after what everybody keeps secret.
func (k *secretKeys) hides(key string) bool {
	_, tail, _ := strings.Cut(key, "_")
	switch {
	case len(key) > longestKey:
		return false
	case k.exact[key] || k.exact[tail] || len(k.loose) > 0 && k.loose[joinedKey(key)]:
		return true
	}
	// All those words have a p.
	return strings.ContainsAny(key, "pP") && slices.ContainsFunc(KeyWords(key), ShortSecretWord)
}

// longestKey is as long as a key of the platform may be.
const longestKey = 255

func joinedKey(key string) string {
	return strings.ToLower(strings.Map(func(c rune) rune {
		if c == '_' || c == '-' || c == '.' {
			return -1
		}
		return c
	}, key))
}

// KeyWords are the words of a key: DOOR_PIN, door-pin and doorPin have the same.
func KeyWords(key string) []string {
	var b strings.Builder
	for i := range len(key) {
		if c := key[i]; c >= 'A' && c <= 'Z' && i > 0 && key[i-1] >= 'a' && key[i-1] <= 'z' {
			b.WriteByte('_')
		}
		b.WriteByte(key[i])
	}
	return words(b.String())
}

// ShortSecretWord knows words that name secrets which tend to be short.
func ShortSecretWord(word string) bool {
	switch word {
	case "pin", "pwd", "pw", "otp", "password", "passwd", "passcode", "passphrase", "pincode":
		return true
	}
	return false
}

// hidePlaces hides every value that stands behind a secret key: KEY=value, KEY:
// value, "KEY":"value" and the like. It does not look at the value, so that nothing
// can be learned by writing one.
func hidePlaces(s string, secret func(key string) bool) string {
	var b strings.Builder
	copied := 0
	for i := 0; i < len(s); i++ {
		sign := signAt(s[i:])
		if sign == 0 || i < copied {
			continue
		}
		key, quoted := keyBefore(s[copied:i])
		if !isSecretKey(key, secret) {
			continue
		}
		start, end := valueAfter(s, i+sign, quoted)
		if value := strings.TrimSpace(s[start:end]); value == "" || OnlyReferences(value) {
			continue
		}
		b.WriteString(s[copied:start])
		b.WriteString(Redacted)
		copied = end
	}
	if copied == 0 {
		return s
	}
	return b.String() + s[copied:]
}

// signAt returns the length of the sign between a key and its value that a text begins
// with, in plain text, an address or HTML; 0 for none.
func signAt(s string) int {
	switch s[0] {
	case '=', ':':
		if len(s) > 1 && (s[1] == '>' || s[0] == ':' && s[1] == '=') {
			return 2
		}
		return 1
	case '%':
		if len(s) >= 3 && s[1] == '3' && strings.IndexByte("aAdD", s[2]) >= 0 {
			return 3
		}
	case '&':
		for _, sign := range []string{"&#61;", "&#58;", "&equals;", "&colon;"} {
			if strings.HasPrefix(s, sign) {
				return len(sign)
			}
		}
	}
	return 0
}

// plainEscapes writes \u003d as = and so on, where that does not change what a JSON text
// says, so that a place is seen for what it is.
func plainEscapes(s string) string {
	var b strings.Builder
	copied := 0
	for at := 0; ; {
		next := strings.Index(s[at:], `\u00`)
		if next < 0 {
			break
		}
		at += next
		if at > 0 && s[at-1] == '\\' || len(s)-at < 6 {
			at += 2
			continue
		}
		c, err := strconv.ParseUint(s[at+4:at+6], 16, 8)
		if err == nil && c >= ' ' && c <= '~' && c != '"' && c != '\\' {
			b.WriteString(s[copied:at])
			b.WriteByte(byte(c))
			copied = at + 6
		}
		at += 6
	}
	if copied == 0 {
		return s
	}
	return b.String() + s[copied:]
}

// isSecretKey also looks at a key behind an escape such as \n, whose letter seems to
// be part of it.
func isSecretKey(key string, secret func(string) bool) bool {
	if key == "" || secret(key) {
		return key != ""
	}
	return strings.ContainsAny(key[:1], "nrt") && secret(key[1:]) || len(key) > 5 && key[0] == 'u' && secret(key[5:])
}

// keyBefore returns the key that a text ends with, and whether it stands in quotes.
func keyBefore(s string) (key string, quoted bool) {
	s = strings.TrimRight(s, " \t")
	bare := strings.TrimRight(s, "\"'`\\")
	for _, quote := range []string{"&quot;", "&#34;", "&#39;", "%22", "%27"} {
		bare = strings.TrimSuffix(bare, quote)
	}
	start := len(bare)
	for start > 0 && isKeyByte(bare[start-1]) {
		start--
	}
	return bare[start:], len(bare) < len(s)
}

func isKeyByte(c byte) bool {
	return IsLetter(c) || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// valueAfter finds the value that begins at i or behind it. A value without quotes
// ends where the next key begins, or with the line.
func valueAfter(s string, i int, json bool) (start, end int) {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	opener := i
	for opener < len(s) && s[opener] == '\\' {
		opener++
	}
	if opener < len(s) && strings.IndexByte("\"'`", s[opener]) >= 0 {
		return opener + 1, closing(s, opener+1, s[opener], opener-i)
	}
	line := i + lineLength(s[i:])
	if json {
		word := s[i:line]
		if stop := strings.IndexAny(word, ",}] \t"); stop >= 0 {
			word = word[:stop]
		}
		if word == "true" || word == "false" || word == "null" || word != "" && strings.Trim(word, "0123456789+-.eE") == "" {
			return i, i + len(word)
		}
	}
	for j := i; j < line; {
		if strings.IndexByte(parting, s[j]) < 0 {
			j++
			continue
		}
		begins, length := beginsKey(s[j:line])
		if begins {
			return i, j
		}
		j += length
	}
	return i, line
}

// parting is what stands between a value without quotes and the next key.
const parting = " \t,;&|"

func lineLength(s string) int {
	if n := strings.IndexAny(s, "\r\n"); n >= 0 {
		return n
	}
	return len(s)
}

// closing finds the quote that ends a value, which has as many backslashes before it
// as the one that opened it. A value that is never closed goes on to the end.
func closing(s string, i int, quote byte, escapes int) int {
	backslashes := 0
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			backslashes++
			continue
		case s[i] == quote && backslashes == escapes:
			return i - backslashes
		}
		backslashes = 0
	}
	return len(s)
}

// beginsKey reports whether another key with its value follows, and how much of the
// text it looked at.
func beginsKey(s string) (begins bool, length int) {
	rest := strings.TrimLeft(s, parting+"\"'{[(\\")
	n := 0
	for n < len(rest) && isKeyByte(rest[n]) {
		n++
	}
	length = len(s) - len(rest) + n
	rest = strings.TrimLeft(rest[n:], "\"'\\")
	return n > 0 && rest != "" && (rest[0] == '=' || rest[0] == ':'), length
}
