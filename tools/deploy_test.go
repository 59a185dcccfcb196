package tools_test

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

const goodYAML = `zerops:
  - setup: app
    build:
      base: nodejs@22
      buildCommands:
        - npm run build
      deployFiles: ./
    run:
      base: nodejs@22
      ports:
        - port: 3000
          httpSupport: true
      envVariables:
        API_KEY: canary-yaml-word
      start: npm start
`

const uploadPath = "/api/rest/object-storage/upload"

// sources makes a directory of files that may be deployed.
func sources(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// deployable starts a harness whose server may read the directory, and makes a
// fresh runtime named app.
func deployable(t *testing.T, dir string, change ...func(*setup)) (h *harness, service string) {
	t.Helper()
	h = start(t, append([]func(*setup){func(s *setup) {
		s.configure = func(c *tools.Config) { c.DeployRoots = []string{dir} }
	}}, change...)...)
	r := h.call("create_service", args{"project": h.sim.ProjectID("playground"), "hostname": "app", "type": "nodejs@22"})
	if r.isError {
		t.Fatalf("creating a service: %s", r.raw)
	}
	return h, r.str("service.id")
}

func TestDeployDirectory(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{
		"zerops.yaml": goodYAML, "package.json": "{}", "src/main.js": "start()", ".gitignore": "node_modules\n*.log\n", "node_modules/a/b.js": "x", "debug.log": "x",
		".git/config": "[remote]",
	})
	h, service := deployable(t, dir)
	r := h.call("deploy_service", args{"service": service, "directory": dir}).status("done")
	if r.get("deployment.status") != "ACTIVE" || r.get("deployment.outcome") != "succeeded" || r.get("setup") != "app" {
		t.Errorf("deployment: %s", r.raw)
	}
	uploaded, ok := h.sim.Uploaded(r.str("deployment.id"))
	if !ok {
		t.Fatal("nothing was uploaded")
	}
	var names []string
	for _, e := range uploaded.Entries {
		names = append(names, e.Name)
	}
	if want := []string{".gitignore", "package.json", "src/", "src/main.js", "zerops.yaml"}; !slices.Equal(names, want) {
		t.Errorf("uploaded %q, want %q", names, want)
	}
	if r.get("uploaded.files") != 4.0 || r.get("uploaded.ignored") != 2.0 {
		t.Errorf("told %v", r.get("uploaded"))
	}
	checkUploadRequests(t, h)
	if strings.Contains(h.logs.String(), "uploadToken") || strings.Contains(string(r.raw), "canary-yaml-word") {
		t.Error("a secret got out")
	}
	if r.get("next.tool") != "set_subdomain_access" {
		t.Errorf("a service that nobody can reach: next is %v", r.get("next"))
	}
}

// checkUploadRequests checks that the platform judged the zerops.yaml before
// anything was made, and that the upload brought no token and no length.
func checkUploadRequests(t *testing.T, h *harness) {
	t.Helper()
	validated, created := -1, -1
	for i, request := range h.sim.Requests() {
		switch {
		case request.Operation == "PostServiceStackZeropsYamlValidation":
			validated = i
		case request.Operation == "PostServiceStackAppVersion":
			created = i
		case strings.HasSuffix(request.Path, "/upload"):
			if request.Token != "" || request.Header.Get("Authorization") != "" {
				t.Error("the upload carries the token")
			}
			if request.Header.Get("Content-Length") != "" || request.Header.Get("Content-Type") == "application/json" {
				t.Errorf("headers of the upload: %v", request.Header)
			}
		}
	}
	if validated < 0 || created < validated {
		t.Errorf("validated as request %d, version made as %d", validated, created)
	}
}

func TestDeployPrebuiltAndWithOtherYAML(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"dist/server.js": "x", "dist/zerops.yml": goodYAML})
	h, service := deployable(t, dir)
	h.sim.ResetRequests()
	h.call("deploy_service", args{"service": service, "directory": "dist", "build": "false"}).status("done")
	if h.sim.Calls("PUT /app-version/*/deploy") != 1 || h.sim.Calls("PUT /app-version/*/build-and-deploy") != 0 {
		t.Error("a built directory was built again")
	}
	other := strings.Replace(goodYAML, "setup: app", "setup: production", 1)
	r := h.call("deploy_service", args{"service": service, "directory": dir, "zerops_yaml": other}).status("done")
	if r.get("setup") != "production" {
		t.Errorf("the only setup was not taken: %s", r.raw)
	}
}

func TestDeployRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{
		"good/zerops.yaml": goodYAML, "empty/readme": "", "two/zerops.yaml": goodYAML + strings.ReplaceAll(strings.TrimPrefix(goodYAML, "zerops:\n"), "setup: app", "setup: other"),
		"base/zerops.yaml": strings.ReplaceAll(goodYAML, "base: nodejs@22", "base: nodejs@99"), "broken/zerops.yaml": "zerops:\n\t- setup: [", "none/zerops.yaml": "zerops: []\n", "file": "x",
		"nothing/.gitignore": "*\n", "blank/zerops.yaml": " \n",
	})
	outside := sources(t, map[string]string{"zerops.yaml": goodYAML})
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	h, service := deployable(t, dir)
	database := h.sim.ServiceID("eshop-staging", "db")
	h.sim.ResetRequests()
	for _, tc := range []struct {
		name, code, words string
		a                 args
	}{
		{"outside", "out_of_scope", "outside", args{"directory": outside}},
		{"through a link", "out_of_scope", "outside", args{"directory": "link"}},
		{"above", "out_of_scope", "outside", args{"directory": "good/../../.."}},
		{"missing", "invalid_arguments", "does not exist", args{"directory": "good/nope"}},
		{"a file", "invalid_arguments", "is a file", args{"directory": "file"}},
		{"without zerops.yaml", "invalid_arguments", "zerops.yaml", args{"directory": "empty"}},
		{"blank zerops.yaml", "invalid_arguments", "empty", args{"directory": "blank"}},
		{"all ignored", "invalid_arguments", "no files", args{"directory": "nothing", "zerops_yaml": goodYAML}},
		{"broken YAML", "invalid_arguments", "", args{"directory": "broken"}},
		{"no setup", "invalid_arguments", "no setup", args{"directory": "none"}},
		{"unknown setup", "invalid_arguments", "it has app, other", args{"directory": "two", "setup": "third"}},
		{"unknown base", "invalid_arguments", "base", args{"directory": "base"}},
		{"both sources", "invalid_arguments", "combined", args{"directory": "good", "git_url": "https://github.com/a/b"}},
		{"prebuilt from git", "invalid_arguments", "only with directory", args{"git_url": "https://github.com/a/b", "build": false}},
		{"git with credentials", "invalid_arguments", "credentials", args{"git_url": "https://someone:canary-git-word@github.com/a/b"}},
		{"git over ssh", "invalid_arguments", "https", args{"git_url": "git@github.com:a/b.git"}},
		{"git over ssh scheme", "invalid_arguments", "https", args{"git_url": "ssh://git@github.com/a/b.git"}},
		{"git with a token in the query", "invalid_arguments", "query", args{"git_url": "https://github.com/a/b?token=canary-git-word"}},
		{"a branch page", "invalid_arguments", "points into", args{"git_url": "https://github.com/a/b/tree/main"}},
		{"nothing connected", "invalid_arguments", "no connected repository", args{}},
		{"setup without source", "invalid_arguments", "connected repository", args{"setup": "app"}},
		{"a database", "unsupported", "managed", args{"service": database, "directory": "good"}},
	} {
		a := args{"service": service}
		maps.Copy(a, tc.a)
		r := h.call("deploy_service", a)
		r.fails(tc.code)
		if !strings.Contains(string(r.raw), tc.words) {
			t.Errorf("%s: %s; want words %q", tc.name, r.raw, tc.words)
		}
		if strings.Contains(string(r.raw), "canary-git-word") || strings.Contains(h.logs.String(), "canary-git-word") {
			t.Errorf("%s: the credential got out: %s", tc.name, r.raw)
		}
		if strings.Contains(string(r.raw), outside) && tc.a["directory"] != outside {
			t.Errorf("%s: tells where a link leads: %s", tc.name, r.raw)
		}
	}
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes for refused deployments", n)
	}
}

func TestDeployDirectoryIsForLocalServersOnly(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir, func(s *setup) {
		s.configure = func(c *tools.Config) { c.Remote, c.DeployRoots = true, []string{dir} }
	})
	h.call("deploy_service", args{"service": service, "directory": dir}).fails("unsupported")
	h, service = deployable(t, dir, func(s *setup) { s.configure = func(c *tools.Config) { c.DeployRoots = nil } })
	h.call("deploy_service", args{"service": service, "directory": dir}).fails("out_of_scope")
}

func TestDeployFailureExplainsItself(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": strings.Replace(goodYAML, "npm run build", "exit 1", 1)})
	h, service := deployable(t, dir)
	r := h.call("deploy_service", args{"service": service, "directory": "."}).status("failed")
	if !strings.Contains(string(r.raw), "failed with exit code 1") || r.get("diagnosis.0.cause") != "build_command_failed" {
		t.Errorf("no log or diagnosis: %s", r.raw)
	}
	if r.get("deployment.status") != "BUILD_FAILED" || r.get("next.tool") != "get_deployment" {
		t.Errorf("deployment %v, next %v", r.get("deployment"), r.get("next"))
	}
	for name, cause := range map[string]string{"prepare-failed": "package_not_found", "missing-variable": "variable_missing", "credit": "credit_exhausted", "readiness": "bound_to_loopback"} {
		good := sources(t, map[string]string{"zerops.yaml": goodYAML})
		h, service := deployable(t, good)
		if err := h.sim.FailNextDeploy(service, name); err != nil {
			t.Fatal(err)
		}
		r := h.call("deploy_service", args{"service": service, "directory": "."}).status("failed")
		if r.get("diagnosis.0.cause") != cause {
			t.Errorf("%s: %s", name, r.raw)
		}
	}
}

func TestDeployGit(t *testing.T) {
	t.Parallel()
	h, service := deployable(t, t.TempDir())
	r := h.call("deploy_service", args{"service": service, "git_url": "https://github.com/northwind/app.git"}).status("done")
	if r.get("deployment.git_url") != "https://github.com/northwind/app" || !strings.Contains(r.str("message"), ".git") {
		t.Errorf("the .git at the end: %s", r.raw)
	}
	r = h.call("deploy_service", args{"service": service, "git_url": "https://github.com/northwind/private-app"}).status("failed")
	if r.get("diagnosis.0.cause") != "git_unreadable" || r.get("deployment.outcome") != "failed" || r.get("deployment.status") != "WAITING_TO_BUILD" {
		t.Errorf("a private repository: %s", r.raw)
	}
	// The version that never started must not stand in the way of the next.
	h.call("deploy_service", args{"service": service, "git_url": "https://github.com/northwind/app", "zerops_yaml": goodYAML}).status("done")
}

func TestDeployConnectedRepository(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID("eshop-staging")
	r := h.call("deploy_service", args{"project": project, "service": "api"}).status("done")
	if r.get("deployment.source") != "GITHUB" || r.get("deployment.commit.repository") != "northwind/api" {
		t.Errorf("deployment: %s", r.raw)
	}
	if !strings.HasPrefix(r.str("url"), "https://api-") {
		t.Errorf("url %v", r.get("url"))
	}
}

func TestSecondDeployWhileOneRuns(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir)
	h.sim.Hold("stack.build")
	first := h.call("deploy_service", args{"service": service, "directory": ".", "wait_seconds": 0}).status("in_progress")
	id := first.str("deployment.id")
	if first.get("next.tool") != "wait_for" || first.get("next.arguments.deployments.0") != id {
		t.Errorf("next: %v", first.get("next"))
	}
	h.sim.ResetRequests()
	for name, second := range map[string]map[string]any{
		"directory": h.call("deploy_service", args{"service": service, "directory": "."}).fails("conflict"),
		"git":       h.call("deploy_service", args{"service": service, "git_url": "https://github.com/zeropsio/recipe-nodejs"}).fails("conflict"),
	} {
		if lookup(second, "next.tool") != "wait_for" || lookup(second, "next.arguments.deployments.0") != id || h.writes() != 0 {
			t.Errorf("second deployment from %s: %v", name, second)
		}
	}
	open := h.call("wait_for", args{"deployments": []string{id}, "wait_seconds": 1}).status("in_progress")
	if open.get("next.arguments.deployments.0") != id || open.get("deployments.0.outcome") != "open" {
		t.Errorf("while it runs: %s", open.raw)
	}
	if working := h.call("diagnose_service", args{"service": service}).ok(); working.get("verdict") != "working" {
		t.Errorf("verdict %v", working.get("verdict"))
	}
	h.sim.Release()
	done := h.call("wait_for", args{"deployments": id}).status("done")
	if done.get("deployments.0.status") != "ACTIVE" {
		t.Errorf("at the end: %s", done.raw)
	}
	h.call("wait_for", args{}).fails("invalid_arguments")
	h.call("wait_for", args{"deployments": []string{"short"}}).fails("invalid_arguments")
	h.call("wait_for", args{"deployments": []string{strings.Repeat("A", 22)}}).fails("not_found")
}

func TestDeployWaitsForVariables(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir, func(s *setup) { s.sim = []simulator.Option{simulator.WithPace(0.1), simulator.WithIndexLag(0)} })
	// What the creation deploys has to end first.
	for _, p := range h.call("list_processes", args{"service": service}).items() {
		h.call("wait_for", args{"processes": []any{p["id"]}}).status("done")
	}
	h.call("set_env", args{"project": h.sim.ProjectID("playground"), "service": service, "variables": []args{{"key": "A", "value": "b"}}, "wait_seconds": 0}).ok()
	r := h.call("deploy_service", args{"service": service, "directory": ".", "wait_seconds": 0}).ok()
	if r.get("status") == "failed" || strings.Contains(string(r.raw), "userDataSyncRunning") {
		t.Errorf("a deployment right after a variable: %s", r.raw)
	}
	// A refusal before the upload is tried once more, one after it is told.
	h, service = deployable(t, dir)
	h.sim.Fail(simulator.Fault{Operation: "PostServiceStackAppVersion", Status: 400, Code: "userDataSyncRunning", Message: "words", Times: 1})
	h.call("deploy_service", args{"service": service, "directory": "."}).status("done")
	h.sim.Fail(simulator.Fault{Operation: "PutAppVersionBuildAndDeploy", Status: 400, Code: "userDataSyncRunning", Message: "words", Times: 1})
	r = h.call("deploy_service", args{"service": service, "directory": "."}).status("failed")
	if r.get("deployment.status") != "UPLOADING" || !strings.Contains(r.str("message"), "UPLOADING") {
		t.Errorf("a refusal after the upload: %s", r.raw)
	}
}

func TestUploadFailures(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	for _, tc := range []struct {
		name  string
		fault simulator.Fault
		words string
	}{
		{"refused", simulator.Fault{Path: uploadPath, Status: 403}, "HTTP 403"},
		{"broken", simulator.Fault{Path: uploadPath, Status: 502}, "HTTP 502"},
		{"cut", simulator.Fault{Path: uploadPath, Drop: simulator.DropBefore}, "upload service"},
		{"redirected", simulator.Fault{Path: uploadPath, Status: 307, Header: http.Header{"Location": {"http://127.0.0.1:1/steal"}}}, "HTTP 307"},
	} {
		h, service := deployable(t, dir)
		h.sim.Fail(tc.fault)
		r := h.call("deploy_service", args{"service": service, "directory": "."}).status("failed")
		if !strings.Contains(r.str("message"), tc.words) || r.get("deployment.outcome") != "failed" {
			t.Errorf("%s: %s", tc.name, r.raw)
		}
		if h.sim.Calls("PUT /app-version/*/build-and-deploy") != 0 {
			t.Errorf("%s: deployed what did not arrive", tc.name)
		}
		if strings.Contains(h.logs.String(), "uploadToken") {
			t.Errorf("%s: the upload address is in the log", tc.name)
		}
	}
}

func TestDeployAnswerLost(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir)
	h.sim.Fail(simulator.Fault{Operation: "PutAppVersionBuildAndDeploy", Drop: simulator.DropAfter, Times: 1})
	r := h.call("deploy_service", args{"service": service, "directory": "."}).status("in_progress")
	if r.get("next.tool") != "get_deployment" || !strings.Contains(r.str("message"), "lost") {
		t.Errorf("a lost answer: %s", r.raw)
	}
	if h.sim.Calls("PUT /app-version/*/build-and-deploy") != 1 {
		t.Error("the request was repeated")
	}
	h.call("wait_for", args{"deployments": []string{r.str("deployment.id")}}).status("done")
}

func TestUploadOutlivesTheCall(t *testing.T) {
	t.Parallel()
	dir := sources(t, map[string]string{"zerops.yaml": goodYAML})
	h, service := deployable(t, dir, func(s *setup) {
		s.configure = func(c *tools.Config) { c.DeployRoots, c.MaxWait = []string{dir}, 300*time.Millisecond }
	})
	remove := h.sim.Fail(simulator.Fault{Path: uploadPath, Delay: 1500 * time.Millisecond})
	r := h.call("deploy_service", args{"service": service, "directory": "."}).status("in_progress")
	id := r.str("deployment.id")
	if !strings.Contains(r.str("message"), "goes on") || r.get("deployment.phase") != "upload" {
		t.Errorf("while it uploads: %s", r.raw)
	}
	if e := h.call("deploy_service", args{"service": service, "directory": "."}).fails("conflict"); lookup(e, "next.arguments.deployments.0") != id {
		t.Errorf("a second deployment while it uploads: %v", e)
	}
	remove()
	for range 40 {
		if r = h.call("wait_for", args{"deployments": []string{id}}).ok(); r.get("status") != "in_progress" {
			break
		}
	}
	if r.get("status") != "done" || r.get("deployments.0.status") != "ACTIVE" {
		t.Errorf("at the end: %s", r.raw)
	}
}
