package simulator_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

func TestFailNextAndHold(t *testing.T) {
	t.Parallel()
	a := start(t)
	service := "/service-stack/" + a.sim.ServiceID("eshop-staging", "app")
	a.sim.FailNext("stack.restart", "containerFailed", "Container did not come up")
	row := a.finished(a.ok(http.MethodPut, service+"/restart", nil))
	if row["status"] != "FAILED" || row["error"].(map[string]any)["code"] != "containerFailed" {
		t.Errorf("ordered failure: %v", row)
	}
	if status := a.get(service)["status"]; status != "ACTION_FAILED" {
		t.Errorf("the service is %v", status)
	}
	org := a.sim.OrgID("Northwind Trading")
	notes := a.get("/client/" + org + "/user-notification?types=ERROR&limit=1")
	if note := rows(t, notes["list"])[0]; note["error"].(map[string]any)["code"] != "containerFailed" {
		t.Errorf("newest notification: %v", note)
	}

	a.sim.Hold("stack.restart")
	held := a.ok(http.MethodPut, service+"/restart", nil)
	pause(300 * time.Millisecond)
	if status := a.get("/process/" + held["id"].(string))["status"]; status != "PENDING" {
		t.Errorf("a held process is %v", status)
	}
	a.sim.Release()
	if row := a.finished(held); row["status"] != "FINISHED" {
		t.Errorf("released: %v", row)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	a := start(t)
	blog := "/project/" + a.sim.ProjectID("blog")
	a.sim.Fail(simulator.Fault{Operation: "GetProject", Status: 503, Body: "<html>busy</html>", Header: http.Header{"Retry-After": {"2"}}, Times: 1, Skip: 1})
	a.get(blog)
	if got := a.send(http.MethodGet, blog, nil); got.status != 503 || got.header.Get("Retry-After") != "2" || string(got.body) != "<html>busy</html>" {
		t.Errorf("fault: %d %s", got.status, got.body)
	}
	a.get(blog)

	remove := a.sim.Fail(simulator.Fault{Path: "/project/{id}", Method: http.MethodGet, Status: 429, Code: "tooManyRequests", Message: "slow down"})
	a.refused(http.MethodGet, blog, nil, 429, "tooManyRequests")
	remove()
	a.get(blog)

	for name, drop := range map[string]simulator.Drop{"before": simulator.DropBefore, "after": simulator.DropAfter, "in body": simulator.DropInBody} {
		a.sim.Fail(simulator.Fault{Method: http.MethodPost, Path: "/client/*/project", Drop: drop, Times: 1})
		org := a.sim.OrgID("Petra's Lab")
		before := a.get("/client/" + org + "/project")["total"].(float64)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/api/rest/public/client/"+org+"/project", strings.NewReader(`{"name":"x","tagList":[]}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+a.token)
		response, err := a.client().Do(request)
		if err == nil {
			err = json.NewDecoder(response.Body).Decode(&struct{}{})
			response.Body.Close()
		}
		if err == nil {
			t.Errorf("drop %s: the answer arrived in full", name)
		}
		made := a.get("/client/" + org + "/project")["total"].(float64) - before
		if want := map[string]float64{"before": 0, "after": 1, "in body": 1}[name]; made != want {
			t.Errorf("drop %s: %v projects were made, want %v", name, made, want)
		}
	}
	a.sim.Fail(simulator.Fault{Operation: "GetProject", Fill: 1 << 20})
	if got := a.send(http.MethodGet, blog, nil); len(got.body) < 1<<20 {
		t.Errorf("filled answer has %d bytes", len(got.body))
	}
	a.sim.ResetFaults()
	a.sim.Fail(simulator.Fault{Delay: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/api/rest/public"+blog, nil)
	if response, err := a.client().Do(request); err == nil {
		response.Body.Close()
		t.Error("a delayed answer came at once")
	}
}
