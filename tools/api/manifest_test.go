package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools"
	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops"
	"zerops-mcp/zerops/simulator"
)

// replacing are documents that ask the platform to replace the service api, in
// every spelling that leaves no doubt.
func replacing() map[string]string {
	return map[string]string{
		"block":                   "services:\n  - hostname: api\n    type: nodejs@22\n    override: true\n",
		"flow":                    "services: [{hostname: api, type: nodejs@22, override: true}]",
		"an escape in the key":    "services:\n  - hostname: api\n    type: nodejs@22\n    \"over\\u0072ide\": true\n",
		"an escape in the name":   "services:\n  - hostname: \"\\x61pi\"\n    type: nodejs@22\n    override: true\n",
		"an earlier false":        "services: [{hostname: fresh, type: nodejs@22, override: false}, {hostname: api, type: nodejs@22, override: true}]",
		"a false in a variable":   "services:\n  - hostname: api\n    type: nodejs@22\n    envSecrets: {override: \"false\"}\n    override: true\n",
		"a false in a comment":    "services:\n  - hostname: api\n    type: nodejs@22\n    override: true # override: false\n",
		"an alias":                "yes: &yes true\nservices:\n  - hostname: api\n    type: nodejs@22\n    override: *yes\n",
		"a merge":                 "base: &base {override: true}\nservices:\n  - <<: *base\n    hostname: api\n    type: nodejs@22\n",
		"a merge of merges":       "one: &one {override: true}\ntwo: &two {<<: *one, type: nodejs@22}\nservices:\n  - <<: [*two]\n    hostname: api\n",
		"a merge at the top":      "base: &base\n  services: [{hostname: api, type: nodejs@22, override: true}]\n<<: *base\n",
		"an alias of the list":    "all: &all [{hostname: api, type: nodejs@22, override: true}]\nservices: *all\n",
		"JSON":                    `{"services":[{"hostname":"api","type":"nodejs@22","over\u0072ide":true}]}`,
		"CRLF":                    "services:\r\n  - hostname: api\r\n    type: nodejs@22\r\n    override: true\r\n",
		"a tab":                   "services:\n  - hostname: api\n    type: nodejs@22\n    override:\ttrue\n",
		"a byte order mark":       "\ufeffservices:\n  - hostname: api\n    type: nodejs@22\n    override: true\n",
		"yes":                     "services: [{hostname: api, type: nodejs@22, override: yes}]",
		"On":                      "services: [{hostname: api, type: nodejs@22, override: On}]",
		"an explicit key":         "services:\n  - hostname: api\n    type: nodejs@22\n    ? override\n    : true\n",
		"a block as the key":      "services:\n  - hostname: api\n    type: nodejs@22\n    ? |-\n      override\n    : true\n",
		"the last of several":     "services:\n  - {hostname: first, type: nodejs@22}\n  - {hostname: second, type: nodejs@22}\n  - {override: true, type: nodejs@22, hostname: api}\n",
		"a document start":        "# services\n---\nservices: [{hostname: api, type: nodejs@22, override: true}]\n...\n",
		"a quoted true":           "services: [{hostname: api, type: nodejs@22, override: \"true\"}]",
		"a number":                "services: [{hostname: api, type: nodejs@22, override: 1}]",
		"with expressions":        "#zeropsPreprocessor=on\nservices:\n  - hostname: api\n    type: nodejs@22\n    override: true\n    vault:\n      KEY: <@generateRandomString(<32>)>\n",
		"with commas in brackets": "#yamlPreprocessor=on\nservices:\n  - hostname: api\n    type: nodejs@22\n    override: true\n    envSecrets:\n      KEY: \"<@pickRandom(<one>, <two>) | upper>\"\n",
	}
}

func TestWriteAPIReadsWhatAnImportReplaces(t *testing.T) {
	t.Parallel()
	asking := tooltest.Start(t)
	human := asking.Another(func(c *tool.Config) { c.Confirm = tool.ConfirmHuman })
	own := asking.Another(func(c *tool.Config) {
		c.Confirm, c.OwnService = tool.ConfirmNever, asking.Sim.ServiceID("eshop-staging", "api")
	})
	never := asking.Another(func(c *tool.Config) { c.Confirm = tool.ConfirmNever })
	staging, production := asking.Sim.ProjectID("eshop-staging"), asking.Sim.ProjectID("eshop-production")
	for operation, field := range tooltest.Imports() {
		for name, text := range replacing() {
			call := func(project string) tooltest.Args {
				return tooltest.Args{"operation": operation, "path": tooltest.Args{"id": project}, "body": tooltest.Args{field: text}}
			}
			plan := fmt.Sprint(asking.Call("write_api", call(staging)).Status("confirmation_required").Get("plan"))
			if !strings.Contains(plan, asking.Sim.ServiceID("eshop-staging", "api")) || !strings.Contains(plan, "override: true") || !strings.Contains(plan, "JWT_PRIVATE_KEY") {
				t.Errorf("%s, %s: the plan does not name the service and what it loses: %s", operation, name, plan)
			}
			for who, server := range map[string]*tools.Server{"human": human, "own": own, "never": never} {
				project, word := staging, map[string]string{"human": "approval", "own": "runs in", "never": "protects"}[who]
				if who == "never" {
					project = production
				}
				raw, err := json.Marshal(call(project))
				if err != nil {
					t.Fatal(err)
				}
				got, err := server.Call(t.Context(), "write_api", raw)
				if err != nil {
					t.Fatal(err)
				}
				if code := tooltest.ErrorCode(t, got); code != "blocked" || !strings.Contains(fmt.Sprint(got.Content), word) {
					t.Errorf("%s, %s, %s: %v", operation, name, who, got.Content)
				}
			}
		}
	}
	if n := asking.Writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestWriteAPIDoesNotAskForNothing holds that an import without override is asked
// about in a protected project only.
func TestWriteAPIDoesNotAskForNothing(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Confirm = tool.ConfirmHuman } })
	for i, text := range []string{
		"services: [{hostname: H, type: valkey:single@7.2, override: false}]",
		"services:\n  - hostname: H\n    type: valkey:single@7.2\n    override: ~ # override: true\n",
		"services:\n  - hostname: H\n    type: nodejs@22\n    envSecrets: {override: \"true\"}\n",
		"x: &x {override: true}\nservices:\n  - {<<: *x, hostname: H, type: nodejs@22, override: false}\n",
	} {
		for project, name := range map[string]string{"eshop-staging": "fine", "eshop-production": "safe"} {
			text := strings.ReplaceAll(text, "H,", fmt.Sprintf("%s%d,", name, i))
			text = strings.ReplaceAll(text, "H\n", fmt.Sprintf("%s%d\n", name, i))
			r := h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": h.Sim.ProjectID(project)}, "body": tooltest.Args{"yaml": text}})
			if project == "eshop-production" {
				r.Fails("blocked")
				continue
			}
			r.Status("done")
		}
	}
	public := "services: [{hostname: shown, type: nodejs@22, enableSubdomainAccess: true}]"
	h.Call("write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": h.Sim.ProjectID("eshop-production")}, "body": tooltest.Args{"yaml": public}}).Fails("blocked")
	h.Call("import_yaml", tooltest.Args{"project": "eshop-production", "yaml": public}).Fails("blocked")
	h.Call("import_yaml", tooltest.Args{"project": "eshop-staging", "yaml": public}).Status("done")
}

func TestWriteAPIAsksForThePaidCore(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	org := h.Sim.OrgID("Northwind Trading")
	services := "\nservices: [{hostname: app, type: nodejs@22}]\n"
	for name, text := range map[string]string{
		"plain": "project: {name: x, corePackage: SERIOUS}", "lower case": "project: {name: x, corePackage: serious}",
		"quotes": "project: {name: x, corePackage: 'Serious'}", "an escape": "project:\n  name: x\n  \"core\\x50ackage\": \"\\u0053ERIOUS\"",
		"an alias": "c: &c SERIOUS\nproject: {name: x, corePackage: *c}", "a merge": "c: &c {corePackage: SERIOUS}\nproject: {<<: *c, name: x}",
		"blanks": "project: {name: x, corePackage: \" SERIOUS \"}", "a block": "project:\n  name: x\n  corePackage: >-\n    SERIOUS",
		"a list": "project: {name: x, corePackage: [SERIOUS]}", "a word for it": "project: {name: x, corePackage: HA}",
	} {
		plan := fmt.Sprint(h.Call("write_api", tooltest.Args{"operation": "PostClientProjectImport", "path": tooltest.Args{"id": org}, "body": tooltest.Args{"yaml": text + services}}).Status("confirmation_required").Get("plan"))
		if !strings.Contains(plan, "SERIOUS core is paid") || !strings.Contains(plan, `creates the project "x"`) {
			t.Errorf("%s: the plan is %s", name, plan)
		}
		h.Call("import_yaml", tooltest.Args{"org": "Northwind Trading", "yaml": text + services}).Status("confirmation_required")
	}
	for _, body := range []any{tooltest.Args{"name": "dear", "mode": "serious"}, `{"name":"dear","mode":"SERIOUS","tagList":[]}`} {
		h.Call("write_api", tooltest.Args{"operation": "PostClientProject", "path": tooltest.Args{"id": org}, "body": body}).Status("confirmation_required")
	}
	h.Call("create_project", tooltest.Args{"org": org, "name": "dear", "mode": "serious"}).Status("confirmation_required")
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes before a confirmation", n)
	}
	h.Call("write_api", tooltest.Args{"operation": "PostClientProjectImport", "path": tooltest.Args{"id": org}, "body": tooltest.Args{"yaml": "project: {name: x, corePackage: light}" + services}}).Status("done")
}

// TestBodiesRefuseRepeatedNames sends the body as text and as JSON inside the
// arguments.
func TestBodiesRefuseRepeatedNames(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	staging := h.Sim.ProjectID("eshop-staging")
	for _, body := range []string{
		`{"yaml":"services: [{hostname: fresh, type: nodejs@22}]","yaml":"services: [{hostname: api, type: nodejs@22, override: true}]"}`,
		`{"yaml":"services: [{hostname: fresh, type: nodejs@22}]","ya\u006dl":"services: [{hostname: api, type: nodejs@22}]"}`,
		`{"yaml":"services: [{hostname: fresh, type: nodejs@22}]","Yaml":"services: [{hostname: api, type: nodejs@22}]"}`,
	} {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, given := range []string{body, string(text)} {
			raw := fmt.Sprintf(`{"operation":"PostProjectServiceStackImport","path":{"id":%q},"body":%s}`, staging, given)
			got, err := h.Server.Call(t.Context(), "write_api", json.RawMessage(raw))
			if err != nil {
				t.Fatal(err)
			}
			if words := fmt.Sprint(got.Content); tooltest.ErrorCode(t, got) != "invalid_arguments" || !strings.Contains(words, "twice") && !strings.Contains(words, "did you mean") {
				t.Errorf("%s: %s", raw, words)
			}
		}
	}
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestBodiesKeepWithheldValuesOut writes back what reading shows in place of a
// secret, by every operation that writes variables.
func TestBodiesKeepWithheldValuesOut(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	s := tooltest.Gather(h)
	staging, service := h.Sim.ProjectID("eshop-staging"), tooltest.StagingAPI(h)
	for _, value := range []string{"REDACTED", " redacted\n", "[redacted]", `"[Redacted]"`, "postgres://app:[redacted]@db/app"} {
		for _, c := range []struct {
			operation, id string
			body          tooltest.Args
		}{
			{"PutUserData", s.ServiceVariable, tooltest.Args{"key": "GATHERED", "content": value, "sensitive": true}},
			{"PostServiceStackUserData", service, tooltest.Args{"key": "NEW", "content": value, "sensitive": true}},
			{"PutProjectEnv", s.ProjectVariable, tooltest.Args{"key": "GATHERED", "content": value, "sensitive": true}},
			{"PostProjectEnv", staging, tooltest.Args{"key": "NEW", "content": value, "sensitive": true}},
			{"PutServiceStackUserDataEnvFile", service, tooltest.Args{"envFile": "A=1\nexport B=" + strings.TrimSpace(value) + "\n"}},
			{"PutProjectEnvFile", staging, tooltest.Args{"envFile": "B='" + strings.Trim(strings.TrimSpace(value), `"`) + "'\n"}},
			{"PutServiceStackTriggerPipeline", service, tooltest.Args{"buildFromGit": "https://github.com/example/app", "userData": []any{tooltest.Args{"key": "A", "content": value}}}},
			{"PutServiceStackTriggerPipeline", service, tooltest.Args{"buildFromGit": "https://github.com/example/app", "userDataEnvFile": "A=" + strings.TrimSpace(value)}},
			{"PutServiceStackTriggerExternalRepositoryIntegration", service, tooltest.Args{"userData": []any{tooltest.Args{"key": "A", "content": value}}}},
			{"PostProjectServiceStack", staging, tooltest.Args{"name": "fresh", "serviceStackVersionName": "nodejs@22", "userData": []any{tooltest.Args{"key": "A", "content": value}}}},
			{"PostClientProject", s.Org, tooltest.Args{"name": "fresh", "envVariables": []any{tooltest.Args{"key": "A", "content": value, "sensitive": true}}}},
			{"PostProjectServiceStackImport", staging, tooltest.Args{"yaml": "services: [{hostname: fresh, type: nodejs@22, vault: {A: {value: " + tooltest.Quoted(t, value) + ", sensitive: true}}}]"}},
			{"PutAppVersionBuildAndDeploy", s.Version, tooltest.Args{"zeropsYaml": "zerops: [{setup: api, run: {envVariables: {A: " + tooltest.Quoted(t, value) + "}}}]"}},
		} {
			e := h.Call("write_api", tooltest.Args{"operation": c.operation, "path": tooltest.Args{"id": c.id}, "body": c.body}).Fails("invalid_arguments")
			if !strings.Contains(fmt.Sprint(e), "withheld") {
				t.Errorf("%s of %q: %v", c.operation, value, e)
			}
		}
		h.Call("set_env", tooltest.Args{"service": service, "variables": map[string]any{"A": value}}).Fails("invalid_arguments")
	}
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestBodiesKeepCredentialsOut sends addresses with credentials where nothing but
// a public address belongs.
func TestBodiesKeepCredentialsOut(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	staging, service := h.Sim.ProjectID("eshop-staging"), tooltest.StagingAPI(h)
	for _, address := range []string{
		"https://me:fake-pass@github.com/a/b", "https://fake-token@github.com/a/b", "HTTPS://me:fake@github.com/a/b", " https://me:fake@github.com/a/b",
		"//me:fake@github.com/a/b", "me:fake@github.com/a/b", "https:/me:fake@github.com/a/b", `https:\\me:fake@github.com/a/b`, "ssh://git:fake@github.com/a/b",
		"https://me:fa%zzke@github.com/a/b", "https://github.com/a/b?access_token=fake-token", "https://github.com/a/b#token=fake-token",
	} {
		for _, c := range []struct {
			operation, id string
			body          tooltest.Args
		}{
			{"PutServiceStackTriggerPipeline", service, tooltest.Args{"buildFromGit": address}},
			{"PostProjectServiceStack", staging, tooltest.Args{"name": "fresh", "serviceStackVersionName": "nodejs@22", "buildFromGit": address}},
			{"PostProjectServiceStackImport", staging, tooltest.Args{"yaml": "services: [{hostname: fresh, type: nodejs@22, buildFromGit: " + tooltest.Quoted(t, address) + "}]"}},
		} {
			e := h.Call("write_api", tooltest.Args{"operation": c.operation, "path": tooltest.Args{"id": c.id}, "body": c.body}).Fails("invalid_arguments")
			if text := fmt.Sprint(e); strings.Contains(text, "fake") || !strings.Contains(text, "holds credentials") {
				t.Errorf("%s of %q: %s", c.operation, address, text)
			}
		}
	}
	for _, c := range []struct {
		operation, id string
		body          tooltest.Args
	}{
		{"PostProjectServiceStackImport", staging, tooltest.Args{"yaml": "services: [{hostname: fresh, type: nodejs@22}]", "recipeSourceUrl": "https://me:fake@example.com/r"}},
		{"PutPrometheusConfig", staging, tooltest.Args{"configs": []any{tooltest.Args{"targets": []any{"https://me:fake@example.com"}, "labels": tooltest.Args{}}}}},
	} {
		e := h.Call("write_api", tooltest.Args{"operation": c.operation, "path": tooltest.Args{"id": c.id}, "body": c.body}).Fails("invalid_arguments")
		if text := fmt.Sprint(e); strings.Contains(text, "fake") || !strings.Contains(text, "credentials") {
			t.Errorf("%s: %s", c.operation, text)
		}
	}
	if n := h.Writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
	// A variable may hold any address, and a public one may be built from.
	h.Call("write_api", tooltest.Args{"operation": "PostServiceStackUserData", "path": tooltest.Args{"id": service}, "body": tooltest.Args{"key": "OTHER_DATABASE", "content": "postgres://app:fake-pass@db/app", "sensitive": true}}).Status("done")
	h.Call("write_api", tooltest.Args{"operation": "PutServiceStackTriggerPipeline", "path": tooltest.Args{"id": service}, "body": tooltest.Args{"buildFromGit": "https://github.com/zeropsio/recipe-nodejs"}, "wait_seconds": 0})
}

// TestBodiesWithYamlAreKnown fails when the catalogue gains a field with YAML that
// nobody reads.
func TestBodiesWithYamlAreKnown(t *testing.T) {
	t.Parallel()
	var details zerops.Details
	known := map[string]bool{"yaml": true, "serviceImportYaml": true, "zeropsYaml": true, "zeropsYamlSetup": true}
	for op := range zerops.Operations() {
		detail, err := details.Of(op)
		if err != nil {
			t.Fatal(err)
		}
		if detail.Body == nil {
			continue
		}
		for _, field := range detail.Body.Fields {
			if strings.Contains(strings.ToLower(field.Name), "yaml") && !known[field.Name] {
				t.Errorf("%s has the field %s, which is not read", op, field.Name)
			}
			for _, inner := range field.Fields {
				if strings.Contains(strings.ToLower(inner.Name), "yaml") && !known[inner.Name] {
					t.Errorf("%s has the field %s.%s, which is not read", op, field.Name, inner.Name)
				}
			}
		}
	}
}

// TestImportErrorsMaskTheVault quotes values of the YAML in the platform's refusal.
func TestImportErrorsMaskTheVault(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, tooltest.Unconfirmed)
	staging := h.Sim.ProjectID("eshop-staging")
	for name, vault := range map[string]string{
		"plain": "vault: {KEY: fake-vault-value}", "an object": "vault: {KEY: {value: fake-vault-value, sensitive: true}}",
		"a block": "vault:\n      KEY:\n        value: |\n          fake-vault-value\n", "an alias": "note: &v fake-vault-value\n    vault: {KEY: *v}",
		"a merge": "note: &v {KEY: fake-vault-value}\n    vault: {<<: *v}", "a merged entry": "note: &v {value: fake-vault-value}\n    vault: {KEY: {<<: *v, sensitive: false}}",
	} {
		text := "services:\n  - hostname: fresh\n    type: nodejs@22\n    " + vault + "\n"
		for _, c := range []struct {
			tool string
			a    tooltest.Args
		}{
			{"import_yaml", tooltest.Args{"project": "eshop-staging", "yaml": text}},
			{"write_api", tooltest.Args{"operation": "PostProjectServiceStackImport", "path": tooltest.Args{"id": staging}, "body": tooltest.Args{"yaml": text}}},
		} {
			h.Sim.Fail(simulator.Fault{Operation: "PostProjectServiceStackImport", Times: 1, Status: 400, Code: "projectImportInvalidParameter", Message: "KEY: fake-vault-value is not allowed"})
			e := fmt.Sprint(h.Call(c.tool, c.a).Fails("invalid_arguments"))
			if strings.Contains(e, "fake-vault") || !strings.Contains(e, "is not allowed") {
				t.Errorf("%s, %s: %s", c.tool, name, e)
			}
		}
	}
}
