package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"zerops-mcp/internal/phrase"
	"zerops-mcp/tools/request"
)

// progressBar shows on one line of a terminal what is being waited for and how
// much of the allowed time has gone.
type progressBar struct {
	out   io.Writer
	style style
	limit time.Duration
	width int

	mu      sync.Mutex
	phase   string
	started time.Time
	stopped bool
	done    chan struct{}
}

// usualWait is the wait_seconds of a tool that was given none.
const usualWait = 45 * time.Second

// withProgress returns a context whose waits are shown on standard error, if a
// person is looking at it, and a function that clears the line again.
func (s *session) withProgress(ctx context.Context, args json.RawMessage) (context.Context, func()) {
	if !s.StderrTerminal || dumb(s.Environ) {
		return ctx, func() {}
	}
	var wait struct {
		Seconds json.Number `json:"wait_seconds"`
	}
	bar := &progressBar{out: s.Stderr, style: s.errStyle, limit: usualWait, width: s.Width, started: time.Now(), done: make(chan struct{})}
	if json.Unmarshal(args, &wait) == nil {
		if n, err := wait.Seconds.Int64(); err == nil && n > 0 {
			bar.limit = time.Duration(n) * time.Second
		}
	}
	go bar.tick()
	return request.WithProgress(ctx, bar.report), bar.stop
}

// report notes the phase and shows it.
func (b *progressBar) report(phase string) {
	b.mu.Lock()
	b.phase = phrase.Printable(phase)
	b.mu.Unlock()
	b.draw()
}

// tick keeps the time moving while nothing is reported.
func (b *progressBar) tick() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-b.done:
			return
		case <-ticker.C:
			b.draw()
		}
	}
}

func (b *progressBar) draw() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped || b.phase == "" {
		return
	}
	const most, fewest = 24, 4
	gone := time.Since(b.started)
	text := fmt.Sprintf("%s  %d s of %d s", b.phase, int(gone.Seconds()), int(b.limit.Seconds()))
	cells := most
	if b.width > 0 {
		text = phrase.Cut(text, b.width-1)
		cells = min(most, b.width-1-len("  ")-utf8.RuneCountInString(text))
	}
	if cells >= fewest {
		full := min(cells, int(time.Duration(cells)*gone/b.limit))
		text = strings.Repeat("█", full) + strings.Repeat("░", cells-full) + "  " + text
	}
	fmt.Fprintf(b.out, "\r\x1b[K%s", text)
}

func (b *progressBar) stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return
	}
	b.stopped = true
	close(b.done)
	if b.phase != "" {
		fmt.Fprint(b.out, "\r\x1b[K")
	}
}
