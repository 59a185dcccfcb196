package simulator

import (
	"fmt"
	"strings"
	"time"
)

// validate finds what the platform finds: unknown bases, wrong durations, what a
// build has to have. It does not find unknown keys or a missing run section. on is
// the type of the service, which a setup without a base of its own runs on.
func (w *world) validate(setup *yamlSetup, building bool, on ...string) []*apiError {
	var found []*apiError
	bad := func(field, format string, args ...any) {
		found = append(found, withFields("zeropsYamlInvalidParameter", "Invalid parameter", map[string][]string{field: {fmt.Sprintf(format, args...)}}))
	}
	if building {
		for _, base := range setup.Build.Base {
			if !w.buildBase(base) {
				bad("build.base", "unknown base [%s]", base)
			}
		}
		if setup.Build.DeployFiles == nil && setup.Build.Deploy == nil {
			found = append(found, withFields("zeropsYamlMissingParameter", "Missing parameter", map[string][]string{"parameter": {"build.deployFiles"}}))
		}
	}
	if setup.Run.Base != "" {
		on = []string{setup.Run.Base}
		if kind, _, err := w.namedType(setup.Run.Base); err != nil || !kind.runtime() {
			bad("run.base", "unknown base [%s]", setup.Run.Base)
		}
	}
	for _, p := range setup.Run.Ports {
		if !allowedPort(p.Port, strings.Join(on, " ")) {
			bad("run.ports.port", "port %d is not allowed", p.Port)
		}
	}
	for name, check := range map[string]*yamlCheck{"deploy.readinessCheck": setup.Deploy.ReadinessCheck, "run.healthCheck": setup.Run.HealthCheck} {
		if check == nil {
			continue
		}
		for field, text := range check.durations() {
			if d, err := time.ParseDuration(text); text != "" && (err != nil || d < 10*time.Second || d > time.Hour) {
				bad(name+"."+field, "must be a duration between 10s and 1h")
			}
		}
	}
	sortBy(found, func(a, b *apiError) int { return strings.Compare(fmt.Sprint(a.meta), fmt.Sprint(b.meta)) })
	return found
}

func (c *yamlCheck) durations() map[string]string {
	return map[string]string{
		"failureTimeout": c.FailureTimeout, "retryPeriod": c.RetryPeriod, "execPeriod": c.ExecPeriod,
		"disconnectTimeout": c.DisconnectTimeout, "recoveryTimeout": c.RecoveryTimeout,
	}
}

// buildBase reports what code can be built in: a runtime, or what only builds.
func (w *world) buildBase(base string) bool {
	kind, _, err := w.namedType(base)
	return err == nil && (kind.runtime() || kind.category == "BUILD")
}

// allowedPort knows that 80 and 443 are taken, but for PHP, which listens on 80, and
// for Docker, where the platform takes them although nothing answers on the network
// of its host (platform §7.2, §10.2).
func allowedPort(port int, on string) bool {
	switch port {
	case 80:
		return strings.Contains(on, "php") || strings.Contains(on, "docker")
	case 443:
		return strings.Contains(on, "docker")
	}
	return port >= 10 && port <= 65435
}
