package network_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

func TestPublicPorts(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) {
				s.Version = era
				tooltest.TwoStep(s)
			})
			add := tooltest.Args{"project": tooltest.Staging, "service": "db", "port": "5433", "internal_port": 5432, "allow_from": "2001:db8:1::7"}
			r := h.Call("add_port", add).Status("done")
			if r.Get("port.ip") != "ipv6" || r.Get("port.applied") != true || r.Get("port.firewall") != "only these ranges" || r.Get("port.ranges.0") != "2001:db8:1::7/128" {
				t.Errorf("got %s", r.Raw)
			}
			if !strings.HasSuffix(r.Str("address"), "]:5433") {
				t.Errorf("address %s", r.Str("address"))
			}
			writes := h.Writes()
			h.Call("add_port", add).Status("unchanged")
			if h.Writes() != writes {
				t.Error("the second call wrote something")
			}
			items := h.Call("list_ports", tooltest.Args{"project": tooltest.Staging}).Items()
			if len(items) != 2 || items[0]["service"] != "db" || items[0]["port"] != float64(5433) || items[0]["internal_port"] != float64(5432) {
				t.Errorf("list: %v", items)
			}
			if other := h.Call("list_ports", tooltest.Args{"project": tooltest.Staging, "service": "app"}).Items(); len(other) != 0 {
				t.Errorf("app has ports: %v", other)
			}
			remove := tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433}
			if done := h.Confirmed("remove_port", remove).Status("done"); done.Get("removed") != true {
				t.Errorf("got %s", done.Raw)
			}
			h.Call("remove_port", remove).Status("unchanged")
		})
	}
}

// TestAddPortNeverBuysAnAddress: a dedicated IPv4 costs money, so the answer says
// so and nothing is sent.
func TestAddPortNeverBuysAnAddress(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	e := h.Call("add_port", tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "internal_port": 5432, "ip": "ipv4"}).Fails("conflict")
	if !strings.Contains(e["hint"].(string), "USD") || h.Writes() != 0 {
		t.Errorf("got %v, %d writes", e, h.Writes())
	}
}

func TestAddPortRefusals(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, unasked)
	base := tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "internal_port": 5432}
	with := func(more tooltest.Args) tooltest.Args {
		a := tooltest.Args{}
		maps.Copy(a, base)
		maps.Copy(a, more)
		return a
	}
	for field, a := range map[string]tooltest.Args{
		"allow_from": with(tooltest.Args{"allow_from": []string{"10.0.0.0/99"}}),
		"deny_from":  with(tooltest.Args{"allow_from": []string{"10.0.0.0/8"}, "deny_from": []string{"10.1.0.0/16"}}),
		"protocol":   with(tooltest.Args{"protocol": "sctp"}),
		"port":       with(tooltest.Args{"port": 70000}),
	} {
		if e := h.Call("add_port", a).Fails("invalid_arguments"); tooltest.Lookup(e, "fields.0.field") != field {
			t.Errorf("%s: %v", field, e)
		}
	}
	// The platform's own words reach the caller.
	e := h.Call("add_port", with(tooltest.Args{"internal_port": 9999})).Fails("not_found")
	if e["api_code"] != "portNotFound" {
		t.Errorf("got %v", e)
	}
	h.Call("add_port", base).Status("done")
	for name, more := range map[string]tooltest.Args{
		"other target":   {"internal_port": 5431},
		"other firewall": {"deny_from": []string{"10.0.0.0/8"}},
		"other service":  {"service": "cache", "internal_port": 6379},
	} {
		if e := h.Call("add_port", with(more)).Fails("conflict"); !strings.Contains(e["message"].(string), "db") {
			t.Errorf("%s: %v", name, e)
		}
	}
	h = tooltest.Start(t, unasked, func(s *tooltest.Setup) { s.Token = simulator.OrgReadToken })
	h.Call("add_port", base).Fails("forbidden")
}

func TestPortDraftsOfOthers(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.TwoStep)
	h.Confirmed("write_api", tooltest.Args{
		"operation": "PostServiceStackPublicPortRouting", "path": tooltest.Args{"id": h.Sim.ServiceID(tooltest.Staging, "cache")},
		"body": tooltest.Args{
			"publicIpType": "IP_V6", "publicPort": 6380, "internalPort": 6379, "internalProtocol": "tcp",
			"firewallPolicy": "BLACKLIST", "firewallIpRanges": []string{}, "firewallAllowMyIp": false,
		},
	}).Ok()
	add := tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "internal_port": 5432}
	e := h.Call("add_port", add).Fails("conflict")
	if !strings.Contains(e["message"].(string), "6380") || h.Sent("PutProjectSyncPublicPortRouting") != 0 {
		t.Errorf("got %v", e)
	}
	// Asking for the draft itself applies it.
	h.Confirmed("add_port", tooltest.Args{"project": tooltest.Staging, "service": "cache", "port": 6380, "internal_port": 6379}).Status("done")
	h.Confirmed("add_port", add).Status("done")
}

func TestPortFailures(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, unasked)
	add := tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "internal_port": 5432}
	h.Sim.FailNext("project.syncPublicPortRouting", "internalServerError", "the firewall is away")
	r := h.Call("add_port", add).Status("failed")
	if r.Get("port.applied") != false || !strings.Contains(r.Str("processes.0.error"), "firewall") {
		t.Errorf("got %s", r.Raw)
	}
	h.Sim.Fail(simulator.Fault{Operation: "PutProjectSyncPublicPortRouting", Status: 400, Code: "publicPortRoutingSyncRunning", Times: 1})
	h.Call("add_port", add).Status("done")

	// A list that cannot be read completely is said to be so.
	h.Sim.Fail(simulator.Fault{Operation: "GetServiceStackPublicPortRouting", Path: "/service-stack/" + h.Sim.ServiceID(tooltest.Staging, "app") + "/public-port-routing", Status: 403, Code: "insufficientPermissions"})
	list := h.Call("list_ports", tooltest.Args{"project": tooltest.Staging})
	if len(list.Items()) != 2 || !strings.HasPrefix(list.Str("incomplete.0"), "app:") {
		t.Errorf("got %s", list.Raw)
	}
}

func TestRemovePortIsConfirmed(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) {
			s.Version, s.Elicit = era, tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true})
		})
		h.Call("add_port", tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "internal_port": 5432}).Status("done")
		h.Call("remove_port", tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "protocol": "tcp", "ip": "ipv6"}).Status("done")
	}
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmHuman } })
	h.Call("add_port", tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433, "internal_port": 5432, "allow_from": "2001:db8:1::7"}).Status("done")
	h.Call("remove_port", tooltest.Args{"project": tooltest.Staging, "service": "db", "port": 5433}).Fails("blocked")
}

// unasked is a server for automation, which acts at once.
func unasked(s *tooltest.Setup) {
	s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmNever }
}

// Who is let in decides whether it is asked: a list of known guests is not, and one
// that adds up to everybody is no list.
func TestAddPortAsksByWhoIsLetIn(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.TwoStep)
	add := func(port int, more tooltest.Args) tooltest.Args {
		a := tooltest.Args{"project": tooltest.Staging, "service": "db", "port": port, "internal_port": 5432}
		maps.Copy(a, more)
		return a
	}
	for i, everybody := range []tooltest.Args{
		{},
		{"deny_from": []string{"198.51.100.0/24"}},
		{"allow_from": []string{"::/0"}},
		{"allow_from": []string{"2000::/4", "3000::/4"}},
	} {
		first := h.Call("add_port", add(6000+i, everybody)).Status("confirmation_required")
		if !strings.Contains(first.Str("plan.changes.0"), "for everybody on the internet") {
			t.Errorf("%v: %s", everybody, first.Raw)
		}
		h.Confirmed("add_port", add(6000+i, everybody)).Status("done")
	}
	// A list of the other kind of address would let nobody in.
	h.Call("add_port", add(6200, tooltest.Args{"allow_from": "198.51.100.7"})).Fails("conflict")
	h.Call("add_port", add(6200, tooltest.Args{"allow_from": "198.51.100.7", "ip": "ipv6"})).Fails("conflict")
	h.Call("add_port", tooltest.Args{"project": "eshop-production", "service": "db", "port": 6200, "internal_port": 5432, "allow_from": "2001:db8:1::7", "ip": "ipv4"}).Fails("invalid_arguments")
	h.Call("add_port", add(6100, tooltest.Args{"allow_from": []string{"198.51.100.0/24", "2001:db8::/32"}})).Status("done")
}
