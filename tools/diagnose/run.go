package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zerops-mcp/tools/facts/deployments"
	"zerops-mcp/tools/tool"
	"zerops-mcp/zerops"
)

func applicationExited(e *Evidence) finding {
	if !e.failedIn("deploy") {
		return finding{}
	}
	lines := e.running("main process exited", "exited with code", "process exited", "npm error lifecycle", "elifecycle", "status=1/failure")
	return because(medium, append(lines, e.code("deployFailed")...)...)
}

func silentStartFailure(e *Evidence) finding {
	if !e.failedIn("deploy") || len(e.Log.Runtime) > 0 || e.Log.Cut {
		return finding{}
	}
	lines := []string{"deployment " + e.deployment.Version.ID + ": " + deployments.FailureText(*e.deployment, e.now), "the application wrote nothing while it was deployed"}
	f := because(low, lines...)
	if e.setsVariable("HOSTNAME") {
		f.confidence, f.evidence = high, append(f.evidence, "run.envVariables sets HOSTNAME")
	}
	return f
}

// startFileMissing recognises a start command whose file is not there.
func startFileMissing(e *Evidence) finding {
	lines := e.running("cannot find module '/", "cannot find module './", "cannot find module \"/", "can't open file", "no such file or directory&/var/www", "could not open input file", "unable to access jarfile",
		"could not find or load main class", "no such file or directory&start", "could not locate gemfile", "status=200/chdir", "failed to open stream")
	return because(high, lines...)
}

// packageMissing recognises a package that was not deployed.
func packageMissing(e *Evidence) finding {
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
func boundToLoopback(e *Evidence) finding {
	lines := e.listening("127.0.0.1:", "localhost:", "[::1]:")
	if len(lines) == 0 {
		return finding{}
	}
	unreached := append(e.running("connection refused", "readiness check", "bad gateway", "health check&fail", "healthcheck&502"), e.code("*readiness*", "*healthcheck*")...)
	if len(unreached) == 0 {
		return finding{}
	}
	return because(high, append(lines, unreached[:min(len(unreached), 2)]...)...)
}

// listening finds lines in which the application says where it listens.
func (e *Evidence) listening(hosts ...string) []string {
	var patterns []string
	for _, host := range hosts {
		for _, verb := range []string{"listening", "running&http", "started&http", "ready on", "server&http", "serving"} {
			patterns = append(patterns, verb+"&"+host)
		}
	}
	lines := e.runtime
	if e.failedIn("deploy") {
		lines = e.Log.Runtime
	}
	found, _ := matchLines("application log", lines, patterns...)
	return found
}

// wrongPort compares the port the application says with those of zerops.yaml.
func wrongPort(e *Evidence) finding {
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
	refused := append(e.running("connection refused", "readiness check"), e.code("*readiness*")...)
	if len(refused) > 0 {
		f.confidence = high
		f.evidence = append(f.evidence, refused[:1]...)
	}
	return f
}

func (e *Evidence) declaredPorts() []int {
	ports := e.yaml.Ports()
	if len(ports) == 0 {
		for _, p := range e.service.KnownPorts() {
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

func containerFailed(e *Evidence) finding {
	if e.failedIn("deploy") {
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
func unreachable(e *Evidence) finding {
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
func stoppedDependency(e *Evidence) finding {
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
func (e *Evidence) refersTo(hostname string) bool {
	prefix := "${" + hostname + "_"
	refers := func(v zerops.Variable) bool { return v.Content.RefersTo(hostname) }
	if slices.ContainsFunc(e.variables, refers) {
		return true
	}
	for _, v := range e.yaml.RunVariables() {
		if strings.Contains(fmt.Sprint(v), prefix) {
			return true
		}
	}
	return e.deployment != nil && slices.ContainsFunc(e.deployment.Version.Variables, refers)
}

// setsVariable reports that zerops.yaml sets a variable of the running container. Where
// the file is not at hand, the version names its variables all the same
// (platform §10.1).
func (e *Evidence) setsVariable(key string) bool {
	return e.yaml.RunVariables()[key] != nil ||
		slices.ContainsFunc(e.deployment.Version.Variables, func(v zerops.Variable) bool { return v.Key == key })
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
