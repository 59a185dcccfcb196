package simulator

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"
)

// Request is one request that the simulator received.
type Request struct {
	// At is the time of the simulator's clock.
	At time.Time
	// Method and Path are as sent; Path is relative to /api/rest/public where it
	// lies below it.
	Method, Path string
	Query        url.Values
	// Token is what followed "Bearer " in the Authorization header.
	Token  string
	Header http.Header
	// Body is the beginning of the JSON body, empty for uploads.
	Body []byte
	// Operation is the name of the operation, empty for an unknown route.
	Operation string
	// Status is the answered status, 0 while in work and for a dropped connection.
	Status int
}

// maxLoggedBody bounds what is kept of a body.
const maxLoggedBody = 64 << 10

// requestLog keeps the newest requests.
type requestLog struct {
	mu      sync.Mutex
	limit   int
	entries []*Request
}

func (l *requestLog) begin(r *http.Request, now time.Time) *Request {
	entry := &Request{
		At:     now,
		Method: r.Method,
		Path:   relativePath(r),
		Query:  r.URL.Query(),
		Token:  bearer(r),
		Header: r.Header.Clone(),
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= l.limit {
		l.entries = append(l.entries[:0], l.entries[len(l.entries)/2:]...)
	}
	l.entries = append(l.entries, entry)
	return entry
}

func (l *requestLog) name(entry *Request, operation string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Operation = operation
}

func (l *requestLog) body(entry *Request, body []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Body = body[:min(len(body), maxLoggedBody)]
}

func (l *requestLog) end(entry *Request, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry.Status = status
}

// Requests returns what was received since the start or the last ResetRequests,
// oldest first. Only the newest some thousands are kept.
func (s *Simulator) Requests() []Request {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	requests := make([]Request, len(s.requests.entries))
	for i, entry := range s.requests.entries {
		requests[i] = *entry
	}
	return requests
}

// Calls counts the received requests that match pattern: the name of an operation
// ("GetProject"), or a method and a path relative to /api/rest/public in which a
// segment "*" or "{…}" stands for any segment ("GET /project/{id}").
func (s *Simulator) Calls(pattern string) int {
	count := 0
	for _, request := range s.Requests() {
		if request.Operation == pattern && pattern != "" || matches(pattern, request.Method, request.Path) {
			count++
		}
	}
	return count
}

// ResetRequests forgets the received requests.
func (s *Simulator) ResetRequests() {
	s.requests.mu.Lock()
	defer s.requests.mu.Unlock()
	s.requests.entries = nil
}

// relativePath is the path below the API's base, or the whole one of the upload and
// log addresses.
func relativePath(r *http.Request) string {
	return strings.TrimPrefix(r.URL.EscapedPath(), basePath)
}

// bearer is the token of a request.
func bearer(r *http.Request) string {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// matches reports whether a method and path fit "METHOD /path" or "/path".
func matches(pattern, method, requested string) bool {
	wantMethod, wantPath, found := strings.Cut(pattern, " ")
	if !found {
		wantMethod, wantPath = "", pattern
	}
	if wantMethod != "" && wantMethod != method {
		return false
	}
	if wantPath == "" || !strings.HasPrefix(wantPath, "/") {
		return false
	}
	want := strings.Split(wantPath, "/")
	for i, segment := range want {
		if strings.HasPrefix(segment, "{") {
			want[i] = "*"
		}
	}
	ok, err := path.Match(strings.Join(want, "/"), requested)
	return err == nil && ok
}
