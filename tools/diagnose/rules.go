package diagnose

import "zerops-mcp/zerops"

// rules are all rules by phase; among equal scores the earlier one is named first.
var rules = [...]rule{
	// Before or around a pipeline.
	{
		cause: "credit_exhausted", phase: "platform", next: nextCall("get_costs"),
		explanation: "The organisation has no credit left, so Zerops starts nothing. An owner tops it up in the GUI (Billing).",
		confidence:  high,
		codes:       []string{"creditLimitReached", "insufficientCredit", "commonCreditForbidden"},
	},
	{
		cause: "variables_syncing", phase: "platform", next: nextProject("list_processes"),
		explanation: "Variables were being applied when the deployment was asked for, which refuses it. Deploy again once that process has ended.",
		confidence:  high,
		codes:       []string{zerops.CodeVariableSyncRunning, "userDataVersionMismatch", "userDataOfProjectWillBeSynced"},
	},
	{
		cause: "yaml_missing", phase: "platform", next: nextGuide("zerops-yaml"),
		explanation: "There is no zerops.yaml at the top of the code, so Zerops does not know how to build it.",
		confidence:  high, in: inBuildLog,
		codes: []string{"zeropsBuildFileNotFound", "appVersionYamlConfigRequired"},
		words: []string{"zerops.y&not found"},
	},
	{
		cause: "setup_missing", phase: "platform", next: nextYAML("setup"),
		explanation: "zerops.yaml has no setup for this service. Name one like the service, or say which one to use.",
		confidence:  high, in: inBuildLog,
		codes: []string{"zeropsYamlSetupNotFound"},
		words: []string{"setup [&not found"},
	},
	{
		cause: "base_unknown", phase: "platform", next: nextCall("list_service_types"),
		explanation: "build.base or run.base in zerops.yaml names a version that does not exist.",
		find:        baseUnknown,
	},
	{
		cause: "yaml_invalid", phase: "platform", generic: true, next: nextYAML(""),
		explanation: "Zerops refuses the zerops.yaml. Correct what it names and check it with validate_zerops_yaml before deploying.",
		confidence:  high,
		codes:       []string{"zeropsYaml*", "yaml*", "errorList", "appVersionYamlParseFailed"},
	},
	{
		cause: "git_authorization", phase: "platform", next: nextOn("get_service"),
		explanation: "Zerops may not read the connected repository any more. A person grants it again in the GUI (service → Build, deploy, run pipeline).",
		confidence:  high,
		codes:       []string{"githubAuthorizationRequired", "gitlabAuthorizationRequired", "githubRepositoryAccessRequired", "gitlabFullApiAccessRequired"},
	},
	{
		cause: "git_unreadable", phase: "platform", next: nextOn("deploy_service"),
		explanation: "Zerops could not read the git repository: it is private, misspelt, or its address ends in .git. Such a build dies at once and leaves no log.",
		find:        deadGit,
	},
	{
		cause: "contention", phase: "platform", next: nextProject("list_processes"),
		explanation: "Another process was working on the same project or service. Wait for it and deploy again.",
		confidence:  high,
		codes:       []string{"unableToCreateProcess", "projectLockFailed", "createProcessQueuedProjectProcessCountExceeded", "projectWillBe*", "stackWillBe*"},
	},
	{
		cause: "platform_fault", phase: "platform", next: nextProject("list_processes"),
		explanation: "Zerops itself had a fault. Try again; if it stays, ask its support with the id of the process.",
		confidence:  high,
		codes:       []string{"internalServerError", "notAvailable"},
	},
	{
		cause: "project_not_running", phase: "platform", next: nextProject("start_project"),
		explanation: "The project is not running, so none of its services can work.",
		find:        projectNotRunning,
	},
	{
		cause: "upload_unfinished", phase: "platform", next: nextOn("deploy_service"),
		explanation: "The code was not uploaded completely, or its deployment was never asked for. Deploy again.",
		find:        uploadUnfinished,
	},
	{
		cause: "build_never_started", phase: "platform", generic: true, next: nextOn("deploy_service"),
		explanation: "The build ended before it had a container, so it left no log, and the deployment stays WAITING_TO_BUILD for ever.",
		find:        buildNeverStarted,
	},
	{
		cause: "never_deployed", phase: "platform", next: nextOn("deploy_service"),
		explanation: "No code was ever deployed to this service.",
		find:        neverDeployed,
	},
	{
		cause: "service_stopped", phase: "platform", next: nextOn("start_service"),
		explanation: "The service is stopped.",
		find:        serviceStopped,
	},
	{
		cause: "service_failed", phase: "platform", generic: true, next: nextOn("stop_service"),
		explanation: "The service is FAILED: it has to be stopped and then started; it cannot be restarted.",
		find:        serviceFailed,
	},
	{
		cause: "deployment_canceled", phase: "platform", next: nextOn("deploy_service"),
		explanation: "Somebody cancelled the last deployment.",
		find:        deploymentCanceled,
	},

	// Why a build fails.
	{
		cause: "build_timeout", phase: "build", next: nextBuildLog,
		explanation: "The build took longer than the 60 minutes a pipeline may take. Look for a command that waits for something.",
		find:        buildTimeout,
	},
	{
		cause: "build_out_of_memory", phase: "build", next: nextBuildLog,
		explanation: "The build ran out of memory (a build container has up to 8 GB). Build less at once, or limit the tool, such as NODE_OPTIONS=--max-old-space-size.",
		confidence:  high, in: inBuild,
		words: []string{
			"heap out of memory", "heap limit allocation failed", "exit code 137", "signal: killed", "out of memory", "cannot allocate memory", "oomkilled",
			"java.lang.outofmemoryerror", "virtual memory exhausted",
		},
	},
	{
		cause: "build_disk_full", phase: "build", next: nextBuildLog,
		explanation: "The build container has no space left. Keep caches and artefacts out, or clear the build cache.",
		confidence:  high, in: inBuild,
		words: []string{"no space left on device", "enospc", "disk quota exceeded"},
	},
	{
		cause: "deploy_files_missing", phase: "build", next: nextYAML("build.deployFiles"),
		explanation: "build.deployFiles names a path that the build did not make. Compare it with where the build writes its result.",
		confidence:  high, in: inBuild,
		words: []string{"deployfiles&no files", "deployfiles&not found", "deployfiles&does not exist", "deploy files not found", "artifact could not be created"},
	},
	{
		cause: "dependency_conflict", phase: "build", next: nextBuildLog,
		explanation: "The dependencies contradict each other, so the package manager installs nothing. Align their versions.",
		confidence:  high, in: inBuild,
		words: []string{
			"eresolve", "conflicting peer dependency", "resolutionimpossible", "conflicting dependencies", "your requirements could not be resolved",
			"version solving failed", "failed to select a version for", "unable to resolve dependency tree",
		},
	},
	{
		cause: "lockfile_out_of_date", phase: "build", next: nextBuildLog,
		explanation: "The lock file does not fit the list of dependencies. Install locally once and commit the lock file.",
		confidence:  high, in: inBuild,
		words: []string{
			"in sync&package-lock", "err_pnpm_outdated_lockfile", "install with \"frozen-lockfile\"", "lockfile&frozen", "lockfile would have been modified",
			"lock file&not up to date", "poetry.lock&changed", "pyproject.toml changed significantly", "missing go.sum entry", "updates to go.mod needed", "lock file needs to be updated",
		},
	},
	{
		cause: "lockfile_missing", phase: "build", next: nextBuildLog,
		explanation: "The install command needs a lock file that is not in the code that was sent. Commit it, and check that no ignore rule keeps it out.",
		confidence:  high, in: inBuild,
		words: []string{"ci&command can only install with an existing package-lock", "enolock", "no lockfile found", "err_pnpm_no_lockfile"},
	},
	{
		cause: "dependency_not_found", phase: "build", next: nextBuildLog,
		explanation: "A dependency, or the version asked for, does not exist in the registry.",
		confidence:  high, in: inBuild,
		words: []string{
			"npm err&404", "npm error&404", "code e404", "code etarget", "no matching version found", "no matching distribution found", "could not find a version that satisfies",
			"err_pnpm_fetch_404", "unknown revision", "no required module provides package", "package&not found in registry", "could not find gem", "could not find artifact",
			"no matching package named", "couldn't find any versions",
		},
	},
	{
		cause: "registry_refused", phase: "build", next: nextEnv,
		explanation: "A package registry or repository asked for credentials. Give the build a token through a variable; the build sees service variables only with the prefix RUNTIME_.",
		confidence:  high, in: inBuild,
		words: []string{
			"code e401", "code e403", "401 unauthorized", "403 forbidden", "authentication required", "could not read username", "permission denied (publickey)",
			"err_pnpm_fetch_401", "terminal prompts disabled", "invalid username or",
		},
	},
	{
		cause: "network_failure", phase: "build", next: nextOn("deploy_service"),
		explanation: "The build could not reach a server it needs. If the address is right, deploying again usually helps.",
		confidence:  medium, in: inBuild,
		words: []string{
			"etimedout", "econnreset", "eai_again", "enotfound", "temporary failure in name resolution", "could not resolve host", "tls handshake timeout",
			"i/o timeout", "connection timed out", "socket hang up", "network is unreachable", "503 service unavailable",
		},
	},
	{
		cause: "script_missing", phase: "build", next: nextYAML("build.buildCommands"),
		explanation: "build.buildCommands calls a script or target that does not exist.",
		confidence:  high, in: inBuild,
		words: []string{
			"missing script:", "err_pnpm_no_script", "command \"&\" not found", "no rule to make target", "task&not found in root project", "couldn't find a script named",
			"command&is not defined",
		},
	},
	{
		cause: "command_not_found", phase: "build", next: nextYAML("build.prepareCommands"),
		explanation: "A build command is not installed in the build container. Choose a build.base that has it, or install it in build.prepareCommands.",
		confidence:  high, in: inBuild,
		words: []string{"command not found", "exit code 127", ": not found", "executable file not found", "no such file or directory: '"},
	},
	{
		cause: "engine_mismatch", phase: "build", next: nextYAML("build.base"),
		explanation: "The code wants another version of its language than build.base gives.",
		confidence:  high, in: inBuild,
		words: []string{
			"ebadengine", "unsupported engine", "engine \"node\" is incompatible", "requires go >=", "requires a different python", "requires php", "requires python", "unsupported class file major version",
			"rustc&is not supported", "go.mod requires go",
		},
	},
	{
		cause: "tests_failed", phase: "build", next: nextBuildLog,
		explanation: "Tests fail, and the build runs them.",
		confidence:  medium, in: inBuild,
		words: []string{
			"tests failed", "test suites:&failed", "failures=", "=== failures ===", "--- fail:", "test run failed", "assertionerror", "failed tests", "tests&failing",
			"there are test failures",
		},
	},
	{
		cause: "compile_error", phase: "build", next: nextBuildLog,
		explanation: "The compiler or bundler refuses the code.",
		confidence:  high, in: inBuild,
		words: []string{
			"error ts", "syntaxerror", "syntax error", "cannot find symbol", "undefined: ", "error[e", "compilation failed", "failed to compile", "build failed with", "module not found: error",
			"rollup failed to resolve", "could not compile", "error cs", "parse error:", "unexpected token", "type error:", "compilation error",
		},
	},
	{
		cause: "build_permission", phase: "build", next: nextBuildLog,
		explanation: "A build command may not read, write or execute a file. Check its mode, and that scripts are executable.",
		confidence:  medium, in: inBuild,
		words: []string{"eacces", "permission denied", "operation not permitted"},
	},
	{
		cause: "build_variable_missing", phase: "build", next: nextEnv,
		explanation: "The build misses a variable. Builds see build.envVariables, and service variables only as RUNTIME_NAME.",
		find:        missingInBuild,
	},
	{
		cause: "build_command_failed", phase: "build", generic: true, next: nextBuildLog,
		explanation: "A build command ended with an error; the last lines of the log say which.",
		find:        buildCommandFailed,
	},

	// Why run.prepareCommands fail.
	{
		cause: "package_not_found", phase: "prepare", next: nextYAML("run.prepareCommands"),
		explanation: "run.prepareCommands installs a package that does not exist in the distribution of run.base.",
		confidence:  high, in: inPrepare,
		words: []string{
			"unable to locate package", "unable to select packages", "no such package", "has no installation candidate", "no matching distribution found", "e404",
			"could not find a version that satisfies",
		},
	},
	{
		cause: "prepare_command_not_found", phase: "prepare", next: nextYAML("run.prepareCommands"),
		explanation: "A command of run.prepareCommands does not exist in run.base; apt-get is on Ubuntu, apk on Alpine, and the code is not there yet unless build.addToRunPrepare brings it.",
		confidence:  high, in: inPrepare,
		words: []string{"command not found", "exit code 127", ": not found", "no such file or directory"},
	},
	{
		cause: "prepare_permission", phase: "prepare", next: nextYAML("run.prepareCommands"),
		explanation: "A command of run.prepareCommands may not do what it does; system packages need sudo.",
		confidence:  high, in: inPrepare,
		words: []string{"permission denied", "are you root", "operation not permitted", "could not open lock file", "requires root"},
	},
	{
		cause: "prepare_network_failure", phase: "prepare", next: nextOn("deploy_service"),
		explanation: "run.prepareCommands could not reach a server they need. If the address is right, deploying again usually helps.",
		confidence:  medium, in: inPrepare,
		words: []string{"temporary failure", "could not resolve", "connection timed out", "etimedout", "failed to fetch", "i/o timeout"},
	},
	{
		cause: "prepare_failed", phase: "prepare", generic: true, next: nextBuildLog,
		explanation: "A command of run.prepareCommands ended with an error.",
		find:        prepareFailed,
	},

	// Why new containers do not start or do not get ready.
	{
		cause: "start_file_missing", phase: "deploy", next: nextYAML("run.start"),
		explanation: "run.start runs a file that is not in the container. Compare it with build.deployFiles: paths are relative to /var/www, and a folder keeps its name unless it ends in ~.",
		find:        startFileMissing,
	},
	{
		cause: "dependency_not_deployed", phase: "deploy", next: nextYAML("build.deployFiles"),
		explanation: "The application needs a package that is not in the container. Add it to build.deployFiles (such as node_modules or vendor), or install it in run.prepareCommands or run.initCommands.",
		find:        packageMissing,
	},
	{
		cause: "start_command_not_found", phase: "deploy", next: nextYAML("run.start"),
		explanation: "The command of run.start is not installed in run.base.",
		confidence:  high, in: inRun,
		words: []string{"command not found", "executable file not found", ": not found&sh", "exec:&not found", "status=203/exec", "code=127"},
	},
	{
		cause: "wrong_architecture", phase: "deploy", next: nextYAML("run.base"),
		explanation: "The program was built for another system: another architecture, or glibc where run.base has musl (Alpine).",
		confidence:  high, in: inRun,
		words: []string{"exec format error", "cannot execute binary file", "error loading shared librar", "glibc_&not found", "invalid elf header", "ld-linux"},
	},
	{
		cause: "start_script_missing", phase: "deploy", next: nextYAML("run.start"),
		explanation: "run.start calls a script that package.json does not have.",
		confidence:  high, in: inRun,
		words: []string{"missing script:", "err_pnpm_no_script"},
	},
	{
		cause: "init_command_failed", phase: "deploy", next: nextYAML("run.initCommands"),
		explanation: "A command of run.initCommands fails, so the application is never started.",
		confidence:  high, in: inRun,
		codes: []string{"initCommandFailed", "runInitCommandsFailed"},
		words: []string{"initcommand&fail", "init command&fail", "init commands&fail"},
	},
	{
		cause: "port_in_use", phase: "deploy", next: nextYAML("run.start"),
		explanation: "The application listens on a port that another process in its container has already, often because it is started twice.",
		confidence:  high, in: inRun,
		words: []string{"eaddrinuse", "address already in use"},
	},
	{
		cause: "port_forbidden", phase: "deploy", next: nextYAML("run.ports"),
		explanation: "The application may not listen on that port: ports below 1024 need another user. Use a higher one and name it in run.ports.",
		confidence:  high, in: inRun,
		words: []string{"eacces&listen", "bind&permission denied", "listen&permission denied"},
	},
	{
		cause: "bound_to_loopback", phase: "readiness", next: nextYAML("run.ports"),
		explanation: "The application listens on localhost only, so nothing outside its container reaches it. Make it listen on 0.0.0.0.",
		find:        boundToLoopback,
	},
	{
		cause: "wrong_port", phase: "readiness", next: nextYAML("run.ports"),
		explanation: "The application listens on another port than zerops.yaml says.",
		find:        wrongPort,
	},
	{
		cause: "readiness_failed", phase: "readiness", next: nextYAML("deploy.readinessCheck"),
		explanation: "The application did not pass deploy.readinessCheck in time, so the new version was dropped and the old one runs on.",
		confidence:  high, when: deploymentFailed, in: inRun,
		codes: []string{"*readiness*"},
		words: []string{"readiness check&fail", "readiness check&refused", "readiness check&timeout", "readinesscheck&fail"},
	},
	{
		cause: "application_exited", phase: "deploy", generic: true, next: nextLogs,
		explanation: "The application ended by itself right after its start.",
		find:        applicationExited,
	},
	{
		cause: "silent_start_failure", phase: "deploy", next: nextYAML("run.envVariables"),
		explanation: "The containers did not start and wrote nothing. A variable named HOSTNAME in run.envVariables does that; so does a run.start that cannot be executed.",
		find:        silentStartFailure,
	},

	// What goes wrong in an application that runs.
	{
		cause: "health_check_failed", phase: "runtime", next: nextYAML("run.healthCheck"),
		explanation: "The application does not pass run.healthCheck, so its containers are restarted.",
		confidence:  high, in: inRun,
		codes: []string{"*healthcheck*"},
		words: []string{"health check&fail", "healthcheck&fail", "healthcheck&503", "healthcheck&500", "healthcheck&refused", "healthcheck&timeout"},
	},
	{
		cause: "database_unreachable", phase: "runtime", next: nextEnv,
		explanation: "The application cannot connect to another service. Check its hostname, port, and that it runs.",
		find:        unreachable,
	},
	{
		cause: "dependency_stopped", phase: "runtime",
		explanation: "A service that this one uses does not run.",
		find:        stoppedDependency,
	},
	{
		cause: "database_login_refused", phase: "runtime", next: nextEnv,
		explanation: "The database refuses the user or password. Take both from its variables by reference, such as ${db_password}.",
		confidence:  high, in: inRun,
		words: []string{
			"password authentication failed", "access denied for user", "wrongpass", "noauth", "authentication failed&mongo", "invalid username-password pair", "sasl&authentication failed",
			"er_access_denied", "28p01",
		},
	},
	{
		cause: "database_not_migrated", phase: "runtime", next: nextYAML("run.initCommands"),
		explanation: "A table or column that the code uses does not exist: the migrations did not run. Run them in run.initCommands, once per version with zsc execOnce.",
		confidence:  high, in: inRun,
		words: []string{"relation \"&does not exist", "no such table", "table&doesn't exist", "unknown column", "column&does not exist", "er_no_such_table", "undefined table", "pending migration"},
	},
	{
		cause: "too_many_connections", phase: "runtime", next: nextLogs,
		explanation: "The application holds more database connections than there are. Lower the pool size per container, or use a pooler.",
		confidence:  high, in: inRun,
		words: []string{
			"too many clients", "too many connections", "remaining connection slots", "pool exhausted", "connection pool timeout", "timed out fetching a new connection", "queuepool limit",
			"max number of clients reached",
		},
	},
	{
		cause: "tls_failure", phase: "runtime", next: nextEnv,
		explanation: "A TLS connection of the application fails. Inside a project services talk without TLS; outside, the certificate must be valid.",
		confidence:  medium, in: inRun,
		words: []string{"certificate has expired", "unable to verify the first certificate", "self signed certificate", "self-signed certificate", "certificate verify failed", "wrong version number", "does not support ssl"},
	},
	{
		cause: "file_not_writable", phase: "runtime", next: nextYAML("run.initCommands"),
		explanation: "The application writes where it may not, or where its user owns nothing. Files in a container are lost with it: keep data in a storage service.",
		confidence:  medium, in: inRun,
		words: []string{"erofs", "read-only file system", "eacces: permission denied, open", "eacces: permission denied, mkdir", "permission denied: '/", "failed to open stream: permission denied"},
	},
	{
		cause: "container_failed", phase: "runtime", generic: true, next: nextLogs,
		explanation: "Containers of the service fail.",
		find:        containerFailed,
	},
	{
		cause: "application_error", phase: "runtime", generic: true, next: nextLogs,
		explanation: "The application reports an error of its own.",
		confidence:  low, when: applicationStarted, in: inRun,
		words: []string{
			"uncaught exception", "uncaughtexception", "unhandledrejection", "unhandled promise rejection", "traceback (most recent call last)", "panic: ", "fatal error:", "fatal exception",
			"segmentation fault", "exception in thread",
		},
	},

	// Faults of variables.
	{
		cause: "variable_missing", phase: "environment", next: nextSetEnv,
		explanation: "The application needs a variable that it does not get.",
		find:        missingVariable,
	},
	{
		cause: "reference_unresolved", phase: "environment", next: nextEnv,
		explanation: "A ${…} reference was not resolved and stays as text: the hostname or key is misspelt, or the service it names does not exist.",
		find:        unresolvedReference,
	},
	{
		cause: "reference_to_itself", phase: "environment", next: nextEnv,
		explanation: "A variable refers to itself, so its value is the literal text. Name another variable, or leave it out: project variables come by themselves.",
		find:        referenceToItself,
	},
	{
		cause: "variable_key_refused", phase: "environment", next: nextEnv,
		explanation: "Zerops refuses the name of a variable: it exists already (perhaps in zerops.yaml), or is reserved.",
		confidence:  high,
		codes: []string{
			"userDataDuplicateKey", "projectEnvDuplicateKey", "userDataUseOfSystemKey", "userDataZeropsPrefixForbidden", "userDataSystemKeyChangeForbidden",
			"userDataKeyInvalid", "projectEnvUseOfSystemKey", "projectEnvKeyInvalid",
		},
	},
	{
		cause: "variable_change_not_applied", phase: "environment", next: nextOn("restart_service"),
		explanation: "Variables changed after the application was started; a running process does not see that until it is restarted.",
		find:        staleVariables,
	},

	// Too little of something.
	{
		cause: "out_of_memory", phase: "resources", next: nextRAM,
		explanation: "The application was killed because it needs more memory than it may have. Raise its maximum, or find what it holds on to.",
		find:        outOfMemory,
	},
	{
		cause: "disk_full", phase: "resources", next: nextDisk,
		explanation: "The container has no disk space left. Delete what it collects, or raise its maximum; a disk never shrinks again.",
		confidence:  high, when: buildPassed, in: inRun,
		words: []string{"no space left on device", "enospc", "disk quota exceeded", "disk is full", "could not extend file"},
	},
	{
		cause: "memory_near_limit", phase: "resources", next: nextRAM,
		explanation: "Memory came close to what there is; the next peak may kill the application.",
		find:        memoryNearLimit,
	},
	{
		cause: "disk_near_limit", phase: "resources", next: nextDisk,
		explanation: "The disk is almost full.",
		find:        diskNearLimit,
	},
	{
		cause: "cpu_saturated", phase: "resources", next: nextMetrics,
		explanation: "The processor was busy all the time, which makes answers slow and checks fail.",
		find:        cpuSaturated,
	},
	{
		cause: "too_many_files_open", phase: "resources", next: nextLogs,
		explanation: "The application has more files or connections open than it may; it probably does not close them.",
		confidence:  high, in: inRun,
		words: []string{"emfile", "too many open files", "enfile"},
	},

	// Why a service cannot be reached from outside.
	{
		cause: "subdomain_without_port", phase: "subdomain", next: nextYAML("run.ports"),
		explanation: "Public access was asked for, but the service has no HTTP port. Declare it under run.ports with httpSupport: true and deploy.",
		find:        subdomainWithoutPort,
	},
	{
		cause: "subdomain_already_enabled", phase: "subdomain", next: nextOn("get_service"),
		explanation: "Public access was asked for while it was on already (or in the moment after a deployment); that process fails and changes nothing.",
		find:        subdomainAlreadyEnabled,
	},
	{
		cause: "domain_not_pointing", phase: "subdomain", next: nextProject("list_domains"),
		explanation: "A custom domain of this service does not point to Zerops: its DNS check failed.",
		find:        domainNotPointing,
	},
}
