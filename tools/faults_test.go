package tools_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

var faultsAll = flag.Bool("faults.all", false, "run TestFaultsEverywhere (some minutes)")

// shape is what a call does on a healthy account.
type shape struct {
	changes bool // the tool changes something
	waves   int  // requests one after the other
	writes  int
	follows bool // it tells of processes
	items   bool // its list has some
}

// matrix holds the outcome of every call: fault, example, place.
type matrix struct {
	mu    sync.Mutex
	cells map[[3]string]string
	calls int // all that were struck
}

func (m *matrix) set(f, example, at, outcome string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cells[[3]string{f, example, at}] = outcome
	m.calls++
}

func (m *matrix) count() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls++
}

// TestFaults calls every tool with everything that can go wrong between it and
// the platform, in virtual time and with the deadlines of production. Each call
// has to end in time, with the right code or an honest part of the result,
// without a secret, and without a second write.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("the whole matrix takes minutes under the race detector")
	}
	root := deployRoot(t)
	shapes, order := shapesOf(t, root)
	results := &matrix{cells: map[[3]string]string{}}
	kinds := faults(t)
	struck := 0
	t.Run("fault", func(t *testing.T) {
		for _, f := range kinds {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { strikeAll(t, root, f, shapes, results) })
				results.mu.Lock()
				defer results.mu.Unlock()
				struck++
			})
		}
	})
	t.Logf("%d calls", results.calls)
	if struck == len(kinds) && !t.Failed() { // not where -run picks some
		results.checkReport(t, kinds, order)
	}
}

// shapesOf learns what the examples do when nothing is wrong.
func shapesOf(t *testing.T, root string) (shapes map[string]shape, order []string) {
	t.Helper()
	shapes = map[string]shape{}
	synctest.Test(t, func(t *testing.T) {
		h, n := startFaulty(t, root)
		changing := map[string]bool{}
		for _, info := range h.Server.Listed() {
			changing[info.Name] = info.Effect != zerops.Reads.String()
		}
		for _, e := range examples(h) {
			n.begin(nil, everywhere(), 0)
			r := h.Call(e.tool, e.args).Ok()
			shapes[e.name()] = shape{
				changes: changing[e.tool], waves: n.waves, writes: len(n.writes),
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

// strikeAll lets one fault strike every tool.
func strikeAll(t *testing.T, root string, f fault, shapes map[string]shape, results *matrix) {
	t.Helper()
	h, n := startFaulty(t, root)
	for _, e := range examples(h) {
		for _, at := range places(f, shapes[e.name()]) {
			if outcome := strike(h, n, f, e, shapes[e.name()], at); n.struck > 0 || f.ends != "" {
				results.set(f.name, e.name(), at.name, outcome)
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
	results := &matrix{cells: map[[3]string]string{}}
	t.Cleanup(func() { t.Logf("%d calls", results.calls) })
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
							strike(h, n, f, e, s, [2]strikes{fromWave(struck / 2), onlyWave(struck / 2)}[struck%2])
							results.count()
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

// strike makes one call under a fault, checks all that has to hold whatever
// happens, and returns the outcome.
func strike(h *tooltest.Harness, n *network, f fault, e example, s shape, at strikes) string {
	t, where := h.T, fmt.Sprintf("%s, %s of %s", f.name, at.name, e.name())
	if f.before != nil {
		f.before(h.Sim)
	}
	n.begin(&f, at, s.waves)
	began := time.Now()
	r := h.Call(e.tool, e.args)
	took := time.Since(began)
	done := n.end()
	if f.after != nil {
		f.after(h.Sim)
		h.Call("whoami", nil) // the platform goes on with the next request
	}
	if limit := deadline(e, s); took > limit {
		t.Errorf("%s: took %s, more than %s", where, took, limit)
	}
	for i, w := range done.writes {
		for _, other := range done.writes[:i] {
			if other.request == w.request && !other.refused {
				t.Errorf("%s: sent twice: %s", where, w.request)
			}
		}
		if w.executed && strings.Contains(string(r.Raw), "nothing was changed") {
			t.Errorf("%s: says that nothing was changed: %s", where, r.Raw)
		}
	}
	outcome := outcomeOf(r, s)
	switch {
	case r.IsError && f.plausible && strings.HasSuffix(e.tool, "_api"): // whose arguments may not fit what is plausible
	case r.IsError:
		checkFailure(h, where, f, done, r)
	case done.struck == 0 && f.ends == "":
	case s.items && outcome == "ok" && !f.empties && r.Get("items.0") == nil:
		t.Errorf("%s: says that there is nothing: %s", where, r.Raw)
	case f.ends != "" && s.follows && outcome != f.ends:
		t.Errorf("%s: %s, want %s: %s", where, outcome, f.ends, r.Raw)
	case done.struck > 0 && len(done.missing) == 0: // all was asked for again
	case at.name == onlyWave(0).name: // what was looked for first was found in another way
	case knownOtherwise(e.name(), done.missing):
	case !done.struckWrite && (r.Object["message"] != nil || r.Object["warnings"] != nil): // which tell of it
	case f.mild, f.passable, f.readBack && s.changes && at.name == onWrites().name:
	case r.Object["dry_run"] == true: // which says what it could not check
	case f.plausible && strings.HasSuffix(e.tool, "_api"): // which pass on what the platform says
	case at.name == everywhere().name:
		t.Errorf("%s: succeeded although nothing was answered: %s", where, r.Raw)
	case s.changes && (outcome == "done" || outcome == "unchanged"):
		t.Errorf("%s: %s although it could not know %v: %.500s", where, outcome, slices.Sorted(maps.Keys(done.missing)), r.Raw)
	case !s.changes && outcome == "ok":
		t.Errorf("%s: does not say that %v is missing: %.500s", where, slices.Sorted(maps.Keys(done.missing)), r.Raw)
	}
	return outcome
}

// knownOtherwise reports whether a call can do without all of the requests that
// were struck.
func knownOtherwise(example string, missing map[string]bool) bool {
	without := map[string][]string{
		"get_project":           {"/user/info"},      // the organisation is shown by its id
		"get_deployment":        {"/service-stack/"}, // the name of the service is only needed for references to itself
		"create_project":        {"/process?"},       // the project says itself that it is ready
		"import_yaml (project)": {"/process?"},       // and so do its services
		// The person who confirmed was told.
		"replace_services_from_yaml": {"/env", "/app-version/"},
	}[example]
	without = append(without, "/project?") // those refused the list of projects search for them
	for asked := range missing {
		if !slices.ContainsFunc(without, func(part string) bool { return strings.Contains(asked, part) }) {
			return false
		}
	}
	return len(missing) > 0
}

// deadline is the most a call may take in production.
func deadline(e example, s shape) time.Duration {
	const read, wait, change, grace = 50 * time.Second, 50 * time.Second, 70 * time.Second, time.Second
	switch {
	case s.changes:
		return wait + change + grace
	case e.tool == "wait_for":
		return read + wait
	}
	return read
}

// checkFailure checks the error of a call that a fault struck.
func checkFailure(h *tooltest.Harness, where string, f fault, done callTrace, r tooltest.Result) {
	code, _ := r.Get("error.code").(string)
	allowed := f.reads
	switch {
	case done.struckWrite:
		allowed = f.writes
	case done.struckOutside: // an address with a grant knows no token and no codes
		allowed = append([]string{"unavailable", "timeout"}, f.reads...)
	}
	if !f.mild && !slices.Contains(allowed, code) {
		h.T.Errorf("%s: code %s, want one of %v: %s", where, code, allowed, r.Raw)
	}
	if code == "internal" || f.mild && code == "uncertain" {
		h.T.Errorf("%s: code %s: %s", where, code, r.Raw)
	}
	if hint, _ := r.Get("error.hint").(string); hint == "" {
		h.T.Errorf("%s: no hint: %s", where, r.Raw)
	}
	if code == "uncertain" && r.Get("error.next.tool") == nil {
		h.T.Errorf("%s: does not say what finds out: %s", where, r.Raw)
	}
	if f.name == "400" && code == "invalid_arguments" && (r.Get("error.fields.0.field") == nil || !strings.Contains(string(r.Raw), "is taken")) {
		h.T.Errorf("%s: what is wrong with which field is lost: %s", where, r.Raw)
	}
	if f.name == "429-after" && r.Get("error.retry_after_seconds") != 120.0 {
		h.T.Errorf("%s: the time to wait is lost: %s", where, r.Raw)
	}
}

// checkAfterwards checks what must not have happened on the way.
func checkAfterwards(h *tooltest.Harness, n *network) {
	h.T.Helper()
	checkSilence(h)
	if strings.Contains(h.Logs.String(), "panic") {
		h.T.Errorf("a tool panicked: %s", h.Logs.String())
	}
	if len(n.foreign) > 0 {
		h.T.Errorf("requests to %v", n.foreign)
	}
	if n.flooded > maxAnswer+128<<10 {
		h.T.Errorf("%d bytes were read of an answer", n.flooded)
	}
}

// outcomeOf is the code of an error, the status of a change, or how complete a
// read is.
func outcomeOf(r tooltest.Result, s shape) string {
	switch {
	case r.IsError:
		code, _ := r.Get("error.code").(string)
		return code
	case s.changes:
		status, _ := r.Object["status"].(string)
		return status
	}
	for _, name := range []string{"incomplete", "failures", "warnings", "log_note"} {
		if r.Object[name] != nil {
			return "partial"
		}
	}
	return "ok"
}
