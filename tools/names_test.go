package tools_test

import (
	"encoding/json"
	"maps"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// TestDefaultToolsTakeNamesAndIDs calls every tool of the default toolset that
// works on a project or a service by id and by name, in both organisations and
// with a token of a single project's reach.
func TestDefaultToolsTakeNamesAndIDs(t *testing.T) {
	t.Parallel()
	more := map[string]args{
		"scale_service": {"max_ram_gb": 6}, "create_service": {"hostname": "fresh", "type": "nodejs@22"}, "import_yaml": {"yaml": "services:\n  - hostname: fresh\n    type: nodejs@22\n", "dry_run": true},
		"set_env": {"variables": args{"FRESH": "x"}}, "delete_env": {"keys": []string{"NOT_THERE"}}, "set_subdomain_access": {"enabled": true},
		"deploy_service": {"git_url": "https://github.com/example/app", "zerops_yaml": "zerops:\n  - setup: fresh\n    run:\n      base: nodejs@22\n"},
		"render_chart":   {"kind": "metrics"},
	}
	for _, where := range []struct{ token, project, service string }{
		{simulator.OwnerToken, "eshop-staging", "api"},
		{simulator.OwnerToken, "portfolio", "web"},
		{simulator.ProjectToken, "eshop-staging", "api"},
	} {
		h := start(t, func(s *setup) {
			s.token = where.token
			s.configure = func(c *tools.Config) { c.Confirm, c.Toolsets = tools.ConfirmTwoStep, nil }
		})
		project, service := h.sim.ProjectID(where.project), h.sim.ServiceID(where.project, where.service)
		if service == "" {
			t.Fatalf("the account has no service %s in %s", where.service, where.project)
		}
		for _, info := range h.server.Listed() {
			var schema struct {
				Properties map[string]json.RawMessage `json:"properties"`
			}
			if err := json.Unmarshal(info.Input, &schema); err != nil {
				t.Fatal(err)
			}
			byID, byName := args{}, args{}
			if schema.Properties["service"] != nil {
				byID["service"], byName["service"], byName["project"] = service, where.service, where.project
			} else if schema.Properties["project"] != nil {
				byID["project"], byName["project"] = project, where.project
			}
			if len(byID) == 0 {
				continue
			}
			for _, a := range []args{byID, byName} {
				maps.Copy(a, more[info.Name])
				if schema.Properties["wait_seconds"] != nil {
					a["wait_seconds"] = 1
				}
				r := h.call(info.Name, a)
				if !r.isError || where.token == simulator.ProjectToken && (info.Name == "get_costs" || a["kind"] == "costs") {
					continue // that token may not see money
				}
				switch code := lookup(r.object, "error.code"); code {
				case "not_found", "ambiguous", "out_of_scope", "forbidden", "unauthorized", "internal":
					t.Errorf("%s %v with %s: %s", info.Name, a, where.token, r.raw)
				}
			}
		}
	}
}

// A name may be as long as an id and made of the same characters. The platform
// refuses it as an id with bad input rather than not found.
func TestNamesAsLongAsIDsAreNames(t *testing.T) {
	const project, hostname = "my-production-projects", "backendservicecustomer"
	h := start(t)
	id := h.call("create_project", args{"name": project, "org": "Northwind Trading"}).ok().str("project.id")
	service := h.call("create_service", args{"project": project, "hostname": hostname, "type": "nodejs@22"}).status("done").str("service.id")
	if got := h.call("get_project", args{"project": project}).ok().str("id"); got != id {
		t.Errorf("%s is %s, want %s", project, got, id)
	}
	if got := h.call("get_service", args{"project": project, "service": hostname}).ok().str("id"); got != service {
		t.Errorf("%s is %s, want %s", hostname, got, service)
	}
	h.call("get_project", args{"project": "my-production-projectz"}).fails("not_found")
	h.call("get_service", args{"service": hostname}).fails("invalid_arguments") // of which project?

	scoped := h.beside(func(c *tools.Config) { c.Projects, c.Toolsets = []string{project, "docs-site"}, []string{"all"} })
	if got := scoped.call("get_service", args{"project": project, "service": hostname}).ok().str("id"); got != service {
		t.Errorf("in scope %s is %s, want %s", hostname, got, service)
	}
	scoped.call("get_project", args{"project": "blog"}).fails("not_found")
	byID := h.beside(func(c *tools.Config) { c.Projects, c.Toolsets = []string{id}, []string{"all"} })
	byID.call("get_project", args{"project": project}).ok()
	byID.call("get_project", args{"project": h.sim.ProjectID("blog")}).fails("out_of_scope")
}
