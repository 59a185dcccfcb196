package simulator_test

import (
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/zerops/simulator"
)

// TestEveryOperation sends each of the vendor's operations without a body, and those
// that need a body with one made from the catalogue. Each has to answer JSON of its
// own: the shape it promises, or an error of the API.
func TestEveryOperation(t *testing.T) {
	t.Parallel()
	a := start(t)
	data, err := os.ReadFile(catalogueText)
	if err != nil {
		t.Fatal(err)
	}
	var known struct {
		Operations [][]string                   `json:"operations"`
		Objects    map[string]map[string]string `json:"objects"`
	}
	if err := json.Unmarshal(data, &known); err != nil {
		t.Fatal(err)
	}
	if len(known.Operations) < 240 {
		t.Fatalf("only %d operations", len(known.Operations))
	}
	// Reading before writing, and what destroys last, so that there is something left
	// to answer about.
	order := []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	slices.SortStableFunc(known.Operations, func(x, y []string) int { return slices.Index(order, x[1]) - slices.Index(order, y[1]) })
	ids := fillers(a)
	for _, op := range known.Operations {
		name, method, path, returns := op[0], op[1], op[2], op[3]
		address := fill(ids, path) + queryOf(op[5])
		got := a.send(method, address, bodyOf(op[6]))
		if got.status == http.StatusNotFound && got.json["error"] == nil || got.status == http.StatusMethodNotAllowed || got.status >= 500 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
			continue
		}
		if got.status != http.StatusOK {
			if problem, ok := got.json["error"].(map[string]any); !ok || problem["code"] == "" || problem["message"] == "" {
				t.Errorf("%s: an error without the API's shape: %s", name, got.body)
			}
			continue
		}
		for field := range known.Objects[returns] {
			if _, has := got.json[field]; !has && field != "totalCount" && field != "instanceId" {
				t.Errorf("%s: the answer has no %q: %.300s", name, field, got.body)
			}
		}
		if required := strings.Contains(op[6], "*:"); required && method != http.MethodGet {
			if empty := a.send(method, address, "{}"); empty.status != http.StatusBadRequest && !optional(name) {
				t.Errorf("%s: a body without its required fields is %d", name, empty.status)
			}
		}
	}
}

// optional are operations of which the live API demands less than the SDK sends.
func optional(name string) bool {
	return name == "PutServiceStackTriggerPipeline" || name == "PutServiceStackTriggerExternalRepositoryIntegration"
}

// fillers are ids of the right kind for the beginnings of paths.
func fillers(a api) map[string]string {
	org, project, service := a.sim.OrgID("Petra's Lab"), a.sim.ProjectID("portfolio"), a.sim.ServiceID("portfolio", "web")
	return map[string]string{
		"client": org, "billing": org, "project": project, "service-stack-by-name": project, "service-stack": service,
	}
}

// fill puts arguments into a path.
func fill(ids map[string]string, path string) string {
	area, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	id := cmp.Or(ids[area], strings.Repeat("w", 22))
	return strings.NewReplacer("{id}", id, "{clientId}", id, "{projectId}", id, "{name}", "web", "{tokenId}", strings.Repeat("w", 22),
		"{date}", "2026-01-01%2000:00:00", "{stackTypeId}", "nodejs", "{serviceStackTypeVersionId}", "nodejs@22", "{token}", "t",
		"{base64PublicKey}", "a2V5", "{domain}", "example.com", "{path...}", "a/b").Replace(path)
}

func queryOf(fields string) string {
	var query strings.Builder
	query.WriteString("?")
	for field := range strings.FieldsSeq(fields) {
		name, kind, _ := strings.Cut(field, ":")
		name, required := strings.CutSuffix(name, "*")
		if required {
			query.WriteString(name + "=" + sample(kind) + "&")
		}
	}
	return query.String()
}

func sample(kind string) string {
	if _, values, ok := strings.Cut(kind, "("); ok {
		first, _, _ := strings.Cut(strings.TrimSuffix(values, ")"), "|")
		return first
	}
	if kind == "boolean" {
		return "true"
	}
	return "x"
}

func bodyOf(fields string) any {
	if fields == "" {
		return nil
	}
	body := make(map[string]any)
	for field := range strings.FieldsSeq(fields) {
		name, kind, _ := strings.Cut(field, ":")
		name, required := strings.CutSuffix(name, "*")
		if !required {
			continue
		}
		switch base, _, _ := strings.Cut(kind, "("); base {
		case "integer", "number":
			body[name] = 1
		case "boolean":
			body[name] = true
		case "array":
			body[name] = []any{}
		case "object":
			body[name] = map[string]any{}
		case "id":
			body[name] = strings.Repeat("w", 22)
		default:
			body[name] = sample(kind)
		}
	}
	return body
}

func TestGenericAccess(t *testing.T) {
	t.Parallel()
	a := start(t)
	org := a.sim.OrgID("Northwind Trading")
	a.as("").refused(http.MethodGet, "/auth/info", nil, 401, "notAuthorized")
	a.as(simulator.OtherOrgToken).refused(http.MethodGet, "/client/"+org+"/billing-info", nil, 403, "insufficientPermissions")
	a.as(simulator.ReadOnlyToken).refused(http.MethodPut, "/client/"+org+"/account-info", map[string]any{"accountName": "x"}, 403, "insufficientPermissions")
	a.as(simulator.ProjectToken).refused(http.MethodPost, "/user-token", map[string]any{"name": "x"}, 403, "notAllowedForIntegrationTokenWithoutDelegation")
	problem := a.refused(http.MethodPut, "/client/"+org+"/account-info", map[string]any{"accountName": 7}, 400, "invalidUserInput")
	if !strings.Contains(string(encode(t, problem)), "accountName") {
		t.Errorf("the field is not named: %v", problem)
	}
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	a := start(t).as("")
	for _, name := range []string{"zerops-yaml", "zerops-yml", "import-project-yaml", "import-project-yml"} {
		schema := a.get("/settings/" + name + "-json-schema.json")
		if schema["$schema"] == nil || schema["properties"] == nil {
			t.Errorf("%s: %v", name, schema)
		}
	}
}

// TestInBubble proves that the simulator runs on the clock of a synctest bubble.
func TestInBubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := simulator.New(simulator.WithPace(1))
		client := &http.Client{Transport: sim.RoundTripper()}
		send := func(method, path string) map[string]any {
			request, err := http.NewRequestWithContext(t.Context(), method, "http://zerops.test/api/rest/public"+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+simulator.OwnerToken)
			response, err := client.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var body map[string]any
			if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
				t.Fatal(err)
			}
			return body
		}
		began := time.Now()
		process := send(http.MethodPut, "/service-stack/"+sim.ServiceID("blog", "ghost")+"/restart")
		for process["status"] != "FINISHED" {
			<-time.After(time.Second)
			process = send(http.MethodGet, "/process/"+process["id"].(string))
		}
		if took := time.Since(began); took < 15*time.Second || took > 20*time.Second {
			t.Errorf("a restart took %v of the bubble's time", took)
		}
		sim.Fail(simulator.Fault{Drop: simulator.DropBefore, Times: 1})
		request, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://zerops.test/api/rest/public/user/info", nil)
		if response, err := client.Do(request); err == nil {
			response.Body.Close()
			t.Error("a dropped connection answered")
		}
	})
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		simulator.New()
	}
}
