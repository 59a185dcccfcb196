package cli

import (
	"bytes"
	"io"
	"log/slog"

	"github.com/lmittmann/tint"
)

// logger writes to standard error only: standard output belongs to the
// protocol, or to the command's result.
func (p *program) logger() *slog.Logger {
	p.bounded.noteBy(func(lines int) []byte {
		var b bytes.Buffer
		slog.New(p.logHandler(&b, slog.LevelDebug)).Warn("standard error", slog.String("problem", lostWords(lines)), slog.Int("lost", lines))
		return b.Bytes()
	})
	return slog.New(p.logHandler(p.Stderr, p.LogLevel))
}

// logHandler writes in the format of the settings.
func (p *program) logHandler(to io.Writer, level slog.Level) slog.Handler {
	if p.LogFormat == "json" {
		return slog.NewJSONHandler(to, &slog.HandlerOptions{Level: level})
	}
	return tint.NewTextHandler(to, &tint.Options{
		Level:      level,
		TimeFormat: "15:04:05.000",
		NoColor:    !p.errStyle.on,
	})
}
