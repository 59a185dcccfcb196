package tools_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
)

// walkOrder lists the operations so that reads come first and what ends a
// service, a project or the token in use comes last.
func walkOrder() []zerops.Operation {
	last := []zerops.Operation{zerops.PutServiceStackStop, zerops.DeleteServiceStack, zerops.PutProjectStop, zerops.DeleteProject, zerops.DeleteUserToken}
	var order []zerops.Operation
	for _, effect := range []zerops.Effect{zerops.Reads, zerops.Creates, zerops.Updates, zerops.Destroys} {
		for op := range zerops.Operations() {
			if op.Class().Effect == effect && !slices.Contains(last, op) {
				order = append(order, op)
			}
		}
	}
	return append(order, last...)
}

func apiTool(op zerops.Operation) string {
	if op.Safe() {
		return "read_api"
	}
	return "write_api"
}

// unconfirmed lets everything through that a person or a second call would have
// to confirm.
func unconfirmed(s *setup) {
	s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmNever }
}

// TestAPIReachesEveryOperation calls every operation with arguments that fit. Each
// is answered, refused by the platform for the state of things, or refused here
// because it is a person's or its answer a secret.
func TestAPIReachesEveryOperation(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	s := gather(h)
	answered, refused := 0, 0
	for _, op := range walkOrder() {
		before := len(h.sim.Requests())
		r := h.call(apiTool(op), s.arguments(t, op))
		class := op.Class()
		switch {
		case class.Has(zerops.PersonOnly):
			e := r.fails("blocked")
			if hint, _ := e["hint"].(string); !strings.Contains(hint, op.Place()) {
				t.Errorf("%s: the refusal does not say where to do it: %v", op, e)
			}
		case class.Has(zerops.RevealsSecret):
			r.fails("secret_withheld")
		case op == zerops.GetProjectList:
			r.fails("unsupported")
		case !r.isError:
			answered++
			checkRequests(h)
			continue
		default:
			e, _ := r.object["error"].(map[string]any)
			if e["code"] != "conflict" && e["code"] != "unsupported" && !class.Has(zerops.Undocumented) {
				t.Errorf("%s: %s", op, r.raw)
			}
			refused++
			t.Logf("%s: %v %v", op, e["code"], e["api_code"])
			continue
		}
		if n := len(h.sim.Requests()); n != before {
			t.Errorf("%s was refused, but %d requests were sent", op, n-before)
		}
	}
	t.Logf("%d operations answered, %d refused for the state of things", answered, refused)
	if answered < 175 || refused > 9 {
		t.Errorf("%d operations answered, %d refused for the state of things", answered, refused)
	}
}

// checkRequests fails for requests that the platform does not know.
func checkRequests(h *harness) {
	h.t.Helper()
	for _, request := range h.sim.Requests() {
		if request.Operation == "" && !undocumentedRoute(request.Path) {
			h.t.Errorf("request to an unknown address: %s %s", request.Method, request.Path)
		}
		if request.Method == http.MethodGet && len(request.Body) > 0 {
			h.t.Errorf("a GET with a body: %s", request.Path)
		}
	}
}

// undocumentedRoute knows the addresses of the live API that the simulator, made
// from the SDK's operations, may not have.
func undocumentedRoute(path string) bool {
	return strings.Contains(path, "/delegation") || strings.HasSuffix(path, "/reveal") || strings.HasPrefix(path, "/current-stats/")
}

// TestAPIRevealsSecretsWhenAllowed calls the operations whose answer is a secret.
func TestAPIRevealsSecretsWhenAllowed(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	s := gather(h)
	generous := h.another(func(c *tools.Config) { c.AllowSecrets, c.Confirm = true, tools.ConfirmNever })
	revealed := 0
	for op := range zerops.Operations() {
		class := op.Class()
		if !class.Has(zerops.RevealsSecret) || class.Has(zerops.PersonOnly) || class.Has(zerops.Undocumented) {
			continue
		}
		raw, err := json.Marshal(s.arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		// Not through the harness, which fails a test for any secret it sees.
		got, err := generous.Call(t.Context(), apiTool(op), raw)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(got.Content)
		if err != nil {
			t.Fatal(err)
		}
		if got.IsError {
			t.Errorf("%s: %s", op, text)
		}
		if strings.Contains(string(text), "obviously-fake-owner-token") {
			t.Errorf("%s: the token itself came out", op)
		}
		if strings.Contains(string(text), "obviously-fake") {
			revealed++
		}
	}
	if revealed < 4 {
		t.Errorf("only %d operations revealed something", revealed)
	}
}

// another makes a second server in front of the same simulator.
func (h *harness) another(configure func(*tools.Config)) *tools.Server {
	h.t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.url, Transport: record(h.t)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(api.CloseIdle)
	cfg := tools.Config{API: api, Toolsets: []string{"all"}, Version: "test", Credential: ownerCredential}
	configure(&cfg)
	server, err := tools.New(cfg)
	if err != nil {
		h.t.Fatal(err)
	}
	return server
}

// TestAPIReadOnlyOnlyReads calls every operation through both tools of a read-only
// server: no request but reads leaves it.
func TestAPIReadOnlyOnlyReads(t *testing.T) {
	t.Parallel()
	full := start(t, unconfirmed)
	s := gather(full)
	full.sim.ResetRequests()
	server := full.another(func(c *tools.Config) { c.ReadOnly, c.Confirm = true, tools.ConfirmNever })
	for op := range zerops.Operations() {
		raw, err := json.Marshal(s.arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		for _, tool := range []string{"read_api", "write_api"} {
			got, err := server.Call(t.Context(), tool, raw)
			if err != nil {
				t.Fatal(err)
			}
			code := errorCode(t, got)
			if tool == "write_api" && code != "read_only" {
				t.Errorf("write_api %s: code %q", op, code)
			}
			if tool == "read_api" && !op.Safe() && code != "read_only" {
				t.Errorf("read_api %s: code %q", op, code)
			}
		}
	}
	for _, request := range full.sim.Requests() {
		if op, known := zerops.LookupOperation(request.Operation); known && !op.Safe() {
			t.Errorf("%s left a read-only server", op)
		}
	}
}

// TestAPIStaysInScope calls every operation of a server that is limited to one
// project, with the ids of another: nothing but the reads that find out where an
// object belongs leaves it.
func TestAPIStaysInScope(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	inside := gather(h)
	outside := gatherIn(h, "mobile-api", "gateway")
	server := h.another(func(c *tools.Config) { c.Projects, c.Confirm = []string{inside.project}, tools.ConfirmNever })
	h.sim.ResetRequests()
	for op := range zerops.Operations() {
		raw, err := json.Marshal(outside.arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		h.sim.ResetRequests()
		got, err := server.Call(t.Context(), apiTool(op), raw)
		if err != nil {
			t.Fatal(err)
		}
		code := errorCode(t, got)
		switch op.Reach() {
		case zerops.ReachPublic, zerops.ReachCaller:
			continue // neither another project nor the organisation
		case zerops.ReachAccount, zerops.ReachSubject, zerops.ReachSearch, zerops.ReachSearchID, zerops.ReachQuery, zerops.ReachBody:
		}
		person, secret := op.Class().Has(zerops.PersonOnly), op.Class().Has(zerops.RevealsSecret)
		switch {
		case code == "out_of_scope", person && code == "blocked", secret && code == "secret_withheld", code == "not_found":
		default:
			t.Errorf("%s: code %q", op, code)
		}
		for _, request := range h.sim.Requests() {
			switch {
			case request.Method != http.MethodGet:
				t.Errorf("%s: %s %s left a server limited to another project", op, request.Method, request.Path)
			case strings.HasPrefix(request.Path, "/client/"):
				t.Errorf("%s: the organisation was touched: %s", op, request.Path)
			case strings.Contains(request.Path, "/project/"+outside.project):
				t.Errorf("%s: another project was touched: %s", op, request.Path)
			}
		}
	}
}

// TestAPIWorksInsideScope calls the operations that can be limited to a project
// with ids of that project.
func TestAPIWorksInsideScope(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	s := gather(h)
	server := h.another(func(c *tools.Config) { c.Projects, c.Confirm = []string{"eshop-staging"}, tools.ConfirmNever })
	for op := range zerops.Operations() {
		class := op.Class()
		if class.Effect == zerops.Destroys || class.Has(zerops.PersonOnly) || class.Has(zerops.RevealsSecret) || class.Has(zerops.Undocumented) || op.Reach() == zerops.ReachAccount {
			continue
		}
		raw, err := json.Marshal(s.arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		got, err := server.Call(t.Context(), apiTool(op), raw)
		if err != nil {
			t.Fatal(err)
		}
		if code := errorCode(t, got); code == "out_of_scope" || code == "internal" {
			t.Errorf("%s: code %q", op, code)
		}
	}
}

// TestAPIKeepsExclusions checks that the whole API is no way around a tool that
// the operator excluded or did not choose.
func TestAPIKeepsExclusions(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	call := func(server *tools.Server) string {
		raw := fmt.Sprintf(`{"operation":"DeleteProject","path":{"id":%q}}`, project)
		got, err := server.Call(t.Context(), "write_api", json.RawMessage(raw))
		if err != nil {
			t.Fatal(err)
		}
		return errorCode(t, got)
	}
	if code := call(h.another(func(c *tools.Config) { c.ExcludeTools = []string{"delete_project"} })); code != "out_of_scope" {
		t.Errorf("with --exclude-tools delete_project: code %q", code)
	}
	if code := call(h.another(func(c *tools.Config) { c.Toolsets = []string{"projects"} })); code != "out_of_scope" {
		t.Errorf("without the toolset api: code %q", code)
	}
	if n := h.writes(); n > 0 {
		t.Errorf("%d writes were sent", n)
	}
}
