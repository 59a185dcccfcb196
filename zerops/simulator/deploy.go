package simulator

import (
	"slices"
	"strings"
	"time"
)

// How long the phases of a pipeline take on the platform (platform §5).
const (
	buildQueueTime   = 3 * time.Second
	buildStartTime   = 12 * time.Second
	buildTime        = 75 * time.Second
	prepareTime      = 40 * time.Second
	deployTime       = 30 * time.Second
	rollbackTime     = 55 * time.Second
	emptyDeployTime  = 8 * time.Second
	deadPipelineTime = 600 * time.Millisecond
)

// keptBackups is how many former versions the platform keeps for a rollback.
const keptBackups = 10

// newVersion adds a version of a service.
func (w *world) newVersion(s *service, source, status string, by actor) *version {
	v := &version{
		id: w.ids.next(), clientID: s.clientID, projectID: s.projectID, serviceID: s.id, source: source, status: status,
		created: w.now, lastUpdate: w.now, by: &by, tellsYaml: w.tellsYaml,
	}
	for _, other := range w.versionsOf(s.id) {
		v.sequence = max(v.sequence, other.sequence)
	}
	v.sequence++
	w.versions.put(v.id, v)
	return v
}

// setVersion moves a version to another status.
func (w *world) setVersion(v *version, status string) {
	v.status, v.lastUpdate = status, w.now
	w.versions.put(v.id, v)
}

// at is the present as a time that can be stored.
func (w *world) at() *time.Time {
	now := w.now
	return &now
}

// pipeline builds and deploys a version. Where it fails and with what words is
// decided by the failure, if there is one.
func (w *world) pipeline(s *service, v *version, setup *yamlSetup, by actor) *process {
	bad := w.nextFailure(s, v, setup)
	p := w.start(job{
		action: "stack.build", project: w.projectOf(s), services: []*service{s}, version: v, by: by, takes: deployTime,
		begin: func() {
			v.build = &build{pipelineStart: w.at(), typeVersionID: s.versionID, typeVersionName: s.base}
			w.setVersion(v, versionWaitingBuild)
		},
		phases: w.buildPhases(s, v, setup, bad),
		finish: func() {
			w.activate(s, v, setup)
			if bad != nil && bad.stage == stageRun {
				w.sicken(s, v, *bad)
			}
		},
		fail: func(cause problem) { w.pipelineFailed(s, v, cause) },
	})
	v.processID = p.id
	w.versions.put(v.id, v)
	return p
}

// buildPhases are the steps between the queue and the activation.
func (w *world) buildPhases(s *service, v *version, setup *yamlSetup, bad *failure) []phase {
	fails := func(in stage) *problem {
		if bad == nil || bad.stage != in {
			return nil
		}
		v.runtimeLog = bad.runtime
		cause := bad.problem
		return &cause
	}
	phases := []phase{
		{takes: buildQueueTime, work: func() *problem {
			if cause := fails(stageQueue); cause != nil {
				return cause
			}
			w.useBuildStack(s, v)
			v.build.containerStart = w.at()
			w.setVersion(v, versionBuilding)
			return nil
		}},
		{takes: buildStartTime, work: func() *problem {
			v.build.start = w.at()
			v.log = buildLog(s, setup, bad)
			w.versions.put(v.id, v)
			return nil
		}},
		{takes: buildTime, work: func() *problem {
			v.build.end = w.at()
			if cause := fails(stageBuild); cause != nil {
				return cause
			}
			v.build.cacheSnapshot = w.ids.next()
			s.cacheSnapshot = v.build.cacheSnapshot
			return nil
		}},
	}
	if setup != nil && len(setup.Run.PrepareCommands) > 0 || bad != nil && bad.stage == stagePrepare {
		phases = append(phases, w.preparePhases(s, v, setup, bad, fails)...)
	}
	return append(phases,
		phase{takes: time.Second, work: func() *problem { w.setVersion(v, versionWaitingDeploy); return nil }},
		phase{takes: time.Second, work: func() *problem {
			v.build.pipelineFinish = w.at()
			w.setVersion(v, versionDeploying)
			return nil
		}},
		phase{takes: deployTime / 2, work: func() *problem { return fails(stageDeploy) }},
	)
}

func (w *world) preparePhases(s *service, v *version, setup *yamlSetup, bad *failure, fails func(stage) *problem) []phase {
	return []phase{
		{takes: time.Second, work: func() *problem {
			stack := w.systemStack(s, "prepare_runtime", "prepareruntime", &s.prepareStack)
			v.prepare = &prepare{stackID: stack.id, stackName: stack.name, containerStart: w.at(), start: w.at()}
			v.prepareLog = prepareLog(setup, bad)
			w.setVersion(v, versionPreparing)
			return nil
		}},
		{takes: prepareTime, work: func() *problem {
			v.prepare.end = w.at()
			cause := fails(stagePrepare)
			if cause != nil {
				v.prepare.reason = cause.message
			}
			return cause
		}},
	}
}

// useBuildStack gives a version the one build stack that its service keeps for all
// its builds.
func (w *world) useBuildStack(s *service, v *version) {
	stack := w.systemStack(s, "build", "build"+s.name, &s.buildStack)
	v.build.stackID, v.build.stackName = stack.id, stack.name
}

// systemStack finds or makes a helper stack of a service.
func (w *world) systemStack(s *service, kind, name string, id *string) *service {
	if stack, ok := w.services.get(*id); ok {
		return stack
	}
	t := w.typeWithID(kind)
	stack := &service{
		id: w.ids.next(), innerID: w.ids.next(), projectID: s.projectID, clientID: s.clientID, name: name, status: "ACTIVE",
		typ: t, versionID: t.versions[0].id, base: t.versions[0].name, system: true, created: w.now, lastUpdate: w.now,
	}
	w.services.put(stack.id, stack)
	*id = stack.id
	w.services.put(s.id, s)
	return stack
}

// activate makes a version the running one: the one before becomes a backup, new
// containers take over, ports and variables are those of the new version.
func (w *world) activate(s *service, v *version, setup *yamlSetup) {
	if old, ok := w.versions.get(s.activeVersion); ok && old.id != v.id {
		old.kept = w.userVariables(s)
		w.setVersion(old, versionBackup)
	}
	v.activated = w.at()
	w.setVersion(v, versionActive)
	s.activeVersion = v.id
	if setup != nil {
		v.baked, v.ports = setup.variables(), s.kind().listening(setup.ports())
	}
	if v.ports != nil {
		if !slices.Equal(s.ports, v.ports) {
			s.portsOpenAt = w.now.Add(w.scaled(portsTime))
		}
		s.ports = v.ports
	}
	w.bake(s, v)
	for _, box := range w.containersOf(s) {
		w.containers.remove(box.id)
	}
	w.addContainers(s, max(s.effectiveScaling().minContainers, 1))
	w.setStatus(s, "ACTIVE")
	w.restarted(s)
	w.refreshSubdomain(s)
	w.dropOldBackups(s)
}

// bake shows the variables of zerops.yaml among those of the service.
func (w *world) bake(s *service, v *version) {
	for _, known := range w.variablesOf(s.projectID, s.id) {
		if known.baked {
			w.variables.remove(known.id)
		}
	}
	for _, b := range v.baked {
		w.addVariable(&variable{clientID: s.clientID, projectID: s.projectID, serviceID: s.id, key: b.key, content: b.content, baked: true})
	}
}

func (w *world) dropOldBackups(s *service) {
	var kept []*version
	for _, v := range w.versionsOf(s.id) {
		if v.status == versionBackup {
			kept = append(kept, v)
		}
	}
	for len(kept) > keptBackups {
		w.versions.remove(kept[0].id)
		kept = kept[1:]
	}
}

// pipelineFailed gives a version the status of the phase in which it failed. One
// that never got a build container stays where it is, for ever; a failed deploy
// leaves the version before it running (platform §4.5).
func (w *world) pipelineFailed(s *service, v *version, cause problem) {
	if v.build != nil && v.build.containerStart != nil {
		v.build.pipelineFailed = w.at()
	}
	status := v.status
	switch v.status {
	case versionWaitingBuild:
		if cause.code == "zeropsYamlSetupNotFound" || strings.HasPrefix(cause.code, "zeropsYaml") {
			status = versionInvalid
			v.build.pipelineFailed = w.at()
		}
	case versionBuilding:
		status = versionBuildFailed
	case versionPreparing:
		status = versionPrepareFailed
	case versionDeploying, versionWaitingDeploy:
		status = versionDeployFailed
	}
	if cause.code == "processCanceled" {
		status = versionCancelled
	}
	w.setVersion(v, status)
	if s.status != "ACTIVE" && s.status != "READY_TO_DEPLOY" && s.activeVersion == "" {
		w.setStatus(s, "READY_TO_DEPLOY")
	}
}

// deployOnly puts code into the containers without a build: an artifact, or a
// former version again.
func (w *world) deployOnly(s *service, v *version, setup *yamlSetup, action string, takes time.Duration, by actor) *process {
	before := v.status
	bad := w.nextFailure(s, v, setup)
	p := w.start(job{
		action: action, project: w.projectOf(s), services: []*service{s}, version: v, by: by, takes: takes,
		begin: func() { w.setVersion(v, versionDeploying) },
		phases: []phase{{takes: takes / 2, work: func() *problem {
			if bad == nil || bad.stage != stageDeploy {
				return nil
			}
			v.runtimeLog = bad.runtime
			return &bad.problem
		}}},
		finish: func() { w.activate(s, v, setup) },
		fail: func(problem) {
			if before == versionBackup {
				w.setVersion(v, versionBackup)
				return
			}
			w.setVersion(v, versionDeployFailed)
		},
	})
	v.processID = p.id
	w.versions.put(v.id, v)
	return p
}

// startEmpty activates a version without code. On a running service it takes the
// place of the code that runs.
func (w *world) startEmpty(s *service, by actor) *process {
	v := w.newVersion(s, "NONE", versionWaitingDeploy, by)
	return w.deployOnly(s, v, nil, "stack.deploy", emptyDeployTime, by)
}

// buildFromGit builds from a public repository. A private one, or an address that
// ends in .git, dies within a second and leaves no log and no reason.
func (w *world) buildFromGit(s *service, url, setupName, text string, by actor) *process {
	v := w.newVersion(s, "GIT", versionWaitingBuild, by)
	v.git = &gitSource{host: "public", url: url, branch: "main", setup: setupName}
	v.yaml = text
	if text == "" {
		v.yaml = repositoryYaml(s, setupName)
	}
	if strings.HasSuffix(url, ".git") || strings.Contains(url, "private") {
		p := w.start(job{
			action: "stack.build", project: w.projectOf(s), services: []*service{s}, version: v, by: by, takes: deadPipelineTime,
			doomed: &problem{},
		})
		v.processID = p.id
		return p
	}
	setup, _ := findSetup(v.yaml, setupName, s.name)
	return w.pipeline(s, v, setup, by)
}

// repositoryYaml stands for the zerops.yaml that a public repository contains.
func repositoryYaml(s *service, setupName string) string {
	if setupName == "" {
		setupName = s.name
	}
	return "zerops:\n  - setup: " + setupName + "\n    build:\n      base: " + s.base + "\n      buildCommands:\n        - make build\n" +
		"      deployFiles: ./\n    run:\n      base: " + s.base + "\n      ports:\n        - port: 3000\n          httpSupport: true\n      start: ./start\n"
}

// rollback takes a former version back into use, with the variables of zerops.yaml
// and of the users as they were when it ran.
func (w *world) rollback(s *service, v *version, by actor) *process {
	p := w.deployOnly(s, v, nil, "stack.deploy.backup", rollbackTime, by)
	finish := p.job.finish
	p.job.finish = func() {
		kept := v.kept
		finish()
		w.replaceVariables(kept, w.variablesOf(s.projectID, s.id), variable{clientID: s.clientID, projectID: s.projectID, serviceID: s.id})
	}
	return p
}

// userVariables are the variables that users made for a service.
func (w *world) userVariables(s *service) []envBody {
	var entries []envBody
	for _, v := range w.variablesOf(s.projectID, s.id) {
		if !v.system && !v.baked {
			entries = append(entries, envBody{Key: v.key, Content: v.content, Sensitive: v.sensitive})
		}
	}
	return entries
}

// sicken makes a running service fail after a good deploy.
func (w *world) sicken(s *service, v *version, bad failure) {
	v.runtimeLog = bad.runtime
	w.setVersion(v, v.status)
	cause := bad.problem
	w.pastProcess(w.projectOf(s), s, "stack.repair", 20*time.Second, &cause, systemActor(), nil)
	if cause.code != "healthCheckFailed" {
		w.setStatus(s, "CONTAINER_FAILED")
	}
}
