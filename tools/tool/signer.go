package tool

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

var (
	errTokenForeign = errors.New("the confirmation does not fit: it is for other arguments, another caller or another tool")
	errTokenExpired = errors.New("the confirmation has expired")
	errTokenUsed    = errors.New("the confirmation was already used")
)

// signer issues and redeems confirmation tokens. A token is an expiry time, a
// nonce and a signature over them and what it is bound to; any process with the
// same key can redeem it. With memory, it also works only once by itself.
type signer struct {
	key    []byte
	memory *tokenMemory
}

const (
	tokenHead = 16 // expiry and nonce
	tokenMAC  = 16
	// maxRemembered bounds the tokens remembered as used; each is forgotten when it
	// expires, so this many would have to be used in five minutes.
	maxRemembered = 10_000
)

type tokenMemory struct {
	mu   sync.Mutex
	used map[string]time.Time
}

func newSigner(key []byte, remember bool) signer {
	derived := hmac.New(sha256.New, key)
	derived.Write([]byte("confirmation"))
	s := signer{key: derived.Sum(nil)}
	if remember {
		s.memory = &tokenMemory{used: map[string]time.Time{}}
	}
	return s
}

// issue makes a token for what is bound.
func (s signer) issue(bound []byte, now time.Time) (string, time.Time, error) {
	expires := now.Add(confirmationLife).UTC().Truncate(time.Second)
	raw := make([]byte, tokenHead, tokenHead+tokenMAC)
	binary.BigEndian.PutUint64(raw, uint64(expires.Unix())) //nolint:gosec // after 1970
	if _, err := rand.Read(raw[8:]); err != nil {
		return "", time.Time{}, fmt.Errorf("making a confirmation: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(s.sign(raw, bound)), expires, nil
}

// redeem checks a token and marks it used. It fails with one of the errToken
// errors.
func (s signer) redeem(token string, bound []byte, now time.Time) error {
	expires, err := s.read(token, bound, now)
	if err != nil || s.memory == nil {
		return err
	}
	return s.memory.use(token, expires, now)
}

// check fails like redeem would, and uses nothing.
func (s signer) check(token string, bound []byte, now time.Time) error {
	_, err := s.read(token, bound, now)
	if err != nil || s.memory == nil {
		return err
	}
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if _, used := s.memory.used[token]; used {
		return errTokenUsed
	}
	return nil
}

// read checks the signature of a token and its time.
func (s signer) read(token string, bound []byte, now time.Time) (expires time.Time, err error) {
	// Strict, because a second spelling of a token would be a second use of it.
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenHead+tokenMAC {
		return expires, errTokenForeign
	}
	if !hmac.Equal(raw, s.sign(append([]byte(nil), raw[:tokenHead]...), bound)) {
		return expires, errTokenForeign
	}
	expires = time.Unix(int64(binary.BigEndian.Uint64(raw)), 0) //nolint:gosec // our own signature
	if now.After(expires) {
		return expires, errTokenExpired
	}
	return expires, nil
}

// release makes a token good again, after an action that was refused.
func (s signer) release(token string) {
	if s.memory == nil {
		return
	}
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	delete(s.memory.used, token)
}

func (s signer) sign(head, bound []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(head)
	mac.Write(bound)
	return append(head, mac.Sum(nil)[:tokenMAC]...)
}

func (m *tokenMemory) use(token string, expires, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, used := m.used[token]; used {
		return errTokenUsed
	}
	if len(m.used) >= maxRemembered {
		for t, end := range m.used {
			if now.After(end) {
				delete(m.used, t)
			}
		}
		if len(m.used) >= maxRemembered {
			return errTokenUsed // nothing may be forgotten early
		}
	}
	m.used[token] = expires
	return nil
}
