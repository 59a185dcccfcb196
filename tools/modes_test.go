package tools_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// TestReadOnlyHoldsAtTheCall calls every tool that changes anything and checks
// that none is listed, each refuses, and nothing but reads leaves.
func TestReadOnlyHoldsAtTheCall(t *testing.T) {
	t.Parallel()
	all := start(t)
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { c.ReadOnly, c.Confirm = true, tools.ConfirmNever }
	})
	listed := map[string]bool{}
	for _, info := range h.server.Listed() {
		listed[info.Name] = true
	}
	for _, info := range all.server.Listed() {
		if info.Effect == "reads" {
			if !listed[info.Name] {
				t.Errorf("%s reads and is hidden", info.Name)
			}
			continue
		}
		if listed[info.Name] {
			t.Errorf("%s %s and is listed", info.Name, info.Effect)
		}
		h.call(info.Name, args{"service": stagingAPI(h), "project": h.sim.ProjectID("eshop-staging")}).fails("read_only")
	}
	if n := len(h.sim.Requests()); n != 0 {
		t.Errorf("%d requests by refused tools", n)
	}
}

func TestToolsetsLimitTheCall(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) {
			c.Toolsets, c.Tools, c.ExcludeTools = []string{"projects"}, []string{"whoami"}, []string{"delete_project"}
		}
	})
	names := map[string]bool{}
	list, err := h.client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list.Tools {
		names[tool.Name] = true
	}
	if !names["list_projects"] || !names["whoami"] || names["delete_project"] || names["list_services"] {
		t.Errorf("listed: %v", names)
	}
	h.call("list_services", nil).fails("out_of_scope")
	h.call("delete_project", args{"project": "x"}).fails("out_of_scope")
}

func TestUnknownSelectionsNameTheClosest(t *testing.T) {
	t.Parallel()
	api, err := zerops.NewAPI(zerops.APIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	credential := func(context.Context) tools.Credential { return tools.Credential{} }
	for _, c := range []struct {
		cfg  tools.Config
		says string
	}{
		{tools.Config{Toolsets: []string{"project"}}, `did you mean "projects"`},
		{tools.Config{Tools: []string{"list_project"}}, `did you mean "list_projects"`},
		{tools.Config{ExcludeTools: []string{"delete_projects"}}, `did you mean "delete_project"`},
	} {
		c.cfg.API, c.cfg.Credential = api, credential
		if _, err := tools.New(c.cfg); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v, want %s", err, c.says)
		}
	}
}

func TestProjectScopeHoldsAtTheCall(t *testing.T) {
	t.Parallel()
	for _, byName := range []bool{false, true} {
		h := start(t, func(s *setup) {
			s.configure = func(c *tools.Config) {
				c.Confirm = tools.ConfirmNever
				c.Projects = []string{"eshop-staging"}
				if !byName {
					c.Projects = []string{simulator.New(s.sim...).ProjectID("eshop-staging")}
				}
			}
		})
		staging := h.sim.ProjectID("eshop-staging")
		if got := h.call("list_projects", nil).items(); len(got) != 1 || got[0]["id"] != staging {
			t.Errorf("listed %v", got)
		}
		for _, s := range h.call("list_services", nil).items() {
			if s["project_id"] != staging {
				t.Errorf("service %v of project %v", s["hostname"], s["project_id"])
			}
		}
		// The only project in scope is the default.
		h.call("get_project", nil).ok()
		h.call("get_service", args{"service": "api"}).ok()

		foreign := h.sim.ServiceID("blog", "ghost")
		h.call("get_project", args{"project": h.sim.ProjectID("blog")}).fails("out_of_scope")
		h.call("delete_project", args{"project": h.sim.ProjectID("blog")}).fails("out_of_scope")
		h.call("get_service", args{"service": foreign}).fails("out_of_scope")
		h.call("delete_service", args{"service": foreign}).fails("out_of_scope")
		h.call("create_project", args{"name": "new"}).fails("out_of_scope")
		if n := h.writes(); n != 0 {
			t.Errorf("%d writes outside the scope", n)
		}
	}
}

func TestOneProjectInScopeIsNotRequired(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{"eshop-staging"} } })
	for _, info := range h.server.Listed() {
		var schema struct{ Required []string }
		if err := json.Unmarshal(info.Input, &schema); err != nil {
			t.Fatalf("%s: %v", info.Name, err)
		}
		for _, name := range schema.Required {
			if name == "project" {
				t.Errorf("%s requires the project although only one is in scope", info.Name)
			}
		}
	}
}

// TestListingIsOfflineAndStable checks that nothing is asked before the first
// call, and that the list is sorted and the same bytes from run to run.
func TestListingIsOfflineAndStable(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		var first []byte
		for range 3 {
			h := start(t, func(s *setup) { s.version = era })
			list, err := h.client.ListTools(t.Context(), mcp.ListToolsRequest{})
			if err != nil {
				t.Fatal(err)
			}
			raw, err := json.Marshal(list.Tools)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = raw
			}
			if string(raw) != string(first) {
				t.Error("the list differs from run to run")
			}
			for i := 1; i < len(list.Tools); i++ {
				if list.Tools[i-1].Name >= list.Tools[i].Name {
					t.Errorf("%s comes before %s", list.Tools[i-1].Name, list.Tools[i].Name)
				}
			}
			if n := len(h.sim.Requests()); n != 0 {
				t.Errorf("%d requests before the first call", n)
			}
		}
	}
}

// TestEveryToolStatesItsHints checks that all four annotations and the title are
// explicit, and that none claims to be safer than its effect.
func TestEveryToolStatesItsHints(t *testing.T) {
	t.Parallel()
	h := start(t)
	list, err := h.client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	effects := map[string]string{}
	for _, info := range h.server.Listed() {
		effects[info.Name] = info.Effect
	}
	for _, tool := range list.Tools {
		a := tool.Annotations
		if tool.Title == "" || a.Title == "" || a.ReadOnlyHint == nil || a.DestructiveHint == nil || a.IdempotentHint == nil || a.OpenWorldHint == nil {
			t.Errorf("%s leaves a hint out: %+v", tool.Name, a)
			continue
		}
		effect := effects[tool.Name]
		if *a.ReadOnlyHint != (effect == "reads") || effect == "destroys" && !*a.DestructiveHint || effect == "reads" && *a.DestructiveHint {
			t.Errorf("%s %s, but its hints say %+v", tool.Name, effect, a)
		}
	}
}

// What the next call names is what a model does next: a tool that this server
// refuses, or does not even list, is no help.
func TestNextCallsAreOnesThisServerOffers(t *testing.T) {
	t.Parallel()
	all := start(t, func(s *setup) { s.sim = append(s.sim, simulator.WithStepByPoll()) })
	stopped := args{"service": stoppedService(t, all)}
	if all.call("diagnose_service", stopped).get("causes.0.next.tool") != "start_service" {
		t.Fatal("the cause has no next call to leave out")
	}
	readOnly := all.beside(func(c *tools.Config) { c.ReadOnly = true })
	r := readOnly.call("diagnose_service", stopped).ok()
	if r.get("causes.0.cause") != "service_stopped" || r.get("causes.0.next") != nil {
		t.Errorf("read-only: %s", r.raw)
	}
	few := all.beside(func(c *tools.Config) {
		c.Toolsets, c.ExcludeTools = []string{"services"}, []string{"list_service_types"}
	})
	r = few.call("restart_service", args{"project": "docs-site", "service": "docs", "wait_seconds": 0}).status("in_progress")
	if r.get("next") != nil || r.get("processes.0.id") == nil {
		t.Errorf("without wait_for: %s", r.raw)
	}
	all.sim.Fail(simulator.Fault{Operation: "PutServiceStackRestart", Times: 1, Drop: simulator.DropAfter})
	if e := few.call("restart_service", args{"project": "docs-site", "service": "docs"}).fails("uncertain"); e["next"] != nil || e["hint"] == nil {
		t.Errorf("without list_events: %v", e)
	}
}

func stoppedService(t *testing.T, h *harness) string {
	t.Helper()
	for _, s := range h.call("list_services", args{"status": []string{"STOPPED"}, "category": "USER"}).items() {
		if project := h.call("get_project", args{"project": s["project_id"]}).ok(); project.get("status") == "ACTIVE" {
			id, _ := s["id"].(string)
			return id
		}
	}
	t.Fatal("nothing is stopped")
	return ""
}
