package tools

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// shortValue is the length below which a value's length would say too much.
const shortValue = 12

// fingerprints makes short keyed hashes of values, so that equal values of one
// organisation show equal and nothing else can be learned from them.
type fingerprints struct{ key []byte }

// fingerprints derives the key for an organisation from the signing key. It
// serves no other purpose, and another organisation has another one.
func (s *Server) fingerprints(organizationID string) fingerprints {
	mac := hmac.New(sha256.New, s.cfg.SigningKey)
	mac.Write([]byte("fingerprint\x00" + organizationID))
	return fingerprints{key: mac.Sum(nil)}
}

// of returns 32 bits in hexadecimal.
func (f fingerprints) of(value string) string {
	mac := hmac.New(sha256.New, f.key)
	mac.Write([]byte(value))
	return hex.EncodeToString(mac.Sum(nil)[:4])
}
