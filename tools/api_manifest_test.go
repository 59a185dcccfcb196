package tools_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"zerops-mcp/tools"
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

// imports are the operations that carry an import YAML into a project, with the
// name of its field.
func imports() map[string]string {
	return map[string]string{"PostProjectServiceStackImport": "yaml", "PutProjectFirstClassRecipeDevelopmentContainer": "serviceImportYaml"}
}

func TestWriteAPIReadsWhatAnImportReplaces(t *testing.T) {
	t.Parallel()
	asking := start(t)
	human := asking.another(func(c *tools.Config) { c.Confirm = tools.ConfirmHuman })
	own := asking.another(func(c *tools.Config) {
		c.Confirm, c.OwnService = tools.ConfirmNever, asking.sim.ServiceID("eshop-staging", "api")
	})
	never := asking.another(func(c *tools.Config) { c.Confirm = tools.ConfirmNever })
	staging, production := asking.sim.ProjectID("eshop-staging"), asking.sim.ProjectID("eshop-production")
	for operation, field := range imports() {
		for name, text := range replacing() {
			call := func(project string) args {
				return args{"operation": operation, "path": args{"id": project}, "body": args{field: text}}
			}
			plan := fmt.Sprint(asking.call("write_api", call(staging)).status("confirmation_required").get("plan"))
			if !strings.Contains(plan, asking.sim.ServiceID("eshop-staging", "api")) || !strings.Contains(plan, "override: true") || !strings.Contains(plan, "JWT_PRIVATE_KEY") {
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
				if code := errorCode(t, got); code != "blocked" || !strings.Contains(fmt.Sprint(got.Content), word) {
					t.Errorf("%s, %s, %s: %v", operation, name, who, got.Content)
				}
			}
		}
	}
	if n := asking.writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestWriteAPIDoesNotAskForNothing holds that an import without override goes
// through, in a protected project and beside the server's own service too.
func TestWriteAPIDoesNotAskForNothing(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Confirm = tools.ConfirmHuman } })
	for i, text := range []string{
		"services: [{hostname: H, type: valkey:single@7.2, override: false}]",
		"services:\n  - hostname: H\n    type: valkey:single@7.2\n    override: ~ # override: true\n",
		"services:\n  - hostname: H\n    type: nodejs@22\n    envSecrets: {override: \"true\"}\n",
		"x: &x {override: true}\nservices:\n  - {<<: *x, hostname: H, type: nodejs@22, override: false}\n",
	} {
		for project, name := range map[string]string{"eshop-staging": "fine", "eshop-production": "safe"} {
			text := strings.ReplaceAll(text, "H,", fmt.Sprintf("%s%d,", name, i))
			text = strings.ReplaceAll(text, "H\n", fmt.Sprintf("%s%d\n", name, i))
			h.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": h.sim.ProjectID(project)}, "body": args{"yaml": text}}).status("done")
		}
	}
	public := "services: [{hostname: shown, type: nodejs@22, enableSubdomainAccess: true}]"
	h.call("write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": h.sim.ProjectID("eshop-production")}, "body": args{"yaml": public}}).fails("blocked")
	h.call("import_yaml", args{"project": "eshop-production", "yaml": public}).fails("blocked")
	h.call("import_yaml", args{"project": "eshop-staging", "yaml": public}).status("done")
}

func TestWriteAPIAsksForThePaidCore(t *testing.T) {
	t.Parallel()
	h := start(t)
	org := h.sim.OrgID("Northwind Trading")
	services := "\nservices: [{hostname: app, type: nodejs@22}]\n"
	for name, text := range map[string]string{
		"plain": "project: {name: x, corePackage: SERIOUS}", "lower case": "project: {name: x, corePackage: serious}",
		"quotes": "project: {name: x, corePackage: 'Serious'}", "an escape": "project:\n  name: x\n  \"core\\x50ackage\": \"\\u0053ERIOUS\"",
		"an alias": "c: &c SERIOUS\nproject: {name: x, corePackage: *c}", "a merge": "c: &c {corePackage: SERIOUS}\nproject: {<<: *c, name: x}",
		"blanks": "project: {name: x, corePackage: \" SERIOUS \"}", "a block": "project:\n  name: x\n  corePackage: >-\n    SERIOUS",
		"a list": "project: {name: x, corePackage: [SERIOUS]}", "a word for it": "project: {name: x, corePackage: HA}",
	} {
		plan := fmt.Sprint(h.call("write_api", args{"operation": "PostClientProjectImport", "path": args{"id": org}, "body": args{"yaml": text + services}}).status("confirmation_required").get("plan"))
		if !strings.Contains(plan, "SERIOUS core is paid") || !strings.Contains(plan, `creates the project "x"`) {
			t.Errorf("%s: the plan is %s", name, plan)
		}
		h.call("import_yaml", args{"org": "Northwind Trading", "yaml": text + services}).status("confirmation_required")
	}
	for _, body := range []any{args{"name": "dear", "mode": "serious"}, `{"name":"dear","mode":"SERIOUS","tagList":[]}`} {
		h.call("write_api", args{"operation": "PostClientProject", "path": args{"id": org}, "body": body}).status("confirmation_required")
	}
	h.call("create_project", args{"org": org, "name": "dear", "mode": "serious"}).status("confirmation_required")
	if n := h.writes(); n > 0 {
		t.Errorf("%d writes before a confirmation", n)
	}
	h.call("write_api", args{"operation": "PostClientProjectImport", "path": args{"id": org}, "body": args{"yaml": "project: {name: x, corePackage: light}" + services}}).status("done")
}

// TestBodiesRefuseRepeatedNames sends the body as text and as JSON inside the
// arguments.
func TestBodiesRefuseRepeatedNames(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	staging := h.sim.ProjectID("eshop-staging")
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
			got, err := h.server.Call(t.Context(), "write_api", json.RawMessage(raw))
			if err != nil {
				t.Fatal(err)
			}
			if words := fmt.Sprint(got.Content); errorCode(t, got) != "invalid_arguments" || !strings.Contains(words, "twice") && !strings.Contains(words, "did you mean") {
				t.Errorf("%s: %s", raw, words)
			}
		}
	}
	if n := h.writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestBodiesKeepWithheldValuesOut writes back what reading shows in place of a
// secret, by every operation that writes variables.
func TestBodiesKeepWithheldValuesOut(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	s := gather(h)
	staging, service := h.sim.ProjectID("eshop-staging"), stagingAPI(h)
	for _, value := range []string{"REDACTED", " redacted\n", "[redacted]", `"[Redacted]"`, "postgres://app:[redacted]@db/app"} {
		for _, c := range []struct {
			operation, id string
			body          args
		}{
			{"PutUserData", s.serviceVariable, args{"key": "GATHERED", "content": value, "sensitive": true}},
			{"PostServiceStackUserData", service, args{"key": "NEW", "content": value, "sensitive": true}},
			{"PutProjectEnv", s.projectVariable, args{"key": "GATHERED", "content": value, "sensitive": true}},
			{"PostProjectEnv", staging, args{"key": "NEW", "content": value, "sensitive": true}},
			{"PutServiceStackUserDataEnvFile", service, args{"envFile": "A=1\nexport B=" + strings.TrimSpace(value) + "\n"}},
			{"PutProjectEnvFile", staging, args{"envFile": "B='" + strings.Trim(strings.TrimSpace(value), `"`) + "'\n"}},
			{"PutServiceStackTriggerPipeline", service, args{"buildFromGit": "https://github.com/example/app", "userData": []any{args{"key": "A", "content": value}}}},
			{"PutServiceStackTriggerPipeline", service, args{"buildFromGit": "https://github.com/example/app", "userDataEnvFile": "A=" + strings.TrimSpace(value)}},
			{"PutServiceStackTriggerExternalRepositoryIntegration", service, args{"userData": []any{args{"key": "A", "content": value}}}},
			{"PostProjectServiceStack", staging, args{"name": "fresh", "serviceStackVersionName": "nodejs@22", "userData": []any{args{"key": "A", "content": value}}}},
			{"PostClientProject", s.org, args{"name": "fresh", "envVariables": []any{args{"key": "A", "content": value, "sensitive": true}}}},
			{"PostProjectServiceStackImport", staging, args{"yaml": "services: [{hostname: fresh, type: nodejs@22, vault: {A: {value: " + quoted(t, value) + ", sensitive: true}}}]"}},
			{"PutAppVersionBuildAndDeploy", s.version, args{"zeropsYaml": "zerops: [{setup: api, run: {envVariables: {A: " + quoted(t, value) + "}}}]"}},
		} {
			e := h.call("write_api", args{"operation": c.operation, "path": args{"id": c.id}, "body": c.body}).fails("invalid_arguments")
			if !strings.Contains(fmt.Sprint(e), "withheld") {
				t.Errorf("%s of %q: %v", c.operation, value, e)
			}
		}
		h.call("set_env", args{"service": service, "variables": map[string]any{"A": value}}).fails("invalid_arguments")
	}
	if n := h.writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
}

// TestBodiesKeepCredentialsOut sends addresses with credentials where nothing but
// a public address belongs.
func TestBodiesKeepCredentialsOut(t *testing.T) {
	t.Parallel()
	h := start(t, unconfirmed)
	staging, service := h.sim.ProjectID("eshop-staging"), stagingAPI(h)
	for _, address := range []string{
		"https://me:fake-pass@github.com/a/b", "https://fake-token@github.com/a/b", "HTTPS://me:fake@github.com/a/b", " https://me:fake@github.com/a/b",
		"//me:fake@github.com/a/b", "me:fake@github.com/a/b", "https:/me:fake@github.com/a/b", `https:\\me:fake@github.com/a/b`, "ssh://git:fake@github.com/a/b",
		"https://me:fa%zzke@github.com/a/b", "https://github.com/a/b?access_token=fake-token", "https://github.com/a/b#token=fake-token",
	} {
		for _, c := range []struct {
			operation, id string
			body          args
		}{
			{"PutServiceStackTriggerPipeline", service, args{"buildFromGit": address}},
			{"PostProjectServiceStack", staging, args{"name": "fresh", "serviceStackVersionName": "nodejs@22", "buildFromGit": address}},
			{"PostProjectServiceStackImport", staging, args{"yaml": "services: [{hostname: fresh, type: nodejs@22, buildFromGit: " + quoted(t, address) + "}]"}},
		} {
			e := h.call("write_api", args{"operation": c.operation, "path": args{"id": c.id}, "body": c.body}).fails("invalid_arguments")
			if text := fmt.Sprint(e); strings.Contains(text, "fake") || !strings.Contains(text, "holds credentials") {
				t.Errorf("%s of %q: %s", c.operation, address, text)
			}
		}
	}
	for _, c := range []struct {
		operation, id string
		body          args
	}{
		{"PostProjectServiceStackImport", staging, args{"yaml": "services: [{hostname: fresh, type: nodejs@22}]", "recipeSourceUrl": "https://me:fake@example.com/r"}},
		{"PutPrometheusConfig", staging, args{"configs": []any{args{"targets": []any{"https://me:fake@example.com"}, "labels": args{}}}}},
	} {
		e := h.call("write_api", args{"operation": c.operation, "path": args{"id": c.id}, "body": c.body}).fails("invalid_arguments")
		if text := fmt.Sprint(e); strings.Contains(text, "fake") || !strings.Contains(text, "credentials") {
			t.Errorf("%s: %s", c.operation, text)
		}
	}
	if n := h.writes(); n > 0 {
		t.Errorf("%d writes", n)
	}
	// A variable may hold any address, and a public one may be built from.
	h.call("write_api", args{"operation": "PostServiceStackUserData", "path": args{"id": service}, "body": args{"key": "OTHER_DATABASE", "content": "postgres://app:fake-pass@db/app", "sensitive": true}}).status("done")
	h.call("write_api", args{"operation": "PutServiceStackTriggerPipeline", "path": args{"id": service}, "body": args{"buildFromGit": "https://github.com/zeropsio/recipe-nodejs"}, "wait_seconds": 0})
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
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
	h := start(t, unconfirmed)
	staging := h.sim.ProjectID("eshop-staging")
	for name, vault := range map[string]string{
		"plain": "vault: {KEY: fake-vault-value}", "an object": "vault: {KEY: {value: fake-vault-value, sensitive: true}}",
		"a block": "vault:\n      KEY:\n        value: |\n          fake-vault-value\n", "an alias": "note: &v fake-vault-value\n    vault: {KEY: *v}",
		"a merge": "note: &v {KEY: fake-vault-value}\n    vault: {<<: *v}", "a merged entry": "note: &v {value: fake-vault-value}\n    vault: {KEY: {<<: *v, sensitive: false}}",
	} {
		text := "services:\n  - hostname: fresh\n    type: nodejs@22\n    " + vault + "\n"
		for _, c := range []struct {
			tool string
			a    args
		}{
			{"import_yaml", args{"project": "eshop-staging", "yaml": text}},
			{"write_api", args{"operation": "PostProjectServiceStackImport", "path": args{"id": staging}, "body": args{"yaml": text}}},
		} {
			h.sim.Fail(simulator.Fault{Operation: "PostProjectServiceStackImport", Times: 1, Status: 400, Code: "projectImportInvalidParameter", Message: "KEY: fake-vault-value is not allowed"})
			e := fmt.Sprint(h.call(c.tool, c.a).fails("invalid_arguments"))
			if strings.Contains(e, "fake-vault") || !strings.Contains(e, "is not allowed") {
				t.Errorf("%s, %s: %s", c.tool, name, e)
			}
		}
	}
}
