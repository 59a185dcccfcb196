package adversarial_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// documented reports whether docs/safety.md speaks of something, with every word.
func documented(words ...string) bool {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "safety.md"))
	text := strings.ToLower(string(raw))
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return err == nil
}

// sideDoor is a call that does the work of a tool which the operator took out.
type sideDoor struct {
	excluded, tool string
	args           func(w *world) args
}

func sideDoors() map[string]sideDoor {
	org := func(w *world) string { return w.sim.OrgID("Northwind Trading") }
	services := yamlBody("yaml", "services:\n  - hostname: newone\n    type: nodejs@22\n    startWithoutCode: true\n    envSecrets: {A: b}\n")
	project := yamlBody("yaml", "project:\n  name: newone\nservices:\n  - hostname: newone\n    type: nodejs@22\n")
	routing := func(w *world) args {
		id := w.find("/project/"+w.project(guarded)+"/public-http-routing", "sslEnabled", true)
		w.setTags(w.t, w.project(guarded), "eshop")
		return args{"operation": "PutPublicHttpRouting", "path": on(id), "body": fmt.Sprintf(
			`{"sslEnabled":true,"cdnEnabled":false,"domains":["other.example.com"],"locations":[{"path":"/","port":3000,"serviceStackId":"%s"}]}`, w.service(guarded, "app"))}
	}
	return map[string]sideDoor{
		"list-env":           {"list_env", "read_api", withBody("GetServiceStackEnv", "", ownService)},
		"list-env-user-data": {"list_env", "read_api", withBody("GetServiceStackUserData", "", ownService)},
		"list-env-search": {"list_env", "read_api", func(w *world) args {
			return args{"operation": "PostUserDataSearch", "body": `{"search":[{"name":"clientId","operator":"eq","value":"` + org(w) + `"}]}`}
		}},
		"delete-service":        {"delete_service", "write_api", withBody("DeleteProject", "", ownProject)},
		"stop-service":          {"stop_service", "write_api", withBody("PutProjectStop", "", ownProject)},
		"remove-domain":         {"remove_domain", "write_api", routing},
		"add-domain":            {"add_domain", "write_api", routing},
		"create-service":        {"create_service", "write_api", withBody("PostProjectServiceStackImport", services, ownProject)},
		"create-project":        {"create_project", "write_api", withBody("PostClientProjectImport", project, org)},
		"set-env-pipeline":      {"set_env", "write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://github.com/a/b","userData":[{"key":"A","content":"b"}]}`, sibling)},
		"set-env-pipeline-text": {"set_env", "write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://github.com/a/b","userData":[],"userDataEnvFile":"A=b\n"}`, sibling)},
		"set-env-import":        {"set_env", "write_api", withBody("PostProjectServiceStackImport", services, ownProject)},
		"replace-services":      {"replace_services_from_yaml", "write_api", withBody("PutProjectFirstClassRecipeDevelopmentContainer", yamlBody("serviceImportYaml", replacing()["block"]), ownProject)},
		"deploy-by-import":      {"deploy_service", "write_api", withBody("PostProjectServiceStackImport", yamlBody("yaml", "services:\n  - hostname: newone\n    type: nodejs@22\n    buildFromGit: https://github.com/a/b\n"), ownProject)},
		"deploy-by-integration": {"deploy_service", "write_api", withBody("PutServiceStackExternalRepositoryIntegration", `{"githubIntegration":{"repositoryFullName":"evil/takeover","eventType":"BRANCH","branchName":"main","isActive":true,"triggerBuild":true}}`, sibling)},
		"rollback-by-build": {"rollback_service", "write_api", func(w *world) args {
			return args{"operation": "PutAppVersionDeploy", "path": on(w.ownVersion()), "body": `{}`}
		}},
		"subdomain-by-pipeline":    {"set_subdomain_access", "write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://github.com/a/b","userData":[],"enableSubdomainAccess":true}`, sibling)},
		"scale-by-pipeline":        {"scale_service", "write_api", withBody("PutServiceStackTriggerPipeline", `{"buildFromGit":"https://github.com/a/b","userData":[],"customAutoscaling":{"horizontalAutoscaling":{"minContainerCount":5}}}`, sibling)},
		"get-service-by-resources": {"export_yaml", "read_api", withBody("GetProjectExport", "", ownProject)},
	}
}

// TestAdversarialLDoors goes around what the operator took out.
func TestAdversarialLDoors(t *testing.T) {
	t.Parallel()
	for id, c := range sideDoors() {
		attack(t, "L/exclude-"+id, func(t *testing.T) error {
			w := newWorld(t)
			p := w.serve(t, how{args: []string{"--confirm", "never", "--exclude-tools", c.excluded}})
			return errors.Join(p.call(c.tool, c.args(w)).mustBe("out_of_scope"), w.untouched("a tool that was taken out"))
		})
	}
	attack(t, "L/project-name-in-every-organization", func(t *testing.T) error {
		w := newWorld(t)
		w.api(t, http.MethodPost, "/client/"+w.sim.OrgID("Petra's Lab")+"/project", map[string]any{"name": "eshop-staging", "mode": "LIGHT", "tagList": []string{}, "envVariables": []any{}})
		w.settle(t)
		got := w.runWith(t, how{args: []string{"--project", "eshop-staging"}}, "call", "list_projects")
		if n := strings.Count(got.stdout, `"name":"eshop-staging"`) + strings.Count(got.stdout, `"name": "eshop-staging"`); got.code == 0 && n > 1 {
			return fmt.Errorf("one name lets the caller into %d projects: %s", n, short(got.stdout))
		}
		return nil
	})
}

// TestAdversarialLMetrics reads the metrics from a page of another host.
func TestAdversarialLMetrics(t *testing.T) {
	t.Parallel()
	attack(t, "L/metrics-for-any-host", func(t *testing.T) error {
		w := newWorld(t)
		probe, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := probe.Addr().String()
		_ = probe.Close()
		w.listen(t, how{args: []string{"--http-auth", "server", "--read-only", "--metrics-listen", address}, env: []string{"ZMCP_ACCESS_KEYS=ci:" + accessKeyA}})
		ask := func(host string) (int, string) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/metrics", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Host = host
			response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = response.Body.Close() }()
			body, _ := io.ReadAll(response.Body)
			return response.StatusCode, string(body)
		}
		if status, body := ask(address); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		for _, host := range []string{"evil.example", "evil.example:" + strings.Split(address, ":")[1], "localhost.evil.example"} {
			if status, body := ask(host); status == http.StatusOK {
				return fmt.Errorf("the metrics are told to a page of %s: %s", host, short(body))
			}
		}
		return nil
	})
}

// TestAdversarialLFiles looks at what the program writes and what its files say.
func TestAdversarialLFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mode := func(t *testing.T, name string) os.FileMode {
		t.Helper()
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Mode().Perm()
	}
	attack(t, "L/audit-file-for-everybody", func(t *testing.T) error {
		name := filepath.Join(t.TempDir(), "audit.log")
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(name, 0o666); err != nil {
			t.Fatal(err)
		}
		got := w.runWith(t, how{args: []string{"--audit-log", name}}, "call", "whoami")
		if got.code == 0 && mode(t, name)&0o077 != 0 {
			return fmt.Errorf("the audit log has mode %o", mode(t, name))
		}
		return nil
	})
	attack(t, "L/audit-file-new", func(t *testing.T) error {
		name := filepath.Join(t.TempDir(), "audit.log")
		if got := w.runWith(t, how{args: []string{"--audit-log", name}}, "call", "whoami"); got.code != 0 {
			t.Fatal(got.stderr)
		}
		if m := mode(t, name); m&0o077 != 0 {
			return fmt.Errorf("the audit log has mode %o", m)
		}
		return nil
	})
	for id, target := range map[string]string{"to-a-file": "victim", "to-nothing-yet": "new"} {
		attack(t, "L/audit-file-link-"+id, func(t *testing.T) error {
			dir := t.TempDir()
			victim := filepath.Join(dir, target)
			if target == "victim" {
				if err := os.WriteFile(victim, []byte("precious\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			link := filepath.Join(dir, "audit.log")
			if err := os.Symlink(victim, link); err != nil {
				t.Fatal(err)
			}
			w.runWith(t, how{args: []string{"--audit-log", link}}, "call", "whoami")
			if raw, err := os.ReadFile(victim); err == nil && string(raw) != "precious\n" {
				return fmt.Errorf("the link was followed: %s", short(string(raw)))
			}
			return nil
		})
	}
}

// TestAdversarialLExamples looks at what people copy from this project's files.
func TestAdversarialLExamples(t *testing.T) {
	t.Parallel()
	attack(t, "L/examples-trust-everybody", func(t *testing.T) error {
		wide := regexp.MustCompile(`(?i)(trusted[-_]proxies|allowed[-_]hosts|allowed[-_]origins)\b[^\n]*(10\.0\.0\.0/8|0\.0\.0\.0/0|::/0|\*\.zerops\.app)`)
		var found []error
		for _, name := range ourFiles(t) {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range wide.FindAllString(string(raw), -1) {
				found = append(found, fmt.Errorf("%s: %s", filepath.Base(name), m))
			}
		}
		if documented("10.0.0.0/8") {
			return nil
		}
		return first(found)
	})
	attack(t, "L/image-bases-by-tag", func(t *testing.T) error {
		raw, err := os.ReadFile(filepath.Join("..", "..", "Dockerfile"))
		if err != nil {
			t.Fatal(err)
		}
		stages := map[string]bool{"scratch": true}
		for line := range strings.Lines(string(raw)) {
			words := strings.Fields(line)
			if len(words) < 2 || !strings.EqualFold(words[0], "FROM") {
				continue
			}
			words = words[1:]
			for len(words) > 0 && strings.HasPrefix(words[0], "--") {
				words = words[1:]
			}
			if len(words) > 2 {
				stages[words[2]] = true
			}
			if !stages[words[0]] && !strings.Contains(words[0], "@sha256:") && !documented("dockerfile", "digest") {
				return fmt.Errorf("the base %s is named by its tag", words[0])
			}
		}
		return nil
	})
}
