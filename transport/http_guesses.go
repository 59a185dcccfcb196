package transport

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"zerops-mcp/tools/request"
)

// Bounds of the tokens that the platform refuses, before callers whom it has not
// accepted yet have to wait: how many at once, and a second.
const (
	guessesOfOne, guessesOfOneRate = 20, 1.0 / 6
	guessesOfAll, guessesOfAllRate = 600, 5.0
	// onceCounted is how long a token that was refused is not counted again: whoever
	// repeats one guesses nothing.
	onceCounted = time.Minute
)

// guesses keeps a server that passes tokens on from being used to find one. It counts
// the tokens that the platform refuses, by address and of all. Callers whom the
// platform has accepted are not held up by those of others.
type guesses struct {
	mu        sync.Mutex
	all       allowance
	byAddress map[string]allowance // those that are not full
}

// allowance is what is left at a time.
type allowance struct {
	left float64
	at   time.Time
}

func (a allowance) now(most, rate float64, now time.Time) allowance {
	if a.at.IsZero() {
		return allowance{most, now}
	}
	return allowance{min(most, a.left+rate*now.Sub(a.at).Seconds()), now}
}

// wait returns zero when a caller may send a token to the platform, else after how
// long.
func (g *guesses) wait(account *caller, address string, now time.Time) time.Duration {
	account.mu.Lock()
	accepted := account.accepted
	account.mu.Unlock()
	if accepted {
		return 0
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	missing := func(a allowance, rate float64) time.Duration {
		return time.Duration(max(0, 1-a.left) / rate * float64(time.Second))
	}
	one := g.byAddress[network(address)].now(guessesOfOne, guessesOfOneRate, now)
	return max(missing(one, guessesOfOneRate), missing(g.all.now(guessesOfAll, guessesOfAllRate, now), guessesOfAllRate))
}

// answered notes what the platform said to a token.
func (g *guesses) answered(account *caller, address string, status int, now time.Time) {
	refused := status == http.StatusUnauthorized
	if !refused && (status < http.StatusOK || status >= http.StatusInternalServerError) {
		return // it says nothing of the token
	}
	account.mu.Lock()
	again := refused && !account.refused.IsZero() && now.Sub(account.refused) < onceCounted
	account.accepted = !refused
	if refused && !again {
		account.refused = now
	}
	account.mu.Unlock()
	if !refused || again {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for key, one := range g.byAddress {
		if one.now(guessesOfOne, guessesOfOneRate, now).left >= guessesOfOne {
			delete(g.byAddress, key)
		}
	}
	key := network(address)
	one, all := g.byAddress[key].now(guessesOfOne, guessesOfOneRate, now), g.all.now(guessesOfAll, guessesOfAllRate, now)
	one.left--
	all.left--
	if g.byAddress == nil {
		g.byAddress = map[string]allowance{}
	}
	g.byAddress[key], g.all = one, all
}

// network is what one client has of addresses: of IPv6 that is 64 bits.
func network(address string) string {
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.Unmap().Is4() {
		return address
	}
	prefix, err := parsed.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// tooManyGuesses is the refusal of a token that is not sent to the platform.
func tooManyGuesses(after time.Duration) *failure {
	f := tooFast(after)
	f.Message = "Too many tokens were sent here that the Zerops API refused, so this one was not tried. Nothing was done."
	f.Hint = "Send it again after the time given. Callers whose token the API has accepted are not held up."
	return f
}

// tokenShaped reports whether a text can be a token at all. Those of the platform are
// much longer, but their length says nothing (platform §1.2).
func tokenShaped(text string) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' {
			return false
		}
	}
	return len(text) >= 12
}

// admit says whether the token of a caller may be passed on, and has the platform's
// answers noted.
func (h *Handler) admit(caller *request.Caller, key, address string) *failure {
	account := h.callers.get(key)
	if after := h.guesses.wait(account, address, time.Now()); after > 0 {
		return tooManyGuesses(after)
	}
	caller.Answered = func(status int) { h.guesses.answered(account, address, status, time.Now()) }
	return nil
}
