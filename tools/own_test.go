package tools_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// runningIn is a server that runs in the given service of the harness's account and
// acts at once. It may not change a thing there.
func (h *harness) runningIn(service string, change ...func(*tools.Config)) *harness {
	h.t.Helper()
	return h.beside(func(c *tools.Config) {
		c.Confirm, c.OwnService = tools.ConfirmNever, service
		for _, f := range change {
			f(c)
		}
	})
}

// untouched fails the test if the calls of f write anything.
func (h *harness) untouched(what string, f func()) {
	h.t.Helper()
	before := h.writes()
	f()
	if n := h.writes() - before; n > 0 {
		h.t.Errorf("%s: %d writes", what, n)
	}
}

// target is the service that an example works on; "" for what concerns no single
// service.
func (h *harness) target(e example) string {
	h.t.Helper()
	project, _ := e.args["project"].(string)
	switch e.tool {
	case "set_env":
		if e.args["service"] == nil {
			return ""
		}
	case "stop_project", "delete_project":
		return h.call("list_services", args{"project": project}).items()[0]["id"].(string)
	case "replace_services_from_yaml":
		return h.sim.ServiceID("partner-portal", "web")
	case "cancel_deployment":
		return h.sim.ServiceID("release-train", "images")
	case "cancel_process":
		return h.call("get_process", args{"process": e.args["process"]}).str("service_id")
	case "remove_domain":
		return h.sim.ServiceID(staging, "app")
	case "write_api":
		return e.args["path"].(args)["id"].(string)
	}
	service, _ := e.args["service"].(string)
	if service != "" && !zerops.ValidID(service) {
		return h.sim.ServiceID(project, service)
	}
	return service
}

// TestNoToolWorksOnTheServersOwnService aims every tool that changes something at
// the service that the server runs in.
func TestNoToolWorksOnTheServersOwnService(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	h := start(t, func(s *setup) { s.configure = generousIn(root) })
	effects := map[string]string{}
	for _, info := range h.server.Listed() {
		effects[info.Name] = info.Effect
	}
	aimed := map[string]bool{}
	for _, e := range examples(h) {
		if effects[e.tool] == "reads" {
			continue
		}
		own := h.target(e)
		if own == "" {
			continue
		}
		aimed[e.tool] = true
		for _, mode := range []tools.ConfirmMode{tools.ConfirmNever, tools.ConfirmTwoStep} {
			server := h.runningIn(own, generousIn(root), func(c *tools.Config) { c.Confirm = mode })
			h.untouched(e.name(), func() {
				r := server.call(e.tool, e.args).fails("blocked")
				if r["hint"] == nil || !strings.Contains(r["message"].(string), "nothing was changed") {
					t.Errorf("%s: the refusal says too little: %v", e.name(), r)
				}
			})
		}
	}
	for name, effect := range effects {
		switch name {
		case "create_project", "update_project", "start_project", "create_service", "import_yaml": // work on no service that exists
		default:
			if effect != "reads" && !aimed[name] {
				t.Errorf("%s was not aimed at the server's own service", name)
			}
		}
	}
}

// TestNoOperationReachesTheServersOwnService does the same with the whole API: by
// the id of the service, and by ids of what belongs or leads to it.
func TestNoOperationReachesTheServersOwnService(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	s := gather(h)
	own := s.runtime
	s.service, s.bucket, s.other = own, own, own
	s.process = h.call("list_processes", args{"project": staging, "service": "api"}).items()[0]["id"].(string)
	for _, port := range h.call("list_ports", args{"project": staging}).items() {
		if port["service_id"] == own {
			s.port, _ = port["id"].(string)
		}
	}
	server := h.runningIn(own, func(c *tools.Config) { c.AllowSecrets = true })
	count := 0
	for op := range zerops.Operations() {
		switch op.Subject() {
		case zerops.SubjectService, zerops.SubjectProcess, zerops.SubjectAppVersion, zerops.SubjectHTTPRouting, zerops.SubjectPortRouting, zerops.SubjectServiceVariable:
		case zerops.SubjectProject:
			if op != zerops.PutProjectStop && op != zerops.DeleteProject && op != zerops.PostProjectPublicHttpRouting {
				continue
			}
		default:
			continue
		}
		if op.Safe() {
			continue
		}
		count++
		h.untouched(op.String(), func() { server.call("write_api", s.arguments(t, op)).fails("blocked") })
	}
	if count < 40 {
		t.Errorf("only %d operations were tried", count)
	}
}

// TestOwnProjectKeepsWhatTheServerReads: project variables that reach the server
// with its next start stay as they are, whatever the way; others do not.
func TestOwnProjectKeepsWhatTheServerReads(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	project, other := h.sim.ProjectID(staging), h.sim.ProjectID("analytics")
	h.call("set_env", args{"project": project, "variables": args{"ZMCP_READ_ONLY": "true", "PLAIN": "obviously-fake-plain"}}).status("done")
	s := samples{org: h.sim.OrgID("Northwind Trading"), project: project}
	id := func(key string) string {
		return h.variable("PostProjectSearch", "", s.terms("id"), `.items[0].envList[] | select(.key == "`+key+`") | .id`)
	}
	locked, plain := id("ZMCP_READ_ONLY"), id("PLAIN")
	h = h.runningIn(h.sim.ServiceID(staging, "api"))

	for _, key := range []string{"ZMCP_READ_ONLY", "ZMCP_ACCESS_KEYS", "zmcp_project", "ZCP_API_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "GODEBUG", "envIsolation", "sshIsolation"} {
		h.untouched(key, func() {
			h.call("set_env", args{"project": project, "variables": args{"ORDINARY": "x", key: "none"}}).fails("blocked")
			h.call("delete_env", args{"project": project, "keys": []any{"PLAIN", key}}).fails("blocked")
			h.call("write_api", args{"operation": "PostProjectEnv", "path": args{"id": project}, "body": args{"key": key, "content": "none", "sensitive": false}}).fails("blocked")
			h.call("write_api", args{"operation": "PutProjectEnv", "path": args{"id": plain}, "body": args{"key": key, "content": "none", "sensitive": false}}).fails("blocked")
		})
	}
	h.untouched("by id", func() {
		h.call("write_api", args{"operation": "PutProjectEnv", "path": args{"id": locked}, "body": args{"key": "RENAMED", "content": "x", "sensitive": false}}).fails("blocked")
		h.call("write_api", args{"operation": "DeleteProjectEnv", "path": args{"id": locked}}).fails("blocked")
		for _, text := range []string{"PLAIN=x\n", "ZMCP_READ_ONLY=false\n", "PLAIN=x\nZMCP_READ_ONLY=true\nZMCP_PROJECT=\"*\"\n", "PLAIN=\"x\nZMCP_READ_ONLY=true\n"} {
			h.call("write_api", args{"operation": "PutProjectEnvFile", "path": args{"id": project}, "body": args{"envFile": text}}).fails("blocked")
		}
	})
	// Everything else, here and elsewhere, as usual.
	h.call("set_env", args{"project": project, "variables": args{"PLAIN": "y", "ENVELOPE": "z"}}).status("done")
	h.call("delete_env", args{"project": project, "keys": []any{"ENVELOPE"}}).status("done")
	h.call("set_env", args{"project": other, "variables": args{"ZMCP_READ_ONLY": "false"}}).status("done")
	h.call("write_api", args{"operation": "PutProjectEnv", "path": args{"id": plain}, "body": args{"key": "PLAIN", "content": "w", "sensitive": false}}).status("done")
	kept := envFileOf(h, project)
	h.call("write_api", args{"operation": "PutProjectEnvFile", "path": args{"id": project}, "body": args{"envFile": kept + "ADDED=1\n"}}).status("done")
	if !strings.Contains(envFileOf(h, project), "ZMCP_READ_ONLY") {
		t.Error("the variable is gone")
	}
}

// envFileOf is the dotenv text of a project with its values, as a person has it.
func envFileOf(h *harness, project string) string {
	h.t.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.url})
	if err != nil {
		h.t.Fatal(err)
	}
	defer api.CloseIdle()
	raw, err := api.Client(simulator.OwnerToken).Do(h.t.Context(), zerops.Call{
		Operation: zerops.GetProjectEnvFile, Path: []string{project},
		Query: url.Values{"name": {""}, "overrideEnvIsolation": {"none"}, "userOnly": {"true"}},
	})
	var file struct{ EnvFile string }
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return file.EnvFile
}

// TestNothingRefersToTheServersOwnService: a reference would hand its variables,
// the token among them, to whoever receives the value.
func TestNothingRefersToTheServersOwnService(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	h := start(t, func(s *setup) { s.configure = generousIn(root) })
	project, worker := h.sim.ProjectID(staging), h.sim.ServiceID(staging, "worker")
	h = h.runningIn(h.sim.ServiceID(staging, "api"), generousIn(root))
	for name, value := range map[string]string{
		"plain": "${api_JWT_PRIVATE_KEY}", "in text": "https://${api_hostname}:3000/", "space": "${ api_X }", "open": "x${ap",
		"build": "${RUNTIME_api_X}", "token in upper case": "${API_ZEROPS_TOKEN}", "made of another": "${ONE}{api_X}",
		"escaped": `\u0024{api_X}`, "quoted": `"$\{api_X}"`,
	} {
		h.untouched(name, func() {
			h.call("set_env", args{"service": worker, "variables": args{"FIRST": "x", "KEY": value}}).fails("blocked")
			h.call("set_env", args{"project": project, "variables": args{"KEY": value}}).fails("blocked")
			h.call("write_api", args{"operation": "PostServiceStackUserData", "path": args{"id": worker}, "body": args{"key": "KEY", "content": value, "sensitive": true}}).fails("blocked")
			h.call("write_api", args{"operation": "PutServiceStackUserDataEnvFile", "path": args{"id": worker}, "body": args{"envFile": "KEY=" + value + "\n"}}).fails("blocked")
		})
	}
	for name, secrets := range map[string]string{
		"block":    "\n      KEY: ${api_X}\n",
		"flow":     " {KEY: \"\\x24{api_X}\"}\n",
		"folded":   "\n      KEY: \"${a\\\n        pi_X}\"\n",
		"binary":   "\n      KEY: !!binary JHthcGlfWH0=\n",
		"merged":   " &a\n      <<: {KEY: \"${api_X}\"}\n",
		"dotenv":   "\n      KEY: |\n        A=\"$\\{api_X}\"\n",
		"brackets": "\n      KEY: <$>{<api>_X}\n",
	} {
		service := "services:\n  - hostname: fresh\n    type: nodejs@22\n    envSecrets:" + secrets
		h.untouched(name, func() {
			h.call("import_yaml", args{"project": project, "yaml": service}).fails("blocked")
			h.call("import_yaml", args{"project": project, "yaml": service, "dry_run": true}).fails("blocked")
			h.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": project}, "body": args{"yaml": service}}).fails("blocked")
			h.call("write_api", args{"operation": "PostClientProjectImport", "path": args{"id": h.sim.OrgID("Northwind Trading")}, "body": args{"yaml": "project:\n  name: other\n" + service}}).fails("blocked")
		})
	}
	// In the files that are deployed, and in those that values are read from.
	images := h.sim.ServiceID("mobile-api", "images")
	text := strings.Replace(exampleYAML, "      start:", "      envVariables:\n        KEY: ${api_X}\n      start:", 1)
	for file, content := range map[string]string{"zerops.yaml": text, ".env": "KEY='${api_X}'\n"} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.untouched("files", func() {
		h.call("deploy_service", args{"service": images, "directory": "."}).fails("blocked")
		h.call("deploy_service", args{"service": images, "git_url": "https://github.com/example/app", "zerops_yaml": text}).fails("blocked")
		h.call("set_env", args{"service": worker, "from_file": args{"path": ".env"}}).fails("blocked")
		h.call("write_api", args{"operation": "PutServiceStackTriggerPipeline", "path": args{"id": images}, "body": args{"userData": []any{}, "buildFromGit": "https://github.com/example/app", "zeropsYaml": text}}).fails("blocked")
	})
	// What only looks like it, and reading, as usual.
	h.call("set_env", args{"service": worker, "variables": args{
		"A": "${db_password}", "B": "${API_KEY}", "C": "${WEBAPI_api}", "D": "{api_version}", "E": "$api_x", "F": "api_X", "G": "${myapi_X}",
	}}).status("done")
	h.call("validate_zerops_yaml", args{"yaml": text, "setup": "images"}).ok()
	h.call("list_env", args{"project": staging, "service": "api"}).ok()
}

// TestImportsSpareTheServersOwnService in every spelling of its name, and keep its
// variables from the services beside it.
func TestImportsSpareTheServersOwnService(t *testing.T) {
	t.Parallel()
	h := start(t)
	project := h.sim.ProjectID(staging)
	h = h.runningIn(h.sim.ServiceID(staging, "api"))
	for name, yaml := range map[string]string{
		"block":      "services:\n  - hostname: api\n    type: nodejs@22\n    override: true\n",
		"flow":       `{"services":[{"hostname":"api","type":"nodejs@22","override":true}]}`,
		"escaped":    `{"services":[{"host\u006eame":"\x61pi","type":"nodejs@22","override":true}]}`,
		"alias":      "services:\n  - &a {hostname: api, type: nodejs@22, override: true}\n",
		"brackets":   "#yamlPreprocessor=on\nservices:\n  - host<name>: <ap>i\n    type: nodejs@22\n    override: true\n",
		"expression": "#yamlPreprocessor=on\nservices:\n  - hostname: <@pickRandom(<api>)>\n    type: nodejs@22\n    override: true\n",
		"second":     "services:\n  - hostname: worker\n    type: nodejs@22\n    override: true\n  - hostname: api\n    type: nodejs@22\n    override: true\n",
		"isolation":  "services:\n  - hostname: fresh\n    type: nodejs@22\n    envIsolation: none\n",
		"unreadable": "services:\n  - hostname: api\n   type: nodejs@22\n",
	} {
		h.untouched(name, func() {
			// What nobody can read for sure is refused before anybody asks whose it is.
			code := "blocked"
			if name == "brackets" || name == "expression" || name == "unreadable" {
				code = "invalid_arguments"
			}
			h.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": project}, "body": args{"yaml": yaml}}).fails(code)
			h.call("write_api", args{"operation": "PutProjectFirstClassRecipeDevelopmentContainer", "path": args{"id": project}, "body": args{"serviceImportYaml": yaml}}).fails(code)
			if r := h.call("replace_services_from_yaml", args{"project": project, "yaml": yaml}); !r.isError {
				t.Errorf("%s: replaced", name)
			}
			if r := h.call("import_yaml", args{"project": project, "yaml": yaml}); !r.isError {
				t.Errorf("%s: imported", name)
			}
		})
	}
	h.untouched("isolation", func() {
		h.call("write_api", args{"operation": "PostProjectServiceStack", "path": args{"id": project}, "body": args{"name": "fresh", "serviceStackVersionName": "nodejs@22", "envIsolation": "none"}}).fails("blocked")
		h.call("write_api", args{"operation": "PostServiceStackUserData", "path": args{"id": h.sim.ServiceID(staging, "worker")}, "body": args{"key": "envIsolation", "content": "none", "sensitive": false}}).fails("blocked")
	})
	h.call("replace_services_from_yaml", args{"project": staging, "yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n"}).status("done")
	h.call("replace_services_from_yaml", args{"project": "partner-portal", "yaml": "services:\n  - hostname: web\n    type: dotnet@9\n    startWithoutCode: true\n"}).status("done")
}

// TestOwnServiceIsNotGuessed: a token that does not reach the service is told
// nothing of it, and an API that fails leaves nothing unguarded.
func TestOwnServiceIsNotGuessed(t *testing.T) {
	t.Parallel()
	h := start(t)
	stranger := start(t, func(s *setup) {
		s.token = simulator.NoFinanceToken
		s.configure = func(c *tools.Config) { c.OwnService, c.Confirm = "AAAAAAAAAAAAAAAAAAAAAA", tools.ConfirmNever }
	})
	stranger.call("list_projects", nil).ok()
	h = h.runningIn(h.sim.ServiceID(staging, "api"))
	h.sim.Fail(simulator.Fault{Operation: "GetServiceStack", Status: 503})
	h.untouched("unknown", func() {
		h.call("write_api", args{"operation": "PutProjectStop", "path": args{"id": h.sim.ProjectID(staging)}}).fails("unavailable")
	})
}
