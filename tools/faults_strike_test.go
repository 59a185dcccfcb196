package tools_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"zerops-mcp/tools/tooltest"
)

// struckCall is a call under a fault, and how it ended.
type struckCall struct {
	callTrace

	fault   fault
	example example
	shape   shape
	at      strikes
	result  tooltest.Result
	outcome string
}

func (c struckCall) String() string {
	return fmt.Sprintf("%s, %s of %s", c.fault.name, c.at.name, c.example.name())
}

// class is how the report groups calls.
func (c struckCall) class() string {
	switch {
	case !c.shape.changes:
		return "read"
	case c.at.name == onWrites().name, c.at.name == afterWrite().name:
		return c.at.name
	}
	return "change"
}

// everywhere reports whether no request was answered.
func (c struckCall) everywhere() bool { return c.at.name == everywhere().name }

// passesOn reports whether the tool hands on documents of the platform as they are.
func (c struckCall) passesOn() bool { return strings.HasSuffix(c.example.tool, "_api") }

// strike makes one call under a fault and checks what has to hold whatever its
// outcome.
func strike(h *tooltest.Harness, n *network, f fault, e example, s shape, at strikes) struckCall {
	t := h.T
	if f.before != nil {
		f.before(h.Sim)
	}
	n.begin(&f, at, s.waves)
	began := time.Now()
	r := h.Call(e.tool, e.args)
	took := time.Since(began)
	c := struckCall{fault: f, example: e, shape: s, at: at, result: r, outcome: outcomeOf(r, s), callTrace: n.end()}
	if f.after != nil {
		f.after(h.Sim)
		h.Call("whoami", nil) // the platform goes on with the next request
	}
	if limit := deadline(e, s); took > limit {
		t.Errorf("%s: took %s, more than %s", c, took, limit)
	}
	for i, w := range c.writes {
		for _, other := range c.writes[:i] {
			if other.request == w.request && !other.refused {
				t.Errorf("%s: sent twice: %s", c, w.request)
			}
		}
		if w.executed && strings.Contains(string(r.Raw), "nothing was changed") {
			t.Errorf("%s: says that nothing was changed: %s", c, r.Raw)
		}
	}
	return c
}

// check checks that a call tells what it could not know, unless one of the
// exceptions holds, whose reason it returns.
func (c struckCall) check(h *tooltest.Harness) string {
	t, r := h.T, c.result
	if r.IsError {
		if c.fault.plausible && c.passesOn() {
			return argumentsMayNotFit
		}
		checkFailure(h, c)
		return ""
	}
	if c.struck == 0 && c.fault.ends == "" {
		return ""
	}
	if c.shape.items && c.outcome == "ok" && !c.fault.empties && r.Get("items.0") == nil {
		t.Errorf("%s: says that there is nothing: %s", c, r.Raw)
	}
	if c.fault.ends != "" && c.shape.follows && c.outcome != c.fault.ends {
		t.Errorf("%s: %s, want %s: %s", c, c.outcome, c.fault.ends, r.Raw)
	}
	if !c.everywhere() && !c.claimsAll() {
		return ""
	}
	for _, e := range exceptions() {
		if e.holds(c) {
			return e.why
		}
	}
	missing := slices.Sorted(maps.Keys(c.missing))
	t.Errorf("%s: %s although it could not know %v: %.500s", c, c.outcome, missing, r.Raw)
	return ""
}

// claimsAll reports whether the outcome says that all is known.
func (c struckCall) claimsAll() bool {
	if c.shape.changes {
		return c.outcome == "done" || c.outcome == "unchanged"
	}
	return c.outcome == "ok"
}

const argumentsMayNotFit = "the whole API takes arguments for what the platform says; what is plausible for one operation may not fit another"

// exception is why a call may claim all although it was struck.
type exception struct {
	why   string
	holds func(struckCall) bool
	// single exceptions are for calls of which a single request is struck, or those
	// from one in the middle on: TestFaultsEverywhere.
	single bool
}

// exceptions are tried in their order. One that excuses nobody fails the test it is
// for, so that none outlives its reason.
func exceptions() []exception {
	list := []exception{
		{why: "every request that was struck was sent again and answered", single: true, holds: func(c struckCall) bool { return c.struck > 0 && len(c.missing) == 0 }},
		{why: "only the first request was struck, and what it looks for is found in another way", single: true, holds: func(c struckCall) bool { return c.at.name == onlyWave(0).name }},
	}
	for _, k := range knownOtherwise() {
		list = append(list, exception{why: k.example + ": " + k.why, single: true, holds: func(c struckCall) bool {
			return (k.example == anyCall || k.example == c.example.name()) && c.missesOnly(k.without)
		}})
	}
	return append(list, []exception{
		{why: "its message or warnings tell of it", holds: func(c struckCall) bool {
			return !c.struckWrite && (c.result.Object["message"] != nil || c.result.Object["warnings"] != nil)
		}},
		{why: "the answer can be worked with in spite of the fault", holds: func(c struckCall) bool { return c.fault.mild }},
		{why: "the fault may strike what nobody needs", holds: func(c struckCall) bool { return c.fault.passable }},
		{why: "the spoiled answer to a change is made up for by reading back", holds: func(c struckCall) bool {
			return c.fault.readBack && c.shape.changes && c.at.name == onWrites().name
		}},
		{why: "a dry run says what it could not check", single: true, holds: func(c struckCall) bool { return c.result.Object["dry_run"] == true }},
		{why: "the whole API passes on what the platform says", holds: func(c struckCall) bool { return c.fault.plausible && c.passesOn() }},
	}...)
}

// anyCall stands for all examples.
const anyCall = "every call"

// dispensable are requests that a call can do without, by parts of their addresses.
type dispensable struct {
	example, why string
	without      []string
}

func knownOtherwise() []dispensable {
	projects := "/project?"
	return []dispensable{
		{anyCall, "those who are refused the list of projects search for them", []string{projects}},
		{"get_project", "the organization is shown by its id", []string{projects, "/user/info"}},
		{"get_deployment", "the name of the service is only needed for references to itself", []string{projects, "/service-stack/"}},
		{"create_project", "the project says itself that it is ready", []string{projects, "/process?"}},
		{"import_yaml (project)", "the project and its services say themselves that they are ready", []string{projects, "/process?"}},
		{"list_deployments", "reasons are masked by shapes and places where variables cannot be read", []string{projects, "/env"}},
		{"replace_services_from_yaml", "the person who confirmed was told", []string{projects, "/env", "/app-version/"}},
	}
}

// missesOnly reports whether all that is missing has one of the parts.
func (c struckCall) missesOnly(parts []string) bool {
	for asked := range c.missing {
		if !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(asked, part) }) {
			return false
		}
	}
	return len(c.missing) > 0
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
func checkFailure(h *tooltest.Harness, c struckCall) {
	h.T.Helper()
	f, r := c.fault, c.result
	code, _ := r.Get("error.code").(string)
	allowed := f.reads
	switch {
	case c.struckWrite:
		allowed = f.writes
	case c.struckOutside: // an address with a grant knows no token and no codes
		allowed = append([]string{"unavailable", "timeout"}, f.reads...)
	}
	if !f.mild && !slices.Contains(allowed, code) {
		h.T.Errorf("%s: code %s, want one of %v: %s", c, code, allowed, r.Raw)
	}
	if code == "internal" || f.mild && code == "uncertain" {
		h.T.Errorf("%s: code %s: %s", c, code, r.Raw)
	}
	if hint, _ := r.Get("error.hint").(string); hint == "" {
		h.T.Errorf("%s: no hint: %s", c, r.Raw)
	}
	if code == "uncertain" && r.Get("error.next.tool") == nil {
		h.T.Errorf("%s: does not say what finds out: %s", c, r.Raw)
	}
	if f.name == "400" && code == "invalid_arguments" && (r.Get("error.fields.0.field") == nil || !strings.Contains(string(r.Raw), "is taken")) {
		h.T.Errorf("%s: what is wrong with which field is lost: %s", c, r.Raw)
	}
	if f.name == "429-after" && r.Get("error.retry_after_seconds") != 120.0 {
		h.T.Errorf("%s: the time to wait is lost: %s", c, r.Raw)
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
