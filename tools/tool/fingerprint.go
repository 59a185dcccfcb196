package tool

import (
	"crypto/hmac"
	"crypto/sha256"

	"zerops-mcp/zerops"
)

// Fingerprints makes short keyed hashes of values, so that equal values of one key in
// one organisation show equal and nothing else can be learned from them.
type Fingerprints struct {
	key      []byte
	redactor *Redactor
}

// Fingerprints derives the key for an organisation from the signing key. It
// serves no other purpose, and another organisation has another one.
func (c *Call) Fingerprints(organizationID string) Fingerprints {
	mac := hmac.New(sha256.New, c.Runner.cfg.SigningKey)
	mac.Write([]byte("fingerprint\x00" + organizationID))
	return Fingerprints{key: mac.Sum(nil), redactor: c.Redactor}
}

// Of returns the fingerprint of a variable and the length of its value, where it has
// them; see [zerops.Variable.Fingerprint].
func (f Fingerprints) Of(v zerops.Variable) (fingerprint string, length int, ok bool) {
	f.redactor.mu.RLock()
	defer f.redactor.mu.RUnlock()
	return v.Fingerprint(f.key, f.redactor.names)
}

// Holds reports whether a variable has a value, where that may be told; see
// [zerops.Variable.Holds].
func (r *Redactor) Holds(v zerops.Variable, key, value string) (same, told bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return v.Holds(key, value, r.names)
}

// Same reports whether two variables of one key have the same value, where that may be
// told; see [zerops.Variable.SameAs].
func (r *Redactor) Same(a, b zerops.Variable) (same, told bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return a.SameAs(b, r.names)
}
