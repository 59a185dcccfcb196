package tools_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
)

const production = "eshop-production"

// promise is a row of the everyday requests in docs/safety.md.
type promise struct {
	elsewhere, protected string
	says                 []string
}

// promises reads the table of the page, by the number of the request.
func promises(t *testing.T) map[string]promise {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", "safety.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]promise{}
	for _, row := range regexp.MustCompile(`(?m)^\| (\d+)\. [^|]+ \| (\d|blocked) \| (\d|blocked) \|(.*)\|$`).FindAllStringSubmatch(string(page), -1) {
		p := promise{elsewhere: row[2], protected: row[3]}
		for _, said := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(row[4], -1) {
			p.says = append(p.says, said[1])
		}
		rows[row[1]] = p
	}
	if len(rows) != 10 {
		t.Fatalf("the page has %d everyday requests", len(rows))
	}
	return rows
}

// walker is a person with a client, who is asked in one of the ways.
type walker struct {
	*tooltest.Harness
	way       string
	declines  bool
	questions []string
	said      strings.Builder // all that was asked and answered
}

func startWalker(t *testing.T, way string, configure func(*tool.Config), declines bool) *walker {
	t.Helper()
	w := &walker{way: way, declines: declines}
	root := deployRoot(t)
	w.Harness = tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) {
			c.DeployRoots = []string{root}
			if configure != nil {
				configure(c)
			}
		}
		if way == "two-step" {
			return
		}
		s.Version = way
		s.Elicit = func(_ context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
			w.ask(r.Params.Message)
			answer := mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionAccept, Content: map[string]any{"name": wantedName(r)}}
			if declines {
				answer = mcp.ElicitationResponse{Action: mcp.ElicitationResponseActionDecline}
			}
			return &mcp.ElicitationResult{ElicitationResponse: answer}, nil
		}
	})
	return w
}

func (w *walker) ask(question string) {
	w.T.Helper()
	for _, before := range w.questions {
		if before == question {
			w.T.Errorf("asked twice: %s", question)
		}
	}
	w.questions = append(w.questions, question)
	w.said.WriteString(question)
}

// do makes a call and, where it is answered with a plan, the second one as well,
// unless the person declines.
func (w *walker) do(name string, a tooltest.Args) tooltest.Result {
	w.T.Helper()
	r := w.Call(name, a)
	if !r.IsError && r.Get("status") == "confirmation_required" {
		w.ask(fmt.Sprint(r.Get("plan")))
		if w.declines {
			w.said.WriteString("the person said no") // to the model, which does not call again
			return r
		}
		again := tooltest.Args{"confirm": r.Str("confirm")}
		maps.Copy(again, a)
		r = w.Call(name, again)
	}
	w.said.WriteString(string(r.Raw))
	return r
}

// outcome is what the page counts: the questions, or that it is blocked.
func (w *walker) outcome(r tooltest.Result) string {
	if r.Get("error.code") == "blocked" {
		return "blocked"
	}
	return strconv.Itoa(len(w.questions))
}

// walks are the everyday requests in a project; each returns the answer that
// counts.
func walks() map[string]func(w *walker, project string) tooltest.Result {
	in := func(w *walker, project, hostname string) string { return w.Sim.ServiceID(project, hostname) }
	done := func(r tooltest.Result) tooltest.Result {
		r.T.Helper()
		if r.IsError || r.Get("status") != "done" {
			r.T.Errorf("not done: %s", r.Raw)
		}
		return r
	}
	return map[string]func(w *walker, project string) tooltest.Result{
		"1": func(w *walker, project string) tooltest.Result {
			r := w.do("stop_project", tooltest.Args{"project": project})
			if !r.IsError { // and in the morning
				done(w.do("start_project", tooltest.Args{"project": project}))
			}
			return r
		},
		"2": func(w *walker, project string) tooltest.Result {
			return done(w.do("set_subdomain_access", tooltest.Args{"service": in(w, project, "api"), "enabled": false}))
		},
		"3": func(w *walker, project string) tooltest.Result {
			return done(w.do("deploy_service", tooltest.Args{"service": in(w, project, "api"), "directory": ".", "setup": "images"}))
		},
		"4": func(w *walker, project string) tooltest.Result {
			service := in(w, project, "app")
			for _, d := range w.Call("list_deployments", tooltest.Args{"service": service}).Items() {
				if d["can_rollback"] == true {
					return done(w.do("rollback_service", tooltest.Args{"service": service, "deployment": d["id"]}))
				}
			}
			w.T.Fatal("nothing to go back to")
			return tooltest.Result{}
		},
		"5": func(w *walker, project string) tooltest.Result {
			r := done(w.do("set_env", tooltest.Args{"service": in(w, project, "api"), "variables": map[string]any{"FEATURE_WALK": "on"}, "restart": true}))
			if w.Sent("PutServiceStackRestart") != 1 {
				w.T.Errorf("not restarted: %s", r.Raw)
			}
			return r
		},
		"6": func(w *walker, project string) tooltest.Result {
			return done(w.do("scale_service", tooltest.Args{"service": in(w, project, "api"), "max_ram_gb": 12}))
		},
		"7": func(w *walker, project string) tooltest.Result {
			return done(w.do("create_backup", tooltest.Args{"service": in(w, project, "db")}))
		},
		"8": func(w *walker, project string) tooltest.Result {
			domain := tooltest.Args{"service": in(w, project, "app"), "domain": "walk.example.com"}
			done(w.do("add_domain", domain))
			again := w.do("add_domain", domain)
			again.Status("unchanged")
			return again
		},
		"9": func(w *walker, project string) tooltest.Result {
			r := w.do("stop_project", tooltest.Args{"project": project})
			if w.Writes() != 0 {
				w.T.Errorf("declined, and done: %s", r.Raw)
			}
			return r
		},
		"10": func(w *walker, project string) tooltest.Result {
			api := tooltest.Args{"service": in(w, project, "api")}
			done(w.do("deploy_service", tooltest.Args{"service": api["service"], "directory": ".", "setup": "images"}))
			done(w.do("set_env", tooltest.Args{"service": api["service"], "variables": map[string]any{"FEATURE_WALK": "on"}, "restart": true}))
			r := done(w.do("scale_service", tooltest.Args{"service": api["service"], "max_ram_gb": 12}))
			if stop := w.do("stop_service", api); stop.IsError != (project == production) {
				w.T.Errorf("stopped: %s", stop.Raw)
			}
			return r
		},
	}
}

// TestEverydayRequests walks through what docs/safety.md promises, in every way of
// asking, and counts the questions.
func TestEverydayRequests(t *testing.T) {
	t.Parallel()
	walks := walks()
	for number, promised := range promises(t) {
		for _, way := range ways() {
			t.Run(number+" "+way, func(t *testing.T) {
				t.Parallel()
				configure := func(*tool.Config) {}
				if number == "10" {
					configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever }
				}
				for project, want := range map[string]string{tooltest.Staging: promised.elsewhere, production: promised.protected} {
					w := startWalker(t, way, configure, number == "9")
					if got := w.outcome(walks[number](w, project)); got != want {
						t.Errorf("in %s: %s questions, and %s are promised: %s", project, got, want, w.said.String())
					}
					if want == "0" || want == "blocked" {
						continue
					}
					for _, words := range promised.says {
						if !strings.Contains(w.said.String(), words) {
							t.Errorf("in %s it is not said: %s\n%s", project, words, w.said.String())
						}
					}
				}
			})
		}
	}
}

// TestRecoveryIsNeverBlocked: what mends a protected project is asked, and done.
func TestRecoveryIsNeverBlocked(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := startWalker(t, way, nil, false)
			free := w.Beside(func(c *tool.Config) {
				c.Confirm, c.ProtectTag, c.Toolsets = tool.ConfirmNever, "no-such-tag", []string{"all"}
			})
			protect := func(project string) {
				free.Call("update_project", tooltest.Args{"project": w.Sim.ProjectID(project), "tags": []string{"protected"}}).Status("done")
			}
			pending := w.Call("list_processes", tooltest.Args{"project": "spring-campaign", "status": "PENDING"}).Items()[0]["id"]
			open := w.Call("list_deployments", tooltest.Args{"project": "release-train", "service": "images"}).Items()[0]["id"]
			var back any
			for _, d := range w.Call("list_deployments", tooltest.Args{"project": production, "service": "app"}).Items() {
				if d["can_rollback"] == true {
					back = d["id"]
				}
			}
			free.Call("stop_service", tooltest.Args{"project": production, "service": "worker"}).Status("done")
			for _, project := range []string{"spring-campaign", "release-train", "legacy-crm"} {
				protect(project)
			}
			for i, c := range []example{
				{tool: "rollback_service", args: tooltest.Args{"service": w.Sim.ServiceID(production, "app"), "deployment": back}},
				{tool: "start_service", args: tooltest.Args{"service": w.Sim.ServiceID(production, "worker")}},
				{tool: "start_project", args: tooltest.Args{"project": w.Sim.ProjectID("legacy-crm")}},
				{tool: "cancel_process", args: tooltest.Args{"process": pending}},
				{tool: "cancel_deployment", args: tooltest.Args{"deployment": open}},
			} {
				if r := w.do(c.tool, c.args); r.IsError || len(w.questions) != i+1 {
					t.Errorf("%s: %d questions: %s", c.tool, len(w.questions), r.Raw)
				}
			}
		})
	}
}
