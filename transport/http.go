package transport

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// AuthMode says how callers identify themselves over HTTP.
type AuthMode string

// Ways of callers to identify themselves.
const (
	// AuthCaller wants a Zerops token of the caller's own with each request.
	AuthCaller AuthMode = "caller"
	// AuthServer wants one of the configured access keys with each request.
	AuthServer AuthMode = "server"
	// AuthNone wants nothing; for addresses of this machine only.
	AuthNone AuthMode = "none"
)

// AccessKey admits one caller with AuthServer.
type AccessKey struct {
	Label string // names the caller in logs and audit lines
	Key   string
}

// HTTPConfig says how callers are served over HTTP. The zero value of a member
// that is not required means its default.
type HTTPConfig struct {
	// Server takes the messages; required.
	Server *server.MCPServer
	// HandleMessage runs a message through it; required.
	HandleMessage MessageHandler
	// Listen is host:port or unix:/path, 127.0.0.1:8080.
	Listen string
	// SSE also serves the older transport at /sse and /message.
	SSE bool

	// Auth is AuthCaller by default; Keys are the access keys for AuthServer.
	Auth AuthMode
	Keys []AccessKey
	// AnyToken takes whatever a caller brings for a token, because it goes nowhere.
	AnyToken bool
	// AllowedHosts are the names that requests may be addressed to, without
	// ports; a leading "*." stands for any subdomain. By default the names of
	// this machine.
	AllowedHosts []string
	// AllowedOrigins are the web origins that may call, none by default.
	AllowedOrigins []string
	// TrustedProxies are the addresses or networks whose X-Forwarded-* headers
	// are believed.
	TrustedProxies []string
	// TLSCert and TLSKey are PEM files, read again when they change.
	TLSCert, TLSKey string
	// CertificateAge is how long a certificate is used before its files are
	// looked at again, 10 s.
	CertificateAge time.Duration

	// RateLimit is in calls a second per caller; 0 means no limit. RateBurst is
	// how many may come at once, five times as many by default.
	RateLimit float64
	RateBurst int
	// Concurrency is how many calls of one caller run at once, 64.
	Concurrency int
	// Stateless keeps nothing between requests.
	Stateless bool
	// SessionTTL is how long an unused session takes up memory, 5 minutes. It
	// can be used again after that, up to SessionLifetime after its start, 24
	// hours.
	SessionTTL, SessionLifetime time.Duration
	// MaxSessions bounds the sessions of all callers, 20,000; a tenth of it is
	// the bound for one caller. The longest unused ones make room; they too
	// can be used again.
	MaxSessions int
	// SigningKey binds session ids to callers; nil means one of this process.
	SigningKey []byte

	// MaxBody is the largest message in bytes, 4 MiB, and from when on no more
	// requests of an array are answered. MaxHeld bounds in bytes what is held of the
	// messages of all callers beside the first 4 KiB of each, 64 MiB, half of it what
	// is held of answers to arrays, and MaxIncoming how many messages may be on their
	// way in at once, 1,024.
	MaxBody, MaxHeld, MaxIncoming int
	// MaxRunning is how many calls of all callers may run at once, 2,048, and
	// MaxStreams how many of their streams may be open, 4,096. Who has no stream
	// misses nothing but what belongs to none of its requests.
	MaxRunning, MaxStreams int
	// KeepAlive is how often a silent stream sends a comment, 25 s.
	KeepAlive time.Duration
	// BodyTimeout is how long a request may take to arrive, 30 s.
	BodyTimeout time.Duration
	// DrainTimeout is how long calls may go on after the end of the context,
	// 25 s.
	DrainTimeout time.Duration

	// MetricsListen is the address for /metrics, off by default.
	MetricsListen string
	// Metrics counts; made anew where it is nil.
	Metrics *Metrics
	// Logger takes what goes wrong; nothing is logged without it.
	Logger *slog.Logger
}

func (cfg HTTPConfig) withDefaults() HTTPConfig {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Metrics == nil {
		cfg.Metrics = NewMetrics()
	}
	defaultTo(&cfg.Listen, "127.0.0.1:8080")
	defaultTo(&cfg.Auth, AuthCaller)
	defaultTo(&cfg.CertificateAge, 10*time.Second)
	defaultTo(&cfg.Concurrency, 64)
	defaultTo(&cfg.SessionTTL, 5*time.Minute)
	defaultTo(&cfg.SessionLifetime, 24*time.Hour)
	defaultTo(&cfg.MaxSessions, 20_000)
	defaultTo(&cfg.MaxBody, 4<<20)
	defaultTo(&cfg.MaxHeld, 64<<20)
	defaultTo(&cfg.MaxIncoming, 1024)
	defaultTo(&cfg.MaxRunning, 2048)
	defaultTo(&cfg.MaxStreams, 4096)
	defaultTo(&cfg.KeepAlive, 25*time.Second)
	defaultTo(&cfg.BodyTimeout, 30*time.Second)
	defaultTo(&cfg.DrainTimeout, 25*time.Second)
	if cfg.RateBurst == 0 {
		cfg.RateBurst = max(1, int(5*cfg.RateLimit))
	}
	return cfg
}

// check refuses what must never be served.
func (cfg HTTPConfig) check() error {
	switch {
	case cfg.Server == nil:
		return errors.New("serve HTTP: the server is missing")
	case cfg.HandleMessage == nil:
		return errors.New("serve HTTP: HandleMessage is required")
	case cfg.Auth != AuthCaller && cfg.Auth != AuthServer && cfg.Auth != AuthNone:
		return fmt.Errorf("serve HTTP: unknown way of authentication %q; known are caller, server and none", cfg.Auth)
	case cfg.Auth == AuthServer && len(cfg.Keys) == 0:
		return errors.New("serve HTTP: authentication by access keys needs at least one key")
	case cfg.Auth == AuthNone && !loopback(cfg.Listen):
		return fmt.Errorf("serve HTTP: %s can be reached from other machines, so callers must identify themselves; listen on 127.0.0.1 or use another way of authentication", cfg.Listen)
	case (cfg.TLSCert == "") != (cfg.TLSKey == ""):
		return errors.New("serve HTTP: TLS needs both a certificate and a key")
	}
	return nil
}

// loopback reports whether only this machine can reach a listen address.
func loopback(listen string) bool {
	if strings.HasPrefix(listen, unixPrefix) {
		return true
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	return loopbackHost(host)
}

// loopbackHost reports whether a name or address means this machine.
func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
