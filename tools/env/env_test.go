package env_test

import (
	"errors"
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

func TestListEnvTellsOwnersAndNoValues(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	rows := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": tooltest.StagingAPI(h)}))
	for key, source := range map[string]string{
		"JWT_PRIVATE_KEY": "user", "NODE_ENV": "zerops_yaml", "DATABASE_URL": "zerops_yaml", "hostname": "platform", "LOG_LEVEL": "project",
	} {
		if rows[key]["source"] != source {
			t.Errorf("%s is from %v, want %s", key, rows[key]["source"], source)
		}
	}
	for key, editable := range map[string]bool{"JWT_PRIVATE_KEY": true, "NODE_ENV": false, "hostname": false, "LOG_LEVEL": false} {
		if rows[key]["editable"] != editable {
			t.Errorf("%s: editable is %v, want %v", key, rows[key]["editable"], editable)
		}
	}
	if list, _ := rows["DATABASE_URL"]["references"].([]any); len(list) != 1 || list[0] != "db_connectionString" {
		t.Errorf("references of DATABASE_URL are %v", rows["DATABASE_URL"]["references"])
	}
	if rows["LOG_LEVEL"]["length"] != nil {
		t.Error("the length of a short value is told")
	}
	if rows["JWT_PRIVATE_KEY"]["length"] == nil {
		t.Error("the length of a long value is not told")
	}
	other := tooltest.Variables(h.Call("list_env", tooltest.Args{"project": "eshop-production"}))
	if other["LOG_LEVEL"]["fingerprint"] != rows["LOG_LEVEL"]["fingerprint"] {
		t.Error("equal values of one organisation have different fingerprints")
	}
	if other["LOG_LEVEL"]["fingerprint"] == other["PUBLIC_ORIGIN"]["fingerprint"] {
		t.Error("different values have the same fingerprint")
	}
}

func TestListEnvOfReaderSaysWithheld(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.ReadOnlyToken })
	rows := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": tooltest.StagingAPI(h)}))
	if rows["JWT_PRIVATE_KEY"]["withheld"] != true || rows["JWT_PRIVATE_KEY"]["fingerprint"] != nil {
		t.Errorf("a withheld value shows as %v", rows["JWT_PRIVATE_KEY"])
	}
	h.Call("list_env", tooltest.Args{"project": "eshop-staging", "service": "nobody"}).Fails("not_found")
	h.Call("list_env", tooltest.Args{}).Fails("invalid_arguments")
}

func TestSetEnvCreatesUpdatesAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			before := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": tooltest.StagingAPI(h)}))
			set := tooltest.Args{"project": "eshop-staging", "service": "api", "variables": map[string]any{
				"JWT_PRIVATE_KEY": "fake-new-private-key", "FEATURE_FLAG": "fake-flag-value",
			}}
			r := h.Call("set_env", set).Status("done")
			got := tooltest.WantOutcomes(t, r, map[string]string{"JWT_PRIVATE_KEY": "updated", "FEATURE_FLAG": "created"})
			for key, row := range got {
				if row["read_back"] != true {
					t.Errorf("%s was not read back: %v", key, row)
				}
			}
			if strings.Contains(string(r.Raw), "fake-") {
				t.Errorf("the answer holds a value: %s", r.Raw)
			}
			if r.Get("next.tool") != "restart_service" || r.Get("next.arguments.service") != tooltest.StagingAPI(h) {
				t.Errorf("next is %v", r.Get("next"))
			}
			after := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": tooltest.StagingAPI(h)}))
			if len(after) != len(before)+1 {
				t.Errorf("%d variables before, %d after one was added", len(before), len(after))
			}
			if after["JWT_PRIVATE_KEY"]["fingerprint"] == before["JWT_PRIVATE_KEY"]["fingerprint"] || after["FEATURE_FLAG"]["sensitive"] != true {
				t.Errorf("after the change: %v, %v", after["JWT_PRIVATE_KEY"], after["FEATURE_FLAG"])
			}
			writes := h.Writes()
			tooltest.WantOutcomes(t, h.Call("set_env", set).Status("unchanged"), map[string]string{"JWT_PRIVATE_KEY": "unchanged", "FEATURE_FLAG": "unchanged"})
			if h.Writes() != writes {
				t.Error("the second identical call wrote something")
			}
			for _, request := range h.Sim.Requests() {
				if strings.Contains(request.Path, "env-file") || strings.HasSuffix(request.Path, "/env/file") {
					t.Errorf("the bulk operation %s was used", request.Path)
				}
			}
		})
	}
}

func TestSetEnvSurvivesFailuresInTheMiddle(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"A_FIRST": "fake-one", "NODE_ENV": "fake-two", "Z_LAST": "fake-three"}}).Status("failed")
	got := tooltest.WantOutcomes(t, r, map[string]string{"A_FIRST": "created", "NODE_ENV": "failed", "Z_LAST": "created"})
	for _, want := range []string{"zerops.yaml", "run.envVariables"} {
		if text, _ := got["NODE_ENV"]["error"].(string); !strings.Contains(text, want) {
			t.Errorf("the error of a key of zerops.yaml is %q", text)
		}
	}
	rows := tooltest.Variables(h.Call("list_env", tooltest.Args{"service": tooltest.StagingAPI(h)}))
	if rows["A_FIRST"] == nil || rows["Z_LAST"] == nil {
		t.Error("keys beside the failed one were not written")
	}

	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Skip: 1, Times: 1, Status: 403, Code: "insufficientPermissions"})
	r = h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"B1": "fake-one", "B2": "fake-two", "B3": "fake-three"}}).Status("failed")
	tooltest.WantOutcomes(t, r, map[string]string{"B1": "created", "B2": "failed", "B3": "not_attempted"})

	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Skip: 1, Times: 1, Drop: simulator.DropAfter})
	r = h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"C1": "fake-one", "C2": "fake-two", "C3": "fake-three"}}).Status("failed")
	tooltest.WantOutcomes(t, r, map[string]string{"C1": "created", "C2": "unknown", "C3": "not_attempted"})
}

func TestSetEnvRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	for name, pairs := range map[string][]any{
		"reserved prefix": {map[string]any{"key": "ZEROPS_TOKEN", "value": "x"}},
		"system key":      {map[string]any{"key": "hostname", "value": "x"}},
		"syntax":          {map[string]any{"key": "1ST", "value": "x"}},
		"withheld":        {map[string]any{"key": "GOOD", "value": "x"}, map[string]any{"key": "BAD", "value": "REDACTED"}},
		"masked":          {map[string]any{"key": "BAD", "value": "[redacted]"}},
		"twice":           {map[string]any{"key": "ONE", "value": "x"}, map[string]any{"key": "one", "value": "y"}},
		"nothing":         {},
	} {
		h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": pairs}).Fails("invalid_arguments")
		if n := h.Writes(); n != 0 {
			t.Fatalf("%s: %d writes", name, n)
		}
	}
	e := h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"NODE_ENV": "x"}}).Fails("conflict")
	if hint, _ := e["hint"].(string); !strings.Contains(hint, "run.envVariables") {
		t.Errorf("the hint is %q", hint)
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes for a key of zerops.yaml", n)
	}
	denied := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.ReadOnlyToken })
	denied.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(denied), "variables": map[string]any{"KEY": "x"}}).Fails("forbidden")
	readOnly := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.ReadOnly = true } })
	readOnly.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(readOnly), "variables": map[string]any{"KEY": "x"}}).Fails("read_only")
}

func TestSetEnvOfProjectInSpiteOfALaggingList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) {
			s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(900 * time.Millisecond)}
		})
		project := tooltest.Args{"project": "eshop-staging", "variables": map[string]any{"SHARED_SETTING": "fake-first-value"}}
		r := h.Call("set_env", project).Status("done")
		got := tooltest.WantOutcomes(t, r, map[string]string{"SHARED_SETTING": "created"})
		if got["SHARED_SETTING"]["read_back"] != true {
			t.Errorf("not read back: %s", r.Raw)
		}
		if list, _ := r.Get("restart").([]any); len(list) != 3 { // app, api, worker
			t.Errorf("services to restart: %v", r.Get("restart"))
		}
		// Written by somebody else a moment ago, so that the list does not show it yet.
		h.Sim.Fail(simulator.Fault{Operation: "PostProjectSearch", Times: 1, Body: `{"items":[],"totalHits":0}`, Status: 200})
		project["variables"] = map[string]any{"SHARED_SETTING": "fake-second-value"}
		tooltest.WantOutcomes(t, h.Call("set_env", project).Status("done"), map[string]string{"SHARED_SETTING": "updated"})
		tooltest.WantOutcomes(t, h.Call("set_env", project).Status("unchanged"), map[string]string{"SHARED_SETTING": "unchanged"})

		lagging := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) {
			s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(time.Hour)}
		})
		r = lagging.Call("set_env", project).Status("in_progress")
		got = tooltest.Outcomes(r)
		if got["SHARED_SETTING"]["read_back"] != false || r.Get("next.tool") != "list_env" {
			t.Errorf("a change that cannot be seen is told as %s", r.Raw)
		}
	})
}

func TestSetEnvWarnsOfReferences(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	r := h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{
		"SELF": "${SELF}", "GOOD": "${db_connectionString}", "INHERITED": "at ${LOG_LEVEL}", "TYPO": "${db_conectionString}", "NOBODY": "${search_host}",
	}}).Status("done")
	got := tooltest.Outcomes(r)
	for key, want := range map[string]string{"SELF": "itself", "TYPO": "db", "NOBODY": "search_host"} {
		if text, _ := got[key]["warning"].(string); !strings.Contains(text, want) {
			t.Errorf("%s: the warning is %q, want one about %s", key, text, want)
		}
	}
	for _, key := range []string{"GOOD", "INHERITED"} {
		if got[key]["warning"] != nil {
			t.Errorf("%s: %v", key, got[key]["warning"])
		}
	}
}

func TestSetEnvFailedProcessIsTold(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.FailNext("stack.updateUserData", "internalServerError", "the sync failed")
	r := h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"KEY_A": "fake-one", "KEY_B": "fake-two"}}).Status("failed")
	failed := 0
	for _, row := range tooltest.Outcomes(r) {
		if row["outcome"] == "failed" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d keys failed, want 1: %s", failed, r.Raw)
	}
}

func TestSetEnvFromLocalSources(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	write := func(dir, name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(root, ".env", "# local\nexport STRIPE_SECRET_KEY='fake-stripe-value'\nMULTI=\"fake line one\\nline two\"\nOTHER=fake-other\n")
	write(root, "big.env", strings.Repeat("A=fake-value\n", 6000))
	write(root, "bad.env", "no assignment here\n")
	secret := write(outside, "secret.env", "KEY=fake-outside-value\n")
	if err := errors.Join(os.Symlink(secret, filepath.Join(root, "link.env")), os.Symlink(".env", filepath.Join(root, "inside.env"))); err != nil {
		t.Fatal(err)
	}
	t.Setenv("APP_SIGNING_KEY", "fake-signing-value")
	t.Setenv("OTHER_NAME", "fake-forbidden-value")
	t.Setenv("ZMCP_ACCESS_KEYS", "fake-access-value")
	local := func(c *tool.Config) { c.DeployRoots, c.EnvAllow = []string{root}, []string{"APP_*", "ZMCP_*"} }
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = local })
	service := tooltest.StagingAPI(h)

	r := h.Call("set_env", tooltest.Args{
		"service": service, "from_env": []any{map[string]any{"key": "SIGNING_KEY", "name": "APP_SIGNING_KEY"}},
		"from_file": map[string]any{"path": ".env", "keys": []any{"STRIPE_SECRET_KEY", "MULTI"}},
	}).Status("done")
	got := tooltest.WantOutcomes(t, r, map[string]string{"SIGNING_KEY": "created", "STRIPE_SECRET_KEY": "created", "MULTI": "created"})
	if got["SIGNING_KEY"]["source"] != "environment variable APP_SIGNING_KEY" || got["MULTI"]["source"] != "file .env" {
		t.Errorf("sources are %v, %v", got["SIGNING_KEY"]["source"], got["MULTI"]["source"])
	}
	if strings.Contains(string(r.Raw), "fake") {
		t.Errorf("a value is in the answer: %s", r.Raw)
	}
	if tooltest.Outcomes(r)["OTHER"] != nil {
		t.Error("a key that was not asked for was written")
	}
	h.Call("set_env", tooltest.Args{"service": service, "from_file": map[string]any{"path": filepath.Join(root, "inside.env"), "keys": []any{"OTHER"}}}).Status("done")

	for name, c := range map[string]struct {
		arguments tooltest.Args
		code      string
	}{
		"a name outside the patterns": {tooltest.Args{"from_env": []any{map[string]any{"key": "K", "name": "OTHER_NAME"}}}, "out_of_scope"},
		"a name of our own":           {tooltest.Args{"from_env": []any{map[string]any{"key": "K", "name": "ZMCP_ACCESS_KEYS"}}}, "out_of_scope"},
		"a name that is not set":      {tooltest.Args{"from_env": []any{map[string]any{"key": "K", "name": "APP_MISSING"}}}, "invalid_arguments"},
		"outside the root":            {tooltest.Args{"from_file": map[string]any{"path": secret}}, "out_of_scope"},
		"up and away":                 {tooltest.Args{"from_file": map[string]any{"path": "../secret.env"}}, "out_of_scope"},
		"a link that leads out":       {tooltest.Args{"from_file": map[string]any{"path": "link.env"}}, "out_of_scope"},
		"a directory":                 {tooltest.Args{"from_file": map[string]any{"path": "."}}, "invalid_arguments"},
		"too large":                   {tooltest.Args{"from_file": map[string]any{"path": "big.env"}}, "invalid_arguments"},
		"no dotenv":                   {tooltest.Args{"from_file": map[string]any{"path": "bad.env"}}, "invalid_arguments"},
		"no such file":                {tooltest.Args{"from_file": map[string]any{"path": "none.env"}}, "invalid_arguments"},
		"no such key":                 {tooltest.Args{"from_file": map[string]any{"path": ".env", "keys": []any{"STRIPE_SECRET"}}}, "invalid_arguments"},
	} {
		writes := h.Writes()
		c.arguments["service"] = service
		e := h.Call("set_env", c.arguments).Fails(c.code)
		if text, _ := e["message"].(string); strings.Contains(text, "fake") {
			t.Errorf("%s: the message quotes a value: %s", name, text)
		}
		if h.Writes() != writes {
			t.Errorf("%s: something was written", name)
		}
	}
	remote := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Configure = func(c *tool.Config) { local(c); c.Remote = true }
	})
	remote.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(remote), "from_file": map[string]any{"path": ".env"}}).Fails("unsupported")
	rootless := tooltest.Start(t)
	rootless.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(rootless), "from_file": map[string]any{"path": ".env"}}).Fails("out_of_scope")
}

func TestDeleteEnv(t *testing.T) {
	t.Parallel()
	for _, era := range tooltest.Eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := tooltest.Start(t, func(s *tooltest.Setup) { s.Version = era })
			a := tooltest.Args{"service": tooltest.StagingAPI(h), "keys": []any{"JWT_PRIVATE_KEY", "NODE_ENV", "NOT_THERE"}}
			first := h.Call("delete_env", a).Status("confirmation_required")
			if plan := string(first.Raw); !strings.Contains(plan, "JWT_PRIVATE_KEY") || strings.Contains(plan, "NODE_ENV") {
				t.Errorf("the plan is %s", plan)
			}
			if n := h.Writes(); n != 0 {
				t.Fatalf("%d writes before the confirmation", n)
			}
			a["confirm"] = first.Str("confirm")
			r := h.Call("delete_env", a).Status("failed")
			tooltest.WantOutcomes(t, r, map[string]string{"JWT_PRIVATE_KEY": "deleted", "NODE_ENV": "failed", "NOT_THERE": "absent"})
			if tooltest.Outcomes(r)["JWT_PRIVATE_KEY"]["read_back"] != true {
				t.Errorf("the deletion was not read back: %s", r.Raw)
			}
			h.Call("delete_env", a).Status("failed") // nothing is left to confirm
			again := h.Call("delete_env", tooltest.Args{"service": tooltest.StagingAPI(h), "keys": []any{"JWT_PRIVATE_KEY"}}).Status("unchanged")
			tooltest.WantOutcomes(t, again, map[string]string{"JWT_PRIVATE_KEY": "absent"})
		})
	}
}

func TestDeleteEnvOfProject(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) {
		s.Sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(400 * time.Millisecond)}
	})
	a := tooltest.Args{"project": "eshop-staging", "keys": []any{"LOG_LEVEL"}}
	tooltest.WantOutcomes(t, h.Confirmed("delete_env", a).Status("done"), map[string]string{"LOG_LEVEL": "deleted"})
	if tooltest.Variables(h.Call("list_env", tooltest.Args{"project": "eshop-staging"}))["PUBLIC_ORIGIN"] == nil {
		t.Error("another variable is gone")
	}
	e := h.Call("delete_env", tooltest.Args{"project": "eshop-production", "keys": []any{"LOG_LEVEL"}}).Fails("blocked")
	if text, _ := e["message"].(string); !strings.Contains(text, "protected") {
		t.Errorf("the refusal is %q", text)
	}
	h.Call("delete_env", tooltest.Args{"project": "eshop-staging", "keys": []any{}}).Fails("invalid_arguments")
	h.Sim.Fail(simulator.Fault{Operation: "DeleteProjectEnv", Times: 1, Status: 500, Body: "<html>", Header: map[string][]string{"Content-Type": {"text/html"}}})
	e = h.Confirmed("delete_env", tooltest.Args{"project": "eshop-staging", "keys": []any{"PUBLIC_ORIGIN"}}).Fails("uncertain")
	if tooltest.Lookup(e, "next.tool") != "list_env" || tooltest.Lookup(e, "next.arguments.project") != h.Sim.ProjectID("eshop-staging") {
		t.Errorf("after a lost answer, next is %v", e["next"])
	}
}

func TestRevealEnv(t *testing.T) {
	t.Parallel()
	withheld := tooltest.Start(t)
	withheld.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(withheld), "key": "JWT_PRIVATE_KEY"}).Fails("secret_withheld")
	open := func(token string) *tooltest.Harness {
		return tooltest.Start(t, func(s *tooltest.Setup) {
			s.Token = token
			s.Configure = func(c *tool.Config) { c.AllowSecrets = true }
		})
	}
	h := open(simulator.OwnerToken)
	value := h.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(h), "key": "JWT_PRIVATE_KEY"}).Str("value")
	if !slices.Contains(h.Sim.Secrets(), value) {
		t.Errorf("the value is %q", value)
	}
	h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"AWKWARD": "postgres://u:fake-pass@db/x\nsecond \u202e line"}}).Status("done")
	if got := h.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(h), "key": "AWKWARD"}).Str("value"); got != "postgres://u:fake-pass@db/x\nsecond \u202e line" {
		t.Errorf("the value came back as %q", got)
	}
	h.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(h), "key": "JWT_PRIVATE_KEZ"}).Fails("not_found")
	reader := open(simulator.ReadOnlyToken)
	reader.Call("reveal_env", tooltest.Args{"service": tooltest.StagingAPI(reader), "key": "JWT_PRIVATE_KEY"}).Fails("forbidden")
}

func TestCompareConfig(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	find := func(r tooltest.Result, service, what, name string) map[string]any {
		for _, d := range r.Items() {
			got, _ := d["service"].(string)
			if got == service && d["what"] == what && d["name"] == name {
				return d
			}
		}
		return nil
	}
	sides := stagingAgainstProduction()
	r := h.Call("compare_config", sides).Ok()
	for _, want := range []struct{ service, what, name, kind string }{
		{"search", "services", "service", "only_left"},
		{"db", "types", "type", "different"},
		{"app", "scaling", "containers", "different"},
		{"app", "env", "SESSION_SECRET", "only_left"},
		{"app", "env", "STRIPE_SECRET_KEY", "different"},
		{"", "env", "SENTRY_DSN", "different"},
	} {
		if d := find(r, want.service, want.what, want.name); d == nil || d["kind"] != want.kind {
			t.Errorf("%s %s %s: %v, want %s", want.service, want.what, want.name, d, want.kind)
		}
	}
	if find(r, "", "env", "LOG_LEVEL") != nil || find(r, "app", "env", "hostname") != nil || find(r, "db", "env", "password") != nil {
		t.Error("equal or generated values are among the differences")
	}
	if same, _ := r.Get("same").(float64); same == 0 {
		t.Error("nothing is the same")
	}
	sides["what"] = "types"
	for _, d := range h.Call("compare_config", sides).Items() {
		if d["what"] == "env" || d["what"] == "scaling" {
			t.Errorf("only types were asked for: %v", d)
		}
	}
	equal := h.Call("compare_config", tooltest.Args{"left": map[string]any{"service": tooltest.StagingAPI(h)}, "right": map[string]any{"service": tooltest.StagingAPI(h)}})
	if n := len(equal.Items()); n != 0 {
		t.Errorf("a service differs from itself in %d things", n)
	}
	h.Call("compare_config", tooltest.Args{"left": map[string]any{"service": tooltest.StagingAPI(h)}, "right": map[string]any{"project": "blog"}}).Fails("invalid_arguments")
	h.Call("compare_config", tooltest.Args{"left": map[string]any{"project": "landing"}, "right": map[string]any{"project": "blog"}}).Fails("ambiguous")
	reader := tooltest.Start(t, func(s *tooltest.Setup) { s.Token = simulator.ReadOnlyToken })
	if d := find(reader.Call("compare_config", stagingAgainstProduction()), "app", "env", "STRIPE_SECRET_KEY"); d == nil || d["kind"] != "unknown" {
		t.Errorf("withheld values compare as %v", d)
	}
}

func stagingAgainstProduction() tooltest.Args {
	return tooltest.Args{"left": map[string]any{"project": "eshop-production"}, "right": map[string]any{"project": "eshop-staging"}}
}

func TestConfigurationToolsKeepToTheScope(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.Projects = []string{"blog"} } })
	outside := tooltest.StagingAPI(h)
	for tool, a := range map[string]tooltest.Args{
		"list_env":                   {"service": outside},
		"set_env":                    {"service": outside, "variables": map[string]any{"KEY": "fake-value"}},
		"delete_env":                 {"project": h.Sim.ProjectID("eshop-staging"), "keys": []any{"LOG_LEVEL"}},
		"compare_config":             {"left": map[string]any{"project": "blog"}, "right": map[string]any{"project": h.Sim.ProjectID("eshop-staging")}},
		"export_yaml":                {"service": outside},
		"import_yaml":                {"project": h.Sim.ProjectID("eshop-staging"), "yaml": tooltest.TwoServices},
		"replace_services_from_yaml": {"project": h.Sim.ProjectID("eshop-staging"), "yaml": tooltest.TwoServices},
		"validate_zerops_yaml":       {"service": outside, "yaml": tooltest.ImportText},
	} {
		h.Call(tool, a).Fails("out_of_scope")
	}
	if n := h.Writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	h.Call("list_env", tooltest.Args{}).Ok() // the one project in scope is the default
}

func TestConfigurationReadsFailReadably(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := tooltest.Start(t, tooltest.InProcess, func(s *tooltest.Setup) { s.Configure = func(c *tool.Config) { c.AllowSecrets = true } })
		h.Sim.Fail(simulator.Fault{Operation: "GetServiceStackEnv", Status: 503})
		service := tooltest.StagingAPI(h)
		for tool, a := range map[string]tooltest.Args{
			"list_env":       {"service": service},
			"set_env":        {"service": service, "variables": map[string]any{"KEY": "fake-value"}},
			"delete_env":     {"service": service, "keys": []any{"KEY"}},
			"reveal_env":     {"service": service, "key": "KEY"},
			"compare_config": {"left": map[string]any{"service": service}, "right": map[string]any{"service": service}},
		} {
			h.Call(tool, a).Fails("unavailable")
		}
		h.Sim.ResetFaults()
		h.Sim.Fail(simulator.Fault{Operation: "PostProjectSearch", Status: 503})
		r := h.Call("list_env", tooltest.Args{"service": service})
		if missing, _ := r.Get("incomplete.0").(string); tooltest.Variables(r)["JWT_PRIVATE_KEY"] == nil || !strings.HasPrefix(missing, "variables of the project: ") {
			t.Errorf("without the project's variables: %s", r.Raw)
		}
	})
}

func TestValuesStayOutOfErrorsAndNamesStayIn(t *testing.T) {
	t.Parallel()
	h := tooltest.Start(t)
	h.Sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Times: 1, Status: 400, Code: "userDataContentInvalid", Message: "cannot take fake second line of it for eshop-staging"})
	e := h.Call("set_env", tooltest.Args{"service": tooltest.StagingAPI(h), "variables": map[string]any{"KEY": "fake first line\nfake second line of it"}}).Fails("invalid_arguments")
	if text, _ := e["api_message"].(string); strings.Contains(text, "second line") || !strings.Contains(text, "eshop-staging") {
		t.Errorf("the platform's words came through as %q", text)
	}
	r := h.Call("set_env", tooltest.Args{"project": "eshop-staging", "variables": map[string]any{"STAGE": "staging", "STATE": "created", "HOST": "worker"}}).Status("done")
	if tooltest.Outcomes(r)["STATE"]["outcome"] != "created" || !strings.Contains(string(r.Raw), `"worker"`) {
		t.Errorf("ordinary words of an answer were blanked: %s", r.Raw)
	}
}
