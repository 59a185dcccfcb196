package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// because makes a finding of evidence, with one confidence.
func because(c confidence, evidence ...string) finding {
	return finding{evidence: evidence, confidence: c}
}

// onCode finds failures with one of the API's codes, which leave no doubt.
func onCode(codes ...string) func(*evidence) finding {
	return func(e *evidence) finding { return because(high, e.code(codes...)...) }
}

// Calls that help on.

func nextYAML(path string) func(*evidence) *tool.Next {
	return func(*evidence) *tool.Next {
		return &tool.Next{Tool: "get_yaml_schema", Arguments: tool.NextArgs{Kind: "zerops", Path: path}}
	}
}

func nextGuide(topic string) func(*evidence) *tool.Next {
	return func(*evidence) *tool.Next {
		return &tool.Next{Tool: "get_yaml_schema", Arguments: tool.NextArgs{Kind: "guide", Path: topic}}
	}
}

func nextBuildLog(e *evidence) *tool.Next {
	if e.deployment == nil {
		return nil
	}
	return &tool.Next{Tool: "get_deployment", Arguments: tool.NextArgs{Deployment: e.deployment.Version.ID, LogLines: 200}}
}

func nextLogs(e *evidence) *tool.Next {
	return &tool.Next{Tool: "search_logs", Arguments: tool.NextArgs{Services: []string{e.service.ID}, Source: "runtime", Since: "1h"}}
}

func nextEnv(e *evidence) *tool.Next {
	return &tool.Next{Tool: "list_env", Arguments: tool.NextArgs{Project: e.service.ProjectID, Service: e.service.ID}}
}

func nextOn(name string) func(*evidence) *tool.Next {
	return func(e *evidence) *tool.Next {
		return &tool.Next{Tool: name, Arguments: tool.NextArgs{Service: e.service.ID}}
	}
}

func nextProject(name string) func(*evidence) *tool.Next {
	return func(e *evidence) *tool.Next {
		return &tool.Next{Tool: name, Arguments: tool.NextArgs{Project: e.service.ProjectID}}
	}
}

// platformRules recognise what is wrong before or around a pipeline.
func platformRules() []rule {
	return []rule{
		{
			cause: "credit_exhausted", phase: "platform", find: onCode("creditLimitReached", "insufficientCredit", "commonCreditForbidden"),
			explanation: "The organisation has no credit left, so Zerops starts nothing. An owner tops it up in the GUI (Billing).",
			next:        func(*evidence) *tool.Next { return &tool.Next{Tool: "get_costs"} },
		},
		{
			cause: "variables_syncing", phase: "platform", find: onCode(zerops.CodeVariableSyncRunning, "userDataVersionMismatch", "userDataOfProjectWillBeSynced"),
			explanation: "Variables were being applied when the deployment was asked for, which refuses it. Deploy again once that process has ended.",
			next:        nextProject("list_processes"),
		},
		{
			cause: "yaml_missing", phase: "platform",
			explanation: "There is no zerops.yaml at the top of the code, so Zerops does not know how to build it.",
			find: func(e *evidence) finding {
				return because(high, append(e.code("zeropsBuildFileNotFound", "appVersionYamlConfigRequired"), e.building("zerops.y&not found")...)...)
			},
			next: nextGuide("zerops-yaml"),
		},
		{
			cause: "setup_missing", phase: "platform",
			explanation: "zerops.yaml has no setup for this service. Name one like the service, or say which one to use.",
			find: func(e *evidence) finding {
				return because(high, append(e.code("zeropsYamlSetupNotFound"), e.building("setup [&not found")...)...)
			},
			next: nextYAML("setup"),
		},
		{
			cause: "base_unknown", phase: "platform",
			explanation: "build.base or run.base in zerops.yaml names a version that does not exist.",
			find: func(e *evidence) finding {
				lines := e.codeWhere(func(code string) bool {
					return strings.HasPrefix(code, "serviceStackType") || strings.HasPrefix(code, "zeropsYaml") || code == "errorList"
				})
				lines = slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(strings.ToLower(l), "base") })
				return because(high, append(lines, e.building("unknown base", "base&does not exist")...)...)
			},
			next: func(*evidence) *tool.Next { return &tool.Next{Tool: "list_service_types"} },
		},
		{
			cause: "yaml_invalid", phase: "platform", generic: true,
			explanation: "Zerops refuses the zerops.yaml. Correct what it names and check it with validate_zerops_yaml before deploying.",
			find: func(e *evidence) finding {
				return because(high, e.codeWhere(func(code string) bool {
					return strings.HasPrefix(code, "zeropsYaml") || strings.HasPrefix(code, "yaml") || code == "errorList" || code == "appVersionYamlParseFailed"
				})...)
			},
			next: nextYAML(""),
		},
		{
			cause: "git_authorization", phase: "platform",
			find:        onCode("githubAuthorizationRequired", "gitlabAuthorizationRequired", "githubRepositoryAccessRequired", "gitlabFullApiAccessRequired"),
			explanation: "Zerops may not read the connected repository any more. A person grants it again in the GUI (service → Build, deploy, run pipeline).",
			next:        nextOn("get_service"),
		},
		{
			cause: "git_unreadable", phase: "platform", find: deadGit,
			explanation: "Zerops could not read the git repository: it is private, misspelt, or its address ends in .git. Such a build dies at once and leaves no log.",
			next:        nextOn("deploy_service"),
		},
		{
			cause: "contention", phase: "platform",
			explanation: "Another process was working on the same project or service. Wait for it and deploy again.",
			find: func(e *evidence) finding {
				return because(high, e.codeWhere(func(code string) bool {
					return code == "unableToCreateProcess" || code == "projectLockFailed" || code == "createProcessQueuedProjectProcessCountExceeded" ||
						strings.HasPrefix(code, "projectWillBe") || strings.HasPrefix(code, "stackWillBe")
				})...)
			},
			next: nextProject("list_processes"),
		},
		{
			cause: "platform_fault", phase: "platform", find: onCode("internalServerError", "notAvailable"),
			explanation: "Zerops itself had a fault. Try again; if it stays, ask its support with the id of the process.",
			next:        nextProject("list_processes"),
		},
		{
			cause: "project_not_running", phase: "platform",
			explanation: "The project is not running, so none of its services can work.",
			find: func(e *evidence) finding {
				if e.project.ID == "" || e.project.Status == "ACTIVE" || e.project.Status == "CREATING" || e.project.Status == "NEW" {
					return finding{}
				}
				return because(high, "the project is "+tool.Clean(e.project.Status, 40))
			},
			next: nextProject("start_project"),
		},
		{
			cause: "upload_unfinished", phase: "platform",
			explanation: "The code was not uploaded completely, or its deployment was never asked for. Deploy again.",
			find: func(e *evidence) finding {
				if !e.failed || e.deployment.Version.Status != zerops.VersionUploading || e.refused() {
					return finding{}
				}
				return because(high, fmt.Sprintf("deployment %s is UPLOADING since %s and nothing works on it", e.deployment.Version.ID, e.deployment.Version.Created.Format("2006-01-02 15:04")))
			},
			next: nextOn("deploy_service"),
		},
		{
			cause: "build_never_started", phase: "platform", generic: true,
			explanation: "The build ended before it had a container, so it left no log, and the deployment stays WAITING_TO_BUILD for ever.",
			find: func(e *evidence) finding {
				if !e.failed || e.deployment.Version.Status != zerops.VersionWaitingToBuild {
					return finding{}
				}
				return because(medium, "deployment "+e.deployment.Version.ID+" is WAITING_TO_BUILD: "+deployments.FailureText(*e.deployment, e.now))
			},
			next: nextOn("deploy_service"),
		},
		{
			cause: "never_deployed", phase: "platform",
			explanation: "No code was ever deployed to this service.",
			find: func(e *evidence) finding {
				if !e.service.Runtime() || e.deployment != nil || slices.ContainsFunc(e.incomplete, func(s string) bool { return strings.HasPrefix(s, "deployments") }) {
					return finding{}
				}
				return because(high, "the service is "+tool.Clean(e.service.Status, 40)+" and has no deployment")
			},
			next: nextOn("deploy_service"),
		},
		{
			cause: "service_stopped", phase: "platform", explanation: "The service is stopped.",
			find: func(e *evidence) finding {
				if e.service.Status != "STOPPED" && e.service.Status != "SERVICE_STOPPED" {
					return finding{}
				}
				return because(high, "the service is "+tool.Clean(e.service.Status, 40))
			},
			next: nextOn("start_service"),
		},
		{
			cause: "service_failed", phase: "platform", generic: true,
			explanation: "The service is FAILED: it has to be stopped and then started; it cannot be restarted.",
			find: func(e *evidence) finding {
				if e.service.Status != "FAILED" && e.service.Status != "REPAIR_FAILED" {
					return finding{}
				}
				return because(medium, "the service is "+tool.Clean(e.service.Status, 40))
			},
			next: nextOn("stop_service"),
		},
		{
			cause: "deployment_canceled", phase: "platform", explanation: "Somebody cancelled the last deployment.",
			find: func(e *evidence) finding {
				if e.deployment == nil || e.deployment.Outcome(e.now) != zerops.DeploymentCanceled || e.service.Status == "ACTIVE" {
					return finding{}
				}
				return because(medium, "deployment "+e.deployment.Version.ID+" is "+tool.Clean(e.deployment.Version.Status, 40))
			},
			next: nextOn("deploy_service"),
		},
	}
}

// refused reports that the platform said why it did not go on.
func (e *evidence) refused() bool {
	p := e.deployment.Process
	return p != nil && p.Failure != nil && p.Failure.Code != ""
}

// deadGit recognises a build from git that died at once, without a container, a
// log or a reason.
func deadGit(e *evidence) finding {
	if !e.failed || e.deployment.Version.Status != zerops.VersionWaitingToBuild || e.refused() {
		return finding{}
	}
	v := e.deployment.Version
	quick := false
	if p := e.deployment.Process; p != nil && !p.Finished.IsZero() {
		quick = p.Finished.Sub(p.Created.Time).Seconds() < 20
	}
	switch {
	case v.PublicGit != nil:
		lines := []string{"built from " + tool.Clean(v.PublicGit.URL, 200), "it ended without a container, a log or a reason"}
		if strings.HasSuffix(v.PublicGit.URL, ".git") {
			lines = append(lines, "the address ends in .git, which the platform cannot build")
		}
		return because(high, lines...)
	case v.Source == "GIT" || v.Source == "GITHUB" || v.Source == "GITLAB":
		if quick {
			return because(medium, "source "+v.Source, "it ended within seconds, without a container, a log or a reason")
		}
	}
	return finding{}
}

// subdomainRules recognise why a service cannot be reached from outside.
func subdomainRules() []rule {
	return []rule{
		{
			cause: "subdomain_without_port", phase: "subdomain",
			explanation: "Public access was asked for, but the service has no HTTP port. Declare it under run.ports with httpSupport: true and deploy.",
			find: func(e *evidence) finding {
				if e.httpPorts() {
					return finding{}
				}
				lines := e.subdomainFailures()
				if len(lines) == 0 {
					return finding{}
				}
				return because(high, append(lines, "the service has no HTTP port")...)
			},
			next: nextYAML("run.ports"),
		},
		{
			cause: "subdomain_already_enabled", phase: "subdomain",
			explanation: "Public access was asked for while it was on already (or in the moment after a deployment); that process fails and changes nothing.",
			find: func(e *evidence) finding {
				lines := e.subdomainFailures()
				if len(lines) == 0 || !e.httpPorts() {
					return finding{}
				}
				return because(low, append(lines, fmt.Sprintf("public access is on: %v", e.service.SubdomainAccess))...)
			},
			next: nextOn("get_service"),
		},
		{
			cause: "domain_not_pointing", phase: "subdomain",
			explanation: "A custom domain of this service does not point to Zerops: its DNS check failed.",
			find: func(e *evidence) finding {
				var lines []string
				for _, routing := range e.routings {
					if !slices.ContainsFunc(routing.Routes, func(l zerops.RoutedLocation) bool { return l.ServiceID == e.service.ID }) {
						continue
					}
					for _, d := range routing.Domains {
						if d.DNSStatus == "FAILED" {
							lines = append(lines, fmt.Sprintf("%s: DNS %s, certificate %s", tool.Clean(d.Name, 120), d.DNSStatus, tool.Clean(d.SSLStatus, 40)))
						}
					}
				}
				return because(high, lines...)
			},
			next: nextProject("list_domains"),
		},
	}
}

func (e *evidence) httpPorts() bool {
	return slices.ContainsFunc(e.service.Ports, zerops.Port.HTTP)
}

// subdomainFailures are failed attempts to switch public access.
func (e *evidence) subdomainFailures() []string {
	var lines []string
	for _, p := range e.failures() {
		if strings.Contains(p.Action, "SubdomainAccess") && len(lines) < 2 {
			lines = append(lines, processWords(p))
		}
	}
	return lines
}
