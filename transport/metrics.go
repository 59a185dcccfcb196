package transport

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/VictoriaMetrics/metrics"
)

// Metrics counts what a server does. Labels hold names of tools, operations and
// outcomes only, never anything of a caller.
type Metrics struct {
	set      *metrics.Set
	sessions atomic.Int64
	streams  atomic.Int64
	inFlight atomic.Int64
}

// NewMetrics returns metrics that start at zero.
func NewMetrics() *Metrics {
	m := &Metrics{set: metrics.NewSet()}
	gauge := func(name string, value *atomic.Int64) {
		m.set.NewGauge(name, func() float64 { return float64(value.Load()) })
	}
	gauge("zerops_mcp_sessions", &m.sessions)
	gauge("zerops_mcp_streams", &m.streams)
	gauge("zerops_mcp_requests_in_flight", &m.inFlight)
	return m
}

// Call counts a tool call. outcome is ok or the code of its error.
func (m *Metrics) Call(tool, outcome string, took time.Duration) {
	m.set.GetOrCreateCounter(fmt.Sprintf(`zerops_mcp_tool_calls_total{tool=%q,outcome=%q}`, tool, outcome)).Inc()
	m.set.GetOrCreatePrometheusHistogram(fmt.Sprintf(`zerops_mcp_tool_call_seconds{tool=%q}`, tool)).Update(took.Seconds())
}

// APIRequest counts one attempt at a request to the API. status is 0 when no
// answer arrived; number is 1 for the first try.
func (m *Metrics) APIRequest(operation string, status, number int, took time.Duration) {
	outcome := "none"
	if status > 0 {
		outcome = strconv.Itoa(status/100) + "xx"
	}
	m.set.GetOrCreateCounter(fmt.Sprintf(`zerops_mcp_api_requests_total{operation=%q,status=%q}`, operation, outcome)).Inc()
	if number > 1 {
		m.set.GetOrCreateCounter(fmt.Sprintf(`zerops_mcp_api_retries_total{operation=%q}`, operation)).Inc()
	}
	m.set.GetOrCreatePrometheusHistogram(`zerops_mcp_api_request_seconds`).Update(took.Seconds())
}

// response counts an answer over HTTP.
func (m *Metrics) response(method string, status int) {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodOptions, http.MethodHead:
	default:
		method = "other"
	}
	m.set.GetOrCreateCounter(fmt.Sprintf(`zerops_mcp_http_responses_total{method=%q,status="%d"}`, method, status)).Inc()
}

// refused counts a request that a guard or limit refused.
func (m *Metrics) refused(reason string) {
	m.set.GetOrCreateCounter(fmt.Sprintf(`zerops_mcp_http_refused_total{reason=%q}`, reason)).Inc()
}

// Write writes all metrics in the text format of Prometheus.
func (m *Metrics) Write(w io.Writer) {
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// ServeHTTP answers with all metrics.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/metrics" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.Write(w)
}
