package tools_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"testing"
	"testing/synctest"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// TestDefaultToolsTakeNamesAndIDs calls every tool of the default toolset that
// works on a project or a service by id and by name, in both organisations and
// with a token of a single project's reach.
func TestDefaultToolsTakeNamesAndIDs(t *testing.T) {
	t.Parallel()
	more := map[string]tooltest.Args{
		"scale_service": {"max_ram_gb": 6}, "create_service": {"hostname": "fresh", "type": "nodejs@22"}, "import_yaml": {"yaml": "services:\n  - hostname: fresh\n    type: nodejs@22\n", "dry_run": true},
		"set_env": {"variables": tooltest.Args{"FRESH": "x"}}, "delete_env": {"keys": []string{"NOT_THERE"}}, "set_subdomain_access": {"enabled": true},
		"deploy_service": {"git_url": "https://github.com/example/app", "zerops_yaml": "zerops:\n  - setup: fresh\n    run:\n      base: nodejs@22\n"},
		"render_chart":   {"kind": "metrics"},
	}
	for _, where := range []struct{ token, project, service string }{
		{simulator.OwnerToken, "eshop-staging", "api"},
		{simulator.OwnerToken, "portfolio", "web"},
		{simulator.ProjectToken, "eshop-staging", "api"},
	} {
		synctest.Test(t, func(t *testing.T) { // some calls wait for what they began
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Network = func(sim *simulator.Simulator) http.RoundTripper { return sim.RoundTripper() }
				s.Token = where.token
				s.Configure = func(c *tool.Config) { c.Confirm, c.Toolsets = tool.ConfirmTwoStep, nil }
			})
			project, service := h.Sim.ProjectID(where.project), h.Sim.ServiceID(where.project, where.service)
			if service == "" {
				t.Fatalf("the account has no service %s in %s", where.service, where.project)
			}
			for _, info := range h.Server.Listed() {
				takesNameAndID(h, info, more[info.Name], where.token, map[string][2]string{"project": {project, where.project}, "service": {service, where.service}})
			}
		})
	}
}

// takesNameAndID calls a tool with the id and with the name of what it works on.
func takesNameAndID(h *tooltest.Harness, info tools.ToolInfo, more tooltest.Args, token string, target map[string][2]string) {
	t := h.T
	t.Helper()
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(info.Input, &schema); err != nil {
		t.Fatal(err)
	}
	byID, byName := tooltest.Args{}, tooltest.Args{}
	if schema.Properties["service"] != nil {
		byID["service"], byName["service"], byName["project"] = target["service"][0], target["service"][1], target["project"][1]
	} else if schema.Properties["project"] != nil {
		byID["project"], byName["project"] = target["project"][0], target["project"][1]
	}
	if len(byID) == 0 {
		return
	}
	for _, a := range []tooltest.Args{byID, byName} {
		maps.Copy(a, more)
		if schema.Properties["wait_seconds"] != nil {
			a["wait_seconds"] = 1
		}
		r := h.Call(info.Name, a)
		if !r.IsError || token == simulator.ProjectToken && (info.Name == "get_costs" || a["kind"] == "costs") {
			continue // that token may not see money
		}
		switch code := tooltest.Lookup(r.Object, "error.code"); code {
		case "not_found", "ambiguous", "out_of_scope", "forbidden", "unauthorized", "internal":
			t.Errorf("%s %v with %s: %s", info.Name, a, token, r.Raw)
		}
	}
}

// A name may be as long as an id and made of the same characters. The platform
// refuses it as an id with bad input rather than not found.
func TestNamesAsLongAsIDsAreNames(t *testing.T) {
	const project, hostname = "my-production-projects", "backendservicecustomer"
	h := tooltest.Start(t)
	id := h.Call("create_project", tooltest.Args{"name": project, "org": "Northwind Trading"}).Ok().Str("project.id")
	service := h.Call("create_service", tooltest.Args{"project": project, "hostname": hostname, "type": "nodejs@22"}).Status("done").Str("service.id")
	if got := h.Call("get_project", tooltest.Args{"project": project}).Ok().Str("id"); got != id {
		t.Errorf("%s is %s, want %s", project, got, id)
	}
	if got := h.Call("get_service", tooltest.Args{"project": project, "service": hostname}).Ok().Str("id"); got != service {
		t.Errorf("%s is %s, want %s", hostname, got, service)
	}
	h.Call("get_project", tooltest.Args{"project": "my-production-projectz"}).Fails("not_found")
	if got := h.Call("get_service", tooltest.Args{"service": hostname}).Ok().Str("id"); got != service {
		t.Errorf("without a project %s is %s, want %s", hostname, got, service)
	}

	scoped := h.Beside(func(c *tool.Config) { c.Projects, c.Toolsets = []string{project, "docs-site"}, []string{"all"} })
	if got := scoped.Call("get_service", tooltest.Args{"project": project, "service": hostname}).Ok().Str("id"); got != service {
		t.Errorf("in scope %s is %s, want %s", hostname, got, service)
	}
	scoped.Call("get_project", tooltest.Args{"project": "blog"}).Fails("not_found")
	byID := h.Beside(func(c *tool.Config) { c.Projects, c.Toolsets = []string{id}, []string{"all"} })
	byID.Call("get_project", tooltest.Args{"project": project}).Ok()
	byID.Call("get_project", tooltest.Args{"project": h.Sim.ProjectID("blog")}).Fails("out_of_scope")
}

// TestHostnamesWithoutAProject: what reads takes a hostname that one service has, what
// changes something wants to know the project, and both say which services there are.
func TestHostnamesWithoutAProject(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	only := h.Sim.ServiceID("analytics", "dashboard")
	if got := h.Call("get_service", tooltest.Args{"service": "dashboard"}).Ok().Str("id"); got != only {
		t.Errorf("dashboard is %s, want %s", got, only)
	}
	e := h.Call("get_service", tooltest.Args{"service": "api"}).Fails("ambiguous")
	if tooltest.Lookup(e, "candidates.0.project") == nil || tooltest.Lookup(e, "candidates.1.org") == nil {
		t.Errorf("candidates %v", e["candidates"])
	}
	h.Call("list_env", tooltest.Args{"service": "nosuchservice"}).Fails("not_found")
	e = h.Call("restart_service", tooltest.Args{"service": "dashboard"}).Fails("invalid_arguments")
	if tooltest.Lookup(e, "candidates.0.id") != only {
		t.Errorf("a change by hostname alone: %v", e)
	}
	if got := h.Call("get_service", tooltest.Args{"service": "https://app.zerops.io/service-stack/" + only + "/deploy/x"}).Ok().Str("id"); got != only {
		t.Errorf("the address of a page is read as %s, want %s", got, only)
	}
	project := h.Sim.ProjectID("eshop-staging")
	if got := h.Call("get_project", tooltest.Args{"project": "https://app.zerops.io/project/" + project}).Ok().Str("id"); got != project {
		t.Errorf("the address of a page is read as %s, want %s", got, project)
	}
	scoped := h.Beside(func(c *tool.Config) { c.Projects, c.Toolsets = []string{"blog", "docs-site"}, []string{"all"} })
	scoped.Call("get_service", tooltest.Args{"service": "dashboard"}).Fails("not_found")
}
