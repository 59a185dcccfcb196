package transport

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// guard decides which requests are looked at at all: those addressed to one of
// our names, and from no web page but the allowed ones. A browser cannot forge
// either header, so neither a foreign page nor a name that was made to point here
// gets through.
type guard struct {
	hosts   []string // lower case; empty: loopback names
	origins []string // lower case, scheme://host[:port]
	proxies []netip.Prefix
}

func newGuard(cfg *HTTPConfig) (*guard, error) {
	g := &guard{}
	for _, host := range cfg.AllowedHosts {
		if _, address, found := strings.Cut(host, "://"); found { // as the platform's variable zeropsSubdomain has it
			host, _, _ = strings.Cut(address, "/")
		}
		g.hosts = append(g.hosts, strings.ToLower(strings.Trim(host, "[]")))
	}
	for _, origin := range cfg.AllowedOrigins {
		parsed, err := url.Parse(origin)
		if err != nil || parsed.Scheme == "" || parsed.Host == "" || strings.Trim(parsed.Path, "/") != "" {
			return nil, fmt.Errorf("serve HTTP: %q is no origin; write scheme://host or scheme://host:port", origin)
		}
		g.origins = append(g.origins, strings.ToLower(parsed.Scheme+"://"+parsed.Host))
	}
	for _, proxy := range cfg.TrustedProxies {
		prefix, err := netip.ParsePrefix(proxy)
		if err != nil {
			address, addressErr := netip.ParseAddr(proxy)
			if addressErr != nil {
				return nil, fmt.Errorf("serve HTTP: %q is no address and no network of a proxy", proxy)
			}
			prefix = netip.PrefixFrom(address, address.BitLen())
		}
		g.proxies = append(g.proxies, prefix.Masked())
	}
	return g, nil
}

// trusted reports whether the peer of a connection is one of our proxies.
func (g *guard) trusted(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	address := peer.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(g.proxies, func(p netip.Prefix) bool { return p.Contains(address) })
}

// host returns the name that a request is addressed to, with its port.
func (g *guard) host(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" && g.trusted(r) {
		// The last one was added by the proxy next to us.
		parts := strings.Split(forwarded, ",")
		return strings.TrimSpace(parts[len(parts)-1])
	}
	return r.Host
}

// client returns the address of the client, for logs.
func (g *guard) client(r *http.Request) string {
	if forwarded := r.Header.Get("X-Forwarded-For"); forwarded != "" && g.trusted(r) {
		parts := strings.Split(forwarded, ",")
		if address, err := netip.ParseAddr(strings.TrimSpace(parts[len(parts)-1])); err == nil {
			return address.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return ""
	}
	return host
}

// hostAllowed reports whether a request is addressed to one of our names.
func (g *guard) hostAllowed(r *http.Request) bool {
	name := hostname(g.host(r))
	if len(g.hosts) == 0 {
		return loopbackHost(name)
	}
	return slices.ContainsFunc(g.hosts, func(allowed string) bool {
		if domain, ok := strings.CutPrefix(allowed, "*"); ok && strings.HasPrefix(domain, ".") {
			return strings.HasSuffix(name, domain)
		}
		return allowed == name || hostname(allowed) == name
	})
}

// hostname removes the port from a host and lowers its case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.Trim(host, "[]"))
}

// originAllowed reports whether a request may come from where the browser says
// it does. A page of our own origin may call, although we serve none.
func (g *guard) originAllowed(r *http.Request) bool {
	values := r.Header.Values("Origin")
	if len(values) == 0 {
		// Browsers leave the origin out of some requests, but say that they
		// come from another site.
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "" || site == "none" || site == "same-origin"
	}
	if len(values) > 1 {
		return false
	}
	origin := strings.ToLower(values[0])
	if slices.Contains(g.origins, origin) {
		return true
	}
	parsed, err := url.Parse(origin)
	if err != nil || (parsed.Scheme != "http" && parsed.Scheme != "https") {
		return false
	}
	return parsed.Host != "" && parsed.Host == strings.ToLower(g.host(r))
}

// cors answers for a browser's page of an allowed origin, and reports whether
// the request was only the browser's question beforehand.
func (g *guard) cors(w http.ResponseWriter, r *http.Request) (done bool) {
	origin := r.Header.Get("Origin")
	if origin == "" || !slices.Contains(g.origins, strings.ToLower(origin)) {
		return false
	}
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", origin)
	header.Add("Vary", "Origin")
	header.Set("Access-Control-Expose-Headers", "Mcp-Session-Id, Mcp-Protocol-Version, X-Request-Id, Retry-After, WWW-Authenticate")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	header.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Last-Event-ID, Mcp-Method, Mcp-Name, "+
		"Mcp-Protocol-Version, Mcp-Session-Id, Traceparent, Tracestate, X-API-Key, X-Auth-Token, X-Request-Id")
	header.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
