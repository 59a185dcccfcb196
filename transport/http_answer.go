package transport

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// writeTimeout is how long a client may take to accept a piece of an answer.
const writeTimeout = 30 * time.Second

// answerWriter is the answer to one POST. It becomes a stream of events when
// something is sent before the answer itself, and as a sign of life; else it is
// one JSON text.
type answerWriter struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	streams   bool // the client accepts a stream
	keepAlive time.Duration

	mu        sync.Mutex
	streaming bool
	ended     bool
	timer     *time.Timer

	status int
	body   bytes.Buffer // the answer itself
}

func newAnswerWriter(w http.ResponseWriter, r *http.Request, keepAlive time.Duration) *answerWriter {
	a := &answerWriter{
		w: w, control: http.NewResponseController(w), streams: accepts(r, "text/event-stream"),
		keepAlive: keepAlive, status: http.StatusOK,
	}
	if a.streams {
		a.mu.Lock() // alive looks at the timer
		defer a.mu.Unlock()
		a.timer = time.AfterFunc(keepAlive, a.alive)
	}
	return a
}

// event sends a message before the answer, unless r, where it is given, has
// no answer to come any more. It reports whether the message was sent.
func (a *answerWriter) event(message []byte, r *inboundRequest) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended || !a.streams || (r != nil && r.state.Load() != requestOpen) {
		return false
	}
	return a.writeLocked(message)
}

// alive sends a comment, so that no proxy takes the connection for dead.
func (a *answerWriter) alive() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return
	}
	if a.writeLocked(nil) {
		a.timer.Reset(a.keepAlive)
	}
}

// writeLocked writes one event, or a comment for a nil message.
func (a *answerWriter) writeLocked(message []byte) bool {
	if !a.streaming {
		startStream(a.w)
		a.streaming = true
	}
	return writeEvent(a.w, a.control, message) == nil
}

// finish sends the answer. withheld leaves it out.
func (a *answerWriter) finish(withheld bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	if a.timer != nil {
		a.timer.Stop()
	}
	body := a.body.Bytes()
	switch {
	case withheld && a.streaming:
	case withheld || (len(body) == 0 && !a.streaming):
		a.w.WriteHeader(http.StatusAccepted)
	case a.streaming:
		_ = writeEvent(a.w, a.control, body) // fails when the client is gone: nobody is left to tell
	default:
		header := a.w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Content-Length", strconv.Itoa(len(body)))
		setWriteDeadline(a.control, time.Now().Add(writeTimeout))
		a.w.WriteHeader(a.status)
		_, _ = a.w.Write(body) // fails when the client is gone: nobody is left to tell
	}
}

// startStream begins a stream of events.
func startStream(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache, no-store")
	// Without it nginx keeps events back until its buffer is full.
	header.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
}

// writeEvent writes one message as an event, or a comment for a nil message, and
// sends it off. A client that does not read holds it for writeTimeout at most.
func writeEvent(w http.ResponseWriter, control *http.ResponseController, message []byte) error {
	return writeNamedEvent(w, control, "message", message)
}

func writeNamedEvent(w http.ResponseWriter, control *http.ResponseController, name string, data []byte) error {
	setWriteDeadline(control, time.Now().Add(writeTimeout))
	frame := make([]byte, 0, len(data)+len(name)+24)
	if data == nil {
		frame = append(frame, ": keep-alive\n\n"...)
	} else {
		frame = append(frame, "event: "...)
		frame = append(frame, name...)
		frame = append(frame, "\ndata: "...)
		frame = append(frame, data...)
		frame = append(frame, "\n\n"...)
	}
	if _, err := w.Write(frame); err != nil {
		return err
	}
	return control.Flush()
}

// setWriteDeadline sets until when a client may take what is written, the zero
// time for ever. Connections of net/http can do this; other writers, such as
// those of tests, do not wait for a client.
func setWriteDeadline(control *http.ResponseController, until time.Time) {
	_ = control.SetWriteDeadline(until)
}

// setReadDeadline does the same for what a client sends.
func setReadDeadline(control *http.ResponseController, until time.Time) {
	_ = control.SetReadDeadline(until)
}

// accepts reports whether a client takes a media type. One that does not say
// takes everything.
func accepts(r *http.Request, kind string) bool {
	values := r.Header.Values("Accept")
	if len(values) == 0 {
		return true
	}
	group, _, _ := strings.Cut(kind, "/")
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if name != kind && name != group+"/*" && name != "*/*" {
				continue
			}
			if quality := strings.ReplaceAll(parameters, " ", ""); quality == "q=0" || quality == "q=0.0" {
				continue
			}
			return true
		}
	}
	return false
}
