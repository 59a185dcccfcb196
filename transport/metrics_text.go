package transport

import (
	"bufio"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// series are the counters and histograms of a process by their names with labels,
// such as calls_total{tool="x"}. The labels hold names from lists of ours, so their
// number is bounded.
type series struct {
	mu         sync.Mutex
	counters   map[string]*atomic.Uint64
	histograms map[string]*histogram
}

// counter returns the counter of a name, and makes it on first use.
func (s *series) counter(name string) *atomic.Uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.counters[name]
	if c == nil {
		c = new(atomic.Uint64)
		s.counters[name] = c
	}
	return c
}

// histogram returns the histogram of a name, and makes it on first use.
func (s *series) histogram(name string) *histogram {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.histograms[name]
	if h == nil {
		h = &histogram{counts: make([]atomic.Uint64, len(secondBuckets()))}
		s.histograms[name] = h
	}
	return h
}

// secondBuckets are the upper bounds that Prometheus suggests for durations.
func secondBuckets() []float64 {
	return []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, math.Inf(1)}
}

// histogram counts durations by their bounds.
type histogram struct {
	counts []atomic.Uint64 // each without those of the bounds below it
	nanos  atomic.Int64
}

func (h *histogram) observe(took time.Duration) {
	at := slices.IndexFunc(secondBuckets(), func(bound float64) bool { return took.Seconds() <= bound })
	h.counts[at].Add(1)
	h.nanos.Add(int64(took))
}

// write writes everything in the text format of Prometheus, sorted by name.
func (s *series) write(w io.Writer) error {
	out := bufio.NewWriter(w)
	s.mu.Lock()
	lines := make([]string, 0, len(s.counters))
	for name, c := range s.counters {
		lines = append(lines, name+" "+strconv.FormatUint(c.Load(), 10)+"\n")
	}
	names := make([]string, 0, len(s.histograms))
	for name := range s.histograms {
		names = append(names, name)
	}
	slices.Sort(lines)
	slices.Sort(names)
	for _, name := range names {
		lines = append(lines, s.histograms[name].text(name))
	}
	s.mu.Unlock()
	for _, line := range lines {
		if _, err := out.WriteString(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// text is a histogram in the text format of Prometheus.
func (h *histogram) text(name string) string {
	name, labels, _ := strings.Cut(strings.TrimSuffix(name, "}"), "{")
	within, alone := "", ""
	if labels != "" {
		within, alone = labels+",", "{"+labels+"}"
	}
	var b strings.Builder
	total := uint64(0)
	for i, bound := range secondBuckets() {
		total += h.counts[i].Load()
		le := "+Inf"
		if !math.IsInf(bound, 1) {
			le = strconv.FormatFloat(bound, 'g', -1, 64)
		}
		b.WriteString(name + "_bucket{" + within + `le="` + le + `"} ` + strconv.FormatUint(total, 10) + "\n")
	}
	seconds := time.Duration(h.nanos.Load()).Seconds()
	b.WriteString(name + "_sum" + alone + " " + strconv.FormatFloat(seconds, 'g', -1, 64) + "\n")
	b.WriteString(name + "_count" + alone + " " + strconv.FormatUint(total, 10) + "\n")
	return b.String()
}

// runtimeText is what the Go runtime knows of the process, by the names that the
// official client of Prometheus gives it.
func runtimeText() string {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var b strings.Builder
	b.WriteString("go_goroutines " + strconv.Itoa(runtime.NumGoroutine()) + "\n")
	for _, g := range []struct {
		name  string
		value uint64
	}{
		{"go_gc_cycles_total", uint64(m.NumGC)},
		{"go_memstats_alloc_bytes_total", m.TotalAlloc},
		{"go_memstats_heap_alloc_bytes", m.HeapAlloc},
		{"go_memstats_heap_inuse_bytes", m.HeapInuse},
		{"go_memstats_stack_inuse_bytes", m.StackInuse},
		{"go_memstats_sys_bytes", m.Sys},
	} {
		b.WriteString(g.name + " " + strconv.FormatUint(g.value, 10) + "\n")
	}
	return b.String()
}
