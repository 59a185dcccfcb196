package tools_test

import (
	"context"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// TestAbandonedChangeIsUncertain hangs up on every change while it is under way.
func TestAbandonedChangeIsUncertain(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	slow := fault{name: "slow", works: true, answer: func(w http.ResponseWriter, r *http.Request, got *captured) {
		if pauseFor(r, 20*time.Second) {
			got.send(w)
		}
	}}
	synctest.Test(t, func(t *testing.T) {
		h, n := startFaulty(t, root)
		abandoned := 0
		for _, e := range examples(h) {
			raw, err := json.Marshal(e.args)
			if err != nil {
				t.Fatal(err)
			}
			n.begin(&slow, onWrites(), 0)
			r := hangUp(h, e.tool, raw, 10*time.Second)
			if done := n.end(); !done.struckWrite {
				continue
			}
			if code := tooltest.ErrorCode(t, r); code == "uncertain" {
				abandoned++
			} else if e.tool != "deploy_service" { // whose upload goes on by itself
				t.Errorf("%s: %q", e.name(), code)
			}
			<-time.After(time.Minute) // what was abandoned ends
		}
		if abandoned < 20 {
			t.Errorf("only %d changes were abandoned", abandoned)
		}
	})
}

// hangUp makes a call that is given up after a while.
func hangUp(h *tooltest.Harness, tool string, raw json.RawMessage, after time.Duration) *mcp.CallToolResult {
	h.T.Helper()
	ctx, cancel := context.WithTimeout(h.T.Context(), after)
	defer cancel()
	r, err := h.Server.Call(ctx, tool, raw)
	if err != nil {
		h.T.Fatal(err)
	}
	return r
}

// abandoningKey is the context key of an [abandoning].
type abandoningKey struct{}

// abandoning is how a call is given up while its change is under way.
type abandoning struct {
	giveUp context.CancelFunc
	after  time.Duration // which the platform still takes from then on
}

// lingering is a network whose changes are given up by their caller on the way, and
// answered some time later with a long document.
type lingering struct{ platform http.RoundTripper }

// RoundTrip carries a request.
func (l *lingering) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := l.platform.RoundTrip(r)
	call, ok := r.Context().Value(abandoningKey{}).(abandoning)
	if err != nil || !ok || r.Method == http.MethodGet || strings.HasSuffix(r.URL.Path, "search") {
		return response, err
	}
	call.giveUp()
	if !pauseFor(r, call.after) {
		return nil, r.Context().Err()
	}
	body := response.Body
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(body, strings.NewReader(strings.Repeat(" ", 4<<20))), body}
	response.Header.Del("Content-Length")
	response.ContentLength = -1
	return response, nil
}

// TestAbandonedWriteLeavesItsCallAlone has changes end at about the time at which
// their calls stop waiting for them. The race detector sees what a write touches of
// a call that is over: reading the long answer is the time in which it would.
func TestAbandonedWriteLeavesItsCallAlone(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever }
		s.Network = func(sim *simulator.Simulator) http.RoundTripper {
			return &lingering{platform: sim.RoundTripper()}
		}
		s.API = func(o *zerops.APIOptions) { o.Logger = slog.New(slog.DiscardHandler) } // the lock of a log would order things
	})
	org := h.Sim.OrgID("Northwind Trading")
	var calls sync.WaitGroup
	for after := tool.StopGrace - 400*time.Millisecond; after < tool.StopGrace; after += 40 * time.Millisecond {
		raw, err := json.Marshal(tooltest.Args{"name": "late " + after.String(), "org": org, "wait_seconds": 0})
		if err != nil {
			t.Fatal(err)
		}
		calls.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if _, err := h.Server.Call(context.WithValue(ctx, abandoningKey{}, abandoning{cancel, after}), "create_project", raw); err != nil {
				t.Error(err)
			}
		})
	}
	calls.Wait()
}

// TestWritesAssignNothingOfTheirCaller reads the code of all rooms: a function that is
// given to Change may outlive its caller, so it declares what it assigns.
func TestWritesAssignNothingOfTheirCaller(t *testing.T) {
	t.Parallel()
	writes := 0
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !slices.Contains([]string{"tool.Change", "retrySync"}, types.ExprString(call.Fun)) {
				return true
			}
			write, ok := call.Args[len(call.Args)-1].(*ast.FuncLit)
			if !ok {
				return true
			}
			writes++
			for _, foreign := range assignedOutside(write) {
				t.Errorf("%s: the write assigns %s, which its caller reads", set.Position(foreign.Pos()), foreign.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if writes < 20 {
		t.Errorf("only %d writes were found", writes)
	}
}

// assignedOutside are the variables that a function assigns and does not declare.
func assignedOutside(f *ast.FuncLit) []*ast.Ident {
	own := map[string]bool{"_": true}
	declare := func(fields *ast.FieldList) {
		if fields == nil {
			return
		}
		for _, field := range fields.List {
			for _, name := range field.Names {
				own[name.Name] = true
			}
		}
	}
	var assigned []*ast.Ident
	assign := func(target ast.Expr, declares bool) {
		for {
			switch inner := target.(type) {
			case *ast.SelectorExpr:
				target = inner.X
				continue
			case *ast.IndexExpr:
				target = inner.X
				continue
			case *ast.StarExpr:
				target = inner.X
				continue
			case *ast.Ident:
				if declares {
					own[inner.Name] = true
				} else {
					assigned = append(assigned, inner)
				}
			}
			return
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch node := n.(type) {
		case *ast.FuncType:
			declare(node.Params)
			declare(node.Results)
		case *ast.AssignStmt:
			for _, target := range node.Lhs {
				assign(target, node.Tok == token.DEFINE)
			}
		case *ast.IncDecStmt:
			assign(node.X, false)
		case *ast.RangeStmt:
			for _, target := range []ast.Expr{node.Key, node.Value} {
				if target != nil {
					assign(target, node.Tok == token.DEFINE)
				}
			}
		case *ast.ValueSpec:
			for _, name := range node.Names {
				own[name.Name] = true
			}
		}
		return true
	})
	var foreign []*ast.Ident
	for _, name := range assigned {
		if !own[name.Name] {
			foreign = append(foreign, name)
		}
	}
	return foreign
}
