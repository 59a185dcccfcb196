package adversarial_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

// guessable is a secret that somebody could guess, and another value that it could
// have had: of the same length and kind, so that nothing but the value differs.
type guessable struct{ key, value, other string }

func guessables() []guessable {
	return []guessable{
		{"PIN", "482913", "735206"},
		{"WORD", "hummingbird", "grasshopper"},
		{"SHORT", "Tr0ub4dor&3", "M0onl1ght!7"},
		{"API_TOKEN", "q7Zx2LmN8vRt4KsW9pYd", "b3Hj6TgF1cVe5QaU0nXo"},
	}
}

// hard is the one that cannot be guessed whole: it may be masked in text of the
// platform, and equality under the same key may be learned of it. Its beginnings can
// be guessed like any other.
func (g guessable) hard() bool { return g.key == "API_TOKEN" }

// soft are those that can be guessed whole.
func soft() []guessable {
	return slices.DeleteFunc(guessables(), guessable.hard)
}

// parts are the beginnings of the value and its end.
func (g guessable) parts() []string {
	half := len(g.value) / 2
	return []string{g.value[:half], g.value[:len(g.value)-1], g.value[half:], g.value[:len(g.value)-1] + "…"}
}

// guesses are the parts and the value.
func (g guessable) guesses() []string { return append(g.parts(), g.value, g.value+"…") }

// likely are the guesses that somebody can come upon.
func (g guessable) likely() []string {
	if g.hard() {
		return g.parts()
	}
	return g.guesses()
}

// twins are two accounts that differ in nothing but the values of guessable
// secrets, each behind a program of its own. Whoever learns nothing cannot tell one
// from the other.
type twins struct {
	right, other *program
	accounts     [2]*world
}

// twinKey makes what is derived from the signing key the same in both.
const twinKey = "ZMCP_SIGNING_KEY=kR7xW2mQ9vT4nB6yH1sD8fG3jL5pZ0cA"

// where the secrets of the twins are.
const (
	twinProject = "eshop-staging"
	twinService = "api"
)

// newTwins starts both. Each account has the secrets as variables of the service and
// of the project; prepare adds what a test needs, given the values in use.
func newTwins(t *testing.T, h how, secrets []guessable, prepare func(w *world, value func(guessable) string)) *twins {
	t.Helper()
	now := time.Now()
	pair := &twins{}
	h.env = append(slices.Clone(h.env), twinKey)
	h.args = append(slices.Clone(h.args), "--api-rate-limit", "0")
	for i, value := range []func(guessable) string{
		func(g guessable) string { return g.value }, func(g guessable) string { return g.other },
	} {
		w := newWorld(t, simulator.WithClock(func() time.Time { return now }))
		for _, g := range secrets {
			w.setServiceEnv(t, w.service(twinProject, twinService), g.key, value(g))
			w.setProjectEnv(t, w.project(twinProject), "PROJECT_"+g.key, value(g))
		}
		if prepare != nil {
			prepare(w, value)
		}
		pair.accounts[i] = w
	}
	pair.right, pair.other = pair.accounts[0].serve(t, h), pair.accounts[1].serve(t, h)
	return pair
}

// volatile is what differs from run to run in what is otherwise the same answer.
var volatile = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`"(confirm|expires_at|now|since|until|next_cursor)":"[^"]*"|\d{4}-\d\d-\d\dT[0-9:.]+(Z|[+-]\d\d:\d\d)`)
})

// tells makes the same call on both and returns how the answers differ: then the
// caller has learned something.
func (p *twins) tells(tool string, a args) error {
	var answers [2]string
	for i, side := range []*program{p.right, p.other} {
		r, err := side.try(tool, a)
		if err != nil {
			r.text = err.Error()
		}
		answers[i] = volatile().ReplaceAllString(r.text, "…")
	}
	if answers[0] == answers[1] {
		return nil
	}
	at := 0
	for at < min(len(answers[0]), len(answers[1])) && answers[0][at] == answers[1][at] {
		at++
	}
	from := max(at-60, 0)
	raw, _ := json.Marshal(a)
	return fmt.Errorf("%s %s tells the values apart: …%s… or …%s…", tool, short(string(raw)), around(answers[0], from), around(answers[1], from))
}

func around(text string, from int) string {
	return strings.ReplaceAll(text[min(from, len(text)):min(from+160, len(text))], "\n", " ")
}
