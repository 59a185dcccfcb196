package tools

import (
	"cmp"
	"fmt"
	"strings"
)

// steps writes numbered steps.
func steps(opening string, list ...string) string {
	var b strings.Builder
	b.WriteString(opening)
	for i, step := range list {
		fmt.Fprintf(&b, "\n%d. %s", i+1, step)
	}
	return b.String()
}

func deployText(args map[string]string) string {
	source := "its connected Git repository"
	call := "Call `deploy_service` with neither directory nor git_url."
	switch from := args["source"]; {
	case strings.Contains(from, "://"):
		source, call = fmt.Sprintf("the Git repository %q", from), "Call `deploy_service` with that address as git_url."
	case from != "":
		source, call = fmt.Sprintf("the directory %q", from), "Call `deploy_service` with that directory."
	}
	return steps(
		fmt.Sprintf("Deploy the Zerops service %q of the project %q from %s, and make sure that it works afterwards.", args["service"], args["project"], source),
		"Look at the service with `get_service`: its status, the active deployment, and whether something is running on it already. Wait for running work with `wait_for`.",
		"If zerops.yaml is at hand, check it with `validate_zerops_yaml` and correct what it finds before building.",
		call+" While the answer says in_progress, repeat the call that it names as next.",
		"If it fails, do not try again blindly: read the diagnosis in the answer or call `diagnose_service`, explain the cause with its evidence, correct it, then deploy once more.",
		"When it is ACTIVE, look for new errors with `search_logs` (source runtime, since the deployment) and name the URL if it is public.",
		"Report: what is deployed now (version, commit), how long it took, what was changed on the way, and which deployment `rollback_service` would return to.",
	)
}

func diagnoseText(args map[string]string) string {
	symptom := ""
	if args["symptom"] != "" {
		symptom = fmt.Sprintf(" What was seen: %q.", args["symptom"])
	}
	if args["service"] == "" {
		return steps(
			fmt.Sprintf("Find out what is wrong in the Zerops project %q.%s Change nothing.", args["project"], symptom),
			"Call `get_project`: services that are not ACTIVE, processes that failed, domains with problems.",
			"Call `list_events` with failed_only for what happened lately, and in which order.",
			"For each suspicious service call `diagnose_service`; begin with what others depend on, such as databases.",
			"Report the causes in the order of their effect, each with its evidence and the next step. Say plainly what stays unknown, and what was not looked at.",
		)
	}
	return steps(
		fmt.Sprintf("Find out why the Zerops service %q of the project %q does not work.%s Change nothing before the cause is known.", args["service"], args["project"], symptom),
		"Call `diagnose_service`. Take its causes by confidence, and check the evidence instead of believing it.",
		"If that is not enough, read on with `search_logs` (source build for a failed build, runtime for a running service), `get_metrics` for memory and disk, `list_events` for what changed when it began.",
		"If it began with a deployment, compare it with the one before: `list_deployments`, `get_deployment`.",
		"Report the cause, the evidence, and the smallest change that corrects it. If restarting or rolling back would help at once, say so and ask first. Say plainly what stays unknown.",
	)
}

func costText(args map[string]string) string {
	org, since := "", cmp.Or(args["since"], "30d")
	if args["org"] != "" {
		org = fmt.Sprintf(" of the organisation %q", args["org"])
	}
	return steps(
		fmt.Sprintf("Review the costs%s on Zerops over %s. Change nothing.", org, since),
		fmt.Sprintf("Call `get_costs` with since %s, by project, then by service for the projects that cost most. If the token may not see money, say so and stop.", since),
		"Draw the course with `render_chart` (kind costs) if pictures can be shown.",
		"For the services that cost most compare use with limits: `get_metrics`. Memory and CPU far above the peak, several containers without load, and services that nobody uses are worth naming.",
		"Report: the total and its trend, credit left and how long it lasts, the five largest items, and for each proposal what it would save and what it would risk. Disks cannot be made smaller. Propose changes; make none without a yes.",
	)
}

func compareText(args map[string]string) string {
	what := "the projects"
	only := "Call `compare_config` with what all, without services, so that everything is compared."
	if args["service"] != "" {
		what = fmt.Sprintf("the service %q in the projects", args["service"])
		only = fmt.Sprintf("Call `compare_config` with what all and the service %q on both sides.", args["service"])
	}
	return steps(
		fmt.Sprintf("Compare %s %q and %q on Zerops. Change nothing.", what, args["left"], args["right"]),
		only,
		"Sort the differences: expected (names, addresses, sizes of an environment), suspicious (a variable or service on one side only, another version of a type, an unresolved reference), and dangerous (a secret that is equal in both, production without a second container or a backup).",
		"Values are never shown: equal fingerprints mean equal values. Do not ask for the values.",
		"Report a short table with what should be changed where, the most dangerous first, and offer the calls that would do it.",
	)
}
