package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"slices"

	"zerops-mcp/internal/settings"
	"zerops-mcp/tools"
	"zerops-mcp/transport"
)

// serve speaks MCP until the client goes away or ctx ends.
func (s *session) serve(ctx context.Context) int {
	served, err := tools.New(s.config())
	if err != nil {
		return usageError(s.Stderr, err)
	}
	offered := served.Offered()
	for _, name := range s.Tools {
		if !slices.Contains(offered, name) {
			s.logger.WarnContext(ctx, "setting", slog.String("name", s.Origin("tools")), slog.String("problem", name+" is not offered in this mode"))
		}
	}
	s.logger.DebugContext(ctx, "serving",
		slog.String("transport", s.Transport), slog.String("api", s.api.Address()), slog.Int("tools", len(offered)))
	if s.Remote() {
		return s.serveHTTP(ctx, served)
	}
	if s.StdinTerminal && s.StderrTerminal {
		fmt.Fprint(s.Stderr, "zerops-mcp speaks MCP with an AI assistant over this terminal's input and output; Ctrl-C ends it.\n"+
			"For people there is \"zerops-mcp help\", and \"zerops-mcp call list_projects --demo\" to begin with.\n")
	}
	err = transport.ServeStdio(ctx, served.MCP(), transport.StdioConfig{
		In: s.Stdin, Out: s.wire, HandleMessage: served.HandleMessage, Logger: s.logger,
	})
	if err != nil && ctx.Err() == nil {
		return failed(s.Stderr, err)
	}
	return exitDone
}

// memoryLimit is from how many bytes on memory is collected eagerly while callers
// are served over a network, so that a crowd of them costs what it holds and not
// twice as much. The variable GOMEMLIMIT may set a lower one.
const memoryLimit = 288 << 20

// serveHTTP serves callers over a network until ctx ends.
func (s *session) serveHTTP(ctx context.Context, served *tools.Server) int {
	keys := make([]transport.AccessKey, len(s.AccessKeys))
	for i, k := range s.AccessKeys {
		keys[i] = transport.AccessKey{Label: k.Label, Key: k.Key}
	}
	cfg := transport.HTTPConfig{
		Server:         served.MCP(),
		HandleMessage:  served.HandleMessage,
		Listen:         s.Listen,
		SSE:            s.Transport == settings.TransportSSE,
		Auth:           transport.AuthMode(s.HTTPAuth),
		Keys:           keys,
		AnyToken:       s.Demo,
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
	// What is wrong with the settings is told before anything listens.
	checked, err := transport.NewHandler(cfg)
	if err != nil {
		return usageError(s.Stderr, err)
	}
	checked.Close()
	debug.SetMemoryLimit(min(debug.SetMemoryLimit(-1), memoryLimit))
	err = transport.ServeHTTP(ctx, cfg, func(address net.Addr) {
		s.logger.InfoContext(ctx, "listening", slog.String("address", address.String()), slog.String("transport", s.Transport),
			slog.String("auth", s.HTTPAuth), slog.Bool("tls", s.TLSCert != ""), slog.Bool("read_only", s.ReadOnly))
	})
	if err != nil {
		return failed(s.Stderr, err)
	}
	return exitDone
}
