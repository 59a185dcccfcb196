package tools_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/mark3labs/mcp-go/mcp"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

func TestWriteAPIFollowsProcesses(t *testing.T) {
	t.Parallel()
	h := start(t)
	service := h.sim.ServiceID("eshop-staging", "api")
	r := h.call("write_api", args{"operation": "PutServiceStackRestart", "path": args{"id": service}}).status("done")
	if r.str("processes.0.status") != "FINISHED" || r.get("result") != nil {
		t.Errorf("the process is told twice, or not to its end: %s", r.raw)
	}
	h.sim.Hold("stack.restart")
	r = h.call("write_api", args{"operation": "PutServiceStackRestart", "path": args{"id": service}, "wait_seconds": 0}).status("in_progress")
	if r.str("next.tool") != "wait_for" || r.get("next.arguments.processes.0") != r.str("processes.0.id") {
		t.Errorf("next is not to wait: %s", r.raw)
	}
	h.sim.Release()
	// An import names the processes of each service.
	project := h.sim.ProjectID("eshop-staging")
	r = h.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": project}, "body": args{"yaml": "services:\n  - hostname: fresh\n    type: valkey:single@7.2\n"}}).status("done")
	if r.str("processes.0.status") != "FINISHED" || r.str("result.serviceStacks.0.name") != "fresh" {
		t.Errorf("import: %s", r.raw)
	}
}

func TestWriteAPIConfirms(t *testing.T) {
	h := start(t)
	staging, service := h.sim.ProjectID("eshop-staging"), h.sim.ServiceID("eshop-staging", "worker")
	for _, test := range []struct {
		operation string
		path      args
		body      any
		plan      []string
	}{
		{"DeleteServiceStack", args{"id": service}, nil, []string{`\"worker\"`, service, "for good"}},
		{"PutServiceStackStop", args{"id": service}, nil, []string{"unreachable"}},
		{"PutProjectRequestIpv4", args{"id": staging}, nil, []string{"charged"}},
		{"PutProjectModeUpgrade", args{"id": staging}, args{"mode": "SERIOUS"}, []string{"no way back", "charged", "logs and statistics"}},
		{"PostProjectServiceStackImport", args{"id": staging}, args{"yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n    override: true\n"}, []string{"override"}},
		{"PutServiceStackTriggerPipeline", args{"id": service}, args{"startWithoutCode": true}, []string{"empty one takes its place"}},
		{"PostClientUser", args{"id": h.sim.OrgID("Northwind Trading")}, args{"email": "new@example.com", "firstName": "N", "lastName": "", "languageId": "en", "roleCode": "ADMIN", "canViewFinances": true, "canEditFinances": false, "canCreateProjects": true}, []string{"new@example.com", "roleCode: ADMIN"}},
		{"PostClientProject", args{"id": h.sim.OrgID("Northwind Trading")}, args{"name": "dear", "mode": "SERIOUS"}, []string{"SERIOUS"}},
	} {
		t.Run(test.operation, func(t *testing.T) {
			h := h.in(t)
			a := args{"operation": test.operation, "path": test.path}
			if test.body != nil {
				a["body"] = test.body
			}
			before := h.writes()
			first := h.call("write_api", a).status("confirmation_required")
			if n := h.writes() - before; n > 0 {
				t.Fatalf("%d writes before the confirmation", n)
			}
			plan, err := json.Marshal(first.get("plan"))
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range test.plan {
				if !strings.Contains(string(plan), part) {
					t.Errorf("the plan lacks %q: %s", part, plan)
				}
			}
			other := args{"operation": test.operation, "path": test.path, "body": test.body, "confirm": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}
			h.call("write_api", other).fails("confirmation_invalid")
		})
	}
	confirmed := h.confirmed("write_api", args{"operation": "DeleteServiceStack", "path": args{"id": service}}).status("done")
	if confirmed.str("processes.0.status") != "FINISHED" {
		t.Errorf("after the confirmation: %s", confirmed.raw)
	}
	// A harmless import and a plain restart need none.
	h.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": staging}, "body": args{"yaml": "services:\n  - hostname: harmless\n    type: valkey:single@7.2\n    override: false # override: true\n"}}).status("done")
}

// TestWriteAPIAsksForEveryRisk calls every operation that destroys, costs, lets
// somebody in or replaces a record: nothing happens before a confirmation.
func TestWriteAPIAsksForEveryRisk(t *testing.T) {
	t.Parallel()
	free := start(t, unconfirmed)
	s := gather(free)
	server := free.another(func(c *tools.Config) { c.Confirm = tools.ConfirmTwoStep })
	asked := 0
	for op := range zerops.Operations() {
		class := op.Class()
		risky := class.Effect == zerops.Destroys || class.Has(zerops.CostsMoney) || class.Has(zerops.GrantsAccess) || class.Has(zerops.FullReplacement)
		if op.Safe() || !risky || class.Has(zerops.PersonOnly) || class.Has(zerops.RevealsSecret) || class.Has(zerops.Undocumented) {
			continue
		}
		raw, err := json.Marshal(s.arguments(t, op))
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
	if asked < 40 {
		t.Errorf("only %d operations asked", asked)
	}
	for _, request := range free.sim.Requests() {
		if op, known := zerops.LookupOperation(request.Operation); known && !op.Safe() {
			t.Errorf("%s was sent without a confirmation", op)
		}
	}
}

func TestWriteAPIConfirmationIsForOneCall(t *testing.T) {
	t.Parallel()
	h := start(t)
	worker, api := h.sim.ServiceID("eshop-staging", "worker"), h.sim.ServiceID("eshop-staging", "api")
	token := h.call("write_api", args{"operation": "DeleteServiceStack", "path": args{"id": worker}}).status("confirmation_required").str("confirm")
	for name, a := range map[string]args{
		"another service":   {"operation": "DeleteServiceStack", "path": args{"id": api}, "confirm": token},
		"another operation": {"operation": "PutServiceStackStop", "path": args{"id": worker}, "confirm": token},
	} {
		h.call("write_api", a).fails("confirmation_invalid")
		_ = name
	}
	h.call("delete_service", args{"service": worker, "confirm": token}).fails("confirmation_invalid")
	h.call("write_api", args{"operation": "DeleteServiceStack", "path": args{"id": worker}, "confirm": token}).status("done")
	h.call("write_api", args{"operation": "DeleteServiceStack", "path": args{"id": worker}, "confirm": token}).fails("not_found")
}

func TestWriteAPIAsksThePerson(t *testing.T) {
	t.Parallel()
	asked := ""
	for _, version := range eras() {
		h := start(t, func(s *setup) {
			s.version = version
			s.elicit = func(ctx context.Context, r mcp.ElicitationRequest) (*mcp.ElicitationResult, error) {
				asked = r.Params.Message
				return answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": "worker"})(ctx, r)
			}
		})
		service := h.sim.ServiceID("eshop-staging", "worker")
		h.call("write_api", args{"operation": "DeleteServiceStack", "path": args{"id": service}}).status("done")
		if !strings.Contains(asked, `"worker"`) || !strings.Contains(asked, service) {
			t.Errorf("%s: the question was %q", version, asked)
		}
	}
	h := start(t, func(s *setup) {
		s.elicit = answer(mcp.ElicitationResponseActionAccept, map[string]any{"confirm": true, "name": "wrong"})
	})
	h.call("write_api", args{"operation": "DeleteServiceStack", "path": args{"id": h.sim.ServiceID("eshop-staging", "worker")}}).fails("declined")
}

func TestWriteAPIShowsWhatItReplaces(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	a := args{"operation": "PutProject", "path": args{"id": project}, "body": args{"name": "eshop-next", "tagList": []any{"staging", "next"}, "publicIpV4Shared": false}}
	first := h.call("write_api", a).status("confirmation_required")
	changes := fmt.Sprint(first.get("plan.changes"))
	for _, part := range []string{`name: "eshop-staging" → "eshop-next"`, `description: "Deploys from main, resets every Sunday." → cleared`, `tagList: without "eshop"`, `tagList: with "next"`, "publicIpV4Shared: true → false"} {
		if !strings.Contains(changes, part) {
			t.Errorf("the changes lack %q: %s", part, changes)
		}
	}
	if strings.Contains(changes, "userRoles") {
		t.Errorf("roles that stay are called a change: %s", changes)
	}
	h.confirmed("write_api", a).status("done")
	if got := h.call("get_project", args{"project": project}).str("name"); got != "eshop-next" {
		t.Errorf("the name is %s", got)
	}
	// The token of a record that has changed since is worth nothing.
	h.call("write_api", args{"operation": a["operation"], "path": a["path"], "body": a["body"], "confirm": first.str("confirm")}).fails("confirmation_invalid")
}

func TestWriteAPIShowsVariablesItRemoves(t *testing.T) {
	t.Parallel()
	h := start(t)
	service := h.sim.ServiceID("eshop-staging", "app")
	a := args{"operation": "PutServiceStackUserDataEnvFile", "path": args{"id": service}, "body": args{"envFile": "ADDED=obviously-fake-new-value\n"}}
	first := h.call("write_api", a).status("confirmation_required")
	plan := fmt.Sprint(first.get("plan"))
	if !strings.Contains(plan, "STRIPE_SECRET_KEY") || !strings.Contains(plan, "adds 1: ADDED") || strings.Contains(plan, "obviously-fake") {
		t.Errorf("the plan: %s", plan)
	}
	h.confirmed("write_api", a).status("done")
}

func TestWriteAPIKeepsProtection(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	project := h.sim.ProjectID("eshop-production")
	for _, a := range []args{
		{"operation": "DeleteProject", "path": args{"id": project}},
		{"operation": "DeleteServiceStack", "path": args{"id": h.sim.ServiceID("eshop-production", "db")}},
		{"operation": "PutProjectEnvFile", "path": args{"id": project}, "body": args{"envFile": ""}},
		{"operation": "PutProject", "path": args{"id": project}, "body": args{"name": "eshop-production", "tagList": []any{"production"}, "publicIpV4Shared": false}},
	} {
		before := h.writes()
		h.call("write_api", a).fails("blocked")
		if n := h.writes() - before; n > 0 {
			t.Errorf("%v: %d writes", a["operation"], n)
		}
	}
	own := h.sim.ServiceID("eshop-staging", "api")
	server := h.another(func(c *tools.Config) { c.OwnService, c.Confirm = own, tools.ConfirmNever })
	got, err := server.Call(t.Context(), "write_api", json.RawMessage(fmt.Sprintf(`{"operation":"PutServiceStackStop","path":{"id":%q}}`, own)))
	if err != nil {
		t.Fatal(err)
	}
	if code := errorCode(t, got); code != "blocked" {
		t.Errorf("stopping itself: code %q", code)
	}
}

func TestWriteAPISendsBytes(t *testing.T) {
	t.Parallel()
	h := start(t)
	service := h.sim.ServiceID("eshop-staging", "api")
	version := h.call("write_api", args{"operation": "PostServiceStackAppVersion", "path": args{"id": service}}).status("done").str("result.id")
	h.call("write_api", args{"operation": "PutAppVersionUpload", "path": args{"id": version}, "body": args{"base64": tarball}}).status("done")
	if upload, ok := h.sim.Uploaded(version); !ok || upload.Bytes == 0 {
		t.Errorf("the simulator got %+v, %v", upload, ok)
	}
}

func TestWriteAPIEscapesPaths(t *testing.T) {
	t.Parallel()
	h := start(t)
	bucket := h.sim.ServiceID("eshop-staging", "files")
	h.call("write_api", args{"operation": "PutServiceStackPurgeCdn", "path": args{"id": bucket, "path": "img/a b?.png"}}).status("done")
	requests := h.sim.Requests()
	if got := requests[len(requests)-1].Path; got != "/service-stack/"+bucket+"/purge-cdn/img/a%20b%3F.png" {
		t.Errorf("the path was %s", got)
	}
	for _, path := range []string{"../x", "a//b", "a/../b", ""} {
		h.call("write_api", args{"operation": "PutServiceStackPurgeCdn", "path": args{"id": bucket, "path": path}}).fails("invalid_arguments")
	}
}

func TestWriteAPIUncertain(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	org := h.sim.OrgID("Northwind Trading")
	h.sim.Fail(simulator.Fault{Operation: "PutClientAccountInfo", Drop: simulator.DropAfter})
	e := h.call("write_api", args{"operation": "PutClientAccountInfo", "path": args{"id": org}, "body": args{"accountName": "New"}}).fails("uncertain")
	next, _ := e["next"].(map[string]any)
	if next["tool"] != "read_api" || !strings.Contains(fmt.Sprint(next["arguments"]), "GetClient") {
		t.Errorf("how to find out: %v", e)
	}
}
