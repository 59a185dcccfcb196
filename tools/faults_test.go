package tools_test

import (
	"flag"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

var (
	faultsAll   = flag.Bool("faults.all", false, "run TestFaultsEverywhere (some minutes)")
	faultsWhole = flag.Bool("faults.whole", false, "let TestFaults strike every call with every fault, and compare docs/faults.md (with -update write it)")
)

// shape is what a call does on a healthy account.
type shape struct {
	kind    string // room and effect of the tool
	changes bool   // the tool changes something
	waves   int    // requests one after the other
	writes  int
	follows bool // it tells of processes
	items   bool // its list has some
}

// matrix counts the outcomes of all calls.
type matrix struct {
	mu       sync.Mutex
	outcomes map[struck]int
	excused  map[string]int // by the reason of the exception
	calls    int
}

// struck is a cell of the matrix: calls of one class under one fault that ended the
// same way.
type struck struct{ fault, class, outcome string }

func (m *matrix) add(c struckCall, excuse string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.outcomes[struck{c.fault.name, c.class(), c.outcome}]++
	m.excused[excuse]++
	m.calls++
}

// TestFaults calls every tool with everything that can go wrong between it and
// the platform, in virtual time and with the deadlines of production. Each call
// has to end in time, with the right code or an honest part of the result,
// without a secret, and without a second write. By default every fault strikes one
// call of every kind of tool; with -faults.whole it strikes every call.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole matrix takes minutes under the race detector")
	}
	root := deployRoot(t)
	shapes, order := shapesOf(t, root)
	results := newMatrix()
	kinds := faults(t)
	checkTurns(t, shapes, order, len(kinds))
	through := 0
	t.Run("fault", func(t *testing.T) {
		for i, f := range kinds {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				chosen := order
				if !*faultsWhole {
					chosen = oneOfEachKind(shapes, order, i)
				}
				synctest.Test(t, func(t *testing.T) { strikeAll(t, root, f, shapes, chosen, results) })
				results.mu.Lock()
				defer results.mu.Unlock()
				through++
			})
		}
	})
	t.Logf("%d calls", results.calls)
	switch {
	case through < len(kinds) || t.Failed(): // -run picked some
	case *faultsWhole:
		results.checkExceptions(t, false)
		results.checkReport(t, kinds, len(order))
	case results.calls < 1000:
		t.Errorf("only %d calls were struck", results.calls)
	}
}

func newMatrix() *matrix { return &matrix{outcomes: map[struck]int{}, excused: map[string]int{}} }

// oneOfEachKind picks the call of each kind whose turn it is, so that one fault
// after the other goes through all calls.
func oneOfEachKind(shapes map[string]shape, order []string, turn int) []string {
	kinds := map[string][]string{}
	for _, name := range order {
		kinds[shapes[name].kind] = append(kinds[shapes[name].kind], name)
	}
	var chosen []string
	for _, names := range kinds {
		chosen = append(chosen, names[turn%len(names)])
	}
	return chosen
}

// checkTurns checks that the thinned matrix leaves out no call.
func checkTurns(t *testing.T, shapes map[string]shape, order []string, turns int) {
	t.Helper()
	left := maps.Clone(shapes)
	for i := range turns {
		for _, name := range oneOfEachKind(shapes, order, i) {
			delete(left, name)
		}
	}
	for name := range left {
		t.Errorf("no fault strikes %s", name)
	}
}

// shapesOf learns what the examples do when nothing is wrong.
func shapesOf(t *testing.T, root string) (shapes map[string]shape, order []string) {
	t.Helper()
	shapes = map[string]shape{}
	synctest.Test(t, func(t *testing.T) {
		h, n := startFaulty(t, root)
		kinds, changing := map[string]string{}, map[string]bool{}
		for _, info := range h.Server.Listed() {
			kinds[info.Name] = info.Toolset + " " + info.Effect
			changing[info.Name] = info.Effect != zerops.Reads.String()
		}
		for _, e := range examples(h) {
			n.begin(nil, everywhere(), 0)
			r := h.Call(e.tool, e.args).Ok()
			shapes[e.name()] = shape{
				kind: kinds[e.tool], changes: changing[e.tool], waves: n.waves, writes: len(n.writes),
				follows: r.Get("processes.0.status") == "FINISHED", items: r.Get("items.0") != nil,
			}
			order = append(order, e.name())
		}
	})
	return shapes, order
}

// maxAnswer is how much of an answer is read, less than in production so that it
// goes faster.
const maxAnswer = 1 << 20

// startFaulty is a harness behind a network that can fail.
func startFaulty(t *testing.T, root string) (*tooltest.Harness, *network) {
	t.Helper()
	var n *network
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = generousIn(root)
		s.Network = func(sim *simulator.Simulator) http.RoundTripper {
			n = newNetwork(t, sim)
			return n
		}
		s.API = func(o *zerops.APIOptions) { o.MaxResponse = maxAnswer }
	})
	return h, n
}

// strikeAll lets one fault strike the chosen calls.
func strikeAll(t *testing.T, root string, f fault, shapes map[string]shape, chosen []string, results *matrix) {
	t.Helper()
	h, n := startFaulty(t, root)
	for _, e := range examples(h) {
		if !slices.Contains(chosen, e.name()) {
			continue
		}
		for _, at := range places(f, shapes[e.name()]) {
			if c := strike(h, n, f, e, shapes[e.name()], at); n.struck > 0 || f.ends != "" {
				results.add(c, c.check(h))
			}
		}
	}
	checkAfterwards(h, n)
}

// TestFaultsEverywhere lets every fault also strike from each request of each tool
// on, and each single request, on an account of its own.
func TestFaultsEverywhere(t *testing.T) {
	t.Parallel()
	if !*faultsAll {
		t.Skip("-faults.all was not given")
	}
	root := deployRoot(t)
	shapes, order := shapesOf(t, root)
	results := newMatrix()
	t.Cleanup(func() {
		t.Logf("%d calls", results.calls)
		if results.calls > 10_000 { // -run picked no part
			results.checkExceptions(t, true)
		}
	})
	for _, f := range faults(t) {
		if f.mild || f.at != nil || f.plausible { // what a single request may well be answered with
			continue
		}
		for i, name := range order {
			t.Run(f.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				s, struck := shapes[name], 0
				for struck < 2*s.waves {
					synctest.Test(t, func(t *testing.T) {
						h, n := startFaulty(t, root)
						e := examples(h)[i]
						for again := true; again && struck < 2*s.waves; struck++ {
							c := strike(h, n, f, e, s, [2]strikes{fromWave(struck / 2), onlyWave(struck / 2)}[struck%2])
							results.add(c, c.check(h))
							checkAfterwards(h, n)
							again = !s.changes // what was done is in the way of the next
						}
						<-time.After(time.Hour) // what goes on after the answer, such as an upload
					})
				}
			})
		}
	}
}

// places are where a fault strikes a call; the one that leaves the account
// changed comes last.
func places(f fault, s shape) []strikes {
	all := []strikes{everywhere()}
	switch {
	case s.writes > 0:
		all = append(all, onWrites(), afterWrite())
	case s.waves > 2:
		all = append(all, later(), last())
	case s.waves > 1:
		all = append(all, later())
	}
	if f.at == nil {
		return all
	}
	return slices.DeleteFunc(all, func(at strikes) bool {
		return !slices.ContainsFunc(f.at, func(other strikes) bool { return other.name == at.name })
	})
}
