package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"time"

	"zerops-mcp/tools/request"
)

const (
	// maxSkipped is how much of a message over the limit is read to find its
	// id and to let the client finish sending.
	maxSkipped = 64 << 20
	// maxSkipping is for how many such messages that is done at once; the others
	// are cut off.
	maxSkipping = 4
)

// receive takes in the message of a caller's POST, of whom only so many may be on
// their way in. Where it returns false, the request was answered. release is to
// be called when the message is not held any more.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request, account *caller) (message []byte, release func(), ok bool) {
	if !account.take(&account.reading, waitingPerCall*h.cfg.Concurrency) {
		h.refuse(w, tooManyAtOnce())
		return nil, nil, false
	}
	defer account.give(&account.reading)
	body, release, ok := h.readBody(w, r)
	return bytes.Trim(body, " \t\r\n"), release, ok
}

// readBody reads the body of a request, as receive does.
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
	setReadDeadline(control, time.Now().Add(h.cfg.BodyTimeout))
	message := h.bodies.begin(r.Body, func() { setReadDeadline(control, time.Unix(1, 0)) })
	body, err = readUpTo(message, h.cfg.MaxBody)
	if !message.arrived() {
		err = errBusy
	}
	if err != nil || len(body) > h.cfg.MaxBody {
		message.release()
		if len(body) > h.cfg.MaxBody {
			h.refuseLarge(w, r, body)
		} else {
			h.refuseBroken(w, err)
		}
		return nil, nil, false
	}
	return body, message.release, true
}

// readUpTo reads everything, or one byte more than limit.
func readUpTo(r io.Reader, limit int) ([]byte, error) {
	body := make([]byte, 0, min(bytes.MinRead, limit+1))
	for len(body) <= limit {
		if len(body) == cap(body) {
			grown := make([]byte, len(body), min(2*cap(body), limit+1))
			copy(grown, body)
			body = grown
		}
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return body, err
		}
	}
	return body, nil
}

// refuseLarge answers a message over the limit, with its id where that can be
// read; start is what was read of it.
func (h *Handler) refuseLarge(w http.ResponseWriter, r *http.Request, start []byte) {
	h.metrics.refused("body size")
	var scanner envelopeScanner
	scanner.scan(start)
	if h.skipping.Add(1) <= maxSkipping {
		piece := make([]byte, readBuffer)
		rest := io.LimitReader(r.Body, maxSkipped)
		for {
			n, err := rest.Read(piece)
			scanner.scan(piece[:n])
			if err != nil {
				break
			}
		}
	}
	h.skipping.Add(-1)
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
			Code: request.CodeRateLimited, Message: "The server holds too much data to take this message.", Retryable: true, RetryAfterSeconds: 1,
		})
	case errors.Is(err, os.ErrDeadlineExceeded):
		writeProblem(w, http.StatusRequestTimeout, failure{Code: request.CodeTimeout, Message: fmt.Sprintf("The message did not arrive within %s.", h.cfg.BodyTimeout), Retryable: true})
	default:
		writeRPC(w, http.StatusBadRequest, errorAnswer(nil, codeParse, "the message did not arrive whole", nil))
	}
}
