package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"zerops-mcp/tools/tool"
	"zerops-mcp/tools/tooltest"
	"zerops-mcp/zerops/simulator"
)

// warnings maps the paths of warnings to their lines and words.
func warnings(r tooltest.Result) map[string]string { return issues(r, "warnings") }

// issues maps the paths of a list of issues to their lines and words.
func issues(r tooltest.Result, name string) map[string]string {
	r.T.Helper()
	list, _ := r.Ok().Get(name).([]any)
	found := map[string]string{}
	for _, item := range list {
		row, _ := item.(map[string]any)
		found[fmt.Sprint(row["path"])] = fmt.Sprintf("line %v: %v", row["line"], row["message"])
	}
	return found
}

func TestImportYamlCreatesServices(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			dry := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices, "dry_run": true}).Status("unchanged")
			if dry.Get("dry_run") != true || dry.Str("services.0.hostname") != "report" || dry.Get("warnings") != nil {
				t.Errorf("the dry run says %s", dry.Raw)
			}
			if n := h.Writes(); n != 0 {
				t.Fatalf("%d writes in a dry run", n)
			}
			r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices}).Status("done")
			for i, want := range []string{"READY_TO_DEPLOY", "ACTIVE"} {
				if got := r.Str(fmt.Sprintf("services.%d.status", i)); got != want && got != "ACTIVE" {
					t.Errorf("service %d is %s, want %s", i, got, want)
				}
				if list, _ := r.Get(fmt.Sprintf("services.%d.processes", i)).([]any); len(list) == 0 {
					t.Errorf("service %d has no processes", i)
				}
			}
			if list, _ := r.Get("processes").([]any); len(list) != 3 {
				t.Errorf("%d processes were followed, want 3: %s", len(list), r.Raw)
			}
			if strings.Contains(string(r.Raw), "fake-session-secret") {
				t.Error("a secret of the YAML is in the answer")
			}
			h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices}).Fails("conflict")
		})
	}
}

func TestImportYamlWarnsWithLines(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	text := `services:
  - hostname: front
    type: nodejs@22
    envVariables:
      A: b
    ports:
      - port: 80
    enableSubdomainAccess: true
    minContainer: 2
    verticalAutoscaling:
      minRam: lots
    envSecrets:
      TOKEN: <@generateRandomString(<8>)>
      SELF: ${SELF}
      ZEROPS_X: y
      NUMBER: 3
    zeropsYaml:
      zerops:
        - setup: front
          build: {deployFiles: .}
          run:
            healthCheck:
              failureTimeout: 30
              execPeriod: 30s
  - hostname: store
    type: postgressql@17
`
	r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": text, "dry_run": true})
	got := warnings(r)
	for path, want := range map[string][]string{
		"services[0].envVariables":                                        {"line 4:", "drops", "vault"},
		"services[0].ports":                                               {"line 6:", "drops", "run.ports"},
		"services[0].enableSubdomainAccess":                               {"line 8:", "set_subdomain_access"},
		"services[0].minContainer":                                        {"line 9:", "drops", "minContainers"},
		"services[0].verticalAutoscaling.minRam":                          {"line 11:", "a text", "number"},
		"services[0].envSecrets.TOKEN":                                    {"line 13:", "yamlPreprocessor=on"},
		"services[0].envSecrets.SELF":                                     {"line 14:", "itself"},
		"services[1].type":                                                {"line 26:", "postgresql"},
		"services[0].zeropsYaml.zerops[0].run.healthCheck.failureTimeout": {"line 23:", "30s"},
	} {
		for _, words := range want {
			if !strings.Contains(got[path], words) {
				t.Errorf("%s: %q does not say %q", path, got[path], words)
			}
		}
	}
	if len(got) != 9 { // a number is a value of a variable like any other
		t.Errorf("%d warnings, want 9: %v", len(got), got)
	}
	if refused := issues(r, "problems"); len(refused) != 1 || !strings.Contains(refused["services[0].envSecrets.ZEROPS_X"], "line 15: starts with ZEROPS_") {
		t.Errorf("problems: %v", refused)
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes in a dry run", n)
	}
	// A schema that cannot be had or used costs the check, not the import.
	h.Sim.Fail(simulator.Fault{Operation: "GetSettingsImportProjectYamlJsonSchemaJson", Times: 1, Status: 200, Body: `{"error":502}`})
	unchecked := warnings(h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices, "dry_run": true}))
	if !strings.Contains(unchecked["<nil>"], "not checked") {
		t.Errorf("without a schema: %v", unchecked)
	}
	h.Sim.Fail(simulator.Fault{Operation: "GetSettingsImportProjectYamlJsonSchemaJson", Times: 1, Status: 200, Body: `{"properties":{"services":{"$ref":"http://127.0.0.1:1/other.json"}}}`})
	unchecked = warnings(h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices, "dry_run": true}))
	if !strings.Contains(unchecked["<nil>"], "not checked") {
		t.Errorf("with a schema that refers elsewhere: %v", unchecked)
	}
}

func TestImportYamlRefusals(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n" +
		"e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nservices: [*e]\n"
	for name, c := range map[string]struct {
		arguments tooltest.Args
		code      string
		words     string
	}{
		"no YAML":              {tooltest.Args{"yaml": "services: [unclosed"}, "invalid_arguments", "line"},
		"no services":          {tooltest.Args{"yaml": "services: []\n"}, "invalid_arguments", "services"},
		"no map":               {tooltest.Args{"yaml": "- a\n- b\n"}, "invalid_arguments", "list"},
		"a bomb":               {tooltest.Args{"yaml": bomb}, "invalid_arguments", "50000"},
		"a circle":             {tooltest.Args{"yaml": "services: &x [*x]\n"}, "invalid_arguments", "yaml"},
		"two documents":        {tooltest.Args{"yaml": "services: [{hostname: a, type: b}]\n---\nservices: []\n"}, "invalid_arguments", "second document"},
		"a hostname twice":     {tooltest.Args{"yaml": "services: [{hostname: aa, type: b}, {hostname: aa, type: b}]\n"}, "invalid_arguments", "twice"},
		"a computed hostname":  {tooltest.Args{"yaml": "#yamlPreprocessor=on\nservices: [{hostname: <@x>, type: b}]\n"}, "invalid_arguments", "written out"},
		"a computed key":       {tooltest.Args{"yaml": "#yamlPreprocessor=on\nservices:\n  - hostname: aa\n    type: nodejs@22\n    <@lower(<OVERRIDE>)>: true\n"}, "invalid_arguments", "expression"},
		"a masked value":       {tooltest.Args{"yaml": "services: [{hostname: aa, type: nodejs@22, envSecrets: {KEY: \"[redacted]\"}}]\n"}, "invalid_arguments", "withheld"},
		"credentials":          {tooltest.Args{"yaml": "services: [{hostname: aa, type: nodejs@22, buildFromGit: 'https://me:fake-pass@github.com/a/b'}]\n"}, "invalid_arguments", "credentials"},
		"both targets":         {tooltest.Args{"yaml": "project: {name: x}\nservices: [{hostname: aa, type: nodejs@22}]\n"}, "invalid_arguments", "project section"},
		"a clash":              {tooltest.Args{"yaml": "services: [{hostname: ghost, type: nodejs@22}]\n"}, "conflict", "ghost"},
		"an override":          {tooltest.Args{"yaml": "services: [{hostname: fresh, type: nodejs@22, override: true}]\n"}, "conflict", "override"},
		"an override as text":  {tooltest.Args{"yaml": "services: [{hostname: fresh, type: nodejs@22, override: 'true'}]\n"}, "conflict", "override"},
		"an override by merge": {tooltest.Args{"yaml": "x: &x {override: true}\nservices: [{hostname: fresh, type: nodejs@22, <<: *x}]\n"}, "conflict", "override"},
		"the platform's no":    {tooltest.Args{"yaml": "services: [{hostname: fresh, type: nodejs@99}]\n"}, "invalid_arguments", "refused"},
	} {
		c.arguments["project"] = "blog"
		writes := h.Writes()
		e := h.Call("import_yaml", c.arguments).Fails(c.code)
		if text := fmt.Sprint(e["message"], e["fields"]); !strings.Contains(text, c.words) {
			t.Errorf("%s: %q does not say %q", name, text, c.words)
		}
		if name != "the platform's no" && h.Writes() != writes {
			t.Errorf("%s: something was sent", name)
		}
	}
	e := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": "services: [{hostname: ghost, type: nodejs@22}]\n"}).Fails("conflict")
	if tooltest.Lookup(e, "next.tool") != "replace_services_from_yaml" || tooltest.Lookup(e, "next.arguments.project") != h.Sim.ProjectID("blog") {
		t.Errorf("next is %v", e["next"])
	}
	h.Call("import_yaml", tooltest.Args{"yaml": tooltest.TwoServices}).Fails("invalid_arguments")
	dry := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": "services: [{hostname: ghost, type: nodejs@22}]\n", "dry_run": true}).Status("unchanged")
	if dry.Str("clashes.0") != "ghost" || dry.Str("next.tool") != "replace_services_from_yaml" {
		t.Errorf("the dry run of a clash says %s", dry.Raw)
	}
}

func TestImportYamlMakesAProject(t *testing.T) {
	t.Parallel()
	text := "project:\n  name: imported-shop\n  corePackage: LIGHT\n  envVariables:\n    SHARED: fake-shared-value\n" + strings.Replace(tooltest.TwoServices, "#yamlPreprocessor=on\n", "", 1)
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.AdminToken })
	r := h.Call("import_yaml", tooltest.Args{"yaml": text}).Status("done")
	if r.Str("project.name") != "imported-shop" || r.Str("project.status") != "ACTIVE" || len(r.Str("project.id")) != 22 {
		t.Errorf("the project is %v", r.Get("project"))
	}
	created := false
	list, _ := r.Get("processes").([]any)
	for _, p := range list {
		created = created || tooltest.Lookup(p, "action") == "project.create"
	}
	if !created {
		t.Errorf("the creation of the project was not followed: %s", r.Raw)
	}
	several := tooltest.Start(t)
	several.Call("import_yaml", tooltest.Args{"yaml": text}).Fails("ambiguous")
	several.Call("import_yaml", tooltest.Args{"yaml": text, "org": "Petra's Lab"}).Status("done")
	paid := strings.Replace(text, "LIGHT", "SERIOUS", 1)
	first := h.Call("import_yaml", tooltest.Args{"yaml": paid}).Status("confirmation_required")
	h.Call("import_yaml", tooltest.Args{"yaml": paid, "confirm": first.Str("confirm")}).Status("done")
	scoped := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.Projects = []string{"blog", "landing"} }
	})
	scoped.Call("import_yaml", tooltest.Args{"yaml": text}).Fails("out_of_scope")
}

func TestImportYamlPartialFailure(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.FailNext("stack.create", "stackCreateFailed", "no room for it")
	r := h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices}).Status("failed")
	failed := 0
	for i := range 2 {
		if text, ok := r.Get(fmt.Sprintf("services.%d.error", i)).(string); ok && strings.Contains(text, "no room") {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d services failed, want 1: %s", failed, r.Raw)
	}
	h = tooltest.Start(t)
	h.Sim.Hold("stack.create")
	r = h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices, "wait_seconds": 1}).Status("in_progress")
	if r.Str("next.tool") != "wait_for" {
		t.Errorf("next is %v", r.Get("next"))
	}
	h = tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "PostProjectServiceStackImport", Drop: simulator.DropAfter, Times: 1})
	h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": tooltest.TwoServices}).Fails("uncertain")
}

func TestReplaceServices(t *testing.T) {
	t.Parallel()
	text := `# keep me
services:
  - hostname: api # the API
    type: nodejs@22
    startWithoutCode: true
  - hostname: extra
    type: nodejs@22
`
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			a := tooltest.Args{"project": "eshop-staging", "yaml": text}
			first := h.Call("replace_services_from_yaml", a).Status("confirmation_required")
			for _, want := range []string{"EMPTY", "JWT_PRIVATE_KEY", tooltest.StagingAPI(h), `creates \"extra\"`} {
				if !strings.Contains(string(first.Raw), want) {
					t.Errorf("the plan does not say %q: %s", want, first.Raw)
				}
			}
			if n := h.Writes(); n != 0 {
				t.Fatalf("%d writes before the confirmation", n)
			}
			a["confirm"] = first.Str("confirm")
			r := h.Call("replace_services_from_yaml", a).Status("done")
			if r.Str("services.0.hostname") != "api" || r.Str("services.1.hostname") != "extra" {
				t.Errorf("services: %v", r.Get("services"))
			}
			sent := ""
			for _, request := range h.Sim.Requests() {
				if strings.HasSuffix(request.Path, "/service-stack/import") {
					sent = string(request.Body)
				}
			}
			if !strings.Contains(sent, `- hostname: api # the API\n    override: true\n    type`) || !strings.Contains(sent, "# keep me") {
				t.Errorf("the platform was sent %s", sent)
			}
		})
	}
}

func TestReplaceServicesRefusals(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for name, c := range map[string]struct{ project, yaml, code string }{
		"nothing to replace": {"eshop-staging", "services: [{hostname: extra, type: nodejs@22}]\n", "invalid_arguments"},
		"a project section":  {"eshop-staging", "project: {name: x}\nservices: [{hostname: api, type: nodejs@22}]\n", "invalid_arguments"},
		"override off":       {"eshop-staging", "services:\n  - hostname: api\n    override: false\n    type: nodejs@22\n", "invalid_arguments"},
		"one line":           {"eshop-staging", "services: [{hostname: api, type: nodejs@22}]\n", "invalid_arguments"},
		"protected":          {"eshop-production", "services:\n  - hostname: api\n    type: nodejs@22\n", "blocked"},
		"no such project":    {"nowhere", "services:\n  - hostname: api\n    type: nodejs@22\n", "not_found"},
	} {
		h.Call("replace_services_from_yaml", tooltest.Args{"project": c.project, "yaml": c.yaml}).Fails(c.code)
		if n := h.Writes(); n != 0 {
			t.Errorf("%s: %d writes", name, n)
		}
	}
	h.Call("replace_services_from_yaml", tooltest.Args{"project": "eshop-staging", "yaml": "services: [{hostname: api, type: nodejs@22, override: true}]\n"}).Status("confirmation_required")
	own := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { c.OwnService = simulatorID("eshop-staging", "api") }
	})
	own.Call("replace_services_from_yaml", tooltest.Args{"project": "eshop-staging", "yaml": "services:\n  - hostname: api\n    type: nodejs@22\n"}).Fails("blocked")
}

// simulatorID is the id of a seeded service, which is the same in every simulator.
func simulatorID(project, hostname string) string {
	return simulator.New().ServiceID(project, hostname)
}

func TestExportYamlIsMaskedAndValid(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{
		"PLAIN_NAME": "fake-unremarkable", "REFERENCE": "${db_connectionString}", "MULTI": "fake one\nfake two", "ODD": "fake: [x] # y",
	}}).Status("done")
	r := h.Call("export_yaml", tooltest.Args{"project": "eshop-staging"}).Ok()
	text := r.Str("yaml")
	if strings.Contains(text, "fake") {
		t.Errorf("a value is in the export:\n%s", text)
	}
	var document struct {
		Services []struct {
			Hostname string `yaml:"hostname"`
			Vault    map[string]struct {
				Value     string
				Sensitive bool
			} `yaml:"vault"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("the export is no YAML: %v\n%s", err, text)
	}
	if len(document.Services) != 6 || !strings.HasPrefix(text, "# Secret values are masked") {
		t.Errorf("the export:\n%s", text)
	}
	for _, s := range document.Services {
		if s.Hostname == "api" && (s.Vault["PLAIN_NAME"].Value != "[redacted]" || s.Vault["MULTI"].Value != "[redacted]" || s.Vault["REFERENCE"].Value != "${db_connectionString}" || !s.Vault["MULTI"].Sensitive) {
			t.Errorf("variables of api: %v", s.Vault)
		}
	}
	if n, _ := r.Get("masked").(float64); n < 5 {
		t.Errorf("%v values are said to be masked", n)
	}
	one := h.Call("export_yaml", tooltest.Args{"service": tooltest.StagingAPI(h)}).Ok()
	if one.Str("services.0") != "api" || strings.Contains(one.Str("yaml"), "hostname: app") {
		t.Errorf("the export of one service:\n%s", one.Str("yaml"))
	}
	h.Call("import_yaml", tooltest.Args{"project": "blog", "yaml": one.Str("yaml")}).Fails("invalid_arguments") // masks are refused
	h.Call("export_yaml", tooltest.Args{"project": "spring-campaign"}).Fails("conflict")
	h.Call("export_yaml", tooltest.Args{"project": "nowhere"}).Fails("not_found")

	h.Sim.Fail(simulator.Fault{Operation: "GetServiceStackExport", Times: 1, Status: 200, Body: `{"yaml":"services: [fake-secret-in-broken"}`})
	e := h.Call("export_yaml", tooltest.Args{"service": tooltest.StagingAPI(h)}).Fails("unsupported")
	if strings.Contains(fmt.Sprint(e), "fake-secret") {
		t.Errorf("a broken export is quoted: %v", e)
	}
	var many strings.Builder
	many.WriteString("services:\n")
	for i := range 80 {
		fmt.Fprintf(&many, "  - hostname: svc%d\n    type: nodejs@22\n    nginxConfig: %q\n", i, strings.Repeat("x ", 200))
	}
	h.Sim.Fail(simulator.Fault{Operation: "GetProjectExport", Times: 1, Status: 200, Body: fmt.Sprintf(`{"yaml":%q}`, many.String())})
	large := h.Call("export_yaml", tooltest.Args{"project": "blog"}).Ok()
	if err := yaml.Unmarshal([]byte(large.Str("yaml")), &document); err != nil || !strings.Contains(large.Str("truncated"), "svc79") {
		t.Errorf("a large export: %v, truncated %v", err, large.Get("truncated"))
	}
}
