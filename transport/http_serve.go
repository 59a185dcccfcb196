package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	// unixPrefix marks a listen address as the path of a socket.
	unixPrefix = "unix:"
	// headerTimeout is how long a connection may take to send the header of a
	// request, idleTimeout how long it may be open without a request.
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	// maxHeader bounds the header of a request in bytes.
	maxHeader = 32 << 10
)

// ServeHTTP serves callers over HTTP until ctx ends, and then until the calls in
// progress have ended or the time for that is over. ready, if not nil, is told
// the address once callers can connect. It returns nil after a clean end.
func ServeHTTP(ctx context.Context, cfg HTTPConfig, ready func(net.Addr)) error {
	h, err := NewHandler(cfg)
	if err != nil {
		return err
	}
	defer h.Close()
	cfg = h.cfg
	var secure *tls.Config
	if cfg.TLSCert != "" {
		cert, err := newCertificate(cfg.TLSCert, cfg.TLSKey, cfg.CertificateAge, cfg.Logger)
		if err != nil {
			return err
		}
		secure = cert.config()
	} else if !loopback(cfg.Listen) && len(cfg.TrustedProxies) == 0 {
		cfg.Logger.Warn("callers send their credentials in the clear: give a TLS certificate, or name the proxy that has one as trusted", slog.String("listen", cfg.Listen))
	}

	listener, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	main := newHTTPServer(h, cfg)
	main.TLSConfig = secure
	failed := make(chan error, 2)
	go func() { failed <- serveListener(main, listener, secure != nil) }()

	stopMetrics, err := serveMetrics(ctx, cfg, failed)
	if err != nil {
		_ = main.Close() // the error that is returned came first
		return err
	}
	defer stopMetrics()
	if ready != nil {
		ready(listener.Addr())
	}

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	h.Drain()
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.DrainTimeout)
	defer cancel()
	if stopErr := main.Shutdown(stopping); stopErr != nil {
		cfg.Logger.Warn("calls were cut off, because they took longer than the server waits for them", slog.Duration("waited", cfg.DrainTimeout))
		_ = main.Close() // the process ends, whatever is left open
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// listen opens a TCP address or a socket. A socket that nobody listens to any
// more is replaced.
func listen(ctx context.Context, address string) (net.Listener, error) {
	path, unix := strings.CutPrefix(address, unixPrefix)
	if !unix {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err != nil {
			return nil, fmt.Errorf("serve HTTP: %w", err)
		}
		return listener, nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeSocket != 0 {
		probe, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
		if err == nil {
			_ = probe.Close() // nothing was sent over it
			return nil, fmt.Errorf("serve HTTP: another process listens at %s", path)
		}
		_ = os.Remove(path) // where it stays, listening fails and says why
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("serve HTTP: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = listener.Close() // the error that is returned came first
		return nil, fmt.Errorf("serve HTTP: %w", err)
	}
	return listener, nil
}

// newHTTPServer returns a server with limits on everything that a client may be
// slow with. There is none on writing as a whole, because streams stay open; each
// piece has its own. The one on reading also ends what nobody reads: before a
// refusal goes out, net/http waits for the body that the request announced.
func newHTTPServer(handler http.Handler, cfg HTTPConfig) *http.Server {
	open := &conns{open: make(map[net.Conn]*openConn)}
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       cfg.BodyTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         open.changed,
		ErrorLog:          slog.NewLogLogger(cfg.Logger.Handler(), slog.LevelDebug),
	}
}

func serveListener(s *http.Server, listener net.Listener, secure bool) error {
	if secure {
		return s.ServeTLS(listener, "", "")
	}
	return s.Serve(listener)
}

// serveMetrics serves the metrics on an address of their own, if there is one.
func serveMetrics(ctx context.Context, cfg HTTPConfig, failed chan<- error) (stop func(), err error) {
	if cfg.MetricsListen == "" {
		return func() {}, nil
	}
	listener, err := listen(ctx, cfg.MetricsListen)
	if err != nil {
		return nil, err
	}
	g, err := newGuard(&cfg)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	s := newHTTPServer(metricsFor(g, cfg.Metrics, listener), cfg)
	s.WriteTimeout = writeTimeout
	go func() { failed <- serveListener(s, listener, false) }()
	// Metrics are read again and again: what is cut off is not missed.
	return func() { _ = s.Close() }, nil
}
