package tools_test

import (
	"os"
	"path/filepath"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// example is a call with which a tool does its work on the seeded account.
type example struct {
	tool string
	// way tells the examples of one tool apart.
	way  string
	args tooltest.Args
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
func generousIn(root string) func(*tool.Config) {
	return func(c *tool.Config) {
		c.Confirm, c.AllowSecrets, c.DeployRoots = tool.ConfirmNever, true, []string{root}
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
func examples(h *tooltest.Harness) []example {
	h.T.Helper()
	id, service := h.Sim.ProjectID, h.Sim.ServiceID
	staged := func(name string) string { return service(tooltest.Staging, name) }
	org := h.Sim.OrgID("Northwind Trading")

	h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "share", "type": "shared-storage"}).Status("done")
	h.Call("mount_storage", tooltest.Args{"project": tooltest.Staging, "service": "worker", "storage": "share"}).Status("done")
	backups := h.Call("list_backups", tooltest.Args{"project": tooltest.Staging, "service": "db"}).Items()
	pending := h.Call("list_processes", tooltest.Args{"project": "spring-campaign", "status": "PENDING"}).Items()[0]["id"]
	finished := h.Call("list_processes", tooltest.Args{"project": tooltest.Staging, "status": "FINISHED"}).Items()[0]["id"]
	open := h.Call("list_deployments", tooltest.Args{"project": "release-train", "service": "images"}).Items()[0]["id"]
	running := h.Call("list_deployments", tooltest.Args{"project": tooltest.Staging, "service": "api", "status": "ACTIVE"}).Items()[0]["id"]
	var older any
	for _, d := range h.Call("list_deployments", tooltest.Args{"project": tooltest.Staging, "service": "app"}).Items() {
		if d["can_rollback"] == true {
			older = d["id"]
		}
	}

	return []example{
		{tool: "whoami"},

		{tool: "list_projects"},
		{tool: "get_project", args: tooltest.Args{"project": tooltest.Staging}},
		{tool: "create_project", args: tooltest.Args{"name": "example", "org": org, "tags": []string{"example"}}, status: "done"},
		{tool: "update_project", args: tooltest.Args{"project": id("blog"), "description": "an example", "tags": []string{"example"}}, status: "done"},
		{tool: "start_project", args: tooltest.Args{"project": id("legacy-crm")}, status: "done"},
		{tool: "stop_project", args: tooltest.Args{"project": id("docs-site")}, status: "done"},
		{tool: "delete_project", args: tooltest.Args{"project": id("portfolio")}, status: "done"},

		{tool: "list_services"},
		{tool: "list_services", way: "one project", args: tooltest.Args{"project": tooltest.Staging}},
		{tool: "get_service", args: tooltest.Args{"project": tooltest.Staging, "service": "api"}},
		{tool: "start_service", args: tooltest.Args{"service": service("data-warehouse", "reports")}, status: "done"},
		{tool: "restart_service", args: tooltest.Args{"project": "analytics", "service": "collector"}, status: "done"},
		{tool: "stop_service", args: tooltest.Args{"service": service("mobile-api", "push")}, status: "done"},
		{tool: "delete_service", args: tooltest.Args{"service": service("support-desk", "mail")}, status: "done"},
		{tool: "scale_service", args: tooltest.Args{"service": staged("api"), "max_ram_gb": 6, "max_containers": 3}, status: "done"},
		{tool: "create_service", args: tooltest.Args{"project": tooltest.Staging, "hostname": "example", "type": "nodejs@22", "max_ram_gb": 2}, status: "done"},
		{tool: "list_service_types", args: tooltest.Args{"name_contains": "node"}},
		{tool: "import_yaml", args: tooltest.Args{"project": id("landing"), "yaml": exampleImport}, status: "done"},
		{tool: "import_yaml", way: "dry run", args: tooltest.Args{"project": id("landing"), "yaml": exampleImport, "dry_run": true}, status: "unchanged"},
		{tool: "import_yaml", way: "project", args: tooltest.Args{"yaml": "project:\n  name: imported\n" + exampleImport, "org": org}, status: "done"},
		{tool: "replace_services_from_yaml", args: tooltest.Args{"project": id("partner-portal"), "yaml": "services:\n  - hostname: web\n    type: dotnet@9\n    startWithoutCode: true\n"}, status: "done"},
		{tool: "export_yaml", args: tooltest.Args{"project": tooltest.Staging}},

		{tool: "deploy_service", way: "directory", args: tooltest.Args{"service": service("mobile-api", "images"), "directory": "."}, status: "done"},
		{tool: "deploy_service", way: "git", args: tooltest.Args{"service": service("internal-tools", "chatbot"), "git_url": "https://github.com/example/chatbot"}, status: "done"},
		{tool: "deploy_service", way: "connected", args: tooltest.Args{"service": service("eshop-production", "worker")}, status: "done"},
		{tool: "list_deployments", args: tooltest.Args{"project": tooltest.Staging, "service": "app"}},
		{tool: "get_deployment", args: tooltest.Args{"deployment": running, "log_lines": 20}},
		{tool: "cancel_deployment", args: tooltest.Args{"deployment": open}, status: "done"},
		{tool: "rollback_service", args: tooltest.Args{"service": staged("app"), "deployment": older}, status: "done"},
		{tool: "validate_zerops_yaml", args: tooltest.Args{"yaml": exampleYAML, "setup": "images"}},
		{tool: "get_yaml_schema", args: tooltest.Args{"kind": "zerops", "path": "run.ports"}},
		{tool: "get_yaml_schema", way: "guide", args: tooltest.Args{"kind": "guide", "path": "deploy"}},
		{tool: "diagnose_service", args: tooltest.Args{"project": "ml-experiments", "service": "trainer"}},

		{tool: "search_logs", args: tooltest.Args{"project": tooltest.Staging, "services": []string{"api"}, "limit": 20}},
		{tool: "search_logs", way: "build", args: tooltest.Args{"project": tooltest.Staging, "services": []string{"api"}, "source": "build", "limit": 20}},
		{tool: "list_events", args: tooltest.Args{"project": tooltest.Staging, "since": "7d"}},
		{tool: "list_processes", args: tooltest.Args{"project": tooltest.Staging}},
		{tool: "get_process", args: tooltest.Args{"process": finished}},
		{tool: "wait_for", args: tooltest.Args{"processes": []any{finished}, "deployments": []any{running}}},
		{tool: "cancel_process", args: tooltest.Args{"process": pending}, status: "done"},
		{tool: "get_metrics", args: tooltest.Args{"project": tooltest.Staging, "service": "api", "since": "6h"}},
		{tool: "get_costs", args: tooltest.Args{"org": org, "group_by": "project"}},
		{tool: "render_chart", way: "metrics", args: tooltest.Args{"kind": "metrics", "project": tooltest.Staging, "service": "api"}},
		{tool: "render_chart", way: "costs", args: tooltest.Args{"kind": "costs", "org": org}},

		{tool: "list_env", args: tooltest.Args{"project": tooltest.Staging, "service": "api"}},
		{tool: "list_env", way: "project", args: tooltest.Args{"project": tooltest.Staging}},
		{tool: "set_env", args: tooltest.Args{"service": staged("api"), "variables": map[string]any{"EXAMPLE": simulator.AdminToken, "EXAMPLE_LEVEL": "debug"}}, status: "done"},
		{tool: "set_env", way: "project", args: tooltest.Args{"project": id("analytics"), "variables": map[string]any{"EXAMPLE": simulator.AdminToken}}, status: "done"},
		{tool: "set_env", way: "file", args: tooltest.Args{"service": service("blog", "ghost"), "from_file": map[string]any{"path": ".env"}}, status: "done"},
		{tool: "delete_env", args: tooltest.Args{"service": staged("app"), "keys": []string{"STRIPE_SECRET_KEY"}}, status: "done"},
		{tool: "compare_config", args: tooltest.Args{"left": tooltest.Args{"project": tooltest.Staging}, "right": tooltest.Args{"project": "eshop-production"}, "what": "all"}},
		{tool: "reveal_env", args: tooltest.Args{"service": staged("api"), "key": "JWT_PRIVATE_KEY"}},

		{tool: "set_subdomain_access", args: tooltest.Args{"service": service("mobile-api", "images"), "enabled": true}, status: "done"},
		{tool: "list_domains", args: tooltest.Args{"project": "eshop-production"}},
		{tool: "add_domain", args: tooltest.Args{"service": staged("app"), "domain": "example.example.com"}, status: "done"},
		{tool: "remove_domain", args: tooltest.Args{"project": tooltest.Staging, "domain": "www.staging.example.com"}, status: "done"},
		{tool: "list_ports", args: tooltest.Args{"project": tooltest.Staging}},
		{tool: "add_port", args: tooltest.Args{"service": staged("db"), "port": 5433, "internal_port": 5432}, status: "done"},
		{tool: "remove_port", args: tooltest.Args{"service": staged("api"), "port": 13000, "protocol": "tcp", "ip": "ipv6"}, status: "done"},

		{tool: "list_backups", args: tooltest.Args{"project": tooltest.Staging, "service": "db"}},
		{tool: "create_backup", args: tooltest.Args{"service": service("data-warehouse", "db")}, status: "done"},
		{tool: "delete_backup", args: tooltest.Args{"service": staged("db"), "backup": backups[len(backups)-1]["backup"]}, status: "done"},
		{tool: "get_backup_link", args: tooltest.Args{"service": staged("db"), "backup": backups[0]["backup"]}},
		{tool: "mount_storage", args: tooltest.Args{"project": tooltest.Staging, "service": "api", "storage": "share"}, status: "done"},
		{tool: "unmount_storage", args: tooltest.Args{"project": tooltest.Staging, "service": "worker", "storage": "share"}, status: "done"},

		{tool: "list_members", args: tooltest.Args{"org": org}},
		{tool: "list_tokens", args: tooltest.Args{"org": org}},

		{tool: "search_api", args: tooltest.Args{"query": "restart a service"}},
		{tool: "describe_api", args: tooltest.Args{"operation": "PutServiceStackRestart"}},
		{tool: "read_api", args: tooltest.Args{"operation": "GetProject", "path": tooltest.Args{"id": id(tooltest.Staging)}, "jq": ".name"}},
		{tool: "write_api", args: tooltest.Args{"operation": "PutServiceStackRestart", "path": tooltest.Args{"id": service("analytics", "dashboard")}}, status: "done"},
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
func startGenerous(t *testing.T, change ...func(*tooltest.Setup)) *tooltest.Harness {
	t.Helper()
	root := deployRoot(t)
	return tooltest.Start(t, append([]func(*tooltest.Setup){func(s *tooltest.Setup) { s.Configure = generousIn(root) }}, change...)...)
}

// TestEveryToolHasAWorkingExample keeps the tests that go through all tools
// honest: without an example that works, they would prove little of a tool.
func TestEveryToolHasAWorkingExample(t *testing.T) {
	t.Parallel()
	h := startGenerous(t)
	missing := map[string]bool{}
	for _, info := range h.Server.Listed() {
		missing[info.Name] = true
	}
	for _, e := range examples(h) {
		delete(missing, e.tool)
		r := h.Call(e.tool, e.args)
		switch {
		case r.IsError:
			t.Errorf("%s: %s", e.name(), r.Raw)
		case e.status != "" && r.Get("status") != e.status:
			t.Errorf("%s: status %v, want %s: %s", e.name(), r.Get("status"), e.status, r.Raw)
		case r.Object["incomplete"] != nil || r.Object["failures"] != nil:
			t.Errorf("%s: not all of it on a healthy account: %s", e.name(), r.Raw)
		case r.Object["items"] != nil && len(r.Items()) == 0:
			t.Errorf("%s: an empty list", e.name())
		}
	}
	for name := range missing {
		t.Errorf("%s has no example", name)
	}
}
