package tools_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// TestReadOnlyHoldsAtTheCall calls every tool that changes anything and checks
// that none is listed, each refuses, and nothing but reads leaves.
func TestReadOnlyHoldsAtTheCall(t *testing.T) {
	t.Parallel()
	all := tooltest.Start(t)
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.ReadOnly, c.Confirm = true, tool.ConfirmNever }
	})
	listed := map[string]bool{}
	for _, info := range h.Server.Listed() {
		listed[info.Name] = true
	}
	for _, info := range all.Server.Listed() {
		if info.Effect == "reads" {
			if !listed[info.Name] {
				t.Errorf("%s reads and is hidden", info.Name)
			}
			continue
		}
		if listed[info.Name] {
			t.Errorf("%s %s and is listed", info.Name, info.Effect)
		}
		h.Call(info.Name, tooltest.Args{"service": tooltest.StagingAPI(h), "project": h.Sim.ProjectID("eshop-staging")}).Fails("read_only")
	}
	if n := len(h.Sim.Requests()); n != 0 {
		t.Errorf("%d requests by refused tools", n)
	}
}

func TestToolsetsLimitTheCall(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) {
			c.Toolsets, c.Tools, c.ExcludeTools = []string{"projects"}, []string{"whoami"}, []string{"delete_project"}
		}
	})
	names := map[string]bool{}
	list, err := h.Client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tool := range list.Tools {
		names[tool.Name] = true
	}
	if !names["list_projects"] || !names["whoami"] || names["delete_project"] || names["list_services"] {
		t.Errorf("listed: %v", names)
	}
	h.Call("list_services", nil).Fails("out_of_scope")
	h.Call("delete_project", tooltest.Args{"project": "x"}).Fails("out_of_scope")
}

func TestUnknownSelectionsNameTheClosest(t *testing.T) {
	t.Parallel()
	api, err := zerops.NewAPI(zerops.APIOptions{})
	if err != nil {
		t.Fatal(err)
	}
	credential := func(context.Context) request.Credential { return request.Credential{} }
	for _, c := range []struct {
		cfg  tool.Config
		says string
	}{
		{tool.Config{Toolsets: []string{"project"}}, `did you mean "projects"`},
		{tool.Config{Tools: []string{"list_project"}}, `did you mean "list_projects"`},
		{tool.Config{ExcludeTools: []string{"delete_projects"}}, `did you mean "delete_project"`},
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
		h := tooltest.Start(t, func(s *tooltest.Setup) {
			s.Configure = func(c *tool.Config) {
				c.Confirm = tool.ConfirmNever
				c.Projects = []string{"eshop-staging"}
				if !byName {
					c.Projects = []string{simulator.New(s.Sim...).ProjectID("eshop-staging")}
				}
			}
		})
		staging := h.Sim.ProjectID("eshop-staging")
		if got := h.Call("list_projects", nil).Items(); len(got) != 1 || got[0]["id"] != staging {
			t.Errorf("listed %v", got)
		}
		for _, s := range h.Call("list_services", nil).Items() {
			if s["project_id"] != staging {
				t.Errorf("service %v of project %v", s["hostname"], s["project_id"])
			}
		}
		// The only project in scope is the default.
		h.Call("get_project", nil).Ok()
		h.Call("get_service", tooltest.Args{"service": "api"}).Ok()

		foreign := h.Sim.ServiceID("blog", "ghost")
		h.Call("get_project", tooltest.Args{"project": h.Sim.ProjectID("blog")}).Fails("out_of_scope")
		h.Call("delete_project", tooltest.Args{"project": h.Sim.ProjectID("blog")}).Fails("out_of_scope")
		h.Call("get_service", tooltest.Args{"service": foreign}).Fails("out_of_scope")
		h.Call("delete_service", tooltest.Args{"service": foreign}).Fails("out_of_scope")
		h.Call("create_project", tooltest.Args{"name": "new"}).Fails("out_of_scope")
		if n := h.Writes(); n != 0 {
			t.Errorf("%d writes outside the scope", n)
		}
	}
}

func TestOneProjectInScopeIsNotRequired(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{"eshop-staging"} } })
	for _, info := range h.Server.Listed() {
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
	for _, era := range tooltest.Eras() {
		var first []byte
		for range 3 {
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			list, err := h.Client.ListTools(t.Context(), mcp.ListToolsRequest{})
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
			if n := len(h.Sim.Requests()); n != 0 {
				t.Errorf("%d requests before the first call", n)
			}
		}
	}
}

// TestEveryToolStatesItsHints checks that all four annotations and the title are
// explicit, and that none claims to be safer than its effect.
func TestEveryToolStatesItsHints(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	list, err := h.Client.ListTools(t.Context(), mcp.ListToolsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	effects := map[string]string{}
	for _, info := range h.Server.Listed() {
		effects[info.Name] = info.Effect
	}
	for _, tool := range list.Tools {
		a := tool.Annotations
		if tool.Title == "" || a.Title == "" || a.ReadOnlyHint == nil || a.DestructiveHint == nil || a.IdempotentHint == nil || a.OpenWorldHint == nil {
			t.Errorf("%s leaves a hint out: %+v", tool.Name, a)
			continue
		}
		effect := effects[tool.Name]
		if *a.ReadOnlyHint != (effect == "reads") || effect == "reads" && *a.DestructiveHint {
			t.Errorf("%s %s, but its hints say %+v", tool.Name, effect, a)
		}
	}
}

// What the next call names is what a model does next: a tool that this server
// refuses, or does not even list, is no help.
func TestNextCallsAreOnesThisServerOffers(t *testing.T) {
	t.Parallel()
	all := tooltest.Start(t, func(s *tooltest.Setup) { s.Sim = append(s.Sim, simulator.WithStepByPoll()) })
	stopped := tooltest.Args{"service": stoppedService(t, all)}
	if all.Call("diagnose_service", stopped).Get("causes.0.next.tool") != "start_service" {
		t.Fatal("the cause has no next call to leave out")
	}
	readOnly := all.Beside(func(c *tool.Config) { c.ReadOnly = true })
	r := readOnly.Call("diagnose_service", stopped).Ok()
	if r.Get("causes.0.cause") != "service_stopped" || r.Get("causes.0.next") != nil {
		t.Errorf("read-only: %s", r.Raw)
	}
	few := all.Beside(func(c *tool.Config) {
		c.Toolsets, c.ExcludeTools = []string{"services"}, []string{"list_service_types"}
	})
	r = few.Call("restart_service", tooltest.Args{"project": "docs-site", "service": "docs", "wait_seconds": 0}).Status("in_progress")
	if r.Get("next") != nil || r.Get("processes.0.id") == nil {
		t.Errorf("without wait_for: %s", r.Raw)
	}
	all.Sim.Fail(simulator.Fault{Operation: "PutServiceStackRestart", Times: 1, Drop: simulator.DropAfter})
	if e := few.Call("restart_service", tooltest.Args{"project": "docs-site", "service": "docs"}).Fails("uncertain"); e["next"] != nil || e["hint"] == nil {
		t.Errorf("without list_events: %v", e)
	}
}

func stoppedService(t *testing.T, h *tooltest.Harness) string {
	t.Helper()
	for _, s := range h.Call("list_services", tooltest.Args{"status": []string{"STOPPED"}, "category": "USER"}).Items() {
		if project := h.Call("get_project", tooltest.Args{"project": s["project_id"]}).Ok(); project.Get("status") == "ACTIVE" {
			id, _ := s["id"].(string)
			return id
		}
	}
	t.Fatal("nothing is stopped")
	return ""
}
