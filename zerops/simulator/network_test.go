package simulator_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zerops-mcp/zerops/simulator"
)

func escape(text string) string { return url.PathEscape(text) }

func TestDomains(t *testing.T) {
	t.Parallel()
	at := newClock()
	a := start(t, simulator.WithClock(at.Now), simulator.WithPace(1))
	project := "/project/" + a.sim.ProjectID("eshop-staging")
	routing := func(port int, domains ...string) map[string]any {
		return map[string]any{"sslEnabled": true, "domains": domains, "locations": []any{
			map[string]any{"path": "/", "port": port, "serviceStackId": a.sim.ServiceID("eshop-staging", "app")},
		}}
	}
	path := project + "/public-http-routing"
	a.refused(http.MethodPost, path, routing(3000, "shop.example.com"), 400, "publicHttpRoutingDuplicateDomainNameInAnotherRouting")
	a.refused(http.MethodPost, path, routing(3000, "not a name"), 400, "publicHttpRoutingInvalidDomainName")
	a.refused(http.MethodPost, path, routing(1234, "staging.example.com"), 400, "publicHttpRoutingPortNotFound")
	made := a.ok(http.MethodPost, path, routing(3000, "staging.example.com", "staging.example.org"))
	if made["isSynced"] != false {
		t.Errorf("a draft is served: %v", made)
	}
	one := "/public-http-routing/" + made["id"].(string)
	a.ok(http.MethodPut, project+"/sync-public-http-routing", nil)
	a.refused(http.MethodPut, one, routing(3000, "x.example.com"), 400, "publicHttpRoutingSyncRunning")
	at.forward(10 * time.Second)
	if domain := pick(t, a.get(one)["domains"], "domainName", "staging.example.com"); domain["dnsCheckStatus"] != "CHECKING" {
		t.Errorf("after the sync: %v", domain)
	}
	at.forward(3 * time.Minute)
	live := a.get(one)
	good, bad := pick(t, live["domains"], "domainName", "staging.example.com"), pick(t, live["domains"], "domainName", "staging.example.org")
	if live["isSynced"] != true || good["sslStatus"] != "ACTIVE" || bad["dnsCheckStatus"] != "FAILED" || bad["lastDnsCheckDetail"] == nil {
		t.Errorf("after the checks: %v and %v", good, bad)
	}

	a.ok(http.MethodPut, one, routing(3000, "other.example.com"))
	a.ok(http.MethodPut, project+"/revert-changes-public-http-routing", nil)
	pick(t, a.get(one)["domains"], "domainName", "staging.example.com")
	if answer := a.ok(http.MethodDelete, one, nil); answer["deleted"] != false {
		t.Errorf("deleting a served routing: %v", answer)
	}
	a.ok(http.MethodPut, project+"/sync-public-http-routing", nil)
	at.forward(10 * time.Second)
	a.refused(http.MethodGet, one, nil, 400, "publicHttpRoutingNotFound")
}

func TestPorts(t *testing.T) {
	t.Parallel()
	a := start(t)
	service := "/service-stack/" + a.sim.ServiceID("eshop-production", "db")
	body := func(public int) map[string]any {
		return map[string]any{
			"publicIpType": "IP_V4", "publicPort": public, "internalPort": 5432, "internalProtocol": "tcp",
			"firewallPolicy": "WHITELIST", "firewallIpRanges": []string{"203.0.113.0/24"}, "firewallAllowMyIp": false,
		}
	}
	a.refused(http.MethodPost, service+"/public-port-routing", body(443), 400, "publicPortRoutingPortForbidden")
	made := a.ok(http.MethodPost, service+"/public-port-routing", body(15432))
	a.refused(http.MethodPost, service+"/public-port-routing", body(15432), 400, "publicPortRoutingDuplicatePort")
	a.finished(a.ok(http.MethodPut, "/project/"+a.sim.ProjectID("eshop-production")+"/sync-public-port-routing", nil))
	if row := a.get("/public-port-routing/" + made["id"].(string)); row["isSynced"] != true {
		t.Errorf("after the sync: %v", row)
	}
	staging := "/service-stack/" + a.sim.ServiceID("eshop-staging", "db")
	a.refused(http.MethodPost, staging+"/public-port-routing", body(15432), 400, "publicIpRequestRequired")
	a.finished(a.ok(http.MethodPut, "/project/"+a.sim.ProjectID("eshop-staging")+"/request-ipv4", nil))
	a.ok(http.MethodPost, staging+"/public-port-routing", body(15432))
}

func TestScaling(t *testing.T) {
	t.Parallel()
	a := start(t)
	service := "/service-stack/" + a.sim.ServiceID("eshop-staging", "app")
	vertical := func(v map[string]any) map[string]any {
		return map[string]any{"customAutoscaling": map[string]any{"verticalAutoscaling": v, "horizontalAutoscaling": nil}}
	}
	path := service + "/autoscaling"
	if answer := a.ok(http.MethodPut, path, vertical(map[string]any{"maxResource": map[string]any{"memoryGBytes": 12}})); answer["process"] != nil {
		t.Errorf("a higher limit needs a process: %v", answer)
	}
	answer := a.ok(http.MethodPut, path, map[string]any{"customAutoscaling": map[string]any{"horizontalAutoscaling": map[string]any{"minContainerCount": 2, "maxContainerCount": 4}}})
	a.finished(answer["process"].(map[string]any))
	if boxes := a.get(service + "/container"); boxes["totalCount"] != 2.0 {
		t.Errorf("containers: %v", boxes["totalCount"])
	}
	custom := a.get(service)["customAutoscaling"].(map[string]any)
	if custom["verticalAutoscaling"] != nil {
		t.Errorf("overrides that were left out are still there: %v", custom)
	}
	a.refused(http.MethodPut, path, vertical(map[string]any{"minResource": map[string]any{"cpuCoreCount": 41}}), 400, "valueMustNotBeMoreThan")
	a.refused(http.MethodPut, path, vertical(map[string]any{"minResource": map[string]any{"memoryGBytes": 9}, "maxResource": map[string]any{"memoryGBytes": 2}}), 400, "invalidCustomAutoscalingValue")
	a.ok(http.MethodPut, path, vertical(map[string]any{"cpuMode": "DEDICATED"}))
	a.refused(http.MethodPut, path, vertical(map[string]any{"cpuMode": "SHARED"}), 400, "lastCpuModeChangeTooRecent")
	database := "/service-stack/" + a.sim.ServiceID("eshop-staging", "db") + "/autoscaling"
	a.refused(http.MethodPut, database, map[string]any{"customAutoscaling": map[string]any{"horizontalAutoscaling": map[string]any{"minContainerCount": 2}}}, 400, "customHorizontalAutoscalingForbiddenForThisStackCategory")
	a.refused(http.MethodPut, database, map[string]any{"autoscalingProfileId": "nope"}, 400, "autoscalingProfileNotFound")
}

func TestStorage(t *testing.T) {
	t.Parallel()
	a := start(t)
	app, disk := a.sim.ServiceID("eshop-production", "api"), a.sim.ServiceID("eshop-production", "uploads")
	body := map[string]any{"sharedStorageId": disk}
	a.finished(a.ok(http.MethodPut, "/service-stack/"+app+"/connect-shared-storage", body))
	if mounts := rows(t, a.get("/service-stack/" + app)["connectedStacks"]); len(mounts) != 1 || mounts[0]["status"] != "ACTIVE" {
		t.Errorf("mounts: %v", mounts)
	}
	a.finished(a.ok(http.MethodPut, "/service-stack/"+app+"/disconnect-shared-storage", body))
	a.refused(http.MethodPut, "/service-stack/"+app+"/disconnect-shared-storage", body, 400, "serviceStackConnectionNotFound")
	other := a.sim.ServiceID("eshop-staging", "app")
	a.refused(http.MethodPut, "/service-stack/"+other+"/connect-shared-storage", body, 400, "sharedStorageInvalidProject")
}

func TestProjectStates(t *testing.T) {
	t.Parallel()
	a := start(t)
	project := "/project/" + a.sim.ProjectID("docs-site")
	a.finished(a.ok(http.MethodPut, project+"/stop", nil))
	if p := a.get(project); p["status"] != "STOPPED" {
		t.Errorf("the project is %v", p["status"])
	}
	docs := "/service-stack/" + a.sim.ServiceID("docs-site", "docs")
	if s := a.get(docs); s["status"] != "STOPPED" {
		t.Errorf("its service is %v", s["status"])
	}
	a.refused(http.MethodPut, docs+"/start", nil, 400, "projectIsNotActive")
	a.finished(a.ok(http.MethodPut, project+"/start", nil))
	if s := a.get(docs); s["status"] != "ACTIVE" {
		t.Errorf("after the start the service is %v", s["status"])
	}
	failed := "/service-stack/" + a.sim.ServiceID("ml-experiments", "trainer")
	a.refused(http.MethodPut, failed+"/restart", nil, 400, "serviceStackIsFailed")
	a.finished(a.ok(http.MethodPut, failed+"/stop", nil))
	a.finished(a.ok(http.MethodPut, failed+"/start", nil))
	a.refused(http.MethodPut, failed+"/reload", nil, 400, "serviceStackReloadNotAvailable")

	changed := a.ok(http.MethodPut, project, map[string]any{"name": "docs", "tagList": []string{"a"}, "publicIpV4Shared": true, "description": nil})
	if changed["name"] != "docs" || changed["description"] != nil {
		t.Errorf("after the update: %v", changed)
	}
	production := "/project/" + a.sim.ProjectID("eshop-production")
	blind := a.ok(http.MethodPut, production, map[string]any{"name": "eshop-production", "tagList": []string{}, "publicIpV4Shared": false})
	if blind["maxCreditLimit"] != nil {
		t.Errorf("a blind write kept the credit limit: %v", blind)
	}
	a.refused(http.MethodPut, production, map[string]any{"name": "x", "publicIpV4Shared": false}, 400, "invalidUserInput")
}

func TestTeam(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := "/client/" + a.sim.OrgID("Northwind Trading")
	if members := rows(t, a.get(org + "/user/list")["clientUserList"]); len(members) < 5 {
		t.Errorf("members: %d", len(members))
	}
	body := map[string]any{
		"name": "ci", "roleCode": "NO_ACCESS", "canViewFinances": false, "canEditFinances": false, "canCreateProjects": false,
		"projects": []any{map[string]any{"projectId": a.sim.ProjectID("blog"), "roleCode": "READ_ONLY"}},
	}
	a.as(simulator.ProjectToken).refused(http.MethodPost, org+"/integration-token", body, 403, "notAllowedForIntegrationTokenWithoutDelegation")
	made := a.ok(http.MethodPost, org+"/integration-token", body)
	value := made["token"].(string)
	a.as(value).get("/project/" + a.sim.ProjectID("blog"))
	a.as(value).refused(http.MethodPut, "/service-stack/"+a.sim.ServiceID("blog", "ghost")+"/restart", nil, 403, "insufficientPermissions")
	one := org + "/integration-token/" + made["id"].(string)
	if listed := pick(t, a.get(org + "/integration-token/list")["list"], "id", made["id"]); listed["token"] != nil {
		t.Error("a list shows the value of a token")
	}
	fresh := a.ok(http.MethodPut, one+"/regenerate", nil)["token"].(string)
	a.as(value).refused(http.MethodGet, "/user/info", nil, 401, "notAuthorized")
	a.ok(http.MethodDelete, one, nil)
	a.as(fresh).refused(http.MethodGet, "/user/info", nil, 401, "notAuthorized")
	a.refused(http.MethodDelete, one, nil, 400, "clientUserConnectionNotFound")

	personal := a.ok(http.MethodPost, "/user-token", map[string]any{"name": "laptop"})
	a.as(personal["token"].(string)).get("/user/info")
	a.ok(http.MethodDelete, "/user-token/"+personal["id"].(string), nil)
	a.as(personal["token"].(string)).refused(http.MethodGet, "/user/info", nil, 401, "notAuthorized")
	for _, secret := range []string{value, fresh, personal["token"].(string)} {
		if !strings.Contains(strings.Join(a.sim.Secrets(), "\n"), secret) {
			t.Error("a secret that was handed out is not among Secrets")
		}
	}
}

func TestVPNAndBalancer(t *testing.T) {
	t.Parallel()
	a := start(t)
	project := "/project/" + a.sim.ProjectID("homelab")
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	a.refused(http.MethodPost, project+"/vpn", map[string]any{"publicKey": "short"}, 400, "invalidVpnPublicKey")
	a.ok(http.MethodPost, project+"/vpn", map[string]any{"publicKey": key})
	if peers := rows(t, a.get(project + "/vpn/list")["peers"]); len(peers) != 1 {
		t.Errorf("peers: %v", peers)
	}
	a.get(project + "/vpn/" + escape(key))
	a.ok(http.MethodDelete, project+"/vpn", map[string]any{"publicKey": key})
	a.refused(http.MethodGet, project+"/vpn/"+escape(key), nil, 400, "vpnPublicKeyNotFound")

	path := project + "/l7httpbalancer-config"
	a.finished(a.ok(http.MethodPut, path, map[string]any{"values": []any{map[string]any{"name": "client_max_body_size", "value": "64m"}}}))
	if value := pick(t, a.get(path)["values"], "name", "client_max_body_size"); value["current"] != "64m" {
		t.Errorf("balancer: %v", value)
	}
}
