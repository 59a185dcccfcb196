package simulator_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// archive is a gzip tar with the given files and a symbolic link.
func archive(t *testing.T, files map[string]string) *bytes.Buffer {
	t.Helper()
	var buffer bytes.Buffer
	zipped := gzip.NewWriter(&buffer)
	members := tar.NewWriter(zipped)
	for name, text := range files {
		if err := members.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := members.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := members.WriteHeader(&tar.Header{Name: "current", Typeflag: tar.TypeSymlink, Linkname: "main.js"}); err != nil {
		t.Fatal(err)
	}
	if err := members.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return &buffer
}

const goodYaml = `zerops:
  - setup: app
    build:
      base: nodejs@22
      buildCommands: [npm ci]
      deployFiles: ./
    run:
      base: nodejs@22
      ports:
        - port: 4000
          httpSupport: true
      envVariables:
        GREETING: hello
      start: node main.js
`

// upload creates a version of a service and sends it an archive.
func (a api) upload(service string) string {
	a.t.Helper()
	version := a.ok(http.MethodPost, "/service-stack/"+service+"/app-version", map[string]any{"name": "test"})
	if version["status"] != "UPLOADING" {
		a.t.Fatalf("a new version is %v", version["status"])
	}
	target := version["uploadUrl"].(string)
	if !strings.HasPrefix(target, a.url) || !strings.Contains(target, simulator.SecretMark) {
		a.t.Fatalf("upload address %q", target)
	}
	b := a.as("")
	if got := b.send(http.MethodPut, target, archive(a.t, map[string]string{"main.js": "1", "zerops.yaml": goodYaml})); got.status != 200 {
		a.t.Fatalf("upload: %d %s", got.status, got.body)
	}
	return version["id"].(string)
}

func TestDeployFromFiles(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001))
	service := a.sim.ServiceID("eshop-preview-142", "app")
	path := "/service-stack/" + service
	if status := a.get(path)["status"]; status != "READY_TO_DEPLOY" {
		t.Fatalf("the service is %v", status)
	}
	a.refused(http.MethodPut, path+"/restart", nil, 400, "serviceStackIsReadyToDeploy")

	first := a.upload(service)
	received, ok := a.sim.Uploaded(first)
	if !ok || len(received.Entries) != 3 || received.ZeropsYaml != goodYaml || received.Bytes == 0 {
		t.Errorf("received: %+v", received)
	}
	if status := a.get("/app-version/" + first)["status"]; status != "UPLOADING" {
		t.Errorf("after the upload the version is %v", status)
	}
	body := map[string]any{"zeropsYaml": goodYaml}
	a.refused(http.MethodPut, "/app-version/"+first+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml, "zeropsYamlSetup": "other"}, 400, "zeropsYamlSetupNotFound")
	a.refused(http.MethodPut, "/app-version/"+first+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml, "zeropsYamlSetup": ""}, 400, "invalidUserInput")
	process := a.finished(a.ok(http.MethodPut, "/app-version/"+first+"/build-and-deploy", body))
	if process["status"] != "FINISHED" || process["appVersion"].(map[string]any)["id"] != first {
		t.Fatalf("build: %v", process)
	}
	live := a.get(path)
	if live["status"] != "ACTIVE" || live["activeAppVersion"].(map[string]any)["id"] != first {
		t.Errorf("the service after the deploy: %v", live)
	}
	// The ports are declared at once and open some time later (platform §10.3).
	if port := rows(t, live["requestedPorts"].(map[string]any)["requestedPorts"])[0]; port["port"] != 4000.0 || port["scheme"] != "http" {
		t.Errorf("the ports do not come from zerops.yaml: %v", live["requestedPorts"])
	}
	for len(rows(t, live["ports"])) == 0 {
		live = a.get(path)
	}
	pick(t, a.get(path + "/env")["items"], "key", "GREETING")
	pick(t, a.get("/app-version/" + first)["userDataList"], "key", "GREETING")

	second := a.upload(service)
	a.finished(a.ok(http.MethodPut, "/app-version/"+second+"/deploy", map[string]any{"zeropsYaml": strings.ReplaceAll(goodYaml, "hello", "hi")}))
	if status := a.get("/app-version/" + first)["status"]; status != "BACKUP" {
		t.Errorf("the version before is %v", status)
	}
	a.refused(http.MethodPut, "/app-version/"+second+"/deploy", nil, 400, "appVersionInvalidStatus")
	a.refused(http.MethodDelete, "/app-version/"+second, nil, 400, "appVersionIsActive")

	rollback := a.finished(a.ok(http.MethodPut, "/app-version/"+first+"/deploy", map[string]any{"zeropsYaml": nil}))
	if rollback["actionName"] != "stack.deploy.backup" || a.get("/app-version/" + first)["status"] != "ACTIVE" {
		t.Errorf("rollback: %v", rollback)
	}
	if greeting := pick(t, a.get(path + "/env")["items"], "key", "GREETING"); greeting["content"] != "hello" {
		t.Errorf("the rollback left the variable %v", greeting["content"])
	}
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	a := start(t)
	service := a.sim.ServiceID("eshop-staging", "app")
	version := a.ok(http.MethodPost, "/service-stack/"+service+"/app-version", nil)
	id := version["id"].(string)
	target := version["uploadUrl"].(string)
	a.refused(http.MethodPut, "/app-version/"+id+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml}, 400, "objectNotFound")
	a.refused(http.MethodPut, target, "", 400, "objectContentLengthZero")
	a.refused(http.MethodPut, target, "this is no archive", 400, "objectMimeTypeNotSupported")
	cut := archive(t, map[string]string{"a": strings.Repeat("x", 100)}).Bytes()
	a.refused(http.MethodPut, target, bytes.NewReader(cut[:len(cut)-20]), 400, "objectMimeTypeNotSupported")
	a.refused(http.MethodPut, target[:len(target)-3], "", 403, "downloadTokenInvalidOrExpired")
	a.as(simulator.ReadOnlyToken).refused(http.MethodPut, "/app-version/"+id+"/upload", "", 403, "insufficientPermissions")
	if got := a.send(http.MethodPut, "/app-version/"+id+"/upload", archive(t, map[string]string{"a": "b"})); got.status != 200 || len(got.body) != 0 {
		t.Errorf("upload by id: %d %q", got.status, got.body)
	}
	a.refused(http.MethodPost, "/service-stack/"+a.sim.ServiceID("eshop-staging", "db")+"/app-version", nil, 400, "userServiceStackRequired")
}

func TestCancelBuild(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithStepByPoll())
	service := a.sim.ServiceID("eshop-staging", "app")
	id := a.upload(service)
	a.ok(http.MethodPut, "/app-version/"+id+"/build-and-deploy", map[string]any{"zeropsYaml": goodYaml})
	for range 3 {
		a.get("/app-version/" + id)
	}
	if status := a.get("/app-version/" + id)["status"]; status != "BUILDING" {
		t.Fatalf("the version is %v", status)
	}
	a.ok(http.MethodPut, "/app-version/"+id+"/cancel-build", nil)
	if status := a.get("/app-version/" + id)["status"]; status != "CANCELLED" {
		t.Errorf("after cancelling: %v", status)
	}
	a.refused(http.MethodPut, "/app-version/"+id+"/cancel-build", nil, 400, "nothingToCancel")
	if status := a.get("/service-stack/" + service)["status"]; status != "ACTIVE" {
		t.Errorf("the service is %v", status)
	}
}

func TestFailedBuilds(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001))
	service := a.sim.ServiceID("eshop-staging", "app")
	failing := strings.ReplaceAll(goodYaml, "[npm ci]", "[npm ci, exit 1]")
	for _, c := range []struct{ scenario, yaml, status string }{
		{"", failing, "BUILD_FAILED"},
		{"npm-install", goodYaml, "BUILD_FAILED"},
		{"prepare-failed", goodYaml, "PREPARING_RUNTIME_FAILED"},
		{"readiness", goodYaml, "DEPLOY_FAILED"},
		{"stuck-waiting", goodYaml, "WAITING_TO_BUILD"},
		{"missing-setup", goodYaml, "BUILD_VALIDATION_FAILED"},
	} {
		if c.scenario != "" {
			if err := a.sim.FailNextDeploy(service, c.scenario); err != nil {
				t.Fatal(err)
			}
		}
		before := a.get("/service-stack/" + service)["activeAppVersion"].(map[string]any)["id"]
		id := a.upload(service)
		process := a.finished(a.ok(http.MethodPut, "/app-version/"+id+"/build-and-deploy", map[string]any{"zeropsYaml": c.yaml}))
		version := a.get("/app-version/" + id)
		if process["status"] != "FAILED" || version["status"] != c.status {
			t.Errorf("%s: process %v, version %v, want %s", c.scenario, process["status"], version["status"], c.status)
		}
		live := a.get("/service-stack/" + service)
		if live["status"] != "ACTIVE" || live["activeAppVersion"].(map[string]any)["id"] != before {
			t.Errorf("%s: the version before does not run any more", c.scenario)
		}
	}
}

func TestGitPipelines(t *testing.T) {
	t.Parallel()
	a := start(t, simulator.WithPace(0.001))
	service := "/service-stack/" + a.sim.ServiceID("eshop-preview-142", "app")
	a.refused(http.MethodPut, service+"/trigger-pipeline", map[string]any{"userData": []any{}}, 400, "serviceStackNotFound")
	built := a.ok(http.MethodPut, service+"/trigger-pipeline", map[string]any{"buildFromGit": "https://github.com/zeropsio/recipe-nodejs", "userData": []any{}})
	if row := a.finished(built["process"].(map[string]any)); row["status"] != "FINISHED" {
		t.Errorf("build from a public repository: %v", row)
	}
	dead := a.finished(a.ok(http.MethodPut, service+"/trigger-pipeline", map[string]any{"buildFromGit": "https://github.com/northwind/app.git"})["process"].(map[string]any))
	version := dead["appVersion"].(map[string]any)
	if dead["status"] != "FAILED" || dead["error"] != nil || version["status"] != "WAITING_TO_BUILD" {
		t.Errorf("a private repository: %v", dead)
	}
	empty := a.finished(a.ok(http.MethodPut, service+"/trigger-pipeline", map[string]any{"startWithoutCode": true})["process"].(map[string]any))
	if live := a.get(service)["activeAppVersion"].(map[string]any); live["source"] != "NONE" || live["id"] != empty["appVersion"].(map[string]any)["id"] {
		t.Errorf("starting without code leaves %v running", live)
	}

	a.refused(http.MethodPut, service+"/trigger-external-repository-integration", nil, 400, "noExternalRepositoryIntegration")
	integration := map[string]any{"githubIntegration": map[string]any{
		"repositoryFullName": "northwind/app", "eventType": "BRANCH", "branchName": "main", "isActive": true, "triggerBuild": false,
	}}
	a.as(simulator.ProjectToken).refused(http.MethodPut, service+"/external-repository-integration", integration, 400, "githubAuthorizationRequired")
	if answer := a.ok(http.MethodPut, service+"/external-repository-integration", integration); answer["process"] != nil {
		t.Errorf("connecting a repository started %v", answer["process"])
	}
	process := a.ok(http.MethodPut, service+"/trigger-external-repository-integration", nil)["process"].(map[string]any)
	if row := a.finished(process); row["appVersion"].(map[string]any)["source"] != "GITHUB" {
		t.Errorf("build of the connected repository: %v", row)
	}
}

func TestYamlValidation(t *testing.T) {
	t.Parallel()
	a := start(t).as("")
	check := func(text, setup string) map[string]any {
		return map[string]any{
			"serviceStackName": "app", "serviceStackTypeId": "nodejs", "serviceStackTypeVersionName": "nodejs@22",
			"zeropsYaml": text, "operation": "BUILD_AND_DEPLOY", "zeropsYamlSetup": setup,
		}
	}
	const path = "/service-stack/zerops-yaml-validation"
	a.ok(http.MethodPost, path, check(goodYaml, ""))
	for _, change := range []func(map[string]any){func(b map[string]any) { b["operation"] = "" }, func(b map[string]any) { delete(b, "operation") }} {
		body := check(goodYaml, "")
		change(body)
		a.ok(http.MethodPost, path, body)
	}
	a.ok(http.MethodPost, path, check(strings.ReplaceAll(goodYaml, "    run:", "    unknownKey: 1\n    run:"), ""))
	a.refused(http.MethodPost, path, check(goodYaml, "web"), 400, "zeropsYamlSetupNotFound")
	a.refused(http.MethodPost, path, check(strings.ReplaceAll(goodYaml, "base: nodejs@22\n      build", "base: nodejs@99\n      build"), ""), 400, "zeropsYamlInvalidParameter")
	a.refused(http.MethodPost, path, check(strings.ReplaceAll(goodYaml, "nodejs@22", "nodejs@99"), ""), 400, "errorList")
	broken := a.refused(http.MethodPost, path, check("zerops:\n  - setup: app\n   build: [", ""), 400, "yamlValidationInvalidYaml")
	if message, _ := broken["message"].(string); !strings.Contains(message, "line ") {
		t.Errorf("the message names no line: %q", message)
	}
	a.refused(http.MethodPost, path, map[string]any{"serviceStackName": "app"}, 400, "invalidUserInput")
}
