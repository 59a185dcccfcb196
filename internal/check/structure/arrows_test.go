package structure_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestArrows holds every package of the product to the table, on every system that
// it is built for.
func TestArrows(t *testing.T) {
	t.Parallel()
	ours, others := imports(t)
	rows := map[string]row{}
	for _, r := range table() {
		rows[r.dir] = r
		if ours[r.dir] == nil {
			t.Errorf("the table has %q, which is no package", r.dir)
		}
	}
	for _, dir := range product(ours) {
		r, ok := rows[dir]
		if !ok {
			t.Errorf("%q is part of the product, but has no row in the table", dir)
			continue
		}
		for imported := range ours[dir] {
			if !slices.Contains(r.may(), imported) {
				t.Errorf("%q must not import %s: %s", dir, imported, r.why)
			}
		}
		for imported := range others[dir] {
			for _, b := range r.never {
				if b.forbids(imported) {
					t.Errorf("%q must not import %s: %s", dir, imported, b.why)
				}
			}
		}
		for _, arrow := range r.arrows {
			if !ours[dir][arrow] {
				t.Errorf("%q does not import %s: take the arrow out of the table", dir, arrow)
			}
		}
		delete(rows, dir)
	}
	for dir := range rows {
		t.Errorf("the table has %q, which is no part of the product", dir)
	}
}

// TestTheTableHasNoCycle looks at what is allowed: the compiler refuses cycles, but
// only the table keeps one from being on its way.
func TestTheTableHasNoCycle(t *testing.T) {
	t.Parallel()
	rows := map[string]row{}
	for _, r := range table() {
		rows[r.dir] = r
	}
	const entered, left = 1, 2
	state := map[string]int{}
	var visit func(dir string, way []string)
	visit = func(dir string, way []string) {
		switch way = append(way, dir); state[dir] {
		case left:
			return
		case entered:
			t.Errorf("a cycle: %s", strings.Join(way, " → "))
			return
		}
		state[dir] = entered
		for _, next := range rows[dir].may() {
			if _, ok := rows[next]; !ok {
				t.Errorf("%s may import %s, which has no row", dir, next)
			}
			visit(next, way)
		}
		state[dir] = left
	}
	for dir := range rows {
		visit(dir, nil)
	}
}

// TestTheHarnessStaysInTests: what exists for tests is imported by tests only, by
// programs that measure and check as little as by the product.
func TestTheHarnessStaysInTests(t *testing.T) {
	t.Parallel()
	ours, _ := imports(t)
	if !ours["tools/tooltest"]["tools"] {
		t.Error("the harness does not serve the facade; is the directory right?")
	}
	for dir, imported := range ours {
		if imported["tools/tooltest"] {
			t.Errorf("%s imports the harness outside its tests", dir)
		}
		if imported["zerops/simulator"] && dir != "tools/tooltest" && !strings.HasPrefix(dir, "internal/") {
			t.Errorf("%s imports the simulator outside its tests", dir)
		}
	}
}

// product are the packages that the binary is made of, sorted.
func product(ours map[string]map[string]bool) []string {
	reached := map[string]bool{}
	var visit func(dir string)
	visit = func(dir string) {
		if reached[dir] {
			return
		}
		reached[dir] = true
		for next := range ours[dir] {
			visit(next)
		}
	}
	visit("")
	return slices.Sorted(maps.Keys(reached))
}

func (b ban) forbids(imported string) bool {
	if exact, ok := strings.CutSuffix(b.pkg, "$"); ok {
		return imported == exact
	}
	return strings.HasPrefix(imported, b.pkg)
}
