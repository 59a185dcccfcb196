package simulator

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Drop says where a connection is cut.
type Drop int

// The ways to cut a connection.
const (
	// DropNothing answers in full.
	DropNothing Drop = iota
	// DropBefore cuts the connection without doing the work.
	DropBefore
	// DropAfter does the work and cuts the connection instead of answering, so that
	// the caller cannot know.
	DropAfter
	// DropInBody does the work and cuts the connection in the middle of the body.
	DropInBody
)

// Fault is something that goes wrong with requests. The zero value fits every
// request and does nothing.
type Fault struct {
	// Operation is the name of an operation, such as "GetProject". Empty: any.
	Operation string
	// Method is an HTTP method. Empty: any.
	Method string
	// Path is relative to /api/rest/public; a segment "*" or "{…}" stands for any
	// segment. Empty: any.
	Path string
	// Token limits the fault to the requests of one token.
	Token string

	// Skip lets that many fitting requests through first.
	Skip int
	// Times is how often the fault strikes; 0 means until it is taken away.
	Times int

	// Delay is waited before anything else, unless the caller goes away.
	Delay time.Duration
	// Status, where not 0, is answered instead of doing the work.
	Status int
	// Code and Message make an error body of the API where Body is empty.
	Code, Message string
	// Body is answered as it is.
	Body string
	// Header is added to the answer.
	Header http.Header
	// Fill adds that many bytes of white space to the answer, for bodies that are too
	// large to read.
	Fill int64
	// Drop cuts the connection.
	Drop Drop
}

type activeFault struct {
	Fault
	seen   int
	struck int
}

type faultList struct {
	mu    sync.Mutex
	armed []*activeFault
}

// Fail switches a fault on and returns what switches it off again. Where several
// fit, the oldest one that is not used up strikes.
func (s *Simulator) Fail(fault Fault) (remove func()) {
	armed := &activeFault{Fault: fault}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = append(s.faults.armed, armed)
	return func() { s.faults.disarm(armed) }
}

// ResetFaults switches every fault off.
func (s *Simulator) ResetFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

func (l *faultList) disarm(fault *activeFault) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, known := range l.armed {
		if known == fault {
			l.armed = append(l.armed[:i:i], l.armed[i+1:]...)
			return
		}
	}
}

// pick returns the fault that strikes a request, if any.
func (l *faultList) pick(r *http.Request, operation string) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, fault := range l.armed {
		if !fault.fits(r, operation) || fault.Times > 0 && fault.struck >= fault.Times {
			continue
		}
		fault.seen++
		if fault.seen <= fault.Skip {
			continue
		}
		fault.struck++
		return fault.Fault, true
	}
	return Fault{}, false
}

func (f *Fault) fits(r *http.Request, operation string) bool {
	return (f.Operation == "" || f.Operation == operation) &&
		(f.Method == "" || f.Method == r.Method) &&
		(f.Path == "" || matches(f.Path, r.Method, relativePath(r))) &&
		(f.Token == "" || f.Token == bearer(r))
}

// strike answers a request in place of next where a fault says so. It reports
// whether the request is dealt with.
func (l *faultList) strike(w http.ResponseWriter, r *http.Request, operation string, next http.HandlerFunc) bool {
	fault, ok := l.pick(r, operation)
	if !ok {
		return false
	}
	if fault.Delay > 0 && !wait(r, fault.Delay) {
		panic(http.ErrAbortHandler)
	}
	if fault.Drop == DropBefore {
		panic(http.ErrAbortHandler)
	}
	answer := &bufferedAnswer{header: make(http.Header)}
	fault.answer(answer, r, next)
	if fault.Drop == DropAfter {
		panic(http.ErrAbortHandler)
	}
	fault.send(w, answer)
	return true
}

// answer fills in what will be sent: the fault's own words, or those of the API.
func (f *Fault) answer(w *bufferedAnswer, r *http.Request, next http.HandlerFunc) {
	switch {
	case f.Status == 0:
		next(w, r)
	case f.Body == "" && f.Code != "":
		writeError(w, &apiError{status: f.Status, code: f.Code, message: f.Message})
	default:
		w.WriteHeader(f.Status)
		_, _ = io.WriteString(w, f.Body)
	}
	for name, values := range f.Header {
		w.header[http.CanonicalHeaderKey(name)] = values
	}
}

// send passes the answer on, lengthened or cut short.
func (f *Fault) send(w http.ResponseWriter, answer *bufferedAnswer) {
	maps.Copy(w.Header(), answer.header)
	body := answer.body.String()
	if f.Fill > 0 {
		w.Header().Del("Content-Length")
	}
	w.WriteHeader(answer.statusOr200())
	if f.Drop == DropInBody {
		_, _ = io.WriteString(w, body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, body)
	for left := f.Fill; left > 0; {
		n, err := io.WriteString(w, fillText[:min(left, int64(len(fillText)))])
		if err != nil {
			return
		}
		left -= int64(n)
	}
}

// fillText is white space, which JSON allows after a document.
const fillText = "                                                                                                                                \n" +
	"                                                                                                                                \n"

// bufferedAnswer holds an answer back until it is decided what becomes of it.
type bufferedAnswer struct {
	header http.Header
	status int
	body   strings.Builder
	cut    bool
}

func (b *bufferedAnswer) Header() http.Header            { return b.header }
func (b *bufferedAnswer) Write(data []byte) (int, error) { return b.body.Write(data) }

func (b *bufferedAnswer) WriteHeader(status int) {
	if b.status == 0 {
		b.status = status
	}
}

func (b *bufferedAnswer) statusOr200() int {
	if b.status == 0 {
		return http.StatusOK
	}
	return b.status
}

// wait pauses for d and reports whether the caller is still there.
func wait(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}
