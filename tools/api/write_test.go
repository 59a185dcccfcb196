package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func TestWriteAPIFollowsProcesses(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := h.Sim.ServiceID("eshop-staging", "api")
	r := h.Call("write_api", tooltest.Args{"operation": "PutServiceStackRestart", "path": tooltest.Args{"id": service}}).Status("done")
	if r.Str("processes.0.status") != "FINISHED" || r.Get("result") != nil {
		t.Errorf("the process is told twice, or not to its end: %s", r.Raw)
	}
	h.Sim.Hold("stack.restart")
	r = h.Call("write_api", tooltest.Args{"operation": "PutServiceStackRestart", "path": tooltest.Args{"id": service}, "wait_seconds": 0}).Status("in_progress")
	if r.Str("next.tool") != "wait_for" || r.Get("next.arguments.processes.0") != r.Str("processes.0.id") {
		t.Errorf("next is not to wait: %s", r.Raw)
	}
	h.Sim.Release()
	// An import names the processes of each service.
	project := h.Sim.ProjectID("eshop-staging")
	r = h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"yaml": "services:\n  - hostname: fresh\n    type: valkey:single@7.2\n"}}).Status("done")
	if r.Str("processes.0.status") != "FINISHED" || r.Str("result.serviceStacks.0.name") != "fresh" {
		t.Errorf("import: %s", r.Raw)
	}
}

func TestWriteAPIConfirms(t *testing.T) {
	h := tooltest.Start(t)
	staging, service := h.Sim.ProjectID("eshop-staging"), h.Sim.ServiceID("eshop-staging", "worker")
	for _, test := range []struct {
		operation string
		path      tooltest.Args
		body      any
		plan      []string
	}{
		{"DeleteServiceStack", tooltest.Args{"id": service}, nil, []string{`\"worker\"`, service, "for good"}},
		{"PutServiceStackStop", tooltest.Args{"id": service}, nil, []string{"unreachable"}},
		{"PutProjectRequestIpv4", tooltest.Args{"id": staging}, nil, []string{"charged"}},
		{"PutProjectModeUpgrade", tooltest.Args{"id": staging}, tooltest.Args{"mode": "SERIOUS"}, []string{"no way back", "charged", "logs and statistics"}},
		{"PostProjectServiceStackImport", tooltest.Args{"id": staging}, tooltest.Args{"yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n    override: true\n"}, []string{"override"}},
		{"PutServiceStackTriggerPipeline", tooltest.Args{"id": service}, tooltest.Args{"startWithoutCode": true}, []string{"empty one takes its place"}},
		{"PostClientUser", tooltest.Args{"id": h.Sim.OrgID("Northwind Trading")}, tooltest.Args{"email": "new@example.com", "firstName": "N", "lastName": "", "languageId": "en", "roleCode": "ADMIN", "canViewFinances": true, "canEditFinances": false, "canCreateProjects": true}, []string{"new@example.com", `roleCode: \"ADMIN\"`}},
		{"PostClientProject", tooltest.Args{"id": h.Sim.OrgID("Northwind Trading")}, tooltest.Args{"name": "dear", "mode": "SERIOUS"}, []string{"SERIOUS"}},
	} {
		t.Run(test.operation, func(t *testing.T) {
			h := h.In(t)
			a := tooltest.Args{"operation": test.operation, "path": test.path}
			if test.body != nil {
				a["body"] = test.body
			}
			before := h.Writes()
			first := h.Call("write_api", a).Status("confirmation_required")
			if n := h.Writes() - before; n > 0 {
				t.Fatalf("%d writes before the confirmation", n)
			}
			plan, err := json.Marshal(first.Get("plan"))
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range test.plan {
				if !strings.Contains(string(plan), part) {
					t.Errorf("the plan lacks %q: %s", part, plan)
				}
			}
			other := tooltest.Args{"operation": test.operation, "path": test.path, "body": test.body, "confirm": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
			h.Call("write_api", other).Fails("confirmation_invalid")
		})
	}
	confirmed := h.Confirmed("write_api", tooltest.Args{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": service}}).Status("done")
	if confirmed.Str("processes.0.status") != "FINISHED" {
		t.Errorf("after the confirmation: %s", confirmed.Raw)
	}
	// A harmless import and a plain restart need none.
	h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": staging}, "body": tooltest.Args{"yaml": "services:\n  - hostname: harmless\n    type: valkey:single@7.2\n    override: false # override: true\n"}}).Status("done")
}

// TestWriteAPIAsksForEveryRisk calls every operation whose every call is asked about:
// nothing happens before a confirmation.
func TestWriteAPIAsksForEveryRisk(t *testing.T) {
	t.Parallel()
	free := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(free)
	server := free.Another(func(c *tool.Config) { c.Confirm = tool.ConfirmTwoStep })
	asked := 0
	for op := range zerops.Operations() {
		class := op.Class()
		risky := !op.Can().Has(zerops.Changes | zerops.Publishes | zerops.Copies)
		if op.Safe() || !risky || class.Has(zerops.PersonOnly) || class.Has(zerops.RevealsSecret) || class.Has(zerops.Undocumented) {
			continue
		}
		raw, err := json.Marshal(s.Arguments(t, op))
		if err != nil {
			t.Fatal(err)
		}
		got, err := server.Call(t.Context(), "write_api", raw)
		if err != nil {
			t.Fatal(err)
		}
		view, _ := got.StructuredContent.(json.RawMessage)
		var out struct {
			Status string
			Plan   struct {
				Summary string
				Loses   []string
			}
		}
		if got.IsError || json.Unmarshal(view, &out) != nil || out.Status != "confirmation_required" {
			t.Errorf("%s: no confirmation: %v %s", op, got.Content, view)
			continue
		}
		asked++
		if !strings.Contains(out.Plan.Summary, op.String()) || class.Effect == zerops.Destroys && len(out.Plan.Loses) == 0 {
			t.Errorf("%s: the plan does not say what is lost: %+v", op, out.Plan)
		}
	}
	if asked < 35 {
		t.Errorf("only %d operations asked", asked)
	}
	for _, request := range free.Sim.Requests() {
		if op, known := zerops.LookupOperation(request.Operation); known && !op.Safe() {
			t.Errorf("%s was sent without a confirmation", op)
		}
	}
}

func TestWriteAPIConfirmationIsForOneCall(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	worker, api := h.Sim.ServiceID("eshop-staging", "worker"), h.Sim.ServiceID("eshop-staging", "api")
	token := h.Call("write_api", tooltest.Args{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": worker}}).Status("confirmation_required").Str("confirm")
	for name, a := range map[string]tooltest.Args{
		"another service":   {"operation": "DeleteServiceStack", "path": tooltest.Args{"id": api}, "confirm": token},
		"another operation": {"operation": "PutServiceStackStop", "path": tooltest.Args{"id": worker}, "confirm": token},
	} {
		h.Call("write_api", a).Fails("confirmation_invalid")
		_ = name
	}
	h.Call("delete_service", tooltest.Args{"service": worker, "confirm": token}).Fails("confirmation_invalid")
	h.Call("write_api", tooltest.Args{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": worker}, "confirm": token}).Status("done")
	h.Call("write_api", tooltest.Args{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": worker}, "confirm": token}).Fails("not_found")
}

func TestWriteAPIAsksThePerson(t *testing.T) {
	t.Parallel()
	asked := ""
	for _, version := range tooltest.Eras() {
		h := tooltest.Start(t, func(s *tooltest.Setup) {
			s.Version = version
			s.Elicit = func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
				asked = r.Params.Message
				return tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": "worker"})(ctx, r)
			}
		})
		service := h.Sim.ServiceID("eshop-staging", "worker")
		h.Call("write_api", tooltest.Args{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": service}}).Status("done")
		if !strings.Contains(asked, `"worker"`) || !strings.Contains(asked, service) {
			t.Errorf("%s: the question was %q", version, asked)
		}
	}
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Elicit = tooltest.Answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": "wrong"})
	})
	h.Call("write_api", tooltest.Args{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": h.Sim.ServiceID("eshop-staging", "worker")}}).Fails("declined")
}

func TestWriteAPIShowsWhatItReplaces(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	a := tooltest.Args{"operation": "PutProject", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"name": "eshop-next", "tagList": []any{"staging", "next"}, "publicIpV4Shared": false}}
	first := h.Call("write_api", a).Status("confirmation_required")
	changes := fmt.Sprint(first.Get("plan.changes"))
	for _, part := range []string{`name: "eshop-staging" → "eshop-next"`, `description: "Deploys from main, resets every Sunday." → cleared`, `tagList: without "eshop"`, `tagList: with "next"`, "publicIpV4Shared: true → false"} {
		if !strings.Contains(changes, part) {
			t.Errorf("the changes lack %q: %s", part, changes)
		}
	}
	if strings.Contains(changes, "userRoles") {
		t.Errorf("roles that stay are called a change: %s", changes)
	}
	h.Confirmed("write_api", a).Status("done")
	if got := h.Call("get_project", tooltest.Args{"project": project}).Str("name"); got != "eshop-next" {
		t.Errorf("the name is %s", got)
	}
	// The token of a record that has changed since is worth nothing.
	h.Call("write_api", tooltest.Args{"operation": a["operation"], "path": a["path"], "body": a["body"], "confirm": first.Str("confirm")}).Fails("confirmation_invalid")
}

func TestWriteAPIShowsVariablesItRemoves(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := h.Sim.ServiceID("eshop-staging", "app")
	a := tooltest.Args{"operation": "PutServiceStackUserDataEnvFile", "path": tooltest.Args{"id": service}, "body": tooltest.Args{"envFile": "ADDED=obviously-fake-new-value\n"}}
	first := h.Call("write_api", a).Status("confirmation_required")
	plan := fmt.Sprint(first.Get("plan"))
	if !strings.Contains(plan, "STRIPE_SECRET_KEY") || !strings.Contains(plan, "adds 1: ADDED") || strings.Contains(plan, "obviously-fake") {
		t.Errorf("the plan: %s", plan)
	}
	h.Confirmed("write_api", a).Status("done")
}

// A variable that is written without the mark would be stored in clear, so the mark is
// demanded where a variable is the whole body, and else sent (platform §10.1).
func TestWriteAPIMarksVariables(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service, project := h.Sim.ServiceID("eshop-staging", "app"), h.Sim.ProjectID("eshop-staging")
	own := h.Call("read_api", tooltest.Args{"operation": "GetServiceStackEnv", "path": tooltest.Args{"id": service}}).Ok().Str("result.items.0.id")
	for operation, id := range map[string]string{"PutUserData": own, "PostServiceStackUserData": service, "PostProjectEnv": project} {
		e := h.Call("write_api", tooltest.Args{"operation": operation, "path": tooltest.Args{"id": id}, "body": tooltest.Args{"key": "STRIPE_SECRET_KEY", "content": "fake"}}).Fails("invalid_arguments")
		if !strings.Contains(fmt.Sprint(e), "sensitive") {
			t.Errorf("%s: %v", operation, e)
		}
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	file := tooltest.Args{"operation": "PutServiceStackUserDataEnvFile", "path": tooltest.Args{"id": service}, "body": tooltest.Args{"envFile": "KEPT=obviously-fake-value\n"}}
	if plan := fmt.Sprint(h.Call("write_api", file).Status("confirmation_required").Get("plan")); !strings.Contains(plan, "marks every value as sensitive") {
		t.Errorf("the plan: %s", plan)
	}
	h.Confirmed("write_api", file).Status("done")
	h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStack", "path": tooltest.Args{"id": project}, "body": tooltest.Args{
		"name": "fresh", "serviceStackVersionName": "nodejs@22", "userData": []any{tooltest.Args{"key": "KEPT", "content": "obviously-fake-value"}},
	}}).Status("done")
	for _, id := range []string{service, h.Sim.ServiceID("eshop-staging", "fresh")} {
		if row := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": id}))["KEPT"]; row["sensitive"] != true {
			t.Errorf("without the mark: %v", row)
		}
	}
	file["body"] = tooltest.Args{"envFile": "KEPT=obviously-fake-value\n", "sensitive": false}
	if plan := fmt.Sprint(h.Call("write_api", file).Status("confirmation_required").Get("plan")); !strings.Contains(plan, "in clear") {
		t.Errorf("the plan: %s", plan)
	}
}

func TestWriteAPIKeepsProtection(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	project := h.Sim.ProjectID("eshop-production")
	for _, a := range []tooltest.Args{
		{"operation": "DeleteProject", "path": tooltest.Args{"id": project}},
		{"operation": "DeleteServiceStack", "path": tooltest.Args{"id": h.Sim.ServiceID("eshop-production", "db")}},
		{"operation": "PutProjectEnvFile", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"envFile": ""}},
		{"operation": "PutProject", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"name": "eshop-production", "tagList": []any{"production"}, "publicIpV4Shared": false}},
	} {
		before := h.Writes()
		h.Call("write_api", a).Fails("blocked")
		if n := h.Writes() - before; n > 0 {
			t.Errorf("%v: %d writes", a["operation"], n)
		}
	}
	own := h.Sim.ServiceID("eshop-staging", "api")
	server := h.Another(func(c *tool.Config) { c.OwnService, c.Confirm = own, tool.ConfirmNever })
	got, err := server.Call(t.Context(), "write_api", json.RawMessage(fmt.Sprintf(`{"operation":"PutServiceStackStop","path":{"id":%q}}`, own)))
	if err != nil {
		t.Fatal(err)
	}
	if code := tooltest.ErrorCode(t, got); code != "blocked" {
		t.Errorf("stopping itself: code %q", code)
	}
}

func TestWriteAPISendsBytes(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	service := h.Sim.ServiceID("eshop-staging", "api")
	version := h.Call("write_api", tooltest.Args{"operation": "PostServiceStackAppVersion", "path": tooltest.Args{"id": service}}).Status("done").Str("result.id")
	h.Call("write_api", tooltest.Args{"operation": "PutAppVersionUpload", "path": tooltest.Args{"id": version}, "body": tooltest.Args{"base64": tooltest.Tarball}}).Status("done")
	if upload, ok := h.Sim.Uploaded(version); !ok || upload.Bytes == 0 {
		t.Errorf("the simulator got %+v, %v", upload, ok)
	}
}

func TestWriteAPIEscapesPaths(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	bucket := h.Sim.ServiceID("eshop-staging", "files")
	h.Call("write_api", tooltest.Args{"operation": "PutServiceStackPurgeCdn", "path": tooltest.Args{"id": bucket, "path": "img/a b?.png"}}).Status("done")
	requests := h.Sim.Requests()
	if got := requests[len(requests)-1].Path; got != "/service-stack/"+bucket+"/purge-cdn/img/a%20b%3F.png" {
		t.Errorf("the path was %s", got)
	}
	for _, path := range []string{"../x", "a//b", "a/../b", ""} {
		h.Call("write_api", tooltest.Args{"operation": "PutServiceStackPurgeCdn", "path": tooltest.Args{"id": bucket, "path": path}}).Fails("invalid_arguments")
	}
}

func TestWriteAPIUncertain(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	org := h.Sim.OrgID("Northwind Trading")
	h.Sim.Fail(simulator.Fault{Operation: "PutClientAccountInfo", Drop: simulator.DropAfter})
	e := h.Call("write_api", tooltest.Args{"operation": "PutClientAccountInfo", "path": tooltest.Args{"id": org}, "body": tooltest.Args{"accountName": "New"}}).Fails("uncertain")
	next, _ := e["next"].(map[string]any)
	if next["tool"] != "read_api" || !strings.Contains(fmt.Sprint(next["arguments"]), "GetClient") {
		t.Errorf("how to find out: %v", e)
	}
}
