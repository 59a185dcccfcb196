package cli

import (
	"net/http"
	"sync"
	"time"
)

// probe sends the requests of doctor and notes what they tell about the way to
// the API: how long an answer takes and what time it is there.
type probe struct {
	base *http.Transport

	mu      sync.Mutex
	answers int
	latency time.Duration
	skew    time.Duration
	dated   bool
}

func newProbe() *probe {
	return &probe{base: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 20 * time.Second,
		IdleConnTimeout:       10 * time.Second,
	}}
}

// RoundTrip sends one request.
func (p *probe) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := time.Now()
	response, err := p.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	took := time.Since(sent)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers++
	// The last answer came over an open connection, so it tells more about the
	// API than the first, which also paid for the connection.
	p.latency = took
	if there, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		// The header counts whole seconds; half a second is its middle.
		p.skew = sent.Add(took / 2).Sub(there.Add(500 * time.Millisecond))
		p.dated = true
	}
	return response, nil
}

// CloseIdleConnections lets the client close what doctor no longer needs.
func (p *probe) CloseIdleConnections() { p.base.CloseIdleConnections() }

func (p *probe) seen() (answers int, latency, skew time.Duration, dated bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answers, p.latency, p.skew, p.dated
}
