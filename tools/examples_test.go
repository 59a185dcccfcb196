package tools_test

import (
	"os"
	"path/filepath"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// example is a call with which a tool does its work on the seeded account.
type example struct {
	tool string
	// way tells the examples of one tool apart.
	way  string
	args args
	// status is what a change answers; empty for reads.
	status string
}

// name is the tool, with the way where there are several.
func (e example) name() string {
	if e.way == "" {
		return e.tool
	}
	return e.tool + " (" + e.way + ")"
}

// generousIn is the configuration in which every tool exists and acts at once,
// and may read the files below root.
func generousIn(root string) func(*tools.Config) {
	return func(c *tools.Config) {
		c.Confirm, c.AllowSecrets, c.DeployRoots = tools.ConfirmNever, true, []string{root}
	}
}

// deployRoot is a directory that can be deployed to the service "images".
func deployRoot(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"zerops.yaml": exampleYAML,
		"main.js":     "console.log('hello')\n",
		".env":        "EXAMPLE_FROM_FILE=" + simulator.AdminToken + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const exampleYAML = `zerops:
  - setup: images
    build:
      base: bun@1.2
      deployFiles: ./
    run:
      base: bun@1.2
      ports:
        - port: 3000
          httpSupport: true
      start: bun main.js
`

// examples returns calls of all tools. No two of them change the same thing, so
// all of them work in any order on one account. What they need is looked up, or
// made, with tools of this harness, which has to be configured by [generousIn] a
// [deployRoot].
func examples(h *harness) []example {
	h.t.Helper()
	id, service := h.sim.ProjectID, h.sim.ServiceID
	staged := func(name string) string { return service(staging, name) }
	org := h.sim.OrgID("Northwind Trading")

	h.call("create_service", args{"project": staging, "hostname": "share", "type": "shared-storage"}).status("done")
	h.call("mount_storage", args{"project": staging, "service": "worker", "storage": "share"}).status("done")
	backups := h.call("list_backups", args{"project": staging, "service": "db"}).items()
	pending := h.call("list_processes", args{"project": "spring-campaign", "status": "PENDING"}).items()[0]["id"]
	finished := h.call("list_processes", args{"project": staging, "status": "FINISHED"}).items()[0]["id"]
	open := h.call("list_deployments", args{"project": "release-train", "service": "images"}).items()[0]["id"]
	running := h.call("list_deployments", args{"project": staging, "service": "api", "status": "ACTIVE"}).items()[0]["id"]
	var older any
	for _, d := range h.call("list_deployments", args{"project": staging, "service": "app"}).items() {
		if d["can_rollback"] == true {
			older = d["id"]
		}
	}

	return []example{
		{tool: "whoami"},

		{tool: "list_projects"},
		{tool: "get_project", args: args{"project": staging}},
		{tool: "create_project", args: args{"name": "example", "org": org, "tags": []string{"example"}}, status: "done"},
		{tool: "update_project", args: args{"project": id("blog"), "description": "an example", "tags": []string{"example"}}, status: "done"},
		{tool: "start_project", args: args{"project": id("legacy-crm")}, status: "done"},
		{tool: "stop_project", args: args{"project": id("docs-site")}, status: "done"},
		{tool: "delete_project", args: args{"project": id("portfolio")}, status: "done"},

		{tool: "list_services"},
		{tool: "list_services", way: "one project", args: args{"project": staging}},
		{tool: "get_service", args: args{"project": staging, "service": "api"}},
		{tool: "start_service", args: args{"service": service("data-warehouse", "reports")}, status: "done"},
		{tool: "restart_service", args: args{"project": "analytics", "service": "collector"}, status: "done"},
		{tool: "stop_service", args: args{"service": service("mobile-api", "push")}, status: "done"},
		{tool: "delete_service", args: args{"service": service("support-desk", "mail")}, status: "done"},
		{tool: "scale_service", args: args{"service": staged("api"), "max_ram_gb": 6, "max_containers": 3}, status: "done"},
		{tool: "create_service", args: args{"project": staging, "hostname": "example", "type": "nodejs@22", "max_ram_gb": 2}, status: "done"},
		{tool: "list_service_types", args: args{"name_contains": "node"}},
		{tool: "import_yaml", args: args{"project": id("landing"), "yaml": exampleImport}, status: "done"},
		{tool: "import_yaml", way: "dry run", args: args{"project": id("landing"), "yaml": exampleImport, "dry_run": true}, status: "unchanged"},
		{tool: "import_yaml", way: "project", args: args{"yaml": "project:\n  name: imported\n" + exampleImport, "org": org}, status: "done"},
		{tool: "replace_services_from_yaml", args: args{"project": id("partner-portal"), "yaml": "services:\n  - hostname: web\n    type: dotnet@9\n    startWithoutCode: true\n"}, status: "done"},
		{tool: "export_yaml", args: args{"project": staging}},

		{tool: "deploy_service", way: "directory", args: args{"service": service("mobile-api", "images"), "directory": "."}, status: "done"},
		{tool: "deploy_service", way: "git", args: args{"service": service("internal-tools", "chatbot"), "git_url": "https://github.com/example/chatbot"}, status: "done"},
		{tool: "deploy_service", way: "connected", args: args{"service": service("eshop-production", "worker")}, status: "done"},
		{tool: "list_deployments", args: args{"project": staging, "service": "app"}},
		{tool: "get_deployment", args: args{"deployment": running, "log_lines": 20}},
		{tool: "cancel_deployment", args: args{"deployment": open}, status: "done"},
		{tool: "rollback_service", args: args{"service": staged("app"), "deployment": older}, status: "done"},
		{tool: "validate_zerops_yaml", args: args{"yaml": exampleYAML, "setup": "images"}},
		{tool: "get_yaml_schema", args: args{"kind": "zerops", "path": "run.ports"}},
		{tool: "get_yaml_schema", way: "guide", args: args{"kind": "guide", "path": "deploy"}},
		{tool: "diagnose_service", args: args{"project": "ml-experiments", "service": "trainer"}},

		{tool: "search_logs", args: args{"project": staging, "services": []string{"api"}, "limit": 20}},
		{tool: "search_logs", way: "build", args: args{"project": staging, "services": []string{"api"}, "source": "build", "limit": 20}},
		{tool: "list_events", args: args{"project": staging, "since": "7d"}},
		{tool: "list_processes", args: args{"project": staging}},
		{tool: "get_process", args: args{"process": finished}},
		{tool: "wait_for", args: args{"processes": []any{finished}, "deployments": []any{running}}},
		{tool: "cancel_process", args: args{"process": pending}, status: "done"},
		{tool: "get_metrics", args: args{"project": staging, "service": "api", "since": "6h"}},
		{tool: "get_costs", args: args{"org": org, "group_by": "project"}},
		{tool: "render_chart", way: "metrics", args: args{"kind": "metrics", "project": staging, "service": "api"}},
		{tool: "render_chart", way: "costs", args: args{"kind": "costs", "org": org}},

		{tool: "list_env", args: args{"project": staging, "service": "api"}},
		{tool: "list_env", way: "project", args: args{"project": staging}},
		{tool: "set_env", args: args{"service": staged("api"), "variables": map[string]any{"EXAMPLE": simulator.AdminToken, "EXAMPLE_LEVEL": "debug"}}, status: "done"},
		{tool: "set_env", way: "project", args: args{"project": id("analytics"), "variables": map[string]any{"EXAMPLE": simulator.AdminToken}}, status: "done"},
		{tool: "set_env", way: "file", args: args{"service": service("blog", "ghost"), "from_file": map[string]any{"path": ".env"}}, status: "done"},
		{tool: "delete_env", args: args{"service": staged("app"), "keys": []string{"STRIPE_SECRET_KEY"}}, status: "done"},
		{tool: "compare_config", args: args{"left": args{"project": staging}, "right": args{"project": "eshop-production"}, "what": "all"}},
		{tool: "reveal_env", args: args{"service": staged("api"), "key": "JWT_PRIVATE_KEY"}},

		{tool: "set_subdomain_access", args: args{"service": service("mobile-api", "images"), "enabled": true}, status: "done"},
		{tool: "list_domains", args: args{"project": "eshop-production"}},
		{tool: "add_domain", args: args{"service": staged("app"), "domain": "example.example.com"}, status: "done"},
		{tool: "remove_domain", args: args{"project": staging, "domain": "www.staging.example.com"}, status: "done"},
		{tool: "list_ports", args: args{"project": staging}},
		{tool: "add_port", args: args{"service": staged("db"), "port": 5433, "internal_port": 5432}, status: "done"},
		{tool: "remove_port", args: args{"service": staged("api"), "port": 13000, "protocol": "tcp", "ip": "ipv6"}, status: "done"},

		{tool: "list_backups", args: args{"project": staging, "service": "db"}},
		{tool: "create_backup", args: args{"service": service("data-warehouse", "db")}, status: "done"},
		{tool: "delete_backup", args: args{"service": staged("db"), "backup": backups[len(backups)-1]["backup"]}, status: "done"},
		{tool: "get_backup_link", args: args{"service": staged("db"), "backup": backups[0]["backup"]}},
		{tool: "mount_storage", args: args{"project": staging, "service": "api", "storage": "share"}, status: "done"},
		{tool: "unmount_storage", args: args{"project": staging, "service": "worker", "storage": "share"}, status: "done"},

		{tool: "list_members", args: args{"org": org}},
		{tool: "list_tokens", args: args{"org": org}},

		{tool: "search_api", args: args{"query": "restart a service"}},
		{tool: "describe_api", args: args{"operation": "PutServiceStackRestart"}},
		{tool: "read_api", args: args{"operation": "GetProject", "path": args{"id": id(staging)}, "jq": ".name"}},
		{tool: "write_api", args: args{"operation": "PutServiceStackRestart", "path": args{"id": service("analytics", "dashboard")}}, status: "done"},
	}
}

const exampleImport = `services:
  - hostname: exampledb
    type: postgresql@17
    mode: NON_HA
  - hostname: exampleapp
    type: nodejs@22
    startWithoutCode: true
    envSecrets:
      EXAMPLE_KEY: ` + simulator.AdminToken + `
`

// startGenerous is a harness in which all examples work.
func startGenerous(t *testing.T, change ...func(*setup)) *harness {
	t.Helper()
	root := deployRoot(t)
	return start(t, append([]func(*setup){func(s *setup) { s.configure = generousIn(root) }}, change...)...)
}

// TestEveryToolHasAWorkingExample keeps the tests that go through all tools
// honest: without an example that works, they would prove little of a tool.
func TestEveryToolHasAWorkingExample(t *testing.T) {
	t.Parallel()
	h := startGenerous(t)
	missing := map[string]bool{}
	for _, info := range h.server.Listed() {
		missing[info.Name] = true
	}
	for _, e := range examples(h) {
		delete(missing, e.tool)
		r := h.call(e.tool, e.args)
		switch {
		case r.isError:
			t.Errorf("%s: %s", e.name(), r.raw)
		case e.status != "" && r.get("status") != e.status:
			t.Errorf("%s: status %v, want %s: %s", e.name(), r.get("status"), e.status, r.raw)
		case r.object["incomplete"] != nil || r.object["failures"] != nil:
			t.Errorf("%s: not all of it on a healthy account: %s", e.name(), r.raw)
		case r.object["items"] != nil && len(r.items()) == 0:
			t.Errorf("%s: an empty list", e.name())
		}
	}
	for name := range missing {
		t.Errorf("%s has no example", name)
	}
}
