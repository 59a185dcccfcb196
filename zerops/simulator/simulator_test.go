package simulator_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	a := start(t)
	for _, token := range []string{"", "nobody", simulator.RevokedToken} {
		a.as(token).refused(http.MethodGet, "/user/info", nil, http.StatusUnauthorized, "notAuthorized")
	}
	info := a.get("/user/info")
	var active []string
	for _, member := range rows(t, info["clientUserList"]) {
		if member["status"] == "ACTIVE" {
			active = append(active, member["client"].(map[string]any)["accountName"].(string))
		}
	}
	if want := []string{"Northwind Trading", "Petra's Lab"}; !slices.Equal(active, want) {
		t.Errorf("the owner's organisations: %v, want %v", active, want)
	}
	if _, has := info["clientId"]; has {
		t.Error("user/info has a clientId at the top, the platform does not")
	}
	token := a.as(simulator.ProjectToken).get("/user/info")
	if token["fullName"] != "staging agent" || len(rows(t, token["clientUserList"])) != 1 {
		t.Errorf("an integration token is not shaped like a user: %v", token)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := a.sim.OrgID("Northwind Trading")
	unknown := strings.Repeat("A", 22)
	for _, c := range []struct {
		name, method, path string
		status             int
		code               string
	}{
		{"the project list of the guide", http.MethodGet, "/project", 404, "notFound"},
		{"unknown route", http.MethodGet, "/nothing/here", 404, "notFound"},
		{"two slashes", http.MethodGet, "/project//process", 404, "notFound"},
		{"wrong method", http.MethodPatch, "/project/" + unknown, 405, "methodNotAllowed"},
		{"bare token list", http.MethodGet, "/client/" + org + "/integration-token", 405, "methodNotAllowed"},
		{"missing project", http.MethodGet, "/project/" + unknown, 400, "projectNotFound"},
		{"missing service", http.MethodGet, "/service-stack/" + unknown, 400, "serviceStackNotFound"},
		{"missing process", http.MethodGet, "/process/" + unknown, 404, "processNotFound"},
		{"malformed process", http.MethodGet, "/process/nonsense", 404, "processNotFound"},
		{"malformed id", http.MethodGet, "/project/short", 400, "invalidUserInput"},
		{"escaped slash in an id", http.MethodGet, "/project/a%2Fb", 400, "invalidUserInput"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := a
			b.t = t
			b.refused(c.method, c.path, nil, c.status, c.code)
		})
	}
	bad := a.refused(http.MethodPut, "/service-stack/not-an-id/restart", nil, 400, "invalidUserInput")
	meta := bad["meta"].([]any)[0].(map[string]any)["metadata"].(map[string]any)
	if meta["id"] == nil {
		t.Errorf("the metadata does not name the field: %v", bad)
	}
}

func TestProjectLists(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := a.sim.OrgID("Northwind Trading")
	direct := a.get("/client/" + org + "/project")
	all := rows(t, direct["list"])
	if len(all) < 15 || direct["total"] != float64(len(all)) {
		t.Errorf("direct list: %d rows, total %v", len(all), direct["total"])
	}
	if landing := rows(t, a.get("/client/" + org + "/projects-by-name/landing")["projects"]); len(landing) != 2 {
		t.Errorf("projects named landing: %d, want 2", len(landing))
	}
	id := regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
	for _, p := range all {
		if !id.MatchString(p["id"].(string)) {
			t.Errorf("id %q has not the platform's form", p["id"])
		}
	}
	stopped := rows(t, a.get("/client/" + org + "/project?statuses=STOPPED,FAILED")["list"])
	if len(stopped) != 1 || stopped[0]["name"] != "legacy-crm" {
		t.Errorf("stopped projects: %v", stopped)
	}
	if shops := rows(t, a.get("/client/" + org + "/project?nameContains=ESHOP&limit=2")["list"]); len(shops) != 2 {
		t.Errorf("filtered and limited: %d rows, want 2", len(shops))
	}

	for _, token := range []string{simulator.ReadOnlyToken, simulator.ProjectToken, simulator.SingleProjectToken} {
		a.as(token).refused(http.MethodGet, "/client/"+org+"/project", nil, 403, "insufficientPermissions")
	}
	visible := map[string]int{simulator.ReadOnlyToken: 6, simulator.ProjectToken: 2, simulator.SingleProjectToken: 1, simulator.OrgReadToken: len(all)}
	for token, want := range visible {
		found := a.as(token).search("project", org)
		if found["totalHits"] != float64(want) {
			t.Errorf("%s finds %v projects, want %d", token, found["totalHits"], want)
		}
		for _, p := range rows(t, found["items"]) {
			if own := rows(t, p["userRoles"]); len(own) != 1 {
				t.Errorf("a search shows roles of others: %v", own)
			}
		}
	}
	a.as(simulator.SingleProjectToken).refused(http.MethodGet, "/project/"+a.sim.ProjectID("payments"), nil, 403, "insufficientPermissions")
}

func TestSearchRules(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := a.sim.OrgID("Northwind Trading")
	term := func(name, operator string, value any) map[string]any {
		return map[string]any{"name": name, "operator": operator, "value": value}
	}
	mine := term("clientId", "eq", org)
	for _, c := range []struct {
		name, entity, code string
		terms              []any
	}{
		{"no organisation", "project", "invalidUserInput", []any{}},
		{"project without organisation", "service-stack", "invalidUserInput", []any{term("projectId", "eq", a.sim.ProjectID("blog"))}},
		{"unknown column", "project", "invalidUserInput", []any{mine, term("colour", "eq", "red")}},
		{"unknown operator", "project", "invalidUserInput", []any{mine, term("name", "like", "e")}},
		{"organisation in the global index", "service-stack-type", "invalidUserInput", []any{mine}},
		{"no search at all", "project", "invalidUserInput", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := a
			b.t = t
			b.refused(http.MethodPost, "/"+c.entity+"/search", map[string]any{"search": c.terms}, 400, c.code)
		})
	}
	other := a.sim.OrgID("Petra's Lab")
	a.as(simulator.AdminToken).refused(http.MethodPost, "/project/search",
		map[string]any{"search": []any{term("clientId", "eq", other)}}, 400, "invalidUserInputWithText")

	in := a.ok(http.MethodPost, "/service-stack/search", map[string]any{"search": []any{
		mine, term("status", "in", []string{"FAILED", "ACTION_FAILED"}),
	}})
	if in["totalHits"] != float64(2) {
		t.Errorf("services in trouble: %v, want 2", in["totalHits"])
	}
	builds := a.ok(http.MethodPost, "/app-version/search", map[string]any{
		"search": []any{mine, term("serviceStackId", "eq", a.sim.ServiceID("eshop-staging", "api")), term("build.serviceStackId", "ne", "")},
		"sort":   []any{map[string]any{"name": "sequence", "ascending": false}}, "limit": 1,
	})
	newest := rows(t, builds["items"])
	if len(newest) != 1 || newest[0]["status"] != "ACTIVE" || newest[0]["sequence"] != float64(12) {
		t.Errorf("newest build: %v", newest)
	}
	types := a.as("").ok(http.MethodPost, "/service-stack-type/search", map[string]any{"search": []any{}, "limit": 500})
	pick(t, types["items"], "id", "nodejs")
}

func TestPaging(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithProjects(60), simulator.WithPageLimit(25))
	org := a.sim.OrgID("Northwind Trading")
	seen := make(map[string]bool)
	for offset := 0; ; offset += 25 {
		page := rows(t, a.get("/client/" + org + "/project?limit=500&offset=" + itoa(offset))["list"])
		for _, p := range page {
			seen[p["id"].(string)] = true
		}
		if len(page) < 25 {
			break
		}
	}
	if total := a.search("project", org)["totalHits"]; total != float64(len(seen)) || len(seen) < 75 {
		t.Errorf("paging saw %d projects, the search counts %v", len(seen), total)
	}
}

func TestIndexLag(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now))
	org := a.sim.OrgID("Northwind Trading")
	made := a.ok(http.MethodPost, "/client/"+org+"/project", map[string]any{"name": "brand-new", "tagList": []string{}})
	if made["status"] != "CREATING" {
		t.Errorf("a new project is %v", made["status"])
	}
	if len(rows(t, a.get("/client/" + org + "/projects-by-name/brand-new")["projects"])) != 1 {
		t.Error("the direct read does not know the new project")
	}
	if hits := a.search("project", org, "name", "brand-new")["totalHits"]; hits != float64(0) {
		t.Errorf("the index knows the new project at once: %v", hits)
	}
	at.forward(1100 * time.Millisecond)
	if hits := a.search("project", org, "name", "brand-new")["totalHits"]; hits != float64(1) {
		t.Errorf("the index does not know the project after a second: %v", hits)
	}
}

func TestProcessByClock(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now), simulator.WithPace(1))
	service := "/service-stack/" + a.sim.ServiceID("eshop-staging", "app")
	process := a.ok(http.MethodPut, service+"/restart", map[string]any{})
	if process["status"] != "PENDING" || process["actionName"] != "stack.restart" {
		t.Fatalf("a new process: %v", process)
	}
	a.refused(http.MethodPut, service+"/restart", nil, 400, "processIsAlreadyRunning")
	path := "/process/" + process["id"].(string)
	at.forward(time.Second)
	if status := a.get(path)["status"]; status != "RUNNING" {
		t.Errorf("after a second: %v", status)
	}
	if status := a.get(service)["status"]; status != "RESTARTING" {
		t.Errorf("the service is %v meanwhile", status)
	}
	a.refused(http.MethodPut, path+"/cancel", nil, 400, "processCanNoLongerBeCanceled")
	at.forward(20 * time.Second)
	if status := a.get(path)["status"]; status != "FINISHED" {
		t.Errorf("after twenty seconds: %v", status)
	}
	if status := a.get(service)["status"]; status != "ACTIVE" {
		t.Errorf("the service is %v afterwards", status)
	}
	a.refused(http.MethodPut, path+"/cancel", nil, 400, "processAlreadyFinished")
}

func TestProcessByPoll(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithStepByPoll())
	service := "/service-stack/" + a.sim.ServiceID("eshop-staging", "app")
	first := a.ok(http.MethodPut, service+"/restart", nil)
	second := a.ok(http.MethodDelete, service, nil)
	var states []string
	for range 2 {
		states = append(states, a.get("/process/" + first["id"].(string))["status"].(string))
	}
	if want := []string{"RUNNING", "FINISHED"}; !slices.Equal(states, want) {
		t.Errorf("states by poll: %v, want %v", states, want)
	}
	cancelled := a.ok(http.MethodPut, "/process/"+second["id"].(string)+"/cancel", nil)
	if cancelled["status"] != "CANCELED" {
		t.Errorf("a queued process cannot be cancelled: %v", cancelled)
	}
	if status := a.get(service)["status"]; status == "DELETING" {
		t.Errorf("the service is still %v after its deletion was cancelled", status)
	}
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	a := start(t)
	blog := "/project/" + a.sim.ProjectID("blog")
	a.get(blog)
	a.send(http.MethodPut, blog, map[string]any{"name": "blog", "tagList": []string{"x"}, "publicIpV4Shared": true})
	if n := a.sim.Calls("GET /project/{id}"); n != 1 {
		t.Errorf("calls by path: %d, want 1", n)
	}
	if n := a.sim.Calls("PutProject"); n != 1 {
		t.Errorf("calls by operation: %d, want 1", n)
	}
	last := a.sim.Requests()[1]
	if last.Token != simulator.OwnerToken || last.Status != 200 || !strings.Contains(string(last.Body), `"tagList"`) {
		t.Errorf("logged request: %+v", last)
	}
	a.sim.ResetRequests()
	if len(a.sim.Requests()) != 0 {
		t.Error("the log is not empty after a reset")
	}
}

func TestPublicGuide(t *testing.T) {
	t.Parallel()
	for shape, key := range map[simulator.GuideShape]string{
		simulator.GuideArray: "", simulator.GuideItems: "items", simulator.GuideList: "list", simulator.GuideProjects: "projects",
	} {
		a := start(t, simulator.WithPublicGuideOnly(shape))
		a.refused(http.MethodGet, "/user/info", nil, 404, "notFound")
		got := a.as(simulator.SingleProjectToken).send(http.MethodGet, "/project", nil)
		var list []map[string]any
		var err error
		if key == "" {
			err = json.Unmarshal(got.body, &list)
		} else {
			err = json.Unmarshal(got.body, &map[string]any{key: &list})
			list = rows(t, got.json[key])
		}
		if err != nil || len(list) != 1 || list[0]["name"] != "blog" {
			t.Errorf("shape %q: %s (%v)", key, got.body, err)
		}
		a.refused(http.MethodPost, "/project/search", map[string]any{"search": []any{}}, 404, "notFound")
	}
}

func TestSameFromRunToRun(t *testing.T) {
	t.Parallel()
	at := newClock()
	list := func() string {
		a := start(t, simulator.WithClock(at.Now))
		org := a.sim.OrgID("Northwind Trading")
		var all strings.Builder
		for _, entity := range []string{"project", "service-stack", "process", "app-version", "container", "user-data", "user-notification"} {
			body := map[string]any{"search": []any{map[string]any{"name": "clientId", "operator": "eq", "value": org}}, "limit": 500}
			all.Write(a.send(http.MethodPost, "/"+entity+"/search", body).body)
		}
		return all.String()
	}
	if first, second := list(), list(); first != second {
		t.Error("two accounts with the same clock differ")
	}
}
