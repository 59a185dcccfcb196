package logs_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

const (
	memoryServices = 20
	memoryLines    = 5000
	memoryBound    = 64 << 20
)

// TestManyLinesTakeLittleMemory searches 100,000 lines over 20 services. The log
// service is one that writes lines as it goes, so that what is measured is the
// search and not the simulator.
func TestManyLinesTakeLittleMemory(t *testing.T) { //nolint:paralleltest // memory is measured for the whole process
	if testing.Short() {
		t.Skip("memory and time say nothing under the race detector, which runs with -short")
	}
	var sim atomic.Pointer[simulator.Simulator]
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/log/project/") {
			writeLines(w, r)
			return
		}
		sim.Load().ServeHTTP(w, r)
	}))
	defer front.Close()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.API = func(o *zerops.APIOptions) { o.Address = front.URL }
	})
	sim.Store(h.Sim)
	ids := someServices(h, memoryServices)
	h.Call("search_logs", tooltest.Args{"services": ids[:1], "contains": "warm up"}).Ok()

	for name, a := range map[string]tooltest.Args{
		"some match": {"regex": "order 4[0-9]*7 ", "min_severity": "info", "limit": 500},
		"all match":  {"limit": 500},
	} {
		a["services"], a["since"] = ids, "50m"
		runtime.GC()
		before, stop := inUse(), make(chan uint64)
		ctx, cancel := context.WithCancel(t.Context())
		go func() { stop <- peak(ctx) }()
		began := time.Now()
		r := h.Call("search_logs", a).Ok()
		took := time.Since(began)
		cancel()
		grown := int64(<-stop) - int64(before)
		scanned, _ := r.Get("scanned").(float64)
		t.Logf("%s: %.0f lines in %s, memory grew by %.1f MB, %d bytes of result", name, scanned, took.Round(time.Millisecond), float64(grown)/1e6, len(r.Raw))
		if name != "all match" && scanned < memoryServices*memoryLines {
			t.Errorf("%s: only %.0f lines were scanned", name, scanned)
		}
		if grown > memoryBound {
			t.Errorf("%s: memory grew by %d bytes", name, grown)
		}
		if len(r.Raw) > 24_000 {
			t.Errorf("%s: %d bytes", name, len(r.Raw))
		}
	}
}

// someServices returns the ids of n services of any projects.
func someServices(h *tooltest.Harness, n int) []string {
	h.T.Helper()
	var ids []string
	for _, item := range h.Call("list_services", tooltest.Args{"limit": n}).Items() {
		ids = append(ids, fmt.Sprint(item["id"]))
	}
	if len(ids) < n {
		h.T.Fatalf("only %d services", len(ids))
	}
	return ids
}

// writeLines answers as the log service does, with a line every 0.7 s.
func writeLines(w http.ResponseWriter, r *http.Request) {
	limit := 0
	_, _ = fmt.Sscan(r.URL.Query().Get("limit"), &limit)
	out := bufio.NewWriterSize(w, 16<<10)
	defer func() { _ = out.Flush() }()
	_, _ = out.WriteString(`{"items":[`)
	now := time.Now().Add(-time.Second)
	for i := range min(limit, memoryLines+1) {
		if i > 0 {
			_ = out.WriteByte(',')
		}
		severity := 6
		if i%7 == 0 {
			severity = 3
		}
		_, _ = fmt.Fprintf(out, `{"id":"%s-%d","timestamp":%q,"hostname":"app-runtime-1-%d","containerId":"AAAAAAAAAAAAAAAAAAAA%d%d","severity":%d,"facility":16,"tag":"app",`+
			`"message":"{\"level\":\"info\",\"msg\":\"order %d processed\",\"customer\":\"%d\",\"path\":\"/api/orders/items\",\"durationMs\":%d}"}`,
			r.URL.Query().Get("serviceStackId"), i, now.Add(-time.Duration(i)*700*time.Millisecond).Format(time.RFC3339Nano), i%3, i%3, i%3, severity, i, i*31, i%90)
	}
	_, _ = out.WriteString(`]}`)
}

// inUse is the memory that the process holds, as the system sees it.
func inUse() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() - samples[1].Value.Uint64()
}

// peak watches the memory until ctx ends.
func peak(ctx context.Context) uint64 {
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	highest := inUse()
	for {
		select {
		case <-ticker.C:
			highest = max(highest, inUse())
		case <-ctx.Done():
			return highest
		}
	}
}
