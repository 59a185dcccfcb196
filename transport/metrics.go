package transport

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Metrics counts what a server does. Labels hold names of tools, operations and
// outcomes only, never anything of a caller.
type Metrics struct {
	series   series
	sessions atomic.Int64
	streams  atomic.Int64
	inFlight atomic.Int64
}

// NewMetrics returns metrics that start at zero.
func NewMetrics() *Metrics {
	return &Metrics{series: series{counters: map[string]*atomic.Uint64{}, histograms: map[string]*histogram{}}}
}

// Call counts a tool call. outcome is ok or the code of its error.
func (m *Metrics) Call(tool, outcome string, took time.Duration) {
	m.series.counter(fmt.Sprintf(`zerops_mcp_tool_calls_total{tool=%q,outcome=%q}`, tool, outcome)).Add(1)
	m.series.histogram(fmt.Sprintf(`zerops_mcp_tool_call_seconds{tool=%q}`, tool)).observe(took)
}

// APIRequest counts one attempt at a request to the API. status is 0 when no
// answer arrived; number is 1 for the first try.
func (m *Metrics) APIRequest(operation string, status, number int, took time.Duration) {
	outcome := "none"
	if status > 0 {
		outcome = strconv.Itoa(status/100) + "xx"
	}
	m.series.counter(fmt.Sprintf(`zerops_mcp_api_requests_total{operation=%q,status=%q}`, operation, outcome)).Add(1)
	if number > 1 {
		m.series.counter(fmt.Sprintf(`zerops_mcp_api_retries_total{operation=%q}`, operation)).Add(1)
	}
	m.series.histogram(`zerops_mcp_api_request_seconds`).observe(took)
}

// response counts an answer over HTTP.
func (m *Metrics) response(method string, status int) {
	switch method {
	case http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodOptions, http.MethodHead:
	default:
		method = "other"
	}
	m.series.counter(fmt.Sprintf(`zerops_mcp_http_responses_total{method=%q,status="%d"}`, method, status)).Add(1)
}

// refused counts a request that a guard or limit refused.
func (m *Metrics) refused(reason string) {
	m.series.counter(fmt.Sprintf(`zerops_mcp_http_refused_total{reason=%q}`, reason)).Add(1)
}

// Write writes all metrics in the text format of Prometheus.
func (m *Metrics) Write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "zerops_mcp_sessions %d\nzerops_mcp_streams %d\nzerops_mcp_requests_in_flight %d\n",
		m.sessions.Load(), m.streams.Load(), m.inFlight.Load())
	if err == nil {
		err = m.series.write(w)
	}
	if err == nil {
		_, err = io.WriteString(w, runtimeText())
	}
	return err
}

// metricsFor serves metrics to those who ask for this machine by a name that only
// its own network can lead here: an address, a name without dots such as that of a
// container or service, or an allowed host. A page of a website that had its name
// lead here (DNS rebinding) is refused.
func metricsFor(g *guard, metrics http.Handler, listener net.Listener) http.Handler {
	if listener.Addr().Network() == "unix" { // no browser gets here
		return metrics
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := hostname(r.Host)
		_, notAddress := netip.ParseAddr(name)
		if notAddress != nil && strings.Contains(name, ".") && !g.hostAllowed(r) {
			http.Error(w, "this host name is not one of --allowed-hosts", http.StatusForbidden)
			return
		}
		metrics.ServeHTTP(w, r)
	})
}

// ServeHTTP answers with all metrics.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/metrics" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	_ = m.Write(w) // whoever asked is gone
}
