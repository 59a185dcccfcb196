package tools_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// domains lists the domain names of a project.
func (h *harness) domains(project string) []string {
	h.t.Helper()
	var names []string
	for _, d := range h.call("list_domains", args{"project": project}).items() {
		names = append(names, d["domain"].(string))
	}
	return names
}

// sent counts the requests of an operation.
func (h *harness) sent(operation string) int {
	n := 0
	for _, r := range h.sim.Requests() {
		if r.Operation == operation {
			n++
		}
	}
	return n
}

// twoStep makes the harness confirm by a second call.
func twoStep(s *setup) {
	s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmTwoStep }
}

func TestListDomainsTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("list_domains", args{"project": "eshop-production"})
	items := r.items()
	if len(items) != 2 || items[0]["domain"] != "shop.example.com" || items[1]["domain"] != "shop.example.org" {
		t.Fatalf("got %s", r.raw)
	}
	good, bad := items[0], items[1]
	if good["dns_status"] != "OK" || good["ssl_status"] != "ACTIVE" || good["certificate_until"] == nil || good["applied"] != true {
		t.Errorf("good: %v", good)
	}
	if bad["dns_status"] != "FAILED" || !strings.Contains(bad["problem"].(string), "points to this project") {
		t.Errorf("bad: %v", bad)
	}
	if lookup(good, "routes.0.service") != "app" || lookup(good, "routes.0.path") != "/" {
		t.Errorf("routes: %v", good["routes"])
	}
	if r.get("dns_records.0.type") != "A" || r.get("dns_records.0.value") != "203.0.113.24" {
		t.Errorf("records: %s", r.raw)
	}
}

func TestAddDomain(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.version = era })
			add := args{"project": staging, "service": "app", "domain": "https://Shop-Staging.Example.com/"}
			r := h.call("add_domain", add).status("done")
			if r.get("domain.domain") != "shop-staging.example.com" || r.get("domain.applied") != true || r.get("domain.ssl") != true {
				t.Errorf("got %s", r.raw)
			}
			if len(r.get("processes").([]any)) != 1 || r.get("dns_records") == nil {
				t.Errorf("got %s", r.raw)
			}
			writes := h.writes()
			again := h.call("add_domain", add).status("unchanged")
			if again.get("domain.dns_status") != "OK" || again.get("domain.ssl_status") != "ACTIVE" || h.writes() != writes {
				t.Errorf("again: %s, %d writes more", again.raw, h.writes()-writes)
			}
			// One more path keeps what is there.
			h.call("add_domain", args{"project": staging, "service": "api", "domain": "shop-staging.example.com", "path": "/api"}).status("done")
			domain := h.call("list_domains", args{"project": staging}).items()[0]
			if lookup(domain, "routes.0.service") != "app" || lookup(domain, "routes.1.service") != "api" || lookup(domain, "routes.1.path") != "/api" {
				t.Errorf("routes: %v", domain["routes"])
			}
		})
	}
}

// TestAddDomainRechecksDNS: a domain whose DNS is wrong stays unchanged, and the
// platform is asked to look again.
func TestAddDomainRechecksDNS(t *testing.T) {
	t.Parallel()
	h := start(t)
	add := args{"project": staging, "service": "app", "domain": "wrong.example.org"}
	h.call("add_domain", add).status("done")
	r := h.call("add_domain", add).status("unchanged")
	if h.sent("PutPublicHttpRoutingTriggerDomainsDnsCheck") != 1 || !strings.Contains(r.str("message"), "again") {
		t.Errorf("got %s", r.raw)
	}
}

func TestAddDomainConflicts(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.call("add_domain", args{"project": staging, "service": "app", "domain": "a.example.com"}).status("done")
	writes := h.writes()
	for name, a := range map[string]args{
		"other service": {"project": staging, "service": "api", "domain": "a.example.com"},
		"other ssl":     {"project": staging, "service": "app", "domain": "a.example.com", "ssl": false},
	} {
		e := h.call("add_domain", a).fails("conflict")
		if !strings.Contains(e["message"].(string), "nothing was changed") {
			t.Errorf("%s: %v", name, e)
		}
	}
	if h.writes() != writes {
		t.Error("a refused change wrote something")
	}
	// Taken in another project: the platform knows, this project does not.
	e := h.call("add_domain", args{"project": staging, "service": "app", "domain": "shop.example.com"}).fails("conflict")
	if e["api_code"] != "publicHttpRoutingDuplicateDomainNameInAnotherRouting" || !strings.Contains(e["hint"].(string), "remove_domain") {
		t.Errorf("got %v", e)
	}
	for field, a := range map[string]args{
		"domain": {"project": staging, "service": "app", "domain": "not a domain"},
		"path":   {"project": staging, "service": "app", "domain": "b.example.com", "path": "api"},
		"port":   {"project": staging, "service": "app", "domain": "b.example.com", "port": 4444},
	} {
		if e := h.call("add_domain", a).fails("invalid_arguments"); lookup(e, "fields.0.field") != field {
			t.Errorf("%s: %v", field, e)
		}
	}
	h.call("add_domain", args{"project": staging, "service": "app", "domain": "x.prg1.zerops.app"}).fails("invalid_arguments")
	h.call("add_domain", args{"project": staging, "service": "db", "domain": "b.example.com"}).fails("unsupported")
}

// TestAddDomainDoesNotApplyForeignDrafts: one call applies all drafts of a
// project, so drafts of others stop it.
func TestAddDomainDoesNotApplyForeignDrafts(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.draftDomain(staging, "app", "draft.example.com")
	e := h.call("add_domain", args{"project": staging, "service": "app", "domain": "mine.example.com"}).fails("conflict")
	if !strings.Contains(e["message"].(string), "draft.example.com") || h.sent("PutProjectSyncPublicHttpRouting") != 0 {
		t.Errorf("got %v", e)
	}
	if slices.Contains(h.domains(staging), "mine.example.com") {
		t.Error("a draft was left behind")
	}
	// The draft itself can be applied by asking for the same.
	h.call("add_domain", args{"project": staging, "service": "app", "domain": "draft.example.com"}).status("done")
}

// draftDomain makes a draft the way another client would.
func (h *harness) draftDomain(project, service, domain string) {
	h.t.Helper()
	id := h.sim.ServiceID(project, service)
	port := h.call("get_service", args{"service": id}).get("ports.0.port")
	h.call("write_api", args{
		"operation": "PostProjectPublicHttpRouting", "path": args{"id": h.sim.ProjectID(project)},
		"body": args{"sslEnabled": true, "domains": []string{domain}, "locations": []args{{"path": "/", "port": port, "serviceStackId": id}}},
	}).ok()
}

func TestAddDomainWaitsForARunningSync(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.sim.Fail(simulator.Fault{Operation: "PutProjectSyncPublicHttpRouting", Status: 400, Code: "publicHttpRoutingSyncRunning", Times: 1})
	h.call("add_domain", args{"project": staging, "service": "app", "domain": "a.example.com"}).status("done")

	// Somebody else edited the routing in between: it is read and sent once more.
	h.sim.Fail(simulator.Fault{Operation: "PutPublicHttpRouting", Status: 400, Code: "publicHttpRoutingVersionMismatch", Times: 1})
	h.call("add_domain", args{"project": staging, "service": "api", "domain": "a.example.com", "path": "/api"}).status("done")
	if n := h.sent("PutPublicHttpRouting"); n != 2 {
		t.Errorf("%d updates, want 2", n)
	}
	h.sim.Fail(simulator.Fault{Operation: "PutPublicHttpRouting", Status: 400, Code: "publicHttpRoutingVersionMismatch"})
	h.call("add_domain", args{"project": staging, "service": "api", "domain": "a.example.com", "path": "/v2"}).fails("conflict")
}

func TestAddDomainFailures(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.sim.FailNext("project.syncPublicHttpRouting", "internalServerError", "the balancer is away")
	add := args{"project": staging, "service": "app", "domain": "a.example.com"}
	r := h.call("add_domain", add).status("failed")
	if !strings.Contains(r.str("message"), "same call") || r.get("domain.applied") != false {
		t.Errorf("got %s", r.raw)
	}
	h.call("add_domain", add).status("done")

	h.sim.Hold("project.syncPublicHttpRouting")
	r = h.call("add_domain", args{"project": staging, "service": "app", "domain": "b.example.com", "wait_seconds": 0}).status("in_progress")
	if r.get("next.tool") != "wait_for" {
		t.Errorf("next: %s", r.raw)
	}
	h = start(t, func(s *setup) { s.token = simulator.OrgReadToken })
	h.call("add_domain", add).fails("forbidden")
}

func TestRemoveDomainKeepsTheOthers(t *testing.T) {
	t.Parallel()
	h := start(t, twoStep)
	id := h.sim.ServiceID(staging, "app")
	port := h.call("get_service", args{"service": id}).get("ports.0.port")
	rules := args{"basicAuth": args{"enabled": true, "realm": "x", "users": []args{{"username": "u", "password": "obviously-fake-basic-auth", "comment": ""}}}}
	h.call("write_api", args{
		"operation": "PostProjectPublicHttpRouting", "path": args{"id": h.sim.ProjectID(staging)},
		"body": args{
			"sslEnabled": true, "domains": []string{"one.example.com", "two.example.com"},
			"locations": []args{{"path": "/", "port": port, "serviceStackId": id, "config": rules}},
		},
	}).ok()
	h.call("add_domain", args{"project": staging, "service": "app", "domain": "one.example.com"}).status("done")
	if d := h.call("list_domains", args{"project": staging}).items()[0]; lookup(d, "shared_with.0") != "two.example.com" || lookup(d, "routes.0.rules") != true {
		t.Errorf("got %v", d)
	}
	remove := args{"project": staging, "domain": "one.example.com"}
	first := h.call("remove_domain", remove).status("confirmation_required")
	if h.sent("PutPublicHttpRouting") != 0 || !strings.Contains(first.str("plan.summary"), "one.example.com") {
		t.Errorf("first step: %s", first.raw)
	}
	done := h.confirmed("remove_domain", remove).status("done")
	if left := h.domains(staging); done.get("removed") != true || slices.Contains(left, "one.example.com") || !slices.Contains(left, "two.example.com") {
		t.Errorf("got %s, domains %v", done.raw, h.domains(staging))
	}
	// The rules of the routing are still there, passwords included.
	for _, r := range h.sim.Requests() {
		if r.Operation == "PutPublicHttpRouting" && !strings.Contains(string(r.Body), "obviously-fake-basic-auth") {
			t.Errorf("the update dropped the rules: %s", r.Body)
		}
	}
	again := h.call("remove_domain", remove).status("unchanged")
	if again.get("removed") != true || !strings.Contains(again.str("message"), "two.example.com") {
		t.Errorf("again: %s", again.raw)
	}
	h.confirmed("remove_domain", args{"project": staging, "domain": "two.example.com"}).status("done")
	if left := h.domains(staging); slices.Contains(left, "two.example.com") {
		t.Errorf("left: %v", left)
	}
}

func TestRemoveDomainIsGuarded(t *testing.T) {
	t.Parallel()
	h := start(t, twoStep)
	e := h.call("remove_domain", args{"project": "eshop-production", "domain": "shop.example.com"}).fails("blocked")
	if !strings.Contains(e["message"].(string), "protected") {
		t.Errorf("got %v", e)
	}
	// The service this server runs in keeps its domain.
	app := h.sim.ServiceID(staging, "app")
	elsewhere := start(t)
	elsewhere.call("add_domain", args{"project": staging, "service": "app", "domain": "own.example.com"}).status("done")
	h = elsewhere.beside(func(c *tools.Config) { c.Confirm, c.OwnService = tools.ConfirmTwoStep, app })
	h.call("add_domain", args{"project": staging, "service": "app", "domain": "second.example.com"}).fails("blocked")
	h.call("remove_domain", args{"project": staging, "domain": "own.example.com"}).fails("blocked")
	// A draft of somebody else is part of what is confirmed.
	h.call("add_domain", args{"project": staging, "service": "api", "domain": "api.example.com"}).status("done")
	h.draftDomain(staging, "api", "draft.example.com")
	r := h.call("remove_domain", args{"project": staging, "domain": "api.example.com"}).status("confirmation_required")
	if !strings.Contains(r.str("plan.changes.0"), "draft.example.com") {
		t.Errorf("plan: %s", r.raw)
	}
}

// TestRemoveDomainAsksThePerson in both protocol eras.
func TestRemoveDomainAsksThePerson(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		for _, row := range []struct {
			name    string
			content map[string]any
			action  mcp.ElicitationResponseAction
			removed bool
		}{
			{"yes", map[string]any{"confirm": true, "name": "a.example.com"}, mcp.ElicitationResponseActionAccept, true},
			{"other name", map[string]any{"confirm": true, "name": "b.example.com"}, mcp.ElicitationResponseActionAccept, false},
			{"no", nil, mcp.ElicitationResponseActionDecline, false},
		} {
			t.Run(era+" "+row.name, func(t *testing.T) {
				t.Parallel()
				h := start(t, func(s *setup) { s.version, s.elicit = era, answer(row.action, row.content) })
				h.call("add_domain", args{"project": staging, "service": "app", "domain": "a.example.com"}).status("done")
				r := h.call("remove_domain", args{"project": staging, "domain": "a.example.com"})
				if row.removed {
					r.status("done")
				} else {
					r.fails("declined")
				}
				if left := h.domains(staging); slices.Contains(left, "a.example.com") == row.removed {
					t.Errorf("left: %v", left)
				}
			})
		}
	}
}
