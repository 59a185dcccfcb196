package tool

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Fingerprints makes short keyed hashes of values, so that equal values of one key in
// one organisation show equal and nothing else can be learned from them.
type Fingerprints struct{ key []byte }

// Fingerprints derives the key for an organisation from the signing key. It
// serves no other purpose, and another organisation has another one.
func (s *Runner) Fingerprints(organizationID string) Fingerprints {
	mac := hmac.New(sha256.New, s.cfg.SigningKey)
	mac.Write([]byte("fingerprint\x00" + organizationID))
	return Fingerprints{key: mac.Sum(nil)}
}

// Of returns 32 bits in hexadecimal.
func (f Fingerprints) Of(key, value string) string {
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte(key + "\x00" + value))
	return hex.EncodeToString(mac.Sum(nil)[:4])
}
