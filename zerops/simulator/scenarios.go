package simulator

import (
	"fmt"
	"slices"
)

// scenario is a way in which a deployment goes wrong that a test can ask for.
type scenario struct {
	name string
	// what says in a sentence what a person would find out.
	what    string
	failure func(s *service) failure
}

// Scenarios returns the names that SeedScenario and FailNextDeploy know, each with
// a sentence about the cause.
func Scenarios() map[string]string {
	names := make(map[string]string)
	for _, known := range scenarios() {
		names[known.name] = known.what
	}
	return names
}

func scenarioNamed(name string) (scenario, bool) {
	if name == "" {
		return scenario{}, false
	}
	all := scenarios()
	i := slices.IndexFunc(all, func(known scenario) bool { return known.name == name })
	if i < 0 {
		return scenario{}, false
	}
	return all[i], true
}

// lines makes log lines of one severity.
func lines(severity int, texts ...string) []scriptLine {
	made := make([]scriptLine, len(texts))
	for i, text := range texts {
		made[i] = scriptLine{severity: severity, text: text}
	}
	return made
}

func scenarios() []scenario {
	always := func(f failure) func(*service) failure { return func(*service) failure { return f } }
	return []scenario{
		{name: "missing-setup", what: "zerops.yaml has no setup for this service", failure: func(s *service) failure {
			return failure{stage: stageQueue, problem: problem{"zeropsYamlSetupNotFound", fmt.Sprintf("Setup [%s] not found in zerops.yaml", s.name)}}
		}},
		{name: "bad-base", what: "build.base names a version that does not exist", failure: always(failure{
			stage: stageQueue, problem: problem{"zeropsYamlInvalidParameter", "Invalid parameter [build.base]: unknown base [nodejs@99]"},
		})},
		{name: "npm-install", what: "npm ci cannot resolve the dependencies", failure: always(failure{
			stage: stageBuild, problem: problem{"buildFailed", "Build command failed"},
			build: append(lines(6, "> npm ci"), lines(3,
				"npm error code ERESOLVE", "npm error ERESOLVE could not resolve", "npm error",
				"npm error While resolving: react-dom@19.0.0", "npm error Found: react@18.3.1",
				"npm error Could not resolve dependency: peer react@\"^19.0.0\" from react-dom@19.0.0",
				"npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log",
				"command [npm ci] failed with exit code 1")...),
		})},
		{name: "compile-error", what: "the compiler refuses the code", failure: always(failure{
			stage: stageBuild, problem: problem{"buildFailed", "Build command failed"},
			build: append(lines(6, "> tsc --project tsconfig.build.json"), lines(3,
				"src/orders/total.ts(41,17): error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.",
				"Found 1 error.", "command [npm run build] failed with exit code 2")...),
		})},
		{name: "deploy-files", what: "build.deployFiles names a folder that the build did not make", failure: always(failure{
			stage: stageBuild, problem: problem{"buildFailed", "Deploy files not found"},
			build: lines(3, "deployFiles: no files match [dist/~]", "artifact could not be created"),
		})},
		{name: "build-oom", what: "the build container ran out of memory", failure: always(failure{
			stage: stageBuild, problem: problem{"buildFailed", "Build command failed"},
			build: append(lines(6, "> vite build", "transforming (2841) src/pages/catalog/[slug].tsx"), lines(3,
				"FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "Killed", "command [npm run build] failed with exit code 137")...),
		})},
		{name: "build-timeout", what: "the build did not end within an hour", failure: always(failure{
			stage: stageBuild, problem: problem{"buildTimeout", "Build exceeded the maximum duration of 60 minutes"},
			build: lines(4, "waiting for lock /root/.cache/pip/selfcheck.lock", "still waiting (58m12s)", "build cancelled: maximum duration of 60 minutes exceeded"),
		})},
		{name: "disk-full", what: "there is no space left in the container", failure: always(failure{
			stage: stageBuild, problem: problem{"buildFailed", "Build command failed"},
			build: lines(3, "tar: ./node_modules/.cache/webpack/0.pack: Cannot write: No space left on device", "ENOSPC: no space left on device, write", "command [npm run package] failed with exit code 2"),
		})},
		{name: "prepare-failed", what: "a run.prepareCommands command failed", failure: always(failure{
			stage: stagePrepare, problem: problem{"prepareRuntimeFailed", "Prepare command failed with exit code 100"},
			build: lines(3, "E: Unable to locate package imagemagik", "command [apt-get install -y imagemagik] failed with exit code 100"),
		})},
		{name: "wrong-start", what: "run.start names a file that is not there", failure: always(failure{
			stage: stageDeploy, problem: problem{"deployFailed", "Application did not start"},
			runtime: lines(3, "node:internal/modules/cjs/loader:1228", "  throw err;", "Error: Cannot find module '/var/www/dist/server.js'",
				"    at Module._resolveFilename (node:internal/modules/cjs/loader:1225:15)", "  code: 'MODULE_NOT_FOUND'", "Main process exited, code=exited, status=1/FAILURE"),
		})},
		{name: "readiness", what: "nothing answers on the port of the readiness check", failure: always(failure{
			stage: stageDeploy, problem: problem{"readinessCheckFailed", "Readiness check failed: GET http://127.0.0.1:3000/status: connection refused"},
			runtime: append(lines(6, "listening on 127.0.0.1:8080"), lines(4, "readiness check: connect to port 3000: connection refused (attempt 30 of 30)")...),
		})},
		{name: "health-check", what: "the running application does not pass its health check", failure: always(failure{
			stage: stageRun, problem: problem{"healthCheckFailed", "Health check failed: HTTP 503"},
			runtime: append(lines(4, "healthcheck GET /healthz -> 503 in 2004 ms", "healthcheck GET /healthz -> 503 in 2001 ms"),
				lines(3, "pool exhausted: 20 connections in use, 57 waiting", "container restarted: health check failed 3 times")...),
		})},
		{name: "oom-kill", what: "the application was killed because it used more memory than its limit", failure: always(failure{
			stage: stageRun, problem: problem{"containerFailed", "Container failed"},
			runtime: append(lines(6, "processing import batch 17 of 40 (312 MB in memory)"), lines(3,
				"Out of memory: Killed process 4711 (node) total-vm:1893244kB, anon-rss:498212kB", "Main process exited, code=killed, status=9/KILL")...),
		})},
		{name: "missing-variable", what: "the application needs a variable that is not set", failure: always(failure{
			stage: stageDeploy, problem: problem{"deployFailed", "Application did not start"},
			runtime: lines(3, "Error: required environment variable STRIPE_SECRET_KEY is not set", "    at loadConfig (/var/www/dist/config.js:18:11)", "Main process exited, code=exited, status=1/FAILURE"),
		})},
		{name: "unresolved-reference", what: "a ${…} reference in zerops.yaml stayed literal", failure: always(failure{
			stage: stageDeploy, problem: problem{"deployFailed", "Application did not start"},
			runtime: lines(3, "Error: getaddrinfo ENOTFOUND ${database_hostname}", "    at GetAddrInfoReqWrap.onlookup (node:dns:109:26)", "Main process exited, code=exited, status=1/FAILURE"),
		})},
		{name: "private-git", what: "the repository is private: the pipeline died without a log", failure: always(failure{stage: stageQueue})},
		{name: "stuck-waiting", what: "the pipeline died before a build container existed", failure: always(failure{
			stage: stageQueue, problem: problem{"unableToCreateProcess", "Unable to create process"},
		})},
		{name: "credit", what: "the organisation has no credit left", failure: always(failure{
			stage: stageQueue, problem: problem{"creditLimitReached", "Credit limit reached"},
		})},
		{name: "sync-running", what: "variables were being synchronised when the deploy was asked for", failure: always(failure{
			stage: stageQueue, problem: problem{"userDataSyncRunning", "User data synchronization is running"},
		})},
	}
}
