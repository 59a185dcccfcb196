package tooltest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
)

// recordVariable names a directory to which the requests of all tests are
// written, for the contract test in internal/check/drift.
const recordVariable = "ZEROPS_TEST_RECORD"

// recorder writes each request that passes it as a line of JSON.
type recorder struct {
	next http.RoundTripper
	mu   sync.Mutex
	file *os.File
}

// record returns a transport that records, or nil where nobody wants it.
func record(t *testing.T) http.RoundTripper {
	t.Helper()
	if os.Getenv(recordVariable) == "" {
		return nil
	}
	return recordBefore(t, &http.Transport{})
}

// recordBefore returns a transport that records where somebody wants it, and
// passes requests on to another.
func recordBefore(t *testing.T, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	dir := os.Getenv(recordVariable)
	if dir == "" {
		return next
	}
	file, err := os.CreateTemp(dir, "requests-*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return &recorder{next: next, file: file}
}

// RoundTrip records the request and sends it.
func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	entry := struct {
		Method string `json:"Method"`
		Path   string `json:"Path"`
		Query  string `json:"Query"`
		Type   string `json:"Type"`
		Body   []byte `json:"Body"`
	}{Method: request.Method, Path: request.URL.EscapedPath(), Query: request.URL.RawQuery, Type: request.Header.Get("Content-Type")}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		entry.Body = body
	}
	line, err := json.Marshal(entry)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	_, err = r.file.Write(append(line, '\n'))
	r.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return r.next.RoundTrip(request)
}
