package zerops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// DefaultAddress is the address of the default region, prg1 (operation
// GetRegionZcli; platform §1.1). Others have addresses of their own.
const DefaultAddress = "https://api.app-prg1.zerops.io"

// pathPrefix is where the public API lives below its host.
const pathPrefix = "/api/rest/public"

const (
	defaultReadTimeout  = 30 * time.Second
	defaultWriteTimeout = 60 * time.Second // an import holds its connection up to 16 s
	defaultMaxResponse  = 16 << 20
	maxAttempts         = 3
)

// APIOptions configures an [API]. The zero value reaches the production API.
type APIOptions struct {
	// Address of the API, with or without /api/rest/public. Empty means
	// [DefaultAddress]. Plain http is accepted for loopback addresses only.
	Address string
	// UserAgent sent with every request.
	UserAgent string
	// RequestsPerSecond and Burst bound the requests of one token; the excess
	// waits its turn. Zero requests a second means no limit.
	RequestsPerSecond float64
	Burst             int
	// ReadTimeout and WriteTimeout bound one attempt. Zero means 30 s and 60 s.
	ReadTimeout, WriteTimeout time.Duration
	// MaxResponse bounds the bytes of an answer. Zero means 16 MiB.
	MaxResponse int64
	// Transport sends the requests. Nil means a pooled transport of the API's own.
	Transport http.RoundTripper
	// Visitor sends the visits of public addresses. Nil means one that connects to
	// public addresses only.
	Visitor http.RoundTripper
	// Logger receives one debug line for each attempt, never a token or a body.
	Logger *slog.Logger
	// Observe, if set, is told of each finished attempt. It must be quick and
	// safe for concurrent use.
	Observe func(context.Context, Attempt)
}

// Attempt describes one finished HTTP request for metrics and audit.
type Attempt struct {
	Operation Operation
	Number    int           // 1 for the first try
	Status    int           // 0 when no answer arrived
	Refused   bool          // the API refused it for sure; see [Error.Definite]
	Duration  time.Duration // until the body was read
}

// API is what all callers of one Zerops address share. It is safe for
// concurrent use.
type API struct {
	base         *url.URL
	http         *http.Client
	external     *http.Client
	visitor      http.RoundTripper
	userAgent    string
	readTimeout  time.Duration
	writeTimeout time.Duration
	maxResponse  int64
	limits       *limiters
	logger       *slog.Logger
	observe      func(context.Context, Attempt)
}

// NewAPI checks the options and returns the shared part of the client. It
// makes no network call.
func NewAPI(o APIOptions) (*API, error) {
	base, err := ParseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	api := &API{
		base:         base,
		userAgent:    o.UserAgent,
		readTimeout:  orDefault(o.ReadTimeout, defaultReadTimeout),
		writeTimeout: orDefault(o.WriteTimeout, defaultWriteTimeout),
		maxResponse:  orDefault(o.MaxResponse, defaultMaxResponse),
		limits:       newLimiters(o.RequestsPerSecond, o.Burst),
		logger:       o.Logger,
		observe:      o.Observe,
		visitor:      o.Visitor,
	}
	if api.logger == nil {
		api.logger = slog.New(slog.DiscardHandler)
	}
	transport := o.Transport
	if transport == nil {
		transport = newTransport()
	}
	api.http = &http.Client{Transport: transport, CheckRedirect: refuseRedirect}
	api.external = &http.Client{Transport: transport, CheckRedirect: refuseRedirect}
	return api, nil
}

// Address returns the address requests go to, without the path prefix.
func (a *API) Address() string { return a.base.Scheme + "://" + a.base.Host }

// Loopback reports whether the API is on this machine, as the simulator is.
func (a *API) Loopback() bool { return isLoopback(a.base.Hostname()) }

// Client returns the view of one caller. The token is sent as it is.
func (a *API) Client(token string) *Client { return &Client{api: a, token: token} }

// CloseIdle closes connections that nobody uses.
func (a *API) CloseIdle() { a.http.CloseIdleConnections() }

// ParseAddress checks an API address and completes it: https unless the host is
// loopback, no credentials, query or fragment, path empty or the API's prefix.
func ParseAddress(address string) (*url.URL, error) {
	if address == "" {
		address = DefaultAddress
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the API address is not a URL; expected something like " + DefaultAddress)
	}
	switch {
	case u.Host == "":
		return nil, errors.New("the API address names no host; expected something like " + DefaultAddress)
	case u.User != nil:
		return nil, errors.New("the API address holds credentials; put the token in ZEROPS_TOKEN and give the address without them")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the API address has a query or fragment; give scheme and host only")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, fmt.Errorf("the API address %s://%s is not https; plain http is accepted for loopback addresses only", u.Scheme, u.Host)
	}
	path := strings.TrimSuffix(u.Path, "/")
	if path != "" && path != pathPrefix {
		return nil, fmt.Errorf("the API address has the path %q; give scheme and host only, or end it with %s", path, pathPrefix)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: pathPrefix}, nil
}

// newTransport keeps enough idle connections for bounded fan-out to one host.
// Idle connections go before a load balancer would drop them, because a write on
// a dropped connection has an uncertain outcome.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    32,
		MaxConnsPerHost:        256,
		IdleConnTimeout:        30 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// refuseRedirect hands a redirect back as the answer: following one would
// carry the request, and perhaps its token, to an address nobody configured.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func orDefault[T int64 | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
