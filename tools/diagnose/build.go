package diagnose

import (
	"fmt"
	"strings"
	"time"

	"zerops-mcp/tools/facts/deployments"
)

// inBuild finds lines of the build log of a build that failed.
func inBuild(c confidence, patterns ...string) func(*evidence) finding {
	return func(e *evidence) finding {
		if !e.failed || e.stage != "build" {
			return finding{}
		}
		return because(c, e.building(patterns...)...)
	}
}

// buildRules recognise why a build fails.
func buildRules() []rule {
	return []rule{
		{
			cause: "build_timeout", phase: "build", next: nextBuildLog,
			explanation: "The build took longer than the 60 minutes a pipeline may take. Look for a command that waits for something.",
			find: func(e *evidence) finding {
				if !e.failed {
					return finding{}
				}
				lines := e.code("buildTimeout", "buildTimeLimitExceeded")
				lines = append(lines, e.building("maximum duration", "build timed out", "exceeded the maximum&build")...)
				if b := e.deployment.Version.Build; b != nil && !b.Started.IsZero() && !b.PipelineFailed.IsZero() && b.PipelineFailed.Sub(b.Started.Time) >= 59*time.Minute {
					lines = append(lines, fmt.Sprintf("the build ran for %s", b.PipelineFailed.Sub(b.Started.Time).Round(time.Minute)))
				}
				return because(high, lines...)
			},
		},
		{
			cause: "build_out_of_memory", phase: "build", next: nextBuildLog,
			explanation: "The build ran out of memory (a build container has up to 8 GB). Build less at once, or limit the tool, such as NODE_OPTIONS=--max-old-space-size.",
			find: inBuild(high, "heap out of memory", "heap limit allocation failed", "exit code 137", "signal: killed", "out of memory", "cannot allocate memory", "oomkilled",
				"java.lang.outofmemoryerror", "virtual memory exhausted"),
		},
		{
			cause: "build_disk_full", phase: "build", next: nextBuildLog,
			explanation: "The build container has no space left. Keep caches and artefacts out, or clear the build cache.",
			find:        inBuild(high, "no space left on device", "enospc", "disk quota exceeded"),
		},
		{
			cause: "deploy_files_missing", phase: "build", next: nextYAML("build.deployFiles"),
			explanation: "build.deployFiles names a path that the build did not make. Compare it with where the build writes its result.",
			find:        inBuild(high, "deployfiles&no files", "deployfiles&not found", "deployfiles&does not exist", "deploy files not found", "artifact could not be created"),
		},
		{
			cause: "dependency_conflict", phase: "build", next: nextBuildLog,
			explanation: "The dependencies contradict each other, so the package manager installs nothing. Align their versions.",
			find: inBuild(high, "eresolve", "conflicting peer dependency", "resolutionimpossible", "conflicting dependencies", "your requirements could not be resolved",
				"version solving failed", "failed to select a version for", "unable to resolve dependency tree"),
		},
		{
			cause: "lockfile_out_of_date", phase: "build", next: nextBuildLog,
			explanation: "The lock file does not fit the list of dependencies. Install locally once and commit the lock file.",
			find: inBuild(high, "in sync&package-lock", "err_pnpm_outdated_lockfile", "install with \"frozen-lockfile\"", "lockfile&frozen", "lockfile would have been modified",
				"lock file&not up to date", "poetry.lock&changed", "pyproject.toml changed significantly", "missing go.sum entry", "updates to go.mod needed", "lock file needs to be updated"),
		},
		{
			cause: "lockfile_missing", phase: "build", next: nextBuildLog,
			explanation: "The install command needs a lock file that is not in the code that was sent. Commit it, and check that no ignore rule keeps it out.",
			find:        inBuild(high, "ci&command can only install with an existing package-lock", "enolock", "no lockfile found", "err_pnpm_no_lockfile"),
		},
		{
			cause: "dependency_not_found", phase: "build", next: nextBuildLog,
			explanation: "A dependency, or the version asked for, does not exist in the registry.",
			find: inBuild(high, "npm err&404", "npm error&404", "code e404", "code etarget", "no matching version found", "no matching distribution found", "could not find a version that satisfies",
				"err_pnpm_fetch_404", "unknown revision", "no required module provides package", "package&not found in registry", "could not find gem", "could not find artifact",
				"no matching package named", "couldn't find any versions"),
		},
		{
			cause: "registry_refused", phase: "build", next: nextEnv,
			explanation: "A package registry or repository asked for credentials. Give the build a token through a variable; the build sees service variables only with the prefix RUNTIME_.",
			find: inBuild(high, "code e401", "code e403", "401 unauthorized", "403 forbidden", "authentication required", "could not read username", "permission denied (publickey)",
				"err_pnpm_fetch_401", "terminal prompts disabled", "invalid username or"),
		},
		{
			cause: "network_failure", phase: "build", next: nextOn("deploy_service"),
			explanation: "The build could not reach a server it needs. If the address is right, deploying again usually helps.",
			find: inBuild(medium, "etimedout", "econnreset", "eai_again", "enotfound", "temporary failure in name resolution", "could not resolve host", "tls handshake timeout",
				"i/o timeout", "connection timed out", "socket hang up", "network is unreachable", "503 service unavailable"),
		},
		{
			cause: "script_missing", phase: "build", next: nextYAML("build.buildCommands"),
			explanation: "build.buildCommands calls a script or target that does not exist.",
			find: inBuild(high, "missing script:", "err_pnpm_no_script", "command \"&\" not found", "no rule to make target", "task&not found in root project", "couldn't find a script named",
				"command&is not defined"),
		},
		{
			cause: "command_not_found", phase: "build", next: nextYAML("build.prepareCommands"),
			explanation: "A build command is not installed in the build container. Choose a build.base that has it, or install it in build.prepareCommands.",
			find:        inBuild(high, "command not found", "exit code 127", ": not found", "executable file not found", "no such file or directory: '"),
		},
		{
			cause: "engine_mismatch", phase: "build", next: nextYAML("build.base"),
			explanation: "The code wants another version of its language than build.base gives.",
			find: inBuild(high, "ebadengine", "unsupported engine", "engine \"node\" is incompatible", "requires go >=", "requires a different python", "requires php", "requires python", "unsupported class file major version",
				"rustc&is not supported", "go.mod requires go"),
		},
		{
			cause: "tests_failed", phase: "build", next: nextBuildLog,
			explanation: "Tests fail, and the build runs them.",
			find: inBuild(medium, "tests failed", "test suites:&failed", "failures=", "=== failures ===", "--- fail:", "test run failed", "assertionerror", "failed tests", "tests&failing",
				"there are test failures"),
		},
		{
			cause: "compile_error", phase: "build", next: nextBuildLog,
			explanation: "The compiler or bundler refuses the code.",
			find: inBuild(high, "error ts", "syntaxerror", "syntax error", "cannot find symbol", "undefined: ", "error[e", "compilation failed", "failed to compile", "build failed with", "module not found: error",
				"rollup failed to resolve", "could not compile", "error cs", "parse error:", "unexpected token", "type error:", "compilation error"),
		},
		{
			cause: "build_permission", phase: "build", next: nextBuildLog,
			explanation: "A build command may not read, write or execute a file. Check its mode, and that scripts are executable.",
			find:        inBuild(medium, "eacces", "permission denied", "operation not permitted"),
		},
		{
			cause: "build_variable_missing", phase: "build", next: nextEnv,
			explanation: "The build misses a variable. Builds see build.envVariables, and service variables only as RUNTIME_NAME.",
			find:        missingInBuild,
		},
		{
			cause: "build_command_failed", phase: "build", generic: true, next: nextBuildLog,
			explanation: "A build command ended with an error; the last lines of the log say which.",
			find: func(e *evidence) finding {
				if !e.failed || e.stage != "build" {
					return finding{}
				}
				lines := e.building("failed with exit code", "exited with", "exit status", "error code", "elifecycle", "command failed")
				if len(lines) == 0 {
					return finding{}
				}
				for _, line := range tail(e.Log.Build, 3) {
					lines = append(lines, "build log "+evidenceText(line))
				}
				return because(medium, lines...)
			},
		},
	}
}

// missingInBuild recognises a variable that the build asks for.
func missingInBuild(e *evidence) finding {
	if !e.failed || e.stage != "build" {
		return finding{}
	}
	lines := e.building(missingPatterns()...)
	for _, line := range lines {
		if name := variableName(line); name != "" {
			f := because(medium, lines...)
			if e.key(name) != nil {
				f.confidence = high
				f.evidence = append(f.evidence, fmt.Sprintf("the service has the variable %s, but builds do not see it: refer to it as ${RUNTIME_%s} in build.envVariables", name, name))
			}
			return f
		}
	}
	return finding{}
}

// inPrepare finds lines of the log of run.prepareCommands.
func inPrepare(c confidence, patterns ...string) func(*evidence) finding {
	return func(e *evidence) finding {
		if !e.failed || e.stage != "prepare" {
			return finding{}
		}
		lines := e.preparing(patterns...)
		if len(lines) == 0 {
			lines = e.building(patterns...) // some are written there
		}
		return because(c, lines...)
	}
}

// prepareRules recognise why run.prepareCommands fail.
func prepareRules() []rule {
	return []rule{
		{
			cause: "package_not_found", phase: "prepare", next: nextYAML("run.prepareCommands"),
			explanation: "run.prepareCommands installs a package that does not exist in the distribution of run.base.",
			find: inPrepare(high, "unable to locate package", "unable to select packages", "no such package", "has no installation candidate", "no matching distribution found", "e404",
				"could not find a version that satisfies"),
		},
		{
			cause: "prepare_command_not_found", phase: "prepare", next: nextYAML("run.prepareCommands"),
			explanation: "A command of run.prepareCommands does not exist in run.base; apt-get is on Ubuntu, apk on Alpine, and the code is not there yet unless build.addToRunPrepare brings it.",
			find:        inPrepare(high, "command not found", "exit code 127", ": not found", "no such file or directory"),
		},
		{
			cause: "prepare_permission", phase: "prepare", next: nextYAML("run.prepareCommands"),
			explanation: "A command of run.prepareCommands may not do what it does; system packages need sudo.",
			find:        inPrepare(high, "permission denied", "are you root", "operation not permitted", "could not open lock file", "requires root"),
		},
		{
			cause: "prepare_network_failure", phase: "prepare", next: nextOn("deploy_service"),
			explanation: "run.prepareCommands could not reach a server they need. If the address is right, deploying again usually helps.",
			find:        inPrepare(medium, "temporary failure", "could not resolve", "connection timed out", "etimedout", "failed to fetch", "i/o timeout"),
		},
		{
			cause: "prepare_failed", phase: "prepare", generic: true, next: nextBuildLog,
			explanation: "A command of run.prepareCommands ended with an error.",
			find: func(e *evidence) finding {
				if !e.failed || e.stage != "prepare" {
					return finding{}
				}
				lines := []string{"deployment " + e.deployment.Version.ID + ": " + deployments.FailureText(*e.deployment, e.now)}
				for _, line := range tail(e.Log.Prepare, 4) {
					lines = append(lines, "prepare log "+evidenceText(line))
				}
				return because(medium, lines...)
			},
		},
	}
}

// missingPatterns are the words of a program that misses a variable.
func missingPatterns() []string {
	return []string{
		"environment variable&not set", "environment variable&is required", "environment variable&missing", "environment variable&not defined", "environment variable&must be",
		"required environment variable", "missing environment variable", "missing env", "missing required env", "env var&not set", "env var&required", "keyerror: '",
		"is not set in the environment", "invalid environment variables", "environment variable not found", "variable&is not set",
	}
}

// variableName finds the name of a variable in a line: the longest word of
// capitals, digits and underscores that could be one.
func variableName(line string) string {
	best := ""
	for _, word := range strings.FieldsFunc(line, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		if len(word) > max(len(best), 2) && strings.ToUpper(word) == word && word[0] >= 'A' && word[0] <= 'Z' && (strings.Contains(word, "_") || len(word) >= 4) {
			switch word {
			case "ERROR", "FATAL", "WARN", "INFO", "DEBUG", "HTTP", "HTTPS", "FAILURE":
				continue
			}
			best = word
		}
	}
	return best
}
