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

	"zerops-mcp/tools"
)

// ways are those in which a call is confirmed: two by a person who is asked, one
// by a second call.
func ways() []string { return append(eras(), "two-step") }

// witness is a harness whose person, or second step, answers after something has
// happened to the target.
type witness struct {
	*harness
	way       string
	other     *harness // somebody else with the same account
	meanwhile func()
	writes    int // by the other
}

func startWitness(t *testing.T, way string) *witness {
	t.Helper()
	w := &witness{way: way}
	root := deployRoot(t)
	w.harness = start(t, func(s *setup) {
		s.configure = func(c *tools.Config) {
			generousIn(root)(c)
			c.Confirm = tools.ConfirmAuto
		}
		if way == "two-step" {
			return
		}
		s.version = way
		s.elicit = func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
			w.happen()
			return answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": wantedName(r)})(ctx, r)
		}
	})
	w.other = w.beside(generousIn(root))
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
	before := w.harness.writes()
	if w.meanwhile != nil {
		w.meanwhile()
	}
	w.writes = w.harness.writes() - before
}

// confirm makes a call that is confirmed in the way of this witness.
func (w *witness) confirm(tool string, a args, meanwhile func()) (r result, writes int) {
	w.t.Helper()
	w.meanwhile, w.writes = meanwhile, 0
	before := w.harness.writes()
	r = w.call(tool, a)
	if w.way == "two-step" {
		again := args{"confirm": r.status("confirmation_required").str("confirm")}
		maps.Copy(again, a)
		w.happen()
		r = w.call(tool, again)
	}
	return r, w.harness.writes() - before - w.writes
}

// confirming is a call that has to be confirmed, and what can happen to its target.
type confirming struct {
	example
	project string // of the target; empty where there is none
	named   bool   // the plan names the project
	gone    *example
}

// confirmings are all tools that confirm, by calls of the examples where these do,
// each with a call of somebody else that takes its target away.
func confirmings(w *witness) []confirming {
	h := w.harness
	known := map[string]example{}
	for _, e := range examples(w.other) {
		known[e.name()] = e
	}
	id, service := h.sim.ProjectID, h.sim.ServiceID
	org := h.sim.OrgID("Northwind Trading")
	row := func(name, project string, named bool, gone *example) confirming {
		e, ok := known[name]
		if !ok {
			h.t.Fatalf("no example of %s", name)
		}
		e.args = maps.Clone(e.args)
		if e.args["project"] == staging {
			e.args["project"] = id(staging) // its name changes
		}
		return confirming{example: e, project: project, named: named, gone: gone}
	}
	same := func(name string) *example { e := known[name]; return &e }
	api := func(operation, target, project string, named bool, gone *example) confirming {
		return confirming{example: example{tool: "write_api", way: operation, args: args{"operation": operation, "path": args{"id": target}}, status: "done"}, project: project, named: named, gone: gone}
	}
	deleteProject := func(name string) *example { return &example{tool: "delete_project", args: args{"project": id(name)}} }
	deleteService := func(id string) *example { return &example{tool: "delete_service", args: args{"service": id}} }
	var port any
	for _, p := range h.call("list_ports", args{"project": staging}).items() {
		if p["port"] == 13000.0 {
			port = p["id"]
		}
	}
	return []confirming{
		row("stop_project", "docs-site", true, deleteProject("docs-site")),
		row("delete_project", "portfolio", true, deleteProject("portfolio")),
		row("stop_service", "mobile-api", true, deleteService(service("mobile-api", "push"))),
		row("delete_service", "support-desk", true, deleteService(service("support-desk", "mail"))),
		row("replace_services_from_yaml", "partner-portal", true, deleteService(service("partner-portal", "web"))),
		row("cancel_process", "spring-campaign", false, same("cancel_process")),
		row("cancel_deployment", "release-train", false, same("cancel_deployment")),
		row("delete_env", staging, true, same("delete_env")),
		row("rollback_service", staging, true, deleteService(service(staging, "app"))),
		row("remove_domain", staging, true, same("remove_domain")),
		row("remove_port", staging, false, same("remove_port")),
		row("delete_backup", staging, false, same("delete_backup")),
		row("unmount_storage", staging, true, same("unmount_storage")),
		{example: example{tool: "create_project", way: "paid", args: args{"name": "dear", "org": org, "mode": "SERIOUS"}, status: "done"}},
		{example: example{tool: "import_yaml", way: "paid", args: args{"yaml": "project:\n  name: costly\n  corePackage: SERIOUS\nservices:\n  - hostname: cache\n    type: valkey:single@7.2\n", "org": org}, status: "done"}},
		api("PutProjectStop", id("blog"), "blog", true, deleteProject("blog")),
		api("DeleteProject", id("landing"), "landing", true, deleteProject("landing")),
		api("PutServiceStackStop", service("internal-tools", "cron"), "internal-tools", false, deleteService(service("internal-tools", "cron"))),
		api("DeleteServiceStack", service("internal-tools", "chatbot"), "internal-tools", false, deleteService(service("internal-tools", "chatbot"))),
		api("DeletePublicPortRouting", fmt.Sprint(port), staging, false, same("remove_port")),
	}
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
			for _, info := range w.server.Listed() {
				if strings.Contains(string(info.Input), `"confirm":`) && !slices.ContainsFunc(rows, func(c confirming) bool { return c.tool == info.Name }) {
					t.Errorf("%s confirms and is not tried", info.Name)
				}
			}
			for _, c := range without(rows, "DeletePublicPortRouting") {
				r, writes := w.confirm(c.tool, c.args, nil)
				if status := r.ok().get("status"); status != c.status && status != "in_progress" || writes == 0 {
					t.Errorf("%s: %v with %d writes: %s", c.name(), status, writes, r.raw)
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
				project := args{"project": w.sim.ProjectID(c.project)}
				r, writes := w.confirm(c.tool, c.args, func() {
					w.other.call("update_project", args{"project": project["project"], "tags": []string{"protected"}}).status("done")
				})
				w.refused(c, r, writes, "protect")
				w.untag(project["project"])
			}
		})
	}
}

// untag takes the protecting tag off as a person would: this server does not.
func (w *witness) untag(project any) {
	w.t.Helper()
	free := w.beside(func(c *tools.Config) { c.ProtectTag, c.Toolsets = "no-such-tag", []string{"all"} })
	free.call("update_project", args{"project": project, "tags": []string{}}).status("done")
}

// refused checks that a call whose target has changed did nothing and says what
// has changed.
func (w *witness) refused(c confirming, r result, writes int, says string) {
	w.t.Helper()
	code := r.get("error.code")
	switch {
	case writes != 0:
		w.t.Errorf("%s: %d writes although the target has changed: %s", c.name(), writes, r.raw)
	case w.way == "two-step" && r.get("status") == "unchanged": // what was wanted is so already
	case code != "confirmation_invalid":
		w.t.Errorf("%s: code %v: %s", c.name(), code, r.raw)
	case !strings.Contains(string(r.raw), says):
		w.t.Errorf("%s: does not say what has changed (%s): %s", c.name(), says, r.raw)
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
				r, writes := w.confirm(c.tool, c.args, func() { w.other.call(c.gone.tool, c.gone.args).ok() })
				w.refused(c, r, writes, "has changed since the plan was shown")
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
				project := w.sim.ProjectID(c.project)
				rename := func(to string) { w.other.call("update_project", args{"project": project, "name": to}).status("done") }
				r, writes := w.confirm(c.tool, c.args, func() { rename("renamed") })
				w.refused(c, r, writes, "renamed")
				rename(c.project)
			}
		})
	}
}

// TestOtherStateBetweenQuestionAndAnswer deploys another version of the service,
// adds a service to the project, or changes the record, while the person thinks.
func TestOtherStateBetweenQuestionAndAnswer(t *testing.T) {
	t.Parallel()
	app := func(w *witness) string { return w.sim.ServiceID(staging, "app") }
	path := func(id string) args { return args{"id": id} }
	deployed := func(w *witness) {
		for _, d := range w.other.call("list_deployments", args{"service": app(w)}).items() {
			if d["can_rollback"] == true {
				w.other.call("rollback_service", args{"service": app(w), "deployment": d["id"]}).status("done")
				return
			}
		}
		w.t.Fatal("nothing to deploy")
	}
	grown := func(w *witness) {
		w.other.call("create_service", args{"project": w.sim.ProjectID(staging), "hostname": "newcomer", "type": "nodejs@22"}).status("done")
	}
	for _, c := range []struct {
		tool  string
		args  func(w *witness) args
		happs func(w *witness)
		says  string
	}{
		{"stop_service", func(w *witness) args { return args{"service": app(w)} }, deployed, "running deployment"},
		{"delete_service", func(w *witness) args { return args{"service": app(w)} }, deployed, "running deployment"},
		{"replace_services_from_yaml", func(w *witness) args {
			return args{"project": w.sim.ProjectID(staging), "yaml": "services:\n  - hostname: app\n    type: nodejs@22\n    startWithoutCode: true\n"}
		}, deployed, "running deployment"},
		{"write_api", func(w *witness) args { return args{"operation": "PutServiceStackStop", "path": path(app(w))} }, deployed, "running deployment"},
		{"write_api", func(w *witness) args { return args{"operation": "DeleteServiceStack", "path": path(app(w))} }, deployed, "running deployment"},
		{"delete_project", func(w *witness) args { return args{"project": w.sim.ProjectID(staging)} }, grown, "newcomer"},
		{"stop_project", func(w *witness) args { return args{"project": w.sim.ProjectID(staging)} }, grown, "newcomer"},
		{"write_api", func(w *witness) args {
			return args{"operation": "DeleteProject", "path": path(w.sim.ProjectID(staging))}
		}, grown, "newcomer"},
		{"write_api", func(w *witness) args {
			return args{"operation": "PutProjectStop", "path": path(w.sim.ProjectID(staging))}
		}, grown, "newcomer"},
		{"delete_service", func(w *witness) args { return args{"service": app(w)} }, func(w *witness) {
			w.other.call("stop_service", args{"service": app(w)}).status("done")
		}, "STOPPED"},
		{"write_api", func(w *witness) args {
			return args{"operation": "PutProject", "path": path(w.sim.ProjectID(staging)), "body": args{"name": staging, "tagList": []any{}, "publicIpV4Shared": true}}
		}, func(w *witness) {
			w.other.call("update_project", args{"project": w.sim.ProjectID(staging), "description": "another"}).status("done")
		}, "the record that is replaced"},
		{"delete_backup", func(w *witness) args {
			all := w.call("list_backups", args{"project": staging, "service": "db"}).items()
			return args{"service": w.sim.ServiceID(staging, "db"), "backup": all[0]["backup"]}
		}, func(w *witness) {
			all := w.call("list_backups", args{"project": staging, "service": "db"}).items()
			w.other.call("delete_backup", args{"service": w.sim.ServiceID(staging, "db"), "backup": all[1]["backup"]}).status("done")
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
	for _, way := range eras() {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			var h, other *harness
			h = start(t, func(s *setup) {
				s.version = way
				s.configure = func(c *tools.Config) { c.Projects = []string{staging} }
				s.elicit = func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
					other.call("update_project", args{"project": h.sim.ProjectID(staging), "name": "elsewhere"}).status("done")
					return answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": wantedName(r)})(ctx, r)
				}
			})
			other = h.beside(func(c *tools.Config) { c.Confirm = tools.ConfirmNever })
			service := stagingAPI(h)
			if e := h.call("stop_service", args{"service": service}); !e.isError || h.sim.Calls("PutServiceStackStop") != 0 {
				t.Errorf("%s", e.raw)
			}
		})
	}
}
