package tools_test

import (
	"context"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

func TestListAndGetDeployments(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-production")
	items := h.call("list_deployments", args{"project": project, "service": "app"}).items()
	if len(items) < 5 {
		t.Fatalf("%d deployments", len(items))
	}
	statuses := map[string]map[string]any{}
	for i, item := range items {
		statuses[item["status"].(string)] = item
		if item["source"] == "NONE" {
			t.Errorf("a version without code is listed: %v", item)
		}
		if i > 0 && item["sequence"].(float64) > items[i-1]["sequence"].(float64) {
			t.Error("not newest first")
		}
	}
	if statuses["ACTIVE"] == nil || statuses["BACKUP"]["can_rollback"] != true || statuses["ACTIVE"]["can_rollback"] == true {
		t.Errorf("statuses: %v", statuses)
	}
	failed := statuses["BUILD_FAILED"]
	if failed == nil || failed["error"] != "Build command failed" {
		t.Errorf("the failed one: %v", failed)
	}
	if only := h.call("list_deployments", args{"project": project, "service": "app", "status": "backup"}).items(); len(only) == 0 || only[0]["status"] != "BACKUP" {
		t.Errorf("by status: %v", only)
	}
	first := h.call("list_deployments", args{"project": project, "service": "app", "limit": 2}).ok()
	rest := h.call("list_deployments", args{"project": project, "service": "app", "limit": 2, "cursor": first.str("next_cursor")}).items()
	if rest[0]["id"] != items[2]["id"] {
		t.Error("the second page does not follow the first")
	}

	r := h.call("get_deployment", args{"deployment": failed["id"], "log_lines": 5}).ok()
	if r.get("phases.0.phase") == nil || len(r.object["log"].([]any)) != 5 || r.get("next.tool") != "diagnose_service" || r.get("commit.branch") != "main" {
		t.Errorf("details: %s", r.raw)
	}
	if plain := h.call("get_deployment", args{"deployment": statuses["ACTIVE"]["id"]}).ok(); plain.object["log"] != nil || plain.get("phases.0.seconds") == 0.0 {
		t.Errorf("details: %s", plain.raw)
	}
	h.call("list_deployments", args{"project": project, "service": "db"}).fails("unsupported")
	h.call("get_deployment", args{"deployment": strings.Repeat("A", 22)}).fails("not_found")
	h.call("get_deployment", args{"deployment": "../../project"}).fails("invalid_arguments")
}

func TestDeploymentsOutOfScope(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{"blog"} } })
	other := start(t)
	_ = other
	outside := outsideDeployment(t, h)
	for _, tool := range []string{"get_deployment", "cancel_deployment"} {
		h.call(tool, args{"deployment": outside}).fails("out_of_scope")
	}
	h.call("wait_for", args{"deployments": []string{outside}}).fails("out_of_scope")
	h.call("deploy_service", args{"service": h.sim.ServiceID("eshop-staging", "api")}).fails("out_of_scope")
	if h.writes() != 0 {
		t.Error("something was written")
	}
}

// outsideDeployment finds a deployment of a project that the harness may not
// touch, through a server that may.
func outsideDeployment(t *testing.T, h *harness) string {
	t.Helper()
	wide := h.replica([]byte("0123456789abcdef0123456789abcdef"))
	return wide.call("get_service", args{"project": h.sim.ProjectID("eshop-staging"), "service": "api"}).str("active_deployment")
}

// TestRollback goes back and forth, in both protocols and with both ways of
// confirmation.
func TestRollback(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		for _, person := range []bool{false, true} {
			h := start(t, func(s *setup) {
				s.version = era
				if person {
					s.elicit = answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true})
				}
			})
			project := h.sim.ProjectID("eshop-staging")
			items := h.call("list_deployments", args{"project": project, "service": "api", "status": "BACKUP"}).items()
			wanted := items[0]["id"]
			before := h.call("get_service", args{"project": project, "service": "api"}).str("active_deployment")
			a := args{"project": project, "service": "api", "deployment": wanted}
			h.sim.ResetRequests()
			var r result
			if person {
				r = h.call("rollback_service", a).status("done")
			} else {
				plan := h.call("rollback_service", a).status("confirmation_required")
				if text := string(plan.raw); !strings.Contains(text, before) || !strings.Contains(text, "variables") || h.writes() != 0 {
					t.Errorf("plan: %s", plan.raw)
				}
				r = h.confirmed("rollback_service", a).status("done")
			}
			if r.get("deployment.id") != wanted || r.get("deployment.status") != "ACTIVE" || r.get("previous.id") != before || r.get("previous.status") != "BACKUP" {
				t.Errorf("%s: %s", era, r.raw)
			}
			if now := h.call("get_service", args{"project": project, "service": "api"}).str("active_deployment"); now != wanted {
				t.Errorf("%s runs, want %v", now, wanted)
			}
			for _, request := range h.sim.Requests() {
				if request.Operation == "PutAppVersionDeploy" && string(request.Body) != `{"zeropsYaml":null,"zeropsYamlSetup":null}` {
					t.Errorf("body %s", request.Body)
				}
			}
			h.call("rollback_service", a).status("unchanged")
		}
	}
}

func TestRollbackRefusals(t *testing.T) {
	t.Parallel()
	h := start(t)
	staging, production := h.sim.ProjectID("eshop-staging"), h.sim.ProjectID("eshop-production")
	e := h.call("rollback_service", args{"project": staging, "service": "api"}).fails("invalid_arguments")
	candidates, _ := e["candidates"].([]any)
	if len(candidates) == 0 || lookup(e, "next.arguments.deployment") != lookup(e, "candidates.0.id") {
		t.Errorf("no candidates: %v", e)
	}
	failed := ""
	for _, item := range h.call("list_deployments", args{"project": staging, "service": "api"}).items() {
		if item["outcome"] == "failed" {
			failed = item["id"].(string)
		}
	}
	h.call("rollback_service", args{"project": staging, "service": "api", "deployment": failed}).fails("conflict")
	h.call("rollback_service", args{"project": staging, "service": "api", "deployment": strings.Repeat("A", 22)}).fails("not_found")
	h.call("rollback_service", args{"project": staging, "service": "db"}).fails("unsupported")
	protected := h.call("list_deployments", args{"project": production, "service": "app", "status": "BACKUP"}).items()[0]["id"]
	h.call("rollback_service", args{"project": production, "service": "app", "deployment": protected}).fails("blocked")
	declined := start(t, func(s *setup) { s.elicit = answer(mcp.ElicitationResponseActionDecline, nil) })
	backup := declined.call("list_deployments", args{"project": declined.sim.ProjectID("eshop-staging"), "service": "api", "status": "BACKUP"}).items()[0]["id"]
	declined.call("rollback_service", args{"project": declined.sim.ProjectID("eshop-staging"), "service": "api", "deployment": backup}).fails("declined")
	if h.writes()+declined.writes() != 0 {
		t.Error("a refused rollback wrote something")
	}
}

func TestRollbackFailureKeepsWhatRan(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	before := h.call("get_service", args{"project": project, "service": "api"}).str("active_deployment")
	backup := h.call("list_deployments", args{"project": project, "service": "api", "status": "BACKUP"}).items()[0]["id"]
	if err := h.sim.FailNextDeploy(h.sim.ServiceID("eshop-staging", "api"), "wrong-start"); err != nil {
		t.Fatal(err)
	}
	r := h.confirmed("rollback_service", args{"project": project, "service": "api", "deployment": backup}).status("failed")
	if r.get("deployment.status") == "ACTIVE" || r.get("previous.id") != before || r.get("previous.status") != "ACTIVE" {
		t.Errorf("a failed rollback: %s", r.raw)
	}
}

func TestCancelDeployment(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	for _, era := range eras() {
		h, service := deployable(t, dir, func(s *setup) {
			s.version = era
			s.configure = func(c *tools.Config) { c.DeployRoots = []string{dir} }
		})
		h.sim.Hold("stack.build")
		id := h.call("deploy_service", args{"service": service, "directory": ".", "wait_seconds": 0}).status("in_progress").str("deployment.id")
		r := h.confirmed("cancel_deployment", args{"deployment": id}).status("done")
		if r.get("deployment.outcome") != "canceled" || r.get("deployment.status") != "CANCELLED" {
			t.Errorf("%s: %s", era, r.raw)
		}
		h.call("cancel_deployment", args{"deployment": id}).status("unchanged")
		h.sim.Release()
		h.call("deploy_service", args{"service": service, "directory": "."}).status("done")
	}
}

func TestCancelDeploymentTooLateOrNothingThere(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir)
	active := h.call("deploy_service", args{"service": service, "directory": "."}).status("done").str("deployment.id")
	h.call("cancel_deployment", args{"deployment": active}).status("unchanged")
	h.sim.Hold("stack.build")
	id := h.call("deploy_service", args{"service": service, "directory": ".", "wait_seconds": 0}).status("in_progress").str("deployment.id")
	h.sim.Fail(simulator.Fault{Operation: "PutAppVersionCancelBuild", Status: 400, Code: "processCanNoLongerBeCanceled", Message: "words"})
	token := h.call("cancel_deployment", args{"deployment": id}).status("confirmation_required").str("confirm")
	e := h.call("cancel_deployment", args{"deployment": id, "confirm": token}).fails("conflict")
	if lookup(e, "next.tool") != "wait_for" {
		t.Errorf("next %v", e["next"])
	}
	// What was not cancelled can be confirmed again with the same token.
	h.sim.ResetFaults()
	h.call("cancel_deployment", args{"deployment": id, "confirm": token}).status("done")
}

func TestWaitForReportsProgress(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir)
	h.sim.Hold("stack.build")
	id := h.call("deploy_service", args{"service": service, "directory": ".", "wait_seconds": 0}).str("deployment.id")
	var words []string
	ctx := tools.WithProgress(context.WithoutCancel(t.Context()), func(message string) { words = append(words, message) })
	if _, err := h.server.Call(ctx, "wait_for", []byte(`{"deployments":["`+id+`"],"wait_seconds":1}`)); err != nil {
		t.Fatal(err)
	}
	if len(words) == 0 || !strings.Contains(words[0], ":") {
		t.Errorf("progress %q", words)
	}
}
