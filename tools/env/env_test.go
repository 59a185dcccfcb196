package env_test

import (
	"errors"
	"os"
	"path/filepath"
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
	if rows["LOG_LEVEL"]["fingerprint"] != nil {
		t.Error("a value that can be guessed has a fingerprint")
	}
	for _, project := range []string{"analytics", tooltest.Staging} {
		h.Call("set_env", tooltest.Args{"project": project, "variables": map[string]any{"SHARED": "Hf8sKd2pQ6wZr4Tn0Lmc", "OTHER": "Hf8sKd2pQ6wZr4Tn0Lmc"}}).Ok()
	}
	here := tooltest.Variables(h.Call("list_env", tooltest.Args{"project": tooltest.Staging}))
	there := tooltest.Variables(h.Call("list_env", tooltest.Args{"project": "analytics"}))
	if here["SHARED"]["fingerprint"] == nil || there["SHARED"]["fingerprint"] != here["SHARED"]["fingerprint"] {
		t.Error("equal values of one organisation have different fingerprints")
	}
	if here["SHARED"]["fingerprint"] == here["OTHER"]["fingerprint"] || here["SHARED"]["fingerprint"] == here["SENTRY_DSN"]["fingerprint"] {
		t.Error("different keys or values have the same fingerprint")
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
