package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// TestSeededAccount proves that the account has an example of everything that a
// client has to cope with.
func TestSeededAccount(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := a.sim.OrgID("Northwind Trading")
	have := func(entity, field string) map[string]bool {
		values := make(map[string]bool)
		for _, row := range rows(t, a.search(entity, org)["items"]) {
			values[fmt.Sprint(row[field])] = true
		}
		return values
	}
	for _, c := range []struct {
		entity, field string
		values        []string
	}{
		{"app-version", "status", []string{
			"UPLOADING", "WAITING_TO_BUILD", "BUILDING", "PREPARING_RUNTIME", "WAITING_TO_DEPLOY", "DEPLOYING", "ACTIVE", "BACKUP",
			"BUILD_FAILED", "BUILD_VALIDATION_FAILED", "PREPARING_RUNTIME_FAILED", "DEPLOY_FAILED", "CANCELLED",
		}},
		{"app-version", "source", []string{"CLI", "GITHUB", "GITLAB"}},
		{"service-stack", "status", []string{"ACTIVE", "STOPPED", "FAILED", "ACTION_FAILED", "READY_TO_DEPLOY", "NEW", "CREATING"}},
		{"service-stack", "isSystem", []string{"true", "false"}},
		{"process", "status", []string{"PENDING", "RUNNING", "FINISHED", "FAILED"}},
		{"process", "executorTag", []string{"MAIN", "L7_MASTER"}},
		{"project", "status", []string{"ACTIVE", "STOPPED"}},
	} {
		found := have(c.entity, c.field)
		for _, value := range c.values {
			if !found[value] {
				t.Errorf("no %s has %s %s", c.entity, c.field, value)
			}
		}
	}
	var hostile bool
	for name := range have("project", "name") {
		hostile = hostile || strings.Contains(name, "\u202e")
	}
	if !hostile {
		t.Error("no project has a hostile name")
	}
	log := fmt.Sprint(a.log(a.sim.ProjectID("eshop-production"), "serviceStackId="+a.sim.ServiceID("eshop-production", "worker")+"&limit=600"))
	for _, want := range []string{simulator.SecretMark, "IGNORE ALL PREVIOUS", "\x1b[31m", `{"level":"info"`, "ECONNREFUSED"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no line with %q", want)
		}
	}
	secrets := strings.Join(a.sim.Secrets(), "\n")
	variable := pick(t, a.get("/service-stack/" + a.sim.ServiceID("eshop-production", "db") + "/env")["items"], "key", "password")
	if !strings.Contains(secrets, variable["content"].(string)) {
		t.Error("a generated password is not among Secrets")
	}
}

// TestStuckWorkCanBeDeleted proves that the processes which never end by themselves
// do not keep a person from cleaning up.
func TestStuckWorkCanBeDeleted(t *testing.T) {
	t.Parallel()
	a := start(t)
	project := "/project/" + a.sim.ProjectID("spring-campaign")
	web := "/service-stack/" + a.sim.ServiceID("spring-campaign", "web")
	a.refused(http.MethodPut, web+"/restart", nil, 400, "serviceStackCreating")
	a.finished(a.ok(http.MethodDelete, web, nil))
	a.refused(http.MethodGet, web, nil, 400, "serviceStackNotFound")
	a.finished(a.ok(http.MethodDelete, project, nil))
	a.refused(http.MethodGet, project, nil, 400, "projectNotFound")
}

func TestSickAfterDeploy(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0))
	service := a.sim.ServiceID("eshop-staging", "app")
	if err := a.sim.FailNextDeploy(service, "oom-kill"); err != nil {
		t.Fatal(err)
	}
	id := a.upload(service)
	process := a.finished(a.ok(http.MethodPut, "/app-version/"+id+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml}))
	if process["status"] != "FINISHED" || a.get("/app-version/" + id)["status"] != "ACTIVE" {
		t.Errorf("the deploy itself: %v", process)
	}
	if status := a.get("/service-stack/" + service)["status"]; status != "CONTAINER_FAILED" {
		t.Errorf("the service is %v", status)
	}
	if lines := fmt.Sprint(a.log(a.sim.ProjectID("eshop-staging"), "serviceStackId="+service+"&minimumSeverity=3&limit=50")); !strings.Contains(lines, "Out of memory") {
		t.Errorf("the log does not say why: %.300s", lines)
	}
	if err := a.sim.FailNextDeploy("nobody", "oom-kill"); err == nil {
		t.Error("an unknown service was accepted")
	}
}
