package tools_test

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// runningIn is a server that runs in the given service of the harness's account and
// acts at once. It may not change a thing there.
func runningIn(h *tooltest.Harness, service string, change ...func(*tool.Config)) *tooltest.Harness {
	h.T.Helper()
	return h.Beside(func(c *tool.Config) {
		c.Confirm, c.OwnService = tool.ConfirmNever, service
		for _, f := range change {
			f(c)
		}
	})
}

// untouched fails the test if the calls of f write anything.
func untouched(h *tooltest.Harness, what string, f func()) {
	h.T.Helper()
	before := h.Writes()
	f()
	if n := h.Writes() - before; n > 0 {
		h.T.Errorf("%s: %d writes", what, n)
	}
}

// target is the service that an example works on; "" for what concerns no single
// service.
func target(h *tooltest.Harness, e example) string {
	h.T.Helper()
	project, _ := e.args["project"].(string)
	switch e.tool {
	case "set_env":
		if e.args["service"] == nil {
			return ""
		}
	case "stop_project", "delete_project":
		return h.Call("list_services", tooltest.Args{"project": project}).Items()[0]["id"].(string)
	case "replace_services_from_yaml":
		return h.Sim.ServiceID("partner-portal", "web")
	case "cancel_deployment":
		return h.Sim.ServiceID("release-train", "images")
	case "cancel_process":
		return h.Call("get_process", tooltest.Args{"process": e.args["process"]}).Str("service_id")
	case "remove_domain":
		return h.Sim.ServiceID(tooltest.Staging, "app")
	case "write_api":
		return e.args["path"].(tooltest.Args)["id"].(string)
	}
	service, _ := e.args["service"].(string)
	if service != "" && !zerops.ValidID(service) {
		return h.Sim.ServiceID(project, service)
	}
	return service
}

// TestNoToolWorksOnTheServersOwnService aims every tool that changes something at
// the service that the server runs in.
func TestNoToolWorksOnTheServersOwnService(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = generousIn(root) })
	effects := map[string]string{}
	for _, info := range h.Server.Listed() {
		effects[info.Name] = info.Effect
	}
	aimed := map[string]bool{}
	for _, e := range examples(h) {
		if effects[e.tool] == "reads" {
			continue
		}
		own := target(h, e)
		if own == "" {
			continue
		}
		aimed[e.tool] = true
		for _, mode := range []tool.ConfirmMode{tool.ConfirmNever, tool.ConfirmTwoStep} {
			server := runningIn(h, own, generousIn(root), func(c *tool.Config) { c.Confirm = mode })
			untouched(h, e.name(), func() {
				r := server.Call(e.tool, e.args).Fails("blocked")
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
	h := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(h)
	own := s.Runtime
	s.Service, s.Bucket, s.Other = own, own, own
	s.Process = h.Call("list_processes", tooltest.Args{"project": tooltest.Staging, "service": "api"}).Items()[0]["id"].(string)
	for _, port := range h.Call("list_ports", tooltest.Args{"project": tooltest.Staging}).Items() {
		if port["service_id"] == own {
			s.Port, _ = port["id"].(string)
		}
	}
	server := runningIn(h, own, func(c *tool.Config) { c.AllowSecrets = true })
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
		untouched(h, op.String(), func() { server.Call("write_api", s.Arguments(t, op)).Fails("blocked") })
	}
	if count < 40 {
		t.Errorf("only %d operations were tried", count)
	}
}

// TestOwnProjectKeepsWhatTheServerReads: project variables that reach the server
// with its next start stay as they are, whatever the way; others do not.
func TestOwnProjectKeepsWhatTheServerReads(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	project, other := h.Sim.ProjectID(tooltest.Staging), h.Sim.ProjectID("analytics")
	h.Call("set_env", tooltest.Args{"project": project, "variables": tooltest.Args{"ZMCP_READ_ONLY": "true", "PLAIN": "obviously-fake-plain"}}).Status("done")
	s := tooltest.Samples{Org: h.Sim.OrgID("Northwind Trading"), Project: project}
	id := func(key string) string {
		return h.Variable("PostProjectSearch", "", s.Terms("id"), `.items[0].envList[] | select(.key == "`+key+`") | .id`)
	}
	locked, plain := id("ZMCP_READ_ONLY"), id("PLAIN")
	h = runningIn(h, h.Sim.ServiceID(tooltest.Staging, "api"))

	for _, key := range []string{"ZMCP_READ_ONLY", "ZMCP_ACCESS_KEYS", "zmcp_project", "ZCP_API_KEY", "OTEL_EXPORTER_OTLP_ENDPOINT", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "GODEBUG", "envIsolation", "sshIsolation"} {
		untouched(h, key, func() {
			h.Call("set_env", tooltest.Args{"project": project, "variables": tooltest.Args{"ORDINARY": "x", key: "none"}}).Fails("blocked")
			h.Call("delete_env", tooltest.Args{"project": project, "keys": []any{"PLAIN", key}}).Fails("blocked")
			h.Call("write_api", tooltest.Args{"operation": "PostProjectEnv", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"key": key, "content": "none", "sensitive": false}}).Fails("blocked")
			h.Call("write_api", tooltest.Args{"operation": "PutProjectEnv", "path": tooltest.Args{"id": plain}, "body": tooltest.Args{"key": key, "content": "none", "sensitive": false}}).Fails("blocked")
		})
	}
	untouched(h, "by id", func() {
		h.Call("write_api", tooltest.Args{"operation": "PutProjectEnv", "path": tooltest.Args{"id": locked}, "body": tooltest.Args{"key": "RENAMED", "content": "x", "sensitive": false}}).Fails("blocked")
		h.Call("write_api", tooltest.Args{"operation": "DeleteProjectEnv", "path": tooltest.Args{"id": locked}}).Fails("blocked")
		for _, text := range []string{"PLAIN=x\n", "ZMCP_READ_ONLY=false\n", "PLAIN=x\nZMCP_READ_ONLY=true\nZMCP_PROJECT=\"*\"\n", "PLAIN=\"x\nZMCP_READ_ONLY=true\n"} {
			h.Call("write_api", tooltest.Args{"operation": "PutProjectEnvFile", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"envFile": text}}).Fails("blocked")
		}
	})
	// Everything else, here and elsewhere, as usual.
	h.Call("set_env", tooltest.Args{"project": project, "variables": tooltest.Args{"PLAIN": "y", "ENVELOPE": "z"}}).Status("done")
	h.Call("delete_env", tooltest.Args{"project": project, "keys": []any{"ENVELOPE"}}).Status("done")
	h.Call("set_env", tooltest.Args{"project": other, "variables": tooltest.Args{"ZMCP_READ_ONLY": "false"}}).Status("done")
	h.Call("write_api", tooltest.Args{"operation": "PutProjectEnv", "path": tooltest.Args{"id": plain}, "body": tooltest.Args{"key": "PLAIN", "content": "w", "sensitive": false}}).Status("done")
	kept := envFileOf(h, project)
	h.Call("write_api", tooltest.Args{"operation": "PutProjectEnvFile", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"envFile": kept + "ADDED=1\n"}}).Status("done")
	if !strings.Contains(envFileOf(h, project), "ZMCP_READ_ONLY") {
		t.Error("the variable is gone")
	}
}

// envFileOf is the dotenv text of a project with its values, as a person has it.
func envFileOf(h *tooltest.Harness, project string) string {
	h.T.Helper()
	api, err := zerops.NewAPI(zerops.APIOptions{Address: h.URL})
	if err != nil {
		h.T.Fatal(err)
	}
	defer api.CloseIdle()
	raw, err := api.Client(simulator.OwnerToken).Do(h.T.Context(), zerops.Call{
		Operation: zerops.GetProjectEnvFile, Path: []string{project},
		Query: url.Values{"name": {""}, "overrideEnvIsolation": {"none"}, "userOnly": {"true"}},
	})
	var file struct{ EnvFile string }
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		h.T.Fatal(err)
	}
	return file.EnvFile
}

// TestNothingRefersToTheServersOwnService: a reference would hand its variables,
// the token among them, to whoever receives the value.
func TestNothingRefersToTheServersOwnService(t *testing.T) {
	t.Parallel()
	root := deployRoot(t)
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = generousIn(root) })
	project, worker := h.Sim.ProjectID(tooltest.Staging), h.Sim.ServiceID(tooltest.Staging, "worker")
	h = runningIn(h, h.Sim.ServiceID(tooltest.Staging, "api"), generousIn(root))
	for name, value := range map[string]string{
		"plain": "${api_JWT_PRIVATE_KEY}", "in text": "https://${api_hostname}:3000/", "space": "${ api_X }", "open": "x${ap",
		"build": "${RUNTIME_api_X}", "token in upper case": "${API_ZEROPS_TOKEN}", "made of another": "${ONE}{api_X}",
		"escaped": `\u0024{api_X}`, "quoted": `"$\{api_X}"`,
	} {
		untouched(h, name, func() {
			h.Call("set_env", tooltest.Args{"service": worker, "variables": tooltest.Args{"FIRST": "x", "KEY": value}}).Fails("blocked")
			h.Call("set_env", tooltest.Args{"project": project, "variables": tooltest.Args{"KEY": value}}).Fails("blocked")
			h.Call("write_api", tooltest.Args{"operation": "PostServiceStackUserData", "path": tooltest.Args{"id": worker}, "body": tooltest.Args{"key": "KEY", "content": value, "sensitive": true}}).Fails("blocked")
			h.Call("write_api", tooltest.Args{"operation": "PutServiceStackUserDataEnvFile", "path": tooltest.Args{"id": worker}, "body": tooltest.Args{"envFile": "KEY=" + value + "\n"}}).Fails("blocked")
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
		"stored":   "\n      KEY: <@setVar(<x>, <${ap>)><@setVar(<y>, <i_X}>)>\n",
		"taken":    "\n      OTHER: <@setVar(<x>, <ap>)>i\n      KEY: ${<@getVar(x)>i_X}\n",
		"picked":   "\n      KEY: ${<@pickRandom(<ap>, <x>)>i_X}\n",
	} {
		service := "#yamlPreprocessor=on\nservices:\n  - hostname: fresh\n    type: nodejs@22\n    envSecrets:" + secrets
		untouched(h, name, func() {
			h.Call("import_yaml", tooltest.Args{"project": project, "yaml": service}).Fails("blocked")
			h.Call("import_yaml", tooltest.Args{"project": project, "yaml": service, "dry_run": true}).Fails("blocked")
			h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"yaml": service}}).Fails("blocked")
			h.Call("write_api", tooltest.Args{"operation": "PostClientProjectImport", "path": tooltest.Args{"id": h.Sim.OrgID("Northwind Trading")}, "body": tooltest.Args{"yaml": strings.Replace(service, "services:", "project:\n  name: other\nservices:", 1)}}).Fails("blocked")
		})
	}
	// In the files that are deployed, and in those that values are read from.
	images := h.Sim.ServiceID("mobile-api", "images")
	text := strings.Replace(exampleYAML, "      start:", "      envVariables:\n        KEY: ${api_X}\n      start:", 1)
	for file, content := range map[string]string{"zerops.yaml": text, ".env": "KEY='${api_X}'\n"} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	untouched(h, "files", func() {
		h.Call("deploy_service", tooltest.Args{"service": images, "directory": "."}).Fails("blocked")
		h.Call("deploy_service", tooltest.Args{"service": images, "git_url": "https://github.com/example/app", "zerops_yaml": text}).Fails("blocked")
		h.Call("set_env", tooltest.Args{"service": worker, "from_file": tooltest.Args{"path": ".env"}}).Fails("blocked")
		h.Call("write_api", tooltest.Args{"operation": "PutServiceStackTriggerPipeline", "path": tooltest.Args{"id": images}, "body": tooltest.Args{"userData": []any{}, "buildFromGit": "https://github.com/example/app", "zeropsYaml": text}}).Fails("blocked")
	})
	// What only looks like it, and reading, as usual.
	h.Call("set_env", tooltest.Args{"service": worker, "variables": tooltest.Args{
		"A": "${db_password}", "B": "${API_KEY}", "C": "${WEBAPI_api}", "D": "{api_version}", "E": "$api_x", "F": "api_X", "G": "${myapi_X}",
	}}).Status("done")
	h.Call("validate_zerops_yaml", tooltest.Args{"yaml": text, "setup": "images"}).Ok()
	h.Call("list_env", tooltest.Args{"project": tooltest.Staging, "service": "api"}).Ok()
}

// TestImportsSpareTheServersOwnService in every spelling of its name, and keep its
// variables from the services beside it.
func TestImportsSpareTheServersOwnService(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	project := h.Sim.ProjectID(tooltest.Staging)
	h = runningIn(h, h.Sim.ServiceID(tooltest.Staging, "api"))
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
		untouched(h, name, func() {
			// What nobody can read for sure is refused before anybody asks whose it is.
			code := "blocked"
			if name == "brackets" || name == "expression" || name == "unreadable" {
				code = "invalid_arguments"
			}
			h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"yaml": yaml}}).Fails(code)
			h.Call("write_api", tooltest.Args{"operation": "PutProjectFirstClassRecipeDevelopmentContainer", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"serviceImportYaml": yaml}}).Fails(code)
			if r := h.Call("replace_services_from_yaml", tooltest.Args{"project": project, "yaml": yaml}); !r.IsError {
				t.Errorf("%s: replaced", name)
			}
			if r := h.Call("import_yaml", tooltest.Args{"project": project, "yaml": yaml}); !r.IsError {
				t.Errorf("%s: imported", name)
			}
		})
	}
	untouched(h, "isolation", func() {
		h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStack", "path": tooltest.Args{"id": project}, "body": tooltest.Args{"name": "fresh", "serviceStackVersionName": "nodejs@22", "envIsolation": "none"}}).Fails("blocked")
		h.Call("write_api", tooltest.Args{"operation": "PostServiceStackUserData", "path": tooltest.Args{"id": h.Sim.ServiceID(tooltest.Staging, "worker")}, "body": tooltest.Args{"key": "envIsolation", "content": "none", "sensitive": false}}).Fails("blocked")
	})
	h.Call("replace_services_from_yaml", tooltest.Args{"project": tooltest.Staging, "yaml": "services:\n  - hostname: worker\n    type: nodejs@22\n"}).Status("done")
	h.Call("replace_services_from_yaml", tooltest.Args{"project": "partner-portal", "yaml": "services:\n  - hostname: web\n    type: dotnet@9\n    startWithoutCode: true\n"}).Status("done")
}

// TestOwnServiceIsNotGuessed: a token that does not reach the service is told
// nothing of it, and an API that fails leaves nothing unguarded.
func TestOwnServiceIsNotGuessed(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	stranger := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Token = simulator.NoFinanceToken
		s.Configure = func(c *tool.Config) { c.OwnService, c.Confirm = "AAAAAAAAAAAAAAAAAAAAAA", tool.ConfirmNever }
	})
	stranger.Call("list_projects", nil).Ok()
	h = runningIn(h, h.Sim.ServiceID(tooltest.Staging, "api"))
	h.Sim.Fail(simulator.Fault{Operation: "GetServiceStack", Status: 503})
	untouched(h, "unknown", func() {
		h.Call("write_api", tooltest.Args{"operation": "PutProjectStop", "path": tooltest.Args{"id": h.Sim.ProjectID(tooltest.Staging)}}).Fails("unavailable")
	})
}
