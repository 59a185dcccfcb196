package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
)

// inRun finds lines of the application, while it was being deployed or since.
func inRun(c confidence, patterns ...string) func(*evidence) finding {
	return func(e *evidence) finding { return because(c, e.running(patterns...)...) }
}

// deployRules recognise why new containers do not start or do not get ready.
func deployRules() []rule {
	return []rule{
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
			find: func(e *evidence) finding {
				return because(high, e.running("command not found", "executable file not found", ": not found&sh", "exec:&not found", "status=203/exec", "code=127")...)
			},
		},
		{
			cause: "wrong_architecture", phase: "deploy", next: nextYAML("run.base"),
			explanation: "The program was built for another system: another architecture, or glibc where run.base has musl (Alpine).",
			find:        inRun(high, "exec format error", "cannot execute binary file", "error loading shared librar", "glibc_&not found", "invalid elf header", "ld-linux"),
		},
		{
			cause: "start_script_missing", phase: "deploy", next: nextYAML("run.start"),
			explanation: "run.start calls a script that package.json does not have.",
			find:        inRun(high, "missing script:", "err_pnpm_no_script"),
		},
		{
			cause: "init_command_failed", phase: "deploy", next: nextYAML("run.initCommands"),
			explanation: "A command of run.initCommands fails, so the application is never started.",
			find: func(e *evidence) finding {
				lines := e.code("initCommandFailed", "runInitCommandsFailed")
				return because(high, append(lines, e.running("initcommand&fail", "init command&fail", "init commands&fail")...)...)
			},
		},
		{
			cause: "port_in_use", phase: "deploy", next: nextYAML("run.start"),
			explanation: "The application listens on a port that another process in its container has already, often because it is started twice.",
			find:        inRun(high, "eaddrinuse", "address already in use"),
		},
		{
			cause: "port_forbidden", phase: "deploy", next: nextYAML("run.ports"),
			explanation: "The application may not listen on that port: ports below 1024 need another user. Use a higher one and name it in run.ports.",
			find: func(e *evidence) finding {
				return because(high, e.running("eacces&listen", "bind&permission denied", "listen&permission denied")...)
			},
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
			find: func(e *evidence) finding {
				if e.deployment == nil || !e.failed {
					return finding{}
				}
				lines := e.codeWhere(func(code string) bool { return strings.Contains(strings.ToLower(code), "readiness") })
				return because(high, append(lines, e.running("readiness check&fail", "readiness check&refused", "readiness check&timeout", "readinesscheck&fail")...)...)
			},
		},
		{
			cause: "application_exited", phase: "deploy", generic: true, next: nextLogs,
			explanation: "The application ended by itself right after its start.",
			find: func(e *evidence) finding {
				if !e.failed || e.stage != "deploy" {
					return finding{}
				}
				lines := e.running("main process exited", "exited with code", "process exited", "npm error lifecycle", "elifecycle", "status=1/failure")
				return because(medium, append(lines, e.code("deployFailed")...)...)
			},
		},
		{
			cause: "silent_start_failure", phase: "deploy", next: nextYAML("run.envVariables"),
			explanation: "The containers did not start and wrote nothing. A variable named HOSTNAME in run.envVariables does that; so does a run.start that cannot be executed.",
			find: func(e *evidence) finding {
				if !e.failed || e.stage != "deploy" || len(e.Log.Runtime) > 0 || e.Log.Cut {
					return finding{}
				}
				lines := []string{"deployment " + e.deployment.Version.ID + ": " + deployments.FailureText(*e.deployment, e.now), "the application wrote nothing while it was deployed"}
				f := because(low, lines...)
				if e.yaml != nil && e.yaml.Run.Variables["HOSTNAME"] != nil {
					f.confidence, f.evidence = high, append(f.evidence, "run.envVariables sets HOSTNAME")
				}
				return f
			},
		},
	}
}

// startFileMissing recognises a start command whose file is not there.
func startFileMissing(e *evidence) finding {
	lines := e.running("cannot find module '/", "cannot find module './", "cannot find module \"/", "can't open file", "no such file or directory&/var/www", "could not open input file", "unable to access jarfile",
		"could not find or load main class", "no such file or directory&start", "could not locate gemfile", "status=200/chdir", "failed to open stream")
	return because(high, lines...)
}

// packageMissing recognises a package that was not deployed.
func packageMissing(e *evidence) finding {
	lines := e.running("cannot find module '", "cannot find package '", "err_module_not_found", "modulenotfounderror", "no module named", "cannot load such file", "vendor/autoload.php",
		"class&not found&vendor", "loaderror")
	lines = slices.DeleteFunc(lines, func(l string) bool {
		return strings.Contains(l, "module '/") || strings.Contains(l, "module './") || strings.Contains(l, `module "/`)
	})
	if len(startFileMissing(e).evidence) > 0 {
		return finding{} // the codes beside a missing file say the same
	}
	return because(high, lines...)
}

// boundToLoopback needs a sign that something could not reach the application:
// many programs print localhost and listen everywhere.
func boundToLoopback(e *evidence) finding {
	lines := e.listening("127.0.0.1:", "localhost:", "[::1]:")
	if len(lines) == 0 {
		return finding{}
	}
	unreached := append(e.running("connection refused", "readiness check", "bad gateway", "health check&fail", "healthcheck&502"), e.codeWhere(func(code string) bool {
		return strings.Contains(strings.ToLower(code), "readiness") || strings.Contains(strings.ToLower(code), "healthcheck")
	})...)
	if len(unreached) == 0 {
		return finding{}
	}
	return because(high, append(lines, unreached[:min(len(unreached), 2)]...)...)
}

// listening finds lines in which the application says where it listens.
func (e *evidence) listening(hosts ...string) []string {
	var patterns []string
	for _, host := range hosts {
		for _, verb := range []string{"listening", "running&http", "started&http", "ready on", "server&http", "serving"} {
			patterns = append(patterns, verb+"&"+host)
		}
	}
	lines := e.runtime
	if e.failed && e.stage == "deploy" {
		lines = e.Log.Runtime
	}
	found, _ := said("application log", lines, patterns...)
	return found
}

// wrongPort compares the port the application says with those of zerops.yaml.
func wrongPort(e *evidence) finding {
	declared := e.declaredPorts()
	lines := e.listening("0.0.0.0:", "127.0.0.1:", "localhost:", ":::", "[::]:", "port ", "http://")
	if len(declared) == 0 || len(lines) == 0 {
		return finding{}
	}
	wrong := slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
		port, ok := portIn(l)
		return !ok || slices.Contains(declared, port)
	})
	// One good line is enough: programs listen on more than one port.
	if len(wrong) < len(lines) || len(wrong) == 0 {
		return finding{}
	}
	f := because(medium, append(wrong, fmt.Sprintf("zerops.yaml names the ports %v", declared))...)
	refused := append(e.running("connection refused", "readiness check"), e.codeWhere(func(code string) bool { return strings.Contains(strings.ToLower(code), "readiness") })...)
	if len(refused) > 0 {
		f.confidence = high
		f.evidence = append(f.evidence, refused[:1]...)
	}
	return f
}

func (e *evidence) declaredPorts() []int {
	var ports []int
	if e.yaml != nil {
		for _, p := range e.yaml.Run.Ports {
			ports = append(ports, p.Port)
		}
	}
	if len(ports) == 0 {
		for _, p := range e.service.Ports {
			ports = append(ports, p.Port)
		}
	}
	return ports
}

// portIn reads the port out of a line about listening.
func portIn(line string) (int, bool) {
	line = strings.ToLower(line)
	for _, mark := range []string{"0.0.0.0:", "127.0.0.1:", "localhost:", ":::", "[::]:", "port "} {
		_, after, found := strings.Cut(line, mark)
		if !found {
			continue
		}
		end := 0
		for end < len(after) && after[end] >= '0' && after[end] <= '9' {
			end++
		}
		if port, err := strconv.Atoi(after[:end]); err == nil && port > 0 && port < 65536 {
			return port, true
		}
	}
	return 0, false
}

// runtimeRules recognise what goes wrong in an application that runs.
func runtimeRules() []rule {
	return []rule{
		{
			cause: "health_check_failed", phase: "runtime", next: nextYAML("run.healthCheck"),
			explanation: "The application does not pass run.healthCheck, so its containers are restarted.",
			find: func(e *evidence) finding {
				lines := e.codeWhere(func(code string) bool { return strings.Contains(strings.ToLower(code), "healthcheck") })
				return because(high, append(lines, e.running("health check&fail", "healthcheck&fail", "healthcheck&503", "healthcheck&500", "healthcheck&refused", "healthcheck&timeout")...)...)
			},
		},
		{
			cause: "database_unreachable", phase: "runtime", find: unreachable,
			explanation: "The application cannot connect to another service. Check its hostname, port, and that it runs.",
			next:        nextEnv,
		},
		{
			cause: "dependency_stopped", phase: "runtime", find: stoppedDependency,
			explanation: "A service that this one uses does not run.",
		},
		{
			cause: "database_login_refused", phase: "runtime", next: nextEnv,
			explanation: "The database refuses the user or password. Take both from its variables by reference, such as ${db_password}.",
			find: inRun(high, "password authentication failed", "access denied for user", "wrongpass", "noauth", "authentication failed&mongo", "invalid username-password pair", "sasl&authentication failed",
				"er_access_denied", "28p01"),
		},
		{
			cause: "database_not_migrated", phase: "runtime", next: nextYAML("run.initCommands"),
			explanation: "A table or column that the code uses does not exist: the migrations did not run. Run them in run.initCommands, once per version with zsc execOnce.",
			find:        inRun(high, "relation \"&does not exist", "no such table", "table&doesn't exist", "unknown column", "column&does not exist", "er_no_such_table", "undefined table", "pending migration"),
		},
		{
			cause: "too_many_connections", phase: "runtime", next: nextLogs,
			explanation: "The application holds more database connections than there are. Lower the pool size per container, or use a pooler.",
			find: inRun(high, "too many clients", "too many connections", "remaining connection slots", "pool exhausted", "connection pool timeout", "timed out fetching a new connection", "queuepool limit",
				"max number of clients reached"),
		},
		{
			cause: "tls_failure", phase: "runtime", next: nextEnv,
			explanation: "A TLS connection of the application fails. Inside a project services talk without TLS; outside, the certificate must be valid.",
			find:        inRun(medium, "certificate has expired", "unable to verify the first certificate", "self signed certificate", "self-signed certificate", "certificate verify failed", "wrong version number", "does not support ssl"),
		},
		{
			cause: "file_not_writable", phase: "runtime", next: nextYAML("run.initCommands"),
			explanation: "The application writes where it may not, or where its user owns nothing. Files in a container are lost with it: keep data in a storage service.",
			find:        inRun(medium, "erofs", "read-only file system", "eacces: permission denied, open", "eacces: permission denied, mkdir", "permission denied: '/", "failed to open stream: permission denied"),
		},
		{
			cause: "container_failed", phase: "runtime", generic: true, next: nextLogs,
			explanation: "Containers of the service fail.",
			find: func(e *evidence) finding {
				if e.failed && e.stage == "deploy" {
					return finding{}
				}
				var lines []string
				for _, box := range e.containers {
					if strings.HasSuffix(box.Status, "FAILED") {
						lines = append(lines, fmt.Sprintf("container %s is %s", tool.Clean(box.Hostname, 60), tool.Clean(box.Status, 30)))
					}
				}
				if strings.HasSuffix(e.service.Status, "CONTAINER_FAILED") {
					lines = append(lines, "the service is "+tool.Clean(e.service.Status, 40))
				}
				if len(lines) > 0 {
					for _, line := range tail(e.severe, 3) {
						lines = append(lines, "application log "+evidenceText(line))
					}
				}
				return because(medium, lines...)
			},
		},
		{
			cause: "application_error", phase: "runtime", generic: true, next: nextLogs,
			explanation: "The application reports an error of its own.",
			find: func(e *evidence) finding {
				if e.failed && e.stage != "deploy" {
					return finding{}
				}
				return because(low, e.running("uncaught exception", "uncaughtexception", "unhandledrejection", "unhandled promise rejection", "traceback (most recent call last)", "panic: ", "fatal error:", "fatal exception",
					"segmentation fault", "exception in thread")...)
			},
		},
	}
}

// refusedPatterns are the words of a connection that could not be made.
func refusedPatterns() []string {
	return []string{
		"econnrefused", "connection refused", "getaddrinfo&enotfound", "name or service not known", "could not translate host name", "no such host", "could not connect to server",
		"can't connect to", "could not resolve hostname", "connect etimedout", "connection to server&failed", "no route to host", "ehostunreach", "php_network_getaddresses",
	}
}

// unreachable recognises a connection to another service that fails. The platform's
// own checks of the application speak of refused connections too.
func unreachable(e *evidence) finding {
	lines := slices.DeleteFunc(e.running(refusedPatterns()...), func(l string) bool {
		l = strings.ToLower(l)
		return strings.Contains(l, "readiness check") || strings.Contains(l, "health") || strings.Contains(l, "${")
	})
	if len(lines) == 0 {
		return finding{}
	}
	f := because(medium, lines...)
	for _, line := range lines {
		if strings.Contains(line, "127.0.0.1") || strings.Contains(line, "localhost") || strings.Contains(line, "::1") {
			f.explanation = "The application looks for another service on localhost. In Zerops each service has its own host: use its hostname, such as db, or ${db_hostname}."
			f.confidence = high
		}
	}
	return f
}

// stoppedDependency finds services that this one refers to and that do not run.
func stoppedDependency(e *evidence) finding {
	trouble := strings.ToLower(strings.Join(e.running(refusedPatterns()...), "\n"))
	var lines []string
	f := finding{confidence: medium}
	for i := range e.siblings {
		s := &e.siblings[i]
		if s.Hidden() || s.ID == e.service.ID || !s.Failed() && s.Status != "STOPPED" && s.Status != "STOPPING" && s.Status != "SERVICE_STOPPED" {
			continue
		}
		named := e.refersTo(s.Name)
		inLog := trouble != "" && namesHost(trouble, s.Name)
		if !named && !inLog {
			continue
		}
		lines = append(lines, fmt.Sprintf("the service %q (%s) is %s", tool.Clean(s.Name, 40), s.ID, tool.Clean(s.Status, 40)))
		if inLog || trouble != "" {
			f.confidence = high
			lines = append(lines, firstLine(e.running(refusedPatterns()...)))
		}
		if f.next == nil {
			f.next = &tool.Next{Tool: "start_service", Arguments: tool.NextArgs{Service: s.ID}}
		}
	}
	f.evidence = lines
	return f
}

// refersTo reports whether variables of the service refer to another one.
func (e *evidence) refersTo(hostname string) bool {
	prefix := "${" + hostname + "_"
	for _, v := range e.variables {
		if strings.Contains(v.Content, prefix) {
			return true
		}
	}
	if e.yaml != nil {
		for _, v := range e.yaml.Run.Variables {
			if strings.Contains(fmt.Sprint(v), prefix) {
				return true
			}
		}
	}
	return false
}

// namesHost reports whether a text holds a hostname as a word.
func namesHost(text, hostname string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		if word == hostname {
			return true
		}
	}
	return false
}

func firstLine(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}
