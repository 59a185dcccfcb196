package simulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

func TestLogs(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now), simulator.WithLogLines(7000))
	project, service := a.sim.ProjectID("eshop-production"), a.sim.ServiceID("eshop-production", "worker")
	mine := "serviceStackId=" + service

	newest := a.log(project, mine+"&limit=50&desc=1")
	if len(newest) != 50 {
		t.Fatalf("%d lines, want 50", len(newest))
	}
	oldestFirst := a.log(project, mine+"&limit=50&desc=0")
	slices.Reverse(oldestFirst)
	for i := range newest {
		if newest[i]["id"] != oldestFirst[i]["id"] {
			t.Fatal("desc changes which lines come, not only their order")
		}
	}
	var last time.Time
	fractions := make(map[int]bool)
	for i, line := range newest {
		text := line["timestamp"].(string)
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || i > 0 && when.After(last) {
			t.Errorf("line %d: %s is not older than the one before (%v)", i, text, err)
		}
		last = when
		fractions[len(text)] = true
	}
	if len(fractions) < 2 {
		t.Error("all times have the same number of digits, the real ones have not")
	}
	for query, want := range map[string]int{"limit=5000": 5000, "limit=20000": 5000, "limit=50000": 0, "limit=5000&since=2026-03-02T09:29:00Z&search=nothing": 5000} {
		if got := len(a.log(project, mine+"&"+query)); got != want {
			t.Errorf("%s: %d lines, want %d", query, got, want)
		}
	}
	for _, line := range a.log(project, mine+"&minimumSeverity=3&facility=16&limit=100") {
		if line["severity"].(float64) > 3 || line["facility"] != 16.0 {
			t.Errorf("filtered out lines come: %v", line)
		}
	}
	box := newest[0]["containerId"].(string)
	if lines := a.log(project, "containerId="+box+"&limit=10"); len(lines) != 10 || lines[0]["containerId"] != box {
		t.Errorf("lines of one container: %v", lines)
	}
	all := make(map[string]bool)
	for _, line := range a.log(project, "limit=5000") {
		all[line["hostname"].(string)] = true
	}
	if len(all) < 5 {
		t.Errorf("the log of the whole project knows only %v", all)
	}
	following := a.log(project, mine+"&from="+newest[5]["id"].(string)+"&limit=100")
	if len(following) != 5 || following[4]["id"] != newest[0]["id"] {
		t.Errorf("after a known line come %d lines", len(following))
	}
	trace := a.log(project, mine+"&facility=16&minimumSeverity=3&limit=200")
	from := slices.IndexFunc(trace, func(line map[string]any) bool { return strings.HasPrefix(line["message"].(string), "Error: connect") })
	for _, line := range trace[from+1 : from+5] {
		if !strings.HasPrefix(line["message"].(string), "    at ") || line["containerId"] != trace[from]["containerId"] {
			t.Errorf("a stack trace is torn apart: %v", line)
		}
	}
	at.forward(5 * time.Minute)
	if again := a.log(project, mine+"&limit=1&desc=1"); again[0]["id"] == newest[0]["id"] {
		t.Error("a running service says nothing for five minutes")
	}
}

func TestLogGrant(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now))
	project := a.sim.ProjectID("blog")
	grant := a.get("/project/" + project + "/log")
	address, _ := grant["url"].(string) // whole, without GET in front
	a.as("").ok(http.MethodGet, address+"&limit=1", nil)
	other := strings.Replace(address, project, a.sim.ProjectID("payments"), 1)
	a.as("").refused(http.MethodGet, other, nil, 401, "notAuthorized")
	at.forward(2 * time.Hour)
	a.as("").refused(http.MethodGet, address, nil, 401, "notAuthorized")
	a.refused(http.MethodPost, "/client/"+a.sim.OrgID("Petra's Lab")+"/project", map[string]any{}, 400, "invalidUserInput")
	made := a.ok(http.MethodPost, "/client/"+a.sim.OrgID("Petra's Lab")+"/project", map[string]any{"name": "new", "tagList": []string{}})
	a.refused(http.MethodGet, "/project/"+made["id"].(string)+"/log", nil, 400, "projectNotLoggerReady")
}

func TestBuildLogsStayApart(t *testing.T) {
	t.Parallel()
	a := start(t)
	service := a.sim.ServiceID("eshop-staging", "api")
	project := a.sim.ProjectID("eshop-staging")
	versions := rows(t, a.get("/service-stack/" + service + "/app-version")["list"])
	stack := versions[0]["build"].(map[string]any)["serviceStackId"].(string)
	if other := versions[1]["build"].(map[string]any)["serviceStackId"]; other != stack {
		t.Errorf("each build has a stack of its own: %v and %v", stack, other)
	}
	everything := a.log(project, "serviceStackId="+stack+"&limit=1000")
	tagged := a.log(project, "serviceStackId="+stack+"&limit=1000&tags=zbuilder@"+versions[0]["id"].(string))
	if len(tagged) == 0 || len(tagged) >= len(everything) {
		t.Errorf("the build stack has %d lines, %d of them of the newest build", len(everything), len(tagged))
	}
	a.sim.AddLog(service, simulator.LogLine{Text: "planted", Severity: 3})
	if line := a.log(project, "serviceStackId="+service+"&limit=1&desc=1"); line[0]["message"] != "planted" {
		t.Errorf("newest line: %v", line)
	}
}
