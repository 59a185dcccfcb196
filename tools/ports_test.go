package tools_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

func TestPublicPorts(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) {
				s.version = era
				twoStep(s)
			})
			add := args{"project": staging, "service": "db", "port": "5433", "internal_port": 5432, "allow_from": "198.51.100.7"}
			r := h.call("add_port", add).status("done")
			if r.get("port.ip") != "ipv6" || r.get("port.applied") != true || r.get("port.firewall") != "only these ranges" || r.get("port.ranges.0") != "198.51.100.7/32" {
				t.Errorf("got %s", r.raw)
			}
			if !strings.HasSuffix(r.str("address"), "]:5433") {
				t.Errorf("address %s", r.str("address"))
			}
			writes := h.writes()
			h.call("add_port", add).status("unchanged")
			if h.writes() != writes {
				t.Error("the second call wrote something")
			}
			items := h.call("list_ports", args{"project": staging}).items()
			if len(items) != 2 || items[0]["service"] != "db" || items[0]["port"] != float64(5433) || items[0]["internal_port"] != float64(5432) {
				t.Errorf("list: %v", items)
			}
			if other := h.call("list_ports", args{"project": staging, "service": "app"}).items(); len(other) != 0 {
				t.Errorf("app has ports: %v", other)
			}
			remove := args{"project": staging, "service": "db", "port": 5433}
			if done := h.confirmed("remove_port", remove).status("done"); done.get("removed") != true {
				t.Errorf("got %s", done.raw)
			}
			h.call("remove_port", remove).status("unchanged")
		})
	}
}

// TestAddPortNeverBuysAnAddress: a dedicated IPv4 costs money, so the answer says
// so and nothing is sent.
func TestAddPortNeverBuysAnAddress(t *testing.T) {
	t.Parallel()
	h := start(t)
	e := h.call("add_port", args{"project": staging, "service": "db", "port": 5433, "internal_port": 5432, "ip": "ipv4"}).fails("conflict")
	if !strings.Contains(e["hint"].(string), "USD") || h.writes() != 0 {
		t.Errorf("got %v, %d writes", e, h.writes())
	}
}

func TestAddPortRefusals(t *testing.T) {
	t.Parallel()
	h := start(t)
	base := args{"project": staging, "service": "db", "port": 5433, "internal_port": 5432}
	with := func(more args) args {
		a := args{}
		maps.Copy(a, base)
		maps.Copy(a, more)
		return a
	}
	for field, a := range map[string]args{
		"allow_from": with(args{"allow_from": []string{"10.0.0.0/99"}}),
		"deny_from":  with(args{"allow_from": []string{"10.0.0.0/8"}, "deny_from": []string{"10.1.0.0/16"}}),
		"protocol":   with(args{"protocol": "sctp"}),
		"port":       with(args{"port": 70000}),
	} {
		if e := h.call("add_port", a).fails("invalid_arguments"); lookup(e, "fields.0.field") != field {
			t.Errorf("%s: %v", field, e)
		}
	}
	// The platform's own words reach the caller.
	e := h.call("add_port", with(args{"internal_port": 9999})).fails("not_found")
	if e["api_code"] != "portNotFound" {
		t.Errorf("got %v", e)
	}
	h.call("add_port", base).status("done")
	for name, more := range map[string]args{
		"other target":   {"internal_port": 5431},
		"other firewall": {"deny_from": []string{"10.0.0.0/8"}},
		"other service":  {"service": "cache", "internal_port": 6379},
	} {
		if e := h.call("add_port", with(more)).fails("conflict"); !strings.Contains(e["message"].(string), "db") {
			t.Errorf("%s: %v", name, e)
		}
	}
	h = start(t, func(s *setup) { s.token = simulator.OrgReadToken })
	h.call("add_port", base).fails("forbidden")
}

func TestPortDraftsOfOthers(t *testing.T) {
	t.Parallel()
	h := start(t, twoStep)
	h.call("write_api", args{
		"operation": "PostServiceStackPublicPortRouting", "path": args{"id": h.sim.ServiceID(staging, "cache")},
		"body": args{
			"publicIpType": "IP_V6", "publicPort": 6380, "internalPort": 6379, "internalProtocol": "tcp",
			"firewallPolicy": "BLACKLIST", "firewallIpRanges": []string{}, "firewallAllowMyIp": false,
		},
	}).ok()
	add := args{"project": staging, "service": "db", "port": 5433, "internal_port": 5432}
	e := h.call("add_port", add).fails("conflict")
	if !strings.Contains(e["message"].(string), "6380") || h.sent("PutProjectSyncPublicPortRouting") != 0 {
		t.Errorf("got %v", e)
	}
	// Asking for the draft itself applies it.
	h.call("add_port", args{"project": staging, "service": "cache", "port": 6380, "internal_port": 6379}).status("done")
	h.call("add_port", add).status("done")
}

func TestPortFailures(t *testing.T) {
	t.Parallel()
	h := start(t)
	add := args{"project": staging, "service": "db", "port": 5433, "internal_port": 5432}
	h.sim.FailNext("project.syncPublicPortRouting", "internalServerError", "the firewall is away")
	r := h.call("add_port", add).status("failed")
	if r.get("port.applied") != false || !strings.Contains(r.str("processes.0.error"), "firewall") {
		t.Errorf("got %s", r.raw)
	}
	h.sim.Fail(simulator.Fault{Operation: "PutProjectSyncPublicPortRouting", Status: 400, Code: "publicPortRoutingSyncRunning", Times: 1})
	h.call("add_port", add).status("done")

	// A list that cannot be read completely is said to be so.
	h.sim.Fail(simulator.Fault{Operation: "GetServiceStackPublicPortRouting", Path: "/service-stack/" + h.sim.ServiceID(staging, "app") + "/public-port-routing", Status: 403, Code: "insufficientPermissions"})
	list := h.call("list_ports", args{"project": staging})
	if len(list.items()) != 2 || !strings.HasPrefix(list.str("incomplete.0"), "app:") {
		t.Errorf("got %s", list.raw)
	}
}

func TestRemovePortIsConfirmed(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		h := start(t, func(s *setup) {
			s.version, s.elicit = era, answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true})
		})
		h.call("add_port", args{"project": staging, "service": "db", "port": 5433, "internal_port": 5432}).status("done")
		h.call("remove_port", args{"project": staging, "service": "db", "port": 5433, "protocol": "tcp", "ip": "ipv6"}).status("done")
	}
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmHuman } })
	h.call("add_port", args{"project": staging, "service": "db", "port": 5433, "internal_port": 5432}).status("done")
	h.call("remove_port", args{"project": staging, "service": "db", "port": 5433}).fails("blocked")
}
