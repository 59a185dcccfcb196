package zerops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// SetSubdomainAccess opens or closes the zerops.app addresses of a service.
// Opening what is open is accepted and then fails as a process, so read first
// (operations PutServiceStackEnableSubdomainAccess,
// PutServiceStackDisableSubdomainAccess; platform §4.8).
func (c *Client) SetSubdomainAccess(ctx context.Context, serviceID string, enabled bool) (Process, error) {
	op := PutServiceStackDisableSubdomainAccess
	if enabled {
		op = PutServiceStackEnableSubdomainAccess
	}
	return fetch[Process](ctx, c, Call{Operation: op, Path: []string{serviceID}, Body: empty{}})
}

const (
	// subdomainZone is the only domain whose addresses are visited.
	subdomainZone = ".zerops.app"
	visitTime     = 10 * time.Second
	maxVisitBody  = 16 << 10
)

// Reasons not to visit an address.
var (
	errNotSubdomain   = errors.New("only https addresses below zerops.app are visited")
	errPrivateAddress = errors.New("the name leads to a private address, which is not visited")
)

// Visit asks a public zerops.app address for its front page, without the token,
// and returns the HTTP status. Redirects are not followed and the body is not
// kept. An error means that no answer came.
func (a *API) Visit(ctx context.Context, address string) (status int, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" || !strings.HasSuffix(u.Hostname(), subdomainZone) {
		return 0, errNotSubdomain
	}
	ctx, cancel := context.WithTimeout(ctx, visitTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return 0, errNotSubdomain
	}
	if a.userAgent != "" {
		req.Header.Set("User-Agent", a.userAgent)
	}
	transport := a.visitor
	if transport == nil {
		own := newVisitor()
		defer own.CloseIdleConnections()
		transport = own
	}
	client := &http.Client{Transport: transport, CheckRedirect: refuseRedirect}
	resp, err := client.Do(req)
	if err != nil {
		return 0, stripURL(err)
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.CopyN(io.Discard, resp.Body, maxVisitBody) // a short look spares the service a broken connection
	return resp.StatusCode, nil
}

// newVisitor makes a transport that connects to public addresses only. The check
// is made on the address that is really dialled, so that a name cannot answer
// once with a public and once with a private one. Proxies are left out: they
// would look the name up themselves.
func newVisitor() *http.Transport {
	dialer := &net.Dialer{Timeout: visitTime / 2, Control: func(_, address string, _ syscall.RawConn) error { return publicOnly(address) }}
	return &http.Transport{
		DialContext: dialer.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: visitTime / 2,
		ResponseHeaderTimeout: visitTime, MaxResponseHeaderBytes: 64 << 10, ForceAttemptHTTP2: true,
	}
}

// publicOnly refuses an address, as host:port, that is not on the public
// internet.
func publicOnly(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("reading the address: %w", err)
	}
	if ip := at.Addr().Unmap(); !publicAddress(ip) || at.Port() != 443 {
		return errPrivateAddress
	}
	return nil
}

// publicAddress reports an address of the public internet. Beyond what the
// standard library knows as private it leaves out carrier-grade NAT, test nets,
// benchmarks, protocol assignments, and IPv6 forms that hold an IPv4 address.
func publicAddress(ip netip.Addr) bool {
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.Zone() != "" {
		return false
	}
	for _, special := range [...]string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		if netip.MustParsePrefix(special).Contains(ip) {
			return false
		}
	}
	return true
}
