package adversarial_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/zerops/simulator"
)

// grace is how long a call that was cancelled waits for what it has sent.
const grace = time.Second

// TestAdversarialRace cancels calls whose answers come when they are just given up.
// Whether such an answer still writes where the call reads shows with the race
// detector only, so that nothing of it can stand in the list.
func TestAdversarialRace(t *testing.T) {
	t.Parallel()
	for id, c := range map[string]struct {
		tool, method, suffix string
		args                 func(w *world, i int) args
	}{
		"create-project": {"create_project", http.MethodPost, "/project", func(w *world, i int) args {
			return args{"name": fmt.Sprintf("late-%d", i), "org": w.sim.OrgID("Northwind Trading")}
		}},
		"create-service": {"create_service", http.MethodPost, "/service-stack", func(w *world, i int) args {
			return args{"project": ownProject(w), "hostname": fmt.Sprintf("late%d", i), "type": "nodejs@22"}
		}},
		"write-api": {"write_api", http.MethodPut, "/debug", func(w *world, _ int) args {
			return args{"operation": "PutServiceStackDebug", "path": on(sibling(w)), "body": `{"debugBuild":"NONE"}`}
		}},
		"update-project": {"update_project", http.MethodPut, "/project/{}", func(w *world, i int) args {
			return args{"project": ownProject(w), "description": fmt.Sprintf("late %d", i)}
		}},
	} {
		attack(t, "R/"+id, func(t *testing.T) error {
			w := newWorld(t)
			p := w.serve(t, how{})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			const many = 40
			var calls sync.WaitGroup
			var arrived atomic.Int64
			answer := make(chan struct{})
			for i := range many {
				w.when(c.method, strings.ReplaceAll(c.suffix, "{}", ownProject(w)), func() {
					arrived.Add(1)
					<-answer
					<-time.After(time.Duration(i) * time.Millisecond)
				})
				request := mcp.CallToolRequest{}
				request.Params.Name, request.Params.Arguments = c.tool, map[string]any(c.args(w, i))
				calls.Go(func() { _, _ = p.client.CallTool(ctx, request) })
			}
			w.until(t, "every call was sent", func() bool { return arrived.Load() == many })
			cancel()
			<-time.After(grace - many/4*time.Millisecond)
			close(answer)
			calls.Wait()
			if r := p.call("whoami", nil); r.isError {
				return fmt.Errorf("afterwards: %s", r.text)
			}
			return nil
		})
	}
}

// until waits for something that the account sees.
func (w *world) until(t *testing.T, what string, seen func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !seen() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s: %v", what, w.sent())
		}
		<-time.After(5 * time.Millisecond)
	}
}

// TestAdversarialPatterns has every known shape of a credential shown, one a line
// and all in one.
func TestAdversarialPatterns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []string
	for _, s := range shapes() {
		w.addLog(sibling(w), simulator.LogLine{Text: s.text})
		all = append(all, s.text)
	}
	w.addLog(w.service("eshop-staging", "app"), simulator.LogLine{Text: strings.Join(all, " | ")})
	p := w.serve(t, how{})
	single := p.call("search_logs", args{"services": []string{sibling(w)}, "limit": 200})
	together := p.call("search_logs", args{"services": []string{w.service("eshop-staging", "app")}, "limit": 200})
	for _, s := range shapes() {
		attack(t, "R/shape-"+s.id, func(*testing.T) error {
			return first([]error{told(single, s), told(together, s)})
		})
	}
}
