package settings

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	// shortestSigningKey and shortestAccessKey keep out keys that can be guessed.
	shortestSigningKey = 32
	shortestAccessKey  = 16
	// fewestCharacters is how many different characters a signing key has at least;
	// even 32 random digits of hexadecimal have about fourteen.
	fewestCharacters = 12
	// makeKey is the advice of every refusal.
	makeKey = "make one with: openssl rand -base64 32"
)

// An example is a key that files of this project have shown to everybody: its
// length, and the digest of it in lower case.
type example struct {
	length int
	digest string
}

func examples() []example {
	return []example{
		{32, "3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9"},
		{38, "cbed3270a7a2e37e82638ff49bd75a3015092d4b66fbcf5a10f46bb83470e6dc"},
		{48, "a7ed335c55b8269fc2d2a00f5e340b9dc52bbaacb848ed3e25b88a8f64549e2f"},
	}
}

// published reports a key that is one of the examples, or begins with one.
func published(key string) bool {
	key = strings.ToLower(strings.TrimSpace(key))
	return slices.ContainsFunc(examples(), func(e example) bool {
		if len(key) < e.length {
			return false
		}
		digest := sha256.Sum256([]byte(key[:e.length]))
		return hex.EncodeToString(digest[:]) == e.digest
	})
}

// weakness says what is wrong with a signing key, "" where nothing is. Whoever can
// guess the key can forge confirmations and sessions, and find out short secrets
// from their fingerprints.
func weakness(key string) string {
	different := map[rune]bool{}
	for _, r := range key {
		different[r] = true
	}
	switch {
	case utf8.RuneCountInString(key) < shortestSigningKey:
		return fmt.Sprintf("the key is too short: it needs at least %d random characters; %s", shortestSigningKey, makeKey)
	case published(key):
		return "the key is an example that everybody can read in the files of zerops-mcp; " + makeKey
	case len(different) < fewestCharacters:
		return fmt.Sprintf("the key can be guessed: it has %d different characters, and needs at least %d; %s", len(different), fewestCharacters, makeKey)
	}
	return ""
}
