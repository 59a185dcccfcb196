package diagnose

import (
	"cmp"
	"slices"
	"strings"
)

// Scores of what does not come from the words of a log. The platform's reason and what
// was computed from the state stand above words, but where the reason is a mere symptom.
const (
	scoreCode     = 50
	scoreSymptom  = 35
	scoreComputed = 14 // beside ten for each step of confidence
	scoreConcerns = 15 // the phase that failed
)

// ranked is a cause that was found, with what orders it.
type ranked struct {
	CauseView
	score, order int
	symptom      bool
	words        bool // nothing but words of a log
}

// Diagnose looks for all causes and ranks them. With a problem that none explains, it
// says so and shows the evidence; without a problem it is empty.
func (e *Evidence) Diagnose() []CauseView {
	e.listen()
	t := causes()
	var found []ranked
	specific := map[string]bool{} // phases with a cause that is more than a symptom
	explained := false            // whether one of them explains where it failed
	for n := range t.causes {
		r, ok := e.consider(&t.causes[n], n)
		if !ok {
			continue
		}
		if !r.symptom && r.Confidence != low.String() {
			specific[r.Phase] = true
			explained = explained || e.concerns(r.Phase)
		}
		found = append(found, r)
	}
	found = slices.DeleteFunc(found, func(r ranked) bool { return r.symptom && (specific[r.Phase] || explained && e.concerns(r.Phase)) })
	slices.SortStableFunc(found, func(a, b ranked) int { return cmp.Or(b.score-a.score, a.order-b.order) })
	views := exclusive(found[:min(len(found), maxCauses)])
	if len(views) == 0 {
		if unknown := e.unexplained(); len(unknown) > 0 {
			views = append(views, CauseView{
				Cause: "unknown", Explanation: "Something is wrong that none of the known causes explains. This is all the evidence there is.",
				Phase: e.causePhase(), Confidence: low.String(), Evidence: unknown, Next: e.nextLook(),
			})
		}
	}
	return views
}

// consider looks for one cause.
func (e *Evidence) consider(c *cause, n int) (ranked, bool) {
	f := e.look(c, n)
	if len(f.evidence) == 0 {
		return ranked{}, false
	}
	if !e.failed && !e.service.Failed() && e.recovered(f.times, c.phase == "resources") {
		f.score -= int(f.confidence-low) * scoreWeight
		f.confidence = low
	}
	phase := c.phase
	switch {
	case strings.HasPrefix(f.source, "build log"):
		phase = "build"
	case strings.HasPrefix(f.source, "prepare log"):
		phase = "prepare"
	case f.source == "the platform:" && e.failed && (e.stage == "build" || e.stage == "prepare") && !strings.HasPrefix(c.phase, "platform"):
		phase = e.stage
	case f.source == "application log" && (c.phase == "build" || c.phase == "prepare"):
		phase = "runtime"
		if e.failed {
			phase = "deploy"
		}
	}
	if e.failed && !e.concerns(phase) && f.confidence < high {
		return ranked{}, false // something else that may be wrong too
	}
	view := CauseView{Cause: c.name, Explanation: c.explanation, Phase: phase, Confidence: f.confidence.String(), Evidence: shownEvidence(f.evidence), Next: f.next}
	if f.explanation != "" {
		view.Explanation = f.explanation
	}
	if view.Next == nil && c.next != nil {
		view.Next = c.next(e)
	}
	score := f.score
	if score == 0 {
		score = int(f.confidence)*scoreWeight + scoreComputed
		if f.confidence == low {
			score = scoreWeight
		}
	}
	if e.concerns(phase) {
		score += scoreConcerns
	}
	return ranked{view, score, f.order, c.symptom, f.source != "" && f.score < scoreCode}, true
}

// look gathers what is known of a cause: words, codes of the platform, and what is
// computed from the rest.
func (e *Evidence) look(c *cause, n int) finding {
	f := e.saidOf(n)
	if lines := e.code(c.codes...); len(lines) > 0 {
		f.evidence = append(lines, f.evidence...)
		f.confidence, f.source = high, ""
		f.score = max(f.score, scoreCode)
		if c.symptom {
			f.score = scoreSymptom
		}
		if c.vague {
			f.confidence = medium
		}
	}
	if c.root && f.confidence >= medium && (e.reasonText() != "" || e.code("build*") != nil) {
		f.score = scoreCode + scoreReason // what the platform met is what this led to
	}
	return e.compute(c.name, f)
}

// exclusive leaves high confidence to the first cause of a phase: the others explain the
// same failure, and their remedies exclude each other.
func exclusive(found []ranked) []CauseView {
	views := []CauseView{}
	certain := map[string]bool{}
	for _, r := range found {
		if r.Confidence == high.String() {
			if certain[r.Phase] || r.words && len(certain) > 0 {
				r.Confidence = medium.String()
			}
			certain[r.Phase] = true
		}
		views = append(views, r.CauseView)
	}
	return views
}

// compute adds to what was said of a cause, or replaces it, where more than words tell.
func (e *Evidence) compute(name string, said finding) finding {
	switch name {
	case "base_unknown":
		return baseUnknown(e)
	case "git_unreadable":
		return deadGit(e)
	case "project_not_running":
		return projectNotRunning(e)
	case "upload_unfinished":
		return uploadUnfinished(e)
	case "build_never_started":
		return buildNeverStarted(e)
	case "never_deployed":
		return neverDeployed(e)
	case "service_stopped":
		return serviceStopped(e)
	case "service_failed":
		return serviceFailed(e)
	case "deployment_canceled":
		return deploymentCanceled(e)
	case "restart_failed":
		return restartFailed(e)
	}
	return e.computeOfPhases(name, said)
}

// computeOfPhases is compute for the causes of the later phases.
func (e *Evidence) computeOfPhases(name string, said finding) finding {
	switch name {
	case "build_timeout":
		return buildTimeout(e, said)
	case "build_variable_missing":
		return missingInBuild(e, said)
	case "build_command_failed":
		return buildCommandFailed(e, said)
	case "prepare_failed":
		return prepareFailed(e)
	case "silent_start_failure":
		return silentStartFailure(e)
	case "bound_to_loopback":
		return boundToLoopback(e)
	case "wrong_port":
		return wrongPort(e)
	case "container_failed":
		return containerFailed(e)
	case "dependency_stopped":
		return stoppedDependency(e, said)
	case "service_host_unknown":
		return unknownHost(e, said)
	case "blocked_host_name":
		return blockedHost(said)
	case "dev_dependencies_skipped":
		return devDependencies(e, said)
	case "process_exits_at_once":
		return exitsAtOnce(e, said)
	case "migration_order_wrong":
		return migrationOrder(e, said)
	case "package_index_missing":
		return packageIndex(e, said)
	case "tests_failed":
		if said.confidence == high {
			said.score += scoreBlock // what tests print are often errors that they make
		}
	}
	return e.computeOfState(name, said)
}

// computeOfState is compute for variables, resources and addresses.
func (e *Evidence) computeOfState(name string, said finding) finding {
	switch name {
	case "variable_missing":
		return missingVariable(e, said)
	case "reference_unresolved":
		return unresolvedReference(e, said)
	case "reference_to_itself":
		return referenceToItself(e)
	case "variable_change_not_applied":
		return staleVariables(e)
	case "out_of_memory":
		return outOfMemory(e, said)
	case "memory_near_limit":
		return memoryNearLimit(e)
	case "disk_near_limit":
		return diskNearLimit(e)
	case "cpu_saturated":
		return cpuSaturated(e)
	case "subdomain_without_port":
		return subdomainWithoutPort(e)
	case "subdomain_already_enabled":
		return subdomainAlreadyEnabled(e)
	case "domain_not_pointing":
		return domainNotPointing(e)
	}
	return said
}
