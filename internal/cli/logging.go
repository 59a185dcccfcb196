package cli

import (
	"log/slog"

	"github.com/lmittmann/tint"
)

// logger writes to standard error only: standard output belongs to the
// protocol, or to the command's result.
func (p *program) logger() *slog.Logger {
	if p.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(p.Stderr, &slog.HandlerOptions{Level: p.LogLevel}))
	}
	return slog.New(tint.NewTextHandler(p.Stderr, &tint.Options{
		Level:      p.LogLevel,
		TimeFormat: "15:04:05.000",
		NoColor:    !p.errStyle.on,
	}))
}
