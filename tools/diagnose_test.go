package tools_test

import (
	"slices"
	"strings"
	"testing"

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
	h := start(t)
	for name := range simulator.Scenarios() {
		where := seedScenario(t, h, name)
		r := h.call("diagnose_service", args{"project": where.Project, "service": where.Service}).ok()
		if got, want := r.get("causes.0.cause"), wantedCauses()[name]; got != want {
			t.Errorf("%s: first cause %v, want %s: %s", name, got, want, r.raw)
			continue
		}
		if r.get("verdict") != "failing" || r.get("deployment.id") != where.DeploymentID {
			t.Errorf("%s: verdict %v about %v: %s", name, r.get("verdict"), r.get("deployment.id"), r.raw)
		}
		if tool := r.str("causes.0.next.tool"); !slices.Contains(plannedTools(), tool) {
			t.Errorf("%s: next is %s", name, tool)
		}
	}
}

func seedScenario(t *testing.T, h *harness, name string) simulator.Scenario {
	t.Helper()
	where, err := h.sim.SeedScenario(name)
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
	h := start(t)
	where := seedScenario(t, h, "compile-error")
	// A line of another build in the same build stack must not turn up.
	build := h.call("get_deployment", args{"deployment": where.DeploymentID, "log_lines": 50}).ok()
	if text := string(build.raw); !strings.Contains(text, "TS2345") || strings.Contains(text, "Build finished") {
		t.Errorf("the log of the deployment: %s", text)
	}
	r := h.call("diagnose_service", args{"service": where.ServiceID}).ok()
	if log := string(r.raw); strings.Contains(log, "Build finished") {
		t.Errorf("lines of another build turn up: %s", log)
	}
}

func TestDiagnoseHealthyStoppedAndManaged(t *testing.T) {
	t.Parallel()
	h := start(t)
	staging := h.sim.ProjectID("eshop-staging")
	if v := h.call("diagnose_service", args{"project": staging, "service": "api"}).ok().str("verdict"); v == "failing" || v == "unknown" {
		t.Errorf("a service that runs is %s: %s", v, h.call("diagnose_service", args{"project": staging, "service": "api"}).raw)
	}
	h.call("stop_service", args{"project": staging, "service": "worker"}) // asks for confirmation
	h.confirmed("stop_service", args{"project": staging, "service": "worker"}).status("done")
	r := h.call("diagnose_service", args{"project": staging, "service": "worker"}).ok()
	if r.get("causes.0.cause") != "service_stopped" || r.get("causes.0.next.tool") != "start_service" {
		t.Errorf("a stopped service: %s", r.raw)
	}
	if v := h.call("diagnose_service", args{"project": staging, "service": "db"}).ok().str("verdict"); v != "healthy" && v != "warnings" {
		t.Errorf("a database that runs is %s", v)
	}
	h.call("diagnose_service", args{"project": staging, "service": "nothere"}).fails("not_found")
}

func TestDiagnoseToleratesWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	h := start(t)
	where := seedScenario(t, h, "compile-error")
	h.sim.Fail(simulator.Fault{Operation: "GetProjectLog", Status: 403})
	r := h.call("diagnose_service", args{"service": where.ServiceID}).ok()
	if len(r.object["incomplete"].([]any)) == 0 {
		t.Errorf("the missing log is not told: %s", r.raw)
	}
	if r.get("verdict") == "healthy" || r.get("causes.0.confidence") == "high" {
		t.Errorf("without the log the cause is not known: %s", r.raw)
	}
}
