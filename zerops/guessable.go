package zerops

import (
	"math"
	"strings"
	"unicode"
)

// A value is only compared with text where nobody can find it by trying.
const (
	// LeastLength is the fewest characters of such a value, leastBits the fewest bits of
	// its secret part.
	LeastLength = 12
	leastBits   = 40
	// leastRandom is the fewest characters of a part of an address, other than its
	// password, that counts as secret.
	leastRandom = 8
)

// Guessable reports whether a value could be found out by trying. Counted is what can
// be secret in it: neither the frame of an address or of pairs, nor hosts, nor words
// that objects of the account are named by or that everybody would try, nor what
// repeats or goes on as one expects. What is left is short, or has few possibilities by
// its length and the kinds of characters in it. In doubt a value counts as guessable.
func Guessable(value string, names map[string]bool) bool {
	var digits, lower, upper, other float64
	length := 0
	for _, c := range surprising(secretPart(strings.TrimSpace(value), names)) {
		length++
		switch {
		case c >= '0' && c <= '9':
			digits = 10
		case c >= 'a' && c <= 'z':
			lower = 26
		case c >= 'A' && c <= 'Z':
			upper = 26
		default:
			other = 33
		}
	}
	return length < LeastLength || float64(length)*math.Log2(digits+lower+upper+other) < leastBits
}

// secretPart leaves out of a value what is no secret.
func secretPart(value string, names map[string]bool) string {
	var b strings.Builder
	framed := false
	for {
		before, rest, found := strings.Cut(value, "://")
		if !found {
			break
		}
		framed = true
		b.WriteString(unframed(strings.TrimRightFunc(before, isScheme), names, true))
		end := strings.IndexFunc(rest, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune("\"'`,;|<>", c) })
		if end < 0 {
			end = len(rest)
		}
		b.WriteString(ofAddress(rest[:end], names))
		value = rest[end:]
	}
	b.WriteString(unframed(value, names, framed))
	return b.String()
}

func isScheme(c rune) bool {
	return c == '+' || c == '.' || c == '-' || c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// ofAddress is what can be secret in an address behind its scheme: the password, or a
// token in place of user and password, and parts that look like tokens.
func ofAddress(address string, names map[string]bool) string {
	authority, path := address, ""
	if i := strings.IndexAny(address, "/?#"); i >= 0 {
		authority, path = address[:i], address[i:]
	}
	var b strings.Builder
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		user, password, found := strings.Cut(authority[:i], ":")
		if !found {
			password = user // a token
		}
		b.WriteString(unframed(password, names, false))
	}
	for part := range strings.FieldsFuncSeq(path, func(c rune) bool { return c != '-' && c != '_' && NotInWord(c) }) {
		if len(part) >= leastRandom && strings.ContainsAny(part, "0123456789") && strings.ContainsFunc(part, unicode.IsLetter) {
			b.WriteString(unframed(part, names, false))
		}
	}
	return b.String()
}

// unframed leaves out the keys in front of = and : and the words that are no secret,
// each with what parts it from the next. In a frame only letters and digits count.
func unframed(value string, names map[string]bool, framed bool) string {
	if host, _, _ := strings.Cut(value, ":"); isHost(host[strings.LastIndexByte(host, '@')+1:]) {
		return ""
	}
	var b strings.Builder
	for value != "" {
		end := strings.IndexFunc(value, NotInWord)
		if end < 0 {
			end = len(value)
		}
		next := end + len(value[end:]) - len(strings.TrimLeftFunc(value[end:], NotInWord))
		word, gap := value[:end], value[end:next]
		value = value[next:]
		if value != "" && strings.ContainsAny(gap, "=:") {
			framed = true
			continue // a key
		}
		if word == "" || !names[strings.ToLower(word)] {
			b.WriteString(withoutCommon(word))
			if !framed {
				b.WriteString(strings.Map(dropBlank, gap))
			}
		}
	}
	return b.String()
}

func dropBlank(c rune) rune {
	if unicode.IsSpace(c) || strings.ContainsRune("\"'`,", c) {
		return -1
	}
	return c
}

// isHost reports the name or address of a machine: small letters and digits in parts.
func isHost(s string) bool {
	return strings.Contains(s, ".") && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// withoutCommon leaves the letters out of a word that everybody would try.
func withoutCommon(word string) string {
	letters := strings.TrimFunc(word, unicode.IsDigit)
	if commonWord(strings.ToLower(letters)) {
		return strings.Replace(word, letters, "", 1)
	}
	return word
}

// commonWord knows words of settings and the first guesses of everybody.
func commonWord(word string) bool {
	switch word {
	case "production", "prod", "development", "dev", "staging", "stage", "testing", "test", "preview", "local", "localhost", "sandbox", "demo",
		"true", "false", "yes", "no", "on", "off", "enabled", "disabled", "none", "null", "default", "auto",
		"debug", "info", "warn", "warning", "error", "http", "https", "www", "com", "utf", "utc",
		"password", "passwd", "pass", "passw0rd", "secret", "token", "key", "admin", "administrator", "root", "user", "guest", "changeme", "letmein", "welcome", "qwerty", "iloveyou", "dragon",
		"postgres", "postgresql", "mysql", "mariadb", "mongodb", "redis", "valkey", "keydb", "rabbitmq", "nats", "kafka", "elasticsearch", "meilisearch", "typesense", "database":
		return true
	}
	return false
}

// surprising leaves out what can be told from what stands before it: a text that
// repeats itself, a character again, and runs such as 1234 or cba.
func surprising(s string) string {
	if len(s) > 1 {
		if period := strings.Index(s[1:]+s, s) + 1; period > 0 && period < len(s) {
			s = s[:period]
		}
	}
	var b strings.Builder
	var last, step rune
	for i, c := range s {
		next := c - last
		if i == 0 || next != 0 && (next != step || next != 1 && next != -1) {
			b.WriteRune(c)
		}
		last, step = c, next
	}
	return b.String()
}

// NotInWord reports a character that separates words.
func NotInWord(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }
