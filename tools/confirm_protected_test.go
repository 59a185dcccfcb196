package tools_test

import "zerops-mcp/tools/tooltest"

// askedInProtected are the tools that are asked about only where the project is
// tagged as protected.
func askedInProtected(row func(name, project string, named bool, gone *example) confirming, deleteProject, deleteService func(string) *example, service func(project, hostname string) string) []confirming {
	rows := []confirming{}
	gone := func(project, hostname string) *example { return deleteService(service(project, hostname)) }
	for _, c := range []confirming{
		row("start_project", "legacy-crm", true, deleteProject("legacy-crm")),
		row("update_project", "blog", true, nil),
		row("start_service", "data-warehouse", true, gone("data-warehouse", "reports")),
		row("restart_service", "analytics", false, gone("analytics", "collector")),
		row("scale_service", tooltest.Staging, true, nil),
		row("create_service", tooltest.Staging, true, nil),
		row("import_yaml", "landing", true, nil),
		row("deploy_service (git)", "internal-tools", true, nil),
		row("deploy_service (directory)", "mobile-api", true, gone("mobile-api", "images")),
		row("set_env", tooltest.Staging, true, nil),
		row("set_env (file)", "blog", true, gone("blog", "ghost")),
		row("set_subdomain_access", "mobile-api", true, nil),
		row("add_domain", tooltest.Staging, true, nil),
		row("add_port", tooltest.Staging, true, nil),
		row("mount_storage", tooltest.Staging, true, nil),
	} {
		switch c.tool {
		case "add_port": // with an allow-list; others are asked about everywhere
			c.args["allow_from"] = "2001:db8:1::7"
		case "update_project": // but for the tag, which it may not take off
			delete(c.args, "tags")
		}
		c.tagged = true
		rows = append(rows, c)
	}
	return rows
}
