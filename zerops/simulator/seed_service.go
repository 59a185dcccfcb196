package simulator

import (
	"fmt"
	"strings"
	"time"
)

// seeded is a service of the seeded account.
type seeded struct {
	name, kind string
	status     string
	containers int
	public     bool
	builds     int
	source     string
	env        [][2]string
	secretEnv  []string
	custom     scaling
	objectGB   float64
	mounts     []string
	ports      []int
	scenario   string
	hostileLog bool
}

// seedService makes a service with the past that its spec asks for.
func (w *world) seedService(p *project, spec seeded) *service {
	kind, found, err := w.resolveType(spec.kind)
	must(kind, err)
	s := w.addService(p, serviceDraft{name: spec.name, kind: kind, version: found, custom: spec.custom, objectGB: spec.objectGB})
	by := actorOf(w.principals[OwnerToken].user)
	w.pastProcess(p, s, "stack.create", createTime, nil, by, nil)
	var draft serviceDraft
	draft.mounts = spec.mounts
	for _, pair := range spec.env {
		draft.variables = append(draft.variables, envBody{Key: pair[0], Content: pair[1]})
	}
	for _, key := range spec.secretEnv {
		draft.variables = append(draft.variables, envBody{Key: key, Content: w.secret("value"), Sensitive: true})
	}
	w.provision(s, draft)
	if kind.runtime() && spec.builds > 0 {
		w.seedBuilds(p, s, spec)
	}
	if spec.public {
		s.subdomain, s.subdomainShown = true, true
	}
	w.refreshSubdomain(s)
	if spec.containers > 0 {
		w.addContainers(s, spec.containers)
	}
	if spec.status != "" {
		w.setStatus(s, spec.status)
	}
	if spec.scenario != "" {
		w.seedScenario(s, spec.scenario)
	}
	s.hostileLog = spec.hostileLog
	w.services.put(s.id, s)
	return s
}

// seedBuilds gives a runtime a past of builds: the last one runs, those before it
// are backups, the second of many failed.
func (w *world) seedBuilds(p *project, s *service, spec seeded) {
	ports := spec.ports
	if len(ports) == 0 {
		ports = []int{3000}
	}
	text, setup := sampleYaml(s, ports), sampleSetup(s, ports)
	created := w.now
	for i := range spec.builds {
		// From the creation to three hours ago, evenly.
		span := w.born.Add(-3 * time.Hour).Sub(created)
		w.now = created.Add(span * time.Duration(i+1) / time.Duration(spec.builds))
		if w.now.After(w.born.Add(-time.Minute)) {
			w.now = w.born.Add(-time.Minute)
		}
		name := ""
		if i == 1 && spec.builds > 3 {
			name = "npm-install"
		}
		w.seedBuild(p, s, setup, text, spec.source, name)
	}
	w.now = created
}

// seedBuild makes one finished build, failed in the way of the named scenario.
func (w *world) seedBuild(p *project, s *service, setup *yamlSetup, text, source, scenarioName string) *version {
	by := actorOf(w.principals[OwnerToken].user)
	if source == "" {
		source = "CLI"
	}
	v := w.newVersion(s, source, versionActive, by)
	v.yaml, v.uploaded = text, true
	v.git = w.seedGit(s, source, v.sequence)
	bad := failure{}
	if found, ok := scenarioNamed(scenarioName); ok {
		bad = found.failure(s)
	}
	begun := w.now
	moment := func(d time.Duration) *time.Time { t := begun.Add(d); return &t }
	v.build = &build{typeVersionID: s.versionID, typeVersionName: s.base, pipelineStart: moment(0)}
	status := versionActive
	took := 2 * time.Minute
	switch bad.stage {
	case stageQueue:
		took, status = deadPipelineTime, versionWaitingBuild
		if bad.problem.code == "zeropsYamlSetupNotFound" || bad.problem.code == "zeropsYamlInvalidParameter" {
			status, v.build.pipelineFailed = versionInvalid, moment(took)
		}
		if bad.problem.code == "userDataSyncRunning" {
			status, v.build = versionUploading, nil
		}
	default:
		w.useBuildStack(s, v)
		v.build.containerStart, v.build.start, v.build.end = moment(3*time.Second), moment(15*time.Second), moment(90*time.Second)
		v.log = buildLog(s, setup, &bad)
		v.runtimeLog = bad.runtime
		switch bad.stage {
		case stageBuild:
			status, v.build.pipelineFailed = versionBuildFailed, moment(took)
		case stagePrepare:
			stack := w.systemStack(s, "prepare_runtime", "prepareruntime", &s.prepareStack)
			status, v.build.pipelineFailed = versionPrepareFailed, moment(took)
			v.prepare = &prepare{stackID: stack.id, stackName: stack.name, containerStart: moment(91 * time.Second), start: moment(92 * time.Second), end: moment(took), reason: bad.problem.message}
			v.prepareLog = prepareLog(setup, &bad)
		case stageDeploy:
			status, v.build.pipelineFailed = versionDeployFailed, moment(took)
			v.build.pipelineFinish = moment(100 * time.Second)
		default:
			v.build.pipelineFinish = moment(100 * time.Second)
		}
	}
	var cause *problem
	if bad.stage != stageNone && bad.stage != stageRun {
		cause = &bad.problem
	}
	w.now = begun.Add(took)
	v.lastUpdate = w.now
	process := w.pastProcess(p, s, "stack.build", took, cause, by, v)
	process.created, process.started = begun, moment(pendingTime)
	v.processID = process.id
	if status == versionActive {
		w.activate(s, v, setup)
	} else {
		w.setVersion(v, status)
	}
	return v
}

// seedGit connects a seeded service to a repository and says what its version was
// built from.
func (w *world) seedGit(s *service, source string, sequence int) *gitSource {
	connected := &repository{fullName: "northwind/" + s.name, eventType: "BRANCH", branch: "main", active: true, userID: w.principals[OwnerToken].user.id}
	switch source {
	case "GITHUB":
		s.github = connected
		return commitOf(connected, "github", sequence)
	case "GITLAB":
		s.gitlab = connected
		return commitOf(connected, "gitlab", sequence)
	default:
		return nil
	}
}

// commitOf is the newest commit of a connected repository.
func commitOf(from *repository, host string, sequence int) *gitSource {
	return &gitSource{
		host: host, fullName: from.fullName, event: from.eventType, branch: from.branch, setup: from.setup, pusher: "marek",
		commit: fmt.Sprintf("%07x", 0x3f2a91c+sequence*7919),
	}
}

// pastProcess adds a process that ends now.
func (w *world) pastProcess(p *project, s *service, action string, took time.Duration, cause *problem, by actor, v *version) *process {
	finished := w.now
	started := finished.Add(-took)
	row := &process{
		id: w.ids.next(), clientID: p.clientID, projectID: p.id, status: processFinished, action: action, sequence: w.nextSequence(),
		created: started, started: &started, finished: &finished, lastUpdate: finished, by: by, bySystem: by.kind == "SYSTEM", executor: "MAIN",
	}
	if s != nil {
		row.serviceID, row.services = s.id, []string{s.id}
	}
	if v != nil {
		row.versionID = v.id
	}
	if cause != nil {
		row.status = processFailed
		if cause.code != "" {
			row.problem = cause
		}
	}
	w.processes.put(row.id, row)
	if cause != nil {
		w.notify(row)
	}
	return row
}

// sampleYaml is the zerops.yaml of a seeded runtime.
func sampleYaml(s *service, ports []int) string {
	text := "zerops:\n  - setup: " + s.name + "\n    build:\n      base: " + s.base + "\n      buildCommands:\n        - npm ci\n        - npm run build\n" +
		"      deployFiles:\n        - dist\n        - node_modules\n        - package.json\n      cache: node_modules\n    run:\n      base: " + s.base + "\n      ports:\n"
	var opened strings.Builder
	for _, number := range ports {
		fmt.Fprintf(&opened, "        - port: %d\n          httpSupport: true\n", number)
	}
	return text + opened.String() + "      envVariables:\n        NODE_ENV: production\n        DATABASE_URL: ${db_connectionString}\n      start: node dist/main.js\n"
}

// sampleSetup is what sampleYaml says, which need not be read again for each of
// the many services of an account.
func sampleSetup(s *service, ports []int) *yamlSetup {
	setup := &yamlSetup{Setup: s.name}
	setup.Build.Base, setup.Run.Base = yamlNames{s.base}, s.base
	setup.Build.BuildCommands = []string{"npm ci", "npm run build"}
	setup.Build.DeployFiles = yamlNames{"dist", "node_modules", "package.json"}
	for _, number := range ports {
		setup.Run.Ports = append(setup.Run.Ports, yamlPort{Port: number, HTTPSupport: true})
	}
	setup.Run.EnvVariables = map[string]string{"NODE_ENV": "production", "DATABASE_URL": "${db_connectionString}"}
	setup.Run.Start = "node dist/main.js"
	return setup
}

// must is for what the seeded account is made of: a mistake there is a fault of the
// build.
func must[T any](value T, err error) T {
	if err != nil {
		panic("simulator: " + err.Error())
	}
	return value
}
