package cli

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"zerops-mcp/internal/settings"
)

// healthCommand is what the image's health check runs, because nothing else in
// it could. It is not in help.
const healthCommand = "__health"

// health asks the server that the same environment describes whether it lives.
// Over stdio the process is as alive as its client, so there is nothing to ask.
func health(ctx context.Context, env Env) int {
	s, _, err := settings.Load(settings.Source{Args: []string{settings.Serve}, Environ: env.Environ, Dir: env.Dir, Home: env.Home})
	if err != nil {
		return usageError(env.Stderr, err)
	}
	if !s.Remote() {
		return exitDone
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	network, address := "tcp", reachable(s.Listen)
	if path, ok := strings.CutPrefix(s.Listen, "unix:"); ok {
		network, address = "unix", path
	}
	scheme := "http"
	if s.TLSCert != "" {
		scheme = "https"
	}
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
		// The question is whether this machine's own process answers; its
		// certificate names the address that others use.
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above; nothing secret is sent
	}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://localhost/healthz", http.NoBody)
	if err != nil {
		return failed(env.Stderr, fmt.Errorf("health: %w", err))
	}
	response, err := client.Do(request)
	if err != nil {
		return failed(env.Stderr, fmt.Errorf("health: %w", err))
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return failed(env.Stderr, fmt.Errorf("health: %s", response.Status))
	}
	return exitDone
}

// reachable turns an address to listen on into one to call: what listens on all
// addresses answers on loopback too.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
