package tool

import (
	"cmp"
	"net/url"
	"slices"
	"sort"
	"strings"
	"sync"

	"zerops-mcp/zerops"
)

const (
	// Redacted stands where a secret was.
	Redacted = "[redacted]"
	// shortestSecret is shorter than anything that is removed by its value or shape.
	shortestSecret = 6
)

// Redactor removes secrets from text. A call has one; it is safe for concurrent
// use.
//
// Whoever calls can choose words of his own: arguments, jq programs, and lines that
// he makes an application write. If such words came back changed where they equal a
// secret, he could guess. So three kinds of text are told apart. What the call itself
// may have brought is only looked over for shapes (text). What the platform says to a
// request is also rid of what the request sent as a secret, and of whatever stands in
// the place of a secret variable (answered). What it delivers beside, such as logs, is
// rid of values of the account as well, if nobody can guess them (delivered).
type Redactor struct {
	Patterns func() *PatternSet

	mu    sync.RWMutex
	own   valueSet // credentials of this server
	known valueSet // values of the account
	sent  valueSet // values that this call sends
	keys  secretKeys
	names map[string]bool // words that objects of the account are named by
}

// Keep registers credentials of this server, which leave in no text at all.
func (r *Redactor) Keep(values ...zerops.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		if !v.Guessable(nil) {
			r.own.add(v.OpenForRedactor())
		}
	}
}

// Know registers values of the account, their long lines and the passwords of addresses,
// which may be quoted alone. Those that could be guessed are left to the places they
// stand in.
func (r *Redactor) Know(values ...zerops.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range values {
		value := v.OpenForRedactor()
		if v.Withheld() || OnlyReferences(value) {
			continue
		}
		for _, part := range append(LongLines(value), value, passwordIn(value)) {
			if !zerops.Guessable(part, r.names) {
				r.known.add(part)
			}
		}
	}
}

// passwordIn returns the password of an address, empty where there is none.
func passwordIn(address string) string {
	if !strings.Contains(address, "://") {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return ""
	}
	password, _ := u.User.Password()
	return password
}

// LongLines are the lines of a value that may be quoted alone.
func LongLines(value string) []string {
	var lines []string
	for line := range strings.Lines(value) {
		if line = strings.TrimSpace(line); len(line) >= zerops.LeastLength && line != value {
			lines = append(lines, line)
		}
	}
	return lines
}

// Send registers values that the call sends as secrets. The caller knows them, so
// that hiding them from the platform's answer tells him nothing.
func (r *Redactor) Send(values ...string) {
	for _, v := range values {
		if len(v) < shortestSecret {
			continue
		}
		shaped := r.answered(v) // as it stands in text that has lost its shapes
		r.mu.Lock()
		r.sent.add(v)
		if len(shaped) >= shortestSecret && shaped != Redacted {
			r.sent.add(shaped)
		}
		r.mu.Unlock()
	}
}

// Place registers the keys of secret variables: whatever stands behind one is
// hidden, whether or not it is its value.
func (r *Redactor) Place(keys ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		r.keys.add(key)
	}
}

// Hides reports a key whose value is hidden wherever it stands.
func (r *Redactor) Hides(key string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.keys.hides(key)
}

// Knows counts the values of the account that are looked for.
func (r *Redactor) Knows() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.known.values)
}

// Public registers names of the account's own objects. A value that is made of
// them is no secret, and hiding it would only blank names.
func (r *Redactor) Public(names ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	changed := false
	for _, name := range names {
		for _, word := range words(name) {
			if r.names[word] {
				continue
			}
			if r.names == nil {
				r.names = map[string]bool{}
			}
			r.names[word] = true
			changed = true
		}
	}
	if changed {
		r.known.drop(func(v string) bool { return zerops.Guessable(v, r.names) })
	}
}

// Text removes what may stand in no text, wherever it comes from. It compares
// nothing with values of the account.
func (r *Redactor) Text(s string) string {
	return r.Patterns().apply(r.without(s, &r.own))
}

// Delivered removes secrets from words that the platform delivers: logs, reasons of
// failures, exports. Text that is to be shortened has to come here first, because
// half of a secret is not recognized.
func (r *Redactor) Delivered(s string) string { return r.unsent(r.Text(r.hidden(s))) }

// Hidden is delivered without the shapes, for text that is read for its meaning
// before it is shown.
func (r *Redactor) Hidden(s string) string { return r.unsent(r.hidden(s)) }

func (r *Redactor) hidden(s string) string { return r.places(r.without(plainEscapes(s), &r.known)) }

// answered removes secrets from what the platform says to a request. It may quote
// any argument of the call, so values of the account are not looked for.
func (r *Redactor) answered(s string) string {
	return r.unsent(r.Text(r.places(plainEscapes(s))))
}

// unsent removes what the call sends as a secret, once all else is hidden: a guess
// must not cut into what a place or a shape hides.
func (r *Redactor) unsent(s string) string { return r.without(s, &r.sent) }

// places hides what stands behind the keys of secret variables.
func (r *Redactor) places(s string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return hidePlaces(s, r.keys.hides)
}

// without removes the values of a set as a whole, the longest first.
func (r *Redactor) without(s string, set *valueSet) string {
	r.mu.RLock()
	replacer, stale := set.replacer, set.stale
	r.mu.RUnlock()
	if stale {
		r.mu.Lock()
		replacer = set.build()
		r.mu.Unlock()
	}
	if replacer == nil || len(s) < shortestSecret {
		return s
	}
	return replacer.Replace(s)
}

// valueSet is a set of values with their spellings.
type valueSet struct {
	values   []string
	stale    bool
	replacer *strings.Replacer // nil for an empty set
}

func (s *valueSet) add(v string) {
	if !slices.Contains(s.values, v) {
		s.values, s.stale = append(s.values, v), true
	}
}

// drop removes values again.
func (s *valueSet) drop(gone func(string) bool) {
	before := len(s.values)
	s.values = slices.DeleteFunc(s.values, gone)
	s.stale = s.stale || len(s.values) != before
}

func (s *valueSet) build() *strings.Replacer {
	s.stale, s.replacer = false, nil
	var all []string
	for _, v := range s.values {
		all = append(all, spellings(v)...)
	}
	sort.Slice(all, func(i, j int) bool { return cmp.Or(len(all[j])-len(all[i]), strings.Compare(all[i], all[j])) < 0 })
	if all = slices.Compact(all); len(all) == 0 {
		return nil
	}
	pairs := make([]string, 0, 2*len(all))
	for _, spelling := range all {
		pairs = append(pairs, spelling, Redacted)
	}
	s.replacer = strings.NewReplacer(pairs...)
	return s.replacer
}
