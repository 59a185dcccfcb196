package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// TestScenarios proves that each scenario can be diagnosed from what the API shows:
// a cause in the process, the notification or the log.
func TestScenarios(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := a.sim.OrgID("Northwind Trading")
	for name, what := range simulator.Scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := a
			b.t = t
			made, err := b.sim.SeedScenario(name)
			if err != nil || what == "" {
				t.Fatalf("%q: %v", what, err)
			}
			version := b.get("/app-version/" + made.DeploymentID)
			newest := rows(t, b.get("/service-stack/" + made.ServiceID + "/app-version?limit=1")["list"])[0]
			if newest["id"] != version["id"] {
				t.Error("the failed version is not the newest one")
			}
			var evidence []string
			for _, process := range rows(t, b.get("/service-stack/" + made.ServiceID + "/process?statuses=FAILED")["list"]) {
				if problem, ok := process["error"].(map[string]any); ok {
					evidence = append(evidence, problem["code"].(string)+" "+problem["message"].(string))
				}
			}
			for _, note := range rows(t, b.get("/client/" + org + "/user-notification?types=ERROR&serviceStackId=" + made.ServiceID)["list"]) {
				evidence = append(evidence, note["actionName"].(string))
			}
			if build, ok := version["build"].(map[string]any); ok && build["serviceStackId"] != nil {
				for _, line := range b.log(made.ProjectID, "serviceStackId="+build["serviceStackId"].(string)+"&tags=zbuilder@"+made.DeploymentID+"&minimumSeverity=3") {
					evidence = append(evidence, line["message"].(string))
				}
			}
			for _, line := range b.log(made.ProjectID, "serviceStackId="+made.ServiceID+"&facility=16&minimumSeverity=4&limit=20&desc=1") {
				evidence = append(evidence, line["message"].(string))
			}
			if len(evidence) == 0 {
				t.Error("nothing in the account tells what went wrong")
			}
			switch status := version["status"].(string); {
			case name == "oom-kill" || name == "health-check":
				if status != "ACTIVE" {
					t.Errorf("the version is %s", status)
				}
			case name == "sync-running":
				if status != "UPLOADING" {
					t.Errorf("the version is %s", status)
				}
			case name == "private-git" || name == "stuck-waiting" || name == "credit":
				if status != "WAITING_TO_BUILD" {
					t.Errorf("the version is %s", status)
				}
			case !strings.HasSuffix(status, "_FAILED"):
				t.Errorf("the version is %s", status)
			}
		})
	}
	if _, err := a.sim.SeedScenario("no such thing"); err == nil {
		t.Error("an unknown scenario was accepted")
	}
}

// log reads the log of a project with more query parameters.
func (a api) log(project, query string) []map[string]any {
	a.t.Helper()
	grant := a.get("/project/" + project + "/log")
	address, ok := grant["url"].(string)
	if !ok || !strings.HasPrefix(address, "http") {
		a.t.Fatalf("log address %q", grant["url"])
	}
	return rows(a.t, a.as("").ok(http.MethodGet, address+"&"+query, nil)["items"])
}
