package transport

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// Refused tokens are counted by network and of all; time gives back what they took.
func TestGuesses(t *testing.T) {
	t.Parallel()
	var g guesses
	start := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	try := func(address string, now time.Time) bool {
		account := &caller{}
		if g.wait(account, address, now) > 0 {
			return false
		}
		g.answered(account, address, http.StatusUnauthorized, now)
		return true
	}
	tried := func(n int, now time.Time, address func(i int) string) (passed int) {
		for i := range n {
			if try(address(i), now) {
				passed++
			}
		}
		return passed
	}
	one := func(int) string { return "203.0.113.7" }
	if n := tried(100, start, one); n != guessesOfOne {
		t.Errorf("%d guesses of one address pass", n)
	}
	if !try("203.0.113.8", start) {
		t.Error("another address is held up")
	}
	if n := tried(100, start.Add(time.Minute), one); n != 10 {
		t.Errorf("%d more pass a minute later", n)
	}
	neighbors := func(i int) string { return fmt.Sprintf("2001:db8:0:1::%x", i) }
	if n := tried(100, start, neighbors); n != guessesOfOne {
		t.Errorf("%d guesses of one network pass", n)
	}
	if n := tried(2000, start, func(i int) string { return fmt.Sprintf("2001:db8:1:%x::1", i) }); n > guessesOfAll {
		t.Errorf("%d guesses of many networks pass", n)
	}
	later := start.Add(time.Hour)
	if n := tried(100, later, one); n != guessesOfOne || len(g.byAddress) != 1 {
		t.Errorf("an hour later %d pass, and %d addresses are remembered", n, len(g.byAddress))
	}

	// Whom the platform has accepted is not held up, until it refuses the token.
	known := &caller{}
	g.answered(known, "203.0.113.7", http.StatusForbidden, later)
	if g.wait(known, "203.0.113.7", later) > 0 {
		t.Error("a caller whom the platform knows is held up")
	}
	before := g.byAddress["203.0.113.7"].left
	g.answered(known, "203.0.113.7", http.StatusUnauthorized, later)
	g.answered(known, "203.0.113.7", http.StatusUnauthorized, later.Add(time.Second))
	g.answered(known, "203.0.113.7", http.StatusServiceUnavailable, later)
	if left := g.byAddress["203.0.113.7"].left; left > before-0.5 || left < before-1.5 {
		t.Errorf("one token took %v", before-left)
	}
	if g.wait(known, "203.0.113.7", later) == 0 {
		t.Error("a caller whose token was refused is not held up")
	}
}
