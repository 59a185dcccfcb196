package cli_test

import (
	"strings"
	"testing"
)

// TestNamesStayWhole: common values of variables, such as NODE_ENV=production, are
// parts of names that people give their projects, and hide nothing there.
func TestNamesStayWhole(t *testing.T) {
	t.Parallel()
	const production = " --arg project=eshop-production --arg service=api"
	deployments, _ := run{args: "call list_deployments --demo --arg status=BACKUP" + production}.do(t).object(t)["items"].([]any)
	backup, _ := deployments[0].(map[string]any)
	rollback := "call rollback_service --demo --arg deployment=" + backup["id"].(string) + production
	compare := func(left, right string) string {
		return `call compare_config --demo --args {"left":{"project":"` + left + `"},"right":{"project":"` + right + `"}}`
	}
	for args, code := range map[string]int{
		compare("eshop-staging", "eshop-production"): 0,
		compare("eshop-production", "eshop-staging"): 0,
		rollback:                                3, // asked, also in a protected project
		rollback + " --protect-tag another":     3,
		"call stop_service --demo" + production: 1,
		"call stop_service --demo --protect-tag another" + production: 3,
		"call diagnose_service --demo" + production:                   0,
		"call list_env --demo" + production:                           0,
		"call get_service --demo" + production:                        0,
		"call get_project --demo --arg project=eshop-production":      0,
	} {
		got := run{args: args}.do(t)
		if got.code != code {
			t.Errorf("%s: exit code %d, want %d\n%.400s%s", args, got.code, code, got.stdout, got.stderr)
		}
		for _, broken := range []string{"eshop-[redacted]", "[redacted]-", "-[redacted]"} {
			if at := strings.Index(got.stdout, broken); at >= 0 {
				t.Errorf("%s: a name is cut: …%s", args, got.stdout[max(0, at-60):min(len(got.stdout), at+60)])
			}
		}
		if whole := strings.Contains(args, "compare_config") || strings.Contains(args, "rollback_service"); whole && !strings.Contains(got.stdout, "eshop-production") {
			t.Errorf("%s: the project is not named: %.400s", args, got.stdout)
		}
	}
}
