package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

func TestImportRefusals(t *testing.T) {
	t.Parallel()
	a := start(t)
	project := a.sim.ProjectID("playground")
	path := "/project/" + project + "/service-stack/import"
	for _, c := range []struct{ name, yaml, code string }{
		{"syntax", "services:\n  - hostname: [", "projectImportInvalidYaml"},
		{"no service", "services: []", "projectImportMissingService"},
		{"project section", "project: {name: x}\nservices:\n  - {hostname: a, type: nodejs@22}", "projectImportProjectIncluded"},
		{"unknown type", "services:\n  - {hostname: a, type: nodejs@99}", "projectImportInvalidTypeVersion"},
		{"mode missing", "services:\n  - {hostname: a, type: postgresql@16}", "projectImportMissingParameter"},
		{"mode on object storage", "services:\n  - {hostname: a, type: object-storage, objectStorageSize: 2, mode: HA}", "projectImportInvalidParameter"},
		{"setup without repository", "services:\n  - {hostname: a, type: nodejs@22, zeropsSetup: x}", "projectImportInvalidParameter"},
		{"hostname", "services:\n  - {hostname: my-app, type: nodejs@22}", "serviceStackNameInvalid"},
		{"twice", "services:\n  - {hostname: a, type: nodejs@22}\n  - {hostname: a, type: bun@1.2}", "serviceStackNameUnavailable"},
		{"storage without size", "services:\n  - {hostname: a, type: object-storage}", "projectImportMissingParameter"},
		{"containers of a database", "services:\n  - {hostname: a, type: postgresql:ha@18, minContainers: 2}", "customHorizontalAutoscalingForbiddenForThisStackCategory"},
		{"minimum above maximum", "services:\n  - {hostname: a, type: nodejs@22, verticalAutoscaling: {minRam: 4, maxRam: 2}}", "valueMustNotBeMoreThan"},
		{"containers above maximum", "services:\n  - {hostname: a, type: nodejs@22, minContainers: 4, maxContainers: 2}", "valueMustNotBeMoreThan"},
		{"cores", "services:\n  - {hostname: a, type: nodejs@22, verticalAutoscaling: {maxCpu: 9}}", "valueMustNotBeMoreThan"},
		{"overrides of no profile", "services:\n  - {hostname: a, type: postgresql:ha@18, profileOverrides: {work_mem: 1}}", "projectImportMissingParameter"},
		{"a key twice", "services:\n  - {hostname: a, type: nodejs@22, hostname: b}", "projectImportInvalidYaml"},
		{"generated length", "#zeropsPreprocessor=on\nservices:\n  - {hostname: a, type: nodejs@22, envSecrets: {X: \"<@generateRandomString(<lots>)>\"}}", "yamlPreprocessingError"},
		{"unknown variable", "#yamlPreprocessor=on\nservices: # <@getVar(nothing)>\n  - {hostname: a, type: nodejs@22}", "yamlPreprocessingError"},
		{"generator", "#yamlPreprocessor=on\nservices:\n  - {hostname: a, type: nodejs@22, envSecrets: {X: \"<@nonsense()>\"}}", "yamlPreprocessingError"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := a
			b.t = t
			b.refused(http.MethodPost, path, map[string]any{"yaml": c.yaml}, 400, c.code)
			if left := rows(t, b.get("/project/" + project + "/service-stack")["list"]); len(left) > 2 {
				t.Errorf("a refused import left %d services", len(left))
			}
		})
	}
}

// An import is read as the platform reads it, not as its schema says.
func TestImportTolerates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		yaml string
		made int
	}{
		"scalars":            {"services:\n  - {hostname: a, type: nodejs@22, envSecrets: {DEBUG: true, PORT: 3000, EMPTY: }}", 1},
		"an empty policy":    {"services:\n  - hostname: a\n    type: object-storage\n    objectStorageSize: 2\n    objectStorageRawPolicy:\n", 1},
		"keys with no use":   {"services:\n  - {hostname: a, type: nodejs@22, mode: HA, ports: [], envVariables: {A: b}, whatever: 1}", 1},
		"short and latest":   {"services:\n  - {hostname: a, type: nodejs@latest}\n  - {hostname: b, type: postgresql:single}", 2},
		"an older name":      {"services:\n  - {hostname: a, type: objectstorage, objectStorageSize: 2}", 1},
		"a lifted maximum":   {"services:\n  - {hostname: a, type: nodejs@22, minContainers: 5, verticalAutoscaling: {minRam: 16}}", 1},
		"ranges of Docker":   {"services:\n  - {hostname: a, type: docker@latest, verticalAutoscaling: {minRam: 2, maxRam: 4, cpu: 2}}", 1},
		"an unclosed sign":   {"#yamlPreprocessor=on\nservices:\n  - {hostname: a, type: nodejs@22} # replicas < 3\n  - {hostname: b, type: nodejs@22}\n", 1},
		"a byte order mark":  {"\ufeff#zeropsPreprocessor=on\r\nservices:\r\n  - {hostname: a, type: nodejs@22, vault: {A: <@generateRandomString(<8>)>}}\r\n", 1},
		"text in place of a": {"#yamlPreprocessor=on\nservices:\n  - {hostname: <a>, type: nodejs@<@pickRandom(<22>)>}\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, simulator.WithPace(0))
			made := a.ok(http.MethodPost, "/project/"+a.sim.ProjectID("playground")+"/service-stack/import", map[string]any{"yaml": c.yaml})
			if n := len(rows(t, made["serviceStacks"])); n != c.made {
				t.Errorf("%d services, want %d", n, c.made)
			}
		})
	}
	a := start(t, simulator.WithPace(0))
	project := a.sim.ProjectID("playground")
	made := a.ok(http.MethodPost, "/project/"+project+"/service-stack/import", map[string]any{"yaml": "services:\n  - {hostname: find, type: meilisearch:single@1.20, enableSubdomainAccess: true}\n"})
	a.finished(rows(t, rows(t, made["serviceStacks"])[0]["processes"])[0])
	made = a.ok(http.MethodPost, "/project/"+project+"/service-stack/import", map[string]any{"yaml": "services:\n  - hostname: told\n    type: nodejs@22\n    vault: {A: 1.10, B: yes, C: 2026-11-30, D: {value: 0x1F, sensitive: true}, E: , F: ~, G: true}\n"})
	a.finished(rows(t, rows(t, made["serviceStacks"])[0]["processes"])[0])
	stored := rows(t, a.get("/service-stack-by-name/" + project + "/told")["userData"])
	for key, want := range map[string]any{"A": "1.10", "B": "yes", "C": "2026-11-30", "D": "0x1F", "E": "", "F": "", "G": "true"} {
		if v := pick(t, stored, "key", key); v["content"] != want || v["sensitive"] != (key == "D") {
			t.Errorf("%s is stored as %v, want %v", key, v, want)
		}
	}
	if find := a.get("/service-stack-by-name/" + project + "/find"); find["subdomainAccess"] != true {
		t.Errorf("a managed service with an HTTP port is not public: %v", find["subdomainAccess"])
	}
}

func TestImportServices(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001))
	project := a.sim.ProjectID("playground")
	path := "/project/" + project + "/service-stack/import"
	send := func(text string) map[string]any { return map[string]any{"yaml": text} }

	made := a.ok(http.MethodPost, path, send(`#yamlPreprocessor=on
services:
  - hostname: web
    type: nodejs@22
    envSecrets:
      TOKEN: <@generateRandomString(<32>)>
    envVariables:
      DROPPED: silently
    ports: [{port: 3000}]
    enableSubdomainAccess: true
    startWithoutCode: true
    minContainers: 2
    mount: [disk]
  - hostname: disk
    type: shared-storage:single@1
    priority: 20
  - hostname: db
    type: postgresql:single@18
    priority: 10
`))
	stacks := rows(t, made["serviceStacks"])
	var order []string
	for _, stack := range stacks {
		order = append(order, stack["name"].(string))
		for _, process := range rows(t, stack["processes"]) {
			if row := a.finished(process); row["status"] != "FINISHED" {
				t.Errorf("%s: %v", stack["name"], row)
			}
		}
	}
	if strings.Join(order, " ") != "disk db web" {
		t.Errorf("order of creation: %v", order)
	}
	if n := len(rows(t, pick(t, stacks, "name", "web")["processes"])); n != 2 {
		t.Errorf("a runtime has %d processes, want 2", n)
	}
	web := a.get("/service-stack-by-name/" + project + "/web")
	if web["status"] != "ACTIVE" || web["subdomainAccess"] != false || len(rows(t, web["ports"])) != 0 || len(rows(t, web["connectedStacks"])) != 1 {
		t.Errorf("the imported runtime: %v", web)
	}
	if boxes := rows(t, a.get("/service-stack/" + web["id"].(string) + "/container")["list"]); len(boxes) != 2 {
		t.Errorf("containers: %d, want 2", len(boxes))
	}
	for _, v := range rows(t, web["userData"]) {
		if v["key"] == "DROPPED" {
			t.Error("envVariables of a service took effect")
		}
		if v["key"] == "TOKEN" && !strings.Contains(v["content"].(string), simulator.SecretMark) {
			t.Errorf("the generator was not run: %v", v["content"])
		}
	}
	a.refused(http.MethodPost, path, send("services:\n  - {hostname: db, type: nodejs@22}"), 400, "serviceStackNameUnavailable")
	before := web["activeAppVersion"].(map[string]any)["id"]
	again := a.ok(http.MethodPost, path, send("services:\n  - {hostname: web, type: nodejs@22, override: true, startWithoutCode: true}"))
	a.finished(rows(t, rows(t, again["serviceStacks"])[0]["processes"])[0])
	if status := a.get("/app-version/" + before.(string))["status"]; status != "BACKUP" {
		t.Errorf("override with startWithoutCode left the version before %v", status)
	}
}

func TestImportProject(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001), simulator.WithIndexLag(0))
	org := a.sim.OrgID("Northwind Trading")
	path := "/client/" + org + "/project/import"
	document := map[string]any{"yaml": "project:\n  name: fresh\n  corePackage: SERIOUS\n  tags: [try]\n  envVariables: {A: b}\nservices:\n  - {hostname: cache, type: \"valkey:single@7.2\"}\n"}
	a.refused(http.MethodPost, path, map[string]any{"yaml": "services:\n  - {hostname: a, type: nodejs@22}"}, 400, "projectImportProjectMissing")
	a.as(simulator.ReadOnlyToken).refused(http.MethodPost, path, document, 403, "insufficientPermissions")

	// A token that may create projects and nothing else cannot create one directly.
	token := a.as(simulator.ProjectToken)
	token.refused(http.MethodPost, "/client/"+org+"/project", map[string]any{"name": "x", "tagList": []string{}}, 400, "userNotFound")
	made := token.ok(http.MethodPost, path, document)
	token.finished(rows(t, rows(t, made["serviceStacks"])[0]["processes"])[0])
	project := "/project/" + made["projectId"].(string)
	if p := token.get(project); p["status"] != "ACTIVE" || p["mode"] != "SERIOUS" {
		t.Errorf("the imported project: %v", p)
	}

	exported := a.get(project + "/export")["yaml"].(string)
	for _, want := range []string{"name: fresh", "hostname: cache", "valkey:single@7.2", "A: b"} {
		if !strings.Contains(exported, want) {
			t.Errorf("the export lacks %q:\n%s", want, exported)
		}
	}
	staging := a.get("/project/" + a.sim.ProjectID("eshop-staging") + "/export")["yaml"].(string)
	if !strings.Contains(staging, simulator.SecretMark) {
		t.Error("an export has no secrets in it")
	}
	if reader := a.as(simulator.ReadOnlyToken).get("/project/" + a.sim.ProjectID("eshop-staging") + "/export")["yaml"].(string); strings.Contains(reader, simulator.SecretMark) {
		t.Error("an export shows secrets to a read-only token")
	}
	a.refused(http.MethodGet, "/project/"+a.sim.ProjectID("spring-campaign")+"/export", nil, 400, "serviceStackCreating")

	deleted := a.finished(a.ok(http.MethodDelete, project, nil))
	if deleted["status"] != "FINISHED" {
		t.Errorf("deletion: %v", deleted)
	}
	a.refused(http.MethodGet, project, nil, 400, "projectNotFound")
}

func TestCreateServices(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001))
	project := a.sim.ProjectID("playground")
	path := "/project/" + project + "/service-stack"
	a.sim.Hold("stack.create")
	made := a.ok(http.MethodPost, path, map[string]any{"name": "db", "serviceStackVersionName": "postgresql:ha@18", "userData": []any{}})
	if made["status"] != "NEW" || made["process"].(map[string]any)["actionName"] != "stack.create" {
		t.Errorf("a new service: %v", made)
	}
	service := "/service-stack/" + made["id"].(string)
	a.refused(http.MethodPost, service+"/user-data", map[string]any{"key": "A", "content": "b", "sensitive": false}, 400, "serviceStackCreating")
	a.sim.Release()
	a.finished(made["process"].(map[string]any))
	live := a.get(service)
	if live["status"] != "ACTIVE" || live["mode"] != "HA" || live["autoscalingProfileId"] != "oltp-staging" {
		t.Errorf("the created database: %v", live)
	}
	if boxes := a.get(service + "/container"); boxes["totalCount"] != 3.0 {
		t.Errorf("a highly available database has %v containers", boxes["totalCount"])
	}
	pick(t, live["userData"], "key", "connectionString")
	a.refused(http.MethodPost, path, map[string]any{"name": "db", "serviceStackVersionName": "nodejs@22"}, 400, "serviceStackNameUnavailable")
	a.refused(http.MethodPost, path, map[string]any{"name": "old", "serviceStackVersionName": "nodejs@18"}, 400, "serviceStackTypeVersionIsNotActive")
	a.refused(http.MethodPost, path, map[string]any{"name": "x", "serviceStackVersionName": "cobol@1"}, 400, "serviceStackTypeNotFound")

	bucket := a.ok(http.MethodPost, path+"/object_storage_v1", map[string]any{"name": "files", "diskGBytes": 5, "policy": "private"})
	a.finished(bucket["process"].(map[string]any))
	if size := a.get("/service-stack/" + bucket["id"].(string) + "/object-storage-size"); size["diskGBytesUsed"] == 0.0 {
		t.Errorf("usage: %v", size)
	}
	a.sim.Hold("stack.delete")
	deleting := a.ok(http.MethodDelete, service, nil)
	a.refused(http.MethodPost, path, map[string]any{"name": "db", "serviceStackVersionName": "valkey:single@7.2"}, 400, "serviceStackNameUnavailable")
	a.sim.Release()
	a.finished(deleting)
	a.ok(http.MethodPost, path, map[string]any{"name": "db", "serviceStackVersionName": "valkey:single@7.2"})
}
