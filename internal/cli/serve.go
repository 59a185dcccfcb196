package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"zerops-mcp/internal/settings"
	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// serve speaks MCP until the client goes away or ctx ends.
func (s *session) serve(ctx context.Context) int {
	server, err := tools.New(s.config())
	if err != nil {
		return usageError(s.Stderr, err)
	}
	s.logger.DebugContext(ctx, "serving",
		slog.String("transport", s.Transport), slog.String("api", s.api.Address()), slog.Int("tools", len(server.Listed())))
	if s.Remote() {
		if err := s.serveHTTP(ctx, server); err != nil {
			return failed(s.Stderr, err)
		}
		return exitDone
	}
	if s.StdinTerminal && s.StderrTerminal {
		fmt.Fprint(s.Stderr, "zerops-mcp speaks MCP with an AI assistant over this terminal's input and output; Ctrl-C ends it.\n"+
			"For people there is \"zerops-mcp help\", and \"zerops-mcp call list_projects --demo\" to begin with.\n")
	}
	err = transport.ServeStdio(ctx, server.MCP(), transport.StdioConfig{In: s.Stdin, Out: s.Stdout, Logger: s.logger})
	if err != nil && ctx.Err() == nil {
		return failed(s.Stderr, err)
	}
	return exitDone
}

// serveHTTP serves callers over HTTP until ctx ends.
func (s *session) serveHTTP(ctx context.Context, server *tools.Server) error {
	cfg := transport.HTTPConfig{
		Server:         server.MCP(),
		Listen:         s.Listen,
		SSE:            s.Transport == settings.TransportSSE,
		Auth:           transport.AuthMode(s.HTTPAuth),
		AllowedHosts:   s.AllowedHosts,
		AllowedOrigins: s.AllowedOrigins,
		TrustedProxies: s.TrustedProxies,
		TLSCert:        s.TLSCert,
		TLSKey:         s.TLSKey,
		RateLimit:      s.RateLimit,
		Stateless:      s.Stateless,
		SigningKey:     s.SigningKey,
		MetricsListen:  s.MetricsListen,
		Metrics:        s.metrics,
		Logger:         s.logger,
	}
	for _, key := range s.AccessKeys {
		cfg.Keys = append(cfg.Keys, transport.AccessKey{Label: key.Label, Key: key.Key})
	}
	return transport.ServeHTTP(ctx, cfg, func(address net.Addr) {
		s.logger.InfoContext(ctx, "listening", slog.String("address", address.String()), slog.String("auth", s.HTTPAuth))
	})
}
