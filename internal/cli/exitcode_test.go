package cli_test

import (
	"strings"
	"testing"

	"zerops-mcp/zerops/simulator"
)

// A call that found somebody else at work, or came too late, is not done, however
// orderly its answer is.
func TestExitCodesOfCallsThatChangedNothing(t *testing.T) {
	t.Parallel()
	account, env := account(t, simulator.WithIndexLag(0))
	do := func(args string) result {
		return run{args: "call " + args + " --confirm never", env: env}.do(t)
	}
	expect := func(code int, status string, args string) result {
		t.Helper()
		got := do(args)
		o := got.object(t)
		is, _ := o["status"].(string)
		if failure, ok := o["error"].(map[string]any); ok {
			is, _ = failure["code"].(string)
		}
		if got.code != code || is != status {
			t.Errorf("%s: exit code %d and %s, want %d and %s\n%s%s", args, got.code, is, code, status, got.stdout, got.stderr)
		}
		return got
	}
	const api = " --arg project=eshop-staging --arg service=api"

	// A deployment while another runs, and a rollback.
	account.Hold("stack.build")
	expect(5, "in_progress", "deploy_service --arg wait_seconds=0"+api)
	second := expect(1, "conflict", "deploy_service"+api)
	if !strings.Contains(second.stdout, "wait_for") {
		t.Errorf("what to do is not said: %s", second.stdout)
	}
	backups, _ := do("list_deployments --arg status=BACKUP" + api).object(t)["items"].([]any)
	backup, _ := backups[0].(map[string]any)
	expect(1, "conflict", "rollback_service --arg deployment="+backup["id"].(string)+api)
	human := run{args: "call deploy_service --output table" + api, env: env}.do(t)
	if human.code != 1 || !strings.Contains(human.stderr, "under way") {
		t.Errorf("for people: exit code %d, %s", human.code, human.stderr)
	}
	account.Release()

	// What has ended is not cancelled; what was cancelled is.
	processes, _ := do("restart_service" + api).object(t)["processes"].([]any)
	process, _ := processes[0].(map[string]any)
	expect(1, "unchanged", "cancel_process --arg process="+process["id"].(string))
	active, _ := do("get_service" + api).object(t)["active_deployment"].(string)
	expect(1, "unchanged", "cancel_deployment --arg deployment="+active)
	account.Hold("stack.restart")
	processes, _ = do("restart_service --arg wait_seconds=0" + api).object(t)["processes"].([]any)
	process, _ = processes[0].(map[string]any)
	expect(0, "done", "cancel_process --arg process="+process["id"].(string))
	expect(0, "unchanged", "cancel_process --arg process="+process["id"].(string))
	account.Release()

	// What is as asked for is done; what somebody else is making so is under way.
	expect(0, "unchanged", "start_service"+api)
	expect(0, "done", "stop_service"+api)
	expect(0, "unchanged", "stop_service"+api)
	const project = " --arg project=eshop-staging"
	account.Hold("project.stop")
	expect(5, "in_progress", "stop_project --arg wait_seconds=0"+project)
	expect(5, "unchanged", "stop_project"+project)
	account.Release()
	expect(0, "unchanged", "stop_project"+project)
	account.Hold("project.start")
	expect(5, "in_progress", "start_project --arg wait_seconds=0"+project)
	expect(5, "unchanged", "start_project"+project)
	account.Release()
	account.Hold("project.delete")
	expect(5, "in_progress", "delete_project --arg wait_seconds=0 --arg project=playground")
	expect(5, "unchanged", "delete_project --arg project=playground")
	account.Release()
	expect(0, "unchanged", `import_yaml --arg dry_run=true --arg project=blog --arg yaml={"services":[{"hostname":"one","type":"nodejs@22"}]}`)
}
