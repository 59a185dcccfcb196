package tools_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
)

// ways are those in which a call is confirmed: two by a person who is asked, one
// by a second call.
func ways() []string { return append(tooltest.Eras(), "two-step") }

// witness is a harness whose person, or second step, answers after something has
// happened to the target.
type witness struct {
	*tooltest.Harness
	way       string
	other     *tooltest.Harness // somebody else with the same account
	meanwhile func()
	writes    int // by the other
}

func startWitness(t *testing.T, way string) *witness {
	t.Helper()
	w := &witness{way: way}
	root := deployRoot(t)
	w.Harness = tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) {
			generousIn(root)(c)
			c.Confirm = tool.ConfirmAuto
		}
		if way == "two-step" {
			return
		}
		s.Version = way
		s.Elicit = func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
			w.happen()
			return tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": wantedName(r)})(ctx, r)
		}
	})
	w.other = w.Beside(func(c *tool.Config) {
		generousIn(root)(c)
		c.ProtectTag = "no-such-tag" // so that it can set the tag of the others, and take it off
	})
	return w
}

// wantedName is the name that a question wants typed.
func wantedName(r mcp.ElicitationRequest) string {
	if m := regexp.MustCompile(`Type \\"(.*)\\" to confirm`).FindStringSubmatch(fmt.Sprintf("%+q", fmt.Sprint(r.Params.RequestedSchema))); m != nil {
		return m[1]
	}
	return ""
}

func (w *witness) happen() {
	before := w.Writes()
	if w.meanwhile != nil {
		w.meanwhile()
	}
	w.writes = w.Writes() - before
}

// confirm makes a call that is confirmed in the way of this witness.
func (w *witness) confirm(tool string, a tooltest.Args, meanwhile func()) (r tooltest.Result, writes int) {
	w.T.Helper()
	w.meanwhile, w.writes = meanwhile, 0
	before := w.Writes()
	r = w.Call(tool, a)
	if w.way == "two-step" {
		again := tooltest.Args{"confirm": r.Status("confirmation_required").Str("confirm")}
		maps.Copy(again, a)
		w.happen()
		r = w.Call(tool, again)
	}
	return r, w.Writes() - before - w.writes
}

// confirming is a call that has to be confirmed, and what can happen to its target.
type confirming struct {
	example
	project string // of the target; empty where there is none
	named   bool   // the plan names the project
	tagged  bool   // it is only asked where the project is tagged as protected
	gone    *example
}

// confirmings are all tools that confirm, by calls of the examples where these do,
// each with a call of somebody else that takes its target away.
func confirmings(w *witness) []confirming {
	h := w.Harness
	known := map[string]example{}
	for _, e := range examples(w.other) {
		known[e.name()] = e
	}
	id, service := h.Sim.ProjectID, h.Sim.ServiceID
	org := h.Sim.OrgID("Northwind Trading")
	row := func(name, project string, named bool, gone *example) confirming {
		e, ok := known[name]
		if !ok {
			h.T.Fatalf("no example of %s", name)
		}
		e.args = maps.Clone(e.args)
		if e.args["project"] == tooltest.Staging {
			e.args["project"] = id(tooltest.Staging) // its name changes
		}
		return confirming{example: e, project: project, named: named, gone: gone}
	}
	same := func(name string) *example { e := known[name]; return &e }
	api := func(operation, target, project string, named bool, gone *example) confirming {
		return confirming{example: example{tool: "write_api", way: operation, args: tooltest.Args{"operation": operation, "path": tooltest.Args{"id": target}}, status: "done"}, project: project, named: named, gone: gone}
	}
	deleteProject := func(name string) *example {
		return &example{tool: "delete_project", args: tooltest.Args{"project": id(name)}}
	}
	deleteService := func(id string) *example { return &example{tool: "delete_service", args: tooltest.Args{"service": id}} }
	var port any
	for _, p := range h.Call("list_ports", tooltest.Args{"project": tooltest.Staging}).Items() {
		if p["port"] == 13000.0 {
			port = p["id"]
		}
	}
	return append(askedInProtected(row, deleteProject, deleteService, service), []confirming{
		row("stop_project", "docs-site", true, deleteProject("docs-site")),
		row("delete_project", "portfolio", true, deleteProject("portfolio")),
		row("stop_service", "mobile-api", true, deleteService(service("mobile-api", "push"))),
		row("delete_service", "support-desk", true, deleteService(service("support-desk", "mail"))),
		row("replace_services_from_yaml", "partner-portal", true, deleteService(service("partner-portal", "web"))),
		row("cancel_process", "spring-campaign", false, same("cancel_process")),
		row("cancel_deployment", "release-train", false, same("cancel_deployment")),
		row("delete_env", tooltest.Staging, true, same("delete_env")),
		row("rollback_service", tooltest.Staging, true, deleteService(service(tooltest.Staging, "app"))),
		row("remove_domain", tooltest.Staging, true, same("remove_domain")),
		row("remove_port", tooltest.Staging, false, same("remove_port")),
		row("delete_backup", tooltest.Staging, false, same("delete_backup")),
		row("unmount_storage", tooltest.Staging, true, same("unmount_storage")),
		{example: example{tool: "create_project", way: "paid", args: tooltest.Args{"name": "dear", "org": org, "mode": "SERIOUS"}, status: "done"}},
		{example: example{tool: "import_yaml", way: "paid", args: tooltest.Args{"yaml": "project:\n  name: costly\n  corePackage: SERIOUS\nservices:\n  - hostname: cache\n    type: valkey:single@7.2\n", "org": org}, status: "done"}},
		api("PutProjectStop", id("blog"), "blog", true, deleteProject("blog")),
		api("DeleteProject", id("landing"), "landing", true, deleteProject("landing")),
		api("PutServiceStackStop", service("internal-tools", "cron"), "internal-tools", false, deleteService(service("internal-tools", "cron"))),
		api("DeleteServiceStack", service("internal-tools", "chatbot"), "internal-tools", false, deleteService(service("internal-tools", "chatbot"))),
		api("DeletePublicPortRouting", fmt.Sprint(port), tooltest.Staging, false, same("remove_port")),
	}...)
}

// without leaves out what another call of the same test has done already.
func without(rows []confirming, way string) []confirming {
	return slices.DeleteFunc(rows, func(c confirming) bool { return c.way == way })
}

// TestConfirmedWorkIsDoneWithoutAChange keeps the tests below honest: each call
// works when nothing happens between the question and the answer, and no tool that
// confirms is missing.
func TestConfirmedWorkIsDoneWithoutAChange(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := startWitness(t, way)
			rows := confirmings(w)
			for _, info := range w.Server.Listed() {
				if strings.Contains(string(info.Input), `"confirm":`) && !slices.ContainsFunc(rows, func(c confirming) bool { return c.tool == info.Name }) {
					t.Errorf("%s confirms and is not tried", info.Name)
				}
			}
			for _, c := range without(rows, "DeletePublicPortRouting") {
				w.tag(c, c.tagged)
				r, writes := w.confirm(c.tool, c.args, nil)
				w.tag(c, false)
				if status := r.Ok().Get("status"); status != c.status && status != "in_progress" || writes == 0 {
					t.Errorf("%s: %v with %d writes: %s", c.name(), status, writes, r.Raw)
				}
			}
		})
	}
}

// TestProtectionBetweenQuestionAndAnswer sets the protecting tag while the person
// thinks.
func TestProtectionBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := startWitness(t, way)
			for _, c := range confirmings(w) {
				if c.project == "" {
					continue
				}
				// The other way round for what is asked because of the tag.
				w.tag(c, c.tagged)
				r, writes := w.confirm(c.tool, c.args, func() { w.tag(c, !c.tagged) })
				w.refused(c, r, writes, "protect")
				w.tag(c, false)
			}
		})
	}
}

// tag sets the protecting tag of the project of a call, or takes it off.
func (w *witness) tag(c confirming, protect bool) {
	w.T.Helper()
	if c.project == "" {
		return
	}
	tags := []string{}
	if protect {
		tags = []string{"protected"}
	}
	if project := w.Sim.ProjectID(c.project); project != "" { // which may be deleted
		w.other.Call("update_project", tooltest.Args{"project": project, "tags": tags})
	}
}

// refused checks that a call whose target has changed did nothing and says what
// has changed.
func (w *witness) refused(c confirming, r tooltest.Result, writes int, says string) {
	w.T.Helper()
	code := r.Get("error.code")
	switch {
	case writes != 0:
		w.T.Errorf("%s: %d writes although the target has changed: %s", c.name(), writes, r.Raw)
	case w.way == "two-step" && r.Get("status") == "unchanged": // what was wanted is so already
	case code != "confirmation_invalid":
		w.T.Errorf("%s: code %v: %s", c.name(), code, r.Raw)
	case !strings.Contains(string(r.Raw), says):
		w.T.Errorf("%s: does not say what has changed (%s): %s", c.name(), says, r.Raw)
	}
}

// TestTargetGoneBetweenQuestionAndAnswer takes the target away.
func TestTargetGoneBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := startWitness(t, way)
			for _, c := range without(confirmings(w), "DeletePublicPortRouting") {
				if c.gone == nil {
					continue
				}
				w.tag(c, c.tagged)
				r, writes := w.confirm(c.tool, c.args, func() { w.other.Call(c.gone.tool, c.gone.args).Ok() })
				w.refused(c, r, writes, "has changed since the plan was shown")
				w.tag(c, false)
			}
		})
	}
}

// TestTargetRenamedBetweenQuestionAndAnswer gives the project that the plan names
// another name.
func TestTargetRenamedBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	for _, way := range ways() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			w := startWitness(t, way)
			for _, c := range confirmings(w) {
				if !c.named {
					continue
				}
				project := w.Sim.ProjectID(c.project)
				rename := func(to string) {
					w.other.Call("update_project", tooltest.Args{"project": project, "name": to}).Status("done")
				}
				w.tag(c, c.tagged)
				r, writes := w.confirm(c.tool, c.args, func() { rename("renamed") })
				w.refused(c, r, writes, "renamed")
				rename(c.project)
				w.tag(c, false)
			}
		})
	}
}

// TestOtherStateBetweenQuestionAndAnswer deploys another version of the service,
// adds a service to the project, or changes the record, while the person thinks.
func TestOtherStateBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	app := func(w *witness) string { return w.Sim.ServiceID(tooltest.Staging, "app") }
	path := func(id string) tooltest.Args { return tooltest.Args{"id": id} }
	deployed := func(w *witness) {
		for _, d := range w.other.Call("list_deployments", tooltest.Args{"service": app(w)}).Items() {
			if d["can_rollback"] == true {
				w.other.Call("rollback_service", tooltest.Args{"service": app(w), "deployment": d["id"]}).Status("done")
				return
			}
		}
		w.T.Fatal("nothing to deploy")
	}
	grown := func(w *witness) {
		w.other.Call("create_service", tooltest.Args{"project": w.Sim.ProjectID(tooltest.Staging), "hostname": "newcomer", "type": "nodejs@22"}).Status("done")
	}
	for _, c := range []struct {
		tool  string
		args  func(w *witness) tooltest.Args
		happs func(w *witness)
		says  string
	}{
		{"stop_service", func(w *witness) tooltest.Args { return tooltest.Args{"service": app(w)} }, deployed, "running deployment"},
		{"delete_service", func(w *witness) tooltest.Args { return tooltest.Args{"service": app(w)} }, deployed, "running deployment"},
		{"replace_services_from_yaml", func(w *witness) tooltest.Args {
			return tooltest.Args{"project": w.Sim.ProjectID(tooltest.Staging), "yaml": "services:\n  - hostname: app\n    type: nodejs@22\n    startWithoutCode: true\n"}
		}, deployed, "running deployment"},
		{"write_api", func(w *witness) tooltest.Args {
			return tooltest.Args{"operation": "PutServiceStackStop", "path": path(app(w))}
		}, deployed, "running deployment"},
		{"write_api", func(w *witness) tooltest.Args {
			return tooltest.Args{"operation": "DeleteServiceStack", "path": path(app(w))}
		}, deployed, "running deployment"},
		{"delete_project", func(w *witness) tooltest.Args { return tooltest.Args{"project": w.Sim.ProjectID(tooltest.Staging)} }, grown, "newcomer"},
		{"stop_project", func(w *witness) tooltest.Args { return tooltest.Args{"project": w.Sim.ProjectID(tooltest.Staging)} }, grown, "newcomer"},
		{"write_api", func(w *witness) tooltest.Args {
			return tooltest.Args{"operation": "DeleteProject", "path": path(w.Sim.ProjectID(tooltest.Staging))}
		}, grown, "newcomer"},
		{"write_api", func(w *witness) tooltest.Args {
			return tooltest.Args{"operation": "PutProjectStop", "path": path(w.Sim.ProjectID(tooltest.Staging))}
		}, grown, "newcomer"},
		{"delete_service", func(w *witness) tooltest.Args { return tooltest.Args{"service": app(w)} }, func(w *witness) {
			w.other.Call("stop_service", tooltest.Args{"service": app(w)}).Status("done")
		}, "STOPPED"},
		{"write_api", func(w *witness) tooltest.Args {
			return tooltest.Args{"operation": "PutProject", "path": path(w.Sim.ProjectID(tooltest.Staging)), "body": tooltest.Args{"name": tooltest.Staging, "tagList": []any{}, "publicIpV4Shared": true}}
		}, func(w *witness) {
			w.other.Call("update_project", tooltest.Args{"project": w.Sim.ProjectID(tooltest.Staging), "description": "another"}).Status("done")
		}, "the record that is replaced"},
		{"delete_backup", func(w *witness) tooltest.Args {
			all := w.Call("list_backups", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Items()
			return tooltest.Args{"service": w.Sim.ServiceID(tooltest.Staging, "db"), "backup": all[0]["backup"]}
		}, func(w *witness) {
			all := w.Call("list_backups", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Items()
			w.other.Call("delete_backup", tooltest.Args{"service": w.Sim.ServiceID(tooltest.Staging, "db"), "backup": all[1]["backup"]}).Status("done")
		}, "what is lost"},
	} {
		for _, way := range ways() {
			t.Run(c.tool+" "+c.says+" "+way, func(t *testing.T) {
				t.Parallel()
				w := startWitness(t, way)
				a := c.args(w)
				r, writes := w.confirm(c.tool, a, func() { c.happs(w) })
				says := c.says
				if way != mcp.ProtocolVersion20251125 && says == "newcomer" {
					says = "the services of the project" // a token holds no list
				}
				w.refused(confirming{example: example{tool: c.tool, way: fmt.Sprint(a["operation"])}}, r, writes, says)
			})
		}
	}
}

// TestScopeBetweenQuestionAndAnswer takes the project out of the scope, which is
// given by name, while the person thinks.
func TestScopeBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	for _, way := range tooltest.Eras() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			var h, other *tooltest.Harness
			h = tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = way
				s.Configure = func(c *tool.Config) { c.Projects = []string{tooltest.Staging} }
				s.Elicit = func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
					other.Call("update_project", tooltest.Args{"project": h.Sim.ProjectID(tooltest.Staging), "name": "elsewhere"}).Status("done")
					return tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": wantedName(r)})(ctx, r)
				}
			})
			other = h.Beside(func(c *tool.Config) { c.Confirm = tool.ConfirmNever })
			service := tooltest.StagingAPI(h)
			if e := h.Call("stop_service", tooltest.Args{"service": service}); !e.IsError || h.Sim.Calls("PutServiceStackStop") != 0 {
				t.Errorf("%s", e.Raw)
			}
		})
	}
}
