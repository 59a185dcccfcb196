package simulator_test

import (
	"maps"
	"net/http"
	"testing"

	"zerops-mcp/zerops/simulator"
)

func TestStatistics(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now))
	terms := []any{
		map[string]any{"name": "clientId", "operator": "eq", "value": a.sim.OrgID("Northwind Trading")},
		map[string]any{"name": "projectId", "operator": "eq", "value": a.sim.ProjectID("eshop-production")},
	}
	ask := func(more map[string]any) map[string]any {
		body := map[string]any{"search": terms, "groupBy": "serviceStackId", "timeGroupBy": "1h", "timeZone": "UTC"}
		maps.Copy(body, more)
		return body
	}
	const path = "/stats-history/group-by-search"
	day := a.ok(http.MethodPost, path, ask(map[string]any{"limit": 24}))
	items := rows(t, day["items"])
	buckets := make(map[string]bool)
	for _, item := range items {
		buckets[item["from"].(string)] = true
		if item["ramUsed"].(float64) <= 0 || item["ramUsed"].(float64) > item["ramLimit"].(float64) {
			t.Errorf("usage outside the limit: %v", item)
		}
	}
	if len(buckets) != 24 || !buckets["2026-03-02T09:00:00+00:00"] {
		t.Errorf("%d buckets: %v", len(buckets), buckets)
	}
	a.refused(http.MethodPost, path, ask(nil), 400, "statsHistorySearchLimitOrRangeRequired")
	a.refused(http.MethodPost, path, ask(map[string]any{"limit": 2, "from": "2026-03-01T00:00:00Z", "till": "2026-03-02T00:00:00Z"}), 400, "statsHistorySearchLimitOrRangeRequired")
	a.refused(http.MethodPost, path, ask(map[string]any{"limit": 2, "timeGroupBy": "5m"}), 400, "invalidUserInput")
	a.refused(http.MethodPost, path, map[string]any{"search": terms[:1], "groupBy": "serviceStackId", "timeGroupBy": "1h", "timeZone": "UTC", "limit": 1}, 400, "invalidUserInput")
	ranged := a.ok(http.MethodPost, path, ask(map[string]any{"from": "2026-02-28T00:00:00Z", "till": "2026-03-02T00:00:00Z", "timeGroupBy": "1d", "groupBy": "containerId"}))
	if one := rows(t, ranged["items"])[0]; one["containerId"] == nil || one["from"] != "2026-02-28T00:00:00+00:00" {
		t.Errorf("by container and day: %v", one)
	}
	now := a.ok(http.MethodPost, "/current-stats/group-by-search", map[string]any{"search": terms, "groupBy": "containerId"})
	if one := rows(t, now["items"])[0]; one["ramGBytes"].(map[string]any)["limit"] == 0.0 {
		t.Errorf("current usage: %v", one)
	}
}

func TestCosts(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now))
	org := a.sim.OrgID("Northwind Trading")
	search := map[string]any{"search": []any{map[string]any{"name": "clientId", "operator": "eq", "value": org}}}
	sums := a.ok(http.MethodPost, "/transaction-debit/cost-search", search)
	total := sums["client"].(map[string]any)["periodCost"].(map[string]any)
	month, week := total["last30days"].(float64), total["last7days"].(float64)
	if month <= week || week <= 0 {
		t.Errorf("costs: %v", total)
	}
	var added float64
	for _, p := range rows(t, sums["project"]) {
		added += p["periodCost"].(map[string]any)["last7days"].(float64)
		if p["name"] != nil {
			t.Error("cost rows have names, the real ones have ids only")
		}
	}
	if diff := added - week; diff > 0.01 || diff < -0.01 {
		t.Errorf("projects add up to %v, the organisation to %v", added, week)
	}
	series := map[string]any{
		"search": search["search"], "from": "2026-02-23T00:00:00Z", "till": "2026-03-02T00:00:00Z", "timeZone": "UTC", "groupBy": "projectId", "timeGroupBy": "1d",
	}
	days := a.ok(http.MethodPost, "/transaction-debit/group-by-search", series)
	if first := rows(t, days["items"])[0]; first["projectName"] == "" || first["sumTotalPrice"].(float64) <= 0 {
		t.Errorf("a day of a project: %v", first)
	}
	series["till"] = "2026-03-02T00:00:00+01:00"
	a.refused(http.MethodPost, "/transaction-debit/group-by-search", series, 400, "transactionDebitSearchTillAndFromDateTimezonesDiffer")
	if status := a.get("/billing/client/" + org + "/status"); status["credit"].(float64) <= 0 {
		t.Errorf("billing status: %v", status)
	}
	poor := a.as(simulator.NoFinanceToken)
	poor.refused(http.MethodPost, "/transaction-debit/cost-search", search, 403, "insufficientPermissions")
	poor.refused(http.MethodGet, "/billing/client/"+org+"/status", nil, 403, "insufficientPermissions")
	poor.refused(http.MethodGet, "/billing/client/"+org+"/payment-source", nil, 403, "insufficientPermissions")
}

func TestBackups(t *testing.T) {
	t.Parallel()
	a := start(t)
	service := "/service-stack/" + a.sim.ServiceID("eshop-staging", "db")
	before := rows(t, a.get(service + "/backup")["files"])
	if len(before) == 0 {
		t.Fatal("an old database has no backups")
	}
	a.refused(http.MethodPost, service+"/backup", map[string]any{"tags": []string{"has spaces"}}, 400, "backupTagNameFormat")
	made := a.ok(http.MethodPost, service+"/backup", map[string]any{"tags": []string{"before-test"}})
	if made["process"] != nil || made["success"] != true {
		t.Errorf("a new backup answers %v", made)
	}
	after := rows(t, a.get(service + "/backup")["files"])
	if len(after) != len(before)+1 {
		t.Fatalf("%d backups, want one more than %d", len(after), len(before))
	}
	name := after[0]["name"].(string)
	link := a.ok(http.MethodPost, service+"/backup/download-url/"+escape(name), nil)["url"].(string)
	if got := a.as("").send(http.MethodGet, link, nil); got.status != 200 || len(got.body) == 0 {
		t.Errorf("download: %d", got.status)
	}
	a.ok(http.MethodDelete, service+"/backup/"+escape(name), nil)
	a.refused(http.MethodDelete, service+"/backup/"+escape(name), nil, 400, "backupNotFound")
	a.refused(http.MethodGet, "/service-stack/"+a.sim.ServiceID("eshop-staging", "app")+"/backup", nil, 400, "backupUnsupportedStackType")
}

func TestSubdomain(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now), simulator.WithPace(1))
	service := "/service-stack/" + a.sim.ServiceID("eshop-production", "app")
	a.ok(http.MethodPut, service+"/enable-subdomain-access", nil)
	at.forward(1300 * 1e6)
	if a.get(service)["subdomainAccess"] != false {
		t.Error("the flag of the service does not lag behind the process")
	}
	at.forward(3 * 1e9)
	if a.get(service)["subdomainAccess"] != true {
		t.Error("the flag does not come")
	}
	again := a.ok(http.MethodPut, service+"/enable-subdomain-access", nil)
	at.forward(3 * 1e9)
	if row := a.get("/process/" + again["id"].(string)); row["status"] != "FAILED" || row["error"].(map[string]any)["code"] != "noSubdomainPorts" {
		t.Errorf("enabling twice: %v", row)
	}
	a.ok(http.MethodPut, service+"/disable-subdomain-access", nil)
	at.forward(5 * 1e9)
	a.refused(http.MethodPut, service+"/disable-subdomain-access", nil, 400, "serviceStackSubdomainAccessAlreadyDisabled")
	a.refused(http.MethodPut, "/service-stack/"+a.sim.ServiceID("eshop-production", "db")+"/enable-subdomain-access", nil, 400, "serviceStackIsNotHttp")
	a.refused(http.MethodPut, "/service-stack/"+a.sim.ServiceID("eshop-preview-142", "app")+"/enable-subdomain-access", nil, 400, "serviceStackIsReadyToDeploy")
}
