package structure_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"testing"
)

// The bounds, and what may exceed them. An entry that no longer does fails, so the
// lists only hold what is needed.
const (
	maxLines    = 400 // of a file
	maxMethods  = 60  // of a type
	maxLong     = 80  // lines of a function
	maxBranches = 20  // of a function
)

// longFiles are the files that may be longer, with the reason.
func longFiles() map[string]string {
	return map[string]string{
		"zerops/catalogue.go": "the table of the API's operations",
	}
}

// largeTypes are the types that may have more methods.
func largeTypes() map[string]string {
	return map[string]string{
		"zerops.Client":          "one method for each operation that a tool uses",
		"zerops/simulator.world": "one world behind one lock",
		"zerops/simulator.call":  "one method for each endpoint",
	}
}

// longFunctions are the functions outside tests that may be longer or branch more.
func longFunctions() map[string]string {
	return map[string]string{
		"internal/settings.Table":    "the table of the settings",
		"internal/install.clients":   "the table of the clients",
		"zerops/simulator.scenarios": "the table of the scenarios",

		"tools/api.lossOf":           "what an operation loses as a switch instead of a table",
		"internal/bench/load.steady": "one program of measurement",
	}
}

// TestFilesAreShort counts the lines of every file, those of tests too.
func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	excused := longFiles()
	for _, s := range sources(t, parser.ImportsOnly) {
		if s.lines <= maxLines {
			continue
		}
		if excused[s.path] == "" {
			t.Errorf("%s has %d lines, more than %d", s.path, s.lines, maxLines)
		}
		delete(excused, s.path)
	}
	stale(t, excused)
}

// TestTypesAreSmall counts the methods of every type.
func TestTypesAreSmall(t *testing.T) {
	t.Parallel()
	methods := map[string]int{}
	for _, s := range sources(t, 0) {
		for _, declared := range s.tree.Decls {
			if f, ok := declared.(*ast.FuncDecl); ok && f.Recv != nil && !s.test {
				methods[s.dir+"."+receiver(f)]++
			}
		}
	}
	excused := largeTypes()
	for name, n := range methods {
		if n <= maxMethods {
			continue
		}
		if excused[name] == "" {
			t.Errorf("%s has %d methods, more than %d", name, n, maxMethods)
		}
		delete(excused, name)
	}
	stale(t, excused)
}

// TestFunctionsAreShort counts lines and branches of every function outside tests.
func TestFunctionsAreShort(t *testing.T) {
	t.Parallel()
	excused := longFunctions()
	for _, s := range sources(t, 0) {
		for _, declared := range s.tree.Decls {
			f, ok := declared.(*ast.FuncDecl)
			if !ok || s.test {
				continue
			}
			lines := s.set.Position(f.End()).Line - s.set.Position(f.Pos()).Line + 1
			n := branches(f)
			if lines <= maxLong && n <= maxBranches {
				continue
			}
			name := s.dir + "." + f.Name.Name
			if excused[name] == "" {
				t.Errorf("%s (%s) has %d lines and %d branches, more than %d or %d", name, s.path, lines, n, maxLong, maxBranches)
			}
			delete(excused, name)
		}
	}
	stale(t, excused)
}

func stale(t *testing.T, excused map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(excused)) {
		t.Errorf("%s is within the bounds: take it off the list", name)
	}
}

// receiver is the name of the type that a method belongs to.
func receiver(f *ast.FuncDecl) string {
	name := ""
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if identifier, ok := n.(*ast.Ident); ok && name == "" {
			name = identifier.Name
		}
		return name == ""
	})
	return name
}

// branches counts the ways that a function can go: conditions, loops and cases.
// Operators inside a condition count with it.
func branches(f *ast.FuncDecl) int {
	n := 0
	ast.Inspect(f, func(node ast.Node) bool {
		switch branch := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if branch.List != nil {
				n++
			}
		case *ast.CommClause:
			if branch.Comm != nil {
				n++
			}
		}
		return true
	})
	return n
}

// TestBranches pins what counts.
func TestBranches(t *testing.T) {
	t.Parallel()
	tree, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
func (s *stack[T]) f() {
	if a && b {
		return
	} else if c {
		for range 3 {
			switch { case d: default: }
		}
	}
	func() { select { case <-e: default: } }()
}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	f, _ := tree.Decls[0].(*ast.FuncDecl)
	if got := branches(f); got != 5 {
		t.Errorf("%d branches, want 5", got)
	}
	if got := receiver(f); got != "stack" {
		t.Errorf("the receiver is %q", got)
	}
}
