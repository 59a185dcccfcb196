package deployments_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/request"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestListAndGetDeployments(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-production")
	items := h.Call("list_deployments", tooltest.Args{"project": project, "service": "app"}).Items()
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
	if only := h.Call("list_deployments", tooltest.Args{"project": project, "service": "app", "status": "backup"}).Items(); len(only) == 0 || only[0]["status"] != "BACKUP" {
		t.Errorf("by status: %v", only)
	}
	first := h.Call("list_deployments", tooltest.Args{"project": project, "service": "app", "limit": 2}).Ok()
	rest := h.Call("list_deployments", tooltest.Args{"project": project, "service": "app", "limit": 2, "cursor": first.Str("next_cursor")}).Items()
	if rest[0]["id"] != items[2]["id"] {
		t.Error("the second page does not follow the first")
	}

	r := h.Call("get_deployment", tooltest.Args{"deployment": failed["id"], "log_lines": 5}).Ok()
	if r.Get("phases.0.phase") == nil || len(r.Object["log"].([]any)) != 5 || r.Get("next.tool") != "diagnose_service" || r.Get("commit.branch") != "main" {
		t.Errorf("details: %s", r.Raw)
	}
	if plain := h.Call("get_deployment", tooltest.Args{"deployment": statuses["ACTIVE"]["id"]}).Ok(); plain.Object["log"] != nil || plain.Get("phases.0.seconds") == 0.0 {
		t.Errorf("details: %s", plain.Raw)
	}
	h.Call("list_deployments", tooltest.Args{"project": project, "service": "db"}).Fails("unsupported")
	h.Call("get_deployment", tooltest.Args{"deployment": strings.Repeat("A", 22)}).Fails("not_found")
	h.Call("get_deployment", tooltest.Args{"deployment": "../../project"}).Fails("invalid_arguments")
}

func TestDeploymentsOutOfScope(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{"blog"} } })
	other := tooltest.Start(t)
	_ = other
	outside := outsideDeployment(t, h)
	for _, tool := range []string{"get_deployment", "cancel_deployment"} {
		h.Call(tool, tooltest.Args{"deployment": outside}).Fails("out_of_scope")
	}
	h.Call("wait_for", tooltest.Args{"deployments": []string{outside}}).Fails("out_of_scope")
	h.Call("deploy_service", tooltest.Args{"service": h.Sim.ServiceID("eshop-staging", "api")}).Fails("out_of_scope")
	if h.Writes() != 0 {
		t.Error("something was written")
	}
}

// outsideDeployment finds a deployment of a project that the harness may not
// touch, through a server that may.
func outsideDeployment(t *testing.T, h *tooltest.Harness) string {
	t.Helper()
	wide := h.Replica([]byte("0123456789abcdef0123456789abcdef"))
	return wide.Call("get_service", tooltest.Args{"project": h.Sim.ProjectID("eshop-staging"), "service": "api"}).Str("active_deployment")
}

// TestRollback goes back and forth, in both protocols and with both ways of
// confirmation.
func TestRollback(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		for _, person := range []bool{false, true} {
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = era
				if person {
					s.Elicit = tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true})
				}
			})
			project := h.Sim.ProjectID("eshop-staging")
			items := h.Call("list_deployments", tooltest.Args{"project": project, "service": "api", "status": "BACKUP"}).Items()
			wanted := items[0]["id"]
			before := h.Call("get_service", tooltest.Args{"project": project, "service": "api"}).Str("active_deployment")
			a := tooltest.Args{"project": project, "service": "api", "deployment": wanted}
			h.Sim.ResetRequests()
			var r tooltest.Result
			if person {
				r = h.Call("rollback_service", a).Status("done")
			} else {
				plan := h.Call("rollback_service", a).Status("confirmation_required")
				if text := string(plan.Raw); !strings.Contains(text, before) || !strings.Contains(text, "variables") || h.Writes() != 0 {
					t.Errorf("plan: %s", plan.Raw)
				}
				r = h.Confirmed("rollback_service", a).Status("done")
			}
			if r.Get("deployment.id") != wanted || r.Get("deployment.status") != "ACTIVE" || r.Get("previous.id") != before || r.Get("previous.status") != "BACKUP" {
				t.Errorf("%s: %s", era, r.Raw)
			}
			if now := h.Call("get_service", tooltest.Args{"project": project, "service": "api"}).Str("active_deployment"); now != wanted {
				t.Errorf("%s runs, want %v", now, wanted)
			}
			for _, request := range h.Sim.Requests() {
				if request.Operation == "PutAppVersionDeploy" && string(request.Body) != `{"zeropsYaml":null,"zeropsYamlSetup":null}` {
					t.Errorf("body %s", request.Body)
				}
			}
			h.Call("rollback_service", a).Status("unchanged")
		}
	}
}

func TestRollbackRefusals(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	staging, production := h.Sim.ProjectID("eshop-staging"), h.Sim.ProjectID("eshop-production")
	e := h.Call("rollback_service", tooltest.Args{"project": staging, "service": "api"}).Fails("invalid_arguments")
	candidates, _ := e["candidates"].([]any)
	if len(candidates) == 0 || tooltest.Lookup(e, "next.arguments.deployment") != tooltest.Lookup(e, "candidates.0.id") {
		t.Errorf("no candidates: %v", e)
	}
	failed := ""
	for _, item := range h.Call("list_deployments", tooltest.Args{"project": staging, "service": "api"}).Items() {
		if item["outcome"] == "failed" {
			failed = item["id"].(string)
		}
	}
	h.Call("rollback_service", tooltest.Args{"project": staging, "service": "api", "deployment": failed}).Fails("conflict")
	h.Call("rollback_service", tooltest.Args{"project": staging, "service": "api", "deployment": strings.Repeat("A", 22)}).Fails("not_found")
	h.Call("rollback_service", tooltest.Args{"project": staging, "service": "db"}).Fails("unsupported")
	protected := h.Call("list_deployments", tooltest.Args{"project": production, "service": "app", "status": "BACKUP"}).Items()[0]["id"]
	h.Call("rollback_service", tooltest.Args{"project": production, "service": "app", "deployment": protected}).Status("confirmation_required")
	declined := tooltest.Start(t, func(s *tooltest.Setup) { s.Elicit = tooltest.Answer(mcp.ElicitationResponseActionDecline, nil) })
	backup := declined.Call("list_deployments", tooltest.Args{"project": declined.Sim.ProjectID("eshop-staging"), "service": "api", "status": "BACKUP"}).Items()[0]["id"]
	declined.Call("rollback_service", tooltest.Args{"project": declined.Sim.ProjectID("eshop-staging"), "service": "api", "deployment": backup}).Fails("declined")
	if h.Writes()+declined.Writes() != 0 {
		t.Error("a refused rollback wrote something")
	}
}

func TestRollbackFailureKeepsWhatRan(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	before := h.Call("get_service", tooltest.Args{"project": project, "service": "api"}).Str("active_deployment")
	backup := h.Call("list_deployments", tooltest.Args{"project": project, "service": "api", "status": "BACKUP"}).Items()[0]["id"]
	if err := h.Sim.FailNextDeploy(h.Sim.ServiceID("eshop-staging", "api"), "wrong-start"); err != nil {
		t.Fatal(err)
	}
	r := h.Confirmed("rollback_service", tooltest.Args{"project": project, "service": "api", "deployment": backup}).Status("failed")
	if r.Get("deployment.status") == "ACTIVE" || r.Get("previous.id") != before || r.Get("previous.status") != "ACTIVE" {
		t.Errorf("a failed rollback: %s", r.Raw)
	}
}

func TestCancelDeployment(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
	for _, era := range tooltest.Eras() {
		h, service := tooltest.Deployable(t, dir, func(s *tooltest.Setup) {
			s.Version = era
			s.Configure = func(c *tool.Config) { c.DeployRoots = []string{dir} }
		})
		h.Sim.Hold("stack.build")
		id := h.Call("deploy_service", tooltest.Args{"service": service, "directory": ".", "wait_seconds": 0}).Status("in_progress").Str("deployment.id")
		r := h.Confirmed("cancel_deployment", tooltest.Args{"deployment": id}).Status("done")
		if r.Get("deployment.outcome") != "canceled" || r.Get("deployment.status") != "CANCELLED" {
			t.Errorf("%s: %s", era, r.Raw)
		}
		h.Call("cancel_deployment", tooltest.Args{"deployment": id}).Status("unchanged")
		h.Sim.Release()
		h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("done")
	}
}

func TestCancelDeploymentTooLateOrNothingThere(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
	h, service := tooltest.Deployable(t, dir)
	active := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("done").Str("deployment.id")
	h.Call("cancel_deployment", tooltest.Args{"deployment": active}).Status("unchanged")
	h.Sim.Hold("stack.build")
	id := h.Call("deploy_service", tooltest.Args{"service": service, "directory": ".", "wait_seconds": 0}).Status("in_progress").Str("deployment.id")
	h.Sim.Fail(simulator.Fault{Operation: "PutAppVersionCancelBuild", Status: 400, Code: "processCanNoLongerBeCanceled", Message: "words"})
	token := h.Call("cancel_deployment", tooltest.Args{"deployment": id}).Status("confirmation_required").Str("confirm")
	e := h.Call("cancel_deployment", tooltest.Args{"deployment": id, "confirm": token}).Fails("conflict")
	if tooltest.Lookup(e, "next.tool") != "wait_for" {
		t.Errorf("next %v", e["next"])
	}
	// What was not cancelled can be confirmed again with the same token.
	h.Sim.ResetFaults()
	h.Call("cancel_deployment", tooltest.Args{"deployment": id, "confirm": token}).Status("done")
}

func TestWaitForReportsProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
		h, service := tooltest.Deployable(t, dir, tooltest.InProcess)
		h.Sim.Hold("stack.build")
		id := h.Call("deploy_service", tooltest.Args{"service": service, "directory": ".", "wait_seconds": 0}).Str("deployment.id")
		var words []string
		ctx := request.WithProgress(context.WithoutCancel(t.Context()), func(message string) { words = append(words, message) })
		if _, err := h.Server.Call(ctx, "wait_for", []byte(`{"deployments":["`+id+`"],"wait_seconds":1}`)); err != nil {
			t.Fatal(err)
		}
		if len(words) == 0 || !strings.Contains(words[0], ":") {
			t.Errorf("progress %q", words)
		}
	})
}
