package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/facts/manifest"
	"zerops-mcp/zerops"
)

// situation is a service in trouble as the reads of diagnose_service show it.
type situation func(*Evidence)

// diagnosed is the evidence of a healthy service with the situation applied.
func diagnosed(changes ...situation) *Evidence {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	e := &Evidence{now: now, service: zerops.Service{ID: "S", Name: "app", Status: "ACTIVE", ProjectID: "P"}, project: zerops.Project{ID: "P", Status: "ACTIVE"}}
	e.service.Type.Category = "USER"
	e.service.Ports = []zerops.Port{{Port: 3000, Scheme: "http"}}
	e.containers = []zerops.Container{{Hostname: "app-1", Status: "ACTIVE"}}
	v := zerops.AppVersion{ID: "V", Status: zerops.VersionActive, Source: "CLI"}
	v.Created.Time, v.LastUpdate.Time = now.Add(-time.Hour), now.Add(-50*time.Minute)
	e.deployment = &zerops.Deployment{Version: v}
	for _, change := range changes {
		change(e)
	}
	return e
}

func lines(e *Evidence, texts []string) []zerops.LogLine {
	var out []zerops.LogLine
	for i, text := range texts {
		out = append(out, zerops.LogLine{Time: e.now.Add(time.Duration(i-len(texts)) * time.Second), Message: text, Severity: zerops.SeverityError})
	}
	return out
}

func broken(status string) situation {
	return func(e *Evidence) {
		e.deployment.Version.Status = status
		e.failed, e.stage = true, deployments.PhaseOf(e.deployment.Version)
		p := zerops.Process{ID: "X", Action: "stack.build", Status: "FAILED"}
		p.Created.Time, p.Finished.Time = e.now.Add(-time.Hour), e.now.Add(-time.Hour).Add(3*time.Second)
		e.deployment.Process = &p
	}
}

func refusedWith(code string) situation {
	return func(e *Evidence) {
		e.deployment.Process.Failure = &zerops.Reason{Code: code, Message: "told by the platform: build.base"}
	}
}

func saidInBuild(texts ...string) situation {
	return func(e *Evidence) { broken(zerops.VersionBuildFailed)(e); e.Log.Build = lines(e, texts) }
}

func saidInPrepare(texts ...string) situation {
	return func(e *Evidence) { broken(zerops.VersionPrepareFailed)(e); e.Log.Prepare = lines(e, texts) }
}

func saidAtStart(texts ...string) situation {
	return func(e *Evidence) { broken(zerops.VersionDeployFailed)(e); e.Log.Runtime = lines(e, texts) }
}

func saidWhileRunning(texts ...string) situation {
	return func(e *Evidence) { e.runtime = lines(e, texts); e.severe = e.runtime }
}

func variable(key, value string) situation {
	return func(e *Evidence) {
		e.variables = append(e.variables, zerops.Variable{Key: key, Content: zerops.NewSecret(value)})
	}
}

func neighbour(name, status string) situation {
	return func(e *Evidence) {
		s := zerops.Service{ID: "N-" + name, Name: name, Status: status}
		s.Type.Category = "STANDARD"
		e.siblings = append(e.siblings, s)
	}
}

func process(action, status, code string) situation {
	return func(e *Evidence) {
		p := zerops.Process{ID: "Q", Action: action, Status: status}
		p.Created.Time, p.Finished.Time = e.now.Add(-time.Minute), e.now.Add(-time.Minute)
		if code != "" {
			p.Failure = &zerops.Reason{Code: code, Message: "words"}
		}
		e.processes = append(e.processes, p)
	}
}

func used(cpu, ram, disk float64) situation {
	return func(e *Evidence) {
		for range 60 {
			e.usage = append(e.usage, zerops.Usage{SharedLimit: 1, SharedUsed: cpu, RAMLimit: 1, RAMUsed: ram, DiskLimit: 10, DiskUsed: 10 * disk})
		}
		e.service.CurrentAutoscaling = &zerops.Autoscaling{Vertical: &zerops.VerticalAutoscaling{Max: &zerops.Resources{RAMGB: new(1.0), DiskGB: new(10.0)}}}
		e.containers[0].Hardware.RAMMB, e.containers[0].Hardware.DiskGB = 1024, 10
	}
}

func TestCausesAreRecognised(t *testing.T) {
	t.Parallel()
	now := func(s situation) []situation { return []situation{s} }
	queued := broken(zerops.VersionWaitingToBuild)
	table := []struct {
		cause, confidence string
		seen              []situation
	}{
		{"credit_exhausted", "high", []situation{queued, refusedWith("creditLimitReached")}},
		{"variables_syncing", "high", []situation{broken(zerops.VersionUploading), refusedWith("userDataSyncRunning")}},
		{"yaml_missing", "high", []situation{queued, refusedWith("zeropsBuildFileNotFound")}},
		{"setup_missing", "high", []situation{broken(zerops.VersionValidationFailed), refusedWith("zeropsYamlSetupNotFound")}},
		{"base_unknown", "high", []situation{broken(zerops.VersionValidationFailed), refusedWith("zeropsYamlInvalidParameter")}},
		{"yaml_invalid", "high", []situation{broken(zerops.VersionValidationFailed), refusedWith("yamlValidationInvalidYaml"), func(e *Evidence) { e.deployment.Process.Failure.Message = "line 3" }}},
		{"git_authorization", "high", []situation{queued, refusedWith("githubAuthorizationRequired")}},
		{"git_unreadable", "high", []situation{queued, func(e *Evidence) {
			e.deployment.Version.PublicGit = &zerops.PublicGit{URL: "https://github.com/a/b.git"}
		}}},
		{"git_unreadable", "medium", []situation{queued, func(e *Evidence) { e.deployment.Version.Source = "GITHUB" }}},
		{"contention", "high", []situation{queued, refusedWith("projectWillBeStopped")}},
		{"platform_fault", "high", []situation{queued, refusedWith("internalServerError")}},
		{"project_not_running", "high", now(func(e *Evidence) { e.project.Status = "STOPPED" })},
		{"upload_unfinished", "high", now(broken(zerops.VersionUploading))},
		{"build_never_started", "medium", now(queued)},
		{"never_deployed", "high", now(func(e *Evidence) { e.deployment = nil; e.service.Status = "READY_TO_DEPLOY" })},
		{"service_stopped", "high", now(func(e *Evidence) { e.service.Status = "STOPPED" })},
		{"service_failed", "medium", now(func(e *Evidence) { e.service.Status = "FAILED" })},
		{"deployment_canceled", "medium", now(func(e *Evidence) {
			e.deployment.Version.Status, e.service.Status = zerops.VersionCancelled, "READY_TO_DEPLOY"
		})},
		{"subdomain_without_port", "high", []situation{process("stack.enableSubdomainAccess", "FAILED", "noSubdomainPorts"), func(e *Evidence) { e.service.Ports = nil }}},
		{"subdomain_already_enabled", "low", now(process("stack.enableSubdomainAccess", "FAILED", "noSubdomainPorts"))},
		{"domain_not_pointing", "high", now(func(e *Evidence) {
			e.routings = []zerops.HTTPRouting{{Domains: []zerops.RoutedDomain{{Name: "a.example.com", DNSStatus: "FAILED"}}, Routes: []zerops.RoutedLocation{{ServiceID: "S"}}}}
		})},

		{"build_timeout", "high", now(saidInBuild("build cancelled: maximum duration of 60 minutes exceeded"))},
		{"build_out_of_memory", "high", now(saidInBuild("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "Killed", "command [npm run build] failed with exit code 137"))},
		{"heap_limit_reached", "high", now(saidInBuild("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "Aborted (core dumped)"))},
		{"build_disk_full", "high", now(saidInBuild("write /cache/x: no space left on device"))},
		{"deploy_files_missing", "high", now(saidInBuild("deployFiles: no files match [dist/~]"))},
		{"dependency_conflict", "high", now(saidInBuild("npm error code ERESOLVE"))},
		{"dependency_conflict", "high", now(saidInBuild("ERROR: ResolutionImpossible: for help visit https://pip.pypa.io"))},
		{"lockfile_out_of_date", "high", now(saidInBuild("ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with \"frozen-lockfile\""))},
		{"lockfile_missing", "high", now(saidInBuild("npm error The `npm ci` command can only install with an existing package-lock.json"))},
		{"dependency_not_found", "high", now(saidInBuild("npm error 404 Not Found - GET https://registry.npmjs.org/lefpad"))},
		{"dependency_not_found", "high", now(saidInBuild("ERROR: No matching distribution found for djnago==9"))},
		{"registry_refused", "high", now(saidInBuild("npm error code E401"))},
		{"network_failure", "high", now(saidInBuild("npm error network request to https://x failed, reason: getaddrinfo EAI_AGAIN x"))},
		{"script_missing", "high", now(saidInBuild("npm error Missing script: \"biuld\""))},
		{"command_not_found", "high", now(saidInBuild("/bin/sh: pnpm: command not found"))},
		{"engine_mismatch", "high", now(saidInBuild("error some-package@3.1.0: The engine \"node\" is incompatible with this module."))},
		{"tests_failed", "high", now(saidInBuild("Test Suites: 1 failed, 3 passed, 4 total"))},
		{"compile_error", "high", now(saidInBuild("src/a.ts(41,17): error TS2345: wrong"))},
		{"compile_error", "high", now(saidInBuild("./main.go:12:2: undefined: fooo"))},
		{"build_permission", "medium", now(saidInBuild("sh: ./build.sh: Permission denied"))},
		{"build_variable_missing", "high", []situation{saidInBuild("Error: environment variable DATABASE_URL is required"), variable("DATABASE_URL", "x")}},
		{"build_command_failed", "medium", now(saidInBuild("something odd", "command [make] failed with exit code 3"))},

		{"package_not_found", "high", now(saidInPrepare("E: Unable to locate package imagemagik"))},
		{"prepare_command_not_found", "high", now(saidInPrepare("bash: locale-gen: command not found"))},
		{"wrong_package_manager", "high", now(saidInPrepare("bash: apt-get: command not found"))},
		{"prepare_permission", "high", now(saidInPrepare("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)"))},
		{"prepare_network_failure", "high", now(saidInPrepare("Temporary failure resolving 'deb.debian.org'"))},
		{"prepare_failed", "medium", now(saidInPrepare("something odd"))},

		{"start_file_missing", "high", now(saidAtStart("Error: Cannot find module '/var/www/dist/server.js'", "  code: 'MODULE_NOT_FOUND'"))},
		{"dependency_not_deployed", "high", now(saidAtStart("ModuleNotFoundError: No module named 'flask'"))},
		{"start_command_not_found", "high", now(saidAtStart("/bin/sh: gunicorn: command not found"))},
		{"wrong_architecture", "high", now(saidAtStart("sh: 1: ./server: Exec format error"))},
		{"glibc_too_old", "high", now(saidAtStart("./server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found"))},
		{"start_script_missing", "high", now(saidAtStart("npm error Missing script: \"start\""))},
		{"init_command_failed", "high", now(saidAtStart("initCommand [npm run migrate] failed with exit code 1"))},
		{"port_in_use", "high", now(saidAtStart("Error: listen EADDRINUSE: address already in use 0.0.0.0:3000"))},
		{"port_forbidden", "high", now(saidAtStart("Error: listen EACCES: permission denied 0.0.0.0:81"))},
		{"bound_to_loopback", "high", now(saidAtStart("Listening on 127.0.0.1:3000", "readiness check: connection refused"))},
		{"wrong_port", "high", now(saidAtStart("Server listening on port 8080", "readiness check: connection refused"))},
		{"wrong_port", "medium", now(saidAtStart("Server listening on 0.0.0.0:8080"))},
		{"readiness_failed", "high", []situation{saidAtStart("starting"), refusedWith("readinessCheckFailed")}},
		{"application_exited", "medium", now(saidAtStart("Main process exited, code=exited, status=1/FAILURE"))},
		{"silent_start_failure", "high", []situation{saidAtStart(), func(e *Evidence) {
			doc, err := manifest.ParseZerops("zerops:\n- setup: app\n  run: {envVariables: {HOSTNAME: 0.0.0.0}}\n")
			if e.yaml, _ = doc.Setup("app"); err != nil {
				panic(err)
			}
		}}},

		{"health_check_failed", "high", now(saidWhileRunning("container restarted: health check failed 3 times"))},
		{"database_unreachable", "medium", now(saidWhileRunning("Error: connect ECONNREFUSED 10.0.0.21:5432"))},
		{"database_host_is_localhost", "high", now(saidWhileRunning("Error: connect ECONNREFUSED 127.0.0.1:5432"))},
		{"dependency_stopped", "high", []situation{saidWhileRunning("could not connect to server: db:5432"), variable("DATABASE_URL", "${db_connectionString}"), neighbour("db", "STOPPED")}},
		{"database_login_refused", "high", now(saidWhileRunning("FATAL: password authentication failed for user \"app\""))},
		{"database_not_migrated", "high", now(saidWhileRunning("error: relation \"users\" does not exist"))},
		{"too_many_connections", "high", now(saidWhileRunning("FATAL: sorry, too many clients already"))},
		{"tls_failure", "medium", now(saidWhileRunning("Error: write EPROTO: ssl3_get_record:wrong version number"))},
		{"certificate_untrusted", "high", now(saidWhileRunning("Error: self signed certificate in certificate chain"))},
		{"file_not_writable", "medium", now(saidWhileRunning("Error: EROFS: read-only file system, open '/x'"))},
		{"container_failed", "medium", now(func(e *Evidence) { e.containers[0].Status = "FAILED" })},
		{"application_error", "low", now(saidWhileRunning("Traceback (most recent call last):"))},

		{"variable_missing", "high", now(saidAtStart("Error: required environment variable STRIPE_SECRET_KEY is not set"))},
		{"variable_missing", "medium", []situation{saidAtStart("KeyError: 'STRIPE_SECRET_KEY'"), variable("STRIPE_SECRET_KEY", "x")}},
		{"reference_unresolved", "high", now(saidAtStart("Error: getaddrinfo ENOTFOUND ${database_hostname}"))},
		{"reference_unresolved", "medium", []situation{variable("URL", "http://${apii_hostname}:3000"), neighbour("api", "ACTIVE")}},
		{"reference_to_itself", "medium", now(variable("API_URL", "${API_URL}"))},
		{"variable_key_refused", "high", now(process("stack.updateUserData", "FAILED", "userDataZeropsPrefixForbidden"))},
		{"variable_change_not_applied", "low", now(process("stack.updateUserData", "FINISHED", ""))},

		{"out_of_memory", "high", now(saidWhileRunning("Out of memory: Killed process 4711 (node)"))},
		{"disk_full", "high", now(saidWhileRunning("ERROR: could not extend file \"base/1\": No space left on device"))},
		{"memory_near_limit", "medium", now(used(0.1, 0.97, 0.1))},
		{"disk_near_limit", "medium", now(used(0.1, 0.1, 0.97))},
		{"cpu_saturated", "low", now(used(0.99, 0.1, 0.1))},
		{"too_many_files_open", "high", now(saidWhileRunning("Error: EMFILE: too many open files, open '/x'"))},
	}
	var all []string
	for i, tc := range table {
		t.Run(fmt.Sprintf("%d %s", i, tc.cause), func(t *testing.T) {
			t.Parallel()
			causes := diagnosed(tc.seen...).Diagnose()
			if len(causes) == 0 || causes[0].Cause != tc.cause || causes[0].Confidence != tc.confidence {
				t.Fatalf("causes %+v\nwant %s first, with %s confidence", causes, tc.cause, tc.confidence)
			}
			if len(causes[0].Evidence) == 0 || causes[0].Explanation == "" || causes[0].Next == nil || causes[0].Next.Tool == "" {
				t.Errorf("%+v lacks evidence, explanation or the next call", causes[0])
			}
		})
	}
	for _, c := range causes().causes {
		if !slices.Contains(all, c.name) {
			all = append(all, c.name)
		}
	}
	if len(all) < 110 {
		t.Errorf("%d distinct causes", len(all))
	}
	t.Logf("%d distinct causes", len(all))
}

func TestNothingIsDiagnosedWithoutEvidence(t *testing.T) {
	t.Parallel()
	chatter := saidWhileRunning("GET /healthz -> 200 in 2 ms", "listening on 0.0.0.0:3000", "job 12 done", "added 812 packages in 14s", "0 errors, 0 warnings", "connected to database", "cache miss for ${key}")
	if causes := diagnosed(chatter, variable("DATABASE_URL", "${db_connectionString}"), neighbour("db", "ACTIVE"), used(0.2, 0.5, 0.4)).Diagnose(); len(causes) > 0 {
		t.Errorf("a healthy service has causes: %+v", causes)
	}
	causes := diagnosed(saidInBuild("it went wrong in a new way")).Diagnose()
	if len(causes) != 1 || causes[0].Cause != "unknown" || !strings.Contains(strings.Join(causes[0].Evidence, "\n"), "it went wrong in a new way") {
		t.Errorf("a failure that nothing explains gives %+v, want unknown with the log", causes)
	}
}

func TestOldErrorsOfARunningServiceAreNoMoreThanAWarning(t *testing.T) {
	t.Parallel()
	e := diagnosed(saidWhileRunning("Error: connect ECONNREFUSED 10.0.0.21:5432"))
	e.severe[0].Time = e.now.Add(-2 * time.Hour)
	causes := e.Diagnose()
	if len(causes) != 1 || causes[0].Confidence != "low" {
		t.Errorf("causes %+v, want one of low confidence", causes)
	}
	if verdict, _ := e.verdict(causes); verdict != "warnings" {
		t.Errorf("verdict %s, want warnings", verdict)
	}
}

func TestManyErrorsAreNotHealth(t *testing.T) {
	t.Parallel()
	texts := make([]string, 40)
	for i := range texts {
		texts[i] = fmt.Sprintf("ERROR order %d lost its way", i)
	}
	e := diagnosed(saidWhileRunning(texts...))
	if verdict, summary := e.verdict(e.Diagnose()); verdict == "healthy" {
		t.Errorf("forty errors within a minute are %s: %s", verdict, summary)
	}
}

// FuzzDiagnose reads whatever a service in trouble wrote, in turn while it was
// built, prepared, started and run.
func FuzzDiagnose(f *testing.F) {
	stages := []func(...string) situation{saidInBuild, saidInPrepare, saidAtStart, saidWhileRunning}
	for i := range stages {
		f.Add(uint8(i), "Error: connect ECONNREFUSED 127.0.0.1:5432 ${db_x}", "listening on port 99999999999")
		f.Add(uint8(i), "missing environment variable A_", "${")
		f.Add(uint8(i), "\x1b[31m[::]:", "port ")
	}
	f.Fuzz(func(t *testing.T, stage uint8, a, b string) {
		said := stages[int(stage)%len(stages)]
		for _, c := range diagnosed(said(a, b), variable("K", a), neighbour("db", "STOPPED")).Diagnose() {
			if len(c.Evidence) == 0 || len(c.Evidence) > maxEvidence {
				t.Errorf("%s has %d lines of evidence", c.Cause, len(c.Evidence))
			}
			for _, line := range c.Evidence {
				if strings.ContainsAny(line, "\x1b\n") {
					t.Errorf("%q is not clean", line)
				}
			}
		}
	})
}
