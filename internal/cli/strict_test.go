package cli_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestLimitsThatCannotBeReadAreTold: a start with limits that nobody filled in is
// strict, and says so where people look.
func TestLimitsThatCannotBeReadAreTold(t *testing.T) {
	t.Parallel()
	_, env := account(t)
	env = append(env, "ZMCP_READ_ONLY=${user_config.read_only}", "ZMCP_PROJECT=")
	who := run{args: "call whoami --output json", env: env}.do(t)
	server, _ := who.object(t)["server"].(map[string]any)
	warnings := fmt.Sprint(server["warnings"])
	if who.code != 0 || server["read_only"] != true || fmt.Sprint(server["projects"]) != "[(none)]" || who.object(t)["reach"] != "none" ||
		!strings.Contains(warnings, "ZMCP_READ_ONLY=false") || !strings.Contains(warnings, "ZMCP_PROJECT='*'") {
		t.Errorf("whoami: %d %s", who.code, who.stdout)
	}
	if !strings.Contains(who.stderr, "ZMCP_READ_ONLY=false") || !strings.Contains(who.stderr, "ZMCP_PROJECT='*'") {
		t.Errorf("stderr: %s", who.stderr)
	}
	doctor := run{args: "doctor --output json", env: env}.do(t)
	if !strings.Contains(doctor.stdout, "ZMCP_READ_ONLY=false") || !strings.Contains(doctor.stdout, "read-only; no project") {
		t.Errorf("doctor: %s", doctor.stdout)
	}
	for args, want := range map[string]string{
		"call list_projects":                   "out_of_scope",
		"call get_project --arg project=blog":  "out_of_scope",
		"call list_services":                   "out_of_scope",
		"call get_costs":                       "out_of_scope",
		"call stop_project --arg project=blog": "read_only",
		"call list_events --arg project=blog":  "out_of_scope",
	} {
		if got := (run{args: args + " --toolsets all --output json", env: env}).do(t); got.code != 1 || !strings.Contains(got.stdout+got.stderr, want) {
			t.Errorf("%s: %d %s%s", args, got.code, got.stdout, got.stderr)
		}
	}
	// Excluded altogether, only whoami is left; every project may be protected.
	tools := run{args: "tools --demo --output json --toolsets all --exclude-tools=", env: nil}.do(t)
	if !strings.Contains(tools.stdout, `"whoami"`) || strings.Contains(tools.stdout, `"list_projects"`) || strings.Contains(tools.stdout, `"write_api"`) {
		t.Errorf("tools: %s", tools.stdout)
	}
	protected := run{args: "call delete_project --arg project=blog --toolsets all --confirm never --protect-tag= --demo --output json"}.do(t)
	if protected.code != 1 || !strings.Contains(protected.stdout+protected.stderr, "blocked") {
		t.Errorf("delete_project: %d %s", protected.code, protected.stdout)
	}
	// The words that lift a limit lift it without a word.
	free := run{args: "call whoami --output json --project=* --exclude-tools none --toolsets default --read-only=false", env: env[:2]}.do(t)
	server, _ = free.object(t)["server"].(map[string]any)
	if free.code != 0 || free.stderr != "" || server["read_only"] != false || fmt.Sprint(server["projects"]) != "[]" || server["warnings"] != nil {
		t.Errorf("whoami: %d %s %s", free.code, free.stdout, free.stderr)
	}
}
