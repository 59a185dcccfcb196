package simulator

import (
	"fmt"
	"time"
)

// seedScenario makes the newest deployment of a service one that went wrong in the
// way of a scenario.
func (w *world) seedScenario(s *service, name string) *version {
	p := w.projectOf(s)
	text := sampleYaml(s, []int{3000})
	setup := must(findSetup(text, "", s.name))
	now, status := w.now, s.status
	w.now = maxTime(w.born.Add(-20*time.Minute), w.now.Add(-10*time.Minute))
	v := w.seedBuild(p, s, setup, text, "CLI", name)
	if name == "private-git" {
		v.source, v.git = "GIT", &gitSource{host: "public", url: "https://github.com/northwind/private-" + s.name, branch: "main"}
		w.versions.put(v.id, v)
	}
	w.now = now
	found, _ := scenarioNamed(name)
	if bad := found.failure(s); bad.stage == stageRun {
		w.sicken(s, v, bad)
	}
	if status != "ACTIVE" && status != "READY_TO_DEPLOY" {
		w.setStatus(s, status)
	}
	return v
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Scenario is a service in trouble that SeedScenario has made.
type Scenario struct {
	// ProjectID and Project, ServiceID and Service say where.
	ProjectID, Project, ServiceID, Service string
	// DeploymentID is the version that failed; for a fault of the running application
	// the one that runs.
	DeploymentID string
}

// SeedScenario adds a project of the first organisation with one service whose last
// deployment went wrong in the way of the named scenario (see Scenarios): the status
// of the version, the error of the process, the notification and the log lines are
// those that a person would find.
func (s *Simulator) SeedScenario(name string) (Scenario, error) {
	if _, ok := scenarioNamed(name); !ok {
		return Scenario{}, fmt.Errorf("simulator: no scenario %q", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.world
	w.advance(s.cfg.clock())
	lag, born := w.seeding, w.born
	w.seeding, w.born = true, w.now
	defer func() { w.seeding, w.born = lag, born }()
	o, _ := w.orgs.get(w.orgs.order[0])
	var made *service
	var v *version
	p := w.seedProject(o, projectDraft{name: "case-" + name, ipv4Shared: true}, 10*day, seeded{name: "db", kind: "postgresql:single@18"})
	w.ago(9*day, func() {
		made = w.seedService(p, seeded{name: "app", kind: "nodejs@22", containers: 1, builds: 2})
	})
	v = w.seedScenario(made, name)
	w.processes.reindex()
	w.versions.reindex()
	return Scenario{ProjectID: p.id, Project: p.name, ServiceID: made.id, Service: made.name, DeploymentID: v.id}, nil
}

// FailNextDeploy makes the next deployment of a service go wrong in the way of the
// named scenario (see Scenarios).
func (s *Simulator) FailNextDeploy(serviceID, name string) error {
	if _, ok := scenarioNamed(name); !ok {
		return fmt.Errorf("simulator: no scenario %q", name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.world.services.get(serviceID)
	if !ok {
		return fmt.Errorf("simulator: no service %q", serviceID)
	}
	row.scenario = name
	return nil
}
