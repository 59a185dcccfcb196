package simulator

import (
	"encoding/json"
	"net/http"
	"path"
	"strconv"
)

// responseRecorder remembers the status of an answer.
type responseRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status and passes it on.
func (r *responseRecorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write is an implicit 200.
func (r *responseRecorder) Write(data []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach Flush.
func (r *responseRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// statusProbe runs a handler for its status and header only.
type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header            { return p.header }
func (p *statusProbe) Write(data []byte) (int, error) { return len(data), nil }
func (p *statusProbe) WriteHeader(status int)         { p.status = status }

// isRedirect reports whether the mux would only clean the path and send the caller
// elsewhere; the platform does no such thing, to it the address is unknown.
func isRedirect(r *http.Request, handler http.Handler) bool {
	if r.URL.Path == path.Clean(r.URL.Path) || r.URL.Path == basePath+"/avatar/" {
		return false
	}
	probe := &statusProbe{header: make(http.Header)}
	handler.ServeHTTP(probe, r)
	return probe.status/100 == 3
}

// writeJSON sends value; a value that is raw JSON is sent as it is.
func writeJSON(w http.ResponseWriter, status int, value any) {
	data, raw := value.(json.RawMessage)
	if !raw {
		encoded, err := json.Marshal(value)
		if err != nil {
			status, encoded = http.StatusInternalServerError, []byte(`{"error":{"code":"internalServerError","message":"encoding failed","meta":null}}`)
		}
		data = encoded
	}
	header := w.Header()
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data)
}

func writeError(w http.ResponseWriter, err *apiError) {
	writeJSON(w, err.status, err.body())
}
