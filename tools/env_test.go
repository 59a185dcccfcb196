package tools_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools"
	"zerops-mcp/zerops/simulator"
)

// variables maps the keys of list_env to their rows.
func variables(r result) map[string]map[string]any {
	rows := map[string]map[string]any{}
	for _, row := range r.items() {
		key, _ := row["key"].(string)
		if rows[key] == nil || row["source"] != "project" {
			rows[key] = row
		}
	}
	return rows
}

// outcomes maps the keys of a change to what became of them.
func outcomes(r result) map[string]map[string]any {
	r.t.Helper()
	list, _ := r.ok().get("variables").([]any)
	rows := map[string]map[string]any{}
	for _, item := range list {
		row, _ := item.(map[string]any)
		key, _ := row["key"].(string)
		rows[key] = row
	}
	return rows
}

func wantOutcomes(t *testing.T, r result, want map[string]string) map[string]map[string]any {
	t.Helper()
	got := outcomes(r)
	for key, outcome := range want {
		if got[key]["outcome"] != outcome {
			t.Errorf("%s is %v, want %s: %s", key, got[key]["outcome"], outcome, r.raw)
		}
	}
	return got
}

func TestListEnvTellsOwnersAndNoValues(t *testing.T) {
	t.Parallel()
	h := start(t)
	rows := variables(h.call("list_env", args{"service": stagingAPI(h)}))
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
	other := variables(h.call("list_env", args{"project": "eshop-production"}))
	if other["LOG_LEVEL"]["fingerprint"] != rows["LOG_LEVEL"]["fingerprint"] {
		t.Error("equal values of one organisation have different fingerprints")
	}
	if other["LOG_LEVEL"]["fingerprint"] == other["PUBLIC_ORIGIN"]["fingerprint"] {
		t.Error("different values have the same fingerprint")
	}
}

func TestListEnvOfReaderSaysWithheld(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.token = simulator.ReadOnlyToken })
	rows := variables(h.call("list_env", args{"service": stagingAPI(h)}))
	if rows["JWT_PRIVATE_KEY"]["withheld"] != true || rows["JWT_PRIVATE_KEY"]["fingerprint"] != nil {
		t.Errorf("a withheld value shows as %v", rows["JWT_PRIVATE_KEY"])
	}
	h.call("list_env", args{"project": "eshop-staging", "service": "nobody"}).fails("not_found")
	h.call("list_env", args{}).fails("invalid_arguments")
}

func TestSetEnvCreatesUpdatesAndLeavesTheRest(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.version = era })
			before := variables(h.call("list_env", args{"service": stagingAPI(h)}))
			set := args{"project": "eshop-staging", "service": "api", "variables": map[string]any{
				"JWT_PRIVATE_KEY": "fake-new-private-key", "FEATURE_FLAG": "fake-flag-value",
			}}
			r := h.call("set_env", set).status("done")
			got := wantOutcomes(t, r, map[string]string{"JWT_PRIVATE_KEY": "updated", "FEATURE_FLAG": "created"})
			for key, row := range got {
				if row["read_back"] != true {
					t.Errorf("%s was not read back: %v", key, row)
				}
			}
			if strings.Contains(string(r.raw), "fake-") {
				t.Errorf("the answer holds a value: %s", r.raw)
			}
			if r.get("next.tool") != "restart_service" || r.get("next.arguments.service") != stagingAPI(h) {
				t.Errorf("next is %v", r.get("next"))
			}
			after := variables(h.call("list_env", args{"service": stagingAPI(h)}))
			if len(after) != len(before)+1 {
				t.Errorf("%d variables before, %d after one was added", len(before), len(after))
			}
			if after["JWT_PRIVATE_KEY"]["fingerprint"] == before["JWT_PRIVATE_KEY"]["fingerprint"] || after["FEATURE_FLAG"]["sensitive"] != true {
				t.Errorf("after the change: %v, %v", after["JWT_PRIVATE_KEY"], after["FEATURE_FLAG"])
			}
			writes := h.writes()
			wantOutcomes(t, h.call("set_env", set).status("unchanged"), map[string]string{"JWT_PRIVATE_KEY": "unchanged", "FEATURE_FLAG": "unchanged"})
			if h.writes() != writes {
				t.Error("the second identical call wrote something")
			}
			for _, request := range h.sim.Requests() {
				if strings.Contains(request.Path, "env-file") || strings.HasSuffix(request.Path, "/env/file") {
					t.Errorf("the bulk operation %s was used", request.Path)
				}
			}
		})
	}
}

func TestSetEnvSurvivesFailuresInTheMiddle(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"A_FIRST": "fake-one", "NODE_ENV": "fake-two", "Z_LAST": "fake-three"}}).status("failed")
	got := wantOutcomes(t, r, map[string]string{"A_FIRST": "created", "NODE_ENV": "failed", "Z_LAST": "created"})
	for _, want := range []string{"zerops.yaml", "run.envVariables"} {
		if text, _ := got["NODE_ENV"]["error"].(string); !strings.Contains(text, want) {
			t.Errorf("the error of a key of zerops.yaml is %q", text)
		}
	}
	rows := variables(h.call("list_env", args{"service": stagingAPI(h)}))
	if rows["A_FIRST"] == nil || rows["Z_LAST"] == nil {
		t.Error("keys beside the failed one were not written")
	}

	h.sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Skip: 1, Times: 1, Status: 403, Code: "insufficientPermissions"})
	r = h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"B1": "fake-one", "B2": "fake-two", "B3": "fake-three"}}).status("failed")
	wantOutcomes(t, r, map[string]string{"B1": "created", "B2": "failed", "B3": "not_attempted"})

	h.sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Skip: 1, Times: 1, Drop: simulator.DropAfter})
	r = h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"C1": "fake-one", "C2": "fake-two", "C3": "fake-three"}}).status("failed")
	wantOutcomes(t, r, map[string]string{"C1": "created", "C2": "unknown", "C3": "not_attempted"})
}

func TestSetEnvRefusesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	h := start(t)
	for name, pairs := range map[string][]any{
		"reserved prefix": {map[string]any{"key": "ZEROPS_TOKEN", "value": "x"}},
		"system key":      {map[string]any{"key": "hostname", "value": "x"}},
		"syntax":          {map[string]any{"key": "1ST", "value": "x"}},
		"withheld":        {map[string]any{"key": "GOOD", "value": "x"}, map[string]any{"key": "BAD", "value": "REDACTED"}},
		"masked":          {map[string]any{"key": "BAD", "value": "[redacted]"}},
		"twice":           {map[string]any{"key": "ONE", "value": "x"}, map[string]any{"key": "one", "value": "y"}},
		"nothing":         {},
	} {
		h.call("set_env", args{"service": stagingAPI(h), "variables": pairs}).fails("invalid_arguments")
		if n := h.writes(); n != 0 {
			t.Fatalf("%s: %d writes", name, n)
		}
	}
	e := h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"NODE_ENV": "x"}}).fails("conflict")
	if hint, _ := e["hint"].(string); !strings.Contains(hint, "run.envVariables") {
		t.Errorf("the hint is %q", hint)
	}
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes for a key of zerops.yaml", n)
	}
	denied := start(t, func(s *setup) { s.token = simulator.ReadOnlyToken })
	denied.call("set_env", args{"service": stagingAPI(denied), "variables": map[string]any{"KEY": "x"}}).fails("forbidden")
	readOnly := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.ReadOnly = true } })
	readOnly.call("set_env", args{"service": stagingAPI(readOnly), "variables": map[string]any{"KEY": "x"}}).fails("read_only")
}

func TestSetEnvOfProjectInSpiteOfALaggingList(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(900 * time.Millisecond)}
	})
	project := args{"project": "eshop-staging", "variables": map[string]any{"SHARED_SETTING": "fake-first-value"}}
	r := h.call("set_env", project).status("done")
	got := wantOutcomes(t, r, map[string]string{"SHARED_SETTING": "created"})
	if got["SHARED_SETTING"]["read_back"] != true {
		t.Errorf("not read back: %s", r.raw)
	}
	if list, _ := r.get("restart").([]any); len(list) != 3 { // app, api, worker
		t.Errorf("services to restart: %v", r.get("restart"))
	}
	// Written by somebody else a moment ago, so that the list does not show it yet.
	h.sim.Fail(simulator.Fault{Operation: "PostProjectSearch", Times: 1, Body: `{"items":[],"totalHits":0}`, Status: 200})
	project["variables"] = map[string]any{"SHARED_SETTING": "fake-second-value"}
	wantOutcomes(t, h.call("set_env", project).status("done"), map[string]string{"SHARED_SETTING": "updated"})
	wantOutcomes(t, h.call("set_env", project).status("unchanged"), map[string]string{"SHARED_SETTING": "unchanged"})

	lagging := start(t, func(s *setup) { s.sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(time.Hour)} })
	r = lagging.call("set_env", project).status("in_progress")
	got = outcomes(r)
	if got["SHARED_SETTING"]["read_back"] != false || r.get("next.tool") != "list_env" {
		t.Errorf("a change that cannot be seen is told as %s", r.raw)
	}
}

func TestSetEnvWarnsOfReferences(t *testing.T) {
	t.Parallel()
	h := start(t)
	r := h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{
		"SELF": "${SELF}", "GOOD": "${db_connectionString}", "INHERITED": "at ${LOG_LEVEL}", "TYPO": "${db_conectionString}", "NOBODY": "${search_host}",
	}}).status("done")
	got := outcomes(r)
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
	h := start(t)
	h.sim.FailNext("stack.updateUserData", "internalServerError", "the sync failed")
	r := h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"KEY_A": "fake-one", "KEY_B": "fake-two"}}).status("failed")
	failed := 0
	for _, row := range outcomes(r) {
		if row["outcome"] == "failed" {
			failed++
		}
	}
	if failed != 1 {
		t.Errorf("%d keys failed, want 1: %s", failed, r.raw)
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
	local := func(c *tools.Config) { c.DeployRoots, c.EnvAllow = []string{root}, []string{"APP_*", "ZMCP_*"} }
	h := start(t, func(s *setup) { s.configure = local })
	service := stagingAPI(h)

	r := h.call("set_env", args{
		"service": service, "from_env": []any{map[string]any{"key": "SIGNING_KEY", "name": "APP_SIGNING_KEY"}},
		"from_file": map[string]any{"path": ".env", "keys": []any{"STRIPE_SECRET_KEY", "MULTI"}},
	}).status("done")
	got := wantOutcomes(t, r, map[string]string{"SIGNING_KEY": "created", "STRIPE_SECRET_KEY": "created", "MULTI": "created"})
	if got["SIGNING_KEY"]["source"] != "environment variable APP_SIGNING_KEY" || got["MULTI"]["source"] != "file .env" {
		t.Errorf("sources are %v, %v", got["SIGNING_KEY"]["source"], got["MULTI"]["source"])
	}
	if strings.Contains(string(r.raw), "fake") {
		t.Errorf("a value is in the answer: %s", r.raw)
	}
	if outcomes(r)["OTHER"] != nil {
		t.Error("a key that was not asked for was written")
	}
	h.call("set_env", args{"service": service, "from_file": map[string]any{"path": filepath.Join(root, "inside.env"), "keys": []any{"OTHER"}}}).status("done")

	for name, c := range map[string]struct {
		arguments args
		code      string
	}{
		"a name outside the patterns": {args{"from_env": []any{map[string]any{"key": "K", "name": "OTHER_NAME"}}}, "out_of_scope"},
		"a name of our own":           {args{"from_env": []any{map[string]any{"key": "K", "name": "ZMCP_ACCESS_KEYS"}}}, "out_of_scope"},
		"a name that is not set":      {args{"from_env": []any{map[string]any{"key": "K", "name": "APP_MISSING"}}}, "invalid_arguments"},
		"outside the root":            {args{"from_file": map[string]any{"path": secret}}, "out_of_scope"},
		"up and away":                 {args{"from_file": map[string]any{"path": "../secret.env"}}, "out_of_scope"},
		"a link that leads out":       {args{"from_file": map[string]any{"path": "link.env"}}, "out_of_scope"},
		"a directory":                 {args{"from_file": map[string]any{"path": "."}}, "invalid_arguments"},
		"too large":                   {args{"from_file": map[string]any{"path": "big.env"}}, "invalid_arguments"},
		"no dotenv":                   {args{"from_file": map[string]any{"path": "bad.env"}}, "invalid_arguments"},
		"no such file":                {args{"from_file": map[string]any{"path": "none.env"}}, "invalid_arguments"},
		"no such key":                 {args{"from_file": map[string]any{"path": ".env", "keys": []any{"STRIPE_SECRET"}}}, "invalid_arguments"},
	} {
		writes := h.writes()
		c.arguments["service"] = service
		e := h.call("set_env", c.arguments).fails(c.code)
		if text, _ := e["message"].(string); strings.Contains(text, "fake") {
			t.Errorf("%s: the message quotes a value: %s", name, text)
		}
		if h.writes() != writes {
			t.Errorf("%s: something was written", name)
		}
	}
	remote := start(t, func(s *setup) {
		s.configure = func(c *tools.Config) { local(c); c.Remote = true }
	})
	remote.call("set_env", args{"service": stagingAPI(remote), "from_file": map[string]any{"path": ".env"}}).fails("unsupported")
	rootless := start(t)
	rootless.call("set_env", args{"service": stagingAPI(rootless), "from_file": map[string]any{"path": ".env"}}).fails("out_of_scope")
}

func TestDeleteEnv(t *testing.T) {
	t.Parallel()
	for _, era := range eras() {
		t.Run(era, func(t *testing.T) {
			t.Parallel()
			h := start(t, func(s *setup) { s.version = era })
			a := args{"service": stagingAPI(h), "keys": []any{"JWT_PRIVATE_KEY", "NODE_ENV", "NOT_THERE"}}
			first := h.call("delete_env", a).status("confirmation_required")
			if plan := string(first.raw); !strings.Contains(plan, "JWT_PRIVATE_KEY") || strings.Contains(plan, "NODE_ENV") {
				t.Errorf("the plan is %s", plan)
			}
			if n := h.writes(); n != 0 {
				t.Fatalf("%d writes before the confirmation", n)
			}
			a["confirm"] = first.str("confirm")
			r := h.call("delete_env", a).status("failed")
			wantOutcomes(t, r, map[string]string{"JWT_PRIVATE_KEY": "deleted", "NODE_ENV": "failed", "NOT_THERE": "absent"})
			if outcomes(r)["JWT_PRIVATE_KEY"]["read_back"] != true {
				t.Errorf("the deletion was not read back: %s", r.raw)
			}
			h.call("delete_env", a).status("failed") // nothing is left to confirm
			again := h.call("delete_env", args{"service": stagingAPI(h), "keys": []any{"JWT_PRIVATE_KEY"}}).status("unchanged")
			wantOutcomes(t, again, map[string]string{"JWT_PRIVATE_KEY": "absent"})
		})
	}
}

func TestDeleteEnvOfProject(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) {
		s.sim = []simulator.Option{simulator.WithPace(0), simulator.WithIndexLag(400 * time.Millisecond)}
	})
	a := args{"project": "eshop-staging", "keys": []any{"LOG_LEVEL"}}
	wantOutcomes(t, h.confirmed("delete_env", a).status("done"), map[string]string{"LOG_LEVEL": "deleted"})
	if variables(h.call("list_env", args{"project": "eshop-staging"}))["PUBLIC_ORIGIN"] == nil {
		t.Error("another variable is gone")
	}
	e := h.call("delete_env", args{"project": "eshop-production", "keys": []any{"LOG_LEVEL"}}).fails("blocked")
	if text, _ := e["message"].(string); !strings.Contains(text, "protected") {
		t.Errorf("the refusal is %q", text)
	}
	h.call("delete_env", args{"project": "eshop-staging", "keys": []any{}}).fails("invalid_arguments")
	h.sim.Fail(simulator.Fault{Operation: "DeleteProjectEnv", Times: 1, Status: 500, Body: "<html>", Header: map[string][]string{"Content-Type": {"text/html"}}})
	e = h.confirmed("delete_env", args{"project": "eshop-staging", "keys": []any{"PUBLIC_ORIGIN"}}).fails("uncertain")
	if lookup(e, "next.tool") != "list_env" || lookup(e, "next.arguments.project") != h.sim.ProjectID("eshop-staging") {
		t.Errorf("after a lost answer, next is %v", e["next"])
	}
}

func TestRevealEnv(t *testing.T) {
	t.Parallel()
	withheld := start(t)
	withheld.call("reveal_env", args{"service": stagingAPI(withheld), "key": "JWT_PRIVATE_KEY"}).fails("secret_withheld")
	open := func(token string) *harness {
		return start(t, func(s *setup) {
			s.token = token
			s.configure = func(c *tools.Config) { c.AllowSecrets = true }
		})
	}
	h := open(simulator.OwnerToken)
	value := h.call("reveal_env", args{"service": stagingAPI(h), "key": "JWT_PRIVATE_KEY"}).str("value")
	if !slices.Contains(h.sim.Secrets(), value) {
		t.Errorf("the value is %q", value)
	}
	h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"AWKWARD": "postgres://u:fake-pass@db/x\nsecond \u202e line"}}).status("done")
	if got := h.call("reveal_env", args{"service": stagingAPI(h), "key": "AWKWARD"}).str("value"); got != "postgres://u:fake-pass@db/x\nsecond \u202e line" {
		t.Errorf("the value came back as %q", got)
	}
	h.call("reveal_env", args{"service": stagingAPI(h), "key": "JWT_PRIVATE_KEZ"}).fails("not_found")
	reader := open(simulator.ReadOnlyToken)
	reader.call("reveal_env", args{"service": stagingAPI(reader), "key": "JWT_PRIVATE_KEY"}).fails("forbidden")
}

func TestCompareConfig(t *testing.T) {
	t.Parallel()
	h := start(t)
	find := func(r result, service, what, name string) map[string]any {
		for _, d := range r.items() {
			got, _ := d["service"].(string)
			if got == service && d["what"] == what && d["name"] == name {
				return d
			}
		}
		return nil
	}
	sides := stagingAgainstProduction()
	r := h.call("compare_config", sides).ok()
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
	if same, _ := r.get("same").(float64); same == 0 {
		t.Error("nothing is the same")
	}
	sides["what"] = "types"
	for _, d := range h.call("compare_config", sides).items() {
		if d["what"] == "env" || d["what"] == "scaling" {
			t.Errorf("only types were asked for: %v", d)
		}
	}
	equal := h.call("compare_config", args{"left": map[string]any{"service": stagingAPI(h)}, "right": map[string]any{"service": stagingAPI(h)}})
	if n := len(equal.items()); n != 0 {
		t.Errorf("a service differs from itself in %d things", n)
	}
	h.call("compare_config", args{"left": map[string]any{"service": stagingAPI(h)}, "right": map[string]any{"project": "blog"}}).fails("invalid_arguments")
	h.call("compare_config", args{"left": map[string]any{"project": "landing"}, "right": map[string]any{"project": "blog"}}).fails("ambiguous")
	reader := start(t, func(s *setup) { s.token = simulator.ReadOnlyToken })
	if d := find(reader.call("compare_config", stagingAgainstProduction()), "app", "env", "STRIPE_SECRET_KEY"); d == nil || d["kind"] != "unknown" {
		t.Errorf("withheld values compare as %v", d)
	}
}

func stagingAgainstProduction() args {
	return args{"left": map[string]any{"project": "eshop-production"}, "right": map[string]any{"project": "eshop-staging"}}
}

func TestConfigurationToolsKeepToTheScope(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.Projects = []string{"blog"} } })
	outside := stagingAPI(h)
	for tool, a := range map[string]args{
		"list_env":                   {"service": outside},
		"set_env":                    {"service": outside, "variables": map[string]any{"KEY": "fake-value"}},
		"delete_env":                 {"project": h.sim.ProjectID("eshop-staging"), "keys": []any{"LOG_LEVEL"}},
		"compare_config":             {"left": map[string]any{"project": "blog"}, "right": map[string]any{"project": h.sim.ProjectID("eshop-staging")}},
		"export_yaml":                {"service": outside},
		"import_yaml":                {"project": h.sim.ProjectID("eshop-staging"), "yaml": twoServices},
		"replace_services_from_yaml": {"project": h.sim.ProjectID("eshop-staging"), "yaml": twoServices},
		"validate_zerops_yaml":       {"service": outside, "yaml": goodYaml},
	} {
		h.call(tool, a).fails("out_of_scope")
	}
	if n := h.writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	h.call("list_env", args{}).ok() // the one project in scope is the default
}

func TestConfigurationReadsFailReadably(t *testing.T) {
	t.Parallel()
	h := start(t, func(s *setup) { s.configure = func(c *tools.Config) { c.AllowSecrets = true } })
	h.sim.Fail(simulator.Fault{Operation: "GetServiceStackEnv", Status: 503})
	service := stagingAPI(h)
	for tool, a := range map[string]args{
		"list_env":       {"service": service},
		"set_env":        {"service": service, "variables": map[string]any{"KEY": "fake-value"}},
		"delete_env":     {"service": service, "keys": []any{"KEY"}},
		"reveal_env":     {"service": service, "key": "KEY"},
		"compare_config": {"left": map[string]any{"service": service}, "right": map[string]any{"service": service}},
	} {
		h.call(tool, a).fails("unavailable")
	}
	h.sim.ResetFaults()
	h.sim.Fail(simulator.Fault{Operation: "PostProjectSearch", Status: 503})
	r := h.call("list_env", args{"service": service})
	if missing, _ := r.get("incomplete.0").(string); variables(r)["JWT_PRIVATE_KEY"] == nil || !strings.HasPrefix(missing, "variables of the project: ") {
		t.Errorf("without the project's variables: %s", r.raw)
	}
}

func TestValuesStayOutOfErrorsAndNamesStayIn(t *testing.T) {
	t.Parallel()
	h := start(t)
	h.sim.Fail(simulator.Fault{Operation: "PostServiceStackUserData", Times: 1, Status: 400, Code: "userDataContentInvalid", Message: "cannot take fake second line of it for eshop-staging"})
	e := h.call("set_env", args{"service": stagingAPI(h), "variables": map[string]any{"KEY": "fake first line\nfake second line of it"}}).fails("invalid_arguments")
	if text, _ := e["api_message"].(string); strings.Contains(text, "second line") || !strings.Contains(text, "eshop-staging") {
		t.Errorf("the platform's words came through as %q", text)
	}
	r := h.call("set_env", args{"project": "eshop-staging", "variables": map[string]any{"STAGE": "staging", "STATE": "created", "HOST": "worker"}}).status("done")
	if outcomes(r)["STATE"]["outcome"] != "created" || !strings.Contains(string(r.raw), `"worker"`) {
		t.Errorf("ordinary words of an answer were blanked: %s", r.raw)
	}
}
