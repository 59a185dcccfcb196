package tools_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// staging is the project that most tests of this room change.
const staging = "eshop-staging"

func TestSubdomainAccess(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.version = era })
			on := args{"project": staging, "service": "worker", "enabled": true}
			opened := h.call("set_subdomain_access", on).status("done")
			if opened.get("enabled") != true || !strings.HasSuffix(opened.str("urls.0.url"), "-8090.prg1.zerops.app") {
				t.Errorf("got %s", opened.raw)
			}
			if opened.get("urls.0.reachable") != nil {
				t.Errorf("an address was visited next to a loopback API: %s", opened.raw)
			}
			if got := h.call("get_service", args{"project": staging, "service": "worker"}).get("public"); got != true {
				t.Errorf("public: %v", got)
			}
			writes := h.writes()
			if again := h.call("set_subdomain_access", on).status("unchanged"); again.get("enabled") != true {
				t.Errorf("got %s", again.raw)
			}
			if h.writes() != writes {
				t.Error("the second call wrote something")
			}
			closed := h.call("set_subdomain_access", args{"project": staging, "service": "worker", "enabled": "false"}).status("done")
			if closed.get("enabled") != false {
				t.Errorf("got %s", closed.raw)
			}
			h.call("set_subdomain_access", args{"project": staging, "service": "worker", "enabled": false}).status("unchanged")
			failed := h.call("list_processes", args{"project": staging, "service": "worker", "status": "FAILED"}).items()
			if len(failed) != 0 {
				t.Errorf("processes failed: %v", failed)
			}
		})
	}
}

func TestSubdomainWaitsForPortsAndFlag(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.sim = append(s.sim, simulator.WithPace(0.1)) })
	h.sim.Fail(simulator.Fault{Operation: "PutServiceStackEnableSubdomainAccess", Status: 400, Code: "noSubdomainPorts", Times: 2})
	r := h.call("set_subdomain_access", args{"project": staging, "service": "worker", "enabled": true}).status("done")
	if r.get("enabled") != true {
		t.Errorf("done, but not read back: %s", r.raw)
	}
}

func TestSubdomainFailures(t *testing.T) {
	t.Parallel()
	h := start(t)
	worker := args{"project": staging, "service": "worker", "enabled": true}

	e := h.call("set_subdomain_access", args{"project": staging, "service": "db", "enabled": true}).fails("unsupported")
	if hint, _ := e["hint"].(string); !strings.Contains(hint, "httpSupport") {
		t.Errorf("hint: %v", e)
	}
	h.sim.Fail(simulator.Fault{Operation: "PutServiceStackEnableSubdomainAccess", Status: 400, Code: "noSubdomainPorts", Times: 4})
	h.call("set_subdomain_access", worker).fails("unsupported")

	h.sim.FailNext("stack.enableSubdomainAccess", "internalServerError", "the balancer is away")
	r := h.call("set_subdomain_access", worker).status("failed")
	if r.get("enabled") != false || !strings.Contains(r.str("processes.0.error"), "balancer") {
		t.Errorf("got %s", r.raw)
	}
	h.sim.Fail(simulator.Fault{Operation: "PutServiceStackEnableSubdomainAccess", Drop: simulator.DropAfter, Times: 1})
	e = h.call("set_subdomain_access", worker).fails("uncertain")
	if lookup(e, "next.tool") != "get_service" {
		t.Errorf("next: %v", e)
	}
	// Looking and calling again does no harm after the lost answer.
	h.call("set_subdomain_access", worker).status("unchanged")
}

func TestSubdomainRefusals(t *testing.T) {
	t.Parallel()
	worker := args{"project": staging, "service": "worker", "enabled": true}
	h := start(t, func(s *setup) { s.token = simulator.OrgReadToken })
	h.call("set_subdomain_access", worker).fails("forbidden")

	h = start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.ReadOnly = true } })
	h.call("set_subdomain_access", worker).fails("read_only")

	h = start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{"blog"} } })
	h.call("set_subdomain_access", args{"service": h.sim.ServiceID(staging, "worker"), "enabled": true}).fails("out_of_scope")
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
}

// visitor answers visits of public addresses.
type visitor struct {
	mu       sync.Mutex
	answers  []int // statuses, the last one for ever; 0 is a broken connection
	requests []*http.Request
}

// RoundTrip notes the visit and answers the next status.
func (v *visitor) RoundTrip(r *http.Request) (*http.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests = append(v.requests, r)
	status := v.answers[0]
	if len(v.answers) > 1 {
		v.answers = v.answers[1:]
	}
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	header := http.Header{}
	if status >= 300 && status < 400 {
		header.Set("Location", "https://internal.example.com/")
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", 1<<20))), Request: r}, nil
}

// redirected sends every request to the simulator, whatever host it names.
type redirected struct{ to *url.URL }

// RoundTrip rewrites the host.
func (r redirected) RoundTrip(request *http.Request) (*http.Response, error) {
	clone := request.Clone(request.Context())
	clone.URL.Scheme, clone.URL.Host, clone.Host = r.to.Scheme, r.to.Host, r.to.Host
	return http.DefaultTransport.RoundTrip(clone)
}

// production makes the simulator answer under the address of the real API, where
// public addresses are visited.
func production(t *testing.T, v *visitor) func(*setup) {
	t.Helper()
	return func(s *setup) {
		s.api = func(o *zerops.APIOptions) {
			target, err := url.Parse(o.Address)
			if err != nil {
				t.Error(err)
			}
			o.Address, o.Transport, o.Visitor = zerops.DefaultAddress, redirected{target}, v
		}
	}
}

func TestSubdomainIsVisited(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		answers   []int
		reachable bool
		status    any
		problem   string
	}{
		{"the edge is late", []int{502, 200}, true, float64(200), ""},
		{"not found is an answer", []int{404}, true, float64(404), "404"},
		{"redirects are not followed", []int{302}, true, float64(302), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			v := &visitor{answers: row.answers}
			h := start(t, production(t, v))
			r := h.call("set_subdomain_access", args{"project": staging, "service": "worker", "enabled": true}).status("done")
			if r.get("urls.0.reachable") != row.reachable || r.get("urls.0.http_status") != row.status {
				t.Errorf("got %s", r.raw)
			}
			if problem, _ := r.get("urls.0.problem").(string); !strings.Contains(problem, row.problem) {
				t.Errorf("problem %q", problem)
			}
			for _, visit := range v.requests {
				if visit.Header.Get("Authorization") != "" || visit.URL.Scheme != "https" || !strings.HasSuffix(visit.URL.Host, ".zerops.app") {
					t.Errorf("visited %s with %v", visit.URL, visit.Header)
				}
			}
			if len(v.requests) != len(row.answers) {
				t.Errorf("%d visits, want %d", len(v.requests), len(row.answers))
			}
		})
	}
}

func TestSubdomainThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{503: "0.0.0.0", 0: "no answer"} {
		h := start(t, production(t, &visitor{answers: []int{status}}))
		open := args{"project": staging, "service": "app", "enabled": true}
		r := h.call("set_subdomain_access", open).status("unchanged") // it is open already, so one look is enough
		if r.get("urls.0.reachable") != false || !strings.Contains(r.str("urls.0.problem"), want) {
			t.Errorf("status %d: %s", status, r.raw)
		}
	}
}
