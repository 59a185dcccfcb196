package diagnose

import (
	"fmt"
	"slices"
	"strings"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

func baseUnknown(e *Evidence) finding {
	lines := e.code("serviceStackType*", "zeropsYaml*", "errorList")
	lines = slices.DeleteFunc(lines, func(l string) bool { return !strings.Contains(strings.ToLower(l), "base") })
	return because(high, append(lines, e.said("base_unknown").evidence...)...)
}

func projectNotRunning(e *Evidence) finding {
	if e.project.ID == "" || e.project.Status == "ACTIVE" || e.project.Status == "CREATING" || e.project.Status == "NEW" {
		return finding{}
	}
	return because(high, "the project is "+tool.Clean(e.project.Status, 40))
}

func uploadUnfinished(e *Evidence) finding {
	if !e.failed || e.deployment.Version.Status != zerops.VersionUploading || e.refused() {
		return finding{}
	}
	return because(high, fmt.Sprintf("deployment %s is UPLOADING since %s and nothing works on it", e.deployment.Version.ID, e.deployment.Version.Created.Format("2006-01-02 15:04")))
}

func buildNeverStarted(e *Evidence) finding {
	if !e.failed || e.deployment.Version.Status != zerops.VersionWaitingToBuild {
		return finding{}
	}
	return because(medium, "deployment "+e.deployment.Version.ID+" is WAITING_TO_BUILD: "+deployments.FailureText(*e.deployment, e.now))
}

func neverDeployed(e *Evidence) finding {
	if !e.service.Runtime() || e.deployment != nil || slices.ContainsFunc(e.incomplete, func(s string) bool { return strings.HasPrefix(s, "deployments") }) {
		return finding{}
	}
	return because(high, "the service is "+tool.Clean(e.service.Status, 40)+" and has no deployment")
}

func serviceStopped(e *Evidence) finding {
	if e.service.Status != "STOPPED" && e.service.Status != "SERVICE_STOPPED" {
		return finding{}
	}
	return because(high, "the service is "+tool.Clean(e.service.Status, 40))
}

func serviceFailed(e *Evidence) finding {
	if e.service.Status != "FAILED" && e.service.Status != "REPAIR_FAILED" {
		return finding{}
	}
	return because(medium, "the service is "+tool.Clean(e.service.Status, 40))
}

func deploymentCanceled(e *Evidence) finding {
	if e.deployment == nil || e.deployment.Outcome(e.now) != zerops.DeploymentCanceled || e.service.Status == "ACTIVE" {
		return finding{}
	}
	return because(medium, "deployment "+e.deployment.Version.ID+" is "+tool.Clean(e.deployment.Version.Status, 40))
}

// refused reports that the platform said why it did not go on.
func (e *Evidence) refused() bool {
	p := e.deployment.Process
	return p != nil && p.Failure != nil && p.Failure.Code != ""
}

// deadGit recognises a build from git that died at once, without a container, a
// log or a reason.
func deadGit(e *Evidence) finding {
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

func subdomainWithoutPort(e *Evidence) finding {
	if e.httpPorts() {
		return finding{}
	}
	lines := e.subdomainFailures()
	if len(lines) == 0 {
		return finding{}
	}
	return because(high, append(lines, "the service has no HTTP port")...)
}

func subdomainAlreadyEnabled(e *Evidence) finding {
	lines := e.subdomainFailures()
	if len(lines) == 0 || !e.httpPorts() {
		return finding{}
	}
	return because(low, append(lines, fmt.Sprintf("public access is on: %v", e.service.SubdomainAccess))...)
}

func domainNotPointing(e *Evidence) finding {
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
}

func (e *Evidence) httpPorts() bool {
	return slices.ContainsFunc(e.service.KnownPorts(), zerops.Port.HTTP)
}

// subdomainFailures are failed attempts to switch public access.
func (e *Evidence) subdomainFailures() []string {
	var lines []string
	for _, p := range e.failures() {
		if strings.Contains(p.Action, "SubdomainAccess") && len(lines) < 2 {
			lines = append(lines, processWords(p))
		}
	}
	return lines
}

// restartFailed recognizes a restart or start that failed and was not followed by one
// that did not.
func restartFailed(e *Evidence) finding {
	for _, p := range e.processes { // newest first
		if !strings.HasPrefix(p.Action, "stack.restart") && !strings.HasPrefix(p.Action, "stack.start") {
			continue
		}
		if p.State() == zerops.ProcessFailed && e.now.Sub(p.Created.Time) < recentTime {
			return because(medium, processWords(p))
		}
		return finding{}
	}
	return finding{}
}
