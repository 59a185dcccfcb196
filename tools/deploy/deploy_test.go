package deploy_test

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

const uploadPath = "/api/rest/object-storage/upload"

func TestDeployDirectory(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{
		"zerops.yaml": tooltest.GoodYAML, "package.json": "{}", "src/main.js": "start()", ".gitignore": "node_modules\n*.log\n", "node_modules/a/b.js": "x", "debug.log": "x",
		".git/config": "[remote]",
	})
	h, service := tooltest.Deployable(t, dir)
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir}).Status("done")
	if r.Get("deployment.status") != "ACTIVE" || r.Get("deployment.outcome") != "succeeded" || r.Get("setup") != "app" {
		t.Errorf("deployment: %s", r.Raw)
	}
	uploaded, ok := h.Sim.Uploaded(r.Str("deployment.id"))
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
	if r.Get("uploaded.files") != 4.0 || r.Get("uploaded.ignored") != 2.0 {
		t.Errorf("told %v", r.Get("uploaded"))
	}
	checkUploadRequests(t, h)
	if strings.Contains(h.Logs.String(), "uploadToken") || strings.Contains(string(r.Raw), "canary-yaml-word") {
		t.Error("a secret got out")
	}
	if r.Get("next.tool") != "set_subdomain_access" {
		t.Errorf("a service that nobody can reach: next is %v", r.Get("next"))
	}
}

// checkUploadRequests checks that the platform judged the zerops.yaml before
// anything was made, and that the upload brought no token and no length.
func checkUploadRequests(t *testing.T, h *tooltest.Harness) {
	t.Helper()
	validated, created := -1, -1
	for i, request := range h.Sim.Requests() {
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
	dir := tooltest.Sources(t, map[string]string{"dist/server.js": "x", "dist/zerops.yml": tooltest.GoodYAML})
	h, service := tooltest.Deployable(t, dir)
	h.Sim.ResetRequests()
	h.Call("deploy_service", tooltest.Args{"service": service, "directory": "dist", "build": "false"}).Status("done")
	if h.Sim.Calls("PUT /app-version/*/deploy") != 1 || h.Sim.Calls("PUT /app-version/*/build-and-deploy") != 0 {
		t.Error("a built directory was built again")
	}
	other := strings.Replace(tooltest.GoodYAML, "setup: app", "setup: production", 1)
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir, "zerops_yaml": other}).Status("done")
	if r.Get("setup") != "production" {
		t.Errorf("the only setup was not taken: %s", r.Raw)
	}
}

func TestDeployRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{
		"good/zerops.yaml": tooltest.GoodYAML, "empty/readme": "", "two/zerops.yaml": tooltest.GoodYAML + strings.ReplaceAll(strings.TrimPrefix(tooltest.GoodYAML, "zerops:\n"), "setup: app", "setup: other"),
		"base/zerops.yaml": strings.ReplaceAll(tooltest.GoodYAML, "base: nodejs@22", "base: nodejs@99"), "broken/zerops.yaml": "zerops:\n\t- setup: [", "none/zerops.yaml": "zerops: []\n", "file": "x",
		"nothing/.gitignore": "*\n", "blank/zerops.yaml": " \n",
	})
	outside := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	h, service := tooltest.Deployable(t, dir)
	database := h.Sim.ServiceID("eshop-staging", "db")
	h.Sim.ResetRequests()
	for _, tc := range []struct {
		name, code, words string
		a                 tooltest.Args
	}{
		{"outside", "out_of_scope", "outside", tooltest.Args{"directory": outside}},
		{"through a link", "out_of_scope", "outside", tooltest.Args{"directory": "link"}},
		{"above", "out_of_scope", "outside", tooltest.Args{"directory": "good/../../.."}},
		{"missing", "invalid_arguments", "does not exist", tooltest.Args{"directory": "good/nope"}},
		{"a file", "invalid_arguments", "is a file", tooltest.Args{"directory": "file"}},
		{"without zerops.yaml", "invalid_arguments", "zerops.yaml", tooltest.Args{"directory": "empty"}},
		{"blank zerops.yaml", "invalid_arguments", "empty", tooltest.Args{"directory": "blank"}},
		{"all ignored", "invalid_arguments", "no files", tooltest.Args{"directory": "nothing", "zerops_yaml": tooltest.GoodYAML}},
		{"broken YAML", "invalid_arguments", "", tooltest.Args{"directory": "broken"}},
		{"no setup", "invalid_arguments", "no setup", tooltest.Args{"directory": "none"}},
		{"unknown setup", "invalid_arguments", "it has app, other", tooltest.Args{"directory": "two", "setup": "third"}},
		{"unknown base", "invalid_arguments", "base", tooltest.Args{"directory": "base"}},
		{"both sources", "invalid_arguments", "combined", tooltest.Args{"directory": "good", "git_url": "https://github.com/a/b"}},
		{"prebuilt from git", "invalid_arguments", "only with directory", tooltest.Args{"git_url": "https://github.com/a/b", "build": false}},
		{"git with credentials", "invalid_arguments", "credentials", tooltest.Args{"git_url": "https://someone:canary-git-word@github.com/a/b"}},
		{"git over ssh", "invalid_arguments", "https", tooltest.Args{"git_url": "git@github.com:a/b.git"}},
		{"git over ssh scheme", "invalid_arguments", "https", tooltest.Args{"git_url": "ssh://git@github.com/a/b.git"}},
		{"git with a token in the query", "invalid_arguments", "query", tooltest.Args{"git_url": "https://github.com/a/b?token=canary-git-word"}},
		{"a branch page", "invalid_arguments", "points into", tooltest.Args{"git_url": "https://github.com/a/b/tree/main"}},
		{"nothing connected", "invalid_arguments", "no connected repository", tooltest.Args{}},
		{"setup without source", "invalid_arguments", "connected repository", tooltest.Args{"setup": "app"}},
		{"a database", "unsupported", "managed", tooltest.Args{"service": database, "directory": "good"}},
	} {
		a := tooltest.Args{"service": service}
		maps.Copy(a, tc.a)
		r := h.Call("deploy_service", a)
		r.Fails(tc.code)
		if !strings.Contains(string(r.Raw), tc.words) {
			t.Errorf("%s: %s; want words %q", tc.name, r.Raw, tc.words)
		}
		if strings.Contains(string(r.Raw), "canary-git-word") || strings.Contains(h.Logs.String(), "canary-git-word") {
			t.Errorf("%s: the credential got out: %s", tc.name, r.Raw)
		}
		if strings.Contains(string(r.Raw), outside) && tc.a["directory"] != outside {
			t.Errorf("%s: tells where a link leads: %s", tc.name, r.Raw)
		}
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes for refused deployments", n)
	}
}

func TestDeployDirectoryIsForLocalServersOnly(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
	h, service := tooltest.Deployable(t, dir, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.Remote, c.DeployRoots = true, []string{dir} }
	})
	h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir}).Fails("unsupported")
	h, service = tooltest.Deployable(t, dir, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.DeployRoots = nil } })
	h.Call("deploy_service", tooltest.Args{"service": service, "directory": dir}).Fails("out_of_scope")
}

func TestDeployFailureExplainsItself(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": strings.Replace(tooltest.GoodYAML, "npm run build", "exit 1", 1)})
	h, service := tooltest.Deployable(t, dir)
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("failed")
	if !strings.Contains(string(r.Raw), "failed with exit code 1") || r.Get("diagnosis.0.cause") != "build_command_failed" {
		t.Errorf("no log or diagnosis: %s", r.Raw)
	}
	if r.Get("deployment.status") != "BUILD_FAILED" || r.Get("next.tool") != "get_deployment" {
		t.Errorf("deployment %v, next %v", r.Get("deployment"), r.Get("next"))
	}
	for name, cause := range map[string]string{"prepare-failed": "package_not_found", "missing-variable": "variable_missing", "credit": "credit_exhausted", "readiness": "bound_to_loopback"} {
		good := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
		h, service := tooltest.Deployable(t, good)
		if err := h.Sim.FailNextDeploy(service, name); err != nil {
			t.Fatal(err)
		}
		r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("failed")
		if r.Get("diagnosis.0.cause") != cause {
			t.Errorf("%s: %s", name, r.Raw)
		}
	}
}

func TestDeployGit(t *testing.T) {
	t.Parallel()
	h, service := tooltest.Deployable(t, t.TempDir())
	r := h.Call("deploy_service", tooltest.Args{"service": service, "git_url": "https://github.com/northwind/app.git"}).Status("done")
	if r.Get("deployment.git_url") != "https://github.com/northwind/app" || !strings.Contains(r.Str("message"), ".git") {
		t.Errorf("the .git at the end: %s", r.Raw)
	}
	r = h.Call("deploy_service", tooltest.Args{"service": service, "git_url": "https://github.com/northwind/private-app"}).Status("failed")
	if r.Get("diagnosis.0.cause") != "git_unreadable" || r.Get("deployment.outcome") != "failed" || r.Get("deployment.status") != "WAITING_TO_BUILD" {
		t.Errorf("a private repository: %s", r.Raw)
	}
	// The version that never started must not stand in the way of the next.
	h.Call("deploy_service", tooltest.Args{"service": service, "git_url": "https://github.com/northwind/app", "zerops_yaml": tooltest.GoodYAML}).Status("done")
}

func TestDeployConnectedRepository(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID("eshop-staging")
	r := h.Call("deploy_service", tooltest.Args{"project": project, "service": "api"}).Status("done")
	if r.Get("deployment.source") != "GITHUB" || r.Get("deployment.commit.repository") != "northwind/api" {
		t.Errorf("deployment: %s", r.Raw)
	}
	if !strings.HasPrefix(r.Str("url"), "https://api-") {
		t.Errorf("url %v", r.Get("url"))
	}
}

func TestSecondDeployWhileOneRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
		h, service := tooltest.Deployable(t, dir, tooltest.InProcess)
		h.Sim.Hold("stack.build")
		first := h.Call("deploy_service", tooltest.Args{"service": service, "directory": ".", "wait_seconds": 0}).Status("in_progress")
		id := first.Str("deployment.id")
		if first.Get("next.tool") != "wait_for" || first.Get("next.arguments.deployments.0") != id {
			t.Errorf("next: %v", first.Get("next"))
		}
		h.Sim.ResetRequests()
		for name, second := range map[string]map[string]any{
			"directory": h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Fails("conflict"),
			"git":       h.Call("deploy_service", tooltest.Args{"service": service, "git_url": "https://github.com/zeropsio/recipe-nodejs"}).Fails("conflict"),
		} {
			if tooltest.Lookup(second, "next.tool") != "wait_for" || tooltest.Lookup(second, "next.arguments.deployments.0") != id || h.Writes() != 0 {
				t.Errorf("second deployment from %s: %v", name, second)
			}
		}
		open := h.Call("wait_for", tooltest.Args{"deployments": []string{id}, "wait_seconds": 1}).Status("in_progress")
		if open.Get("next.arguments.deployments.0") != id || open.Get("deployments.0.outcome") != "open" {
			t.Errorf("while it runs: %s", open.Raw)
		}
		if working := h.Call("diagnose_service", tooltest.Args{"service": service}).Ok(); working.Get("verdict") != "working" {
			t.Errorf("verdict %v", working.Get("verdict"))
		}
		h.Sim.Release()
		done := h.Call("wait_for", tooltest.Args{"deployments": id}).Status("done")
		if done.Get("deployments.0.status") != "ACTIVE" {
			t.Errorf("at the end: %s", done.Raw)
		}
		h.Call("wait_for", tooltest.Args{}).Fails("invalid_arguments")
		h.Call("wait_for", tooltest.Args{"deployments": []string{"short"}}).Fails("invalid_arguments")
		h.Call("wait_for", tooltest.Args{"deployments": []string{strings.Repeat("A", 22)}}).Fails("not_found")
	})
}

func TestDeployWaitsForVariables(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
		h, service := tooltest.Deployable(t, dir, tooltest.InProcess, func(s *tooltest.Setup) {
			s.Sim = []simulator.Option{simulator.WithPace(0.1), simulator.WithIndexLag(0)}
		})
		// What the creation deploys has to end first.
		for _, p := range h.Call("list_processes", tooltest.Args{"service": service}).Items() {
			h.Call("wait_for", tooltest.Args{"processes": []any{p["id"]}}).Status("done")
		}
		h.Call("set_env", tooltest.Args{"project": h.Sim.ProjectID("playground"), "service": service, "variables": []tooltest.Args{{"key": "A", "value": "b"}}, "wait_seconds": 0}).Ok()
		r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": ".", "wait_seconds": 0}).Ok()
		if r.Get("status") == "failed" || strings.Contains(string(r.Raw), "userDataSyncRunning") {
			t.Errorf("a deployment right after a variable: %s", r.Raw)
		}
		// A refusal before the upload is tried once more, one after it is told.
		h, service = tooltest.Deployable(t, dir, tooltest.InProcess)
		h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackAppVersion", Status: 400, Code: "userDataSyncRunning", Message: "words", Times: 1})
		h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("done")
		h.Sim.Fail(simulator.Fault{Operation: "PutAppVersionBuildAndDeploy", Status: 400, Code: "userDataSyncRunning", Message: "words", Times: 1})
		r = h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("failed")
		if r.Get("deployment.status") != "UPLOADING" || !strings.Contains(r.Str("message"), "UPLOADING") {
			t.Errorf("a refusal after the upload: %s", r.Raw)
		}
	})
}

func TestUploadFailures(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
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
		h, service := tooltest.Deployable(t, dir)
		h.Sim.Fail(tc.fault)
		r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("failed")
		if !strings.Contains(r.Str("message"), tc.words) || r.Get("deployment.outcome") != "failed" {
			t.Errorf("%s: %s", tc.name, r.Raw)
		}
		if h.Sim.Calls("PUT /app-version/*/build-and-deploy") != 0 {
			t.Errorf("%s: deployed what did not arrive", tc.name)
		}
		if strings.Contains(h.Logs.String(), "uploadToken") {
			t.Errorf("%s: the upload address is in the log", tc.name)
		}
	}
}

func TestDeployAnswerLost(t *testing.T) {
	t.Parallel()
	dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
	h, service := tooltest.Deployable(t, dir)
	h.Sim.Fail(simulator.Fault{Operation: "PutAppVersionBuildAndDeploy", Drop: simulator.DropAfter, Times: 1})
	r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("in_progress")
	if r.Get("next.tool") != "get_deployment" || !strings.Contains(r.Str("message"), "lost") {
		t.Errorf("a lost answer: %s", r.Raw)
	}
	if h.Sim.Calls("PUT /app-version/*/build-and-deploy") != 1 {
		t.Error("the request was repeated")
	}
	h.Call("wait_for", tooltest.Args{"deployments": []string{r.Str("deployment.id")}}).Status("done")
}

func TestUploadOutlivesTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := tooltest.Sources(t, map[string]string{"zerops.yaml": tooltest.GoodYAML})
		h, service := tooltest.Deployable(t, dir, tooltest.InProcess, func(s *tooltest.Setup) {
			s.Configure = func(c *tool.Config) { c.DeployRoots, c.MaxWait = []string{dir}, 300*time.Millisecond }
		})
		remove := h.Sim.Fail(simulator.Fault{Path: uploadPath, Delay: 1500 * time.Millisecond})
		r := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Status("in_progress")
		id := r.Str("deployment.id")
		if !strings.Contains(r.Str("message"), "goes on") || r.Get("deployment.phase") != "upload" {
			t.Errorf("while it uploads: %s", r.Raw)
		}
		if e := h.Call("deploy_service", tooltest.Args{"service": service, "directory": "."}).Fails("conflict"); tooltest.Lookup(e, "next.arguments.deployments.0") != id {
			t.Errorf("a second deployment while it uploads: %v", e)
		}
		remove()
		for range 40 {
			if r = h.Call("wait_for", tooltest.Args{"deployments": []string{id}}).Ok(); r.Get("status") != "in_progress" {
				break
			}
		}
		if r.Get("status") != "done" || r.Get("deployments.0.status") != "ACTIVE" {
			t.Errorf("at the end: %s", r.Raw)
		}
	})
}
