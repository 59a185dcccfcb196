package network_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func TestSubdomainAccess(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, unasked, func(s *tooltest.Setup) { s.Version = era })
			on := tooltest.Args{"project": tooltest.Staging, "service": "worker", "enabled": true}
			opened := h.Call("set_subdomain_access", on).Status("done")
			if opened.Get("enabled") != true || !strings.HasSuffix(opened.Str("urls.0.url"), "-8090.prg1.zerops.app") {
				t.Errorf("got %s", opened.Raw)
			}
			if opened.Get("urls.0.reachable") != nil {
				t.Errorf("an address was visited next to a loopback API: %s", opened.Raw)
			}
			if got := h.Call("get_service", tooltest.Args{"project": tooltest.Staging, "service": "worker"}).Get("public"); got != true {
				t.Errorf("public: %v", got)
			}
			writes := h.Writes()
			if again := h.Call("set_subdomain_access", on).Status("unchanged"); again.Get("enabled") != true {
				t.Errorf("got %s", again.Raw)
			}
			if h.Writes() != writes {
				t.Error("the second call wrote something")
			}
			closed := h.Call("set_subdomain_access", tooltest.Args{"project": tooltest.Staging, "service": "worker", "enabled": "false"}).Status("done")
			if closed.Get("enabled") != false {
				t.Errorf("got %s", closed.Raw)
			}
			h.Call("set_subdomain_access", tooltest.Args{"project": tooltest.Staging, "service": "worker", "enabled": false}).Status("unchanged")
			failed := h.Call("list_processes", tooltest.Args{"project": tooltest.Staging, "service": "worker", "status": "FAILED"}).Items()
			if len(failed) != 0 {
				t.Errorf("processes failed: %v", failed)
			}
		})
	}
}

// TestSubdomainWaitsForPorts opens an address at once after a deployment, when the
// platform has not opened the declared port yet.
func TestSubdomainWaitsForPorts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		args tooltest.Args
		late int // refusals beyond those of the platform's own window
		done bool
		took time.Duration // what the waiting takes at least
	}{
		{"the usual window", nil, 0, true, 7 * time.Second},
		{"too long", nil, 100, false, 12 * time.Second},
		{"without waiting", tooltest.Args{"wait_seconds": 0}, 0, false, time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) {
					s.Sim = append(s.Sim, simulator.WithPace(1))
					s.Configure = func(c *tool.Config) { c.MaxWait = 10 * time.Minute }
				})
				fresh := tooltest.Args{"project": tooltest.Staging, "service": "fresh"}
				h.Call("create_service", tooltest.Args{"project": tooltest.Staging, "hostname": "fresh", "type": "nodejs@22", "wait_seconds": 600}).Status("done")
				<-time.After(time.Minute) // it comes with a deployment without code
				deployed := h.Call("deploy_service", with(fresh, "git_url", "https://github.com/example/fresh", "wait_seconds", 600)).Status("done")
				if deployed.Get("next.tool") != "set_subdomain_access" {
					t.Errorf("after a deployment: %s", deployed.Raw)
				}
				shown := h.Call("get_service", fresh).Ok()
				if shown.Get("ports.0.port") == nil || shown.Get("urls.0.url") == nil {
					t.Errorf("declared ports are not shown: %s", shown.Raw)
				}
				if row.late > 0 {
					h.Sim.Fail(simulator.Fault{Operation: "PutServiceStackEnableSubdomainAccess", Status: 400, Code: "serviceStackIsNotHttp", Times: row.late})
				}
				call := with(fresh, "enabled", true)
				maps.Copy(call, row.args)
				began := time.Now()
				r := h.Call("set_subdomain_access", call)
				if took := time.Since(began); took < row.took || took > 22*time.Second {
					t.Errorf("it took %v", took)
				}
				if row.done {
					if r.Status("done").Get("enabled") != true {
						t.Errorf("done, but not read back: %s", r.Raw)
					}
					return
				}
				e := r.Fails("conflict")
				message, _ := e["message"].(string)
				if e["retryable"] != true || !strings.Contains(message, "declares the HTTP port 3000") || tooltest.Lookup(e, "next.tool") != "diagnose_service" {
					t.Errorf("got %v", e)
				}
			})
		})
	}
}

// with adds arguments, as names and values, to those of a call.
func with(a tooltest.Args, more ...any) tooltest.Args {
	added := maps.Clone(a)
	for i := 0; i+1 < len(more); i += 2 {
		added[more[i].(string)] = more[i+1]
	}
	return added
}

func TestSubdomainFailures(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	worker := tooltest.Args{"project": tooltest.Staging, "service": "worker", "enabled": true}

	e := h.Call("set_subdomain_access", tooltest.Args{"project": tooltest.Staging, "service": "db", "enabled": true}).Fails("unsupported")
	if hint, _ := e["hint"].(string); !strings.Contains(hint, "httpSupport") {
		t.Errorf("hint: %v", e)
	}
	if n := h.Sim.Calls("PutServiceStackEnableSubdomainAccess"); n != 1 {
		t.Errorf("a service that declares no HTTP port was asked %d times", n)
	}

	h.Sim.FailNext("stack.enableSubdomainAccess", "internalServerError", "the balancer is away")
	r := h.Call("set_subdomain_access", worker).Status("failed")
	if r.Get("enabled") != false || !strings.Contains(r.Str("processes.0.error"), "balancer") {
		t.Errorf("got %s", r.Raw)
	}
	h.Sim.Fail(simulator.Fault{Operation: "PutServiceStackEnableSubdomainAccess", Drop: simulator.DropAfter, Times: 1})
	e = h.Call("set_subdomain_access", worker).Fails("uncertain")
	if tooltest.Lookup(e, "next.tool") != "get_service" {
		t.Errorf("next: %v", e)
	}
	// Looking and calling again does no harm after the lost answer.
	h.Call("set_subdomain_access", worker).Status("unchanged")
}

func TestSubdomainRefusals(t *testing.T) {
	t.Parallel()
	worker := tooltest.Args{"project": tooltest.Staging, "service": "worker", "enabled": true}
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.OrgReadToken })
	h.Call("set_subdomain_access", worker).Fails("forbidden")

	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.ReadOnly = true } })
	h.Call("set_subdomain_access", worker).Fails("read_only")

	h = tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{"blog"} } })
	h.Call("set_subdomain_access", tooltest.Args{"service": h.Sim.ServiceID(tooltest.Staging, "worker"), "enabled": true}).Fails("out_of_scope")
	if n := h.Writes(); n != 0 {
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
func production(t *testing.T, v *visitor) func(*tooltest.Setup) {
	t.Helper()
	return func(s *tooltest.Setup) {
		s.API = func(o *zerops.APIOptions) {
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
			h := tooltest.Start(t, production(t, v))
			r := h.Call("set_subdomain_access", tooltest.Args{"project": tooltest.Staging, "service": "worker", "enabled": true}).Status("done")
			if r.Get("urls.0.reachable") != row.reachable || r.Get("urls.0.http_status") != row.status {
				t.Errorf("got %s", r.Raw)
			}
			if problem, _ := r.Get("urls.0.problem").(string); !strings.Contains(problem, row.problem) {
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
		h := tooltest.Start(t, production(t, &visitor{answers: []int{status}}))
		open := tooltest.Args{"project": tooltest.Staging, "service": "app", "enabled": true}
		r := h.Call("set_subdomain_access", open).Status("unchanged") // it is open already, so one look is enough
		if r.Get("urls.0.reachable") != false || !strings.Contains(r.Str("urls.0.problem"), want) {
			t.Errorf("status %d: %s", status, r.Raw)
		}
	}
}
