package network_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// domains lists the domain names of a project.
func domains(h *tooltest.Harness, project string) []string {
	h.T.Helper()
	var names []string
	for _, d := range h.Call("list_domains", tooltest.Args{"project": project}).Items() {
		names = append(names, d["domain"].(string))
	}
	return names
}

func TestListDomainsTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := h.Call("list_domains", tooltest.Args{"project": "eshop-production"})
	items := r.Items()
	if len(items) != 2 || items[0]["domain"] != "shop.example.com" || items[1]["domain"] != "shop.example.org" {
		t.Fatalf("got %s", r.Raw)
	}
	good, bad := items[0], items[1]
	if good["dns_status"] != "OK" || good["ssl_status"] != "ACTIVE" || good["certificate_until"] == nil || good["applied"] != true {
		t.Errorf("good: %v", good)
	}
	if bad["dns_status"] != "FAILED" || !strings.Contains(bad["problem"].(string), "points to this project") {
		t.Errorf("bad: %v", bad)
	}
	if tooltest.Lookup(good, "routes.0.service") != "app" || tooltest.Lookup(good, "routes.0.path") != "/" {
		t.Errorf("routes: %v", good["routes"])
	}
	if r.Get("dns_records.0.type") != "A" || r.Get("dns_records.0.value") != "203.0.113.24" {
		t.Errorf("records: %s", r.Raw)
	}
}

func TestAddDomain(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			add := tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "https://Shop-Staging.Example.com/"}
			r := h.Call("add_domain", add).Status("done")
			if r.Get("domain.domain") != "shop-staging.example.com" || r.Get("domain.applied") != true || r.Get("domain.ssl") != true {
				t.Errorf("got %s", r.Raw)
			}
			if len(r.Get("processes").([]any)) != 1 || r.Get("dns_records") == nil {
				t.Errorf("got %s", r.Raw)
			}
			writes := h.Writes()
			again := h.Call("add_domain", add).Status("unchanged")
			if again.Get("domain.dns_status") != "OK" || again.Get("domain.ssl_status") != "ACTIVE" || h.Writes() != writes {
				t.Errorf("again: %s, %d writes more", again.Raw, h.Writes()-writes)
			}
			// One more path keeps what is there.
			h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "api", "domain": "shop-staging.example.com", "path": "/api"}).Status("done")
			domain := h.Call("list_domains", tooltest.Args{"project": tooltest.Staging}).Items()[0]
			if tooltest.Lookup(domain, "routes.0.service") != "app" || tooltest.Lookup(domain, "routes.1.service") != "api" || tooltest.Lookup(domain, "routes.1.path") != "/api" {
				t.Errorf("routes: %v", domain["routes"])
			}
		})
	}
}

// TestAddDomainRechecksDNS: a domain whose DNS is wrong stays unchanged, and the
// platform is asked to look again.
func TestAddDomainRechecksDNS(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	add := tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "wrong.example.org"}
	h.Call("add_domain", add).Status("done")
	r := h.Call("add_domain", add).Status("unchanged")
	if h.Sent("PutPublicHttpRoutingTriggerDomainsDnsCheck") != 1 || !strings.Contains(r.Str("message"), "again") {
		t.Errorf("got %s", r.Raw)
	}
}

func TestAddDomainConflicts(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "a.example.com"}).Status("done")
	writes := h.Writes()
	for name, a := range map[string]tooltest.Args{
		"other service": {"project": tooltest.Staging, "service": "api", "domain": "a.example.com"},
		"other ssl":     {"project": tooltest.Staging, "service": "app", "domain": "a.example.com", "ssl": false},
	} {
		e := h.Call("add_domain", a).Fails("conflict")
		if !strings.Contains(e["message"].(string), "nothing was changed") {
			t.Errorf("%s: %v", name, e)
		}
	}
	if h.Writes() != writes {
		t.Error("a refused change wrote something")
	}
	// Taken in another project: the platform knows, this project does not.
	e := h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "shop.example.com"}).Fails("conflict")
	if e["api_code"] != "publicHttpRoutingDuplicateDomainNameInAnotherRouting" || !strings.Contains(e["hint"].(string), "remove_domain") {
		t.Errorf("got %v", e)
	}
	for field, a := range map[string]tooltest.Args{
		"domain": {"project": tooltest.Staging, "service": "app", "domain": "not a domain"},
		"path":   {"project": tooltest.Staging, "service": "app", "domain": "b.example.com", "path": "api"},
		"port":   {"project": tooltest.Staging, "service": "app", "domain": "b.example.com", "port": 4444},
	} {
		if e := h.Call("add_domain", a).Fails("invalid_arguments"); tooltest.Lookup(e, "fields.0.field") != field {
			t.Errorf("%s: %v", field, e)
		}
	}
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "x.prg1.zerops.app"}).Fails("invalid_arguments")
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "db", "domain": "b.example.com"}).Fails("unsupported")
}

// TestAddDomainDoesNotApplyForeignDrafts: one call applies all drafts of a
// project, so drafts of others stop it.
func TestAddDomainDoesNotApplyForeignDrafts(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	draftDomain(h, tooltest.Staging, "app", "draft.example.com")
	e := h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "mine.example.com"}).Fails("conflict")
	if !strings.Contains(e["message"].(string), "draft.example.com") || h.Sent("PutProjectSyncPublicHttpRouting") != 0 {
		t.Errorf("got %v", e)
	}
	if slices.Contains(domains(h, tooltest.Staging), "mine.example.com") {
		t.Error("a draft was left behind")
	}
	// The draft itself can be applied by asking for the same.
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "draft.example.com"}).Status("done")
}

// draftDomain makes a draft the way another client would.
func draftDomain(h *tooltest.Harness, project, service, domain string) {
	h.T.Helper()
	id := h.Sim.ServiceID(project, service)
	port := h.Call("get_service", tooltest.Args{"service": id}).Get("ports.0.port")
	h.Call("write_api", tooltest.Args{
		"operation": "PostProjectPublicHttpRouting", "path": tooltest.Args{"id": h.Sim.ProjectID(project)},
		"body": tooltest.Args{"sslEnabled": true, "domains": []string{domain}, "locations": []tooltest.Args{{"path": "/", "port": port, "serviceStackId": id}}},
	}).Ok()
}

func TestAddDomainWaitsForARunningSync(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "PutProjectSyncPublicHttpRouting", Status: 400, Code: "publicHttpRoutingSyncRunning", Times: 1})
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "a.example.com"}).Status("done")

	// Somebody else edited the routing in between: it is read and sent once more.
	h.Sim.Fail(simulator.Fault{Operation: "PutPublicHttpRouting", Status: 400, Code: "publicHttpRoutingVersionMismatch", Times: 1})
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "api", "domain": "a.example.com", "path": "/api"}).Status("done")
	if n := h.Sent("PutPublicHttpRouting"); n != 2 {
		t.Errorf("%d updates, want 2", n)
	}
	h.Sim.Fail(simulator.Fault{Operation: "PutPublicHttpRouting", Status: 400, Code: "publicHttpRoutingVersionMismatch"})
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "api", "domain": "a.example.com", "path": "/v2"}).Fails("conflict")
}

func TestAddDomainFailures(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.FailNext("project.syncPublicHttpRouting", "internalServerError", "the balancer is away")
	add := tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "a.example.com"}
	r := h.Call("add_domain", add).Status("failed")
	if !strings.Contains(r.Str("message"), "same call") || r.Get("domain.applied") != false {
		t.Errorf("got %s", r.Raw)
	}
	h.Call("add_domain", add).Status("done")

	h.Sim.Hold("project.syncPublicHttpRouting")
	r = h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "b.example.com", "wait_seconds": 0}).Status("in_progress")
	if r.Get("next.tool") != "wait_for" {
		t.Errorf("next: %s", r.Raw)
	}
	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.OrgReadToken })
	h.Call("add_domain", add).Fails("forbidden")
}

func TestRemoveDomainKeepsTheOthers(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.TwoStep)
	id := h.Sim.ServiceID(tooltest.Staging, "app")
	port := h.Call("get_service", tooltest.Args{"service": id}).Get("ports.0.port")
	rules := tooltest.Args{"basicAuth": tooltest.Args{"enabled": true, "realm": "x", "users": []tooltest.Args{{"username": "u", "password": "obviously-fake-basic-auth", "comment": ""}}}}
	h.Call("write_api", tooltest.Args{
		"operation": "PostProjectPublicHttpRouting", "path": tooltest.Args{"id": h.Sim.ProjectID(tooltest.Staging)},
		"body": tooltest.Args{
			"sslEnabled": true, "domains": []string{"one.example.com", "two.example.com"},
			"locations": []tooltest.Args{{"path": "/", "port": port, "serviceStackId": id, "config": rules}},
		},
	}).Ok()
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "one.example.com"}).Status("done")
	if d := h.Call("list_domains", tooltest.Args{"project": tooltest.Staging}).Items()[0]; tooltest.Lookup(d, "shared_with.0") != "two.example.com" || tooltest.Lookup(d, "routes.0.rules") != true {
		t.Errorf("got %v", d)
	}
	remove := tooltest.Args{"project": tooltest.Staging, "domain": "one.example.com"}
	first := h.Call("remove_domain", remove).Status("confirmation_required")
	if h.Sent("PutPublicHttpRouting") != 0 || !strings.Contains(first.Str("plan.summary"), "one.example.com") {
		t.Errorf("first step: %s", first.Raw)
	}
	done := h.Confirmed("remove_domain", remove).Status("done")
	if left := domains(h, tooltest.Staging); done.Get("removed") != true || slices.Contains(left, "one.example.com") || !slices.Contains(left, "two.example.com") {
		t.Errorf("got %s, domains %v", done.Raw, domains(h, tooltest.Staging))
	}
	// The rules of the routing are still there, passwords included.
	for _, r := range h.Sim.Requests() {
		if r.Operation == "PutPublicHttpRouting" && !strings.Contains(string(r.Body), "obviously-fake-basic-auth") {
			t.Errorf("the update dropped the rules: %s", r.Body)
		}
	}
	again := h.Call("remove_domain", remove).Status("unchanged")
	if again.Get("removed") != true || !strings.Contains(again.Str("message"), "two.example.com") {
		t.Errorf("again: %s", again.Raw)
	}
	h.Confirmed("remove_domain", tooltest.Args{"project": tooltest.Staging, "domain": "two.example.com"}).Status("done")
	if left := domains(h, tooltest.Staging); slices.Contains(left, "two.example.com") {
		t.Errorf("left: %v", left)
	}
}

func TestRemoveDomainIsGuarded(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.TwoStep)
	e := h.Call("remove_domain", tooltest.Args{"project": "eshop-production", "domain": "shop.example.com"}).Fails("blocked")
	if !strings.Contains(e["message"].(string), "protected") {
		t.Errorf("got %v", e)
	}
	// The service this server runs in keeps its domain.
	app := h.Sim.ServiceID(tooltest.Staging, "app")
	elsewhere := tooltest.Start(t)
	elsewhere.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "own.example.com"}).Status("done")
	h = elsewhere.Beside(func(c *tool.Config) { c.Confirm, c.OwnService = tool.ConfirmTwoStep, app })
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "second.example.com"}).Fails("blocked")
	h.Call("remove_domain", tooltest.Args{"project": tooltest.Staging, "domain": "own.example.com"}).Fails("blocked")
	// A draft of somebody else is part of what is confirmed.
	h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "api", "domain": "api.example.com"}).Status("done")
	draftDomain(h, tooltest.Staging, "api", "draft.example.com")
	r := h.Call("remove_domain", tooltest.Args{"project": tooltest.Staging, "domain": "api.example.com"}).Status("confirmation_required")
	if !strings.Contains(r.Str("plan.changes.0"), "draft.example.com") {
		t.Errorf("plan: %s", r.Raw)
	}
}

// TestRemoveDomainAsksThePerson in both protocol eras.
func TestRemoveDomainAsksThePerson(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		for _, row := range []struct {
			name    string
			content map[string]any
			action  mcp.ElicitationResponseAction
			removed bool
		}{
			{"yes", nil, mcp.ElicitationResponseActionAccept, true},
			{"a no in it", map[string]any{"confirm": false}, mcp.ElicitationResponseActionAccept, false},
			{"no", nil, mcp.ElicitationResponseActionDecline, false},
		} {
			t.Run(era+" "+row.name, func(t *testing.T) {
				t.Parallel()
				h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version, s.Elicit = era, tooltest.Answer(row.action, row.content) })
				h.Call("add_domain", tooltest.Args{"project": tooltest.Staging, "service": "app", "domain": "a.example.com"}).Status("done")
				r := h.Call("remove_domain", tooltest.Args{"project": tooltest.Staging, "domain": "a.example.com"})
				if row.removed {
					r.Status("done")
				} else {
					r.Fails("declined")
				}
				if left := domains(h, tooltest.Staging); slices.Contains(left, "a.example.com") == row.removed {
					t.Errorf("left: %v", left)
				}
			})
		}
	}
}
