package tool

import (
	"crypto/rand"
	"errors"
	"testing"
	"time"
)

func TestConfirmationTokens(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	key := []byte("key")
	s := newSigner(key, true)
	token, expires, err := s.issue([]byte("bound"), now)
	if err != nil || expires.Sub(now) != confirmationLife {
		t.Fatalf("expires %v, %v", expires, err)
	}
	if err := s.redeem(token, []byte("other"), now); !errors.Is(err, errTokenForeign) {
		t.Errorf("for something else: %v", err)
	}
	if err := newSigner([]byte("another key"), true).redeem(token, []byte("bound"), now); !errors.Is(err, errTokenForeign) {
		t.Errorf("with another key: %v", err)
	}
	if err := s.redeem(token, []byte("bound"), now.Add(confirmationLife+time.Second)); !errors.Is(err, errTokenExpired) {
		t.Errorf("too late: %v", err)
	}
	if err := newSigner(key, false).redeem(token, []byte("bound"), now); err != nil {
		t.Errorf("on a replica: %v", err)
	}
	if err := s.redeem(token, []byte("bound"), now.Add(confirmationLife)); err != nil {
		t.Errorf("in time: %v", err)
	}
	if err := s.redeem(token, []byte("bound"), now); !errors.Is(err, errTokenUsed) {
		t.Errorf("twice: %v", err)
	}
	last := token[len(token)-1]
	if err := s.redeem(token[:len(token)-1]+string(last+1), []byte("bound"), now); !errors.Is(err, errTokenForeign) {
		t.Errorf("in another spelling: %v", err)
	}
	s.release(token)
	if err := s.redeem(token, []byte("bound"), now); err != nil {
		t.Errorf("given back: %v", err)
	}
}

func TestTokenMemoryIsBounded(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	s := newSigner([]byte("key"), true)
	use := func(at time.Time) error {
		token, _, err := s.issue(nil, at)
		if err != nil {
			t.Fatal(err)
		}
		return s.redeem(token, nil, at)
	}
	for range maxRemembered {
		if err := use(now); err != nil {
			t.Fatal(err)
		}
	}
	if err := use(now); err == nil {
		t.Error("a used token may have been forgotten before it expired")
	}
	if err := use(now.Add(2 * confirmationLife)); err != nil || len(s.memory.used) > 1 {
		t.Errorf("%d remembered after all expired, %v", len(s.memory.used), err)
	}
}

// FuzzConfirmationToken: no token but the one that was made is taken, and that
// one for nothing else.
func FuzzConfirmationToken(f *testing.F) {
	s := newSigner([]byte(rand.Text()), false) // so that no other process makes the same
	token, _, err := s.issue([]byte("bound"), time.Now())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("", 0, byte('A'))
	f.Add(token, len(token)-1, byte('B'))
	f.Add("AAAA", 20, byte('='))
	f.Fuzz(func(t *testing.T, other string, at int, to byte) {
		altered := []byte(token)
		altered[uint(at)%uint(len(token))] = to
		for _, text := range []string{other, string(altered)} {
			if err := s.redeem(text, []byte("nothing was ever signed for this"), time.Now()); err == nil {
				t.Fatalf("accepted %q", text)
			}
			if err := s.redeem(text, []byte("bound"), time.Now()); err == nil && text != token {
				t.Fatalf("accepted %q in place of %q", text, token)
			}
		}
	})
}
