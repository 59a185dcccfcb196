package adversarial_test

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
)

// knownFailures is the list of attacks that still work.
const knownFailures = "testdata/known-failures.txt"

// ledger is the list, and which attacks a run has made. The list is read by the
// first test, because only then does the go command know that the tests depend on it.
type ledger struct {
	reading sync.Once
	failed  error

	mu    sync.Mutex
	known map[string]bool
	made  map[string]bool
}

var attacks = ledger{known: map[string]bool{}, made: map[string]bool{}}

// TestMain looks afterwards for ids of the list that no test has.
func TestMain(m *testing.M) {
	// Hundreds of small accounts come and go: collecting after each would be most of
	// the work.
	debug.SetGCPercent(800)
	code := m.Run()
	if code == 0 && everythingRan() {
		for _, id := range attacks.strangers() {
			fmt.Fprintf(os.Stderr, "%s: no test has the id %s: take it off the list\n", knownFailures, id)
			code = 1
		}
	}
	os.Exit(code)
}

// everythingRan reports whether no flag left a test of this package out.
func everythingRan() bool {
	value := func(name string) string {
		if f := flag.Lookup("test." + name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	if value("skip") != "" || value("list") != "" || strings.Contains(value("run"), "/") {
		return false
	}
	all, err := regexp.MatchString(value("run"), "TestAdversarial")
	return err == nil && all
}

// read takes the first word of each line as an id. Every id has a comment.
func (l *ledger) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		id, comment, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ")
		switch {
		case id == "" || strings.HasPrefix(id, "#"):
		case !strings.HasPrefix(strings.TrimSpace(comment), "#"):
			return fmt.Errorf("%s: %s has no comment: write ID # WHAT IT SHOWS", name, id)
		case l.known[id]:
			return fmt.Errorf("%s: %s stands there twice", name, id)
		default:
			l.known[id] = true
		}
	}
	return lines.Err()
}

// begin notes an attack and reports whether it is known to work, and whether its
// id is new.
func (l *ledger) begin(id string) (known, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fresh = !l.made[id]
	l.made[id] = true
	return l.known[id], fresh
}

// anyKnown reports whether an attack with one of the prefixes is a known failure.
func (l *ledger) anyKnown(prefixes []string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id := range l.known {
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(id, prefix) }) {
			return true
		}
	}
	return false
}

// strangers are the listed ids that no test has.
func (l *ledger) strangers() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for id := range l.known {
		if !l.made[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// attack makes one attack. What it returns is how the attack succeeded; nil says
// that the program held. An attack that is listed as a known failure has to
// succeed. What goes wrong with the test itself is not for the returned error but
// for t.
func attack(t *testing.T, id string, try func(t *testing.T) error) {
	t.Helper()
	attacks.reading.Do(func() { attacks.failed = attacks.read(knownFailures) })
	if attacks.failed != nil {
		t.Fatal(attacks.failed)
	}
	known, fresh := attacks.begin(id)
	if !fresh {
		t.Fatalf("two attacks have the id %s", id)
	}
	t.Run(id, func(t *testing.T) {
		t.Parallel()
		err := try(t)
		switch {
		case err != nil && !known:
			t.Error(err)
		case err != nil:
			t.Logf("known failure: %v", err)
		case known && !t.Failed():
			t.Errorf("%s holds now: take it off %s", id, knownFailures)
		}
	})
}
