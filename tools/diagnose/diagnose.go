package diagnose

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

// Tools find out why something fails.
func Tools() []*tool.Tool {
	return tool.WithSchemas(schemaFiles,
		tool.Define(tool.Spec{
			Name: "diagnose_service", Title: "Diagnose service", Standard: true, Effect: zerops.Reads, OpenWorld: true,
			Description: "Why a service or its last deployment fails: ranked causes with evidence and the next call for each.",
		}, diagnoseService),
	)
}

// diagnoseServiceOut tells what was looked at, what was found, and what it
// probably means.
type diagnoseServiceOut struct {
	Service    diagnosedView      `json:"service"`
	Verdict    string             `json:"verdict" jsonschema:"enum=healthy,enum=warnings,enum=working,enum=failing,enum=unknown"`
	Summary    string             `json:"summary"`
	Phase      string             `json:"phase,omitempty"`
	Deployment *deployments.View  `json:"deployment,omitempty"`
	Causes     []CauseView        `json:"causes"`
	Log        []string           `json:"log,omitempty"`
	Errors     []string           `json:"recent_errors,omitempty"`
	Failures   []tool.ProcessView `json:"recent_failures,omitempty"`
	Resources  *resourcesView     `json:"resources,omitempty"`
	Checked    []string           `json:"checked"`
	Incomplete []string           `json:"incomplete,omitempty"`
	Truncated  string             `json:"truncated,omitempty"`
}

type diagnosedView struct {
	ID         string `json:"id"`
	Hostname   string `json:"hostname"`
	ProjectID  string `json:"project_id"`
	Type       string `json:"type"`
	Status     string `json:"status"`
	Containers string `json:"containers,omitempty"`
	Public     bool   `json:"public"`
}

// CauseView is one probable cause.
type CauseView struct {
	Cause       string     `json:"cause"`
	Explanation string     `json:"explanation"`
	Phase       string     `json:"phase" jsonschema:"enum=build,enum=prepare,enum=deploy,enum=readiness,enum=runtime,enum=resources,enum=environment,enum=subdomain,enum=platform"`
	Confidence  string     `json:"confidence" jsonschema:"enum=high,enum=medium,enum=low"`
	Evidence    []string   `json:"evidence"`
	Next        *tool.Next `json:"next,omitempty"`
}

// resourcesView is the most of each resource that was used in the last hours, of
// what there was.
type resourcesView struct {
	CPUPercent  int `json:"cpu_peak_percent"`
	RAMPercent  int `json:"ram_peak_percent"`
	DiskPercent int `json:"disk_peak_percent"`
}

// An error of a running application counts as something that is wrong now where
// it comes again and again, or was among the last words.
const (
	passingTime  = 30 * time.Minute
	passingTimes = 3
	lastWords    = 10
	justNow      = 2 * time.Minute

	burstTime  = 10 * time.Minute
	manyErrors = 20
)

// maxCauses bounds the causes of one answer: past it they contradict each other.
const maxCauses = 6

func diagnoseService(ctx context.Context, c *tool.Call, in *tool.OnService) (*diagnoseServiceOut, error) {
	s, err := c.Service(ctx, *in)
	if err != nil {
		return nil, err
	}
	e, err := gatherService(ctx, c, s)
	if err != nil {
		return nil, err
	}
	out := diagnoseServiceOut{
		Service: diagnosedView{
			ID: s.ID, Hostname: tool.Clean(s.Name, 40), ProjectID: s.ProjectID, Type: tool.Clean(s.Type.Version, 60), Status: tool.Clean(s.Status, 40),
			Containers: e.containerWords(), Public: s.SubdomainAccess,
		},
		Causes: e.Diagnose(), Checked: append([]string{}, e.checked...), Incomplete: e.incomplete, Resources: e.resources(),
	}
	if e.deployment != nil {
		view := deployments.NewView(*e.deployment, e.now)
		out.Deployment = &view
	}
	if e.failed {
		out.Phase, out.Log = e.stage, e.Log.Shown(deployments.FailedLogLines)
	}
	for _, line := range tail(e.severe, 12) {
		out.Errors = append(out.Errors, deployments.LineText(line))
	}
	for _, p := range e.failures()[:min(len(e.failures()), 3)] {
		out.Failures = append(out.Failures, tool.ViewProcess(p))
	}
	out.Verdict, out.Summary = e.verdict(out.Causes)
	return &out, nil
}

// Cut shortens the log before anything else is lost.
func (o diagnoseServiceOut) Cut(n int) any {
	o.Log = o.Log[len(o.Log)-n:]
	o.Truncated = fmt.Sprintf("only the last %d lines of the log fit; get_deployment shows more", n)
	return o
}

// Len is how many log lines there are.
func (o diagnoseServiceOut) Len() int { return len(o.Log) }

// tail returns the last n lines.
func tail(lines []zerops.LogLine, n int) []zerops.LogLine { return lines[max(len(lines)-n, 0):] }

// verdict says in a word and a sentence how the service stands. It claims health
// only of what was read.
func (e *Evidence) verdict(causes []CauseView) (verdict, summary string) {
	name := tool.Clean(e.service.Name, 40)
	open := e.deployment != nil && e.deployment.Outcome(e.now) == zerops.DeploymentOpen
	switch {
	case open && !e.failed:
		return "working", fmt.Sprintf("a deployment of %q is under way (%s)", name, tool.Clean(e.deployment.Version.Status, 40))
	case len(causes) == 0 && e.errorsNow() >= manyErrors:
		return "warnings", fmt.Sprintf("%q runs, but wrote %d errors within the last %d minutes that no known cause explains", name, e.errorsNow(), int(burstTime.Minutes()))
	case len(causes) == 0 && len(e.incomplete) > 0:
		return "unknown", fmt.Sprintf("nothing wrong was found with %q, but not everything could be read", name)
	case len(causes) == 0:
		return "healthy", fmt.Sprintf("nothing wrong was found with %q in what was checked", name)
	case causes[0].Cause == "unknown":
		return "unknown", fmt.Sprintf("%q has a problem that no known cause explains; the evidence is all there is", name)
	case e.failed && len(causes) > 0:
		return "failing", fmt.Sprintf("the last deployment of %q did not come to its end: %s", name, causes[0].Explanation)
	}
	if causes[0].Confidence != high.String() && !e.service.Failed() {
		return "warnings", fmt.Sprintf("%q runs; what follows was seen and may matter: %s", name, causes[0].Explanation)
	}
	return "failing", fmt.Sprintf("%q: %s", name, causes[0].Explanation)
}

// concerns reports whether causes of a phase can explain where it failed.
func (e *Evidence) concerns(phase string) bool {
	if !e.failed {
		return phase == "runtime" || phase == "deploy" || phase == "resources" || phase == "environment" || phase == "subdomain" || phase == "platform"
	}
	switch e.stage {
	case "upload", "queue":
		return phase == "platform" || phase == "build"
	case "build":
		return phase == "build"
	case "prepare":
		return phase == "prepare"
	}
	return phase == "deploy" || phase == "readiness" || phase == "environment" || phase == "resources" || phase == "runtime"
}

// causePhase is the phase of a cause that is not known.
func (e *Evidence) causePhase() string {
	if !e.failed {
		return "runtime"
	}
	switch e.stage {
	case "build", "prepare", "deploy":
		return e.stage
	}
	return "platform"
}

// unexplained gathers what shows that something is wrong.
func (e *Evidence) unexplained() []string {
	var lines []string
	if e.failed {
		lines = append(lines, fmt.Sprintf("deployment %s: %s, %s", e.deployment.Version.ID, tool.Clean(e.deployment.Version.Status, 40), deployments.FailureText(*e.deployment, e.now)))
		for _, line := range tail(slices.Concat(e.Log.Build, e.Log.Prepare, e.Log.Runtime), 6) {
			lines = append(lines, deployments.LineText(line))
		}
	}
	if e.service.Failed() {
		lines = append(lines, "the service is "+tool.Clean(e.service.Status, 40))
	}
	for _, p := range e.failures()[:min(len(e.failures()), 2)] {
		lines = append(lines, processWords(p))
	}
	if len(lines) == 0 {
		return nil
	}
	for _, line := range tail(e.severe, 4) {
		lines = append(lines, deployments.LineText(line))
	}
	return shownEvidence(lines)
}

// errorsNow counts the errors that the application says it had of late.
func (e *Evidence) errorsNow() int {
	n := 0
	for _, en := range e.spoken {
		if en.kind == saying && (en.level == failing || en.level == unsaid && en.line.Severity <= zerops.SeverityError) && e.now.Sub(en.line.Time) < burstTime {
			n++
		}
	}
	return n
}

// nextLook is the call that shows more, where no remedy is known.
func (e *Evidence) nextLook() *tool.Next {
	if e.failed {
		return &tool.Next{Tool: "get_deployment", Arguments: tool.NextArgs{Deployment: e.deployment.Version.ID, LogLines: 200}}
	}
	return &tool.Next{Tool: "search_logs", Arguments: tool.NextArgs{Services: []string{e.service.ID}, Source: "runtime"}}
}

const (
	maxEvidence     = 5
	maxEvidenceText = 260
)

// shownEvidence cleans evidence, drops what repeats, and keeps it short.
func shownEvidence(lines []string) []string {
	var out []string
	for _, line := range lines {
		if line = tool.Clean(line, maxEvidenceText); line != "" && !slices.Contains(out, line) && len(out) < maxEvidence {
			out = append(out, line)
		}
	}
	return out
}

func processWords(p zerops.Process) string {
	words := tool.Clean(p.Action, 60) + " " + tool.Clean(p.Status, 20)
	if !p.Finished.IsZero() {
		words += " at " + p.Finished.UTC().Format(time.RFC3339)
	}
	if p.Failure != nil && p.Failure.Code != "" {
		words += " (" + tool.Clean(p.Failure.Code, 80) + ")"
	}
	if text := p.FailureText(); text != "" {
		words += ": " + tool.Clean(text, 200)
	}
	return words
}
