package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const (
	// maxHeld bounds in bytes what is held of the messages of all callers.
	maxHeld = 256 << 20
	// maxSkipped is how much of a message over the limit is read to find its
	// id and to let the client finish sending.
	maxSkipped = 64 << 20
)

// errBusy ends the reading of a message for which there is no room now.
var errBusy = errors.New("too much data is held")

// meteredReader counts what it reads into a total with a bound.
type meteredReader struct {
	source io.Reader
	total  *atomic.Int64
	read   int64
}

func (m *meteredReader) Read(p []byte) (int, error) {
	n, err := m.source.Read(p)
	m.read += int64(n)
	if m.total.Add(int64(n)) > maxHeld {
		return n, errBusy
	}
	return n, err
}

// readBody reads the message of a POST. Where it returns false, the request was
// answered. release is to be called when the message is not held any more.
func (h *Handler) readBody(w http.ResponseWriter, r *http.Request) (body []byte, release func(), ok bool) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		h.metrics.refused("content type")
		writeRPC(w, http.StatusUnsupportedMediaType, errorAnswer(nil, codeInvalidRequest, "the content type must be application/json", nil))
		return nil, nil, false
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		h.metrics.refused("content encoding")
		writeRPC(w, http.StatusUnsupportedMediaType, errorAnswer(nil, codeInvalidRequest, "the content must not be encoded", nil))
		return nil, nil, false
	}

	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(h.cfg.BodyTimeout))
	metered := &meteredReader{source: r.Body, total: &h.held}
	release = func() { h.held.Add(-metered.read) }
	var buffer bytes.Buffer
	_, err = buffer.ReadFrom(io.LimitReader(metered, int64(h.cfg.MaxBody)+1))
	if buffer.Len() > h.cfg.MaxBody {
		release()
		h.refuseLarge(w, r, buffer.Bytes())
		return nil, nil, false
	}
	if err != nil {
		release()
		h.refuseBroken(w, err)
		return nil, nil, false
	}
	return buffer.Bytes(), release, true
}

// refuseLarge answers a message over the limit, with its id where that can be
// read; start is what was read of it.
func (h *Handler) refuseLarge(w http.ResponseWriter, r *http.Request, start []byte) {
	h.metrics.refused("body size")
	var scanner envelopeScanner
	scanner.scan(start)
	piece := make([]byte, readBuffer)
	rest := io.LimitReader(r.Body, maxSkipped)
	for {
		n, err := rest.Read(piece)
		scanner.scan(piece[:n])
		if err != nil {
			break
		}
	}
	w.Header().Set("Connection", "close")
	writeRPC(w, http.StatusRequestEntityTooLarge, tooLong(&scanner.env, h.cfg.MaxBody))
}

// refuseBroken answers a message that did not arrive whole.
func (h *Handler) refuseBroken(w http.ResponseWriter, err error) {
	h.metrics.refused("body")
	w.Header().Set("Connection", "close")
	switch {
	case errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "1")
		writeProblem(w, http.StatusServiceUnavailable, failure{
			Code: "rate_limited", Message: "The server holds too much data to take this message.", Retryable: true, RetryAfterSeconds: 1,
		})
	case errors.Is(err, os.ErrDeadlineExceeded):
		writeProblem(w, http.StatusRequestTimeout, failure{Code: "timeout", Message: fmt.Sprintf("The message did not arrive within %s.", h.cfg.BodyTimeout), Retryable: true})
	default:
		writeRPC(w, http.StatusBadRequest, errorAnswer(nil, codeParse, "the message did not arrive whole", nil))
	}
}
