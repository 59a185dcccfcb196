package zerops

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// Secret is a value that nobody may see: what the API delivers as the content of a
// variable, a grant, a signed link, a password or YAML with values in it. It cannot be
// printed, logged, written as JSON, compared, sorted or cut: it keeps the value behind
// a pointer, so that not even a struct around it shows a byte.
//
// What code may learn of one is what the functions of this file tell. Those whose names
// begin with Open give the value itself away, each for its purpose; a test of
// internal/check/structure lists who calls them, and docs/security.md repeats it.
type Secret struct {
	_     [0]func() // == does not compile
	value *string
}

// NewSecret hides a value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// hidden stands for any secret.
const hidden = "[secret]"

// errSecret is that of writing one.
var errSecret = errors.New("zerops: a secret is not written")

// String hides the value.
func (Secret) String() string { return hidden }

// GoString hides the value.
func (Secret) GoString() string { return hidden }

// Format hides the value from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the value.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText fails: what holds a secret is not for writing.
func (Secret) MarshalText() ([]byte, error) { return nil, errSecret }

// MarshalJSON fails like MarshalText.
func (Secret) MarshalJSON() ([]byte, error) { return nil, errSecret }

// UnmarshalJSON reads a string as it is, null as nothing, and anything else as its JSON.
func (s *Secret) UnmarshalJSON(data []byte) error {
	text := string(data)
	if text == "null" {
		text = ""
	} else if data[0] == '"' {
		if err := json.Unmarshal(data, &text); err != nil {
			return errSecret // without the text
		}
	}
	s.value = &text
	return nil
}

func (s Secret) open() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports that there is no value.
func (s Secret) Empty() bool { return s.open() == "" }

// Withheld reports that the API kept the value back.
func (s Secret) Withheld() bool { return s.open() == RedactedContent }

// References returns the names inside ${…} that known knows, in their order, each once.
// What only looks like a reference may be a part of the value.
func (s Secret) References(known func(name string) bool) []string {
	return slices.DeleteFunc(References(s.open()), func(name string) bool { return !known(name) })
}

// RefersTo reports a reference to a service: ${hostname_…}.
func (s Secret) RefersTo(hostname string) bool {
	return strings.Contains(s.open(), "${"+hostname+"_")
}

// Guessable reports a value that could be found by trying; see [Guessable].
func (s Secret) Guessable(names map[string]bool) bool { return Guessable(s.open(), names) }

// OpenForRedactor returns the value to those who look for it in texts.
func (s Secret) OpenForRedactor() string { return s.open() }

// OpenForMasking returns YAML to those who mask it by its meaning, or who read what it
// asks for beside the values.
func (s Secret) OpenForMasking() string { return s.open() }

// OpenForCaller returns the value to tools that exist to show it: the links that are asked
// for, and what the operator lets out with --allow-secrets.
func (s Secret) OpenForCaller() string { return s.open() }

// Setting returns the value of a variable that is no secret: one of the words of a fixed
// list under a key that is for them. It is empty for every other.
func (v Variable) Setting() string {
	var words []string
	switch v.Key {
	case "NODE_ENV", "APP_ENV", "RAILS_ENV", "MIX_ENV", "PYTHON_ENV":
		words = []string{"production", "prod", "development", "dev", "staging", "stage", "test", "testing", "preview", "local"}
	case "envIsolation", "sshIsolation":
		words = []string{"none", "service", "project", "vpn", "vpn project", "vpn service"}
	}
	if i := slices.Index(words, v.Content.open()); i >= 0 {
		return words[i]
	}
	return ""
}

// Holds reports whether a variable has a value, told only where key is the variable's own
// and nobody could find the stored value by asking again and again.
func (v Variable) Holds(key, value string, names map[string]bool) (same, told bool) {
	if v.Key != key || v.Content.Withheld() || v.Content.Guessable(names) && v.Setting() == "" {
		return false, false
	}
	return hmac.Equal([]byte(v.Content.open()), []byte(value)), true
}

// SameAs is Holds for the value of another variable with the same key.
func (v Variable) SameAs(other Variable, names map[string]bool) (same, told bool) {
	if other.Content.Withheld() || other.Content.Guessable(names) && other.Setting() == "" {
		return false, false
	}
	return v.Holds(other.Key, other.Content.open(), names)
}

// Fingerprint is 32 bits in hexadecimal that are equal for equal values under one key,
// and the length of the value in bytes. ok is false for values that are withheld or
// could be guessed: they have neither.
func (v Variable) Fingerprint(secret []byte, names map[string]bool) (fingerprint string, length int, ok bool) {
	if v.Content.Withheld() || v.Content.Guessable(names) {
		return "", 0, false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(v.Key + "\x00" + v.Content.open()))
	return hex.EncodeToString(mac.Sum(nil)[:4]), len(v.Content.open()), true
}

// returned is a secret in the body of a request that sends it back as it came.
type returned struct{ json Secret }

// MarshalJSON writes what the API wrote, null where it wrote nothing.
func (r returned) MarshalJSON() ([]byte, error) {
	if r.json.Empty() {
		return []byte("null"), nil
	}
	return []byte(r.json.open()), nil
}

// References returns the names inside ${…} of a value, in their order, each once.
func References(value string) []string {
	var names []string
	for {
		_, after, found := strings.Cut(value, "${")
		if !found {
			return names
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed {
			return names
		}
		value = rest
		if ValidKey(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
}

// ValidKey follows the platform: letters, digits and underscores, no digit first
// (platform §4.9).
func ValidKey(key string) bool {
	if key == "" || len(key) > 255 || key[0] >= '0' && key[0] <= '9' {
		return false
	}
	for _, c := range []byte(key) {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
