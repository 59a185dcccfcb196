package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	// maxUnread bounds in bytes what is kept for a reader of standard error that
	// does not read; what comes beyond it is lost.
	maxUnread = 256 << 10
	// readerPatience is how long a line waits for its reader before it is left to
	// the background.
	readerPatience = 100 * time.Millisecond
	// lastLines is how long the program waits at its end for what is still unread.
	lastLines = time.Second
)

// SurviveClosedPipes makes writing to a pipe that nobody reads any more an error
// of that write on every descriptor. By default it ends the process when the pipe
// is standard error. The signal is not ignored, because programs that this one
// starts would inherit that.
func SurviveClosedPipes() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
}

// boundedWriter is standard error. Clients may start a server and never read what
// it says there, or close it: so writing takes bounded time and memory, and loses
// lines rather than keep the program from its work. A line counts those lost.
// While somebody reads, every line is out when Write returns.
type boundedWriter struct {
	to io.Writer

	mu    sync.Mutex
	queue []unwritten
	held  int // bytes in queue
	lost  int // lines that were left out since the last line that was kept
	// note words how many lines were lost.
	note func(lines int) []byte
	// written is closed when the queue is empty; nil while nothing is written.
	written chan struct{}
	// stuck says that the reader has used up its patience, so nobody waits for it.
	stuck bool
}

// unwritten is text on its way out.
type unwritten struct {
	text []byte
	out  chan struct{} // closed when it is written
}

func newBoundedWriter(to io.Writer) *boundedWriter {
	return &boundedWriter{to: to, note: func(lines int) []byte {
		return fmt.Appendf(nil, "zerops-mcp: %s\n", lostWords(lines))
	}}
}

// lostWords says that lines were lost.
func lostWords(lines int) string {
	return fmt.Sprintf("%d lines were lost because nobody read standard error", lines)
}

// noteBy sets the words for lost lines.
func (w *boundedWriter) noteBy(note func(lines int) []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note = note
}

// Write never fails: whoever writes could do nothing about it.
func (w *boundedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	if w.held > 0 && w.held+len(p) > maxUnread {
		w.lost += max(1, bytes.Count(p, []byte("\n")))
		w.mu.Unlock()
		return len(p), nil
	}
	w.keepNote()
	out := w.keep(slices.Clone(p))
	if w.written == nil {
		w.written = make(chan struct{})
		go w.write()
	}
	stuck := w.stuck
	w.mu.Unlock()
	if !stuck && !within(readerPatience, out) {
		w.mu.Lock()
		w.stuck = w.written != nil
		w.mu.Unlock()
	}
	return len(p), nil
}

// keep queues text; w.mu is held.
func (w *boundedWriter) keep(text []byte) (out <-chan struct{}) {
	next := unwritten{text, make(chan struct{})}
	w.queue = append(w.queue, next)
	w.held += len(text)
	return next.out
}

// keepNote queues the count of what was lost, if anything was; w.mu is held.
func (w *boundedWriter) keepNote() {
	if w.lost > 0 {
		w.keep(w.note(w.lost))
		w.lost = 0
	}
}

// write writes what is queued and ends.
func (w *boundedWriter) write() {
	for {
		w.mu.Lock()
		if len(w.queue) == 0 {
			w.keepNote()
		}
		if len(w.queue) == 0 {
			close(w.written)
			w.queue, w.written, w.stuck = nil, nil, false
			w.mu.Unlock()
			return
		}
		next := w.queue[0]
		w.queue = w.queue[1:]
		w.mu.Unlock()
		// What cannot be written is gone: there is nowhere to tell.
		_, _ = w.to.Write(next.text)
		close(next.out)
		w.mu.Lock()
		w.held -= len(next.text)
		w.mu.Unlock()
	}
}

// flush waits a moment for what is queued.
func (w *boundedWriter) flush() {
	w.mu.Lock()
	written := w.written
	w.mu.Unlock()
	if written != nil {
		within(lastLines, written)
	}
}

// within reports whether a channel is closed in time.
func within(limit time.Duration, closed <-chan struct{}) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-closed:
		return true
	case <-timer.C:
		return false
	}
}
