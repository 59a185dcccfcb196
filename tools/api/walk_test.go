package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
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

// TestAPIReachesEveryOperation calls every operation with arguments that fit. Each
// is answered, refused by the platform for the state of things, or refused here
// because it is a person's or its answer a secret.
func TestAPIReachesEveryOperation(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(h)
	answered, refused := 0, 0
	for _, op := range walkOrder() {
		before := len(h.Sim.Requests())
		r := h.Call(apiTool(op), s.Arguments(t, op))
		class := op.Class()
		switch {
		case class.Has(zerops.PersonOnly):
			e := r.Fails("blocked")
			if hint, _ := e["hint"].(string); !strings.Contains(hint, op.Place()) {
				t.Errorf("%s: the refusal does not say where to do it: %v", op, e)
			}
		case class.Has(zerops.RevealsSecret):
			r.Fails("secret_withheld")
		case op == zerops.GetProjectList:
			r.Fails("unsupported")
		case !r.IsError:
			answered++
			checkRequests(h)
			continue
		default:
			e, _ := r.Object["error"].(map[string]any)
			if e["code"] != "conflict" && e["code"] != "unsupported" && !class.Has(zerops.Undocumented) {
				t.Errorf("%s: %s", op, r.Raw)
			}
			refused++
			t.Logf("%s: %v %v", op, e["code"], e["api_code"])
			continue
		}
		if n := len(h.Sim.Requests()); n != before {
			t.Errorf("%s was refused, but %d requests were sent", op, n-before)
		}
	}
	t.Logf("%d operations answered, %d refused for the state of things", answered, refused)
	if answered < 175 || refused > 9 {
		t.Errorf("%d operations answered, %d refused for the state of things", answered, refused)
	}
}

// checkRequests fails for requests that the platform does not know.
func checkRequests(h *tooltest.Harness) {
	h.T.Helper()
	for _, request := range h.Sim.Requests() {
		if request.Operation == "" && !undocumentedRoute(request.Path) {
			h.T.Errorf("request to an unknown address: %s %s", request.Method, request.Path)
		}
		if request.Method == http.MethodGet && len(request.Body) > 0 {
			h.T.Errorf("a GET with a body: %s", request.Path)
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
	h := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(h)
	generous := h.Another(func(c *tool.Config) { c.AllowSecrets, c.Confirm = true, tool.ConfirmNever })
	revealed := 0
	for op := range zerops.Operations() {
		class := op.Class()
		if !class.Has(zerops.RevealsSecret) || class.Has(zerops.PersonOnly) || class.Has(zerops.Undocumented) {
			continue
		}
		raw, err := json.Marshal(s.Arguments(t, op))
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

// TestAPIReadOnlyOnlyReads calls every operation through both tools of a read-only
// server: no request but reads leaves it.
func TestAPIReadOnlyOnlyReads(t *testing.T) {
	t.Parallel()
	full := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(full)
	full.Sim.ResetRequests()
	server := full.Another(func(c *tool.Config) { c.ReadOnly, c.Confirm = true, tool.ConfirmNever })
	for op := range zerops.Operations() {
		raw, err := json.Marshal(s.Arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		for _, tool := range []string{"read_api", "write_api"} {
			got, err := server.Call(t.Context(), tool, raw)
			if err != nil {
				t.Fatal(err)
			}
			code := tooltest.ErrorCode(t, got)
			if tool == "write_api" && code != "read_only" {
				t.Errorf("write_api %s: code %q", op, code)
			}
			if tool == "read_api" && !op.Safe() && code != "read_only" {
				t.Errorf("read_api %s: code %q", op, code)
			}
		}
	}
	for _, request := range full.Sim.Requests() {
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
	h := tooltest.Start(t, tooltest.Unconfirmed)
	inside := tooltest.Gather(h)
	outside := tooltest.GatherIn(h, "mobile-api", "gateway")
	server := h.Another(func(c *tool.Config) { c.Projects, c.Confirm = []string{inside.Project}, tool.ConfirmNever })
	h.Sim.ResetRequests()
	for op := range zerops.Operations() {
		raw, err := json.Marshal(outside.Arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		h.Sim.ResetRequests()
		got, err := server.Call(t.Context(), apiTool(op), raw)
		if err != nil {
			t.Fatal(err)
		}
		code := tooltest.ErrorCode(t, got)
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
		for _, request := range h.Sim.Requests() {
			switch {
			case request.Method != http.MethodGet:
				t.Errorf("%s: %s %s left a server limited to another project", op, request.Method, request.Path)
			case strings.HasPrefix(request.Path, "/client/"):
				t.Errorf("%s: the organisation was touched: %s", op, request.Path)
			case strings.Contains(request.Path, "/project/"+outside.Project):
				t.Errorf("%s: another project was touched: %s", op, request.Path)
			}
		}
	}
}

// TestAPIWorksInsideScope calls the operations that can be limited to a project
// with ids of that project.
func TestAPIWorksInsideScope(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(h)
	server := h.Another(func(c *tool.Config) { c.Projects, c.Confirm = []string{"eshop-staging"}, tool.ConfirmNever })
	for op := range zerops.Operations() {
		class := op.Class()
		if class.Effect == zerops.Destroys || class.Has(zerops.PersonOnly) || class.Has(zerops.RevealsSecret) || class.Has(zerops.Undocumented) || op.Reach() == zerops.ReachAccount {
			continue
		}
		raw, err := json.Marshal(s.Arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		got, err := server.Call(t.Context(), apiTool(op), raw)
		if err != nil {
			t.Fatal(err)
		}
		if code := tooltest.ErrorCode(t, got); code == "out_of_scope" || code == "internal" {
			t.Errorf("%s: code %q", op, code)
		}
	}
}

// TestAPIKeepsExclusions checks that the whole API is no way around a tool that
// the operator excluded or did not choose.
func TestAPIKeepsExclusions(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	call := func(server *tools.Server) string {
		raw := fmt.Sprintf(`{"operation":"DeleteProject","path":{"id":%q}}`, project)
		got, err := server.Call(t.Context(), "write_api", json.RawMessage(raw))
		if err != nil {
			t.Fatal(err)
		}
		return tooltest.ErrorCode(t, got)
	}
	if code := call(h.Another(func(c *tool.Config) { c.ExcludeTools = []string{"delete_project"} })); code != "out_of_scope" {
		t.Errorf("with --exclude-tools delete_project: code %q", code)
	}
	if code := call(h.Another(func(c *tool.Config) { c.Toolsets = []string{"projects"} })); code != "out_of_scope" {
		t.Errorf("without the toolset api: code %q", code)
	}
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes were sent", n)
	}
}
