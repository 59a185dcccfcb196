// Package tenants is a Zerops API in which every token opens an account of its
// own. It notices when a request carries another token than that of the caller
// whose call it is for.
package tenants

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"zerops-mcp/zerops/simulator"
)

// organization is the one of the seeded accounts that projects are made in.
const organization = "Northwind Trading"

// API serves the accounts.
type API struct {
	accounts []*simulator.Simulator
	number   map[string]int // of a token

	mu     sync.Mutex
	strays []string
	served int
	spent  map[string]time.Duration // by the span of a traceparent
}

// New returns an API with n accounts. Their work is done at once.
func New(n int) *API {
	a := &API{number: make(map[string]int, n), spent: make(map[string]time.Duration)}
	for i := range n {
		a.accounts = append(a.accounts, simulator.New(simulator.WithPace(0), simulator.WithIndexLag(0)))
		a.number[Token(i)] = i
	}
	return a
}

// Token is the token of account i.
func Token(i int) string { return fmt.Sprintf("fake-token-of-tenant-%04d", i) }

// Mark is a word that only things of account i are called by.
func Mark(i int) string { return fmt.Sprintf("tenant-%04d", i) }

// Foreign returns the first mark in a text that is not that of account i, empty
// when there is none.
func Foreign(text string, i int) string {
	for _, found := range regexp.MustCompile(`tenant-\d{4}`).FindAllString(text, -1) {
		if found != Mark(i) {
			return found
		}
	}
	return ""
}

// Trace is the traceparent of a call of account i. Calls with different numbers
// can be told apart by Spent.
func Trace(i, call int) string { return fmt.Sprintf("00-%032x-%016x-01", i+1, call+1) }

// Org is the id of an organisation of account i.
func (a *API) Org(i int) string { return a.accounts[i].OrgID(organization) }

// ServeHTTP answers a request with the account of its token.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	trace := r.Header.Get("Traceparent")
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	number, known := a.number[token]
	a.mu.Lock()
	a.served++
	if !known || !strings.HasPrefix(trace, fmt.Sprintf("00-%032x-", number+1)) {
		a.strays = append(a.strays, fmt.Sprintf("%s %s with token %q and trace %q", r.Method, r.URL.Path, token, trace))
	}
	a.mu.Unlock()
	if !known {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	own := r.Clone(r.Context())
	own.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
	a.accounts[number].ServeHTTP(w, own)
	a.mu.Lock()
	a.spent[trace] += time.Since(started)
	a.mu.Unlock()
}

// Strays returns the requests whose token was not their caller's.
func (a *API) Strays() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.strays...)
}

// Served returns how many requests came.
func (a *API) Served() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.served
}

// Spent returns how long the API took for the call with a trace, and forgets it.
func (a *API) Spent(trace string) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	spent := a.spent[trace]
	delete(a.spent, trace)
	return spent
}
