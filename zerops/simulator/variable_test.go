package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

func TestServiceVariables(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001))
	service := "/service-stack/" + a.sim.ServiceID("eshop-staging", "app")
	variable := func(key, content string) map[string]any {
		return map[string]any{"key": key, "content": content, "sensitive": true}
	}
	problem := a.refused(http.MethodPost, service+"/user-data", map[string]any{"key": "A", "content": "b"}, 400, "invalidUserInput")
	if meta := problem["meta"].([]any)[0].(map[string]any)["metadata"].(map[string]any); meta["sensitive"] == nil {
		t.Errorf("the missing field is not named: %v", problem)
	}
	process := a.ok(http.MethodPost, service+"/user-data", variable("API_KEY", "fake-one"))
	if process["key"] != nil || process["actionName"] != "stack.updateUserData" {
		t.Errorf("a new variable answers %v, not its process", process)
	}
	version := a.upload(a.sim.ServiceID("eshop-staging", "app"))
	a.finished(process)
	a.refused(http.MethodPost, service+"/user-data", variable("API_KEY", "fake-two"), 400, "userDataDuplicateKey")
	a.refused(http.MethodPost, service+"/user-data", variable("node_env", "x"), 400, "userDataDuplicateKey")
	a.refused(http.MethodPost, service+"/user-data", variable("HOSTNAME", "x"), 400, "userDataDuplicateKey")
	a.refused(http.MethodPost, service+"/user-data", variable("ZEROPS_X", "x"), 400, "userDataZeropsPrefixForbidden")
	a.refused(http.MethodPost, service+"/user-data", variable("hostname", "x"), 400, "userDataUseOfSystemKey")
	a.refused(http.MethodPost, service+"/user-data", variable("9lives", "x"), 400, "userDataKeyInvalid")

	all := a.get(service + "/env")["items"]
	mine, baked, generated := pick(t, all, "key", "API_KEY"), pick(t, all, "key", "NODE_ENV"), pick(t, all, "key", "serviceId")
	a.refused(http.MethodPut, "/user-data/"+baked["id"].(string), variable("NODE_ENV", "x"), 400, "recordIsReadOnly")
	a.refused(http.MethodDelete, "/user-data/"+baked["id"].(string), nil, 400, "userDataDeleteForbidden")
	a.refused(http.MethodDelete, "/user-data/"+generated["id"].(string), nil, 400, "userDataDeleteForbidden")
	if seen := a.get("/user-data/" + mine["id"].(string) + "/reveal"); seen["content"] != "fake-one" {
		t.Errorf("revealed: %v", seen)
	}
	a.as(simulator.ReadOnlyToken).refused(http.MethodGet, "/user-data/"+mine["id"].(string)+"/reveal", nil, 403, "insufficientPermissions")

	a.sim.Hold("stack.updateUserData")
	changed := a.ok(http.MethodPut, "/user-data/"+mine["id"].(string), variable("API_KEY", "fake-three"))
	a.refused(http.MethodPut, "/app-version/"+version+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml}, 400, "userDataSyncRunning")
	a.sim.Release()
	a.finished(changed)
	if again := pick(t, a.get(service + "/env")["items"], "key", "API_KEY"); again["id"] != mine["id"] || again["content"] != "fake-three" {
		t.Errorf("after the update: %v", again)
	}
	for _, token := range []string{simulator.ReadOnlyToken, simulator.OrgReadToken} {
		if seen := pick(t, a.as(token).get(service + "/env")["items"], "key", "API_KEY"); seen["content"] != "REDACTED" {
			t.Errorf("a read-only token reads %v", seen["content"])
		}
		a.as(token).refused(http.MethodPost, service+"/user-data", variable("B", "c"), 403, "insufficientPermissions")
	}

	a.finished(a.ok(http.MethodPut, service+"/user-data/env-file", map[string]any{"envFile": "ONE=1\nTWO=\"two words\"\n"}))
	left := make(map[string]any)
	for _, v := range rows(t, a.get(service + "/env")["items"]) {
		left[v["key"].(string)] = v["content"]
	}
	if left["API_KEY"] != nil || left["STRIPE_SECRET_KEY"] != nil || left["TWO"] != "two words" || left["NODE_ENV"] == nil {
		t.Errorf("after the bulk write: %v", left)
	}
	a.finished(a.ok(http.MethodDelete, "/user-data/"+pick(t, a.get(service + "/env")["items"], "key", "ONE")["id"].(string), nil))
}

func TestProjectVariables(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithIndexLag(0))
	org, project := a.sim.OrgID("Northwind Trading"), a.sim.ProjectID("eshop-staging")
	path := "/project/" + project
	a.finished(a.ok(http.MethodPost, path+"/env", map[string]any{"key": "REGION", "content": "${db_hostname}.local", "sensitive": false}))
	a.refused(http.MethodPost, path+"/env", map[string]any{"key": "region", "content": "x", "sensitive": false}, 400, "projectEnvDuplicateKey")
	found := a.search("project", org, "id", project)
	entry := pick(t, rows(t, found["items"])[0]["envList"], "key", "REGION")
	a.finished(a.ok(http.MethodPut, "/project-env/"+entry["id"].(string), map[string]any{"key": "REGION", "content": "${db_hostname} and ${nobody_knows}", "sensitive": true}))

	app := "/service-stack/" + a.sim.ServiceID("eshop-staging", "app") + "/user-data"
	for key, reference := range map[string]string{"SCOPED": "${PROJECT_LOG_LEVEL}", "MINE": "${SCOPED}!", "BUILDS": "${BUILD_X} ${RUNTIME_MINE}"} {
		a.finished(a.ok(http.MethodPost, app, map[string]any{"key": key, "content": reference, "sensitive": false}))
	}
	query := "?name=app&overrideEnvIsolation=no&userOnly=true"
	text := a.get(path + "/env-file" + query)["envFile"].(string)
	for _, want := range []string{`SCOPED="info"`, `MINE="info!"`, `BUILDS="${BUILD_X} ${RUNTIME_MINE}"`} {
		if !strings.Contains(text, want) {
			t.Errorf("rendered variables lack %s:\n%s", want, text)
		}
	}
	if !strings.Contains(text, `REGION="db and ${nobody_knows}"`) || !strings.Contains(text, `NODE_ENV="production"`) || strings.Contains(text, "serviceId") {
		t.Errorf("rendered variables:\n%s", text)
	}
	if open := a.get(path + "/env-file?name=app&overrideEnvIsolation=none&userOnly=false")["envFile"].(string); !strings.Contains(open, "cache_port=") {
		t.Errorf("without isolation the siblings are missing:\n%s", open)
	}
	if redacted := a.as(simulator.ReadOnlyToken).get(path + "/env-file" + query)["envFile"].(string); !strings.Contains(redacted, `REGION="REDACTED"`) {
		t.Errorf("a read-only token sees:\n%s", redacted)
	}
	a.refused(http.MethodGet, path+"/env-file?name=app", nil, 400, "invalidUserInput")
	a.finished(a.ok(http.MethodPut, path+"/env/file", map[string]any{"envFile": "ONLY=this"}))
	a.refused(http.MethodGet, "/project-env/"+entry["id"].(string), nil, 400, "projectEnvNotFound")
	a.refused(http.MethodPut, path+"/env/file", map[string]any{"envFile": "no equals sign"}, 400, "userDataInvalidEnvFile")
}

// A vault keeps what is marked, an update without the mark makes it plain, and a key
// is one key in any case (platform §10.1).
func TestVault(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithIndexLag(0), simulator.WithPace(0.001))
	org := a.sim.OrgID("Northwind Trading")
	document := func(vault string) map[string]any {
		return map[string]any{"yaml": "project:\n  name: vaulted\n  vault:\n    SHARED: {value: fake-shared, sensitive: true}\n    REGION: eu\n    EMPTY:\n" +
			"  envVariables: {OLD: fake-old}\nservices:\n  - hostname: web\n    type: nodejs@22\n    startWithoutCode: true\n" +
			"    envSecrets: {LEGACY: fake-legacy}\n    vault:\n      KEY: {value: fake-key, sensitive: true}\n      DEBUG: true\n" + vault}
	}
	for _, key := range []string{"key", "Legacy", "HOSTNAME", "SERVICEID", "zeropssubdomain"} {
		a.refused(http.MethodPost, "/client/"+org+"/project/import", document("      "+key+": x\n"), 400, "userDataDuplicateKey")
	}
	a.refused(http.MethodPost, "/client/"+org+"/project/import", map[string]any{
		"yaml": "project: {name: vaulted, vault: {ENVISOLATION: none}}\nservices:\n  - {hostname: web, type: nodejs@22}\n",
	}, 400, "projectEnvDuplicateKey")
	made := a.ok(http.MethodPost, "/client/"+org+"/project/import", document(""))
	for _, process := range rows(t, rows(t, made["serviceStacks"])[0]["processes"]) {
		a.finished(process)
	}
	project, service := made["projectId"].(string), rows(t, made["serviceStacks"])[0]["id"].(string)

	export, whole := "/project/"+project+"/export", []string{
		"sensitive: true", "value: fake-shared", "REGION: eu", `EMPTY: ""`, "OLD: fake-old", "LEGACY: fake-legacy", `DEBUG: "true"`,
	}
	for _, path := range []string{export, export + "?reveal=true"} {
		text := a.get(path)["yaml"].(string)
		for _, want := range whole {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q:\n%s", path, want, text)
			}
		}
	}
	a.refused(http.MethodGet, export+"?reveal=perhaps", nil, 400, "invalidUserInput")

	entry := pick(t, a.get("/service-stack/" + service + "/env")["items"], "key", "KEY")
	if entry["sensitive"] != true {
		t.Errorf("the vault entry: %v", entry)
	}
	a.finished(a.ok(http.MethodPut, "/user-data/"+entry["id"].(string), map[string]any{"key": "KEY", "content": "fake-key"}))
	shared := pick(t, rows(t, a.search("project", org, "id", project)["items"])[0]["envList"], "key", "SHARED")
	if shared["sensitive"] != true || a.get("/project-env/" + shared["id"].(string) + "/reveal")["content"] != "fake-shared" {
		t.Errorf("the shared entry: %v", shared)
	}
	a.finished(a.ok(http.MethodPut, "/project-env/"+shared["id"].(string), map[string]any{"key": "SHARED", "content": "fake-shared"}))
	if text := a.get(export)["yaml"].(string); strings.Contains(text, "sensitive") || !strings.Contains(text, "KEY: fake-key") || !strings.Contains(text, "SHARED: fake-shared") {
		t.Errorf("after writing without the flag:\n%s", text)
	}
}
