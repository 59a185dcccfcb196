package diagnose_test

import (
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// wantedCauses are the causes a person would find in the scenarios of the
// simulator.
func wantedCauses() map[string]string {
	return map[string]string{
		"missing-setup": "setup_missing", "bad-base": "base_unknown", "npm-install": "dependency_conflict", "compile-error": "compile_error",
		"deploy-files": "deploy_files_missing", "build-oom": "build_out_of_memory", "build-timeout": "build_timeout", "disk-full": "build_disk_full",
		"prepare-failed": "package_not_found", "wrong-start": "start_file_missing", "readiness": "bound_to_loopback", "health-check": "health_check_failed",
		"oom-kill": "out_of_memory", "missing-variable": "variable_missing", "unresolved-reference": "reference_unresolved", "private-git": "git_unreadable",
		"stuck-waiting": "contention", "credit": "credit_exhausted", "sync-running": "variables_syncing",
	}
}

func TestDiagnoseFindsTheCauseOfEveryScenario(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for name := range simulator.Scenarios() {
		where := seedScenario(t, h, name)
		r := h.Call("diagnose_service", tooltest.Args{"project": where.Project, "service": where.Service}).Ok()
		if got, want := r.Get("causes.0.cause"), wantedCauses()[name]; got != want {
			t.Errorf("%s: first cause %v, want %s: %s", name, got, want, r.Raw)
			continue
		}
		if r.Get("verdict") != "failing" || r.Get("deployment.id") != where.DeploymentID {
			t.Errorf("%s: verdict %v about %v: %s", name, r.Get("verdict"), r.Get("deployment.id"), r.Raw)
		}
		if tool := r.Str("causes.0.next.tool"); !slices.Contains(plannedTools(), tool) {
			t.Errorf("%s: next is %s", name, tool)
		}
	}
}

func seedScenario(t *testing.T, h *tooltest.Harness, name string) simulator.Scenario {
	t.Helper()
	where, err := h.Sim.SeedScenario(name)
	if err != nil {
		t.Fatal(err)
	}
	return where
}

// plannedTools are the tools that a cause may send its reader to.
func plannedTools() []string {
	return []string{
		"deploy_service", "get_deployment", "get_yaml_schema", "list_service_types", "get_costs", "list_processes", "get_service", "start_project",
		"start_service", "stop_service", "restart_service", "list_env", "set_env", "search_logs", "scale_service", "get_metrics", "list_domains",
	}
}

func TestDiagnoseReadsTheLogOfTheRightBuild(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	where := seedScenario(t, h, "compile-error")
	// A line of another build in the same build stack must not turn up.
	build := h.Call("get_deployment", tooltest.Args{"deployment": where.DeploymentID, "log_lines": 50}).Ok()
	if text := string(build.Raw); !strings.Contains(text, "TS2345") || strings.Contains(text, "Build finished") {
		t.Errorf("the log of the deployment: %s", text)
	}
	r := h.Call("diagnose_service", tooltest.Args{"service": where.ServiceID}).Ok()
	if log := string(r.Raw); strings.Contains(log, "Build finished") {
		t.Errorf("lines of another build turn up: %s", log)
	}
}

func TestDiagnoseHealthyStoppedAndManaged(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	staging := h.Sim.ProjectID("eshop-staging")
	if v := h.Call("diagnose_service", tooltest.Args{"project": staging, "service": "api"}).Ok().Str("verdict"); v == "failing" || v == "unknown" {
		t.Errorf("a service that runs is %s: %s", v, h.Call("diagnose_service", tooltest.Args{"project": staging, "service": "api"}).Raw)
	}
	h.Call("stop_service", tooltest.Args{"project": staging, "service": "worker"}) // asks for confirmation
	h.Confirmed("stop_service", tooltest.Args{"project": staging, "service": "worker"}).Status("done")
	r := h.Call("diagnose_service", tooltest.Args{"project": staging, "service": "worker"}).Ok()
	if r.Get("causes.0.cause") != "service_stopped" || r.Get("causes.0.next.tool") != "start_service" {
		t.Errorf("a stopped service: %s", r.Raw)
	}
	if v := h.Call("diagnose_service", tooltest.Args{"project": staging, "service": "db"}).Ok().Str("verdict"); v != "healthy" && v != "warnings" {
		t.Errorf("a database that runs is %s", v)
	}
	h.Call("diagnose_service", tooltest.Args{"project": staging, "service": "nothere"}).Fails("not_found")
}

func TestDiagnoseToleratesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	where := seedScenario(t, h, "compile-error")
	h.Sim.Fail(simulator.Fault{Operation: "GetProjectLog", Status: 403})
	r := h.Call("diagnose_service", tooltest.Args{"service": where.ServiceID}).Ok()
	if len(r.Object["incomplete"].([]any)) == 0 {
		t.Errorf("the missing log is not told: %s", r.Raw)
	}
	if r.Get("verdict") == "healthy" || r.Get("causes.0.confidence") == "high" {
		t.Errorf("without the log the cause is not known: %s", r.Raw)
	}
}
