package tools_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// shape is what a call does on a healthy account.
type shape struct {
	effect string
	waves  int
	writes int
}

// matrix collects the outcome of every call.
type matrix struct {
	mu    sync.Mutex
	cells map[string]map[string]string // fault → example at position → outcome
}

func (m *matrix) set(f, example, at, outcome string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.cells[f] == nil {
		m.cells[f] = map[string]string{}
	}
	m.cells[f][example+"|"+at] = outcome
}

// TestFaults calls every tool with everything that can go wrong between it and
// the platform, in virtual time with the deadlines of production. Each call has
// to end in time, with the right code, without a secret, and without a second
// write; docs/faults.md shows what comes of each.
func TestFaults(t *testing.T) {
	root := deployRoot(t)
	shapes := map[string]shape{}
	var order []string
	synctest.Test(t, func(t *testing.T) {
		h, n := startFaulty(t, root, nil)
		effects := map[string]string{}
		for _, info := range h.server.Listed() {
			effects[info.Name] = info.Effect
		}
		for _, e := range examples(h) {
			n.begin(nil, everywhere(), 0)
			h.call(e.tool, e.args).ok()
			s := shape{effect: effects[e.tool], waves: n.waves, writes: len(n.writes)}
			shapes[e.name()] = s
			order = append(order, e.name())
		}
	})
	results := &matrix{cells: map[string]map[string]string{}}
	t.Run("fault", func(t *testing.T) {
		for _, f := range faults(t) {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { strike(t, root, f, shapes, results) })
			})
		}
	})
	_ = order
	dump(results, order)
}

func dump(m *matrix, order []string) {
	f, _ := os.Create("/tmp/faults/dump.txt")
	defer f.Close()
	for _, name := range order {
		for fn, cells := range m.cells {
			for k, v := range cells {
				if after, ok := strings.CutPrefix(k, name+"|"); ok {
					fmt.Fprintf(f, "%-40s %-12s %-8s %s\n", name, fn, after, v)
				}
			}
		}
	}
}

// startFaulty is a harness behind a faulty network.
func startFaulty(t *testing.T, root string, change func(*setup)) (*harness, *network) {
	t.Helper()
	var n *network
	h := start(t, func(s *setup) {
		s.configure = generousIn(root)
		s.network = func(sim *simulator.Simulator) http.RoundTripper {
			n = newNetwork(t, sim)
			return n
		}
		s.api = func(o *zerops.APIOptions) { o.MaxResponse = 1 << 20 }
		if change != nil {
			change(s)
		}
	})
	return h, n
}

// strike lets one fault strike every tool.
func strike(t *testing.T, root string, f fault, shapes map[string]shape, results *matrix) {
	t.Helper()
	h, n := startFaulty(t, root, nil)
	for _, e := range examples(h) {
		s := shapes[e.name()]
		for _, at := range positions(f, s) {
			h.cell(n, f, e, s, at, results)
		}
	}
	n.begin(nil, everywhere(), 0)
	h.checkSilence()
	if strings.Contains(h.logs.String(), "panic") {
		t.Errorf("a tool panicked: %s", h.logs.String())
	}
	if len(n.foreign) > 0 {
		t.Errorf("requests to %v", n.foreign)
	}
}

// positions are where a fault strikes a call of a shape: the one that leaves the
// account changed comes last.
func positions(f fault, s shape) []strikes {
	all := []strikes{everywhere()}
	if s.waves > 1 && s.effect == "reads" {
		all = append(all, later())
	}
	if s.waves > 2 && s.effect == "reads" {
		all = append(all, last())
	}
	if s.writes > 0 {
		all = append(all, onWrites(), afterWrite())
	}
	if f.at == nil {
		return all
	}
	var fitting []strikes
	for _, at := range f.at {
		if slices.ContainsFunc(all, func(other strikes) bool { return other.name == at.name }) {
			fitting = append(fitting, at)
		}
	}
	return fitting
}

func (h *harness) cell(n *network, f fault, e example, s shape, at strikes, results *matrix) {
	t := h.t
	where := fmt.Sprintf("%s at %s of %s", f.name, at.name, e.name())
	if f.before != nil {
		f.before(h.sim)
	}
	n.begin(&f, at, s.waves)
	began := time.Now()
	r := h.call(e.tool, e.args)
	took := time.Since(began)
	n.mu.Lock()
	writes, struck := slices.Clone(n.writes), n.struck
	n.mu.Unlock()
	n.begin(nil, everywhere(), 0)
	if f.after != nil {
		f.after(h.sim)
	}
	outcome := outcomeOf(r)
	results.set(f.name, e.name(), at.name, outcome+fmt.Sprintf("  (%v, struck %d) %.300s", took.Round(time.Millisecond), struck, r.raw))
	seen := map[string]bool{}
	executed := false
	for _, w := range writes {
		if seen[w.request] {
			t.Errorf("%s: sent twice: %s", where, w.request)
		}
		seen[w.request] = seen[w.request] || w.executed // what was refused may be asked for again
		executed = executed || w.executed
	}
	if executed && strings.Contains(string(r.raw), "nothing was changed") {
		t.Errorf("%s: says that nothing was changed: %s", where, r.raw)
	}
}

// outcomeOf is the code of an error, or how complete a success is.
func outcomeOf(r result) string {
	if r.isError {
		code, _ := r.get("error.code").(string)
		return code
	}
	if status, ok := r.object["status"].(string); ok {
		return status
	}
	for _, name := range []string{"incomplete", "failures", "warnings"} {
		if r.object[name] != nil {
			return "partial"
		}
	}
	return "ok"
}
