package soak

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/internal/bench/measure"
)

// What may be more at the end than in the first, warm part.
const (
	maxLive     = 1.0  // MB that a collection leaves, as precise as it says it
	maxResident = 10.0 // MB, which hang on when the last large answer came
	maxThings   = 12   // threads, goroutines or descriptors
)

// sample is one look at a server.
type sample struct {
	measure.Usage
	Goroutines int     // 0 where they cannot be told
	Live       float64 // MB that the newest collection has left
}

// series is what one server took over time.
type series struct {
	name  string
	pid   int
	log   string              // where the collector says what it has left
	gauge func() (int, error) // of goroutines, nil where they cannot be told
	taken []sample
}

func (s *series) take() error {
	usage, err := measure.UsageOf(s.pid)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	one := sample{Usage: usage}
	if one.Live, err = liveHeap(s.log); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if s.gauge != nil {
		if one.Goroutines, err = s.gauge(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	s.taken = append(s.taken, one)
	return nil
}

// verdict compares the end with the first, warm part: the second tenth of the
// time with the last. The least of each counts, because everything goes up and
// down with the work and the collector, and only what leaks never comes down.
func (s *series) verdict(out io.Writer) []string {
	tenth := max(len(s.taken)/10, 1)
	if len(s.taken) < 3*tenth {
		return []string{s.name + ": too few samples"}
	}
	first, last := s.taken[tenth:2*tenth], s.taken[len(s.taken)-tenth:]
	var grown []string
	resident := func(x sample) float64 { return x.Resident }
	from, to := least(first, resident), least(last, resident)
	peak := slices.MaxFunc(s.taken, func(a, b sample) int { return int(a.Peak*1000) - int(b.Peak*1000) }).Peak
	fmt.Fprintf(out, "%-6s resident memory: %.1f MB, at the end %.1f MB (%+.1f %%); median %.1f MB, at the end %.1f MB; at most %.1f MB\n",
		s.name, from, to, (to/from-1)*100, median(first, resident), median(last, resident), peak)
	if to > from+maxResident {
		grown = append(grown, fmt.Sprintf("%s: memory grew from %.1f to %.1f MB", s.name, from, to))
	}
	live := func(x sample) float64 { return x.Live }
	kept, left := least(first, live), least(last, live)
	fmt.Fprintf(out, "%-6s memory in use after a collection: %.0f MB, at the end %.0f MB\n", s.name, kept, left)
	if left > kept+maxLive {
		grown = append(grown, fmt.Sprintf("%s: the memory in use grew from %.0f to %.0f MB", s.name, kept, left))
	}
	for _, thing := range []struct {
		name string
		of   func(sample) int
	}{
		{"threads", func(x sample) int { return x.Threads }},
		{"descriptors", func(x sample) int { return x.Files }},
		{"goroutines", func(x sample) int { return x.Goroutines }},
	} {
		before, after := least(first, thing.of), least(last, thing.of)
		if thing.of(first[0]) == 0 {
			continue
		}
		fmt.Fprintf(out, "%-6s %s: %d, at the end %d\n", s.name, thing.name, before, after)
		if after > before+maxThings {
			grown = append(grown, fmt.Sprintf("%s: %s grew from %d to %d", s.name, thing.name, before, after))
		}
	}
	return grown
}

func median(of []sample, value func(sample) float64) float64 {
	values := make([]float64, len(of))
	for i, x := range of {
		values[i] = value(x)
	}
	return measure.Median(values)
}

func least[T int | float64](of []sample, value func(sample) T) T {
	low := value(of[0])
	for _, x := range of {
		low = min(low, value(x))
	}
	return low
}

// traceCollector makes the runtime write a line for each collection.
const traceCollector = "GODEBUG=gctrace=1"

// liveHeap reads what the newest collection has left, such as the 2 of "4->5->2 MB".
func liveHeap(log string) (float64, error) {
	text, err := os.ReadFile(log)
	if err != nil {
		return 0, err
	}
	i := strings.LastIndex(string(text), " MB, ") // what follows is the goal
	for ; i > 0; i = strings.LastIndex(string(text[:i]), " MB, ") {
		before := string(text[max(0, i-40):i])
		if j := strings.LastIndex(before, "->"); j > 0 {
			return strconv.ParseFloat(before[j+2:], 64)
		}
	}
	return 0, nil // none so far
}

// goroutines reads their number out of a page of metrics.
func goroutines(page string) (int, error) {
	for line := range strings.Lines(page) {
		if rest, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			return strconv.Atoi(strings.TrimSpace(rest))
		}
	}
	return 0, fmt.Errorf("no go_goroutines in %d bytes of metrics", len(page))
}
