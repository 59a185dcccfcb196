package simulator

import "time"

// seedShop makes the projects of the first organisation: a shop and what grows
// around one.
func (w *world) seedShop(o *org) {
	w.seedEshop(o)
	w.seedBackOffice(o)
	w.seedTrouble(o)
	w.seedHostile(o)
}

// seedProject makes a project of a given age, with its system services.
func (w *world) seedProject(o *org, draft projectDraft, age time.Duration, services ...seeded) *project {
	var p *project
	w.ago(age, func() {
		p = w.addProject(o, draft)
		w.addSystemServices(p)
		w.pastProcess(p, nil, "project.create", projectCreateTime, nil, actorOf(w.principals[OwnerToken].user), nil)
		for _, spec := range services {
			w.seedService(p, spec)
		}
		w.pastHousekeeping(p)
	})
	return p
}

// pastHousekeeping adds a row of the platform's own, which nobody wants to see.
func (w *world) pastHousekeeping(p *project) {
	row := w.pastProcess(p, nil, "zL7Master.sync", 2*time.Second, nil, systemActor(), nil)
	row.executor = "L7_MASTER"
}

func (w *world) seedEshop(o *org) {
	limit := 120.0
	production := w.seedProject(o, projectDraft{name: "eshop-production", description: "The shop. Ask #ops before touching anything.", mode: "SERIOUS", tags: []string{"production", "protected", "eshop"}, ipv4Shared: false}, 640*day,
		seeded{name: "db", kind: "postgresql:ha@18"},
		seeded{name: "cache", kind: "valkey:single@7.2"},
		seeded{name: "search", kind: "meilisearch:single@1.20"},
		seeded{name: "queue", kind: "nats:ha@2.12"},
		seeded{name: "files", kind: "object-storage", objectGB: 50},
		seeded{name: "uploads", kind: "shared-storage"},
		seeded{
			name: "app", kind: "nodejs@22", containers: 3, builds: 8, source: "GITHUB", mounts: []string{"uploads"},
			env: [][2]string{{"NODE_OPTIONS", "--max-old-space-size=768"}, {"FEATURE_NEW_CART", "true"}}, secretEnv: []string{"STRIPE_SECRET_KEY", "SESSION_SECRET"},
			custom: scaling{minRAM: 1, maxRAM: 4, minContainers: 2, maxContainers: 6},
		},
		seeded{name: "api", kind: "nodejs@22", containers: 2, builds: 5, source: "GITHUB", public: true, secretEnv: []string{"JWT_PRIVATE_KEY"}},
		seeded{name: "worker", kind: "nodejs@22", containers: 1, builds: 5, source: "GITHUB", ports: []int{8090}, hostileLog: true},
		seeded{name: "admin", kind: "php-nginx@8.4", containers: 1, builds: 3, public: true, ports: []int{80}},
	)
	production.creditLimit = &limit
	production.ipv4 = "203.0.113.24"
	w.seedProjectEnv(production)
	w.seedProcess(production, "app", "stack.restart", 26*time.Hour, nil)
	w.seedProcess(production, "api", "stack.updateUserData", 90*time.Minute, nil)
	w.seedProcess(production, "admin", "stack.enableSubdomainAccess", 5*time.Hour, &problem{"noSubdomainPorts", "No subdomain ports"})

	staging := w.seedProject(o, projectDraft{name: "eshop-staging", description: "Deploys from main, resets every Sunday.", tags: []string{"staging", "eshop"}, ipv4Shared: true}, 610*day,
		seeded{name: "db", kind: "postgresql:single@18"},
		seeded{name: "cache", kind: "valkey:single@7.2"},
		seeded{name: "files", kind: "object-storage", objectGB: 5},
		seeded{name: "app", kind: "nodejs@22", containers: 1, builds: 4, source: "GITHUB", public: true, secretEnv: []string{"STRIPE_SECRET_KEY"}},
		seeded{name: "api", kind: "nodejs@22", containers: 1, builds: 12, source: "GITHUB", public: true, secretEnv: []string{"JWT_PRIVATE_KEY"}},
		seeded{name: "worker", kind: "nodejs@22", containers: 1, builds: 2, ports: []int{8090}},
	)
	w.seedProjectEnv(staging)

	w.seedProject(o, projectDraft{name: "eshop-preview-142", tags: []string{"preview", "eshop"}, ipv4Shared: true}, 3*day,
		seeded{name: "db", kind: "postgresql:single@18"},
		seeded{name: "app", kind: "nodejs@22"},
		seeded{name: "api", kind: "nodejs@22", builds: 1, containers: 1},
	)
	w.seedProject(o, projectDraft{name: "payments", description: "PCI scope", mode: "SERIOUS", tags: []string{"production", "protected"}, ipv4Shared: false}, 480*day,
		seeded{name: "db", kind: "postgresql:ha@17"},
		seeded{name: "core", kind: "java@21", containers: 2, builds: 4, source: "GITLAB", ports: []int{8080}, secretEnv: []string{"ACQUIRER_API_KEY"}},
		seeded{name: "ledger", kind: "rust@stable", containers: 1, builds: 3, source: "GITLAB", ports: []int{9000}},
	)
}

func (w *world) seedBackOffice(o *org) {
	w.seedProject(o, projectDraft{name: "analytics", tags: []string{"production"}, ipv4Shared: true}, 300*day,
		seeded{name: "collector", kind: "go@1", containers: 2, builds: 4, public: true, ports: []int{8080}},
		seeded{name: "dashboard", kind: "python@3.12", containers: 1, builds: 3, public: true, ports: []int{8000}},
		seeded{name: "warehouse", kind: "clickhouse:single@25.3"},
		seeded{name: "stream", kind: "kafka:single@3.8"},
	)
	w.seedProject(o, projectDraft{name: "blog", ipv4Shared: true}, 700*day,
		seeded{name: "ghost", kind: "nodejs@20", containers: 1, builds: 2, public: true, ports: []int{2368}},
		seeded{name: "db", kind: "mariadb@10.6"},
	)
	w.seedProject(o, projectDraft{name: "landing", description: "Campaign pages", ipv4Shared: true}, 220*day,
		seeded{name: "web", kind: "static@1", containers: 1, builds: 3, public: true, ports: []int{8080}},
	)
	w.seedProject(o, projectDraft{name: "landing", description: "Campaign pages, second try", tags: []string{"draft"}, ipv4Shared: true}, 40*day,
		seeded{name: "web", kind: "static@1", containers: 1, builds: 1, public: true, ports: []int{8080}},
	)
	w.seedProject(o, projectDraft{name: "docs-site", ipv4Shared: true}, 500*day,
		seeded{name: "docs", kind: "static@1", containers: 1, builds: 2, public: true, ports: []int{8080}},
		seeded{name: "search", kind: "typesense:single@27.1"},
	)
	w.seedProject(o, projectDraft{name: "support-desk", tags: []string{"internal"}, ipv4Shared: true}, 350*day,
		seeded{name: "db", kind: "mariadb:single@11.4"},
		seeded{name: "cache", kind: "valkey:single@7.2"},
		seeded{name: "app", kind: "ruby@3.4", containers: 2, builds: 3, public: true},
		seeded{name: "jobs", kind: "ruby@3.4", containers: 1, builds: 3, ports: []int{7433}},
		seeded{name: "mail", kind: "go@1", containers: 1, builds: 1, ports: []int{2525}},
	)
	w.seedProject(o, projectDraft{name: "mobile-api", tags: []string{"production"}, ipv4Shared: true}, 260*day,
		seeded{name: "db", kind: "postgresql:single@16"},
		seeded{name: "cache", kind: "valkey:single@7.2"},
		seeded{name: "gateway", kind: "go@1", containers: 2, builds: 5, public: true, ports: []int{8080}},
		seeded{name: "push", kind: "elixir@1.16", containers: 1, builds: 3, ports: []int{4000}},
		seeded{name: "images", kind: "bun@1.2", containers: 1, builds: 3, ports: []int{3000}},
	)
	w.seedProject(o, projectDraft{name: "internal-tools", tags: []string{"internal"}, ipv4Shared: true}, 410*day,
		seeded{name: "db", kind: "postgresql@16"},
		seeded{name: "wiki", kind: "php-apache@8.3", containers: 1, builds: 2, ports: []int{80}, public: true},
		seeded{name: "chatbot", kind: "python@3.12", containers: 1, builds: 2, ports: []int{8000}},
		seeded{name: "cron", kind: "alpine@3.20", containers: 1, builds: 1, ports: []int{9999}},
	)
	w.seedProject(o, projectDraft{name: "partner-portal", ipv4Shared: true}, 120*day,
		seeded{name: "web", kind: "dotnet@9", containers: 1, builds: 2, public: true, ports: []int{5000}},
		seeded{name: "search", kind: "elasticsearch:single@9.2"},
	)
}

// seedTrouble makes projects in which something is wrong or under way.
func (w *world) seedTrouble(o *org) {
	crm := w.seedProject(o, projectDraft{name: "legacy-crm", description: "Switched off, kept for the auditors.", tags: []string{"archive"}, ipv4Shared: true}, 880*day,
		seeded{name: "app", kind: "php-apache@8.1", builds: 2, containers: 1, status: "STOPPED", ports: []int{80}},
		seeded{name: "db", kind: "mariadb@10.6", status: "STOPPED"},
	)
	crm.status = "STOPPED"
	w.projects.put(crm.id, crm)

	w.seedProject(o, projectDraft{name: "ml-experiments", tags: []string{"research"}, ipv4Shared: true}, 90*day,
		seeded{name: "vectors", kind: "qdrant:single@1.12"},
		seeded{name: "trainer", kind: "python@3.14", containers: 1, builds: 3, status: "FAILED", ports: []int{8000}, scenario: "oom-kill"},
		seeded{name: "notebook", kind: "python@3.12", containers: 1, builds: 2, status: "ACTION_FAILED", ports: []int{8888}},
		seeded{name: "serving", kind: "python@3.12", builds: 2, containers: 1, ports: []int{8000}, scenario: "readiness"},
		seeded{name: "labeling", kind: "nodejs@22", builds: 2, containers: 1, scenario: "npm-install"},
	)

	fresh := w.seedProject(o, projectDraft{name: "spring-campaign", tags: []string{"preview"}, ipv4Shared: true}, 4*time.Minute,
		seeded{name: "web", kind: "nodejs@24", status: "CREATING"},
		seeded{name: "db", kind: "postgresql:single@18", status: "NEW"},
		seeded{name: "cache", kind: "valkey:single@7.2"},
	)
	w.seedOpenProcess(fresh, "web", "stack.create", processRunning)
	w.seedOpenProcess(fresh, "db", "stack.create", processPending)

	data := w.seedProject(o, projectDraft{name: "data-warehouse", tags: []string{"internal"}, ipv4Shared: true}, 200*day,
		seeded{name: "db", kind: "postgresql:single@17", custom: scaling{minDisk: 20}},
		seeded{name: "etl", kind: "python@3.12", containers: 1, builds: 4, ports: []int{8000}},
		seeded{name: "reports", kind: "nodejs@20", status: "STOPPED", containers: 1, builds: 2},
		seeded{name: "lake", kind: "object-storage", objectGB: 100},
	)
	w.seedBuilding(data, "etl")
	w.seedReleaseTrain(o)
}

// seedReleaseTrain makes a project whose services are all somewhere else in their
// pipelines: the newest version of each is in the status that stands beside it.
func (w *world) seedReleaseTrain(o *org) {
	stages := []struct{ name, status string }{
		{"edge", versionUploading},
		{"sync", versionWaitingBuild},
		{"mail", versionInvalid},
		{"images", versionPreparing},
		{"video", versionPrepareFailed},
		{"jobs", versionWaitingDeploy},
		{"api", versionDeploying},
		{"docs", versionCancelled},
	}
	var services []seeded
	for _, at := range stages {
		services = append(services, seeded{name: at.name, kind: "nodejs@24", containers: 1, builds: 1, source: "GITLAB"})
	}
	p := w.seedProject(o, projectDraft{name: "release-train", description: "One service per stage of a pipeline.", tags: []string{"ci"}, ipv4Shared: true}, 20*day, services...)
	for _, at := range stages {
		s := w.serviceNamed(p, at.name)
		v := w.newVersion(s, "GITLAB", at.status, actorOf(w.principals[AdminToken].user))
		begun := w.now.Add(-90 * time.Second)
		v.created, v.yaml, v.git = begun, sampleYaml(s, []int{3000}), commitOf(s.gitlab, "gitlab", v.sequence)
		v.build = &build{pipelineStart: &begun, typeVersionID: s.versionID, typeVersionName: s.base}
		switch at.status {
		case versionUploading:
			v.build = nil
		case versionInvalid, versionPrepareFailed, versionCancelled:
			v.build.pipelineFailed = w.at()
			v.processID = w.pastProcess(p, s, "stack.build", 80*time.Second, &problem{"buildFailed", "Pipeline ended as " + at.status}, *v.by, v).id
		default:
			row := w.seedOpenProcess(p, at.name, "stack.build", processRunning)
			row.versionID, v.processID = v.id, row.id
			w.processes.put(row.id, row)
		}
		w.versions.put(v.id, v)
	}
}

// seedProjectEnv gives a project variables of its own.
func (w *world) seedProjectEnv(p *project) {
	w.addProjectEnv(p, "LOG_LEVEL", "info", false)
	w.addProjectEnv(p, "PUBLIC_ORIGIN", "https://shop.example.com", false)
	w.addProjectEnv(p, "SENTRY_DSN", "https://"+w.secret("sentry")+"@errors.example.com/12", true)
}

func (w *world) seedProcess(p *project, host, action string, age time.Duration, cause *problem) {
	s := w.serviceNamed(p, host)
	w.ago(age, func() {
		w.pastProcess(p, s, action, 14*time.Second, cause, actorOf(w.principals[AdminToken].user), nil)
	})
}

// seedOpenProcess adds a process that does not end by itself.
func (w *world) seedOpenProcess(p *project, host, action, status string) *process {
	s := w.serviceNamed(p, host)
	row := &process{
		id: w.ids.next(), clientID: p.clientID, projectID: p.id, serviceID: s.id, services: []string{s.id}, status: status, action: action,
		sequence: w.nextSequence(), created: w.now.Add(-2 * time.Minute), lastUpdate: w.now, by: actorOf(w.principals[OwnerToken].user), executor: "MAIN",
	}
	if status == processRunning {
		started := row.created.Add(time.Second)
		row.started = &started
	}
	w.processes.put(row.id, row)
	return row
}

// seedBuilding adds a build that is under way and does not end by itself.
func (w *world) seedBuilding(p *project, host string) {
	s := w.serviceNamed(p, host)
	v := w.newVersion(s, "CLI", versionBuilding, actorOf(w.principals[AdminToken].user))
	begun := w.now.Add(-40 * time.Second)
	v.created, v.uploaded, v.yaml = begun, true, sampleYaml(s, []int{8000})
	v.build = &build{pipelineStart: &begun, containerStart: &begun, start: &begun, typeVersionID: s.versionID, typeVersionName: s.base}
	w.useBuildStack(s, v)
	v.log = buildLog(s, nil, nil)[:5]
	row := w.seedOpenProcess(p, host, "stack.build", processRunning)
	row.versionID, v.processID = v.id, row.id
	w.versions.put(v.id, v)
	w.processes.put(row.id, row)
}
